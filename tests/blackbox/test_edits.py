"""PUT and DELETE of /galaxy/{name}, through every front."""

import csv
import io
import xml.etree.ElementTree as ElementTree

from editor import NEW, at
from problems import errors_at, problem

FULL = {
    "aliases": ["Full House", "Volles Haus ★"], "type": "galaxy",
    "ra_deg": 201.5, "dec_deg": -34.25, "constellation": "Cen",
    "magnitude_v": 9.1, "magnitude_b": 9.9, "magnitude_j": -0.5,
    "magnitude_h": 7.25, "magnitude_k": 7.0,
    "surface_brightness_mag_arcsec2": 22.5, "major_axis_arcmin": 12.5,
    "minor_axis_arcmin": 0, "position_angle_deg": 90,
    "redshift": 0.00123456789012345, "radial_velocity_km_s": -300,
    "parallax_mas": 0.1, "pm_ra_mas_yr": 1e-7, "pm_dec_mas_yr": -2.5,
    "hubble_type": "SBbc", "identifiers": ["TEST 00042", "PGC 99999999"],
}
VOTABLE = "{http://www.ivoa.net/xml/VOTable/v1.3}"


# ---- what a change answers, and what is seen after it


def test_a_new_object(editor):
    reply = editor.put("Brandnew 1", NEW)
    assert reply.status == 201, reply
    assert reply.json() == {
        "name": "Brandnew 1", **NEW, "catalogue": "openngc"
    }
    got = editor.get("brandnew_1")
    assert got.status == 200 and got.json() == reply.json()
    assert got.headers["ETag"] == reply.headers["ETag"]
    assert editor.get(
        "BRANDNEW1", ("If-None-Match", reply.headers["ETag"])
    ).status == 304


def test_a_changed_object(editor):
    first = editor.made("Changed 1", NEW)
    reply = editor.put("changed_1", {**NEW, "magnitude_v": 12.5})
    assert reply.status == 200, reply
    assert reply.json()["magnitude_v"] == 12.5
    assert reply.json()["name"] == "Changed 1"  # as it was spelled
    assert reply.headers["ETag"] != first
    got = editor.get("Changed 1", ("If-None-Match", first))
    assert got.status == 200 and got.json() == reply.json()
    assert got.headers["ETag"] == reply.headers["ETag"]


def test_all_members_are_kept(editor):
    reply = editor.put("Full 1", FULL)
    assert reply.status == 201, reply
    answer = {"name": "Full 1", **FULL, "catalogue": "openngc"}
    assert reply.json() == answer
    for name in ("full 1", "FULL HOUSE", "volles haus ★", "Test 42",
                 "PGC 99999999"):
        assert editor.get(name).json() == answer, name
    # What a body does not say is unknown from then on; null says as little.
    reply = editor.put("Full 1", {**NEW, "type": None, "aliases": []})
    assert reply.json() == {"name": "Full 1", **NEW, "catalogue": "openngc"}


def test_an_object_of_the_file(editor):
    before = editor.get("M 51").json()
    body = {**before, "magnitude_v": 1.25, "aliases": ["M 51", "My Galaxy"]}
    reply = editor.put("whirlpool galaxy", body)
    assert reply.status == 200, reply
    assert reply.json() == body
    for name in ("NGC 5194", "M51", "my galaxy", "UGC 8493"):
        assert editor.get(name).json() == body, name
        found = editor.listed(name, radius_deg=0)
        assert [row["name"] for row in found] == ["NGC 5194"]
        assert found[0]["magnitude_v"] == 1.25
    assert problem(editor.get("Whirlpool Galaxy"), 404)
    # Nothing but its edit is found where it was.
    near = editor.names("M51", radius_deg=0.5)
    assert near.count("NGC 5194") == 1


def test_what_get_says_can_be_put(editor):
    """Also names that are no value of the object's go on to find it."""
    for name in ("Virgo A", "M 102", "NGC 20"):
        before = editor.get(name)
        reply = editor.put(name, before.json())
        assert reply.status == 200, reply
        assert reply.json() == before.json()
        assert editor.get(name).json() == before.json()
        assert editor.get(name).headers["ETag"] != before.headers["ETag"]
        assert len(editor.listed(name, radius_deg=0)) == 1


