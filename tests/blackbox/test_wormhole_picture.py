"""Drawings and pictures of /wormhole."""

import json
import xml.etree.ElementTree as ElementTree

import pytest

import fronts
import problems
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
