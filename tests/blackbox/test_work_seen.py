"""What others see of a worker's attempts, however they end: each is counted
once, and has its span below whoever wanted the job."""

import json
import os
import signal
import time
from contextlib import contextmanager

import pytest

import fronts
import traced
from fcgi_client import FcgiSite
from processes import children, wait_until
from traced import CONSUMER, INTERNAL
from worker import Work, is_runner, lines

pytestmark = pytest.mark.long

RUNS = "lightcone_job_duration_seconds_count"
WAITS = "lightcone_job_wait_seconds_count"


@contextmanager
def metrics_site(stage, directory, state):
    path = directory / "metrics.sock"
    with fronts.backends_on(path, stage.bin / "lightcone.fcgi", state):
        yield FcgiSite(path)


@pytest.fixture
def work(stage, directory):
    with traced.recording() as (spans, options):
        made = Work(stage, directory, **options)
        with metrics_site(stage, directory, made.state) as made.site:
            made.spans, made.path = spans, directory / "lines"
            yield made
            made.stop()


def add(work, kind, **payload):
    """A job in a trace of its own: its number, the trace, its caller."""
    context, trace, caller = traced.parent()
    words = {"path": str(work.path), "word": "x", **payload}
    done = work.command("add", kind, json.dumps(words),
                        TESTWORK_TRACE=context)
    assert done.returncode == 0, done
    return done.stdout.strip(), trace, caller


def outcomes(work, kind):
    """How often what has become of an attempt, where it has."""
    found = traced.samples(work.site, RUNS, kind=kind)
    return {dict(labels)["outcome"]: int(count)
            for labels, count in found.items() if count}


def check(work, kind, trace, caller, **wanted):
    """So many attempts, of which so many ended so."""
    count = sum(wanted.values())
    wait_until(lambda: sum(outcomes(work, kind).values()) == count,
               f"{count} attempts")
    assert outcomes(work, kind) == wanted
    assert traced.total(work.site, WAITS, kind=kind) == count
    wait_until(lambda: len(runs_of(work, kind, trace)) == count, "spans")
    runs = runs_of(work, kind, trace)
    waits = [span for span in work.spans.all(trace)
             if span.name == f"queued {kind}"]
    for spans, of_kind in ((runs, CONSUMER), (waits, INTERNAL)):
        assert [span.kind for span in spans] == [of_kind] * count
        assert {span.parent for span in spans} == {caller}
        assert sorted(span.attributes["lightcone.job.attempt"]
                      for span in spans) == [*range(1, count + 1)]
    for wait, run in zip(waits, runs):
        traced.one_after_the_other(wait, run)
    return runs


def runs_of(work, kind, trace):
    return sorted((span for span in work.spans.all(trace)
                   if span.name == f"job {kind}"), key=lambda span: span.start)


@pytest.mark.parametrize("kind, payload, wanted, failures", [
    ("empty", {}, {"succeeded": 1}, [None]),
    ("long", {"ms": 20}, {"succeeded": 1}, [None]),
    ("fail", {"times": 2}, {"retried": 2, "succeeded": 1},
     ["unavailable", "unavailable", None]),
    ("fail", {"times": 99}, {"retried": 3, "failed": 1}, 4 * ["unavailable"]),
    ("bad", {}, {"failed": 1}, ["invalid-input"]),
    ("hasty", {"ms": 10000}, {"retried": 1, "failed": 1}, 2 * ["deadline"]),
    ("crash", {}, {"lost": 2}, 2 * ["lost"]),
    ("exit", {}, {"lost": 2}, 2 * ["lost"]),
])
def test_each_end(work, kind, payload, wanted, failures):
    job, trace, caller = add(work, kind, **payload)
    work.start()
    work.wait_end(job)
    runs = check(work, kind, trace, caller, **wanted)
    assert [span.attributes.get("error.type") for span in runs] == failures
    assert [span.failed for span in runs] == [
        failure is not None for failure in failures]
    for span in runs:
        assert span.attributes["lightcone.job.kind"] == kind
        assert span.attributes["lightcone.job.number"] == 1


def test_cancelled(work):
    job, trace, caller = add(work, "sleep", ms=15000)
    work.start()
    wait_until(lambda: lines(work.path), "its begin")
    work.cancel(job)
    assert work.wait_end(job)["state"] == "cancelled"
    run, = check(work, "sleep", trace, caller, cancelled=1)
    assert run.attributes["error.type"] == "cancelled"


def test_given_back(work):
    """As if it had not been begun: the next attempt has the same number."""
    _, trace, caller = add(work, "sleep", ms=15000)
    worker = work.start(LIGHTCONE_WORK_GRACE_MS=300)
    wait_until(lambda: lines(work.path), "its begin")
    worker.signal(signal.SIGTERM)
    assert worker.wait() == 0
    run, = check(work, "sleep", trace, caller, returned=1)
    assert run.attributes["error.type"] == "stopping"


@pytest.mark.parametrize("whole", [False, True], ids=["runner", "worker"])
def test_killed(work, whole):
    """The supervisor of a dead runner speaks for it at once; for a dead worker
    the next one, when the lease has run out."""
    job, trace, caller = add(work, "sleep", ms=400)
    worker = work.start("--processes", "1")
    wait_until(lambda: lines(work.path), "its begin")
    began = time.time()
    if whole:
        worker.process.kill()
        worker.wait()
        work.start("--processes", "1")
    else:
        os.kill(*filter(is_runner, children(worker.pid)), signal.SIGKILL)
    assert work.wait_end(job)["attempts"] == 2
    dead, run = check(work, "sleep", trace, caller, lost=1, succeeded=1)
    assert dead.failed and dead.attributes["error.type"] == "lost"
    assert not run.failed
    assert (dead.end - dead.start) / 1e9 <= time.time() - began + 1


def test_nobody_s(work):
    """A job that nobody's trace has begins its own, and is counted as well."""
    job = work.add("empty")
    work.start()
    work.wait_end(job)
    wait_until(lambda: outcomes(work, "empty") == {"succeeded": 1}, "its end")
    run, = wait_until(lambda: [span for span in work.spans.all()
                               if span.name == "job empty"], "its span")
    assert run.parent is None and run.kind == CONSUMER
    assert {span.name for span in work.spans.all(run.trace)} >= {"bind"}
    assert "queued empty" not in {span.name for span in work.spans.all()}


def test_how_long(work):
    """Waits count from when a job was due, not from when it was added."""
    work.add("sleep", delay_ms=700, ms=300)
    work.run("--drain")
    assert 0.25 < traced.total(
        work.site, "lightcone_job_duration_seconds_sum", kind="sleep") < 30
    assert traced.total(
        work.site, "lightcone_job_wait_seconds_sum", kind="sleep") < 0.65
