#!/usr/bin/python3
"""Measures our rays against Gyoto's, and prints tables.

    make bench-gyoto              or, with the programs in another place,
    LIGHTCONE_BUILD=DIR tests/bench/bench_gyoto.py [--save] [--rounds N]

Both look at a thin disc around a Kerr hole through the centres of the same
pixels.  Time is that of the CPU, on one thread, without what Gyoto needs to
start; what else the machine does matters little.
"""
import argparse
import array
import os
import re
import statistics
import subprocess
import sys
import tempfile

import contenders
import report

HEADING = "Rays"
SPIN, INCLINATION_DEG, FOV_RG, SIZE, DISC_OUTER_RG = 0.9, 75, 30, 128, 20
DISTANCE_RG = 1e5
# As Gyoto comes, and so small that what is left is not its error.
USUAL, SMALL = 1e-6, 1e-8
MEDIAN_MOST, PIXELS_MOST = 1e-4, 3
GYOTO_RATIO, KERNEL_RATIO = 1000, 2

# Gyoto's columns go from east to west, its rows from south to north, and the
# pixel (i, j) of N is at i - (N + 1) / 2 of them from the middle.  With the
# line of nodes at 180 degrees the end of the axis that is turned to the
# observer is in the south: the file begins at the top left, as ours does.
SCENERY = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<Scenery>
  <Metric kind="KerrBL"><Spin>{spin}</Spin></Metric>
  <Screen>
    <Distance unit="geometrical">{distance}</Distance>
    <Time unit="geometrical_time">{distance}</Time>
    <PALN unit="degree">180</PALN>
    <Inclination unit="degree">{inclination}</Inclination>
    <Argument>0</Argument>
    <FieldOfView>{fov}</FieldOfView>
    <Resolution>{size}</Resolution>
  </Screen>
  <Astrobj kind="PageThorneDisk">
    <OuterRadius>{outer}</OuterRadius>
    <RMax>30</RMax>
  </Astrobj>
  <Quantities>Redshift</Quantities>
  <AbsTol>{tolerance}</AbsTol>
  <RelTol>{tolerance}</RelTol>
  <MinimumTime>-1e7</MinimumTime>
</Scenery>
"""
FITS_BLOCK = 2880


def read_fits(path):
    """The doubles of a file that has nothing but one image of them."""
    with open(path, "rb") as f:
        content = f.read()
    end = re.search(rb"(?s)^(?:.{80})*?END {77}", content).end()
    begin = -(-end // FITS_BLOCK) * FITS_BLOCK
    doubles = array.array("d", content[begin:begin + 8 * SIZE * SIZE])
    if sys.byteorder == "little":
        doubles.byteswap()
    return list(doubles)


class Gyoto:
    """One scenery and what its pictures have cost."""

    def __init__(self, directory, tolerance):
        self.tolerance = tolerance
        self.xml = f"{directory}/{tolerance}.xml"
        self.fits = f"{directory}/{tolerance}.fits"
        self.seconds = []
        with open(self.xml, "w") as f:
            f.write(SCENERY.format(
                spin=SPIN, inclination=INCLINATION_DEG, size=SIZE,
                fov=FOV_RG / DISTANCE_RG, distance=DISTANCE_RG,
                outer=DISC_OUTER_RG, tolerance=tolerance))

    def cpu_s(self, size):
        child = subprocess.Popen(
            ["gyoto", "--silent", "-T1", f"--resolution={size}", self.xml,
             f"!{self.fits}"], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise RuntimeError(f"gyoto: exit {child.returncode}")
        return usage.ru_utime + usage.ru_stime

    def run(self):
        self.seconds.append(-self.cpu_s(1) + self.cpu_s(SIZE))

    def rate(self):
        return SIZE * SIZE / statistics.median(self.seconds)


def dump(build):
    """{kernel: rates in three ways}, best last; the pixels' redshifts."""
    done = subprocess.run(
        [f"{build}/tests/bench/rays_dump", *map(str, (
            SPIN, INCLINATION_DEG, FOV_RG, SIZE, DISC_OUTER_RG))],
        capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"rays_dump: {done.stderr.strip()}")
    lines = [line.split() for line in done.stdout.splitlines()]
    kernels = {name: list(map(float, rates)) for name, *rates in lines
               if rates[1:]}
    redshifts = [float(words[1]) for words in lines if len(words) == 2]
    return kernels, redshifts


def agreement(ours, theirs):
    """Median and largest difference of redshifts; pixels that differ."""
    if not len(ours) == len(theirs) == SIZE * SIZE:
        raise RuntimeError(f"{len(ours)} pixels and {len(theirs)} of Gyoto")
    both = [abs(a - b) for a, b in zip(ours, theirs) if a > 0 and b > 0]
    if not both:
        raise RuntimeError("there is no disc in Gyoto's picture, or in ours")
    return (statistics.median(both), max(both),
            sum((a > 0) != (b > 0) for a, b in zip(ours, theirs)))


