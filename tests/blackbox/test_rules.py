"""What the engine sees to for every endpoint: negotiation, conditions,
preferences, names of requests, origins, limits, proxies."""

import re
import subprocess
import time

import pytest

from problems import errors_at, problem
from processes import clean_environment

@pytest.fixture
def app(steady_app):
    return steady_app


# ---- formats

VOTABLE = "application/x-votable+xml"
CHOICES = [
    ({}, "", "application/json"),
    ({"HTTP_ACCEPT": ""}, "", "application/json"),
    ({"HTTP_ACCEPT": "*/*"}, "", "application/json"),
    ({"HTTP_ACCEPT": "text/csv"}, "", "text/csv"),
    ({"HTTP_ACCEPT": "text/html, application/json;q=0.5"}, "", "text/html"),
    ({"HTTP_ACCEPT": "text/*"}, "", "text/html"),
    ({"HTTP_ACCEPT": "text/csv"}, "format=json", "application/json"),
    ({}, "format=csv", "text/csv"),
    ({"HTTP_ACCEPT": "image/png"}, "format=html", "text/html"),
    ({"HTTP_ACCEPT": "text/xml"}, "", VOTABLE),
    ({"HTTP_ACCEPT": "text/xml;q=0.5, text/csv;q=0.4"}, "", VOTABLE),
    ({"HTTP_ACCEPT": VOTABLE}, "", VOTABLE),
    ({}, "format=votable", VOTABLE),
    ({}, "format=tsv", "text/tab-separated-values"),
    # What browsers send: they want no VOTable.
    ({"HTTP_ACCEPT": "text/html,application/xhtml+xml,application/xml;q=0.9,"
                     "*/*;q=0.8"}, "", "text/html"),
]

# Where a VOTable comes first.
TABLE_CHOICES = [
    ({}, "", VOTABLE),
    ({"HTTP_ACCEPT": "*/*"}, "", VOTABLE),
    ({"HTTP_ACCEPT": "text/html, */*;q=0.1"}, "", VOTABLE),
    ({"HTTP_ACCEPT": "application/*"}, "", VOTABLE),
    ({"HTTP_ACCEPT": "text/*"}, "", "text/csv"),
    ({"HTTP_ACCEPT": "application/json"}, "", "application/json"),
    ({"HTTP_ACCEPT": VOTABLE}, "format=json", "application/json"),
]


@pytest.mark.parametrize("fields, query, expected", CHOICES)
def test_format(app, fields, query, expected):
    reply = app.site.get("/formats", query, **fields)
    assert reply.status == 200, reply
    assert reply.media_type == expected
    assert reply.headers["Vary"] == "Accept"
    assert b"warnings" not in reply.body


@pytest.mark.parametrize("fields, query, expected", TABLE_CHOICES)
def test_format_where_another_is_the_default(app, fields, query, expected):
    reply = app.site.get("/tables", query, **fields)
    assert reply.status == 200, reply
    assert reply.media_type == expected


@pytest.mark.parametrize("accept", ["image/png", "text/csv;q=0, image/*"])
def test_no_such_format(app, accept):
    answer = problem(app.site.get("/formats", HTTP_ACCEPT=accept), 406)
    for kind in ("application/json", "text/csv", "text/html"):
        assert kind in answer["detail"]


def test_wrong_format_word(app):
    reply = app.site.get("/formats", "format=xml")
    assert errors_at(reply) == {("query", "format"): "enum"}
    assert "csv" in reply.json()["errors"][0]["msg"]


@pytest.mark.parametrize("query", ["format=csv&format=csv", "format=csv&format=xml"])
def test_format_twice(app, query):
    reply = app.site.get("/formats", query)
    assert errors_at(reply) == {("query", "format"): "repeated"}


# ---- conditions

def test_etag(app):
    first = app.site.get("/cached")
    tag = first.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{16}"', tag)
    assert first.headers["Cache-Control"] == (
        "public, max-age=60, stale-while-revalidate=600"
    )
    for field in (tag, "W/" + tag, f'"x", {tag}', "*"):
        again = app.site.get("/cached", HTTP_IF_NONE_MATCH=field)
        assert again.status == 304, again
        assert again.body == b""
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert again.headers["Content-Type"] is None
    for field in ('"x"', "", "x", tag.strip('"')):
        again = app.site.get("/cached", HTTP_IF_NONE_MATCH=field)
        assert again.status == 200, (field, again)


