"""Workers that are stopped, killed or frozen: no job is lost, and none ends
twice."""

import os
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from processes import alive, children, wait_until
from worker import LEASE_MS, Work, lines, steps

pytestmark = pytest.mark.long

# Of who adds a job, whom a worker cannot help.
ADDING = ("add", "added")
AT_ONCE = 5  # of those that wait


@pytest.fixture
def work(stage, directory):
    made = Work(stage, directory)
    yield made
    made.stop()


@pytest.fixture
def path(directory):
    return directory / "lines"


def begun(path):
    wait_until(lambda: lines(path), "its begin")


# ---- at each step of a job's life


def deadly(directory, step):
    return {"TESTWORK_STEP": step, "TESTWORK_LATCH": directory / "latch"}


@pytest.mark.parametrize("step", ADDING)
def test_killed_while_it_adds(work, directory, step):
    work.add("empty")
    done = work.command("add", "empty", "{}", **deadly(directory, step))
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == ""
    there = 2 if step == "added" else 1
    assert work.count("queued") == there
    work.run("--once")
    assert work.count("succeeded") == there


def lose_a_job(work, path):
    """Leaves one whose worker was killed, and whose lease has run out."""
    job = work.add("sleep", ms=700, path=str(path), word="x")
    worker = work.start()
    begun(path)
    worker.process.kill()
    worker.wait()
    time.sleep(LEASE_MS / 1000)
    return job


OF_WORKERS = [step for step in steps() if step not in ADDING]


def kill_at(stage, step):
    """The first process that gets there dies: a runner, or the supervisor
    with all its runners.  A new worker does the rest."""
    directory = stage.fresh(step)
    work = Work(stage, directory)
    try:
        judge_killed(work, directory, step)
    finally:
        work.stop()


def judge_killed(work, directory, step):
    path, latch = directory / "lines", directory / "latch"
    work.add("empty")
    work.run("--once")
    work.watch_ends()
    lost = [lose_a_job(work, path)] if step == "sweep" else []
    job = work.add("result", bytes=5000, ms=1600)
    worker = work.start("--processes", "1", **deadly(directory, step))
    wait_until(latch.exists, f"the step {step}", 20)
    if step in ("beat", "sweep"):
        assert worker.wait() == -signal.SIGKILL
        work.start("--processes", "1")
    for each in lost + [job]:
        assert work.wait_end(each)["state"] == "succeeded"
    assert work.job(job)["result_bytes"] == 5000
    made = (work.state / "results" / job).read_bytes()
    assert made == bytes(97 + i % 26 for i in range(5000))
    time.sleep(LEASE_MS / 1000 + 1)
    ends = work.ends()
    assert sorted(ends) == sorted(set(ends))
    seqs = {work.job(each)["seq"] for each in lost + [job]}
    assert seqs <= set(ends)


