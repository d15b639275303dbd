#!/usr/bin/env python3
"""The cosmic stream under load: how soon a thousand observers see what comes
three ways, how much they can be sent against a broadcast in FastAPI, what one
costs the others who does not read, and what ten thousand idle ones take.

    bench_stream.py [--quick] [--save] [--only NAME]
"""
import argparse
import socket
import statistics
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from report import machine, python_versions, save, today

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "blackbox"))

import fronts  # noqa: E402, the tests' own servers
from hub import Hub  # noqa: E402
from keys import add_key, bearer  # noqa: E402
from observers import (  # noqa: E402
    PROGRAM, Observers, Publisher, faults, poster, putter)
from processes import (  # noqa: E402
    Program, clean_environment, raise_descriptor_limit, wait_until)
from stage import Stage  # noqa: E402

OBSERVERS, RATE = 1000, 34      # of each of three publishers
AIM_P99_MS, AIM_TIMES, AIM_BYTES = 50, 10, 16384
SENT_BYTES = 150
ENVELOPE_BYTES = 97             # which FastAPI's message has, too
# What is under way of one publisher: what is best for each of them.
WINDOW, FASTAPI_WINDOW = 1024, 16
LARGE_BYTES = 2048              # so that who does not read is soon behind
DEAF_S = 15
IDLE = 10_000
PATIENCE_S = 120


@contextmanager
def hub_alone(stage, **options):
    options = {"rate": 1_000_000, "clients": 20_000, **options}
    with Hub(stage, stage.fresh("hub"), **options) as hub:
        yield hub


def accepts(path):
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


@contextmanager
def fastapi(stage):
    directory = stage.fresh("fastapi")
    path = directory / "uvicorn.sock"
    server = Program(
        ["/usr/bin/python3", "-m", "uvicorn", "--app-dir", HERE, "--uds", path,
         "--loop", "uvloop", "--no-access-log", "--log-level", "warning",
         "fastapi_stream:app"],
        clean_environment(PYTHONDONTWRITEBYTECODE=1), directory / "log")
    try:
        wait_until(lambda: accepts(path), "FastAPI", PATIENCE_S)
        yield path
    finally:
        server.stop()


def seen(report, what):
    """The report, if all is well with it."""
    if faults(report):
        sys.exit(f"{what}: {report}")
    return report


def spread(values, form="{:,.1f}"):
    """The median, and the least and the most of several."""
    middle = form.format(statistics.median(values))
    if len(values) == 1:
        return middle
    return f"{middle} ({form.format(min(values))}–{form.format(max(values))})"


# ---- three ways in

def three_ways(stage, seconds):
    """What the observers report, and how much was published in each way."""
    with fronts.starting("lighttpd", stage, "") as front, \
            Hub(stage, front.directory, front.state, rate=1000) as hub:
        key = add_key(stage, front.state, "bench", "write")
        ways = [poster(front.site, "post", 60),
                putter(front.site, bearer(key))]
        for way in 2 * ways:  # what is made for the first ones
            way(0)
        with Observers(hub.path, OBSERVERS, p=1, r=RATE, w=RATE,
                       b=SENT_BYTES, s=seconds, l=PATIENCE_S) as observers:
            publishers = [Publisher(way, RATE) for way in ways]
            time.sleep(seconds)
            counts = [len(publisher.end()) for publisher in publishers]
            report = seen(observers.report(hub.last()), "three ways")
    counts.insert(0, report["published"])
    if report["events"] != OBSERVERS * sum(counts):
        sys.exit(f"not all events: {counts}, {report}")
    return report, counts


