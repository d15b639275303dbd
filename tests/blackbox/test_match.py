"""POST /galaxy/match through every front: what goes in and what comes out."""

import random
import re
import time

import pytest

import matcher
from matcher import CSV, JSON, MOST, alone, is_as_alone, lines, matches, post
from problems import errors, errors_at, problem
from stage import SOURCE

M31 = {"ra_deg": 10.6847917, "dec_deg": 41.2690556}
EMPTY = {"ra_deg": 200, "dec_deg": -3}
BODY_MOST = 2 << 20


def names(match):
    return [row["name"] for row in match["system"]]


def test_positions_and_names(site):
    found = matches(site, [
        {"id": "a", **M31},
        {"id": "b", **EMPTY},
        {"coordinates": "M1"},
        {"id": "d", "coordinates": "00:42:44.35 +41:16:08.6"},
        {"coordinates": "galactic 121.1743 -21.5733"},
        {"ra_deg": -349.3152083, "dec_deg": 41.2690556},
        {"ra_deg": 360, "dec_deg": -90},
    ], {"radius_deg": 0.02})
    assert [match.get("id") for match in found] == [
        "a", "b", None, "d", None, None, None
    ]
    assert [names(match) for match in found] == [
        ["NGC 224"], [], ["NGC 1952"], ["NGC 224"], ["NGC 224"], ["NGC 224"],
        [],
    ]
    assert found[5]["ra_deg"] == pytest.approx(M31["ra_deg"], abs=1e-9)
    assert (found[6]["ra_deg"], found[6]["dec_deg"]) == (0, -90)
    for match in found:
        is_as_alone(site, match, radius_deg=0.02)


def test_csv_out(site):
    items = [{"id": "a", **M31}, {"id": "b", **EMPTY}, {"coordinates": "M1"}]
    found = lines(site, items, {"radius_deg": 1, "limit": 2}, JSON)
    wanted = matches(site, items, {"radius_deg": 1, "limit": 2})
    rows = [(m, o) for m in wanted for o in m["system"] or [None]]
    assert len(found) == len(rows) == 5
    for line, (match, row) in zip(found, rows):
        assert line["index"] == str(match["index"])
        assert line["id"] == match.get("id", "")
        told = [line["name"], line["ra_deg"], line["separation_deg"]]
        if row is None:
            assert told == ["", "", ""]
        else:
            assert told[0] == row["name"]
            assert float(told[1]) == row["ra_deg"]
            assert float(told[2]) == row["separation_deg"]


def test_a_position_alone_has_a_line_too(site):
    line, = lines(site, [EMPTY], None, JSON)
    assert line["index"] == "0"
    assert set(line.values()) == {"0", ""}
    match, = matches(site, [EMPTY])
    assert match == {"index": 0, **EMPTY, "ra_deg": 200, "matched": 0,
                     "system": []}


def test_radius_and_limit(site):
    for params in (
        {"radius_deg": 5, "limit": 3}, {"radius_deg": 10, "limit": 100},
        {"radius_deg": 0}, {}, {"limit": 100},
    ):
        match, = matches(site, [M31], params)
        wanted = {"radius_deg": 0.01, "limit": 1, **params}
        is_as_alone(site, match, **wanted)
        assert len(match["system"]) == min(match["matched"], wanted["limit"])


def test_an_empty_list(site):
    assert matches(site, []) == []
    assert lines(site, [], None, JSON) == []
    assert matches(site, b"id,ra_deg,dec_deg\n", type_=CSV) == []
    assert lines(site, b"id,ra_deg,dec_deg\n") == []


IDS = ['a"b', "c,d", "e\nf", "g\r\nh", "\u00e9\u2605", "", "=1+1", "#x", " y ",
       "'", "\t", "\u0000x"[1:], "z" * 128, "\u2605" * 128]


def test_ids_come_back(site):
    items = [{"id": each, **EMPTY} for each in IDS]
    assert [match["id"] for match in matches(site, items)] == IDS
    assert [line["id"] for line in lines(site, items, None, JSON)] == IDS


def test_many(front):
    """As many as may be: in order, in pieces, as if each was asked alone."""
    site = front.site
    positions = matcher.spread(MOST)
    items = matcher.as_items(positions)
    took = {}
    for type_, body in ((JSON, items), (CSV, matcher.as_csv(positions))):
        began = time.monotonic()
        reply = post(site, body, "", type_)
        took[type_] = time.monotonic() - began
        if refused_by_host(front, reply):
            return
        assert reply.status == 200, reply
        assert len(reply.body) > 1 << 20
        assert "Content-Length" not in reply.headers
        found = reply.json()["matches"]
        assert [(m["index"], m["id"], m["ra_deg"], m["dec_deg"])
                for m in found] == [(i, *p) for i, p in enumerate(positions)]
        if type_ == JSON:
            wanted = found
            for match in random.Random(7).sample(found, 20):
                is_as_alone(site, match, radius_deg=0.01, limit=1)
    assert found == wanted
    assert 0.3 * MOST < sum(match["matched"] > 0 for match in found)
    table = lines(site, matcher.as_csv(positions))
    assert [line["index"] for line in table] == [str(i) for i in range(MOST)]
    assert [line["name"] for line in table] == [
        (names(match) or [""])[0] for match in found
    ]
    print({type_: f"{seconds:.3f} s" for type_, seconds in took.items()})


