"""Bad input: a fitting 4xx that names every wrong field, never a 5xx."""

import pytest

from problems import errors, problem

KIB = 1024


def is_shared_host(front):
    """There the host has set the limits, not we."""
    return front.way.startswith(".htaccess")


# ---- one wrong field

INTEGER = {"int_parsing"}
NUMBER = {"float_parsing", "finite_number"}
ONE_WRONG = [
    ("radius_deg", "500", {"less_than_equal"}),
    ("radius_deg", "180.0000001", {"less_than_equal"}),
    ("radius_deg", "-0.1", {"greater_than_equal"}),
    ("radius_deg", "wide", {"float_parsing"}),
    ("radius_deg", "", {"float_parsing"}),
    ("radius_deg", "1,5", {"float_parsing"}),
    ("radius_deg", "0x10", {"float_parsing"}),
    ("radius_deg", "1 2", {"float_parsing"}),
    ("radius_deg", "nan", NUMBER),
    ("radius_deg", "inf", NUMBER),
    ("radius_deg", "1e999", NUMBER),
    ("limit", "0", {"greater_than_equal"}),
    ("limit", "-5", {"greater_than_equal"}),
    ("limit", "10001", {"less_than_equal"}),
    ("limit", "1.5", INTEGER),
    ("limit", "many", INTEGER),
    ("limit", "", INTEGER),
    ("limit", "99999999999999999999", {"int_parsing_size"}),
    ("type", "comet", {"enum"}),
    ("type", "Galaxy", {"enum"}),
    ("type", "", {"enum"}),
    ("magnitude_max", "bright", {"float_parsing"}),
    ("magnitude_max", "1000", {"less_than_equal"}),
    ("catalogue", "nosuch", {"value_error"}),
    ("catalogue", "../../etc/passwd", {"value_error"}),
    ("catalogue", "x" * 65, {"string_too_long"}),
]


@pytest.mark.parametrize("field, value, words", ONE_WRONG)
def test_one_wrong_field(site, field, value, words):
    reply = site.get("/galaxy", {"coordinates": "M31", field: value})
    assert set(errors(reply)) == {field}
    error, = reply.json()["errors"]
    assert error["type"] in words
    assert error["input"] == value[:100]


def test_missing(site):
    reply = site.get("/galaxy")
    assert errors(reply) == {"coordinates": "missing"}
    assert reply.json()["errors"][0]["input"] is None


COORDINATES = [
    "", " ", "91 91", "10 91", "10 -90.5", "361 0", "-361 0", "nan nan",
    "12:60:00 +10:00:00", "25:00:00 +10:00:00", "10 20 30", "10,,20",
    "++10 20", "0x10 20", "NGC", "no such thing", "!", "J1230+1223", "1e3 4",
]


@pytest.mark.parametrize("text", COORDINATES)
def test_wrong_coordinates(site, text):
    reply = site.get("/galaxy", {"coordinates": text})
    assert set(errors(reply)) == {"coordinates"}


def test_oversized_coordinates(site):
    reply = site.get("/galaxy", {"coordinates": "x" * 257})
    assert errors(reply) == {"coordinates": "string_too_long"}
    assert reply.json()["errors"][0]["input"] == "x" * 100


# ---- bytes that are no text

UNTEXTUAL = [
    ("coordinates=%00", {"coordinates"}),
    ("coordinates=M31%00", {"coordinates"}),
    ("coordinates=%ff%fe", {"coordinates"}),
    ("coordinates=M31%E2%82", {"coordinates"}),
    ("coordinates=%ED%A0%80", {"coordinates"}),
    ("coordinates=%C0%80", {"coordinates"}),
    ("coordinates=M31&limit=%00", {"limit"}),
    ("coordinates=M31&limit=5%00", {"limit"}),
    ("coordinates=M31&type=galaxy%00", {"type"}),
    ("coordinates=M31&radius_deg=%ff", {"radius_deg"}),
    ("coordinates=" + "%E2%82%AC" * 60 + "%ff", {"coordinates"}),
]


