#!/usr/bin/python3
"""Measures /galaxy while heavy requests run, and prints a table.

    make bench-quarantine         or, with the programs in another place,
    LIGHTCONE_BUILD=DIR tests/bench/bench_quarantine.py [--save] [--only NAME]

Four clients ask for pictures of 2048 by 2048 pixels without pause, each of
them another one; FastAPI instead computes for about two seconds in Python,
in an endpoint that is a plain function.  wrk asks for /galaxy as bench.py
does, before that, meanwhile and after it.
"""
import argparse
import contextlib
import http.client
import itertools
import os
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error

import bench
import contenders
import report

HEADING = "Quarantine"
CLIENTS = 4
SIDE_PX = 2048
WAIT_S = 120            # longer than any deadline
SETTLE_S = 1
RATE_LEAST, P99_MOST, PICTURE_S_MOST = 0.8, 3, 60
PNG_SIZE = struct.Struct(">8s4x4sII")
numbers = itertools.count()


def picture(number):
    """The query of a picture that nobody has asked for before."""
    spin = -0.99 + 1.98 * (number * 0.618034 % 1)
    inclination = 180 * (number * 0.414214 % 1)
    return f"spin={spin:.6f}&inclination_deg={inclination:.5f}"


def check_picture(body):
    if PNG_SIZE.unpack_from(body) != (b"\x89PNG\r\n\x1a\n", b"IHDR", SIDE_PX,
                                      SIDE_PX):
        raise ValueError("that is not the picture")


def check_number(body):
    float(body)


HEAVY = {
    "Lightcone": (f"/singularity?format=png&width_px={SIDE_PX}"
                  f"&height_px={SIDE_PX}&", check_picture),
    "FastAPI": ("/singularity?", check_number),
}


def connect(contender):
    return contextlib.closing(http.client.HTTPConnection(
        "127.0.0.1", contender.port, timeout=WAIT_S))


def ask(contender, connection):
    """One heavy request, that no other is like; the seconds it takes."""
    target, check = HEAVY[contender.name]
    begin = time.monotonic()
    connection.request("GET", target + picture(next(numbers)))
    reply = connection.getresponse()
    body = reply.read()
    if reply.status != 200:
        raise ValueError(f"{reply.status}: {body[:400]!r}")
    check(body)
    return time.monotonic() - begin


class Client(threading.Thread):
    """Asks for one picture after the other, until it is told to end."""

    def __init__(self, contender):
        super().__init__(daemon=True)
        self.contender = contender
        self.ended = threading.Event()
        self.begun = time.monotonic()   # the one that is computed
        self.seconds = []
        self.error = None

    def run(self):
        try:
            with connect(self.contender) as connection:
                while not self.ended.is_set():
                    self.begun = time.monotonic()
                    self.seconds.append(ask(self.contender, connection))
        except (OSError, ValueError, struct.error,
                http.client.HTTPException) as error:
            self.error = error

    def longest_s(self, now):
        """Of those that are done, and of the one that is not."""
        return max([*self.seconds, now - self.begun])


class Figures:
    """What was seen of one contender."""

    def __init__(self):
        self.idle, self.busy = [], []
        self.alone_s = 0
        self.elapsed_s = self.longest_s = 0
        self.counts = []

    def median(self, rounds, field):
        return statistics.median(r[field] for r in rounds)

    def ratio(self, field):
        return self.median(self.busy, field) / self.median(self.idle, field)


def rounds(bench_, contender, count, seconds):
    return [bench.load(bench_, contender, seconds) for _ in range(count)]


def busy_rounds(bench_, contender, figures, args):
    clients = [Client(contender) for _ in range(CLIENTS)]
    begin = time.monotonic()
    for client in clients:
        client.start()
    time.sleep(SETTLE_S)
    while time.monotonic() - begin < args.busy:
        figures.busy.append(bench.load(bench_, contender, args.seconds))
        for client in clients:
            if client.error is not None:
                raise RuntimeError(f"{contender.name}: {client.error}")
    now = time.monotonic()
    figures.elapsed_s = now - begin
    figures.counts = [len(client.seconds) for client in clients]
    figures.longest_s = max(client.longest_s(now) for client in clients)
    for client in clients:
        client.ended.set()
    for client in clients:
        client.join(WAIT_S)