def refused_by_host(front, reply):
    """Shared hosts leave mod_fcgid's limit, 128 KiB, as it is."""
    return front.way.startswith(".htaccess") and reply.status in (413, 500)


def test_too_many(front):
    positions = matcher.spread(MOST + 1)
    short = [("", round(a, 2), round(d, 2)) for _, a, d in positions]
    reply = post(front.site, matcher.as_items(positions))
    if refused_by_host(front, reply):
        return
    assert errors_at(reply) == {("body", "positions"): "too_long"}
    reply = post(front.site, matcher.as_csv(short), "", CSV)
    assert errors_at(reply) == {("body",): "too_long"}


def test_too_large(front):
    items = matcher.as_items(matcher.spread(3))
    for body, type_ in (
        (b'{"positions": []' + b" " * (BODY_MOST - 17) + b"}", JSON),
        (b"ra,dec\n" + b"#" * (BODY_MOST - 7), CSV),
    ):
        reply = post(front.site, body, "", type_)
        if refused_by_host(front, reply):
            continue
        assert len(body) == BODY_MOST
        assert reply.status == 200, reply
        answer = problem(post(front.site, body + b" ", "", type_), 413)
        assert str(BODY_MOST) in answer["detail"]
    assert len(matches(front.site, items)) == 3


# ---- what is wrong

def at(i, *members):
    return ("body", "positions", i, *members)


WRONG_ITEMS = [
    ({"ra_deg": 360.1, "dec_deg": 0}, ("ra_deg",), "less_than_equal"),
    ({"ra_deg": 0, "dec_deg": -90.5}, ("dec_deg",), "greater_than_equal"),
    ({"ra_deg": "x", "dec_deg": 0}, ("ra_deg",), "float_type"),
    ({"ra_deg": None, "dec_deg": 0}, ("ra_deg",), "float_type"),
    ({"ra_deg": 1, "dec_deg": [2]}, ("dec_deg",), "float_type"),
    ({**EMPTY, "id": 5}, ("id",), "string_type"),
    ({**EMPTY, "id": "x" * 129}, ("id",), "string_too_long"),
    ({**EMPTY, "idd": "x"}, ("idd",), "extra_forbidden"),
    ({"coordinates": ""}, ("coordinates",), "string_too_short"),
    ("10 20", (), "model_attributes_type"),
    (None, (), "model_attributes_type"),
]
WRONG_PLACES = [
    ({"ra_deg": 10}, ("dec_deg",), "missing"),
    ({"dec_deg": 10}, ("ra_deg",), "missing"),
    ({}, (), "value_error"),
    ({"id": "x"}, (), "value_error"),
    ({**EMPTY, "coordinates": "M31"}, ("coordinates",), "value_error"),
    ({"ra_deg": 1, "coordinates": "M31"}, ("coordinates",), "value_error"),
    ({"coordinates": "10 95"}, ("coordinates",), "value_error"),
    ({"coordinates": "no such thing"}, ("coordinates",), "value_error"),
    ({"coordinates": "J1230+1223"}, ("coordinates",), "value_error"),
]


@pytest.mark.parametrize("wrong", [WRONG_ITEMS, WRONG_PLACES],
                         ids=["items", "places"])
def test_all_wrong_items_are_listed(site, wrong):
    """Right ones stand between them."""
    items = [each for item, _, _ in wrong for each in (item, EMPTY)]
    assert errors_at(post(site, items)) == {
        at(2 * i, *members): type_
        for i, (_, members, type_) in enumerate(wrong)
    }


def test_more_than_a_hundred_wrong(site):
    for items in ([{"ra_deg": 999, "dec_deg": 1}] * 250, [{"ra_deg": 1}] * 250):
        answer = problem(post(site, items), 422)
        assert len(answer["errors"]) == 100
        assert "first errors" in answer["detail"]
        assert [e["loc"][2] for e in answer["errors"]] == list(range(100))


def test_a_name_that_is_none_is_told(site):
    error, = problem(post(site, [{"coordinates": "M 999x"}]), 422)["errors"]
    assert error["input"] == "M 999x"
    assert "openngc" in error["msg"]


@pytest.mark.parametrize("body, place, type_", [
    (b"", ("body",), "missing"),
    (b"{}", ("body", "positions"), "missing"),
    (b"[]", ("body",), "model_attributes_type"),
    (b'{"positions": {}}', ("body", "positions"), "list_type"),
    (b'{"positions": [], "x": 1}', ("body", "x"), "extra_forbidden"),
])
def test_wrong_bodies(site, body, place, type_):
    assert errors_at(post(site, body)) == {place: type_}