def test_head_has_the_same_etag(app):
    head = app.site.ask("HEAD", "/cached")
    assert head.headers["ETag"] == app.site.get("/cached").headers["ETag"]
    assert head.body == b""


def test_if_match(app):
    tag = app.site.get("/cached").headers["ETag"]
    assert app.site.get("/cached", HTTP_IF_MATCH=tag).status == 200
    problem(app.site.get("/cached", HTTP_IF_MATCH='"other"'), 412)


def test_versions_are_asked_before_the_work(app):
    first = app.site.get("/versioned", "count=2")
    tag, ran = first.headers["ETag"], app.stats()["versioned_runs"]
    same = "ratio=0.50&count=%2B2"
    again = app.site.get("/versioned", same, HTTP_IF_NONE_MATCH=tag)
    assert again.status == 304 and again.body == b"", again
    assert again.headers["ETag"] == tag
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    problem(app.site.get("/versioned", same, HTTP_IF_MATCH='"x"'), 412)
    assert app.stats()["versioned_runs"] == ran
    other = app.site.get("/versioned", "count=3", HTTP_IF_NONE_MATCH=tag)
    assert other.status == 200 and other.headers["ETag"] != tag
    csv = app.site.get("/versioned", "count=2&format=csv")
    assert csv.headers["ETag"] != tag


