"""GET /cone as Simple Cone Search 1.03 and DALI have it.

What a web server could change goes through every front (`site`), the rest is
asked of the application itself (`app`).
"""

import csv
import io

import pytest

import fronts
import sky
import votable
from fcgi_client import FcgiSite
from problems import problem

M31 = {"RA": "10.6848", "DEC": "41.2691", "SR": "1"}
OBJECTS = {row["name"]: row for row in sky.ROWS}
EMPTY = {"RA": "83.6", "DEC": "-27", "SR": "0.001"}


@pytest.fixture(scope="module")
def app(stage):
    directory = stage.fresh("cone")
    path = directory / "fcgi.sock"
    program = stage.bin / "lightcone.fcgi"
    with fronts.backends_on(path, program, stage.state(directory)):
        yield FcgiSite(path)


def ask(site, params, path="/cone"):
    return votable.of(site.get(path, params))


def with_(**changed):
    """The parameters around M31 with some of them changed; None: without."""
    made = {**M31, **{name: value for name, value in changed.items()}}
    return {name: value for name, value in made.items() if value is not None}


def names(table):
    return [row["name"] for row in table.rows]


# ---- what is right


def test_the_rows_are_those_inside(site):
    table = ask(site, M31)
    inside, edge = sky.cone(10.6848, 41.2691, 1)
    assert table.status == "OK" and table.error is None
    assert set(names(table)) == inside and not edge
    assert len(table.rows) == len(inside) > 3
    for row in table.rows:
        its = OBJECTS[row["name"]]
        assert (row["ra_deg"], row["dec_deg"]) == (its["ra_deg"], its["dec_deg"])
        apart = sky.separation_deg(10.6848, 41.2691, row["ra_deg"], row["dec_deg"])
        assert row["separation_deg"] == pytest.approx(apart, abs=1e-9)


def test_what_it_says_of_itself(app):
    table = ask(app, M31)
    assert table.description and "New General Catalogue" in table.description
    assert "Mattia Verga" in table.info("citation")
    assert table.info("rights") == "CC-BY-SA-4.0"
    assert "ConeSearch" in table.info("service_protocol")
    assert "10.6848" in table.info("request")


@pytest.mark.parametrize("verb", ["1", "2", "3", None])
def test_the_three_main_fields(app, verb):
    table = ask(app, with_(VERB=verb))
    name = table.with_ucd("ID_MAIN")
    assert (name.datatype, name.arraysize) == ("char", "*")
    for ucd in ("POS_EQ_RA_MAIN", "POS_EQ_DEC_MAIN"):
        field = table.with_ucd(ucd)
        assert (field.datatype, field.unit) == ("double", "deg")
    assert not any("meta.main" in field.ucd for field in table.fields)
    assert all(field.description for field in table.fields)


def test_newer_ucds_on_request(app):
    table = ask(app, with_(UCD="1plus"))
    for ucd in ("meta.id;meta.main", "pos.eq.ra;meta.main",
                "pos.eq.dec;meta.main"):
        table.with_ucd(ucd)
    assert not any(field.ucd.isupper() for field in table.fields)


def test_verbosity(app):
    fields = {
        verb: [each.name for each in ask(app, with_(VERB=verb)).fields]
        for verb in ("1", "2", "3", None)
    }
    assert fields["1"] == ["name", "ra_deg", "dec_deg"]
    assert fields[None] == fields["2"]
    assert set(fields["2"]) | {"identifiers"} == set(fields["3"])
    assert set(fields["1"]) < set(fields["2"]) < set(fields["3"])


