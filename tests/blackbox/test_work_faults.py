"""A full disk, and a clock that is stepped."""

import time

import pytest

import clocks
from disks import fill, small_disk
from processes import wait_until
from worker import LEASE_MS, Work, lines

pytestmark = pytest.mark.long

HOUR_S = 3600
DISK_MB = 8


# ---- a full disk


@pytest.fixture
def disk(directory):
    with small_disk(directory / "disk", DISK_MB) as place:
        yield place


def test_a_full_disk_loses_nothing(stage, directory, disk):
    work = Work(stage, directory, state=disk / "state")
    path = directory / "lines"
    try:
        done = work.add_many("empty", 3)
        work.run("--once")
        work.watch_ends()
        jobs = work.add_many("sleep", 4, ms=500, path=str(path), word="x")
        jobs.append(work.add("result", bytes=200000))
        worker = work.start()
        wait_until(lambda: lines(path), "the first job")
        ballast = fill(disk)
        refused = work.command("add", "empty", "{}", 2000)
        assert refused.returncode == 73, refused
        assert "state.sqlite" in refused.stderr
        assert refused.stdout == ""
        time.sleep(2 * LEASE_MS / 1000)
        assert worker.running()
        ballast.unlink()
        for job in jobs + done:
            assert work.wait_end(job)["state"] == "succeeded"
        assert len((work.state / "results" / jobs[-1]).read_bytes()) == 200000
        ends = work.ends()
        assert sorted(set(ends)) == sorted(ends)
        # What goes on for as long as the disk is full is said once.
        assert worker.said().count("jobs must wait") <= 2
    finally:
        work.stop()


# ---- a clock that is stepped


@pytest.mark.plain  # a sanitizer wants to be the first library
@pytest.mark.parametrize("step_s", [HOUR_S, -HOUR_S])
def test_the_clock_is_stepped_by_an_hour(stage, directory, step_s):
    clocks.needed(stage)
    clock = clocks.Clock(directory)
    path = directory / "lines"
    work = Work(stage, directory, **clock.environment())
    try:
        from_s = time.monotonic()
        job = work.add("sleep", ms=3 * LEASE_MS, path=str(path), word="x")
        later = work.add("empty", delay_ms=4 * LEASE_MS,
                         path=str(directory / "later"), word="x")
        for _ in range(2):
            work.start("--processes", "1")
        wait_until(lambda: lines(path), "its begin")
        clock.step(step_s)
        row = work.wait_end(job)
        # Nobody took it for lost, and nobody took it for late.
        assert (row["state"], row["attempts"]) == ("succeeded", 1)
        begin, end = [at for _, _, at in lines(path)]
        assert abs(end - begin - step_s) < HOUR_S / 2  # it was stepped
        assert work.job(later)["attempts"] == 0 or (
            time.monotonic() - from_s >= 4 * LEASE_MS / 1000)
        assert work.wait_end(later)["state"] == "succeeded"
        assert time.monotonic() - from_s >= 4 * LEASE_MS / 1000
        # What comes now is done now.
        assert work.wait_end(work.add("empty"))["state"] == "succeeded"
        clock.step(0)
        assert work.wait_end(work.add("empty"))["state"] == "succeeded"
    finally:
        work.stop()
