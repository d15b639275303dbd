"""GET /galaxy: one object, many objects, none, through every front."""

import random

import pytest

import sky

M31_RA, M31_DEC = 10.6847917, 41.2690556
OBJECTS = {row["name"]: row for row in sky.ROWS}


def ask(site, coordinates, **params):
    reply = site.get("/galaxy", {"coordinates": coordinates, **params})
    assert reply.status == 200, reply
    assert reply.media_type == "application/json"
    return reply.json()


def names(answer):
    return [row["name"] for row in answer["system"]]


M31 = {
    "name": "NGC 224",
    "type": "galaxy",
    "ra_deg": M31_RA,
    "dec_deg": M31_DEC,
    "separation_deg": 0,
    "constellation": "And",
    "magnitude_v": 3.44,
    "magnitude_b": 4.29,
    "major_axis_arcmin": 177.83,
    "minor_axis_arcmin": 69.66,
    "position_angle_deg": 35,
    "redshift": -0.001,
    "hubble_type": "Sb",
    "catalogue": "openngc",
}


def test_m31_is_all_there(site):
    answer = ask(site, "M31")
    first = answer["system"][0]
    assert {key: first.get(key) for key in M31} == M31
    assert {"M 31", "Andromeda Galaxy"} <= set(first["aliases"])
    assert answer["coordinates"] == {
        "input": "M31",
        "read_as": "name",
        "ra_deg": M31_RA,
        "dec_deg": M31_DEC,
        "frame": "icrs",
    }
    assert answer["radius_deg"] == 0.25
    assert answer["matched"] == len(answer["system"]) == 1
    assert answer["next"] is None
    assert not answer.get("warnings")


@pytest.mark.parametrize("fact", sky.facts(), ids=lambda fact: fact["asked"])
def test_facts(site, fact):
    # A designation is a position before it is a name: 2MASS's, not ours.
    designation = fact["asked"].startswith("2MASX J")
    radius = 3 / 3600 if designation else 0
    answer = ask(site, fact["asked"], radius_deg=radius, limit=10)
    read_as = "designation" if designation else "name"
    assert answer["coordinates"]["read_as"] == read_as
    found = next(row for row in answer["system"] if row["name"] == fact["name"])
    assert found["ra_deg"] == float(fact["ra_deg"])
    assert found["dec_deg"] == float(fact["dec_deg"])
    value = found.get(fact["field"], "")
    if isinstance(value, str):  # an absent value has no field
        assert value == fact["value"]
    else:
        assert value == float(fact["value"])


POSITIONS = [
    "10.6847917 41.2690556",
    "10.6847917,41.2690556",
    "10.6847917, +41.2690556",
    "10.6847917+41.2690556",
    "0 42 44.35 +41 16 08.6",
    "00:42:44.35 +41:16:08.6",
    "0h42m44.35s +41d16m08.6s",
    "10.6847917d 41.2690556d",
    "0h42m44.35s +41°16′08.6″",
    "J2000 00:42:44.35+41:16:08.6",
    "-349.3152083 41.2690556",
]


@pytest.mark.parametrize("text", POSITIONS)
def test_positions(site, text):
    answer = ask(site, text)
    assert answer["coordinates"]["read_as"] != "name"
    assert answer["coordinates"]["input"] == text
    assert answer["coordinates"]["ra_deg"] == pytest.approx(M31_RA, abs=1e-6)
    assert answer["coordinates"]["dec_deg"] == pytest.approx(M31_DEC, abs=1e-6)
    assert names(answer) == ["NGC 224"]


def test_an_unescaped_plus_is_a_separator(site):
    reply = site.get("/galaxy", "coordinates=10.6847917+41.2690556")
    assert names(reply.json()) == ["NGC 224"]


@pytest.mark.parametrize(
    "text, offered",
    [
        ("Andromeda Galxy", "Andromeda Galaxy"),
        ("NGC 2244x", "NGC 2244"),
        ("Sombrero Glaxy", "Sombrero Galaxy"),
    ],
)
def test_an_unknown_name_gets_the_nearest(site, text, offered):
    reply = site.get("/galaxy", {"coordinates": text})
    assert reply.status == 422, reply
    error, = reply.json()["errors"]
    assert error["loc"] == ["query", "coordinates"]
    assert error["input"] == text
    assert offered in error["msg"]


