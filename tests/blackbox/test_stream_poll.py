"""The cosmic stream by long poll."""

import threading
import time

import pytest

import fronts
from problems import errors
from sse import PATH, now, publish

WAYS = [
    (name, mount) for name, mount in fronts.ALL_PLACES
    if (name, mount) in {
        ("lighttpd-external", "/sub/dir"), ("apache", "/sub/dir"),
        ("lighttpd-cgi", "/sub/dir")}
]


@pytest.fixture(scope="module", params=WAYS, ids=fronts.place_id)
def site(request, stage):
    name, mount = request.param
    with fronts.starting(name, stage, mount) as front:
        yield front.site


class Waiting(threading.Thread):
    """A poll that waits, and when it was answered."""

    def __init__(self, site, **query):
        super().__init__(daemon=True)
        self.ask = lambda: site.get(PATH, query)
        self.start()

    def run(self):
        self.reply = self.ask()
        self.at = time.monotonic()

    def answer(self):
        self.join()
        assert self.reply.status == 200, self.reply
        assert self.reply.headers["Cache-Control"] == "no-store"
        return self.reply.json()


def test_it_is_answered_when_something_happens(site):
    """The quickest of some rounds: other things may hold one up."""
    took = []
    for i in range(5):
        begin = now(site)
        waiting = Waiting(site, wait=15, **begin)
        time.sleep(0.2)
        assert waiting.is_alive()
        seq = publish(site, i)
        published = time.monotonic()
        answer = waiting.answer()
        took.append(waiting.at - published)
        event, = answer["events"]
        assert event["seq"] == answer["after"] == seq and event["data"] == i
        assert answer["epoch"] == begin["epoch"] and "gap" not in answer
    assert min(took) < 0.1, took


def test_a_chain_of_polls_misses_nothing(site):
    begin = now(site)

    def chain():
        for i in range(40):
            publish(site, i)

    talking = threading.Thread(target=chain, daemon=True)
    talking.start()
    had = []
    while len(had) < 40:
        answer = Waiting(site, wait=15, limit=3, **begin).answer()
        assert 1 <= len(answer["events"]) <= 3 and "gap" not in answer
        had += [event["data"] for event in answer["events"]]
        begin = {"after": answer["after"], "epoch": answer["epoch"]}
    talking.join()
    assert had == list(range(40))


def test_nothing_happens(site):
    begin = now(site)
    for query, fields, least_s in (
            ({}, (), 0), ({"wait": 0}, (), 0), ({"wait": 1}, (), 1),
            ({"wait": 15}, [("Prefer", "wait=1")], 0.7)):
        began = time.monotonic()
        reply = site.get(PATH, {**begin, **query}, fields)
        took_s = time.monotonic() - began
        assert reply.status == 200, reply
        assert reply.json() == {"events": [], **begin}
        assert least_s <= took_s < least_s + 8, query
    began = time.monotonic()
    assert site.ask("HEAD", PATH, {**begin, "wait": 15}).status == 200
    assert time.monotonic() - began < 8


def test_gaps(site):
    begin = now(site)
    future = site.get(PATH, {"after": begin["after"] + 7, "wait": 15}).json()
    assert future["gap"] == {
        "type": "gap", "reason": "future", "epoch": begin["epoch"],
        "after": begin["after"] + 7, "next": begin["after"] + 1}
    assert future["after"] == begin["after"] and future["events"] == []
    other = site.get(PATH, {"after": 1, "epoch": "0" * 16, "wait": 15}).json()
    assert other["gap"]["reason"] == "epoch" and other["gap"]["next"] == 1


@pytest.mark.parametrize("query, wrong", [
    ("after=x", {"after": "value_error"}),
    ("after=-1", {"after": "value_error"}),
    ("after=1&epoch=" + "0" * 20, {"epoch": "value_error"}),
    ("wait=61", {"wait": "less_than_equal"}),
    ("types=gap", None),
    ("only=places", {"only": "enum"}),
    ("envelope=2", {"envelope": "less_than_equal"}),
    ("limit=0", {"limit": "greater_than_equal"}),
    ("coordinates=M31&radius_deg=181", {"radius_deg": "less_than_equal"}),
])
def test_what_is_wrong(site, query, wrong):
    reply = site.get(PATH, query)
    assert reply.status == 422, reply
    assert wrong is None or errors(reply) == wrong


def test_a_place_that_nobody_knows(site):
    assert site.get(PATH, "coordinates=nowhere").status in (404, 422)
