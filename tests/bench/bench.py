#!/usr/bin/python3
"""Measures /galaxy against three yardsticks, and prints a table.

    make bench-galaxy             or, with the programs in another place,
    LIGHTCONE_BUILD=DIR tests/bench/bench.py [--save] [--only NAME,...]

Everything runs on free ports of 127.0.0.1 in a fresh directory, and is
stopped at the end.  What is measured takes turns, so that whatever else the
machine does hits all alike; still, an idle machine says more.
"""
import argparse
import contextlib
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import urllib.error

import cgi_cost
import contenders
import plain
import report

HERE, ROOT = contenders.HERE, contenders.ROOT
HEADING = "GET /galaxy"
SEED = 20260720
POSITIONS = 1000
CONNECTIONS, WRK_THREADS = 32, 2
BYTES_WITHOUT_LIGHTCONE = 2048


class Bench:
    """What all contenders share: directory, binaries, catalogue."""

    def __init__(self, directory, build):
        self.dir = directory
        self.build = build
        self.state = os.path.join(directory, "state")
        self.catalogue = None
        self.median_bytes = BYTES_WITHOUT_LIGHTCONE
        self.positions = []
        os.mkdir(self.state, 0o700)

    def binary(self, name):
        return os.path.join(self.build, name)

    def compiled(self, name):
        return os.path.join(self.dir, f"{name}.bin")

    def compile(self, name, *libraries):
        """Why one of our yardsticks cannot be had, or None."""
        try:
            done = subprocess.run(
                ["cc", "-std=c11", "-O2", "-o", self.compiled(name),
                 f"{HERE}/{name}.c", *libraries],
                capture_output=True, text=True)
        except FileNotFoundError:
            return "cc is not installed"
        if done.returncode != 0:
            return f"{name}.c does not compile: {done.stderr.strip()}"
        return None

    def needs_catalogue(self):
        return None if self.catalogue else "there is no catalogue"

    def import_catalogue(self):
        tool = self.binary("lightcone")
        if not os.access(tool, os.X_OK):
            return
        subprocess.run(
            [tool, "import", "--catalogue", "openngc",
             f"{ROOT}/conf/catalogue/openngc.tsv"], check=True,
            env={**os.environ, "LIGHTCONE_STATE": self.state},
            stdout=subprocess.DEVNULL)
        self.catalogue = f"{self.dir}/plain.sqlite"
        plain.make(f"{ROOT}/conf/catalogue/openngc.tsv", self.catalogue)

    def draw_positions(self):
        """A thousand objects' positions, the same in every run."""
        with open(f"{ROOT}/conf/catalogue/openngc.tsv") as f:
            columns = f.readline().rstrip("\n").split("\t")
            ra, dec = columns.index("ra_deg"), columns.index("dec_deg")
            rows = (line.split("\t") for line in f)
            distinct = sorted({f"{row[ra]},{row[dec]}" for row in rows})
        self.positions = random.Random(SEED).sample(distinct, POSITIONS)
        with open(f"{self.dir}/positions", "w") as f:
            f.writelines(p + "\n" for p in self.positions)


def answer(contender, position):
    """The objects that it gives, each with its fields, and the bytes."""
    body = contender.get(f"/galaxy?coordinates={position}&radius_deg=0.5")
    rows = json.loads(body)["system"]
    return {row["name"]: sorted(row) for row in rows}, len(body)


def verify(bench, running):
    """
    All must give the same objects, with the same fields, for every position.
    The constant's length is taken from Lightcone's replies meanwhile.
    """
    asked = [c for c in running if not isinstance(c, contenders.Constant)]
    sizes = []
    for position in bench.positions:
        first = None
        for contender in asked:
            rows, size = answer(contender, position)
            if isinstance(contender, contenders.Lightcone):
                sizes.append(size)
            if first is None:
                first = rows
            elif rows != first:
                differ = [n for n in sorted({*rows, *first})
                          if rows.get(n) != first.get(n)]
                raise RuntimeError(
                    f"{contender.name} and {asked[0].name} differ at "
                    f"{position}: {', '.join(differ)}")
    if sizes:
        bench.median_bytes = int(statistics.median(sizes))