def test_it_moves_with_its_position(editor):
    editor.made("Mover", {"ra_deg": 30, "dec_deg": 89})
    assert editor.names("30 89", radius_deg=0) == ["Mover"]
    for ra, shown, dec in ((-0.5, 359.5, -89.5), (360, 0, 0), (-360, 0, 0)):
        reply = editor.put("Mover", {"ra_deg": ra, "dec_deg": dec})
        assert reply.json()["ra_deg"] == shown
        assert "Mover" not in editor.names("30 89", radius_deg=0.1)
        assert editor.names(f"{shown} {dec}", radius_deg=0) == ["Mover"]
        assert editor.names("Mover", radius_deg=0) == ["Mover"]
        everywhere = editor.site.get(
            "/galaxy", "coordinates=Mover&radius_deg=180&limit=1"
        ).json()
        assert [row["name"] for row in everywhere["system"]] == ["Mover"]


def test_type_and_magnitude_are_the_edits(editor):
    editor.made("Filtered", {**NEW, "type": "nova", "magnitude_b": 3})
    assert editor.names("Filtered", type="nova") == ["Filtered"]
    assert editor.names("Filtered", type="star") == []
    assert editor.names("Filtered", magnitude_max=3) == ["Filtered"]
    assert editor.names("Filtered", magnitude_max=2.9) == []


def test_in_tables(editor):
    odd = 'A, "quoted" & <odd>\u00a0naïve ☉ name'
    body = {"ra_deg": 111.25, "dec_deg": 77.5, "aliases": [odd, "Plain one"],
            "magnitude_v": 5.5}
    editor.made("Tabled", body)
    ask = {"coordinates": "Tabled", "radius_deg": 0}
    text = editor.site.get("/galaxy", {**ask, "format": "csv"}).text
    row, = csv.DictReader(io.StringIO(text))
    assert (row["name"], row["aliases"]) == ("Tabled", odd + "|Plain one")
    assert (float(row["ra_deg"]), float(row["magnitude_v"])) == (111.25, 5.5)
    text = editor.site.get("/galaxy", {**ask, "format": "votable"}).text
    tree = ElementTree.fromstring(text)
    fields = [each.get("name") for each in tree.iter(VOTABLE + "FIELD")]
    rows = [
        dict(zip(fields, (cell.text for cell in row)))
        for row in tree.iter(VOTABLE + "TR")
    ]
    assert len(rows) == 1
    assert rows[0]["name"] == "Tabled" and odd in rows[0]["aliases"]
    cone = editor.site.get("/cone", "RA=111.25&DEC=77.5&SR=0.001")
    assert cone.text.count("<TD>Tabled</TD>") == 1


# ---- names


def test_aliases_that_an_edit_drops_find_nothing(editor):
    editor.made("Dropper", {**NEW, "aliases": ["First alias", "Second one"]})
    reply = editor.put("First Alias", {**NEW, "aliases": ["second one"]})
    assert reply.status == 200, reply
    problem(editor.get("First alias"), 404)
    assert editor.get("Second one").json()["name"] == "Dropper"
    # The name is free for another object.
    editor.made("Taker", {**NEW, "aliases": ["First alias"]})
    assert editor.get("first alias").json()["name"] == "Taker"


def test_a_main_name_before_an_alias(editor):
    editor.made("Spelled", NEW)
    reply = editor.put("spelled", {**NEW, "name": "SPELLED"})
    assert reply.json()["name"] == "SPELLED"
    assert editor.get("Spelled").json()["name"] == "SPELLED"


def test_another_catalogue(editor):
    reply = editor.put("Elsewhere", NEW, query="catalogue=nosuch")
    assert errors_at(reply) == {("query", "catalogue"): "value_error"}
    reply = editor.put("Elsewhere", NEW, query="catalogue=openngc")
    assert reply.status == 201, reply
    assert editor.delete("Elsewhere", query="catalogue=openngc").status == 200


# ---- deleting


