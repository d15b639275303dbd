#!/usr/bin/env python3
"""What being seen costs: small cones with nothing of it, with metrics, with a
line in the log for each and one in a hundred traced, and with all traced.

    bench_observe.py [--save] [--rounds COUNT]
"""
import argparse
import os
import re
import statistics
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace

import bench
from otlp_sink import OtlpSink
from report import machine, save, today

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "blackbox"))

import fronts  # noqa: E402, the tests' own servers
from openmetrics import parse  # noqa: E402
from processes import Program, children, clean_environment, wait_until  # noqa: E402
from stage import BUILD, Stage  # noqa: E402

ROUNDS, SECONDS = 40, 1
SCRAPES, PAGE_AIM_MS = 200, 5
OPENMETRICS = [("Accept", "application/openmetrics-text; version=1.0.0")]
OFF = {"LIGHTCONE_METRICS": "off", "LIGHTCONE_TRACES": "none"}


def seen(sampled):
    """Everything, with this share of requests traced."""
    return {"LIGHTCONE_ACCESS_LOG": "{directory}/access.log",
            "LIGHTCONE_LOG_FORMAT": "logfmt",
            "LIGHTCONE_TRACES": "otlp",
            "LIGHTCONE_TRACE_SAMPLER": "traceidratio",
            "LIGHTCONE_TRACE_SAMPLER_ARG": sampled}


# A second one with nothing says what the machine does to such a comparison.
WAYS = {
    "nothing": (OFF, ""),
    "nothing, again": (OFF, ""),
    "metrics": ({"LIGHTCONE_TRACES": "none"}, ""),
    "metrics, a line each, 1 % traced": (seen("0.01"), 0.97),
    "metrics, a line each, all traced": (seen("1"), 0.90),
}


# ---- one way of being seen


@contextmanager
def standing(stage, options, endpoint):
    """A site with such options, and the worker that exports its spans."""
    directory = stage.fresh("observe")
    options = {name: str(value).format(directory=directory)
               for name, value in options.items()}
    options["LIGHTCONE_OTLP_ENDPOINT"] = endpoint
    options["LIGHTCONE_CACHE"] = "off"
    with fronts.starting("lighttpd", stage, "", **options) as front:
        front.observed = front.application_pids()
        if options["LIGHTCONE_TRACES"] == "none":
            yield front
            return
        worker = Program(
            [stage.bin / "lightcone", "work"],
            clean_environment(LIGHTCONE_STATE=front.state, **options),
            directory / "work.log")
        try:
            wait_until(lambda: "running jobs" in worker.said(), "the worker")
            front.observed += [worker.pid, *children(worker.pid)]
            yield front
        finally:
            worker.stop()


def cpu_ns(pids):
    """What processes have used so far, in all their threads."""
    return sum(int(task.read_text().split()[0]) for pid in pids
               for task in Path(f"/proc/{pid}/task").glob("*/schedstat"))


def round_of(directory, front):
    """Requests a second, and ns of the application's and its worker's for one."""
    target = SimpleNamespace(url=lambda _: f"http://127.0.0.1:{front.site.port}")
    before = cpu_ns(front.observed)
    figures = bench.load(SimpleNamespace(dir=directory), target, SECONDS)
    spent = cpu_ns(front.observed) - before
    if figures["status"] or figures["socket"] or figures["timeout"]:
        raise RuntimeError(f"errors: {figures}")
    return SimpleNamespace(
        rate=figures["rate"], cpu_ns=spent / figures["requests"])


def take_turns(directory, sites, rounds):
    """{way: rounds}; another way begins in each."""
    names = list(sites)
    taken = {name: [] for name in names}
    for name in names:
        round_of(directory, sites[name])
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            taken[name].append(round_of(directory, sites[name]))
    return taken


# ---- the page


