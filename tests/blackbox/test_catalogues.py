"""lightcone catalogues, drop and history: what the operator sees of several
catalogues and of what was changed over them.
"""

import json
import re

import pytest

from console import objects
from processes import wait_until

STARS = "name,ra,dec,Vmag,note\nVega,279.2347,38.7837,0.03,x\nDeneb,310,45,,\n"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"


def listed(console, code=0):
    """The rows of the list, by their names; columns stand below their heads."""
    done = console.run("catalogues")
    assert done.returncode == code, done
    header, *lines = done.stdout.splitlines()
    words = header.split()
    assert words == ["NAME", "OBJECTS", "NAMES", "EDITS", "GENERATION",
                     "BYTES", "IMPORTED", "TITLE"]
    rows = {}
    for line in lines:
        cells = line.split(maxsplit=7)
        rows[cells[0]] = dict(zip(words, cells))
        if code == 0:
            at = header.index("IMPORTED")
            assert re.match(TIME, line[at:]), (header, line)
    assert list(rows) == sorted(rows)
    return rows


def put(site, key, name, value, catalogue="stars"):
    body = json.dumps(value).encode()
    reply = site.ask("PUT", f"/galaxy/{name}", f"catalogue={catalogue}", body,
                     CONTENT_TYPE="application/json", **key)
    assert reply.status in (200, 201), reply
    return reply


def delete(site, key, name, catalogue="stars"):
    reply = site.ask("DELETE", f"/galaxy/{name}", f"catalogue={catalogue}",
                     **key)
    assert reply.status in (200, 204), reply


@pytest.fixture
def stars(console):
    path = console.table("stars.csv", STARS)
    console.imported("stars", path, "--title", "Two stars")
    return console


def test_no_catalogues(console):
    done = console.run("catalogues")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no catalogues" in done.stderr
    assert not console.state.exists()


def test_the_list(stars):
    stars.imported("b-2", stars.tables / "stars.csv")
    stars.imported("b-2", stars.tables / "stars.csv")
    rows = listed(stars)
    assert list(rows) == ["b-2", "stars"]
    assert rows["stars"]["TITLE"] == "Two stars"
    assert "TITLE" not in rows["b-2"]
    for row in rows.values():
        assert (row["OBJECTS"], row["NAMES"], row["EDITS"]) == ("2", "2", "0")
    assert [rows[name]["GENERATION"] for name in rows] == ["2", "1"]
    size = stars.file("stars").stat().st_size
    assert rows["stars"]["BYTES"] == str(size)


def test_a_damaged_one_is_listed(stars):
    stars.imported("other", stars.tables / "stars.csv")
    stars.file("other").write_bytes(b"x" * 5000)
    done = stars.run("catalogues")
    assert done.returncode == 66
    assert re.search(r"^other  .*damaged|^other  .*not", done.stdout, re.M)
    assert "Two stars" in done.stdout


def test_the_page_lists_them(stars):
    stars.imported("b-2", stars.tables / "stars.csv")
    with stars.served() as site:
        page = site.get("/").text
        assert page.index("<code>b-2</code>") < page.index(
            "<code>stars</code>: Two stars")
        links = re.findall(r'href="(/(?:galaxy|cone)[^"]*(?:stars|b-2)[^"]*)"',
                           page)
        assert len(links) == 4
        for link in links:
            path, query = link.replace("&amp;", "&").split("?")
            reply = site.get(path, query)
            assert reply.status == 200, reply
            assert "Vega" in reply.text or "Deneb" in reply.text
        stars.file("b-2").write_bytes(b"")
        wait_until(lambda: "cannot be read" in site.get("/").text, "the fault")


# ---- drop

def test_drop(stars):
    with stars.served() as site:
        assert set(objects(site, "stars")) == {"Vega", "Deneb"}
        assert stars.fine("drop", "stars") == "stars is dropped\n"
        reply = site.get("/galaxy", "catalogue=stars&coordinates=1,2")
        assert reply.status == 422, reply
        words = stars.refused(66, "drop", "stars")
        assert "stars" in words
        # Clients have seen generation 1, and may still hold what it said.
        stars.imported("stars", stars.tables / "stars.csv")
        assert listed(stars)["stars"]["GENERATION"] == "2"
        assert set(objects(site, "stars")) == {"Vega", "Deneb"}
    assert stars.files() == ["stars.2.sqlite", "stars.current"]


def test_drop_what_is_damaged(stars):
    (stars.state / "catalogues" / "stars.current").write_text("nonsense")
    stars.fine("drop", "stars")
    assert stars.files() == []


