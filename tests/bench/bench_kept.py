#!/usr/bin/env python3
"""Answers that are kept: hits, misses, stale ones and none at all.

    bench_kept.py [--save] [--stars COUNT]
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
from companions import Memcached  # noqa: E402
from processes import clean_environment, wait_until  # noqa: E402
from stage import BUILD, Stage  # noqa: E402

ROUNDS, SECONDS, CONNECTIONS = 5, 3, 16
SMALL_AIM, LARGE_AIM = 0.97, 5
SMALL = "/galaxy?coordinates=M31&radius_deg=0.25"
ASKED = {
    "a cone of 20° on the stars":
        "/galaxy?catalogue=stars&coordinates=180+40&radius_deg=20",
    "a mass, JSON": "/singularity?m1_msun=36&m2_msun=29",
    "a shadow of 512², PNG": "/singularity?format=png&spin=0.9"
                             "&inclination_deg=75&width_px=512&height_px=512",
}
ANEW = "Cache-Control: no-cache"
STALE = "/recall/quick?ms=20&name=stale"


class Figures:
    """What wrk says: requests a second, and ms at the median and 99 %."""

    def __init__(self, site, target, *fields):
        words = [word for field in fields for word in ("-H", field)]
        said = subprocess.run(
            ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency",
             "--timeout=30s", *words,
             f"http://127.0.0.1:{site.port}{target}"],
            check=True, capture_output=True, text=True).stdout
        if "Non-2xx" in said or "timeout" in said.split("Requests/sec")[0]:
            raise RuntimeError(said)
        self.rate = float(re.search(r"Requests/sec: +([\d.]+)", said)[1])
        self.p50, self.p99 = (milliseconds(said, part) for part in (50, 99))


def milliseconds(said, percent):
    number, unit = re.search(rf"{percent}% +([\d.]+)(us|ms|s)\b", said).groups()
    return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


# ---- what is asked

def add_stars(stage, count):
    """A catalogue of so many stars beside the other."""
    program, table = stage.root / "stars", stage.root / "stars.csv"
    subprocess.run(["cc", "-std=c11", "-D_DEFAULT_SOURCE", "-O2", "-o",
                    program, HERE / "stars.c", "-lm"], check=True)
    with open(table, "w") as out:
        subprocess.run([program, str(count)], stdout=out, check=True)
    subprocess.run(
        [stage.bin / "lightcone", "import", "--catalogue", "stars", table],
        env=clean_environment(LIGHTCONE_STATE=stage.imported), check=True,
        capture_output=True)
    table.unlink()


def ask_once(site, target, *says):
    """Until it says so of the cache: the times are learnt meanwhile."""
    def said():
        reply = site.get(*target.split("?"))
        status = reply.headers.get("Cache-Status", "off")
        return reply.status == 200 and any(word in status for word in says)
    wait_until(said, f"{says} of {target}", 60)


def rounds(turns):
    """Medians of each, by turns: {name: figures}."""
    taken = {name: [] for name in turns}
    for _ in range(ROUNDS):
        for name, (site, target, *fields) in turns.items():
            taken[name].append(Figures(site, target, *fields))
    for name, each in taken.items():
        for what in ("rate", "p50", "p99"):
            setattr(each[0], what,
                    statistics.median(getattr(one, what) for one in each))
    return {name: each[0] for name, each in taken.items()}


def stale_site(stack):
    """The test application, whose answer is old and cannot be made anew."""
    stage = stack.enter_context(closing(Stage(as_product=True)))
    (stage.bin / "lightcone.conf").write_text("rate = off\n")
    front = stack.enter_context(fronts.starting(
        "lighttpd", stage, "", LIGHTCONE_CACHE="local:8M"))
    front.site.get(*STALE.split("?"))
    ask_once(front.site, STALE, "; hit")
    (front.state / "recall-fails").touch()
    return front.site


class closing:
    """Removes a stage at the end."""

    def __init__(self, stage):
        self.stage = stage

    def __enter__(self):
        return self.stage

    def __exit__(self, *_):
        self.stage.remove()


def measure(count):
    with ExitStack() as stack:
        stage = stack.enter_context(closing(Stage()))
        # As in service: replies are not held against their documentation.
        (stage.bin / "lightcone.conf").write_text("rate = off\n")
        add_stars(stage, count)
        memcached = Memcached(stage.fresh("memcached"))
        stack.callback(memcached.stop)
        sites = {
            name: stack.enter_context(fronts.starting(
                "lighttpd", stage, "", LIGHTCONE_CACHE=setting)).site
            for name, setting in {"off": "off", "local": "local:64M",
                                  "Memcached": memcached.setting}.items()}
        for name, site in sites.items():
            ask_once(site, SMALL, "off", "bypass", "hit")
            for target in ASKED.values():
                ask_once(site, target, "off", "hit")
        small = rounds({name: (site, SMALL) for name, site in sites.items()})
        kept = {what: rounds({
            "off": (sites["off"], target),
            "miss (no-cache), Memcached": (sites["Memcached"], target, ANEW),
            "hit, local": (sites["local"], target),
            "hit, Memcached": (sites["Memcached"], target),
        }) for what, target in ASKED.items()}
        stale = rounds({"stale, local": (
            stale_site(stack), STALE, "Cache-Control: max-stale=3600")})
    return small, kept, stale


def row(name, figures, against, aim=""):
    ratio = f"{figures.rate / against.rate:.2f}" if against else ""
    return (f"| {name} | {figures.rate:,.0f} | {figures.p50:.2f} "
            f"| {figures.p99:.2f} | {ratio} | {aim} |")


def table(small, kept, stale):
    lines = ["| | requests/s | p50 ms | p99 ms | against off | aim |",
             "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for name, figures in small.items():
        lines.append(row(f"a cone of 15′, {name}", figures, small["off"],
                         "" if name == "off" else f"≥ {SMALL_AIM}"))
    for what, each in kept.items():
        for name, figures in each.items():
            aim = f"≥ {LARGE_AIM}" if "hit" in name and "20°" in what else ""
            lines.append(row(f"{what}: {name}", figures, each["off"], aim))
    for name, figures in stale.items():
        lines.append(row(f"a test's answer of 20 ms: {name}", figures, None))
    return "\n".join(lines)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--save", action="store_true")
    options.add_argument("--stars", type=int, default=2_000_000)
    asked = options.parse_args()
    if not (BUILD / "tests/testapp.fcgi").exists():
        sys.exit("tests/testapp.fcgi is not built")
    load = Path("/proc/loadavg").read_text().split()[0]
    text = f"""{today()}. {machine()}.

{CONNECTIONS} connections that stay, Lighttpd before two processes, wrk on the same machine; medians of {ROUNDS} rounds of {SECONDS} s by turns. {asked.stars:,} stars. A stale answer is one that cannot be made anew, which is tried all the time. Load before: {load}.

{table(*measure(asked.stars))}"""
    print(text)
    if asked.save:
        save(HERE / "RESULTS.md", "Kept answers", text)


if __name__ == "__main__":
    main()
