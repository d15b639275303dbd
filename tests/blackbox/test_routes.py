"""Paths and methods: what is there, what is not, and what is allowed."""

import pytest

import fronts
from problems import errors, problem

pytestmark = fronts.over(fronts.ALL_PLACES)


def test_unknown_path(site):
    answer = problem(site.get("/galxy"), 404)
    assert "/galxy" in answer["detail"]


STRANGE_PATHS = [
    "/%00", "/galaxy%00", "/galaxy%00.html", "/%ff%fe", "/%E2%82",
    "/..%2f..%2fetc/passwd", "/../../etc/passwd", "/%zz", "/galaxy;v=1",
    "/GALAXY", "/galaxy.json", "/~root", "/.htaccess", "/%", "/index.php",
    "/" + "a" * 200, "/" + "a/" * 100, "/%3Cscript%3E",
]


@pytest.mark.parametrize("path", STRANGE_PATHS)
def test_strange_paths(site, path):
    reply = site.get(path)
    assert 400 <= reply.status < 500, reply
    assert "json" in reply.media_type or b"<script>" not in reply.body


@pytest.mark.parametrize("path", ["/galaxy/../../..", "/%2e%2e/", "//galaxy"])
def test_what_servers_may_tidy(site, path):
    assert site.get(path, "coordinates=M31").status < 500


@pytest.mark.parametrize("path", ["/galaxy/", "/health/"])
def test_a_trailing_slash_is_the_same_route(site, path):
    assert site.get(path, "coordinates=M31").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/galaxy", "/health", "/"])
def test_wrong_method(site, method, path):
    reply = site.ask(method, path, "coordinates=M31", body=b"")
    problem(reply, 405)
    allowed = {word.strip() for word in reply.headers["Allow"].split(",")}
    assert allowed == {"GET", "HEAD", "OPTIONS"}


def test_wrong_method_on_an_unknown_path(site):
    problem(site.ask("DELETE", "/galxy", body=b""), 404)


@pytest.mark.parametrize("path, query, status", [
    ("/galaxy", "coordinates=M31", 200),
    ("/galaxy", "", 422),
    ("/galxy", "", 404),
    ("/", "", 200),
    ("/health", "", 200),
])
def test_head_is_get_without_a_body(site, path, query, status):
    head = site.ask("HEAD", path, query)
    get = site.get(path, query)
    assert head.status == get.status == status
    assert head.body == b""
    assert head.headers["Content-Type"] == get.headers["Content-Type"]


def test_options(site):
    fields = [
        ("Origin", "https://example.org"),
        ("Access-Control-Request-Method", "GET"),
    ]
    reply = site.ask("OPTIONS", "/galaxy", fields=fields)
    assert reply.status in (200, 204), reply
    allowed = {word.strip() for word in reply.headers["Allow"].split(",")}
    assert allowed == {"GET", "HEAD", "OPTIONS"}
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in reply.headers["Access-Control-Allow-Methods"]


def test_get_may_be_read_from_any_origin(site):
    reply = site.get("/galaxy", "coordinates=M31")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert errors(site.get("/galaxy"))


def test_a_get_with_a_body_is_answered(site):
    reply = site.ask("GET", "/galaxy", "coordinates=M31", body=b"{}")
    assert reply.status == 200, reply
