"""Pages of /galaxy, its tables, and what tells that it is as it was."""

import csv
import io
import xml.etree.ElementTree as ElementTree

import pytest

from console import Console
from problems import errors_at, problem

VOTABLE = "{http://www.ivoa.net/xml/VOTable/v1.3}"
TYPES = {
    "json": "application/json", "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "votable": "application/x-votable+xml",
}
M31 = {"coordinates": "M31", "radius_deg": 10}


def asked(site, query, **more):
    reply = site.get("/galaxy", {**query, **more})
    assert reply.status == 200, reply
    return reply


def pages(site, query, sizes):
    """The rows of all pages, whose limits are taken in turn."""
    rows, after, turn = [], {}, 0
    while True:
        page = asked(
            site, query, limit=sizes[turn % len(sizes)], **after
        ).json()
        rows += page["system"]
        if page["next"] is None:
            return rows
        assert len(page["system"]) == sizes[turn % len(sizes)]
        after, turn = {"after": page["next"]}, turn + 1


# ---- pages, through every front


def test_pages_are_the_whole_list(site):
    whole = asked(site, M31, limit=1000).json()
    assert whole["next"] is None
    assert whole["matched"] == len(whole["system"]) > 30
    for sizes in ([1], [7], [3, 1, 10], [whole["matched"] - 1]):
        assert pages(site, M31, sizes) == whole["system"], sizes


def test_no_page_follows_the_last(site):
    matched = asked(site, M31).json()["matched"]
    assert asked(site, M31, limit=matched).json()["next"] is None
    first = asked(site, M31, limit=matched - 1).json()
    last = asked(site, M31, limit=5, after=first["next"]).json()
    assert len(last["system"]) == 1 and last["next"] is None
    assert last["matched"] == matched


def test_what_may_change_between_pages(site):
    token = asked(site, M31, limit=2).json()["next"]
    page = asked(site, M31, limit=3, after=token)
    table = asked(site, M31, limit=3, after=token, format="csv")
    names = [row["name"] for row in page.json()["system"]]
    assert names_in("csv", table) == names
    assert table.headers["X-Next"] == page.json()["next"]
    same = asked(site, M31, limit=3, after=token, catalogue="openngc")
    assert same.json() == page.json()


@pytest.mark.parametrize("change", [
    {"coordinates": "M32"}, {"radius_deg": 10.5}, {"type": "galaxy"},
    {"magnitude_max": 12},
], ids=str)
def test_the_token_of_another_query(site, change):
    token = asked(site, M31, limit=2).json()["next"]
    reply = site.get("/galaxy", {**M31, **change, "after": token})
    assert errors_at(reply) == {("query", "after"): "value_error"}
    assert "another query" in reply.json()["errors"][0]["msg"]


def test_what_is_no_token(site):
    token = asked(site, M31, limit=2).json()["next"]
    parts = token.split("-")
    nan = "7ff8000000000000"
    for wrong in (
        "x", "-", "1", token[:-1] + "-", token + "-1", token + "0" * 20,
        "-".join(parts[:-1]), " " + token, token.replace("-", "_"),
        "-".join([*parts[:2], nan, parts[3]]),
        "-".join([*parts[:3], "7fffffffffffffff"]),
        "-".join([*parts[:3], "ffffffffffffffff"]),
    ):
        reply = site.get("/galaxy", {**M31, "after": wrong})
        assert errors_at(reply) == {("query", "after"): "value_error"}, wrong
    for wrong, word in ("", "string_too_short"), ("a" * 129, "string_too_long"):
        reply = site.get("/galaxy", {**M31, "after": wrong})
        assert errors_at(reply) == {("query", "after"): word}
    stale = f"{int(parts[0], 16) ^ 1:x}-" + "-".join(parts[1:])
    problem(site.get("/galaxy", {**M31, "after": stale}), 409)


# ---- tables, through every front


def rows_of(kind, reply):
    """The rows of a table as lists of texts, its header first."""
    if kind == "votable":
        tree = ElementTree.fromstring(reply.text)
        yield [each.get("name") for each in tree.iter(VOTABLE + "FIELD")]
        for row in tree.iter(VOTABLE + "TR"):
            yield [cell.text or "" for cell in row]
    elif kind == "csv":
        yield from csv.reader(io.StringIO(reply.text, newline=""))
    else:
        for line in reply.text.split("\r\n")[:-1]:
            yield line.split("\t")


def names_in(kind, reply):
    head, *rows = rows_of(kind, reply)
    return [row[head.index("name")] for row in rows]


def as_text(value):
    if isinstance(value, list):
        return "|".join(value)
    return value if isinstance(value, str) else repr(value)