def table_ways(stage, rounds, seconds):
    lines = ["| round | published: WebSocket, POST, PUT | deliveries | lost, "
             "twice, altered | p50 ms | p99 ms | longest ms | aim |",
             "| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for number in range(1, rounds + 1):
        report, counts = three_ways(stage, seconds)
        lines.append(
            f"| {number} | {', '.join(map(str, counts))} "
            f"| {report['events']:,} | 0, 0, 0 | {report['p50_ms']:.1f} "
            f"| {report['p99_ms']:.1f} | {report['max_ms']:.1f} "
            f"| p99 < {AIM_P99_MS} |")
    return "\n".join(lines)


# ---- the most that can be delivered

def most(place, words, **options):
    with Observers(place, OBSERVERS, *words, p=1, l=PATIENCE_S,
                   **options) as observers:
        report = seen(observers.report(), str(place))
    return report["events"] / report["seconds"]


def most_of_hub(stage, words, seconds):
    with hub_alone(stage) as hub:
        return most(hub.path, words, w=WINDOW, b=SENT_BYTES, s=seconds)


def most_of_fastapi(stage, words, seconds):
    with fastapi(stage) as path:
        return most(path, words, w=FASTAPI_WINDOW,
                    b=SENT_BYTES + ENVELOPE_BYTES, s=seconds)


def table_most(stage, rounds, seconds):
    """By turns."""
    # What we pack stands alone, so observers unpack it once for all.
    kinds = {"plain": ((), ()), "packed": (("X",), ("x",))}
    taken = {(kind, who): [] for kind in kinds for who in ("hub", "FastAPI")}
    for _ in range(rounds):
        for kind, (ours, theirs) in kinds.items():
            taken[kind, "hub"].append(most_of_hub(stage, ours, seconds))
            taken[kind, "FastAPI"].append(
                most_of_fastapi(stage, theirs, seconds))
    lines = ["| deliveries a second | Lightcone | FastAPI | Lightcone is "
             "| aim |", "| --- | ---: | ---: | ---: | ---: |"]
    for kind in kinds:
        ours, theirs = taken[kind, "hub"], taken[kind, "FastAPI"]
        times = statistics.median(ours) / statistics.median(theirs)
        lines.append(f"| {kind} | {spread(ours, '{:,.0f}')} "
                     f"| {spread(theirs, '{:,.0f}')} | {times:.1f} times "
                     f"| ≥ {AIM_TIMES} |")
    return "\n".join(lines)


# ---- one that does not read

@contextmanager
def deaf_by_sse(front):
    """Asks for events by way of FastCGI, and reads none."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", front.site.port))
        client.sendall(front.site.request_bytes(
            "GET", "/cosmic_stream", [("Accept", "text/event-stream")]))
        yield


def beside(stage, seconds, by):
    """What those see who read, beside one that does not."""
    with ExitStack() as stack:
        front = stack.enter_context(fronts.starting("lighttpd", stage, ""))
        hub = stack.enter_context(Hub(stage, front.directory, front.state,
                                      rate=1000))
        if by == "SSE":
            stack.enter_context(deaf_by_sse(front))
        observers = stack.enter_context(Observers(
            hub.path, OBSERVERS, p=1, r=100, w=100, b=LARGE_BYTES, s=seconds,
            d=int(by == "WebSocket"), l=PATIENCE_S))
        report = seen(observers.report(), by)
    wanted = {"1013": 1} if by == "WebSocket" else {}
    if report["closes"] != wanted:
        sys.exit(f"{by}: closed with {report['closes']}")
    return report


def table_deaf(stage, rounds, seconds):
    taken = {"nobody": [], "WebSocket": [], "SSE": []}
    for _ in range(rounds):
        for by, reports in taken.items():
            reports.append(beside(stage, seconds, by))
    lines = ["| who does not read | p50 ms | p99 ms | longest ms | closed |",
             "| --- | ---: | ---: | ---: | ---: |"]
    for by, reports in taken.items():
        figures = [spread([report[what] for report in reports])
                   for what in ("p50_ms", "p99_ms", "max_ms")]
        closed = "1013" if by == "WebSocket" else ""
        lines.append(f"| {by} | {' | '.join(figures)} | {closed} |")
    return "\n".join(lines)


# ---- ten thousand idle ones

def memory_bytes(pid):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) << 10 for line in text.splitlines()
                if line.startswith("Pss:"))


def kernel_bytes():
    """What all of the system's kernel has in small pieces."""
    text = Path("/proc/meminfo").read_text()
    return next(int(line.split()[1]) << 10 for line in text.splitlines()
                if line.startswith("Slab:"))


def idle(stage, words):
    """The hub's and the kernel's bytes for each connection."""
    with hub_alone(stage) as hub:
        with Observers(hub.path, 10, *words):
            pass
        before = memory_bytes(hub.pid), kernel_bytes()
        with Observers(hub.path, IDLE, *words, l=PATIENCE_S):
            time.sleep(1)
            after = memory_bytes(hub.pid), kernel_bytes()
    return [(now - then) / IDLE for now, then in zip(after, before)]


def table_idle(stage):
    lines = [f"| {IDLE:,} idle ones | hub, bytes each | kernel, both ends, "
             "bytes each | aim |", "| --- | ---: | ---: | ---: |"]
    for name, words in (("plain", ()),
                        ("permessage-deflate agreed", ("x",))):
        hub, kernel = idle(stage, words)
        lines.append(f"| {name} | {hub:,.0f} | {kernel:,.0f} "
                     f"| hub ≤ {AIM_BYTES:,} |")
    return "\n".join(lines)


# ---- all of it

def parts(quick):
    """Each part's name, with its words and what makes its table."""
    rounds, seconds = (1, 3) if quick else (3, 30)
    short = min(seconds, 8)
    return {
        "ways": (
            f"{OBSERVERS:,} observers by WebSocket at the hub's socket, "
            f"{3 * RATE} messages a second for {seconds} s from three "
            "publishers: by WebSocket, by POST and by PUT of objects through "
            "Lighttpd and lightcone.fcgi. From before the sending to after "
            "the receiving, and each event is on the disk in between.",
            lambda stage: table_ways(stage, rounds, seconds)),
        "most": (
            f"{OBSERVERS:,} observers, one of which publishes as fast as its "
            "own messages come back, all that may be under way being "
            f"{WINDOW:,} messages with Lightcone and {FASTAPI_WINDOW} with "
            "FastAPI (more are not better for it); "
            f"{SENT_BYTES + ENVELOPE_BYTES} bytes are delivered of each. "
            "FastAPI keeps nothing, Lightcone writes all to the disk first. "
            f"Deliveries in {short} s from the first to the last, medians "
            "by turns, least and most. Packed: the observers have offered "
            "permessage-deflate, as browsers do.",
            lambda stage: table_most(stage, rounds, short)),
        "deaf": (
            f"{OBSERVERS:,} observers, 100 messages of {LARGE_BYTES:,} bytes "
            f"a second for {DEAF_S} s, and one more who reads nothing.",
            lambda stage: table_deaf(stage, rounds, DEAF_S)),
        "idle": (
            "What a connection costs that waits (PSS, and the kernel's slabs "
            "for its two ends).",
            table_idle),
    }


def measure(names, quick):
    stage = Stage()
    # As in service: replies are not held against their documentation.
    (stage.bin / "lightcone.conf").write_text("rate = off\n")
    chosen = parts(quick)
    try:
        return "\n\n".join(f"{chosen[name][0]}\n\n{chosen[name][1](stage)}"
                           for name in names)
    finally:
        stage.remove()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--quick", action="store_true")
    options.add_argument("--save", action="store_true")
    options.add_argument("--only", choices=list(parts(True)))
    asked = options.parse_args()
    if not PROGRAM.exists():
        sys.exit(f"{PROGRAM} is not built")
    raise_descriptor_limit(fronts.DESCRIPTORS)
    load = Path("/proc/loadavg").read_text().split()[0]
    versions = ", ".join(python_versions("fastapi", "uvicorn", "uvloop",
                                         "websockets"))
    names = [asked.only] if asked.only else list(parts(True))
    text = (f"{today()}. {machine()}. {versions}. Load before: {load}.\n\n"
            + measure(names, asked.quick))
    print(text)
    if asked.save:
        save(HERE / "RESULTS.md", "Stream", text)


if __name__ == "__main__":
    main()
