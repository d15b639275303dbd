"""What others see of the stream's clients: how many there are, what they are
sent and by which way, and what becomes of their messages."""

import json
import sqlite3
from contextlib import closing

import pytest

import fronts
from hub import BINARY, PATH, TEXT, Hub
from processes import wait_until
from sse import JSON, Listening, events_after, now
from traced import samples, total

CLIENTS = "lightcone_stream_clients"
SENT = "lightcone_stream_deliveries_total"
BYTES = "lightcone_stream_bytes_total"
MESSAGES = "lightcone_stream_messages_total"
CLOSED = "lightcone_stream_closed_total"
QUEUE = "lightcone_stream_queue_bytes"


class Place:
    def __init__(self, front, hub):
        self.site, self.hub = front.site, hub

    def post(self, message):
        reply = self.site.ask("POST", PATH, "", [JSON],
                              json.dumps(message).encode())
        assert reply.status == 201, reply

    def all(self, family):
        """By the one label: so many, where there are any."""
        return {labels[0][1]: count
                for labels, count in samples(self.site, family).items()
                if count}

    def until(self, family, wanted):
        try:
            wait_until(lambda: self.all(family) == wanted, family)
        except TimeoutError:
            raise AssertionError((family, self.all(family), wanted)) from None


@pytest.fixture
def place(stage):
    if fronts.missing("lighttpd"):
        pytest.skip(fronts.missing("lighttpd"))
    with fronts.starting("lighttpd", stage, "") as front:
        with Hub(stage, front.directory, front.state) as hub:
            yield Place(front, hub)


def test_by_websocket(place):
    with place.hub.raw() as one, place.hub.raw(types="job"):
        place.until(CLIENTS, {"websocket": 2})
        before = place.all(BYTES)["websocket"]
        for message in ("one", "two", "three"):
            one.text(message)
        assert [event["data"] for event in one.many(3)] == [
            "one", "two", "three"]
        place.until(SENT, {"websocket": 3})
        place.until(MESSAGES, {"published": 3})
        assert 3 * 100 < place.all(BYTES)["websocket"] - before < 3 * 300
    place.until(CLIENTS, {})
    assert place.all(SENT) == {"websocket": 3}


def test_by_the_other_ways(place):
    begin = now(place.site)
    with Listening(place.site) as sent:
        sent.opening()
        place.until(CLIENTS, {"events": 1})
        place.post("one")
        place.post("two")
        assert len(sent.messages(2)) == 2
        place.until(SENT, {"events": 2})
        assert len(events_after(place.site, begin)) == 2
        place.until(SENT, {"events": 2, "poll": 2})
        assert {*place.all(BYTES)} == {"events", "poll"}
        with closing(place.site.connect()) as waiting:
            latest = now(place.site)
            words = f"after={latest['after']}&epoch={latest['epoch']}&wait=20"
            waiting.sendall(place.site.request_bytes(
                "GET", f"{PATH}?{words}"))
            place.until(CLIENTS, {"events": 1, "poll": 1})
            place.post("three")
            assert b"three" in waiting.recv(65536)
        place.until(CLIENTS, {"events": 1})
        place.until(SENT, {"events": 3, "poll": 3})
    place.until(CLIENTS, {})


def test_messages_that_become_none(place):
    with place.hub.raw() as client:
        client.send_frame(TEXT, "{")
        assert client.next()["type"] == "error"
        place.until(MESSAGES, {"refused": 1})
        path = place.hub.state / "state.sqlite"
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            client.text("lost")
            assert client.next()["type"] == "error"
            db.execute("ROLLBACK")
        place.until(MESSAGES, {"refused": 1, "lost": 1})
        client.text("not lost")
        assert client.next()["data"] == "not lost"
        place.until(MESSAGES, {"refused": 1, "lost": 1, "published": 1})


def test_why_they_are_closed(place):
    for _ in range(2):
        with place.hub.raw() as client:
            client.send_frame(BINARY, b"x")
            assert client.closed() == 1003
    with place.hub.raw() as client:
        client.send_frame(TEXT, b"\xff")
        assert client.closed() == 1007
    place.until(CLOSED, {"1003": 2, "1007": 1})
    place.until(CLIENTS, {})


def test_who_does_not_read(place):
    """What waits for it is seen, and then why it has gone."""
    large = "x" * 60000
    with place.hub.raw(), place.hub.raw() as sender:
        def goes_on():
            sender.text(large)
            sender.next()
            return total(place.site, QUEUE) > 0

        wait_until(goes_on, "something in a queue")
        wait_until(lambda: goes_on() and place.all(CLOSED) == {"1013": 1},
                   "its end")
    place.until(CLIENTS, {})


def test_a_hub_that_was_killed(place):
    """Its clients have gone; what it has counted has not."""
    with place.hub.raw() as client:
        client.text("one")
        client.next()
        place.until(CLIENTS, {"websocket": 1})
        place.hub.kill()
    place.until(CLIENTS, {})
    assert place.all(SENT) == {"websocket": 1}
    place.hub.start()
    with place.hub.raw() as client:
        client.text("two")
        client.next()
        place.until(SENT, {"websocket": 2})