@pytest.mark.parametrize("query", [
    "ra=10.6848&dec=41.2691&sr=1",
    "Ra=10.6848&dEC=41.2691&sR=1&verb=2",
    "RA=%2B10.6848&DEC=%2B41.2691&SR=1.0",
    "RA=1.06848e1&DEC=41.2691&SR=1",
    "RA=-349.3152&DEC=41.2691&SR=1",
    "RA=10.6848&DEC=41.2691&SR=1&TIME=50000&CATALOG=x&RUNID=y&x&&=&zz=%FF",
    "&RA=10.6848&DEC=41.2691&SR=1&",
    "RA=10.6848&DEC=41.2691&SR=1&format=nonsense",
])
def test_other_ways_to_ask_the_same(site, query):
    table = votable.of(site.get("/cone", query))
    assert table.status == "OK"
    assert sorted(names(table)) == sorted(names(ask(site, M31)))


@pytest.mark.parametrize("params", [
    with_(SR="0"), {"RA": "0", "DEC": "0", "SR": "0", "VERB": "2"},
    with_(SR="0", MAXREC="5"), EMPTY, {**EMPTY, "MAXREC": "0"},
])
def test_fields_and_no_rows_are_no_error(app, params):
    table = ask(app, params)
    assert table.status == "OK" and table.rows == []
    assert len(table.fields) > 10


def test_none_of_some_is_an_overflow(app):
    """DALI's request for the columns."""
    table = ask(app, with_(MAXREC="0"))
    assert table.status == "OVERFLOW" and table.rows == []
    assert len(table.fields) > 10


def test_the_limit(app):
    """Exactly so many are not too many."""
    whole = names(ask(app, M31))
    for limit in (len(whole), len(whole) + 1, 9_999_999, 2**63 - 1):
        table = ask(app, with_(MAXREC=str(limit)))
        assert table.statuses == ["OK"] and names(table) == whole
    for limit in range(1, len(whole)):
        table = ask(app, with_(MAXREC=str(limit)))
        assert table.statuses == ["OVERFLOW"]
        assert len(table.rows) == limit and set(names(table)) <= set(whole)


def test_the_limit_of_what_is_sent_in_pieces(site):
    """The status is known after the rows only."""
    params = {"RA": "0", "DEC": "0", "SR": "180", "VERB": "1"}
    count = len(sky.ROWS)
    for limit, status in ((count, "OK"), (count - 1, "OVERFLOW")):
        table = ask(site, {**params, "MAXREC": str(limit)})
        assert (table.statuses[0], table.status) == ("OK", status)
        assert len(table.rows) == limit


@pytest.mark.parametrize("ra, dec, radius", [
    (0, 90, 3), (123.4, -90, 3), (359.999, 0, 2), (0.001, 45, 1),
    (10, 89.9, 20), (180, 0, 90), (10, 10, 180), (370 - 360, -40, 179.999),
])
def test_awkward_places(app, ra, dec, radius):
    inside, edge = sky.cone(ra, dec, radius)
    found = names(ask(app, {"RA": ra, "DEC": dec, "SR": radius, "VERB": 1}))
    assert len(found) == len(set(found))
    assert inside <= set(found) <= inside | edge


# ---- what is wrong

