"""The cosmic stream as server-sent events, through the web servers."""

import time
from contextlib import contextmanager

import pytest

import fronts
from sse import PATH, STREAM, Listening, events_after, now, publish

WAYS = [
    (name, mount) for name, mount in fronts.ALL_PLACES
    if (name, mount) in {
        ("lighttpd", "/sub/dir"), ("apache", ""), ("lighttpd-cgi", "")}
]
SHORTLY = ("Prefer", "wait=1")


@pytest.fixture(scope="module", params=WAYS, ids=fronts.place_id)
def site(request, stage):
    name, mount = request.param
    with fronts.starting(name, stage, mount) as front:
        yield front.site


def id_of(begin, seq=None):
    return f"{begin['epoch']}-{begin['after'] if seq is None else seq}"


def test_each_event_comes_when_it_happens(site):
    begin = now(site)
    with Listening(site) as listening:
        assert listening.reply.status == 200
        assert listening.reply.getheader("Content-Type") == STREAM[1]
        assert listening.reply.getheader("Cache-Control") == "no-store"
        assert listening.reply.getheader("X-Accel-Buffering") == "no"
        assert listening.reply.getheader("Access-Control-Allow-Origin") == "*"
        assert listening.opening() == {"id": id_of(begin)}
        for i in range(5):
            seq = publish(site, {"is": i})
            (where, event), = listening.messages(1)
            assert where == id_of(begin, seq)
            assert event["seq"] == seq and event["epoch"] == begin["epoch"]
            assert event["type"] == "message" and event["data"] == {"is": i}


def test_who_was_away_goes_on(site):
    begin = now(site)
    first = publish(site, "first")
    with Listening(site, f"after={begin['after']}") as listening:
        assert listening.opening() == {"id": id_of(begin)}
        (where, event), = listening.messages(1)
        assert event["data"] == "first"
    publish(site, "away")
    # The address is the one of before, as a browser's is.
    with Listening(site, f"after={begin['after']}",
                   [("Last-Event-ID", where)]) as listening:
        assert listening.opening() == {"id": id_of(begin, first)}
        assert listening.messages(1)[0][1]["data"] == "away"
        publish(site, "back")
        assert listening.messages(1)[0][1]["data"] == "back"


def test_it_ends_whole_and_says_when_to_come_again(site):
    begin = now(site)
    began = time.monotonic()
    with Listening(site, f"after={begin['after']}", [SHORTLY]) as listening:
        seq = publish(site, "only")
        blocks = listening.rest()
    assert 0.9 <= time.monotonic() - began < 10
    assert blocks[-1] == {"retry": "50", "id": id_of(begin, seq)}
    assert [block["id"] for block in blocks if "data" in block] == [
        id_of(begin, seq)]


def test_a_gap_is_a_message(site):
    begin = now(site)
    for last, reason, after in (
            ("0123456789abcdef-3", "epoch", None),
            (id_of(begin, begin["after"] + 1000), "future", begin["after"])):
        with Listening(site, "envelope=0",
                       [("Last-Event-ID", last)]) as listening:
            listening.block()
            (where, gap), = listening.messages(1)
        assert gap["type"] == "gap" and gap["reason"] == reason
        assert gap["after"] == int(last.split("-")[1])
        assert gap["epoch"] == begin["epoch"]
        assert where == id_of(begin, gap["next"] - 1)
        assert after is None or gap["next"] == after + 1


def test_what_is_wrong(site):
    for fields, status in (
            ([STREAM, ("Last-Event-ID", "x")], 422),
            ([("Accept", "text/event-stream;q=0")], 406),
            ([("Accept", "application/json, text/event-stream;q=0.5")], 200)):
        reply = site.get(PATH, "", fields)
        assert reply.status == status and "json" in reply.media_type, reply
        if status == 422:
            assert reply.json()["errors"][0]["loc"] == [
                "header", "last-event-id"]
    head = site.ask("HEAD", PATH, "", [STREAM])
    assert head.status == 200 and head.media_type == STREAM[1]
    assert head.headers["Cache-Control"] == "no-store"


# ---- which events

SAID = [
    {"is": "at M 31", "ra_deg": 10.7, "dec_deg": 41.3},
    {"is": "far away", "ra_deg": 190.7, "dec_deg": -41.3},
    {"is": "nowhere"},
    {"is": "no place", "ra_deg": 10.7, "dec_deg": 141},
]
AT, FAR, NOWHERE, NO_PLACE = (each["is"] for each in SAID)
WANTED = [
    ("", [AT, FAR, NOWHERE, NO_PLACE]),
    ("types=message", [AT, FAR, NOWHERE, NO_PLACE]),
    ("types=object&types=job", []),
    ("only=positions", [AT, FAR]),
    ("coordinates=M31&radius_deg=5", [AT, NOWHERE, NO_PLACE]),
    ("coordinates=M31&radius_deg=5&only=positions", [AT]),
    ("coordinates=M31&radius_deg=0.01&only=positions", []),
    ("coordinates=190+-41&radius_deg=2&only=positions", [FAR]),
    ("coordinates=190+-41&radius_deg=180&only=positions", [AT, FAR]),
]


@contextmanager
def all_said(site):
    begin = now(site)
    last = [publish(site, message) for message in SAID][-1]
    yield begin, f"after={begin['after']}&epoch={begin['epoch']}", last


def test_only_what_is_wanted(site):
    with all_said(site) as (begin, after, last):
        for query, names in WANTED:
            told = f"{after}&{query}"
            with Listening(site, told, [SHORTLY]) as listening:
                listening.opening()
                events = [e for _, e in listening.messages(len(names))]
                # What was passed over it need not be told again.
                rest = listening.rest() if query in WANTED[2] else None
            assert [e["data"]["is"] for e in events] == names, query
            if rest is not None:
                assert rest == [{"retry": "50", "id": id_of(begin, last)}]
            polled = site.get(PATH, told).json()
            assert polled["events"] == events, query
            assert polled["after"] == last
        bare = events_after(site, begin, envelope=0)
        assert bare == SAID
        with Listening(site, f"{after}&envelope=0") as listening:
            listening.opening()
            assert [data for _, data in listening.messages(4)] == SAID
