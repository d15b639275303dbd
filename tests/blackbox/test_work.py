"""`lightcone work`: jobs of each sort, and what becomes of them."""

import os
import signal
import sqlite3
import statistics
import time
from contextlib import closing

import pytest

from processes import alive, wait_until
from worker import Work, lines

pytestmark = pytest.mark.long


@pytest.fixture
def work(stage, directory):
    made = Work(stage, directory)
    yield made
    made.stop()


@pytest.fixture
def path(directory):
    return directory / "lines"


def test_runs_what_is_there_and_what_comes(work, path):
    before = work.add_many("empty", 5, path=str(path), word="x")
    work.start()
    after = work.add_many("empty", 5, path=str(path), word="x")
    for job in before + after:
        assert work.wait_end(job)["state"] == "succeeded"
        assert work.job(job)["attempts"] == 1
    assert len(lines(path)) == 10


def test_keeps_what_a_job_made(work):
    job = work.add("result", bytes=100000)
    work.run("--once")
    row = work.job(job)
    assert (row["state"], row["result_status"]) == ("succeeded", 200)
    assert row["result_media"].startswith("text/plain")
    made = (work.state / "results" / job).read_bytes()
    assert made == bytes(97 + i % 26 for i in range(100000))
    assert row["result_bytes"] == len(made)


def test_tidies_what_the_dead_have_left(work):
    job = work.add("result", bytes=10)
    work.run("--once")
    kept = work.state / "results" / job
    assert kept.stat().st_size == 10
    left = [work.state / "results" / name
            for name in (22 * "A", 22 * "B" + ".0123456789abcdef.new")]
    for file in left:
        file.write_text("x")
        os.utime(file, (1, 1))
    work.run("--once")
    assert kept.exists() and not any(file.exists() for file in left)


# ---- failures


def test_tries_again_ever_later(work, path):
    job = work.add("fail", path=str(path), times=2, word="x")
    work.start()
    row = work.wait_end(job)
    assert (row["state"], row["attempts"]) == ("succeeded", 3)
    first, second, third = [at for _, _, at in lines(path)]
    assert second - first >= 0.05
    assert third - second >= 0.1


def test_gives_up_after_all_attempts(work, path):
    job = work.add("fail", path=str(path), times=99, word="x")
    work.start()
    row = work.wait_end(job)
    assert (row["state"], row["attempts"]) == ("failed", 4)
    assert "it is not time yet" in row["error"]
    assert len(lines(path)) == 4


def test_does_not_try_again_what_will_never_be_right(work, path):
    job = work.add("bad", path=str(path), word="x")
    work.start()
    row = work.wait_end(job)
    assert (row["state"], row["attempts"]) == ("failed", 1)
    assert "it will never be right" in row["error"]
    assert len(lines(path)) == 1


def test_refuses_a_payload_that_is_wrong(work):
    jobs = {work.add("empty", ms=-1): "greater than or equal to 0",
            work.add("empty", ms="soon"): "valid integer"}
    work.start()
    for job, words in jobs.items():
        row = work.wait_end(job)
        assert (row["state"], row["attempts"]) == ("failed", 1)
        assert words in row["error"]


@pytest.mark.parametrize(
    "kind,words", [("crash", "signal 11"), ("exit", "code 3")]
)
def test_a_crash_harms_no_other(work, kind, words):
    others = work.add_many("sleep", 4, ms=600)
    job = work.add(kind)
    worker = work.start(LIGHTCONE_WORK_PROCESSES="3")
    row = work.wait_end(job)
    assert (row["state"], row["attempts"]) == ("failed", 2)
    assert words in row["error"]
    for other in others:
        row = work.wait_end(other)
        assert (row["state"], row["attempts"]) == ("succeeded", 1)
    assert worker.running()
    wait_until(lambda: len(work.runners(worker)) == 3, "three runners again")


# ---- limits


def test_a_job_has_its_time(work):
    job = work.add("hasty", ms=60000)
    work.start()
    row = work.wait_end(job)
    assert (row["state"], row["attempts"]) == ("failed", 2)
    assert row["error"] == "It took longer than 200 ms."


def test_one_that_does_not_stop_is_ended(work):
    job = work.add("stubborn", ms=600000)
    worker = work.start("--processes", "1")
    wait_until(lambda: work.job(job)["state"] == "running", "its begin")
    runner, = work.runners(worker)
    other = work.add("empty")
    row = work.wait_end(job)
    assert row["state"] == "failed"
    assert row["error"] == "It took longer than 200 ms."
    assert not alive(runner)
    assert work.wait_end(other)["state"] == "succeeded"


@pytest.mark.plain  # sanitizers want all addresses for themselves
def test_a_job_has_its_memory(work):
    small, large = work.add("big", mb=10), work.add("big", mb=2000)
    work.start(LIGHTCONE_WORK_MEMORY_MB="1000")
    assert work.wait_end(small)["state"] == "succeeded"
    row = work.wait_end(large)
    assert (row["state"], row["attempts"]) == ("failed", 2)
    assert "2000 MB are not to be had" in row["error"]