def agreement_table(sceneries, ours):
    columns = [agreement(ours, read_fits(each.fits)) for each in sceneries]
    lines = ["| Lightcone against Gyoto with tolerance"
             + "".join(f" | {each.tolerance:.0e}" for each in sceneries)
             + " | aim |", "| --- |" + " ---: |" * (len(sceneries) + 1)]
    for name, form, aim, values in zip(
            ("median difference of redshift factors", "largest",
             "pixels in which one meets the disc"), (".1e", ".1e", "d"),
            (f"< {MEDIAN_MOST:.0e}", "", f"≤ {PIXELS_MOST}"), zip(*columns)):
        lines.append(f"| {name} | " + " | ".join(
            format(value, form) for value in values) + f" | {aim} |")
    return "\n".join(lines)


def speed_table(sceneries, kernels):
    name, (*_, best) = list(kernels.items())[-1]
    gyoto = max(each.rate() for each in sceneries)
    lines = ["| one thread | rays/s | of Gyoto | aim |",
             "| --- | ---: | ---: | ---: |"]
    for each in sceneries:
        lines.append(f"| Gyoto, tolerance {each.tolerance:.0e} | "
                     f"{each.rate():,.0f} | {each.rate() / gyoto:.2f} | |")
    lines.append(f"| Lightcone, {name} | {best:,.0f} | "
                 f"{best / gyoto:,.0f} times | ≥ {GYOTO_RATIO:,} |")
    return "\n".join(lines)


def kernel_table(kernels):
    """What each does; the ratio is that of pictures, without redshifts."""
    lines = ["| kernel | rays/s, one by one | mirrored pairs "
             "| and their redshifts | of the baseline, pairs | aim |",
             "| --- | ---: | ---: | ---: | ---: | ---: |"]
    best = list(kernels)[-1]
    for name, rates in kernels.items():
        ratio = rates[1] / kernels["baseline"][1]
        aim = f"≥ {KERNEL_RATIO}" if name == best else ""
        lines.append(f"| {name} | " + " | ".join(f"{r:,.0f}" for r in rates)
                     + f" | {ratio:.2f} | {aim} |")
    return "\n".join(lines)


def run(directory, build, rounds):
    sceneries = [Gyoto(directory, each) for each in (USUAL, SMALL)]
    busy = os.getloadavg()[0]
    for number in range(rounds):
        for each in sceneries:
            each.run()
        print(f"round {number + 1} of {rounds}: Gyoto " + ", ".join(
            f"{SIZE * SIZE / each.seconds[-1]:,.0f}/s" for each in sceneries),
            file=sys.stderr)
    kernels, redshifts = dump(build)
    version = report.word(report.version("gyoto", "--version"), r"([\d.]+)")
    return "\n\n".join([
        f"{report.today()}. {report.machine()}. Gyoto {version}.",
        f"{SIZE}² rays into a hole of spin {SPIN} at {INCLINATION_DEG}°, "
        f"{FOV_RG} GM/c² wide, with a Page-Thorne disc out to "
        f"{DISC_OUTER_RG} (Gyoto: KerrBL, PageThorneDisk, RMax 30, from "
        f"{DISTANCE_RG:,.0f} GM/c² away); CPU time, medians of {rounds} "
        f"rounds of Gyoto and of 9 of Lightcone. Load before: {busy:.1f}.",
        agreement_table(sceneries, redshifts),
        "Gyoto's tolerance is 1e-6 where nothing is said; what goes away "
        "with a smaller one is its own error, at the disc's edges. Both "
        "programs give the redshift factors, and the faster one of Gyoto's "
        "two is the yardstick.",
        speed_table(sceneries, kernels), kernel_table(kernels)])


def arguments():
    parser = argparse.ArgumentParser(
        description="Measures our rays against Gyoto's.")
    parser.add_argument("--save", action="store_true",
                        help="keep the tables in tests/bench/RESULTS.md")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def main():
    args = arguments()
    build = os.path.abspath(os.environ.get("LIGHTCONE_BUILD",
                                           contenders.ROOT))
    if contenders.program("gyoto") is None:
        print("Nothing is measured: gyoto is not installed (gyoto-bin).")
        return 0
    try:
        with tempfile.TemporaryDirectory(prefix="lightcone-bench-") as dir_:
            text = run(dir_, build, args.rounds)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except (RuntimeError, OSError) as error:
        print(f"bench_gyoto: {error}", file=sys.stderr)
        return 1
    print(f"\n{text}")
    if args.save:
        report.save(f"{contenders.HERE}/RESULTS.md", HEADING, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
