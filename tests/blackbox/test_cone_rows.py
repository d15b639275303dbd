"""What a row of /cone says, in every format: what /galaxy says of the object,
for our columns and for those that only the catalogue has.
"""

import csv
import io
import math

import pytest

import fronts
import sky
import votable
from fcgi_client import FcgiSite
from wide import COUNT, FIELDS, FLAG, KNOWN, NOTE, ROWS, SAID, SIZE, import_wide


@pytest.fixture(scope="module")
def app(stage):
    directory = stage.fresh("rows")
    state = stage.state(directory)
    import_wide(stage.bin, state, directory)
    path = directory / "fcgi.sock"
    with fronts.backends_on(path, stage.bin / "lightcone.fcgi", state):
        yield FcgiSite(path)


# ---- the same object in each format, as {column: value}


def plain(thing):
    """An object of JSON with the catalogue's own columns among the others."""
    made = dict(thing)
    own = made.pop("columns", {})
    assert not set(own) & set(made)
    made.pop("catalogue", None)
    return {**made, **own}


def of_json(reply):
    answer = reply.json()
    types = {each["name"]: each["datatype"] for each in answer["columns"]}
    assert len(types) == len(answer["columns"])
    rows = [plain(row) for row in answer["rows"]]
    assert all(set(row) <= set(types) for row in rows)
    return rows


def of_galaxy(reply):
    return [plain(row) for row in reply.json()["system"]]


def of_votable(reply):
    table = votable.of(reply)
    assert len({field.ID for field in table.fields}) == len(table.fields)
    return [read_lists(row) for row in table.rows]


def read_lists(row):
    return {
        name: value.split("|") if name in ("aliases", "identifiers") else value
        for name, value in row.items()
    }


def typed(text):
    """A cell's value, as far as a reader without types can tell."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


TEXTS = {"name", "hubble_type", NOTE, "main_id"}


def of_text(reply, **dialect):
    rows = csv.reader(io.StringIO(reply.text, newline=""), **dialect)
    header = next(rows)
    return [
        read_lists({
            name: cell if name in TEXTS else
            typed(cell)
            for name, cell in zip(header, cells, strict=True) if cell
        })
        for cells in rows
    ]


def of_csv(reply):
    assert reply.headers["Content-Type"].endswith("header=present")
    return of_text(reply)


def of_tsv(reply):
    return of_text(reply, delimiter="\t", quoting=csv.QUOTE_NONE)


READERS = {"json": of_json, "votable": of_votable, "csv": of_csv, "tsv": of_tsv}


def by_name(rows):
    made = {row["name"]: row for row in rows}
    assert len(made) == len(rows)
    return made


def cone(app, path, word, **params):
    reply = app.get(path, {**params, "RESPONSEFORMAT": word})
    assert reply.status == 200, reply
    return by_name(READERS[word](reply))


def galaxy(app, **params):
    reply = app.get("/galaxy", {**params, "limit": 10000})
    assert reply.status == 200, reply
    assert reply.json()["matched"] <= 10000
    return by_name(of_galaxy(reply))


@pytest.mark.parametrize("word", READERS)
@pytest.mark.parametrize("ra, dec, radius", [
    (10.6848, 41.2691, 5), (80, -69, 30), (266, -29, 70), (0, 90, 40),
])
def test_rows_are_those_of_galaxy(app, word, ra, dec, radius):
    found = cone(app, "/cone", word, RA=ra, DEC=dec, SR=radius)
    wanted = galaxy(app, coordinates=f"{ra} {dec}", radius_deg=radius)
    assert len(found) > 5 and found == wanted


@pytest.mark.parametrize("word", READERS)
def test_all_columns_are_there(app, word):
    """VERB=3: what the file holds, identifiers too."""
    found = cone(app, "/cone", word, RA=10, DEC=41, SR=180, VERB=3)
    assert len(found) == len(sky.ROWS)
    for row in sky.ROWS:
        its = {
            name: value for name, value in row.items()
            if value and name != "brightness"
        }
        for name in ("aliases", "identifiers"):
            if name in its:
                its[name] = its[name].split("|")
        shown = {
            name: value for name, value in found[row["name"]].items()
            if name != "separation_deg"
        }
        assert set(shown) == set(its)
        for name, value in shown.items():
            number = isinstance(value, (int, float))
            assert value == (float(its[name]) if number else its[name])


# ---- columns of the catalogue's own


def wide_row(row):
    """What is expected of one of ROWS."""
    return {
        KNOWN.get(name, name): value
        for (name, _), value in zip(FIELDS, row) if value is not None
    }


@pytest.mark.parametrize("word", READERS)
def test_own_columns(app, word):
    found = cone(app, "/cone/wide", word, RA=10.6, DEC=41.1, SR=5, VERB=3)
    assert set(found) == {row[0] for row in ROWS}
    for row in ROWS:
        its, wanted = found[row[0]], wide_row(row)
        its.pop("separation_deg")
        if word == "tsv" and NOTE in wanted:
            wanted[NOTE] = wanted[NOTE].replace("\t", " ").replace("\n", " ")
        assert its == wanted


def test_own_columns_are_those_of_galaxy(app):
    found = cone(app, "/cone/wide", "json", RA=10.6, DEC=41.1, SR=5)
    assert found == galaxy(
        app, coordinates="10.6 41.1", radius_deg=5, catalogue="wide"
    )


def test_own_columns_are_described(app):
    fields = {
        field.name: field
        for field in votable.of(app.get(
            "/cone/wide", {"RA": 0, "DEC": 0, "SR": 0}
        )).fields
    }
    types = {name: field.datatype for name, field in fields.items()}
    for name, kind in FIELDS:
        assert types[KNOWN.get(name, name)] == kind
    # An XML ID is a name.
    assert all(field.ID.isascii() for field in fields.values())


def test_what_is_said_of_a_catalogue(app):
    table = votable.of(app.get("/cone/wide", {"RA": 0, "DEC": 0, "SR": 0}))
    assert table.table.get("name") == "wide"
    assert table.table.findtext(
        votable.SPACE + "DESCRIPTION"
    ) == SAID["--title"]
    assert table.description == SAID["--description"]
    assert table.info("rights") == SAID["--licence"]
    assert table.info("citation") == SAID["--citation"]
    answer = app.get(
        "/cone/wide", {"RA": 0, "DEC": 0, "SR": 0, "RESPONSEFORMAT": "json"}
    ).json()
    for name, text in SAID.items():
        assert answer[name.removeprefix("--")] == text


def test_the_least_columns(app):
    found = cone(app, "/cone/wide", "json", RA=10.6, DEC=41.1, SR=5, VERB=1)
    assert all(set(row) == {"name", "ra_deg", "dec_deg"}
               for row in found.values())


def test_numbers_are_finite(app):
    for row in cone(app, "/cone", "json", RA=0, DEC=0, SR=180).values():
        assert all(
            math.isfinite(value) for value in row.values()
            if isinstance(value, float)
        )