@pytest.mark.parametrize("query, fields", UNTEXTUAL)
def test_bytes_that_are_no_text(site, query, fields):
    assert set(errors(site.get("/galaxy", query))) == fields


# ---- several at once

SEVERAL = [
    ("coordinates=10.68,41.27&radius_deg=500&limit=0",
     {"radius_deg": "less_than_equal", "limit": "greater_than_equal"}),
    ("radius_deg=-1&limit=x&type=comet&magnitude_max=dim",
     {"coordinates": "missing", "radius_deg": "greater_than_equal",
      "limit": "int_parsing", "type": "enum",
      "magnitude_max": "float_parsing"}),
    ("limit=0&radius_dg=3",
     {"coordinates": "missing", "limit": "greater_than_equal"}),
]


@pytest.mark.parametrize("query, expected", SEVERAL)
def test_all_errors_are_listed_together(site, query, expected):
    assert errors(site.get("/galaxy", query)) == expected


@pytest.mark.parametrize("field, value", [
    ("coordinates", "M31"), ("limit", "5"), ("radius_deg", "1"),
])
def test_given_twice(site, field, value):
    query = f"coordinates=M31&{field}={value}&{field}={value}"
    if field == "coordinates":
        query = "coordinates=M31&coordinates=M31"
    assert set(errors(site.get("/galaxy", query))) == {field}


# ---- unknown parameters change nothing, and are named

UNKNOWN = [
    ("radus=3", "radus"), ("RADIUS_DEG=3", "RADIUS_DEG"), ("x", "x"),
    ("%E2%98%85=1", "★"), ("%ff=1", None), ("%00=1", None), ("a%00b=1", None),
]


@pytest.mark.parametrize("query, named", UNKNOWN)
def test_unknown_parameter(site, query, named):
    reply = site.get("/galaxy", "coordinates=M31&" + query)
    assert reply.status == 200, reply
    answer = reply.json()
    plain = site.get("/galaxy", "coordinates=M31").json()
    warning, = answer.pop("warnings")
    plain.pop("warnings", None)
    assert answer == plain
    if named:
        assert named in warning


@pytest.mark.parametrize("query", ["", "&", "&&&&", "&=", "&=x"])
def test_empty_pairs_are_harmless(site, query):
    assert site.get("/galaxy", "coordinates=M31" + query).status == 200


def test_a_slip_is_recognised(site):
    reply = site.get("/galaxy", "coordinates=M31&radus_deg=3")
    warning, = reply.json()["warnings"]
    assert "radius_deg" in warning


# ---- too much

def test_query_over_8_kib(site, front):
    rest = 8 * KIB + 1 - len("coordinates=M31&pad=")
    reply = site.get("/galaxy", "coordinates=M31&pad=" + "x" * rest)
    if is_shared_host(front):
        assert reply.status == 414
    else:
        problem(reply, 414)


def test_query_of_8_kib(site, front):
    """Apache's own limit, 8190 bytes of request line, is a little lower."""
    rest = 8 * KIB - len("coordinates=M31&pad=")
    reply = site.get("/galaxy", "coordinates=M31&pad=" + "x" * rest)
    assert reply.status == (414 if is_shared_host(front) else 200), reply


def test_query_over_what_servers_take(site):
    reply = site.get("/galaxy", "pad=" + "x" * 100 * KIB)
    assert reply.status in (414, 431)


def test_many_unknown_parameters(site):
    reply = site.get("/galaxy", "coordinates=M31&" + "&".join(["a=1"] * 1900))
    assert reply.status == 200, reply
    assert reply.json()["warnings"]


@pytest.mark.parametrize("size", [128 * KIB + 1, 5000 * KIB])
def test_body_too_large(site, front, size):
    reply = site.ask("POST", "/galaxy", body=b"x" * size)
    assert reply.status == 413, reply
    if size < KIB * KIB and not is_shared_host(front):
        problem(reply, 413)


def test_large_header(site):
    reply = site.get("/galaxy", "coordinates=M31", [("Cookie", "x" * 7000)])
    assert reply.status in (200, 400, 431), reply
