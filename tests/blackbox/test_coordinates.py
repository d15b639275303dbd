"""The case file of positions and names, and every frame, as asked for."""

import csv

import pytest

from problems import errors
from stage import SOURCE

CASES = SOURCE / "tests/data/coordinates-cases.csv"


def cases():
    with open(CASES, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            row["input"] = row["input"].replace("\\x00", "\0")
            yield row


def positions(result):
    rows = [row for row in cases() if row["result"] == result]
    ids = [ascii(row["input"]) for row in rows]
    return pytest.mark.parametrize("row", rows, ids=ids)


def place(site, text):
    reply = site.get("/galaxy", {"coordinates": text, "radius_deg": 0})
    assert reply.status == 200, reply
    return reply.json()["coordinates"]


@positions("ok")
def test_case_is_read(site, row):
    found = place(site, row["input"])
    by_name = row["note"].startswith("name")
    assert (found["read_as"] == "name") == by_name
    assert found["frame"] == "icrs"
    assert found["ra_deg"] == pytest.approx(float(row["ra_deg"]), abs=1e-6)
    assert found["dec_deg"] == pytest.approx(float(row["dec_deg"]), abs=1e-6)


@positions("error")
def test_case_is_refused(site, row):
    reply = site.get("/galaxy", {"coordinates": row["input"]})
    assert set(errors(reply)) == {"coordinates"}
    assert reply.json()["errors"][0]["msg"]


def test_the_case_file_is_whole():
    assert len(list(cases())) == 51


def test_m102_is_ngc_5866(site):
    reply = site.get("/galaxy", {"coordinates": "M102", "radius_deg": 0})
    found, = reply.json()["system"]
    assert found["name"] == "NGC 5866"


# ---- one place, written in every frame

M31 = 10.6847917, 41.2690556
WRITTEN = {
    "B1950 0 40 00.11494 +40 59 42.8319": "sexagesimal",
    "FK4 10.0004789+40.9952311": "degrees",
    "galactic 121.1744083 -21.5730057": "degrees",
    "121.1744083 -21.5730057 (gal)": "degrees",
    "l=121.1744083 b=-21.5730057": "degrees",
    "l 121.1744083 b −21.5730057": "degrees",
    "galactic 121d10m27.8700s -21d34m22.8204s": "sexagesimal",
    "G 121.1744083-21.5730057": "designation",
    "G121.1744083-21.5730057": "designation",
    "supergalactic 336.1932913 12.5520995": "degrees",
    "sgl=336.1932913 sgb=12.5520995": "degrees",
    "2MASX J004244350+411608600": "designation",
    "SDSS J004244.35+411608.6": "designation",
    "RA=00:42:44.35 Dec=+41:16:08.6 J2000": "sexagesimal",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_one_place(site, text):
    found = place(site, text)
    assert found["read_as"] == WRITTEN[text]
    assert found["ra_deg"] == pytest.approx(M31[0], abs=2e-7)
    assert found["dec_deg"] == pytest.approx(M31[1], abs=2e-7)


@pytest.mark.parametrize(
    "query",
    [
        "SDSS+J004244.35+411608.6",
        "galactic+121.1744083+-21.5730057",
        "00:42:44.35+41:16:08.6",
        "supergalactic%20336.1932913,+12.5520995",
    ],
)
def test_an_unescaped_plus_is_a_space(site, query):
    reply = site.get("/galaxy", "coordinates=" + query)
    found = reply.json()["coordinates"]
    assert found["ra_deg"] == pytest.approx(M31[0], abs=2e-7)
    assert found["dec_deg"] == pytest.approx(M31[1], abs=2e-7)


# ---- what is wrong, and where

WRONG = {
    "J1230+1223": ["ambiguous box", "as a name"],
    "PKS B1228+126": ["ambiguous box", "as a name"],
    "J123060+122328": ["seconds are 60", "as a name"],
    "galactic 12h30m -21d": ["longitude is in degrees", "byte 9"],
    "gal 10 91": ["beyond 90 degrees", "byte 7"],
    "l=121.17": ["b=", "byte 0"],
    "J2000 10 5 B1950": ["another frame", "byte 11"],
    "B1950 12 34 60 +10 00 00": ["seconds are 60", "byte 12"],
    "ecliptic 10 5": ["ecliptic", "byte 0"],
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong(site, text):
    reply = site.get("/galaxy", {"coordinates": text})
    assert set(errors(reply)) == {"coordinates"}
    message = reply.json()["errors"][0]["msg"]
    for words in WRONG[text]:
        assert words in message