WRONG = [
    (with_(RA=None), "RA: Field required"),
    (with_(DEC=None), "DEC: Field required"),
    (with_(SR=None), "SR: Field required"),
    ({}, "RA: Field required; DEC: Field required; SR: Field required"),
    (with_(RA=""), "RA:"), (with_(RA="nan"), "RA:"), (with_(RA="inf"), "RA:"),
    (with_(RA="as3f"), "RA:"), (with_(RA="10:42:44"), "RA:"),
    (with_(RA="0x10"), "RA:"), (with_(RA="1,5"), "RA:"),
    (with_(RA="361"), "RA:"), (with_(RA="-360.1"), "RA:"),
    (with_(RA="1e999"), "RA:"), (with_(DEC="90.0000001"), "DEC:"),
    (with_(DEC="-91"), "DEC:"), (with_(DEC="NaN"), "DEC:"),
    (with_(SR="-1"), "SR:"), (with_(SR="-1e-9"), "SR:"),
    (with_(SR="200"), "SR:"), (with_(SR="180.0000001"), "SR:"),
    (with_(SR="1e300"), "SR:"), (with_(SR="-inf"), "SR:"),
    (with_(VERB="0"), "VERB:"), (with_(VERB="4"), "VERB:"),
    (with_(VERB="high"), "VERB:"), (with_(MAXREC="-1"), "MAXREC:"),
    (with_(MAXREC="1.5"), "MAXREC:"), (with_(MAXREC="many"), "MAXREC:"),
    (with_(MAXREC="99999999999999999999"), "MAXREC:"),
    (with_(RESPONSEFORMAT="fits"), "RESPONSEFORMAT:"),
    (with_(RESPONSEFORMAT=""), "RESPONSEFORMAT:"),
    (with_(RESPONSEFORMAT="application/x-votable+xml;serialization=binary2"),
     "RESPONSEFORMAT:"),
    (with_(UCD="2"), "UCD:"),
    ("RA=1&RA=2&DEC=3&SR=1", "RA:"), ("RA=1&ra=1&DEC=3&SR=1", "RA:"),
    ("RA=1&DEC=3&SR=1&sr=1", "SR:"), ("RA=1&DEC=3&SR=1&Sr=2", "SR:"),
    ("RA=1&DEC=3&SR=1&VERB=1&verb=3", "VERB:"),
    ("RA=%FF&DEC=3&SR=1", "RA:"), ("RA=%00&DEC=3&SR=1", "RA:"),
    ("RA=1%0012&DEC=3&SR=1", "RA:"), ("RA=%3Cb%3E%26&DEC=3&SR=1", "RA:"),
    (with_(RA="nan", DEC="91", SR="-1"), "RA:"),
]


@pytest.mark.parametrize("params, words", WRONG)
def test_an_error_is_a_votable(app, params, words):
    table = ask(app, params)
    assert table.statuses == ["ERROR"] and table.table is None
    assert words in table.error


@pytest.mark.parametrize("query, words", [
    ("RA=nan&DEC=41&SR=1", "RA:"), ("RA=1&ra=1&DEC=3&SR=1", "RA:"),
    ("RA=%FF&DEC=3&SR=1", "RA:"), ("RA=1%0012&DEC=3&SR=1", "RA:"),
    ("DEC=3&SR=%3Cb%3E%26", "SR:"),
])
def test_an_error_arrives_through_every_front(site, query, words):
    assert words in ask(site, query).error


def test_all_errors_are_told(app):
    error = ask(app, with_(RA="nan", DEC="91", SR="-1", VERB="9")).error
    assert [part.split(":")[0] for part in error.split("; ")] == [
        "RA", "DEC", "SR", "VERB"
    ]


def test_the_error_stands_where_the_protocol_prefers_it(app):
    table = ask(app, with_(SR="-1"))
    assert table.root[0].tag == votable.SPACE + "INFO"
    assert table.root[0].get("name") == "Error"


def test_an_error_is_not_kept(app):
    reply = app.get("/cone", with_(SR="-1"))
    assert reply.headers["Cache-Control"] == "no-store"
    assert "ETag" not in reply.headers


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_other_methods(site, method):
    reply = site.ask(method, "/cone", M31, body=b"")
    problem(reply, 405)
    assert reply.headers["Allow"] == "GET, HEAD, OPTIONS"


# ---- formats

VOTABLE, CSV = "application/x-votable+xml", "text/csv"
TSV, JSON = "text/tab-separated-values", "application/json"
FORMATS = [
    ("votable", VOTABLE), ("VOTable", VOTABLE), (VOTABLE, VOTABLE),
    ("text/xml", "text/xml"), ("application/x-votable xml", VOTABLE),
    ("text/xml;content=x-votable", "text/xml"),
    ("application/x-votable+xml; serialization=TABLEDATA", VOTABLE),
    ("csv", CSV), ("CSV", CSV), ("text/csv", CSV),
    ("text/csv;header=present", CSV), ("tsv", TSV), (TSV, TSV),
    ("json", JSON), ("application/json", JSON),
]