@pytest.mark.parametrize("kind", ["csv", "tsv", "votable"])
def test_a_table_has_the_same_rows(site, kind):
    answer = asked(site, M31, limit=20).json()
    table = asked(site, M31, limit=20, format=kind)
    assert table.media_type == TYPES[kind]
    assert table.headers["X-Matched"] == str(answer["matched"])
    assert table.headers["X-Next"] == answer["next"]
    head, *rows = rows_of(kind, table)
    assert len(rows) == 20
    for row, told in zip(rows, answer["system"]):
        told.pop("catalogue")
        cells = {name: cell for name, cell in zip(head, row) if cell != ""}
        assert set(cells) == set(told)
        for name, value in told.items():
            if isinstance(value, (int, float)):
                assert float(cells[name]) == value, name
            else:
                assert cells[name] == as_text(value)
    whole = asked(site, M31, limit=1000, format=kind)
    assert whole.headers["X-Next"] is None
    if kind == "votable":
        assert 'value="OVERFLOW"' in table.text
        assert 'value="OVERFLOW"' not in whole.text


@pytest.mark.parametrize("accept, kind", [
    ("text/csv", "csv"), ("text/tab-separated-values", "tsv"),
    ("application/x-votable+xml", "votable"), ("text/xml", "votable"),
    ("application/json", "json"), ("*/*", "json"),
    ("text/csv;q=0.5, application/json", "json"),
    ("text/html, text/*;q=0.9", "csv"),
])
def test_accept_chooses(site, accept, kind):
    reply = site.get("/galaxy", M31, [("Accept", accept)])
    assert reply.status == 200, reply
    assert reply.media_type in (TYPES[kind], accept)
    assert "Accept" in reply.headers["Vary"]
    assert ("X-Matched" in reply.headers) == (kind != "json")
    chosen = site.get("/galaxy", {**M31, "format": kind}, [("Accept", "a/b")])
    assert chosen.body == reply.body


def test_what_there_is_not(site):
    problem(site.get("/galaxy", M31, [("Accept", "image/png")]), 406)
    reply = site.get("/galaxy", {**M31, "format": "xls"})
    assert errors_at(reply) == {("query", "format"): "enum"}


def test_an_empty_table(site):
    nothing = {"coordinates": "200 -3", "radius_deg": 0.001}
    for kind in ("csv", "tsv", "votable"):
        reply = asked(site, nothing, format=kind)
        assert reply.headers["X-Matched"] == "0"
        assert reply.headers["X-Next"] is None
        head, *rows = rows_of(kind, reply)
        assert "name" in head and rows == []


# ---- what is as it was


@pytest.mark.parametrize("kind", TYPES)
def test_what_is_known_takes_no_work(site, kind):
    query = {**M31, "format": kind, "limit": 50}
    reply = asked(site, query)
    assert "run;" in reply.headers["Server-Timing"]
    tag = reply.headers["ETag"]
    for condition in (tag, f'"other", {tag}', "W/" + tag):
        again = site.get("/galaxy", query, [("If-None-Match", condition)])
        assert again.status == 304, again
        assert again.body == b"" and again.headers["ETag"] == tag
        assert "run" not in (again.headers["Server-Timing"] or "")
    for condition in ('"other"', tag[:-1], tag.strip('"')):
        again = site.get("/galaxy", query, [("If-None-Match", condition)])
        assert again.status == 200 and again.body == reply.body
    head = site.ask("HEAD", "/galaxy", query)
    assert head.status == 200 and head.body == b""
    for name in ("ETag", "Content-Type", "X-Matched", "X-Next", "Vary"):
        assert head.headers[name] == reply.headers[name], name
    known = site.ask("HEAD", "/galaxy", query, [("If-None-Match", tag)])
    assert known.status == 304
    problem(site.get("/galaxy", query, [("If-Match", '"other"')]), 412)


def test_each_answer_has_its_own_tag(site):
    same = [
        M31, {**M31, "limit": 100}, {"radius_deg": "10.0", **M31},
        {**M31, "format": "json"},
    ]
    others = [
        {**M31, "format": "csv"}, {**M31, "limit": 99},
        {**M31, "coordinates": "M 31"}, {**M31, "radius_deg": 9},
        {**M31, "type": "galaxy"}, {**M31, "format": "votable"},
        {**M31, "magnitude_max": 10}, {**M31, "magnitude_max": 11},
    ]
    tags = {asked(site, query).headers["ETag"] for query in same}
    assert len(tags) == 1
    tags |= {asked(site, query).headers["ETag"] for query in others}
    assert len(tags) == 1 + len(others)


# ---- catalogues of one's own


