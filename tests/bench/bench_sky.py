#!/usr/bin/python3
"""Measures imports and cones on two million stars, and prints tables.

    make bench-sky                or, with the programs in another place,
    LIGHTCONE_BUILD=DIR tests/bench/bench_sky.py [--save] [--stars N]

The yardsticks are SQLite's R*Tree and, where Debian's packages are there,
PostgreSQL with Q3C.  All search the same cones, by turns, and must find the
same.  What Lightcone's server needs of memory is read from /proc.
"""
import argparse
import math
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import contenders
import postgres
import report

HERE, ROOT = contenders.HERE, contenders.ROOT
sys.path.insert(0, f"{ROOT}/tests/blackbox")
from fcgi_client import END_REQUEST, STDOUT, Peer  # noqa: E402

HEADING = "Two million stars"
SEED = 20260720
CATALOGUE = "stars"
# Radius in degrees, as it is shown, how many centres, and by how many times
# R*Tree and Q3C are to be beaten.
RADII = [(10 / 3600, "10″", 3000, 2, None), (10 / 60, "10′", 3000, 2, 20),
         (1, "1°", 1000, 2, None), (5, "5°", 200, None, None),
         (20, "20°", 30, 4, None)]
IMPORTS = 3
ROWS_PER_S, IMPORT_MB = 250_000, 200
WRITE_RATIO, MEMORY_MB = 2.5, 24
FORMATS = ["votable", "csv", "json"]
READ_BYTES, READ_PAUSE_S, ASK_PAUSE_S = 1 << 18, 0.002, 0.001


class Stars:
    """The programs, the stars and where all of it is."""

    def __init__(self, directory, build, count):
        self.dir, self.build, self.count = directory, build, count
        self.state = f"{directory}/state"
        self.csv = f"{directory}/stars.csv"
        os.mkdir(self.state, 0o700)

    def compile(self, name, *more):
        """Why one of our programs cannot be had, or None."""
        done = subprocess.run(
            ["cc", "-std=c11", "-D_DEFAULT_SOURCE", "-O2", "-o",
             f"{self.dir}/{name}", f"{HERE}/{name}.c", *more, "-lm"],
            capture_output=True, text=True)
        return done.stderr.strip() if done.returncode else None

    def needs(self, name, *more):
        why = self.compile(name, *more)
        if why:
            raise RuntimeError(f"{name}.c does not compile: {why}")

    def make(self):
        self.needs("stars")
        with open(self.csv, "w") as out:
            subprocess.run([f"{self.dir}/stars", str(self.count)], stdout=out,
                           check=True)

    def centres(self):
        """Small cones are around stars, large ones anywhere."""
        chance = random.Random(SEED)
        with open(self.csv) as f:
            stars = f.readlines()[1:]
        for radius, _, count, _, _ in RADII:
            for _ in range(count):
                if radius < 0.5:
                    ra, dec = chance.choice(stars).split(",")[1:3]
                else:
                    ra = 360 * chance.random()
                    dec = math.degrees(math.asin(2 * chance.random() - 1))
                yield f"{radius:.9g} {float(ra):.7f} {float(dec):.7f}\n"


def mb(kb):
    return kb * 1024 / 1e6


# ---- importing

