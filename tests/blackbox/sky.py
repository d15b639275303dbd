"""The catalogue's file, read and searched in the plainest way."""

import csv
import re
from functools import cache
from math import atan2, cos, degrees, hypot, radians, sin

from stage import CATALOGUE, SOURCE

FACTS = SOURCE / "tests/data/openngc-facts.tsv"
EDGE_DEG = 1e-9  # nearer than this to the edge: in or out, as one likes


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        plain = {"delimiter": "\t", "quoting": csv.QUOTE_NONE}
        return list(csv.DictReader(file, **plain))


def catalogue():
    rows = table(CATALOGUE)
    for row in rows:
        row["ra_deg"] = float(row["ra_deg"])
        row["dec_deg"] = float(row["dec_deg"])
        row["brightness"] = row["magnitude_v"] or row["magnitude_b"]
    return rows


ROWS = catalogue()


def facts():
    return table(FACTS)


def separation_deg(ra1, dec1, ra2, dec2):
    """Vincenty's formula on a sphere: exact at 0 and at 180 degrees."""
    a, b, turn = radians(dec1), radians(dec2), radians(ra2 - ra1)
    across = cos(b) * sin(turn)
    along = cos(a) * sin(b) - sin(a) * cos(b) * cos(turn)
    towards = sin(a) * sin(b) + cos(a) * cos(b) * cos(turn)
    return degrees(atan2(hypot(across, along), towards))


def natural(name):
    """A key that puts NGC 2 before NGC 10."""
    parts = re.split(r"(\d+)", name)
    return [(1, int(p), "") if p.isdigit() else (0, 0, p) for p in parts]


@cache
def cone(ra_deg, dec_deg, radius_deg):
    """Names that must be in the cone, and those on its very edge."""
    inside, edge = set(), set()
    for row in ROWS:
        if abs(row["dec_deg"] - dec_deg) > radius_deg + EDGE_DEG:
            continue
        apart = separation_deg(ra_deg, dec_deg, row["ra_deg"], row["dec_deg"])
        if abs(apart - radius_deg) <= EDGE_DEG:
            edge.add(row["name"])
        elif apart < radius_deg:
            inside.add(row["name"])
    return inside, edge
