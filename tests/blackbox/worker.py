"""The tests' worker (tests/testwork) over a state directory of its own, its
jobs, and what state.sqlite says of them."""

import json
import os
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from processes import Program, alive, children, clean_environment, wait_until
from stage import SOURCE

FINAL = ("succeeded", "failed", "cancelled")
LEASE_MS = 1500
PATIENCE_S = 60

# What no job may do twice is seen in the transaction that does it.
WATCH = f"""
CREATE TABLE ended (seq INTEGER, state TEXT);
CREATE TRIGGER watch_ended AFTER UPDATE OF state ON jobs
WHEN new.state IN {FINAL} AND old.state <> new.state
BEGIN INSERT INTO ended VALUES (new.seq, new.state); END;
"""


def steps():
    """The names of a job's steps, from the table in the header."""
    header = (SOURCE / "app/services/jobs_steps.h").read_text()
    return [line.split('"')[1] for line in header.splitlines()
            if line.startswith("\tX(")]


class Work:
    def __init__(self, stage, directory, state=None, **options):
        self.program = stage.bin / "testwork"
        self.directory = directory
        self.state = state or directory / "state"
        self.state.mkdir(mode=0o700, exist_ok=True)
        self.options = {
            "LIGHTCONE_STATE": self.state,
            "LIGHTCONE_WORK_LEASE_MS": LEASE_MS,
            "LIGHTCONE_WORK_PROCESSES": 2,
            **options,
        }
        self.workers = []

    def environment(self, more):
        return clean_environment(**{**self.options, **more})

    # ---- workers

    def start(self, *words, **more):
        """A worker; its first messages have come when this returns."""
        log = self.directory / f"work-{len(self.workers)}.log"
        worker = Program(
            [self.program, "work", *words], self.environment(more), log
        )
        self.workers.append(worker)
        wait_until(
            lambda: not worker.running() or "running jobs" in worker.said(),
            "a worker",
        )
        return worker

    def run(self, *words, patience_s=PATIENCE_S, **more):
        """A worker that ends by itself, and must do so well."""
        worker = self.start(*words, **more)
        assert worker.wait(patience_s) == 0, worker.said()
        return worker

    def runners(self, worker):
        return [pid for pid in children(worker.pid) if is_runner(pid)]

    def stop(self):
        for worker in self.workers:
            if worker.running():
                worker.signal(signal.SIGCONT)
                worker.process.kill()
                worker.wait()

    # ---- jobs

    def command(self, *words, **more):
        return subprocess.run(
            [self.program, *map(str, words)], env=self.environment(more),
            capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        )

    def add_many(self, kind, count, delay_ms=0, **payload):
        done = self.command("add", kind, json.dumps(payload), count, delay_ms)
        assert done.returncode == 0, done
        return done.stdout.split()

    def add(self, kind, delay_ms=0, **payload):
        return self.add_many(kind, 1, delay_ms, **payload)[0]

    def cancel(self, job):
        done = self.command("cancel", job)
        assert done.returncode == 0, done

    # ---- what is there

    def query(self, sql, *values):
        path = f"file:{self.state / 'state.sqlite'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True, timeout=10)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(sql, values)]

    def watch_ends(self):
        """From now on: ends() knows of each time that a job ended."""
        path = self.state / "state.sqlite"
        with closing(sqlite3.connect(path, timeout=10)) as db:
            db.executescript(WATCH)

    def ends(self):
        return [row["seq"] for row in self.query("SELECT seq FROM ended")]

    def job(self, job):
        row, = self.query("SELECT * FROM jobs WHERE id = ?", job)
        return row

    def count(self, *states):
        marks = ", ".join("?" * len(states))
        row, = self.query(
            "SELECT count(*) AS number FROM jobs WHERE kind <> 'tick'"
            f" AND state IN ({marks})", *states,
        )
        return row["number"]

    def wait_state(self, job, *states, patience_s=PATIENCE_S):
        """Until the job is in one of the states; what it is then."""
        def look():
            row = self.job(job)
            return row if row["state"] in states else None

        try:
            return wait_until(look, f"{job} {states}", patience_s)
        except TimeoutError:
            raise AssertionError(
                f"{self.job(job)}\n{self.said()}") from None

    def wait_end(self, job, **more):
        return self.wait_state(job, *FINAL, **more)

    def wait_all(self, number, patience_s=PATIENCE_S):
        wait_until(lambda: self.count(*FINAL) >= number,
                   f"the end of {number} jobs", patience_s)

    def said(self):
        return "".join(worker.said()[-4000:] for worker in self.workers)


def is_runner(pid):
    try:
        return b"--runner" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


def kill_hard(pid):
    """Ends a process with -9, if it is there; whether it was."""
    if not alive(pid):
        return False
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def lines(path):
    """What jobs wrote into a file: (what, word, seconds)."""
    try:
        text = Path(path).read_text()
    except FileNotFoundError:
        return []
    found = [line.split(" ") for line in text.splitlines()]
    return [(what, word, int(us) / 1e6) for what, word, us in found]