def test_deleted_and_back(editor):
    before = editor.get("M 104").json()
    count = editor.site.get("/health").json()["catalogue"]["objects"]
    reply = editor.delete("sombrero galaxy")
    assert reply.status == 200, reply
    assert reply.json() == {"deleted": "NGC 4594", "catalogue": "openngc"}
    for name in ("M 104", "NGC 4594", "Sombrero Galaxy", "UGC 293"):
        problem(editor.get(name), 404)
    answer = problem(editor.get("NGC 4594"), 404)
    near = answer["detail"].split("near names: ")[1].split(", ")
    assert near and "NGC 4594" not in near
    here = f"{before['ra_deg']} {before['dec_deg']}"
    assert "NGC 4594" not in editor.names(here, radius_deg=1)
    assert editor.site.get("/health").json()["catalogue"]["objects"] == (
        count - 1
    )
    problem(editor.delete("NGC 4594"), 404)
    reply = editor.put("NGC 4594", before)
    assert reply.status == 201, reply
    assert reply.json() == before == editor.get("Sombrero galaxy").json()
    assert editor.names(here, radius_deg=1).count("NGC 4594") == 1
    assert editor.site.get("/health").json()["catalogue"]["objects"] == count


def test_a_new_object_can_go(editor):
    tag = editor.made("Shortlived", {**NEW, "aliases": ["Mayfly"]})
    assert editor.delete("mayfly").json()["deleted"] == "Shortlived"
    problem(editor.get("Shortlived"), 404)
    problem(editor.get("Mayfly", ("If-None-Match", tag)), 404)
    assert editor.made("Shortlived", NEW) != tag
    problem(editor.get("Mayfly"), 404)


def test_no_such_object_to_delete(editor):
    answer = problem(editor.delete("Andromda Galaxy"), 404)
    assert "Andromeda Galaxy" in answer["detail"]


# ---- what others keep


def test_tags_of_lists_and_of_objects(editor):
    """Another object's edit changes the list's, not the object's."""
    editor.made("Mine", {"ra_deg": 77, "dec_deg": -77})
    editor.made("Other", {"ra_deg": 177, "dec_deg": 7})
    query = "coordinates=77+-77&radius_deg=1"
    mine, listed = editor.get("Mine"), editor.site.get("/galaxy", query)
    tags = mine.headers["ETag"], listed.headers["ETag"]
    conditions = [("If-None-Match", tag) for tag in tags]
    assert editor.get("mine", conditions[0]).status == 304
    assert editor.site.get("/galaxy", query, conditions[1:]).status == 304
    editor.put("Other", {"ra_deg": 178, "dec_deg": 7})
    assert editor.get("Mine", conditions[0]).status == 304
    again = editor.site.get("/galaxy", query, conditions[1:])
    assert again.status == 200 and again.json() == listed.json()
    assert again.headers["ETag"] != tags[1]
    editor.put("Mine", {"ra_deg": 77, "dec_deg": -77, "redshift": 0})
    assert editor.get("Mine", conditions[0]).status == 200


def test_a_page_of_before_an_edit_is_a_conflict(editor):
    query = {"coordinates": "M31", "radius_deg": 10, "limit": 2}
    token = editor.site.get("/galaxy", query).json()["next"]
    second = {**query, "after": token}
    reply = editor.site.get("/galaxy", second)
    assert reply.status == 200, reply
    editor.made("Between pages", NEW)
    answer = problem(editor.site.get("/galaxy", second), 409)
    assert "changed" in answer["detail"]
    # Also when what was asked about has moved, and is gone.
    moved = {**query, "coordinates": "Between pages", "radius_deg": 90}
    token = editor.site.get("/galaxy", moved).json()["next"]
    editor.put("Between pages", {"ra_deg": 1, "dec_deg": 1})
    problem(editor.site.get("/galaxy", {**moved, "after": token}), 409)
    token = editor.site.get("/galaxy", moved).json()["next"]
    editor.delete("Between pages")
    problem(editor.site.get("/galaxy", {**moved, "after": token}), 409)


def test_pages_have_edits_in_their_place(editor):
    """All pages together are the whole list, each object once."""
    for i in range(7):
        editor.made(f"Paged {i}", {"ra_deg": 300 + i % 3, "dec_deg": 60})
    query = {"coordinates": "301 60", "radius_deg": 5, "limit": 1000}
    whole = editor.site.get("/galaxy", query).json()["system"]
    assert sum(row["name"].startswith("Paged ") for row in whole) == 7
    rows, more = [], {"limit": 3}
    while more:
        page = editor.site.get("/galaxy", {**query, **more}).json()
        rows += page["system"]
        more = page["next"] and {"limit": 2, "after": page["next"]}
    assert rows == whole


def test_methods_are_listed(editor):
    reply = editor.site.ask("POST", at("M31"), body=b"")
    problem(reply, 405)
    assert reply.headers["Allow"] == "GET, HEAD, PUT, DELETE, OPTIONS"
