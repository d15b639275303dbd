"""A request that becomes a job, and whoever is told of its end, in one trace,
behind a web server and with the product's own worker."""

import base64
import json
import os
import signal

import pytest

import fronts
import traced
from keys import add_key, bearer
from processes import Program, children, clean_environment, wait_until
from sinks import hooks
from traced import CONSUMER, INTERNAL, SERVER, below, one_after_the_other
from worker import is_runner

pytestmark = pytest.mark.long

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
JSON = ("Content-Type", "application/json")
ASYNC = ("Prefer", "respond-async")
LARGE = {"preset": "film", "image": {
    "width_px": 4096, "height_px": 4096, "fov_deg": 100}}
LEASE_MS = 2000


class Place:
    """A front, its worker, whom it tells, and where both send their spans."""

    def __init__(self, stage, front, spans, hook, options):
        self.stage, self.front, self.site = stage, front, front.site
        self.spans, self.hook, self.options = spans, hook, options
        self.workers = []
        self.heard = []
        self.key = bearer(add_key(stage, front.state, "editor", "write"))

    def start_worker(self):
        log = self.front.directory / f"work-{len(self.workers)}.log"
        self.workers.append(Program(
            [self.stage.bin / "lightcone", "work", "--processes", "1"],
            clean_environment(LIGHTCONE_STATE=self.front.state,
                              **self.options), log))
        return self.workers[-1]

    def stop(self):
        for worker in self.workers:
            worker.stop()

    def post(self, settings, *fields, query=""):
        """The number of the job that it becomes, by its path."""
        reply = self.site.ask(
            "POST", "/wormhole", query, [JSON, ASYNC, *fields],
            json.dumps({"settings": settings, "timeout": 60000}).encode())
        assert reply.status == 202, reply
        return reply.headers["Location"].removeprefix(self.site.mount)

    def wait_told(self):
        """What the other side gets next."""
        got = self.hook.wait(len(self.heard) + 1)[-1]
        self.heard.append(got)
        return got


@pytest.fixture(scope="module")
def place(stage):
    if fronts.missing("lighttpd"):
        pytest.skip(fronts.missing("lighttpd"))
    with traced.recording() as (spans, options), hooks(204) as hook:
        options |= {
            "LIGHTCONE_WEBHOOK_SECRET": SECRET,
            "LIGHTCONE_WEBHOOK_PRIVATE": "on",
            "LIGHTCONE_CHANGES_WEBHOOK": hook.url + "/changes",
            "LIGHTCONE_WORK_LEASE_MS": LEASE_MS,
        }
        with fronts.starting("lighttpd", stage, "/sub/dir",
                             **options) as front:
            made = Place(stage, front, spans, hook, options)
            made.start_worker()
            yield made
            made.stop()


def notified(place, **settings):
    return {"preset": "film", **settings,
            "notify": {"webhook": place.hook.url + "/told"}}


TREE = ["POST /wormhole", "queued wormhole", "job wormhole", "queued webhook",
        "job webhook"]


def test_one_tree(place):
    context, trace, caller = traced.parent()
    job = place.post(notified(place), ("traceparent", context))
    told = place.wait_told()
    request, waits, run, later, hook = place.spans.wait(trace, TREE)
    assert (request.parent, request.kind) == (caller, SERVER)
    assert request.remote and request.attributes["http.route"] == "/wormhole"
    below(waits, request, INTERNAL)
    below(run, request, CONSUMER)
    below(later, run, INTERNAL)
    below(hook, run, CONSUMER)
    one_after_the_other(waits, run, later, hook)
    assert not any(span.failed for span in (request, waits, run, later, hook))
    # The other side goes on with the span that has sent it.
    assert traced.parse(told.fields["traceparent"]) == (trace, hook.id, True)
    number = place.site.get(job).json()["number"]
    assert waits.attributes == {"lightcone.job.kind": "wormhole",
                                "lightcone.job.number": number,
                                "lightcone.job.attempt": 1}
    assert later.attributes["lightcone.job.kind"] == "webhook"
    # Nothing of it hangs in the air.
    spans = place.spans.all(trace)
    known = {span.id for span in spans} | {caller}
    assert all(span.parent in known for span in spans), spans
    assert {span.name for span in spans if span.parent == run.id} >= {
        "bind", "encode", "queued webhook", "job webhook"}


def test_a_trace_of_our_own(place):
    place.post(notified(place))
    trace, _, recorded = traced.parse(place.wait_told().fields["traceparent"])
    assert recorded
    request, *_ = place.spans.wait(trace, TREE)
    assert request.parent is None and not request.remote


def test_what_is_not_recorded_stays_so(place):
    context, trace, caller = traced.parent(sampled=False)
    place.post(notified(place), ("traceparent", context))
    told, span, recorded = traced.parse(
        place.wait_told().fields["traceparent"])
    assert (told, recorded) == (trace, False) and span != caller
    # Spans of what came later are there, and none of this.
    test_a_trace_of_our_own(place)
    assert place.spans.all(trace) == []


def test_whoever_is_told_of_changes(place):
    context, trace, _ = traced.parent()
    reply = place.site.ask(
        "PUT", "/galaxy/M31", "", [JSON, *place.key, ("traceparent", context)],
        json.dumps({"ra_deg": 10.5, "dec_deg": 41.25}).encode())
    assert reply.status == 200, reply
    told = place.wait_told()
    request, waits, hook = place.spans.wait(
        trace, ["PUT /galaxy/{name}", "queued webhook", "job webhook"])
    below(waits, request, INTERNAL)
    below(hook, request, CONSUMER)
    assert traced.parse(told.fields["traceparent"]) == (trace, hook.id, True)
    assert request.attributes["lightcone.event.type"] == "object"


@pytest.mark.parametrize("whole", [False, True], ids=["runner", "worker"])
def test_an_attempt_whose_process_dies(place, whole):
    """It could not record its span, so somebody else does."""
    context, trace, _ = traced.parent()
    lost = traced.total(place.site, "lightcone_job_duration_seconds_count",
                        kind="wormhole", outcome="lost")
    worker = place.workers[-1]
    job = place.post(LARGE, ("traceparent", context), query="format=png")
    wait_until(lambda: place.site.get(job).json().get("progress", 0) > 0,
               "work to begin")
    if whole:
        worker.process.kill()
        worker.wait()
        place.start_worker()
    else:
        for pid in filter(is_runner, children(worker.pid)):
            os.kill(pid, signal.SIGKILL)
    dead, = place.spans.wait(trace, ["job wormhole"])
    assert place.site.ask("DELETE", job).status in (200, 202)
    request, = place.spans.wait(trace, ["POST /wormhole"])
    below(dead, request, CONSUMER)
    assert dead.failed and dead.attributes["error.type"] == "lost"
    assert dead.attributes["lightcone.job.attempt"] == 1
    assert dead.end - dead.start < 60e9
    wait_until(lambda: traced.total(
        place.site, "lightcone_job_duration_seconds_count", kind="wormhole",
        outcome="lost") == lost + 1, "the count")
