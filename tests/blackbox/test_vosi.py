"""/cone/capabilities, /cone/availability and /cone/tables: what programs ask a
service of itself (VOSI), through every front.
"""

from xml.etree import ElementTree

import pytest

import fronts
import votable
from fcgi_client import FcgiSite
from problems import problem
from processes import wait_until
from wide import FIELDS, KNOWN, SAID, import_wide

VOSI = "ivo://ivoa.net/std/VOSI#"
CONE = "ivo://ivoa.net/std/ConeSearch"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NOTICED_S = 1
DOCUMENTS = ("capabilities", "availability", "tables")


def document(site, path):
    reply = site.get(path)
    assert reply.status == 200, reply
    assert reply.media_type == "text/xml"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    return ElementTree.fromstring(reply.text)


@pytest.fixture(scope="module")
def app(stage):
    directory = stage.fresh("vosi")
    state = stage.state(directory)
    import_wide(stage.bin, state, directory)
    path = directory / "fcgi.sock"
    with fronts.backends_on(path, stage.bin / "lightcone.fcgi", state):
        made = FcgiSite(path)
        made.state = state
        yield made


def addresses(tree):
    """{standard: its address}"""
    return {
        each.get("standardID"): each.findtext("interface/accessURL")
        for each in tree.findall("capability")
    }


def origin(site):
    return f"http://127.0.0.1:{site.port}{site.mount}"


@pytest.mark.parametrize("path", ["/cone", "/cone/openngc"])
def test_addresses_are_those_of_the_front(site, path):
    found = addresses(document(site, path + "/capabilities"))
    base = origin(site) + path
    assert found == {CONE: base + "?", **{
        VOSI + name: f"{base}/{name}" for name in DOCUMENTS
    }}


def test_the_host_is_the_clients(app):
    tree = ElementTree.fromstring(app.get(
        "/cone/capabilities", HTTP_HOST="sky.example.org", HTTPS="on"
    ).text)
    assert addresses(tree)[CONE] == "https://sky.example.org/cone?"


@pytest.mark.parametrize("path", ["/cone", "/cone/wide"])
def test_what_a_search_can_do(app, path):
    tree = document(app, path + "/capabilities")
    cone, = (
        each for each in tree.findall("capability")
        if each.get(XSI_TYPE) == "cs:ConeSearch"
    )
    assert float(cone.findtext("maxSR")) == 180
    assert int(cone.findtext("maxRecords")) >= 1_000_000
    assert cone.findtext("verbosity") == "true"
    needed = {
        each.findtext("name"): each.get("use")
        for each in cone.findall("interface/param")
    }
    assert [n for n, use in needed.items() if use == "required"] == [
        "RA", "DEC", "SR"
    ]
    assert {"VERB", "MAXREC", "RESPONSEFORMAT"} <= set(needed)
    query = {
        each.tag.upper(): each.text for each in cone.find("testQuery")
    }
    assert votable.of(app.get(path, query)).rows, "the test query finds nothing"


def test_tables_are_those_of_the_reply(app):
    """All columns, as VERB=3 has them."""
    tree = document(app, "/cone/wide/tables")
    table, = tree.findall("schema/table")
    assert table.findtext("name") == "wide"
    assert table.findtext("title") == SAID["--title"]
    columns = {
        each.findtext("name"): each for each in table.findall("column")
    }
    fields = votable.of(app.get(
        "/cone/wide", {"RA": 0, "DEC": 0, "SR": 0, "VERB": 3}
    )).fields
    assert list(columns) == [field.name for field in fields]
    for field in fields:
        column = columns[field.name]
        assert column.findtext("dataType") == field.datatype
        assert (column.findtext("unit") or "") == field.unit
        assert (column.findtext("ucd") or "") == field.ucd
    assert {KNOWN.get(name, name) for name, _ in FIELDS} <= set(columns)


@pytest.mark.parametrize("path", ["/cone", "/cone/wide"])
def test_it_is_available(app, path):
    tree = document(app, path + "/availability")
    assert [each.text for each in tree] == ["true"]


@pytest.mark.parametrize("path", ["/cone", "/cone/wide"])
def test_it_is_not_available(app, path):
    """Said in words that hold no path; and a search says it, too."""
    name = "wide" if path.endswith("wide") else "openngc"
    file = app.state / "catalogues" / f"{name}.current"
    content = file.read_bytes()
    file.write_bytes(b"nonsense")
    try:
        available, note = wait_until(
            lambda: len(found := document(app, path + "/availability")) == 2
            and found, "the fault", NOTICED_S,
        )
        assert available.text == "false" and len(note.text) > 10
        assert str(app.state) not in note.text
        for document_ in ("capabilities", "tables"):
            problem(app.get(f"{path}/{document_}"), 503)
        error = votable.of(app.get(path, {"RA": 1, "DEC": 1, "SR": 1})).error
        assert error == note.text
    finally:
        file.write_bytes(content)


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("catalogue", ["nosuch", "WIDE", "a.b", "%C3%A9"])
def test_no_such_catalogue(app, catalogue, name):
    """404, with those that there are, and no word of files."""
    detail = problem(app.get(f"/cone/{catalogue}/{name}"), 404)["detail"]
    assert "openngc, wide" in detail
    assert "current" not in detail and "import" not in detail


@pytest.mark.parametrize("name", DOCUMENTS)
def test_they_can_be_kept(app, name):
    path = f"/cone/wide/{name}"
    tag = app.get(path).headers["ETag"]
    assert app.get(path, HTTP_IF_NONE_MATCH=tag).status == 304
    head = app.ask("HEAD", path)
    assert head.body == b"" and head.media_type == "text/xml"
    assert head.headers["ETag"] == tag