OWN = """<?xml version="1.0"?>
<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">
<RESOURCE type="results"><TABLE name="own">
<FIELD name="id" datatype="char" arraysize="*" ucd="meta.id;meta.main"/>
<FIELD name="ra" datatype="double" unit="deg" ucd="pos.eq.ra;meta.main"/>
<FIELD name="dec" datatype="double" unit="deg" ucd="pos.eq.dec;meta.main"/>
<FIELD name="seen" datatype="boolean"><DESCRIPTION>By us.</DESCRIPTION></FIELD>
<FIELD name="count" datatype="long" unit="ct"/>
<FIELD name="single" datatype="float" unit="Jy"/>
<FIELD name="real" datatype="double"/>
<FIELD name="words" datatype="unicodeChar" arraysize="*"/>
<DATA><TABLEDATA>
<TR><TD>O 1</TD><TD>10</TD><TD>5</TD><TD>T</TD><TD>9007199254740993</TD>
<TD>0.1</TD><TD>1e-300</TD><TD>a "b", &lt;c&gt; &amp; ☉</TD></TR>
<TR><TD>O 2</TD><TD>10.1</TD><TD>5</TD><TD>F</TD><TD>-1</TD>
<TD>0.25</TD><TD>-0.5</TD><TD/></TR>
<TR><TD>O 3</TD><TD>10.2</TD><TD>5</TD><TD/><TD/><TD/><TD/><TD/></TR>
</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>
"""


@pytest.fixture(scope="module")
def own(stage):
    """A process with catalogues of its own."""
    console = Console(stage, stage.fresh("own"))
    console.imported("own", console.table("own.vot", OWN))
    console.imported("ties", console.table("ties.csv", "name,ra,dec\n" + "".join(
        f"T {i},{50 + i % 3},{i // 30 * 45}\n" for i in range(90)
    )))
    with console.served() as site:
        yield site


def test_columns_of_its_own(own):
    query = {"coordinates": "10 5", "radius_deg": 1, "catalogue": "own"}
    answer = asked(own, query).json()
    words = 'a "b", <c> & ☉'
    assert [row.get("columns") for row in answer["system"]] == [
        {"seen": True, "count": 9007199254740993, "single": 0.1,
         "real": 1e-300, "words": words},
        {"seen": False, "count": -1, "single": 0.25, "real": -0.5}, None,
    ]
    one = own.get("/galaxy/o1", "catalogue=own").json()
    assert one["columns"] == answer["system"][0]["columns"]
    for kind in ("csv", "tsv", "votable"):
        head, first, second, third = rows_of(kind, asked(
            own, query, format=kind
        ))
        at = [head.index(name) for name in ("count", "single", "real", "words")]
        assert [first[i] for i in at] == [
            "9007199254740993", "0.1", "1e-300", words
        ]
        assert [second[i] for i in at] == ["-1", "0.25", "-0.5", ""]
        assert [third[i] for i in at] == [""] * 4
        assert third[head.index("seen")] == "" != first[head.index("seen")]
    assert "magnitude_v" not in head  # no object has it
    text = asked(own, query, format="votable").text
    tree = ElementTree.fromstring(text)
    types = {
        each.get("name"): (each.get("datatype"), each.get("unit"))
        for each in tree.iter(VOTABLE + "FIELD")
    }
    assert types["seen"] == ("boolean", None)
    assert types["count"] == ("long", "ct")
    assert types["single"] == ("float", "Jy")
    assert types["real"][0] == "double"
    assert types["words"][0] in ("char", "unicodeChar")


@pytest.mark.parametrize("radius", [0, 1, 180])
@pytest.mark.parametrize("sizes", [[1], [2, 5], [29], [30], [31]], ids=str)
def test_ties_stand_in_the_order_of_their_names(own, radius, sizes):
    query = {"coordinates": "50 0", "radius_deg": radius, "catalogue": "ties"}
    whole = asked(own, query, limit=1000).json()
    order = [
        (row["separation_deg"], int(row["name"].split()[1]))
        for row in whole["system"]
    ]
    assert order == sorted(order)
    assert len(order) == {0: 10, 1: 20, 180: 90}[radius]
    assert pages(own, query, sizes) == whole["system"]


def test_a_token_is_of_one_catalogue(own):
    query = {"coordinates": "10 5", "radius_deg": 180, "limit": 1}
    token = asked(own, query, catalogue="own").json()["next"]
    asked(own, query, catalogue="own", after=token)
    reply = own.get(
        "/galaxy", {**query, "catalogue": "ties", "after": token}
    )
    assert errors_at(reply) == {("query", "after"): "value_error"}
