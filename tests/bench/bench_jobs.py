#!/usr/bin/env python3
"""Jobs: how many empty ones a second one worker runs, and how soon one that
is added begins.  The yardstick is plain SQLite on the same disk.

    bench_jobs.py [--quick] [--save]
"""
import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from report import machine, save, today

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("LIGHTCONE_BUILD", HERE.parents[1]))
TESTWORK = BUILD / "tests/testwork"
AIM_PER_S, AIM_MS = 2000, 20
PATIENCE_S = 120


def environment(state):
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("LIGHTCONE_")}
    return {**kept, "LIGHTCONE_STATE": str(state),
            "LIGHTCONE_LOG_LEVEL": "warning"}


def testwork(state, *words):
    return subprocess.run(
        [TESTWORK, *map(str, words)], env=environment(state), check=True,
        stdout=subprocess.PIPE, text=True).stdout.split()


def rows(state, sql):
    path = f"file:{state}/state.sqlite?mode=ro"
    db = sqlite3.connect(path, uri=True, timeout=10)
    try:
        return db.execute(sql).fetchall()
    finally:
        db.close()


def worker(state, *words):
    return subprocess.Popen([TESTWORK, "work", *words],
                            env=environment(state), stderr=subprocess.DEVNULL)


def jobs_per_s(directory, count):
    """From the first begin to the last end, as state.sqlite has them."""
    state = directory / f"jobs-{time.monotonic_ns()}"
    state.mkdir()
    testwork(state, "add", "empty", "{}", count)
    subprocess.run([TESTWORK, "work", "--once"], env=environment(state),
                   stderr=subprocess.DEVNULL, check=True, timeout=PATIENCE_S)
    (done, first, last), = rows(
        state, "SELECT count(*), min(started_ms), max(ended_ms) FROM jobs"
               " WHERE kind = 'empty' AND state = 'succeeded'")
    if done != count:
        sys.exit(f"{done} of {count} jobs are done")
    return count / ((last - first) / 1000)


def waits_ms(directory, count):
    """How long after it was added each of some lone jobs began."""
    state = directory / f"waits-{time.monotonic_ns()}"
    state.mkdir()
    waits = []
    process = worker(state)
    try:
        for _ in range(count):
            job, = testwork(state, "add", "empty", "{}")
            until_s = time.monotonic() + PATIENCE_S
            sql = ("SELECT started_ms - created_ms FROM jobs WHERE"
                   f" id = '{job}' AND state = 'succeeded'")
            while not (found := rows(state, sql)):
                if time.monotonic() > until_s:
                    sys.exit("a job was not done")
                time.sleep(0.02)
            waits.append(found[0][0])
    finally:
        process.terminate()
        process.wait()
    return statistics.median(waits)


def plain(directory, synchronous):
    db = sqlite3.connect(directory / f"plain-{time.monotonic_ns()}.sqlite",
                         isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute(f"PRAGMA synchronous = {synchronous}")
    db.execute("CREATE TABLE jobs (seq INTEGER PRIMARY KEY, state TEXT)")
    return db


def pairs_per_s(directory, count):
    """Two transactions to a job, claim and end, and nothing besides."""
    db = plain(directory, "NORMAL")
    db.execute("BEGIN")
    db.executemany("INSERT INTO jobs (state) VALUES (?)",
                   [("queued",)] * count)
    db.execute("CREATE INDEX ready ON jobs (seq) WHERE state = 'queued'")
    db.execute("COMMIT")
    from_s = time.monotonic()
    for _ in range(count):
        db.execute("BEGIN IMMEDIATE")
        (seq,), = db.execute(
            "UPDATE jobs SET state = 'running' WHERE seq = (SELECT seq FROM"
            " jobs INDEXED BY ready WHERE state = 'queued' ORDER BY seq"
            " LIMIT 1) RETURNING seq").fetchall()
        db.execute("COMMIT")
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE jobs SET state = 'succeeded' WHERE seq = ?",
                   (seq,))
        db.execute("COMMIT")
    rate = count / (time.monotonic() - from_s)
    db.close()
    return rate


def commit_ms(directory, count):
    """A commit that outlives a power cut, as the adding of a job is."""
    db = plain(directory, "FULL")
    took = []
    for _ in range(count):
        time.sleep(0.02)
        from_s = time.monotonic()
        db.execute("INSERT INTO jobs (state) VALUES ('queued')")
        took.append((time.monotonic() - from_s) * 1000)
    db.close()
    return statistics.median(took)


def measure(rounds, count):
    figures = {"jobs": [], "pairs": [], "waits": [], "commits": []}
    with tempfile.TemporaryDirectory(prefix="lc-jobs-", dir=BUILD) as name:
        directory = Path(name)
        for _ in range(rounds):
            figures["jobs"].append(jobs_per_s(directory, count))
            figures["pairs"].append(pairs_per_s(directory, count))
            figures["waits"].append(waits_ms(directory, 31))
            figures["commits"].append(commit_ms(directory, 31))
    return {name: statistics.median(each) for name, each in figures.items()}


def table(f):
    return "\n".join([
        "| what | Lightcone | plain SQLite | ratio | aim |",
        "| --- | ---: | ---: | ---: | ---: |",
        f"| empty jobs a second, one worker | {f['jobs']:,.0f} "
        f"| {f['pairs']:,.0f} | {f['jobs'] / f['pairs']:.2f} "
        f"| ≥ {AIM_PER_S:,} |",
        f"| ms from adding to the begin, idle | {f['waits']:.1f} "
        f"| {f['commits']:.1f} | {f['waits'] / f['commits']:.2f} "
        f"| < {AIM_MS} |"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--save", action="store_true")
    options = parser.parse_args()
    rounds, count = (1, 2000) if options.quick else (5, 10000)
    load = os.getloadavg()[0]
    text = (f"{today()}. {machine()}.\n\nMedians of {rounds} rounds, "
            f"{count:,} jobs in each. Plain SQLite, driven by Python, makes "
            "the same transactions on the same disk: two to a job, which "
            "survive the death of the process, and one for adding it, which "
            f"survives a power cut. Load before: {load:.1f}.\n\n"
            + table(measure(rounds, count)))
    print(text)
    if options.save:
        save(HERE / "RESULTS.md", "Jobs", text)


if __name__ == "__main__":
    main()