def import_once(stars):
    """Seconds, and the most of memory in kB."""
    begin = time.monotonic()
    child = subprocess.Popen(
        [f"{stars.build}/lightcone", "import", "--catalogue", CATALOGUE,
         stars.csv], env={**os.environ, "LIGHTCONE_STATE": stars.state},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError(f"lightcone import: exit {child.returncode}")
    return time.monotonic() - begin, usage.ru_maxrss


def import_part(stars):
    done = [import_once(stars) for _ in range(IMPORTS)]
    rate = stars.count / statistics.median(seconds for seconds, _ in done)
    peak = max(mb(kb) for _, kb in done)
    return "\n".join([
        f"| import of {stars.count:,} rows of CSV | | aim |",
        "| --- | ---: | ---: |",
        f"| rows/s, median of {IMPORTS} | {rate:,.0f} | ≥ {ROWS_PER_S:,} |",
        f"| peak memory, MB | {peak:.0f} | < {IMPORT_MB} |"])


# ---- searching

def search(name, command, centres):
    """radius: (median in µs, what was found) of one round."""
    done = subprocess.run(command, input=centres, capture_output=True,
                          text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{name}: {done.stderr.strip()}")
    out = {}
    for line, (_, shown, *_) in zip(done.stdout.splitlines(), RADII):
        _, median, rows, text, numbers = line.split()
        out[shown] = float(median), (int(rows), int(text), float(numbers))
    return out


def same(a, b):
    return a[:2] == b[:2] and math.isclose(a[2], b[2], rel_tol=1e-9)


def search_all(programs, centres, rounds):
    """figures[name][radius]: the median of the rounds' medians; rows found."""
    turns = {name: [] for name in programs}
    for number in range(rounds):
        for name, command in programs.items():
            turns[name].append(search(name, command, centres))
        print(f"cones, round {number + 1} of {rounds}: " + ", ".join(
            f"{name} " + "/".join(f"{done[-1][r[1]][0]:.3g}" for r in RADII)
            for name, done in turns.items()), file=sys.stderr)
    found = turns["Lightcone"][0]
    for name, done in turns.items():
        for _, shown, *_ in RADII:
            if not same(done[0][shown][1], found[shown][1]):
                raise RuntimeError(f"{name} finds other stars at {shown}: "
                                   f"{done[0][shown]}, not {found[shown]}")
    return {name: {r[1]: statistics.median(d[r[1]][0] for d in done)
                   for r in RADII} for name, done in turns.items()}, found


def times(figures, name, shown, aim):
    """One program's time at a radius, how many of ours it is, and the aim."""
    if name not in figures:
        return ""
    ratio = figures[name][shown] / figures["Lightcone"][shown]
    return (f"{figures[name][shown]:,.1f} | {ratio:.1f} times"
            f" | {f'≥ {aim}' if aim else ''} |")


def search_table(figures, found):
    theirs = [name for name in figures if name != "Lightcone"]
    lines = ["| radius | rows | Lightcone, µs |"
             + "".join(f" {name}, µs | is | aim |" for name in theirs),
             "| --- | ---: | ---: |" + " ---: | ---: | ---: |" * len(theirs)]
    for _, shown, count, *aims in RADII:
        rows = found[shown][1][0] / count
        lines.append(
            f"| {shown} | {rows:,.0f} | {figures['Lightcone'][shown]:,.1f} | "
            + " ".join(times(figures, name, shown, aim)
                       for name, aim in zip(theirs, aims)))
    return "\n".join(lines)


# ---- writing

def write_part(stars, centres):
    large = "".join(line for line in centres.splitlines(keepends=True)
                    if line.startswith(f"{RADII[-1][0]} "))
    done = subprocess.run(
        [f"{stars.build}/tests/bench/bench_cone", stars.state, CATALOGUE,
         "write"], input=large, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"bench_cone: {done.stderr.strip()}")
    lines = ["| a cone of 20° | ms | of the query alone | MB | aim |",
             "| --- | ---: | ---: | ---: | ---: |"]
    for line in done.stdout.splitlines():
        what, *figures = line.split()
        if what == "memory":
            memory = mb(float(figures[0]))
        elif what == "alone":
            lines.append(f"| every column read | {float(figures[0]) / 1e3:.2f}"
                         f" | 1 | | |")
        else:
            us, ratio, size = map(float, figures)
            lines.append(f"| as {what} | {us / 1e3:.2f} | {ratio:.2f} | "
                         f"{size / 1e6:.1f} | ≤ {WRITE_RATIO} |")
    return "\n".join(lines), memory


# ---- the server's memory

def anonymous_kb(pid):
    with open(f"/proc/{pid}/smaps_rollup") as f:
        for line in f:
            if line.startswith("Anonymous:"):
                return int(line.split()[1])
    return 0


class Watch(threading.Thread):
    """The most of anonymous memory that a process has while this runs."""

    def __init__(self, pid):
        super().__init__()
        self.pid, self.most_kb, self.ended = pid, 0, threading.Event()

    def run(self):
        while not self.ended.wait(ASK_PAUSE_S):
            self.most_kb = max(self.most_kb, anonymous_kb(self.pid))


def fetch(path, target, query, slowly):
    """Reads one reply; the bytes of it."""
    size = 0
    with Peer(path) as peer:
        peer.ask(target, query)
        while True:
            kind, content = peer.read_record()
            if kind == STDOUT:
                size += len(content)
            elif kind == END_REQUEST:
                return size
            if slowly:
                time.sleep(READ_PAUSE_S)


def server_start(stars, path):
    process = subprocess.Popen(
        [f"{stars.build}/lightcone.fcgi", "--socket", path],
        env={**os.environ, "LIGHTCONE_STATE": stars.state,
             "LIGHTCONE_CATALOGUE": CATALOGUE, "LIGHTCONE_RATE": "off"},
        stderr=subprocess.DEVNULL)
    if not contenders.wait_until(lambda: os.path.exists(path),
                                 contenders.START_S):
        process.kill()
        raise RuntimeError("lightcone.fcgi did not start")
    return process


def server_memory(stars):
    """In MB: before the first cone, and at most during some, of all formats."""
    path = f"{stars.dir}/socket"
    process = server_start(stars, path)
    watch = None
    try:
        fetch(path, "/health", {}, False)
        idle_kb = anonymous_kb(process.pid)
        watch = Watch(process.pid)
        watch.start()
        for slowly in (False, True):
            for number, form in enumerate(FORMATS):
                size = fetch(path, "/cone", {
                    "RA": 90 * number, "DEC": 10, "SR": 20,
                    "MAXREC": 1000000, "RESPONSEFORMAT": form}, slowly)
                if size < 1e6 * stars.count / 2e6:
                    raise RuntimeError(f"/cone gave {size} bytes of {form}")
    finally:
        if watch is not None:
            watch.ended.set()
            watch.join()
        process.terminate()
        process.wait()
    return mb(idle_kb), mb(watch.most_kb)


def memory_table(bench_mb, idle_mb, server_mb):
    return "\n".join([
        "| anonymous memory, MB | | aim |", "| --- | ---: | ---: |",
        f"| the benchmark's program, writing | {bench_mb:.1f} | < {MEMORY_MB} |",
        f"| lightcone.fcgi, streaming | {server_mb:.1f} | < {MEMORY_MB} |",
        f"| lightcone.fcgi, before | {idle_mb:.1f} | |"])


# ---- all of it

def run(stars, args, database):
    skipped, programs = [], {}
    stars.make()
    busy = os.getloadavg()[0]
    imported = import_part(stars)
    stars.needs("rtree", f"{HERE}/cones.c", "-lsqlite3")
    with open(stars.csv) as f:
        subprocess.run([f"{stars.dir}/rtree", f"{stars.dir}/rtree.sqlite"],
                       stdin=f, check=True)
    programs["Lightcone"] = [f"{stars.build}/tests/bench/bench_cone",
                             stars.state, CATALOGUE]
    programs["R*Tree"] = [f"{stars.dir}/rtree", f"{stars.dir}/rtree.sqlite"]
    why = postgres.missing() or stars.compile(
        "q3c", f"{HERE}/cones.c", "-I/usr/include/postgresql", "-lpq")
    if why:
        skipped.append(f"Skipped: Q3C, {why}.")
    else:
        database.start()
        database.load(stars.csv)
        skipped.append(f"Q3C: {database.version()}, everything in its memory, "
                       "a prepared statement over its socket.")
        programs["Q3C"] = [f"{stars.dir}/q3c", database.dir]
    centres = "".join(stars.centres())
    searched = search_table(*search_all(programs, centres, args.rounds))
    database.stop()
    written, bench_mb = write_part(stars, centres)
    return "\n\n".join([
        f"{report.today()}. {report.machine()}. SQLite "
        f"{report.version('sqlite3', '--version').split()[0]}.",
        f"{stars.count:,} stars, every twentieth in a cluster: name, "
        "position, V magnitude and spectral type. Load before: "
        f"{busy:.1f}.", imported,
        "The query alone: each column of each row is read; the second time "
        "that each centre is asked, the stars of small cones, and random "
        f"places for others; medians, and of {args.rounds} rounds by turns. "
        "R*Tree: boxes in RA and Dec joined with the stars, both in the order "
        "of the sky, all of it in SQLite's own cache, which is the best of "
        "what was tried for it.", searched, *skipped, written,
        memory_table(bench_mb, *server_memory(stars))])


def arguments():
    parser = argparse.ArgumentParser(
        description="Measures imports and cones on two million stars.")
    parser.add_argument("--save", action="store_true",
                        help="keep the tables in tests/bench/RESULTS.md")
    parser.add_argument("--stars", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def main():
    args = arguments()
    for number in contenders.INTERRUPTS:
        signal.signal(number, signal.default_int_handler)
    build = os.path.abspath(os.environ.get("LIGHTCONE_BUILD", ROOT))
    database = postgres.Postgres()
    try:
        with tempfile.TemporaryDirectory(prefix="lightcone-bench-") as dir_:
            text = run(Stars(dir_, build, args.stars), args, database)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        print(f"bench_sky: {error}", file=sys.stderr)
        return 1
    finally:
        database.stop()
    print(f"\n{text}")
    if args.save:
        report.save(f"{HERE}/RESULTS.md", HEADING, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