@pytest.mark.parametrize("word, media_type", FORMATS)
def test_format(app, word, media_type):
    reply = app.get("/cone", with_(RESPONSEFORMAT=word))
    assert reply.status == 200
    assert reply.media_type == media_type
    expected = {row["name"] for row in ask(app, M31).rows}
    if media_type == JSON:
        found = [row["name"] for row in reply.json()["rows"]]
    elif media_type in (CSV, TSV):
        text = io.StringIO(reply.text, newline="")
        delimiter = "," if media_type == CSV else "\t"
        rows = csv.DictReader(text, delimiter=delimiter)
        found = [row["name"] for row in rows]
    else:
        found = names(votable.of(reply))
    assert set(found) == expected and len(found) == len(expected)


@pytest.mark.parametrize("word, media_type", [
    ("text/xml", "text/xml"), ("text/csv", CSV), ("tsv", TSV), ("json", JSON),
])
def test_a_format_arrives_through_every_front(site, word, media_type):
    reply = site.get("/cone", with_(RESPONSEFORMAT=word))
    assert (reply.status, reply.media_type) == (200, media_type)
    assert "NGC 224" in reply.text


def test_accept_decides_nothing(site):
    """Browsers and Java send strange ones."""
    for accept in ("text/html", "application/json", "image/gif, *; q=.2"):
        reply = site.get("/cone", M31, [("Accept", accept)])
        assert reply.media_type == VOTABLE


# ---- HTTP


def test_compression_does_no_harm(site):
    plain = site.get("/cone", M31)
    for asked in ("gzip", "gzip, deflate, br", "identity;q=0, gzip"):
        reply = site.get("/cone", M31, [("Accept-Encoding", asked)])
        assert reply.headers.get("Content-Encoding") is None
        assert reply.body == plain.body


@pytest.mark.parametrize("radius", ["1", "180"])
def test_head(site, radius):
    params = with_(SR=radius, VERB="1")
    head, whole = (site.ask(m, "/cone", params) for m in ("HEAD", "GET"))
    assert head.body == b"" and whole.body
    for name in ("Content-Type", "ETag", "Access-Control-Allow-Origin"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("radius", ["1", "180"])
def test_who_has_it_already(site, radius):
    """Also where the answer comes in pieces, which have no length."""
    params = with_(SR=radius, VERB="1")
    whole = site.get("/cone", params)
    tag = whole.headers["ETag"]
    again = site.get("/cone", params, [("If-None-Match", tag)])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == tag
    other = site.get("/cone", params, [("If-None-Match", '"x"')])
    assert other.body == whole.body
    # The same question in another spelling; another question.
    same = dict(reversed([(n.lower(), v) for n, v in params.items()]))
    assert site.get("/cone", same).headers["ETag"] == tag
    more = site.get("/cone", {**params, "VERB": "2"})
    assert more.headers["ETag"] != tag


def test_a_mount_and_a_slash_change_nothing(site):
    assert names(ask(site, M31, "/cone/")) == names(ask(site, M31))


# ---- catalogues


def test_the_default_catalogue_by_its_name(app):
    assert ask(app, M31, "/cone/openngc").rows == ask(app, M31).rows


@pytest.mark.parametrize("name", [
    "nosuch", "OpenNGC", "%2e%2e%2fetc", "a.current", "%FF", "x" * 65,
])
def test_no_such_catalogue(site, name):
    """Never a word of files, nor of commands that strangers cannot give."""
    reply = site.get("/cone/" + name, M31)
    if reply.status == 200:
        error = ask(site, M31, "/cone/" + name).error
        assert "openngc" in error or "catalogue:" in error
        assert "import" not in error and "current" not in error
    else:
        assert reply.status in (400, 404), reply
