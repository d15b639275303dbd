"""A thousand jobs, or ten thousand, while a random worker is killed every second."""

import random
import time

import pytest

from processes import Program
from stage import THOROUGH
from worker import FINAL, Work, kill_hard, lines

JOBS, KILLS = (10000, 60) if THOROUGH else (1000, 6)
WORKERS = 3
BATCHES = 20
PATIENCE_S = 300
PAUSE_S = 1

pytestmark = pytest.mark.long


@pytest.fixture
def work(stage, directory):
    made = Work(stage, directory, LIGHTCONE_WORK_PROCESSES=1,
                LIGHTCONE_LOG_LEVEL="error")
    yield made
    made.stop()


class Workers:
    """So many, each started anew when it was killed."""

    def __init__(self, work):
        self.work = work
        self.running = [self.one() for _ in range(WORKERS)]
        self.kills = 0

    def one(self):
        return Program([self.work.program, "work"],
                       self.work.environment({}),
                       self.work.directory / "chaos.log")

    def kill_one(self, chance):
        """A supervisor, with all that it has, or a runner."""
        at = chance.randrange(WORKERS)
        worker = self.running[at]
        victims = self.work.runners(worker)
        if victims and chance.random() < 0.5:
            self.kills += kill_hard(victims[0])
            return
        self.kills += kill_hard(worker.pid)
        worker.wait()
        self.running[at] = self.one()

    def stop(self):
        for worker in self.running:
            worker.stop()


def add_all(work, path, chance):
    """All of them, in batches that last 5 to 50 ms."""
    ids = []
    for _ in range(BATCHES):
        ids += work.add_many(
            "effect", JOBS // BATCHES, ms=chance.randint(5, 50),
            path=str(path), word="x",
        )
    return ids


def test_every_job_ends_once(work, directory):
    path, chance = directory / "lines", random.Random(20261130)
    work.add("empty")
    work.run("--once", LIGHTCONE_LOG_LEVEL="notice")
    work.watch_ends()
    ids = add_all(work, path, chance)
    assert len(set(ids)) == JOBS
    workers = Workers(work)
    try:
        until_s = time.monotonic() + PATIENCE_S
        while work.count(*FINAL) < JOBS + 1 or workers.kills < KILLS:
            assert time.monotonic() < until_s, work.count(*FINAL)
            time.sleep(PAUSE_S)
            workers.kill_one(chance)
    finally:
        workers.stop()
    assert workers.kills >= KILLS
    rows = work.query("SELECT seq, id, state FROM jobs WHERE kind = 'effect'")
    assert {row["id"] for row in rows} == set(ids)
    assert {row["state"] for row in rows} == {"succeeded"}
    ends = work.ends()
    assert sorted(set(ends)) == sorted(ends)
    assert {row["seq"] for row in rows} <= set(ends)
    # A job itself is run at least once, and again only after a kill.
    assert JOBS <= len(lines(path)) <= JOBS + workers.kills
