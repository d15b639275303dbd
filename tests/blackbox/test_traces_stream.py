"""What events say of the trace that they belong to, by every way, and the spans
of what is published by WebSocket."""

import json
import sqlite3
import subprocess
from contextlib import ExitStack, closing, contextmanager

import pytest

import traced
from hub import PATH, Hub
from keys import add_key, bearer
from processes import Program, clean_environment, wait_until
from sse import events_after, now
from test_singularity_picture import Served
from traced import PRODUCER, below

OFF = {"LIGHTCONE_TRACES": "none"}
RARELY = {"LIGHTCONE_TRACES": "otlp",
          "LIGHTCONE_TRACE_SAMPLER": "parentbased_traceidratio",
          "LIGHTCONE_TRACE_SAMPLER_ARG": "0"}


class Place:
    """A process of the product and a hub over one state directory."""

    def __init__(self, stage, served, hub, options):
        self.stage, self.site, self.hub = stage, served.site, hub
        self.options = options

    def environment(self):
        return clean_environment(LIGHTCONE_STATE=self.hub.state,
                                 **self.options)

    def post(self, message, *fields):
        reply = self.site.ask("POST", PATH, "", json.dumps(message).encode(),
                              CONTENT_TYPE="application/json", **dict(fields))
        assert reply.status == 201, reply
        return reply.json()["seq"]

    def begin(self):
        return now(self.site)

    def after(self, begin, **more):
        return events_after(self.site, begin, **more)

    def sent(self, begin):
        """The first that is sent by the server, until its time is up."""
        reply = self.site.get(PATH, begin, HTTP_ACCEPT="text/event-stream")
        return next(json.loads(line[5:]) for line in reply.text.splitlines()
                    if line.startswith("data:"))

    def tail(self, begin):
        done = subprocess.run(
            [self.stage.bin / "lightcone", "tail", "--json", "--count", "1",
             "--after", str(begin["after"])],
            env=self.environment(), capture_output=True, text=True,
            timeout=20, check=True)
        return json.loads(done.stdout)


@contextmanager
def standing(stage, options):
    directory = stage.fresh("traced")
    served = Served(stage, directory, **options)
    try:
        hub = Hub(stage, directory, directory / "state")
        hub.more = options
        with hub:
            yield Place(stage, served, hub, options)
    finally:
        served.backends.stop()


@pytest.fixture(scope="module")
def place(stage):
    """All is recorded, and exported."""
    with ExitStack() as stack:
        spans, options = stack.enter_context(traced.recording())
        options["LIGHTCONE_DEADLINE_MAX_MS"] = 1000
        made = stack.enter_context(standing(stage, options))
        made.spans = spans
        worker = Program([stage.bin / "lightcone", "work", "--processes", "1"],
                         made.environment(), made.hub.directory / "work.log")
        stack.callback(worker.stop)
        yield made


# ---- what caused it


def test_every_way_says_it(place):
    context, trace, _ = traced.parent()
    begin = place.begin()
    with place.hub.raw() as plain, place.hub.raw(envelope=0) as bare:
        seq = place.post({"a": "}"}, ("HTTP_TRACEPARENT", context))
        event = plain.next()
        assert bare.next() == {"a": "}"}
    assert event["seq"] == seq and event["data"] == {"a": "}"}
    assert list(event)[-2:] == ["data", "traceparent"]
    by_poll, = place.after(begin)
    assert event == by_poll == place.tail(begin) == place.sent(begin)
    assert place.after(begin, envelope=0) == [{"a": "}"}]
    request, = place.spans.wait(trace, ["POST /cosmic_stream"])
    assert traced.parse(event["traceparent"]) == (trace, request.id, True)
    assert request.attributes["lightcone.event.type"] == "message"
    assert request.attributes["lightcone.event.seq"] == seq


def test_an_edit(place):
    key, = bearer(add_key(place.stage, place.hub.state, "editor", "write"))
    context, trace, _ = traced.parent()
    begin = place.begin()
    reply = place.site.ask(
        "PUT", "/galaxy/M31", "", b'{"ra_deg": 10, "dec_deg": 41}',
        HTTP_AUTHORIZATION=key[1], CONTENT_TYPE="application/json",
        HTTP_TRACEPARENT=context)
    assert reply.status == 200, reply
    event, = place.after(begin, types="object")
    request, = place.spans.wait(trace, ["PUT /galaxy/{name}"])
    assert traced.parse(event["traceparent"]) == (trace, request.id, True)
    assert request.attributes["lightcone.event.seq"] == event["seq"]


