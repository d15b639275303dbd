#!/usr/bin/env python3
"""Answers that Apache keeps at its edge, against those that the application
keeps in its own cache, through Apache and through Lighttpd.

    bench_edge.py [--save]
"""
import argparse
import re
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from report import machine, save, today

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "blackbox"))

import fronts  # noqa: E402, the tests' own servers
from processes import wait_until  # noqa: E402
from stage import Stage  # noqa: E402

ROUNDS, SECONDS, CONNECTIONS = 3, 3, 32
ASKED = {
    "a mass, JSON": "/singularity?mass_msun=10",
    "a shadow of 512², PNG": "/singularity?format=png&spin=0.9"
                             "&inclination_deg=75&width_px=512&height_px=512",
}


def rate(site, target):
    """Requests a second; fails when one was not answered well."""
    said = subprocess.run(
        ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout=10s",
         f"http://127.0.0.1:{site.port}{target}"],
        check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    return float(re.search(r"Requests/sec: +([\d.]+)", said)[1])


def started(stack, stage):
    """(name, site) of what is compared; no limit counts."""
    edge = stage.fresh("edge")
    front = stack.enter_context(fronts.apache_edge(stage, edge, ""))
    wait_until(front.answers, "an answer")
    yield "Apache, kept at its edge", front.site
    for name, way in {"Apache": "apache", "Lighttpd": "lighttpd"}.items():
        front = stack.enter_context(fronts.starting(way, stage, ""))
        yield f"{name}, from the application", front.site


def measure():
    stage = Stage()
    # As in service: replies are not held against their documentation.
    (stage.bin / "lightcone.conf").write_text(
        "rate = off\ncache = local:64M\n")
    try:
        with ExitStack() as stack:
            sites = dict(started(stack, stage))
            rates = {(name, what): [] for name in sites for what in ASKED}
            for _ in range(ROUNDS):
                for name, what in rates:
                    rates[name, what].append(rate(sites[name], ASKED[what]))
    finally:
        stage.remove()
    return {key: statistics.median(each) for key, each in rates.items()}


def table(rates):
    names = list(dict.fromkeys(name for name, _ in rates))
    lines = ["| requests/s | " + " | ".join(ASKED) + " |",
             "| --- |" + " ---: |" * len(ASKED)]
    for name in names:
        lines.append(f"| {name} | " + " | ".join(
            f"{rates[name, what]:,.0f}" for what in ASKED) + " |")
    for other in names[1:]:
        lines.append(f"| the edge, against {other.split(',')[0]} | " + " | ".join(
            f"{rates[names[0], what] / rates[other, what]:.1f} times"
            for what in ASKED) + " |")
    return "\n".join(lines)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--save", action="store_true")
    saved = options.parse_args().save
    load = Path("/proc/loadavg").read_text().split()[0]
    text = f"""{today()}. {machine()}.

{CONNECTIONS} connections that stay, {ROUNDS} rounds of {SECONDS} s by turns; the application, where it is asked, has the answers in its own cache (local:64M). Load before: {load}.

{table(measure())}"""
    print(text)
    if saved:
        save(HERE / "RESULTS.md", "Edge", text)


if __name__ == "__main__":
    main()