def test_nothing_there_is_an_empty_list(site):
    answer = ask(site, "200.0 -3.0", radius_deg=0.001)
    assert answer["system"] == []
    assert answer["matched"] == 0
    assert answer["next"] is None


def test_nearest_first_and_limit(site):
    whole = ask(site, "M31", radius_deg=10, limit=10000)
    order = [
        (row["separation_deg"], sky.natural(row["name"]))
        for row in whole["system"]
    ]
    assert order == sorted(order)
    assert whole["matched"] == len(whole["system"]) > 10
    some = ask(site, "M31", radius_deg=10, limit=3)
    assert some["matched"] == whole["matched"]
    assert names(some) == names(whole)[:3]


def test_limit_is_100_by_default(site):
    answer = ask(site, "M31", radius_deg=180)
    assert len(answer["system"]) == 100
    assert answer["matched"] == len(sky.ROWS)


@pytest.mark.parametrize("kind", sorted({row["type"] for row in sky.ROWS}))
def test_type(site, kind):
    answer = ask(site, "0 0", radius_deg=180, limit=10000, type=kind)
    wanted = [row["name"] for row in sky.ROWS if row["type"] == kind]
    assert answer["matched"] == len(wanted)
    if len(wanted) <= 10000:
        assert sorted(names(answer)) == sorted(wanted)


@pytest.mark.parametrize("most", [-1, 3.44, 6, 9.005, 14])
def test_magnitude_max(site, most):
    answer = ask(
        site, "0 0", radius_deg=180, limit=10000, magnitude_max=most
    )
    wanted = [
        row["name"]
        for row in sky.ROWS
        if row["brightness"] and float(row["brightness"]) <= most
    ]
    assert sorted(names(answer)) == sorted(wanted)


def test_an_absent_value_is_absent(site):
    bare = next(row for row in sky.ROWS if not row["magnitude_v"])
    answer = ask(site, bare["name"], radius_deg=0)
    found = next(r for r in answer["system"] if r["name"] == bare["name"])
    assert "magnitude_v" not in found
    assert None not in found.values()


# ---- cones, against the plainest search

draw = random.Random(2024)


def random_cone():
    """Around an object, as most random small circles are empty."""
    row = draw.choice(sky.ROWS)
    radius = draw.choice([0.01, 0.1, 0.5, 1, 3, 10, 30])
    ra = (row["ra_deg"] + draw.uniform(-radius, radius)) % 360
    dec = row["dec_deg"] + draw.uniform(-radius, radius)
    return round(ra, 7), round(max(-90, min(90, dec)), 7), radius


CONES = [random_cone() for _ in range(36)] + [
    (0, 90, 2), (123.4, 90, 10), (0, -90, 2), (359.9, -89.9, 5),
    (0, 0, 3), (359.999, 0, 3), (0.001, 45, 1), (180, 89.5, 1), (0, 89.5, 1),
    (10, 10, 90), (10, 10, 179), (10, 10, 179.999999), (10, 10, 180),
    (M31_RA, M31_DEC, 0),
]


@pytest.mark.parametrize("ra, dec, radius", CONES)
def test_cone(site, ra, dec, radius):
    inside, edge = sky.cone(ra, dec, radius)
    answer = ask(site, f"{ra} {dec}", radius_deg=radius, limit=10000)
    found = names(answer)
    assert len(found) == min(answer["matched"], 10000)
    assert len(inside) <= answer["matched"] <= len(inside) + len(edge)
    assert len(set(found)) == len(found)
    if answer["matched"] <= 10000:
        assert inside <= set(found) <= inside | edge
    separations = [row["separation_deg"] for row in answer["system"]]
    assert separations == sorted(separations)
    for row in answer["system"][:: max(1, len(found) // 50)]:
        its = OBJECTS[row["name"]]
        assert row["ra_deg"] == its["ra_deg"]
        assert row["dec_deg"] == its["dec_deg"]
        apart = sky.separation_deg(ra, dec, its["ra_deg"], its["dec_deg"])
        assert row["separation_deg"] == pytest.approx(apart, abs=1e-9)