def load(bench, contender, seconds):
    """One round of wrk; its figures."""
    done = subprocess.run(
        ["wrk", "-t", str(WRK_THREADS), "-c", str(CONNECTIONS), "-d",
         f"{seconds}s", "-s", f"{HERE}/positions.lua", contender.url("")],
        capture_output=True, text=True,
        env={**os.environ, "BENCH_POSITIONS": f"{bench.dir}/positions"})
    for line in done.stdout.splitlines():
        if line.startswith("BENCH "):
            figures = json.loads(line[6:])
            figures["rate"] = figures["requests"] * 1e6 / figures["duration_us"]
            return figures
    raise RuntimeError(f"wrk failed: {done.stdout}{done.stderr}")


def take_turns(bench, running, rounds, seconds):
    """figures[name]: a list of rounds; another begins in each round."""
    figures = {c.name: [] for c in running}
    for contender in running:
        load(bench, contender, 1)
    for number in range(rounds):
        turn = number % len(running)
        for contender in running[turn:] + running[:turn]:
            figures[contender.name].append(load(bench, contender, seconds))
        print(f"round {number + 1} of {rounds}: " + ", ".join(
            f"{name} {done[-1]['rate']:,.0f}/s"
            for name, done in figures.items()), file=sys.stderr)
    return figures


def cgi_part(bench):
    """The table of CGI's cost, or why there is none."""
    path = bench.binary("lightcone.cgi")
    if not os.access(path, os.X_OK):
        return "Plain CGI: skipped, lightcone.cgi is not built."
    why = bench.compile("constant_cgi")
    if why:
        return f"Plain CGI: skipped, {why}."
    return report.cgi_table(*cgi_cost.measure(
        path, bench.compiled("constant_cgi"), bench.state, bench.dir))


def chosen(bench, only):
    """The contenders that can run, and a line for each that cannot."""
    able, skipped = [], []
    for kind in contenders.ALL:
        if only and kind.name.lower() not in only:
            continue
        contender = kind(bench)
        why = contender.missing()
        if why:
            skipped.append(f"Skipped: {contender.name}, {why}.")
        else:
            able.append(contender)
    return able, skipped


def run(bench, args):
    bench.draw_positions()
    bench.import_catalogue()
    able, skipped = chosen(bench, args.only)
    for line in skipped:
        print(line, file=sys.stderr)
    if not able:
        return "\n".join(skipped)
    with contextlib.ExitStack() as stack:
        # The constant comes last: its bytes are known after verifying.
        able.sort(key=lambda c: isinstance(c, contenders.Constant))
        for contender in able:
            if isinstance(contender, contenders.Constant):
                verify(bench, able)
            stack.callback(contender.stop)
            contender.start()
        busy = os.getloadavg()[0]
        figures = take_turns(bench, able, args.rounds, args.seconds)
    measured = contenders.Lightcone.name in figures
    php = next((c.binary() for c in able if isinstance(c, contenders.PHP)), "")
    return "\n\n".join([
        f"{report.today()}. {report.machine()}. "
        f"{report.versions(figures, php)}.",
        f"Half-degree cones around {POSITIONS:,} objects, nothing cached, "
        f"{CONNECTIONS} connections, Lighttpd before each program on the same "
        f"machine as wrk; medians of {args.rounds} rounds of {args.seconds} s "
        f"each, by turns. The constant's body has {bench.median_bytes:,} bytes"
        f"{', as the median one of Lightcone' if measured else ''}. "
        f"Load before the first round: {busy:.1f}.",
        report.table(figures), *skipped, cgi_part(bench)])


def arguments():
    parser = argparse.ArgumentParser(
        description="Measures /galaxy against three yardsticks.")
    parser.add_argument("--save", action="store_true",
                        help="keep the tables in tests/bench/RESULTS.md")
    parser.add_argument("--only", type=lambda text: text.lower().split(","),
                        help="names, with commas between them")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    return parser.parse_args()


def main():
    args = arguments()
    for needed in ("lighttpd", "wrk"):
        if contenders.program(needed) is None:
            print(f"Nothing is measured: {needed} is not installed.")
            return 0
    for number in contenders.INTERRUPTS:
        signal.signal(number, signal.default_int_handler)
    build = os.path.abspath(os.environ.get("LIGHTCONE_BUILD", ROOT))
    try:
        with tempfile.TemporaryDirectory(prefix="lightcone-bench-") as dir_:
            text = run(Bench(dir_, build), args)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except (RuntimeError, urllib.error.URLError,
            subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(f"\n{text}")
    if args.save and "| Lightcone |" not in text:
        print("Not kept: Lightcone was not measured.", file=sys.stderr)
    elif args.save:
        report.save(f"{HERE}/RESULTS.md", HEADING, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