def page_cost(front, fields):
    """CPU ms of a page, its bytes, and its series."""
    pids = front.application_pids()
    before = cpu_ns(pids)
    for _ in range(SCRAPES):
        reply = front.site.get("/metrics", "", fields)
        assert reply.status == 200, reply
    spent = cpu_ns(pids) - before
    families = parse(reply.body, bool(fields))
    return (spent / 1e6 / SCRAPES, len(reply.body),
            len(families.series()))


def spans(front):
    """What became of them: {fate: count}."""
    page = parse(front.site.get("/metrics", "", OPENMETRICS).body, True)
    return {sample.labels["fate"]: int(sample.value)
            for sample in page.samples("lightcone_spans_total")}


# ---- the tables


def measure(rounds):
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        bench.Bench(directory, BUILD).draw_positions()
        stage = Stage()
        stack.callback(stage.remove)
        # As in service: replies are not held against their documentation.
        (stage.bin / "lightcone.conf").write_text("rate = off\n")
        sink = stack.enter_context(OtlpSink())
        sites = {name: stack.enter_context(
            standing(stage, options, sink.endpoint))
            for name, (options, _) in WAYS.items()}
        taken = take_turns(directory, sites, rounds)
        last = sites[list(sites)[-1]]
        pages = {"text": page_cost(last, []),
                 "OpenMetrics": page_cost(last, OPENMETRICS)}
        return taken, pages, spans(last)


def ratios(taken, name, what):
    """Of each round to the one with nothing, and the quartiles of these."""
    return statistics.quantiles(
        [getattr(one, what) / getattr(nothing, what)
         for one, nothing in zip(taken[name], taken["nothing"])], n=4)


def rounds_table(taken):
    lines = ["| seen by | requests/s | of nothing's | from – to | aim "
             "| CPU µs a request | of nothing's |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for name, rounds in taken.items():
        low, middle, high = ratios(taken, name, "rate")
        cpu = ratios(taken, name, "cpu_ns")[1]
        aim = WAYS[name][1]
        rate, spent = (statistics.median(getattr(one, what) for one in rounds)
                       for what in ("rate", "cpu_ns"))
        lines.append(
            f"| {name} | {rate:,.0f} | {middle:.3f} | {low:.3f} – {high:.3f} "
            f"| {f'≥ {aim:.2f}' if aim else ''} "
            f"| {spent / 1000:.1f} | {cpu:.3f} |")
    return "\n".join(lines)


def pages_table(pages):
    lines = ["| /metrics | CPU ms | bytes | series | aim |",
             "| --- | ---: | ---: | ---: | ---: |"]
    for name, (cpu_ms, size, series) in pages.items():
        lines.append(f"| {name} | {cpu_ms:.2f} | {size:,} | {series:,} "
                     f"| < {PAGE_AIM_MS} |")
    return "\n".join(lines)


def text_of(rounds):
    load = os.getloadavg()[0]
    taken, pages, fates = measure(rounds)
    told = ", ".join(f"{count:,} {fate}" for fate, count in fates.items()
                     if count)
    return f"""{today()}. {machine()}.

Half-degree cones around {bench.POSITIONS:,} objects, nothing cached, {bench.CONNECTIONS} connections that stay, Lighttpd before two processes, wrk and the collector on the same machine. {rounds} rounds of {SECONDS} s each, by turns; of each round the ratio to its round with nothing, and of these the median and the quartiles. CPU time is that of the application and its worker. Load before: {load:.1f}.

{rounds_table(taken)}

Spans where all are traced: {told}.

CPU time of the application's processes for a page, {SCRAPES} pages one after the other:

{pages_table(pages)}"""


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--save", action="store_true")
    options.add_argument("--rounds", type=int, default=ROUNDS)
    asked = options.parse_args()
    text = text_of(asked.rounds)
    print(re.sub(r"\n{3,}", "\n\n", text))
    if asked.save:
        save(HERE / "RESULTS.md", "Seen from outside", text)


if __name__ == "__main__":
    main()
