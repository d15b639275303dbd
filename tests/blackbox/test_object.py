"""GET /galaxy/{name}: one object, by any of its names, through every front."""

from urllib.parse import quote

import pytest

from problems import errors_at, problem

NAMES = [
    ("M31", "NGC 224"), ("m 31", "NGC 224"), ("NGC 224", "NGC 224"),
    ("ngc0224", "NGC 224"), ("Andromeda Galaxy", "NGC 224"),
    ("M1", "NGC 1952"), ("Crab Nebula", "NGC 1952"),
]


@pytest.mark.parametrize("asked, name", NAMES)
def test_by_name(site, asked, name):
    reply = site.get("/galaxy/" + quote(asked, safe=""))
    assert reply.status == 200, reply
    answer = reply.json()
    assert answer["name"] == name
    assert answer["catalogue"] == "openngc"
    assert "separation_deg" not in answer


def test_it_is_what_the_search_finds(site):
    found, = site.get("/galaxy", "coordinates=M31&limit=1").json()["system"]
    found.pop("separation_deg")
    whole = site.get("/galaxy/M31").json()
    assert "UGC 454" in whole.pop("identifiers")  # lists are without them
    assert whole == found


def test_a_slip_is_404_with_near_names(site):
    answer = problem(site.get("/galaxy/Andromda%20Galaxy"), 404)
    assert "Andromeda Galaxy" in answer["detail"]


@pytest.mark.parametrize("name", [
    "nothing", "%E2%98%85", "NGC", "1", "%25", "'; DROP TABLE--",
])
def test_no_such_name(site, name):
    path = "/galaxy/" + quote(name, safe="%")
    assert site.get(path).status in (404, 400), site.get(path)


def test_a_name_too_long(site):
    reply = site.get("/galaxy/" + "x" * 257)
    assert errors_at(reply) == {("path", "name"): "string_too_long"}


def test_another_catalogue(site):
    reply = site.get("/galaxy/M31", "catalogue=nosuch")
    assert errors_at(reply) == {("query", "catalogue"): "value_error"}
    assert site.get("/galaxy/M31", "catalogue=openngc").status == 200


def test_a_slash_more_is_the_same(site):
    assert site.get("/galaxy/M31/").json() == site.get("/galaxy/M31").json()


def test_other_methods(site):
    reply = site.ask("POST", "/galaxy/M31", body=b"")
    problem(reply, 405)
    assert reply.headers["Allow"] == "GET, HEAD, PUT, DELETE, OPTIONS"


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_changes_need_a_key(site, method):
    problem(site.ask(method, "/galaxy/M31", body=b""), 401)
