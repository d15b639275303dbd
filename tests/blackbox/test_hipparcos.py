"""A larger catalogue: 118,216 stars, from npm's d3-celestial.

Turned into CSV, imported as anybody would, searched in all ways beside a look
at every star, and asked for through HTTP.
"""

import csv
import io
import json
import subprocess

import pytest

import node_tools
from console import Console
from processes import clean_environment
from sky import EDGE_DEG, separation_deg
from stage import BUILD

NEEDED = node_tools.missing()
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(NEEDED is not None, reason=str(NEEDED)),
]

STARS = 118_216
RANDOM_CONES = 2000
PATIENCE_S = 240
LIMIT = 10_000


def stars():
    """Name, RA from -180 to 180, declination, magnitude, colour index."""
    path = node_tools.MODULES / "d3-celestial/data/stars.14.json"
    for star in json.loads(path.read_bytes())["features"]:
        ra_deg, dec_deg = star["geometry"]["coordinates"]
        about = star["properties"]
        yield f"HIP {star['id']}", ra_deg, dec_deg, about["mag"], about["bv"]


@pytest.fixture(scope="module")
def rows():
    return list(stars())


@pytest.fixture(scope="module")
def console(stage, rows):
    """A state directory that has the stars."""
    made = Console(stage, stage.fresh("hipparcos"))
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["id", "ra", "dec", "Vmag", "B-V"])
    writer.writerows(rows)
    path = made.table("hipparcos.csv", table.getvalue())
    assert f"{STARS} objects" in made.imported("hipparcos", path)
    return made


@pytest.fixture(scope="module")
def site(console):
    with console.served() as site:
        yield site


def test_every_cone_is_exact(console):
    done = subprocess.run(
        [BUILD / "tests/brute", console.state, "hipparcos", str(RANDOM_CONES)],
        env=clean_environment(),
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done
    assert f"of {STARS} objects" in done.stdout, done


def around(rows, ra_deg, dec_deg, radius_deg):
    """Stars that must be inside, and those on the very edge, by name."""
    inside, edge = {}, {}
    for name, ra, dec, magnitude, colour in rows:
        if abs(dec - dec_deg) > radius_deg + EDGE_DEG:
            continue
        apart = separation_deg(ra_deg, dec_deg, ra, dec)
        if apart <= radius_deg + EDGE_DEG:
            here = edge if apart >= radius_deg - EDGE_DEG else inside
            here[name] = apart, ra % 360, dec, magnitude, colour
    return inside, edge


@pytest.mark.parametrize("ra_deg, dec_deg, radius_deg", [
    (56.75, 24.12, 2),  # the Pleiades
    (0, 90, 5), (200, -90, 5),
    (0, 0, 10), (359.999999, 45, 3), (180, -30, 12),
    (83.82, -5.39, 0.001), (266.4, -29, 20),
])
def test_a_cone_through_http(site, rows, ra_deg, dec_deg, radius_deg):
    inside, edge = around(rows, ra_deg, dec_deg, radius_deg)
    assert len(inside) + len(edge) <= LIMIT
    reply = site.get("/galaxy", {
        "catalogue": "hipparcos", "format": "csv", "limit": LIMIT,
        "coordinates": f"{ra_deg} {dec_deg}", "radius_deg": radius_deg,
    })
    assert reply.status == 200, reply
    assert len(inside) <= int(reply.headers["X-Matched"]) <= LIMIT
    last = 0
    found = set()
    for row in csv.DictReader(io.StringIO(reply.body.decode())):
        name = row["name"]
        assert name not in found
        found.add(name)
        apart, ra, dec, magnitude, colour = {**inside, **edge}[name]
        assert float(row["ra_deg"]) == pytest.approx(ra, abs=1e-12)
        assert float(row["dec_deg"]) == dec
        assert float(row["magnitude_v"]) == magnitude
        assert (row["B-V"] == "") == (colour == "")
        assert float(row["B-V"] or 0) == float(colour or 0)
        assert float(row["separation_deg"]) == pytest.approx(apart, abs=1e-9)
        assert float(row["separation_deg"]) >= last
        last = float(row["separation_deg"])
    assert inside.keys() <= found


def test_all_of_them(site):
    """More than a page: what there is, is counted."""
    reply = site.get("/galaxy", {
        "catalogue": "hipparcos", "limit": 1,
        "coordinates": "10 20", "radius_deg": 180,
    }).json()
    assert reply["matched"] == STARS
    assert reply["next"] is not None