def test_an_answer_in_pieces_has_its_version(app):
    first = app.site.get("/pieces")
    assert first.body == b"piece\n" * 3
    assert first.headers["Cache-Control"] == "public, max-age=60"
    tag, ran = first.headers["ETag"], app.stats()["versioned_runs"]
    again = app.site.get("/pieces", HTTP_IF_NONE_MATCH=tag)
    assert again.status == 304 and again.body == b"", again
    assert app.stats()["versioned_runs"] == ran
    any_ = app.site.get("/pieces", HTTP_IF_NONE_MATCH="*")
    assert any_.status == 304 and any_.body == b"", any_
    assert app.site.get("/stream", "chunks=1&every_ms=0").headers[
        "Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_writers_are_held_to_their_conditions(app, method):
    def write(**fields):
        return app.site.ask(method, "/thing", **fields)

    tag = app.site.get("/thing").headers["ETag"]
    done = write(HTTP_IF_MATCH=tag)
    assert done.status == 200 and done.headers["ETag"] != tag, done
    now = app.site.get("/thing").headers["ETag"]
    assert done.headers["ETag"] == now
    assert now in problem(write(HTTP_IF_MATCH=tag), 412)["detail"]
    problem(write(HTTP_IF_NONE_MATCH="*"), 412)
    assert app.site.get("/thing").headers["ETag"] == now
    assert write(HTTP_IF_MATCH="*").status == 200


def test_what_is_not_cacheable_says_so(app):
    assert app.site.get("/typed", "count=3").headers["Cache-Control"] == (
        "no-cache"
    )
    assert app.site.get("/typed").headers["Cache-Control"] == "no-store"
    assert app.site.get("/typed").headers["ETag"] is None


# ---- preferences

def test_strict_handling(app):
    strict = {"HTTP_PREFER": "handling=strict"}
    reply = app.site.get("/typed", "count=3&colr=red", **strict)
    assert errors_at(reply) == {("query", "colr"): "extra_forbidden"}
    assert "'colour'" in reply.json()["errors"][0]["msg"]
    right = app.site.get("/typed", "count=3", **strict)
    assert right.headers["Preference-Applied"] == "handling=strict"
    lenient = app.site.get("/typed", "count=3&colr=red",
                           HTTP_PREFER="handling=lenient")
    assert lenient.status == 200


@pytest.mark.plain  # it measures time
@pytest.mark.alone
def test_wait_shortens_the_deadline(app):
    began = time.monotonic()
    problem(app.site.get("/wait", HTTP_PREFER="wait=1"), 504)
    assert 0.95 < time.monotonic() - began < 3


@pytest.mark.plain  # it measures time
@pytest.mark.alone
def test_wait_does_not_prolong(app):
    began = time.monotonic()
    problem(app.site.get("/never", HTTP_PREFER="wait=5"), 504)
    assert time.monotonic() - began < 2


@pytest.mark.plain  # it measures time
@pytest.mark.alone
def test_head_does_not_compute(app):
    began = time.monotonic()
    reply = app.site.ask("HEAD", "/wait")
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert time.monotonic() - began < 1
    assert app.site.ask("HEAD", "/compute", "cpu_ms=x").status == 422


# ---- names of requests

def test_request_ids(app):
    made = [app.site.get("/stats").headers["X-Request-Id"] for _ in range(50)]
    assert len(set(made)) == 50
    assert all(re.fullmatch(r"[a-z2-7]{26}", name) for name in made)
    given = app.site.get("/nowhere", HTTP_X_REQUEST_ID="front-42/7")
    assert given.headers["X-Request-Id"] == "front-42/7"
    for bad in ("", "a b", "é", "x" * 129, 'a"b'):
        reply = app.site.get("/stats", HTTP_X_REQUEST_ID=bad)
        assert reply.headers["X-Request-Id"] not in (bad, "")


# ---- origins

def preflight(app, origin="https://a.example", path="/guarded"):
    return app.site.ask(
        "OPTIONS", path, HTTP_ORIGIN=origin,
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="GET",
    )


def test_any_origin_may_read(app):
    reply = preflight(app)
    assert reply.status == 204
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    methods = reply.headers["Access-Control-Allow-Methods"].split(", ")
    assert set(methods) == {"GET", "HEAD", "OPTIONS"}
    assert "Authorization" in reply.headers["Access-Control-Allow-Headers"]
    assert "PUT" in reply.headers["Allow"]
    assert "ETag" in reply.headers["Access-Control-Expose-Headers"]


def test_some_origins_may_read(start):
    app = start(
        LIGHTCONE_CORS_ORIGIN="https://a.example https://b.example",
        LIGHTCONE_CORS_METHODS="GET, PUT",
    )
    for origin in ("https://a.example", "https://b.example"):
        reply = preflight(app, origin)
        assert reply.headers["Access-Control-Allow-Origin"] == origin
        assert reply.headers["Access-Control-Allow-Methods"] == "GET, PUT"
        assert "Origin" in reply.headers["Vary"]
    for origin in ("https://c.example", "https://a.example.org", "null", ""):
        reply = app.site.get("/cached", HTTP_ORIGIN=origin)
        assert reply.headers["Access-Control-Allow-Origin"] is None
        assert "Origin" in reply.headers["Vary"]


def test_no_origin_may_read(start):
    app = start(LIGHTCONE_CORS_ORIGIN="")
    reply = preflight(app)
    assert reply.headers["Access-Control-Allow-Origin"] is None
    assert reply.headers["Access-Control-Allow-Methods"] is None


# ---- proxies

FORWARDED = [
    ("127.0.0.1", None, "127.0.0.1"),
    ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
    ("127.0.0.1", "6.6.6.6, 192.0.2.7, 10.1.2.3", "192.0.2.7"),
    ("192.0.2.1", "192.0.2.7", "192.0.2.1"),
    ("127.0.0.1", "2001:db8::7", "2001:db8::7"),
    ("", "192.0.2.7", ""),
]


def test_client_through_proxies(start):
    app = start(LIGHTCONE_TRUSTED_PROXIES="127.0.0.0/8, 10.0.0.0/8")
    for peer, forwarded, client in FORWARDED:
        fields = {"REMOTE_ADDR": peer}
        if forwarded is not None:
            fields["HTTP_X_FORWARDED_FOR"] = forwarded
        assert app.site.get("/client", **fields).json() == {"said": client}


def test_a_wrong_proxy_stops_the_start(stage, directory):
    result = subprocess.run(
        [stage.bin / "testapp.fcgi", "--socket", directory / "fcgi.sock"],
        env=clean_environment(LIGHTCONE_STATE=directory,
                              LIGHTCONE_TRUSTED_PROXIES="10.0.0.1/8"),
        capture_output=True, text=True, timeout=20, check=False,
    )
    assert result.returncode != 0
    assert "trusted_proxies" in result.stderr


def test_nobody_is_trusted_by_default(app):
    reply = app.site.get("/client", HTTP_X_FORWARDED_FOR="192.0.2.7")
    assert reply.json() == {"said": "127.0.0.1"}


# ---- sizes

def test_header_too_large(app):
    reply = app.site.get("/stats", HTTP_COOKIE="x" * 17000)
    assert "16384" in problem(reply, 431)["detail"]
    assert app.site.get("/stats", HTTP_COOKIE="x" * 16000).status == 200
