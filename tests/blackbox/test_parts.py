"""Heavy work in parts: through every front, helped, and ended early."""

import signal
import time

import pytest

from fcgi_client import Peer
from processes import wait_until
from testapp import now_us

pytestmark = pytest.mark.alone  # how soon work ends, and who helps whom

DEADLINE_MS = 3000
CANCELLED_MS = 50
STOP_S = 3
LONG = {"count": 1000, "ms": 8}
FOUR = {"LIGHTCONE_POOL_THREADS": 4, "LIGHTCONE_HEAVY_SLOTS": 4}


def parts(site, **params):
    reply = site.get("/parts", params)
    assert reply.status == 200, reply.text
    return reply.json()


def test_each_part_is_done_once(any_front):
    for count in (0, 1, 40):
        answer = parts(any_front.site, count=count, ms=1)
        assert answer["once"] == count
        assert answer["threads"] >= min(count, 1)


def test_a_part_that_fails_is_the_answer(any_front):
    reply = any_front.site.get("/parts", {"count": 50, "ms": 1, "fail": 7})
    assert reply.status == 503
    assert reply.json()["detail"] == "Part 7 failed."


def test_idle_threads_help(start):
    app = start(**FOUR)
    wait_until(
        lambda: parts(app.site, count=100, ms=3)["threads"] == 4, "help"
    )
    assert app.stats()["computing_most"] == 4


def test_no_slot_no_help(start):
    app = start(LIGHTCONE_POOL_THREADS=4, LIGHTCONE_HEAVY_SLOTS=1)
    for _ in range(3):
        assert parts(app.site, count=30, ms=3)["threads"] == 1
    assert app.stats()["computing_most"] == 1


def test_the_document_asks_for_no_help(app):
    document = app.site.get("/openapi.json").json()
    reply = document["paths"]["/parts"]["get"]["responses"]["200"]
    (example,) = reply["content"]["application/json"]["examples"].values()
    assert example["value"]["threads"] == 1


def test_a_call_of_another_process_goes_before_help(start):
    two = {"LIGHTCONE_POOL_THREADS": 2, "LIGHTCONE_HEAVY_SLOTS": 2}
    first = start(**two)
    second = start(state=first.state, **two)
    with Peer(first.path) as peer:
        peer.ask("/parts", LONG)
        first.wait_stat("computing", 2)
        began = time.monotonic()
        assert second.site.get("/compute", {"cpu_ms": 1}).status == 200
        assert time.monotonic() - began < 1.5
        first.wait_stat("computing", 2)  # it goes on, and the help is back


def test_a_peer_that_leaves_cancels_all_parts(start):
    """The worst but one counts: another process may have had the core."""
    app = start(**FOUR)
    took_ms = []
    for _ in range(10):
        with Peer(app.path) as peer:
            peer.ask("/parts", {"count": 1000, "ms": 100})
            app.wait_stat("computing", 4)
            closed_us = now_us()
        app.wait_stat("computing", 0)
        took_ms.append((app.stats()["last_cancelled_us"] - closed_us) / 1000)
    assert sorted(took_ms)[-2] <= CANCELLED_MS, took_ms


def test_a_deadline_ends_all_parts(app, behind_lighttpd):
    began_us = now_us()
    reply = behind_lighttpd.get("/parts", LONG)
    took_ms = (now_us() - began_us) / 1000
    assert reply.status == 504
    assert 0 < reply.json()["progress"] < 1
    assert DEADLINE_MS - 1 <= took_ms <= DEADLINE_MS + 250
    app.wait_stat("computing", 0)
    done = app.stats()["computed"]
    time.sleep(0.1)
    assert app.stats()["computed"] == done


def test_sigterm_in_the_middle(start):
    app = start(**FOUR)
    peers = []
    try:
        for _ in range(3):
            peers.append(Peer(app.path))
            peers[-1].ask("/parts", LONG)
        app.wait_stat("computing", 4)
        began = time.monotonic()
        app.process.signal(signal.SIGTERM)
        assert {peer.reply().status for peer in peers} == {503}
        assert app.process.wait() == 0, app.process.said()
        assert time.monotonic() - began < STOP_S
    finally:
        for peer in peers:
            peer.close()
