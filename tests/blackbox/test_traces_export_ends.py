"""Exporters that are killed, told to end, or have another one beside them; and
what runs jobs in the same program.
"""

import signal
import time
from contextlib import ExitStack

import pytest

import collector
import sinks
from collector import Answer
from processes import children, inherited_descriptors, wait_until
from spans import SPANS
from worker import Work, is_runner, kill_hard

pytestmark = pytest.mark.skipif(not SPANS.exists(),
                                reason="tests/spans is not built")
LONG_MS = 60000


@pytest.fixture
def place(export):
    """A place to export from, once it is told where to."""
    return export(otlp_timeout_ms=LONG_MS)


def test_killed_in_the_middle(place):
    """With -9, while a batch is on its way, again and again: all arrive, some
    perhaps twice."""
    with collector.collecting(
            *[sinks.silence, 200] * 3, 200) as there:
        place.to(there, trace_batch=10)
        put = place.put_ids(60)
        for count in (1, 3, 5):
            worker = place.start()
            there.wait(count)
            worker.process.kill()
            worker.wait()
        place.once()
        assert set(there.spans()) == set(put)
    assert place.settled()["exported"] == 60


def test_one_at_a_time(place):
    """Of two workers one exports; when it is killed the other one does."""
    with collector.collecting() as there:
        place.to(there)
        first, second = place.start(), place.start()
        exports = "exporting spans"
        wait_until(lambda: exports in place.said(), "an exporter")
        if exports in second.said():
            first, second = second, first
        for mark in range(5):
            place.put(1, mark)
            there.wait(mark + 1)
        assert exports not in second.said()
        assert len({got.connection for got in there.got}) == 1
        first.process.kill()
        first.wait()
        place.put(1, 7)
        there.wait(6)
        assert exports in second.said()
        # What another one does is not waited for.
        place.once()
    assert place.settled()["exported"] == 6


# ---- ends


def test_told_to_end(place):
    """What waits for others no longer does."""
    with collector.collecting() as there:
        place.to(there, trace_delay_ms=3600000)
        worker = place.start()
        wait_until(lambda: "exporting" in worker.said(), "an exporter")
        put = place.put_ids(5)
        place.end(worker)
        assert there.spans() == put


def test_told_to_end_while_it_hangs(export):
    """It does so soon, and what was not taken stays for the next one."""
    with ExitStack() as stack:
        theres = [stack.enter_context(collector.collecting(step)) for step in (
            sinks.silence, sinks.silence, sinks.hang_after_status,
            Answer(429, Retry_After="300"))]
        places = [export(otlp_timeout_ms=LONG_MS).to(there)
                  for there in theres]
        places[1].options["work_grace_ms"] = 0
        put = [place.put_ids(5) for place in places]
        workers = [place.start() for place in places]
        for there in theres:
            there.wait(1)
        began = time.monotonic()
        for worker in workers:
            worker.signal(signal.SIGTERM)
        for worker in workers:
            assert worker.wait() == 0, worker.said()
        assert time.monotonic() - began < 10
        for there, place, ids in zip(theres, places, put):
            assert place.look()["waiting"] == 5
            there.script[:] = [200]
            place.once()
            assert there.spans() == ids
            place.settled()


def test_once_does_not_wait_for_ever(place):
    """A collector that asks for more time than there is gets it."""
    with collector.collecting(Answer(503, Retry_After="60")) as there:
        place.to(there)
        place.put(5)
        place.once()
        assert len(there.got) == 1
    assert place.look()["waiting"] == 5


def test_told_to_end_twice(place):
    """The first time what hangs gets a moment more, the second time none."""
    with collector.collecting(sinks.silence) as there:
        place.to(there)
        place.put(5)
        worker = place.start("--once")
        there.wait(1)
        for times in (1, 2):
            worker.signal(signal.SIGTERM)
            wait_until(lambda: not worker.running()
                       or "told to stop" in worker.said(), "an answer")
        place.end(worker)
    assert place.look()["waiting"] == 5


def test_runners_know_nothing_of_it(place):
    """Processes that start while there is a connection do not have it."""
    with collector.collecting() as there:
        place.to(there)
        worker = place.start()
        place.put(1)
        there.wait(1)

        def runner():
            found = [pid for pid in children(worker.pid) if is_runner(pid)]
            return found and found[0]

        first = wait_until(runner, "a runner")
        kill_hard(first)
        second = wait_until(lambda: runner() not in (0, first) and runner(),
                            "another runner")
        had = inherited_descriptors(second)
        assert not any("socket" in target or "spans" in target
                       for target in had.values()), had


def test_jobs_do_not_wait_for_it(stage, directory, place):
    """A job that takes longer than its lease is done once, by one worker, while
    a collector hangs."""
    with collector.collecting(sinks.silence) as there:
        place.to(there)
        place.put(3)
        work = Work(stage, directory, place.state, **{
            "LIGHTCONE_OTLP_ENDPOINT": there.url,
            "LIGHTCONE_OTLP_PROTOCOL": "http/json",
            "LIGHTCONE_TRACE_DELAY_MS": 1,
            "LIGHTCONE_WORK_LEASE_MS": 500})
        try:
            worker = work.start()
            there.wait(1)
            job = work.add("sleep", ms=1500, word="x",
                           path=str(directory / "done"))
            assert work.wait_end(job)["state"] == "succeeded"
            assert work.job(job)["attempts"] == 1
            assert len(there.got) == 1
            place.end(worker)
        finally:
            work.stop()