def test_one_at_a_time_where_the_kind_says_so(work, path):
    work.add_many("single", 6, ms=100, path=str(path), word="x")
    work.start("--processes", "2")
    work.start("--processes", "2")
    work.wait_all(6)
    assert [what for what, _, _ in lines(path)] == ["begin", "end"] * 6


# ---- what runs can be seen, and told something


def test_progress_is_visible(work):
    """Once a second, however long leases are."""
    job = work.add("long", ms=4000)
    work.start(LIGHTCONE_WORK_LEASE_MS=15000)
    seen = set()

    def ended():
        row = work.job(job)
        if row["state"] == "running":
            seen.add(row["progress"])
        return row["state"] == "succeeded"

    wait_until(ended, "its end", 60)
    between = sorted(value for value in seen if 0 < value < 1)
    assert len(between) >= 2, seen


@pytest.mark.parametrize("kind", ["sleep", "long"])
def test_cancelled_while_it_runs(work, path, kind):
    job = work.add(kind, ms=19000, path=str(path), word="x")
    worker = work.start()
    wait_until(lambda: lines(path), "its begin")
    work.cancel(job)
    row = work.wait_end(job, patience_s=12)
    assert row["state"] == "cancelled"
    assert [what for what, _, _ in lines(path)] == ["begin"]
    assert len(work.runners(worker)) == 2


# ---- waking, and the clock's jobs


def commit_ms(directory):
    """How long this disk takes now for what is to outlive a power cut."""
    with closing(sqlite3.connect(directory / "yardstick")) as db:
        db.executescript("PRAGMA journal_mode = WAL;"
                         "PRAGMA synchronous = FULL;"
                         "CREATE TABLE IF NOT EXISTS t (a)")
        from_s = time.monotonic()
        db.execute("INSERT INTO t VALUES (1)")
        db.commit()
        return (time.monotonic() - from_s) * 1000


@pytest.mark.plain  # it measures time
@pytest.mark.alone
def test_woken_at_once(work, directory):
    """A polling worker would not be there in time, in any of the rounds."""
    work.start("--processes", "1")
    rounds = []
    for _ in range(5):
        waits, commits = [], []
        for _ in range(15):
            commits.append(commit_ms(directory))
            row = work.wait_end(work.add("empty"))
            waits.append(row["started_ms"] - row["created_ms"])
        # It is added when it is on the disk.
        rounds.append(statistics.median(waits) - statistics.median(commits))
        if rounds[-1] < 20:
            return
    assert min(rounds) < 20, rounds


def test_periodic_jobs_come_once(work, directory):
    ticks = directory / "ticks"
    for _ in range(2):
        work.start("--processes", "1", TESTWORK_TICKS=str(ticks))
    wait_until(lambda: len(lines(ticks)) >= 4, "four ticks", 60)
    rows = work.query("SELECT created_ms FROM jobs WHERE kind = 'tick'")
    turns = [row["created_ms"] // 2000 for row in rows]
    assert len(set(turns)) == len(turns) >= 4


# ---- workers that end by themselves


def test_once_does_what_is_due(work, path):
    due = work.add_many("empty", 20, path=str(path), word="x")
    later = work.add("empty", delay_ms=3600000)
    fails = work.add("fail", path=str(path), times=99, word="x")
    work.run("--once")
    assert {work.job(job)["state"] for job in due} == {"succeeded"}
    assert work.job(later)["state"] == "queued"
    assert work.job(fails)["attempts"] >= 1


def test_two_at_once_do_no_harm(work, path):
    jobs = work.add_many("effect", 40, ms=20, path=str(path), word="x")
    workers = [work.start("--once") for _ in range(2)]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert {work.job(job)["state"] for job in jobs} == {"succeeded"}
    assert len(lines(path)) == 40


def test_drain_waits_for_what_comes_later(work, path):
    fails = work.add("fail", path=str(path), times=2, word="x")
    crashes = work.add("crash")
    from_s = time.monotonic()
    later = work.add("empty", delay_ms=1500)
    work.run("--drain")
    assert time.monotonic() - from_s >= 1.4
    states = [work.job(job)["state"] for job in (fails, later, crashes)]
    assert states == ["succeeded", "succeeded", "failed"]


def test_an_order_may_come_at_any_time(work):
    """Above all when who would hear it is about to end."""
    for _ in range(5):
        work.add_many("empty", 5)
        worker = work.start("--once")
        while worker.running():
            for runner in work.runners(worker):
                order_often(runner)
        assert worker.wait() == 0
        assert "signal" not in worker.said(), worker.said()


def order_often(pid, times=2000):
    for _ in range(times):
        try:
            os.kill(pid, signal.SIGUSR1)
        except ProcessLookupError:
            return


def test_bad_usage(work):
    for words in (["--once", "--drain"], ["--processes", "0"],
                  ["--processes", "65"], ["--processes", "two"], ["more"],
                  ["--twice"], ["--runner", "0", "0"]):
        done = work.command("work", *words)
        assert done.returncode == 2, (words, done)
        assert done.stderr, words


def test_a_state_that_cannot_be_used_is_told(work):
    (work.state / "state.sqlite").write_text("This is no database." * 100)
    done = work.command("work", "--once")
    assert done.returncode == 73
    assert "state.sqlite" in done.stderr