def test_the_end_of_a_job(place):
    context, trace, _ = traced.parent()
    begin = place.begin()
    reply = place.site.ask(
        "GET", "/singularity", "mass_msun=10", HTTP_PREFER="respond-async",
        HTTP_TRACEPARENT=context)
    assert reply.status == 202, reply
    event, = wait_until(lambda: place.after(begin, types="job"), "its end")
    request, = place.spans.wait(trace, ["GET /singularity"])
    assert traced.parse(event["traceparent"]) == (trace, request.id, True)


# ---- by WebSocket


def publish(place, fields, *messages):
    """The events that they become, as their sender is sent them."""
    with place.hub.raw(fields) as client:
        for message in messages:
            client.text(message)
        return client.many(len(messages))


def test_messages_of_a_traced_client(place):
    context, trace, caller = traced.parent()
    events = publish(place, [("Traceparent", context)], 1, 2)
    told = [traced.parse(event["traceparent"]) for event in events]
    assert {(each[0], each[2]) for each in told} == {(trace, True)}
    wait_until(lambda: len(place.spans.all(trace)) == 2, "both spans")
    spans = {span.id: span for span in place.spans.all(trace)}
    for event, (_, span, _) in zip(events, told):
        assert spans[span].name == "publish message"
        assert (spans[span].parent, spans[span].kind) == (caller, PRODUCER)
        assert spans[span].remote and not spans[span].failed
        assert spans[span].attributes == {
            "lightcone.event.type": "message",
            "lightcone.event.seq": event["seq"]}


@pytest.mark.parametrize("fields", [
    [],
    [("traceparent", "00-" + 32 * "0" + "-" + 16 * "1" + "-01")],
    [("traceparent", "nonsense")],
    [("traceparent", traced.parent()[0]), ("traceparent", traced.parent()[0])],
], ids=["none", "zero", "nonsense", "two"])
def test_messages_of_others(place, fields):
    """Each begins a trace of its own."""
    events = publish(place, fields, 1, 2)
    traces = [traced.parse(event["traceparent"])[0] for event in events]
    assert len(set(traces)) == 2
    for trace, event in zip(traces, events):
        span, = place.spans.wait(trace, ["publish message"])
        assert span.parent is None and not span.remote
        assert traced.parse(event["traceparent"]) == (trace, span.id, True)


def test_a_client_that_is_not_recorded(place):
    context, trace, caller = traced.parent(sampled=False)
    event, = publish(place, [("traceparent", context)], 1)
    told, span, recorded = traced.parse(event["traceparent"])
    assert (told, recorded) == (trace, False) and span != caller
    test_messages_of_a_traced_client(place)
    assert place.spans.all(trace) == []


def test_messages_that_are_lost(place):
    """Their spans say so: there is no event."""
    context, trace, _ = traced.parent()
    path = place.hub.state / "state.sqlite"
    with place.hub.raw([("traceparent", context)]) as client:
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            client.text("lost")
            error = client.next()
            db.execute("ROLLBACK")
    assert error["type"] == "error" and "lost" in error["error"]["detail"]
    span, = place.spans.wait(trace, ["publish message"])
    assert span.failed and span.attributes == {
        "lightcone.event.type": "message", "error.type": "lost"}


# ---- where nobody records


@pytest.mark.parametrize("options", [OFF, RARELY], ids=["off", "rarely"])
def test_what_leads_nowhere_is_not_said(stage, options):
    context, trace, caller = traced.parent(sampled=False)
    with standing(stage, options) as place:
        begin = place.begin()
        place.post(1)
        publish(place, [], 2)
        assert all("traceparent" not in event for event in place.after(begin))
        # But who says that it is traced is told the same.
        begin = place.begin()
        place.post(3, ("HTTP_TRACEPARENT", context))
        publish(place, [("traceparent", context)], 4)
        for event in place.after(begin):
            told, span, recorded = traced.parse(event["traceparent"])
            assert (told, recorded) == (trace, False)
            assert (span == caller) == (options is OFF)
