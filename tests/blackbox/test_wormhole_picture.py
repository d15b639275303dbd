"""Drawings and pictures of /wormhole."""

import json
import math
import re
import xml.etree.ElementTree as ElementTree

import pytest

import fronts
import problems
from stage import SOURCE
from test_singularity_picture import decode

JSON = [("Content-Type", "application/json")]
ELLIS = {"kind": "ellis", "throat_radius_m": 1000}
LONG = {"throat_radius_m": 1000, "length_m": 5000, "lensing_width_m": 100}
FILM = {"preset": "film"}
SVG = "{http://www.w3.org/2000/svg}"

few = fronts.over(fronts.FEW_PLACES)


def send(site, settings, query="", accept=None, **more):
    fields = JSON + ([("Accept", accept)] if accept else [])
    body = json.dumps({"settings": settings, "timeout": 60000, **more})
    return site.ask("POST", "/wormhole", query, fields, body.encode())


def drawn(site, settings):
    reply = send(site, settings, "format=svg")
    assert reply.status == 200, reply
    assert reply.media_type == "image/svg+xml"
    return ElementTree.fromstring(reply.body)


# ---- the embedding


@few
@pytest.mark.parametrize("settings", [
    ELLIS, LONG, FILM, {**ELLIS, "throat_radius_m": 1e-35},
    {**ELLIS, "throat_radius_m": 1e30},
])
def test_the_embedding_is_drawn(site, settings):
    tree = drawn(site, settings)
    assert tree.tag == SVG + "svg"
    assert tree.findtext(SVG + "title") and tree.findtext(SVG + "desc")
    assert float(tree.get("width")) > 0 and float(tree.get("height")) > 0


@few
def test_drawings_differ(site):
    drawings = {
        ElementTree.tostring(drawn(site, settings))
        for settings in (ELLIS, LONG, FILM, {**ELLIS, "throat_radius_m": 1})
    }
    assert len(drawings) == 4


@few
def test_the_embedding_as_png(site):
    reply = send(site, ELLIS, "format=png")
    assert reply.status == 200 and reply.media_type == "image/png", reply
    width, height, rows, _ = decode(reply.body)
    assert (width, height) == (800, 800)
    assert len({bytes(row) for row in rows}) > 100


@few
@pytest.mark.parametrize("query, accept, media_type", [
    ("", None, "application/json"),
    ("", "image/svg+xml", "image/svg+xml"),
    ("", "image/png", "image/png"),
    ("", "image/*;q=0.5, application/json", "application/json"),
    ("format=svg", "image/png", "image/svg+xml"),
    ("format=json", "image/png", "application/json"),
])
def test_who_asks_for_what(site, query, accept, media_type):
    reply = send(site, ELLIS, query, accept)
    assert reply.status == 200 and reply.media_type == media_type, reply


@few
def test_what_it_cannot_be(site):
    problems.problem(send(site, ELLIS, "", "text/csv"), 406)
    assert send(site, ELLIS, "format=gif").status in (406, 422)
    refused = send(site, {**ELLIS, "length_m": 1}, "format=svg")
    assert ("body", "settings", "length_m") in problems.errors_at(refused)


# ---- what the camera sees

SMALL = {"width_px": 64, "height_px": 40}


def picture(site, settings, **image):
    settings = {**settings, "image": {**SMALL, **image}}
    reply = send(site, settings, "format=png")
    assert reply.status == 200 and reply.media_type == "image/png", reply
    return decode(reply.body)


@few
def test_a_picture_is_what_was_asked_for(site):
    width, height, rows, texts = picture(site, FILM)
    assert (width, height) == (64, 40)
    assert len({bytes(row) for row in rows}) > 20
    assert "1000 m" in texts["Description"]
    assert "6.255" in texts["Description"]


@few
def test_the_preset_and_a_camera_are_enough(site):
    for settings in (FILM, {**ELLIS, "camera_l_m": -20}):
        reply = send(site, settings, "", "image/png")
        assert reply.status == 200, reply
        assert decode(reply.body)[:2] == (800, 450)


@few
@pytest.mark.parametrize("width_px, height_px", [(16, 16), (16, 300), (301, 17)])
def test_sizes(site, width_px, height_px):
    size = picture(site, ELLIS, width_px=width_px, height_px=height_px)[:2]
    assert size == (width_px, height_px)