@pytest.fixture(scope="module")
def killed(stage):
    """What becomes of each step's job: side by side, as all of them wait for
    leases to run out."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield {step: threads.submit(kill_at, stage, step)
               for step in OF_WORKERS}


@pytest.mark.parametrize("step", OF_WORKERS)
def test_killed_at_a_step(killed, step):
    killed[step].result()


# ---- told to stop


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
)
def test_stopped_it_finishes_what_it_has(work, path, number):
    job = work.add("sleep", ms=1500, path=str(path), word="x")
    worker = work.start("--processes", "1")
    begun(path)
    other = work.add("empty")
    worker.signal(number)
    assert worker.wait() == 0
    row = work.job(job)
    assert (row["state"], row["attempts"]) == ("succeeded", 1)
    assert work.job(other)["state"] == "queued"


@pytest.mark.parametrize("kind", ["sleep", "long", "stubborn"])
def test_stopped_it_gives_back_what_lasts(work, path, kind):
    job = work.add(kind, ms=19000, path=str(path), word="x")
    worker = work.start(LIGHTCONE_WORK_GRACE_MS="300")
    begun(path)
    runners = work.runners(worker)
    worker.signal(signal.SIGTERM)
    assert worker.wait(8) == 0
    row = work.job(job)
    assert (row["state"], row["attempts"]) == ("queued", 0)
    assert not any(alive(pid) for pid in runners)


def test_a_second_signal_ends_its_grace(work, path):
    job = work.add("sleep", ms=19000, path=str(path), word="x")
    worker = work.start(LIGHTCONE_WORK_GRACE_MS="600000")
    begun(path)
    worker.signal(signal.SIGTERM)
    wait_until(lambda: "told to stop" in worker.said(), "its words")
    assert worker.running()
    worker.signal(signal.SIGTERM)
    assert worker.wait(8) == 0
    assert work.job(job)["state"] == "queued"


def test_stopped_at_once_when_idle(work):
    worker = work.start()
    wait_until(lambda: len(work.runners(worker)) == 2, "two runners")
    worker.signal(signal.SIGTERM)
    assert worker.wait(8) == 0


def test_a_locked_file_keeps_no_order_waiting(work, path):
    """Who cannot renew one lease does not try the others, each for 2 s."""
    for number in range(8):
        work.add("sleep", ms=19000, path=str(path), word=str(number))
    worker = work.start("--processes", "8", LIGHTCONE_WORK_GRACE_MS=0,
                        LIGHTCONE_WORK_LEASE_MS=15000)
    wait_until(lambda: len(lines(path)) == 8, "all of them")
    with closing(sqlite3.connect(work.state / "state.sqlite")) as db:
        db.execute("BEGIN IMMEDIATE")
        time.sleep(1.5)
        began = time.monotonic()
        worker.signal(signal.SIGTERM)
        wait_until(lambda: "told to stop" in worker.said(), "its answer", 60)
        took_s = time.monotonic() - began
        db.rollback()
    assert took_s < 9
    assert worker.wait() == 0
    assert work.count("queued") == 8


# ---- not told anything


def test_killed_it_leaves_nobody_behind(work, path):
    work.add("sleep", ms=19000, path=str(path), word="x")
    worker = work.start()
    begun(path)
    runners = children(worker.pid)
    assert len(runners) == 2
    worker.process.kill()
    worker.wait()
    wait_until(lambda: not any(alive(pid) for pid in runners), "their end")


def test_a_lease_that_runs_out_is_taken_up(work, path):
    job = work.add("sleep", ms=700, path=str(path), word="x")
    worker = work.start()
    begun(path)
    worker.process.kill()
    worker.wait()
    assert work.job(job)["state"] == "running"
    work.start()
    row = work.wait_end(job)
    assert (row["state"], row["attempts"]) == ("succeeded", 2)
    assert [what for what, _, _ in lines(path)] == ["begin", "begin", "end"]


def test_a_lease_is_renewed(work, path):
    """A job that lasts longer than its lease is left to who has it."""
    job = work.add("sleep", ms=3 * LEASE_MS, path=str(path), word="x")
    for _ in range(2):
        work.start("--processes", "1")
    row = work.wait_end(job)
    assert (row["state"], row["attempts"]) == ("succeeded", 1)


def test_who_was_frozen_changes_nothing(work, path):
    """Its job was taken from it; what it then says of it is not heard."""
    work.add("empty")
    work.run("--once")
    work.watch_ends()
    job = work.add("sleep", ms=1000, path=str(path), word="x")
    first = work.start("--processes", "1")
    begun(path)
    frozen = [first.pid, *work.runners(first)]
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    work.start("--processes", "1")
    row = work.wait_end(job)
    assert (row["state"], row["attempts"]) == ("succeeded", 2)
    for pid in frozen:
        os.kill(pid, signal.SIGCONT)
    other = work.add("empty")
    assert work.wait_end(other)["state"] == "succeeded"
    wait_until(lambda: "not ours" in first.said() or
               "was cancelled" in first.said(), "its words")
    assert work.job(job) == row
    assert work.ends().count(row["seq"]) == 1