def measure(bench_, contender, args):
    figures = Figures()
    half = args.rounds // 2 + 1
    rounds(bench_, contender, 1, 1)
    with connect(contender) as connection:
        figures.alone_s = ask(contender, connection)
    figures.idle += rounds(bench_, contender, half, args.seconds)
    busy_rounds(bench_, contender, figures, args)
    figures.idle += rounds(bench_, contender, half, args.seconds)
    print(f"{contender.name}: {figures.ratio('rate'):.2f} of the requests, "
          f"{figures.ratio('p99_us'):.2f} times the p99, heavy ones done "
          f"{figures.counts}", file=sys.stderr)
    return figures


def table(measured):
    lines = ["| | " + " | ".join(measured) + " | aim |",
             "| --- |" + " ---: |" * (len(measured) + 1)]

    def line(name, form, aim=""):
        lines.append(f"| {name} | " + " | ".join(
            form(figures) for figures in measured.values()) + f" | {aim} |")

    for when in ("idle", "busy"):
        line(f"requests/s, {when}",
             lambda f: f"{f.median(getattr(f, when), 'rate'):,.0f}")
    line("of them, busy to idle", lambda f: f"{f.ratio('rate'):.2f}",
         f"≥ {RATE_LEAST}")
    for when in ("idle", "busy"):
        line(f"p99 ms, {when}",
             lambda f: f"{f.median(getattr(f, when), 'p99_us') / 1e3:.2f}")
    line("of it, busy to idle", lambda f: f"{f.ratio('p99_us'):.2f}",
         f"≤ {P99_MOST}")
    line("errors", lambda f: str(report.errors(f.idle + f.busy)), "0")
    line("a heavy request, alone, s", lambda f: f"{f.alone_s:.2f}")
    line("done for each client", lambda f: ", ".join(map(str, f.counts)))
    line("in so many s", lambda f: f"{f.elapsed_s:.0f}")
    line("longest, s", lambda f: f"{f.longest_s:.1f}",
         f"≤ {PICTURE_S_MOST}")
    return "\n".join(lines)


def run(bench_, args):
    bench_.draw_positions()
    bench_.import_catalogue()
    able, skipped = bench.chosen(bench_, args.only)
    if not able:
        return "\n".join(skipped)
    measured = {}
    busy = os.getloadavg()[0]
    # One after the other: a server that stands still needs memory only.
    for contender in able:
        with contextlib.ExitStack() as stack:
            stack.callback(contender.stop)
            contender.start()
            measured[contender.name] = measure(bench_, contender, args)
    return "\n\n".join([
        f"{report.today()}. {report.machine()}. "
        f"{report.versions(measured, '')}.",
        f"GET /galaxy as above, {bench.CONNECTIONS} connections, alone and "
        f"while {CLIENTS} clients ask for pictures of {SIDE_PX}² pixels, "
        "each another one, nothing cached; of FastAPI they want about two "
        "seconds of Python in an endpoint that is a plain function. Medians "
        f"of rounds of {args.seconds} s, the idle ones before and after. "
        f"Load before: {busy:.1f}.", table(measured), *skipped])


def arguments():
    parser = argparse.ArgumentParser(
        description="Measures /galaxy while heavy requests run.")
    parser.add_argument("--save", action="store_true",
                        help="keep the table in tests/bench/RESULTS.md")
    parser.add_argument("--only", type=lambda text: text.lower().split(","),
                        default=[name.lower() for name in HEAVY],
                        help="names, with commas between them")
    parser.add_argument("--rounds", type=int, default=6, help="idle ones")
    parser.add_argument("--seconds", type=int, default=4, help="of a round")
    parser.add_argument("--busy", type=int, default=75,
                        help="seconds of heavy requests, at least")
    return parser.parse_args()


def main():
    args = arguments()
    for needed in ("lighttpd", "wrk"):
        if contenders.program(needed) is None:
            print(f"Nothing is measured: {needed} is not installed.")
            return 0
    for number in contenders.INTERRUPTS:
        signal.signal(number, signal.default_int_handler)
    build = os.path.abspath(os.environ.get("LIGHTCONE_BUILD",
                                           contenders.ROOT))
    try:
        with tempfile.TemporaryDirectory(prefix="lightcone-bench-") as dir_:
            text = run(bench.Bench(dir_, build), args)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except (RuntimeError, ValueError, urllib.error.URLError, OSError,
            subprocess.CalledProcessError) as error:
        print(f"bench_quarantine: {error}", file=sys.stderr)
        return 1
    print(f"\n{text}")
    if args.save and "| Lightcone |" not in text:
        print("Not kept: Lightcone was not measured.", file=sys.stderr)
    elif args.save:
        report.save(f"{contenders.HERE}/RESULTS.md", HEADING, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