@few
def test_what_is_asked_changes_the_picture(site):
    seen = {}
    for settings, image in (
        (FILM, {}), (ELLIS, {}), (LONG, {}),
        (FILM, {"fov_deg": 30}), (FILM, {"near_sky": "grid"}),
        (FILM, {"far_sky": "none"}), (FILM, {"far_sky": "stars"}),
        *(({**FILM, name: value}, {}) for name, value in (
            ("camera_l_m", 0), ("camera_l_m", 3000), ("camera_l_m", -6255),
            ("camera_theta_deg", 40), ("camera_phi_deg", 100),
            ("look_deg", 30), ("look_deg", -30), ("look_deg", 180))),
    ):
        rows = picture(site, settings, **image)[2]
        seen[f"{settings} {image}"] = b"".join(rows)
    assert len(set(seen.values())) == len(seen)


@few
def test_units_do_not_change_the_picture(site):
    """All is a matter of ratios."""
    skies = {"near_sky": "grid", "far_sky": "grid"}
    small = picture(site, {**FILM, "throat_radius_m": 1e-3}, **skies)
    large = picture(site, {**FILM, "throat_radius_m": 1e20}, **skies)
    # The last digit of a length may turn a pixel's rounding.
    off = [abs(a - b) for a, b in zip(
        b"".join(small[2]), b"".join(large[2]), strict=True)]
    assert max(off) <= 2


@few
def test_the_mouth_shows_the_other_side(site):
    """Without a near sky all light comes through the mouth."""
    wide = {"width_px": 201, "height_px": 201, "fov_deg": 30,
            "near_sky": "none"}
    rows = picture(site, FILM, **wide)[2]
    dark = rows[0][:3]
    lit = [(x - 100, y - 100) for y in range(201) for x in range(201)
           if rows[y][3 * x:3 * x + 3] != dark]
    reach = max((x * x + y * y)**0.5 for x, y in lit)
    # 8.155214 degrees, by tangents over half the view.
    mouth = 100.5 * math.tan(math.radians(8.155214)) / math.tan(
        math.radians(15))
    assert abs(reach - mouth) < 2
    behind = picture(site, {**FILM, "look_deg": 180}, **wide)[2]
    assert {bytes(row) for row in behind} == {bytes(dark) * 201}


@few
def test_pictures_that_cannot_be(site):
    refused = send(site, {**FILM, "catalogue": "nowhere", "image": {}},
                   "format=png")
    assert problems.errors_at(refused) == {
        ("body", "settings", "catalogue"): "value_error"}
    refused = send(site, {**FILM, "image": {"width_px": 5000}}, "format=png")
    assert ("body", "settings", "image", "width_px") in (
        problems.errors_at(refused))


# ---- what the README shows


def readme():
    text = (SOURCE / "README.md").read_text("utf-8")
    return text.split("\n## POST /wormhole", 1)[1].split("\n## ", 1)[0]


def rounded(text):
    """Processors differ in the last digits."""
    return re.sub(r"-?\d+(\.\d+)?(e-?\d+)?",
                  lambda number: f"{float(number[0]):.9g}", text)


@pytest.mark.plain  # its subject is the README
@few
def test_the_readme_shows_the_pictures(site):
    files = re.findall(r"\]\((conf/pictures/\S+\.png)\)", readme())
    bodies = re.findall(r"<br>`(\{.*?\})`", readme())
    assert len(files) == len(bodies) == 3
    for file, body in zip(files, bodies):
        reply = site.ask(
            "POST", "/wormhole", "format=png", JSON, body.encode())
        assert reply.media_type == "image/png", reply
        now = b"".join(decode(reply.body)[2])
        then = b"".join(decode((SOURCE / file).read_bytes())[2])
        off = [abs(a - b) for a, b in zip(now, then, strict=True)]
        assert sum(off) / len(off) < 1, body


@few
def test_the_readme_shows_what_is_answered(site):
    body, too_much = re.findall(r"^curl .* -d '(.*?)' '", readme(), re.M)
    shown, problem = re.findall(r"^```json\n(.*)\n```$", readme(), re.M)
    answer = site.ask("POST", "/wormhole", "", JSON, body.encode())
    text = rounded(answer.body.decode())
    pieces = rounded(shown).split(" …")
    assert len(pieces) > 3
    for piece in pieces:
        assert piece.strip("],}") in text
    late = site.ask("POST", "/wormhole", "format=png", JSON, too_much.encode())
    then, now = json.loads(problem), problems.problem(late, 504)
    for told in (then, now):
        assert 200 <= told.pop("elapsed_ms") and 0 <= told.pop("progress") < 1
    assert then == now