@pytest.mark.parametrize("words, code", [
    ([], 2), (["a", "b"], 2), (["--all"], 2), (["nothing"], 66),
    (["../stars"], 66), (["x" * 300], 66),
])
def test_drop_what_is_not_there(stars, words, code):
    before = stars.files()
    stars.refused(code, "drop", *words)
    assert stars.files() == before


# ---- edits and their history

def test_history(stars):
    key = stars.key("observer")
    done = stars.run("history")
    assert (done.returncode, done.stdout) == (0, "")
    vega = {"ra_deg": 279.2347, "dec_deg": 38.7837}
    with stars.served() as site:
        put(site, key, "Vega", {**vega, "magnitude_v": 0.03,
                                "aliases": ["Alpha Lyrae"]})
        put(site, key, "Vega", {**vega, "magnitude_v": 0.026})
        put(site, key, "Altair", {"ra_deg": 297.7, "dec_deg": 8.87})
        delete(site, key, "Deneb")
    text = stars.fine("history")
    lines = text.splitlines()
    assert len(lines) == 4
    for line in lines:
        assert re.match(TIME + r"  observer \(\w+\)  stars  ", line), line
    assert lines[0].endswith("  deleted Deneb")
    assert "  added Altair: " in lines[1] and "ra_deg 297.7" in lines[1]
    assert re.search(r"  changed Vega: .*magnitude_v 0.03 -> 0.026", lines[2])
    assert 'aliases ["Alpha Lyrae"] -> -' in lines[2]
    assert "ra_deg" not in lines[2]
    assert stars.fine("history", "--limit", "1") == lines[0] + "\n"
    assert stars.fine("history", "--catalogue", "openngc") == ""
    for name in ("Vega", "vega", " VEGA "):
        found = stars.fine("history", "--catalogue", "stars", name)
        assert found.splitlines() == lines[2:], name
    assert stars.fine("history", "--catalogue=stars", "deneb").splitlines() \
        == lines[:1]


@pytest.mark.parametrize("words", [
    ["--limit", "0"], ["--limit", "x"], ["--limit"], ["a", "b"], ["--all"],
    [" "],
])
def test_history_of_wrong_words(stars, words):
    stars.refused(2, "history", *words)


def test_orders_in_a_history_are_not_passed_on(stars):
    key = stars.key()
    with stars.served() as site:
        put(site, key, "Vega", {"ra_deg": 1, "dec_deg": 2,
                                "aliases": ["a\u009bb"]})
    text = stars.fine("history")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def test_edits_outlive_an_import_unless_told_so(stars):
    key = stars.key()
    path = stars.tables / "stars.csv"
    with stars.served() as site:
        put(site, key, "Altair", {"ra_deg": 297.7, "dec_deg": 8.87})
        delete(site, key, "Deneb")
        done = stars.run("import", "--catalogue", "stars", path)
        assert done.returncode == 0 and "2 edits" in done.stderr
        assert set(objects(site, "stars")) == {"Vega", "Altair"}
        assert listed(stars)["stars"]["EDITS"] == "2"
        assert listed(stars)["stars"]["OBJECTS"] == "2"
        # An import that fails drops none.
        bad = stars.table("bad.csv", "name,ra,dec\na,1,100\n")
        stars.refused(65, "import", "--catalogue", "stars", "--drop-edits",
                      bad)
        assert set(objects(site, "stars")) == {"Vega", "Altair"}
        done = stars.run("import", "--catalogue", "stars", "--drop-edits",
                         path)
        assert done.returncode == 0 and "2 edits were dropped" in done.stderr
        assert set(objects(site, "stars")) == {"Vega", "Deneb"}
    assert listed(stars)["stars"]["EDITS"] == "0"
    assert "dropped all changes" in stars.fine("history").splitlines()[0]


def test_drop_takes_the_edits_along(stars):
    key = stars.key()
    path = stars.tables / "stars.csv"
    with stars.served() as site:
        put(site, key, "Altair", {"ra_deg": 297.7, "dec_deg": 8.87})
        assert "with 1 edits" in stars.fine("drop", "stars")
        stars.imported("stars", path)
        assert set(objects(site, "stars")) == {"Vega", "Deneb"}


def test_edits_without_their_catalogue_can_be_dropped(stars):
    key = stars.key()
    with stars.served() as site:
        put(site, key, "Altair", {"ra_deg": 297.7, "dec_deg": 8.87})
    for name in stars.files():
        (stars.state / "catalogues" / name).unlink()
    assert "with 1 edits" in stars.fine("drop", "stars")
    stars.refused(66, "drop", "stars")
