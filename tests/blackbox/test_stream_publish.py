"""Publishing in the cosmic stream by POST."""

import json
import sqlite3
from contextlib import closing

import pytest

import fronts
from keys import add_key, bearer
from problems import errors_at, problem
from sse import JSON, PATH, events_after, now, publish

WAYS = [
    (name, mount) for name, mount in fronts.ALL_PLACES
    if (name, mount) in {
        ("lighttpd", ""), ("apache", "/sub/dir"), ("lighttpd-cgi", "")}
]
MOST = 65536


@pytest.fixture(scope="module", params=WAYS, ids=fronts.place_id)
def site(request, stage):
    name, mount = request.param
    with fronts.starting(name, stage, mount) as front:
        yield front.site


def post(site, body, *fields):
    return site.ask("POST", PATH, "", fields or [JSON], body)


@pytest.mark.parametrize("body", [
    b"null", b"0", b" [1,\r\n\t2] ", '"\u2605 \\u0000 \\ud834\\udd1e"'.encode(),
    b"-1.5e-300", b'{"type": "gap", "seq": -1}', b"{}", b"[" * 60 + b"]" * 60,
    b'"' + b"x" * (MOST - 2) + b'"',
], ids=lambda body: body[:12].decode())
def test_any_json_is_a_message(site, body):
    begin = now(site)
    reply = post(site, body)
    assert reply.status == 201, reply
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.json() == {"seq": begin["after"] + 1,
                            "epoch": begin["epoch"]}
    event, = events_after(site, begin)
    assert event["seq"] == begin["after"] + 1
    assert event["type"] == "message" and event["data"] == json.loads(body)


@pytest.mark.parametrize("body, place, word", [
    (b"", (), "missing"),
    (b"{", (1,), "json_invalid"),
    (b'{"a": 1,\n "b": nil}', (15,), "json_invalid"),
    (b"NaN", (0,), "json_invalid"),
    (b"1 2", (2,), "json_invalid"),
    (b'{"a": 1, "a": 2}', (9,), "json_invalid"),
    (b'"\xff"', (1,), "json_invalid"),
    (b'"\xed\xa0\x80"', (1,), "json_invalid"),
    (b"[" * 65 + b"]" * 65, (64,), "json_invalid"),
], ids=str)
def test_what_is_no_json(site, body, place, word):
    begin = now(site)
    reply = post(site, body)
    assert errors_at(reply) == {("body", *place): word}
    if place:
        before = body[:place[0]]
        where = (f"at line {before.count(10) + 1}, "
                 f"column {len(before) - before.rfind(10)}")
        assert where in reply.json()["errors"][0]["msg"]
    assert now(site) == begin


def test_what_is_too_much_or_of_another_kind(site):
    begin = now(site)
    for size in (MOST + 1, 2 * MOST + 1):
        said = problem(post(site, b'"' + b"x" * (size - 2) + b'"'), 413)
        assert str(MOST) in said["detail"]
    for kind in ("text/plain", "application/x-www-form-urlencoded",
                 "application/json; charset=latin-1"):
        problem(post(site, b"1", ("Content-Type", kind)), 415)
    assert now(site) == begin
    assert post(site, b"1", ("Content-Type", "application/x+json")).status == 201


# ---- who may

@pytest.mark.skipif("lighttpd" not in fronts.INSTALLED, reason="no Lighttpd")
def test_a_key_where_one_is_wanted(stage):
    with fronts.starting("lighttpd", stage, "",
                         LIGHTCONE_STREAM_PUBLISH="key") as front:
        site = front.site
        keys = {scope: add_key(stage, front.state, scope, scope)
                for scope in ("read", "publish")}
        problem(post(site, b"1"), 401)
        problem(post(site, b"1", JSON, *bearer("lc_nobody")), 401)
        problem(post(site, b"1", JSON, *bearer(keys["read"])), 403)
        assert now(site)["after"] == 0
        assert publish(site, 1, bearer(keys["publish"])) == 1
        assert site.get(PATH, "after=0").json()["events"][0]["data"] == 1


@pytest.mark.skipif("lighttpd" not in fronts.INSTALLED, reason="no Lighttpd")
def test_who_publishes_too_much_waits(stage):
    with fronts.starting("lighttpd", stage, "", LIGHTCONE_RATE="on",
                         LIGHTCONE_RATES="writes=3/60") as front:
        replies = [post(front.site, b"1") for _ in range(5)]
        assert [reply.status for reply in replies[:3]] == [201] * 3
        refused = problem(replies[-1], 429)
        assert refused["violated-policies"] == ["writes"]
        assert int(replies[-1].headers["Retry-After"]) > 0
        assert now(front.site)["after"] == 3


@pytest.mark.skipif("lighttpd" not in fronts.INSTALLED, reason="no Lighttpd")
def test_a_database_that_is_held(stage):
    """Whoever publishes is told; who reads notices nothing."""
    with fronts.starting("lighttpd", stage, "") as front:
        site = front.site
        assert publish(site, "before") == 1
        with closing(sqlite3.connect(front.state / "state.sqlite",
                                     isolation_level=None)) as db:
            db.execute("BEGIN EXCLUSIVE")
            refused = post(site, b"1")
            problem(refused, 503)
            assert int(refused.headers["Retry-After"]) > 0
            assert now(site)["after"] == 1
            db.execute("ROLLBACK")
        assert publish(site, "after") == 2