def test_wrong_json_is_pointed_at(site):
    (place, type_), = errors_at(post(site, b'{"positions": [}')).items()
    assert (place, type_) == (("body", 15), "json_invalid")


@pytest.mark.parametrize("params, wanted", [
    ({"radius_deg": -1}, {"radius_deg": "greater_than_equal"}),
    ({"radius_deg": 10.1}, {"radius_deg": "less_than_equal"}),
    ({"radius_deg": "nan"}, {"radius_deg": "float_parsing"}),
    ({"limit": 0}, {"limit": "greater_than_equal"}),
    ({"limit": 101, "radius_deg": "x"},
     {"limit": "less_than_equal", "radius_deg": "float_parsing"}),
    ({"catalogue": "nope"}, {"catalogue": "value_error"}),
    ({"format": "votable"}, {"format": "enum"}),
])
def test_wrong_parameters(site, params, wanted):
    for body, type_ in (([EMPTY], JSON), (b"ra,dec\n1,2\n", CSV)):
        assert errors(post(site, body, params, type_)) == wanted


def test_an_unknown_parameter_is_warned_of(site):
    answer = post(site, [EMPTY], {"radus": 1}).json()
    assert "'radus'" in answer["warnings"][0]


# ---- what the documentation says

def test_the_readme_shows_what_is_answered(site):
    text = (SOURCE / "README.md").read_text(encoding="utf-8")
    after = text.split("`POST /galaxy/match`", 1)[1]
    sent = re.search(r"printf '(.*?)' \|", after)[1].replace("\\n", "\n")
    promised = re.search(r"^```json\n(.*?)^```$", after, re.M | re.S)[1]
    assert post(site, sent, {"radius_deg": 0.01}, CSV).text == promised


def test_the_documented_bodies(site):
    path = site.get("/openapi.json").json()["paths"][matcher.PATH]
    content = path["post"]["requestBody"]["content"]
    assert set(content) == {JSON, CSV}
    json_body = content[JSON]["examples"]["example1"]["value"]
    assert len(matches(site, json_body["positions"])) == 3
    csv_body = content[CSV]["example"]
    found = matches(site, csv_body, {"radius_deg": 0.05}, CSV)
    assert [names(match) for match in found] == [["NGC 224"], ["NGC 3031"]]
    replies = path["post"]["responses"]
    assert set(replies["200"]["content"]) == {JSON, CSV}
    # Its answers are real ones, though they come in pieces when they are long.
    shown = replies["200"]["content"][JSON]["examples"]["example1"]
    assert shown["value"]["matches"][0]["system"][0]["name"] == "NGC 224"
    assert [m["index"] for m in shown["value"]["matches"]] == [0, 1, 2]


# ---- which kind it is

def test_negotiation(site):
    text = b"ra,dec\n1,2\n"
    assert post(site, text, "", CSV).media_type == JSON
    for accept in ("text/csv", "text/csv, */*;q=0.5"):
        fields = [("Accept", accept)]
        assert post(site, text, "", CSV, fields).media_type == CSV
        assert post(site, [EMPTY], "", JSON, fields).media_type == CSV
    reply = post(site, text, {"format": "json"}, CSV, [("Accept", CSV)])
    assert reply.media_type == JSON
    problem(post(site, text, "", CSV, [("Accept", "image/png")]), 406)


@pytest.mark.parametrize("type_", [
    "text/plain", "application/x-www-form-urlencoded", "text/csv; charset=latin1",
    "application/xml", "csv", "text/tab-separated-values",
])
def test_other_types(site, type_):
    answer = problem(post(site, b"ra,dec\n1,2\n", "", type_), 415)
    assert "application/json or text/csv" in answer["detail"]


@pytest.mark.parametrize("type_", [
    "text/csv; charset=utf-8", "TEXT/CSV", "text/csv; header=present",
    'text/csv;charset="UTF-8"',
])
def test_types_of_csv(site, type_):
    assert len(matches(site, b"ra,dec\n1,2\n", type_=type_)) == 1


def test_without_a_type_it_is_json(site):
    assert len(matches(site, [EMPTY], type_=None)) == 1


def test_other_methods(site):
    assert "POST" in site.ask("OPTIONS", matcher.PATH).headers["Allow"]
    problem(site.get(matcher.PATH), 404)  # no object has this name
    reply = site.ask("PATCH", matcher.PATH, body=b"")
    problem(reply, 405)
    assert "POST" in reply.headers["Allow"]


def test_it_is_not_kept(site):
    headers = post(site, [EMPTY]).headers
    assert "ETag" not in headers
    assert alone(site, **EMPTY)["matched"] == 0
