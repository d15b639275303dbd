"""Heavy work: its pool, its slots, its end; streams; a stop in the middle."""

import signal
import time

import pytest

from fcgi_client import Peer
from processes import wait_until
from testapp import now_us

pytestmark = pytest.mark.alone  # how soon work ends, and who waits for it

COMPUTE_DEADLINE_MS = 2000
CANCELLED_MS = 50
STOP_S = 3


def asking(app, count, path, params):
    """So many peers that have asked, and wait for their answers."""
    peers = []
    for _ in range(count):
        peers.append(Peer(app.path))
        peers[-1].ask(path, params)
    return peers


def test_heavy_work_is_done(app):
    reply = app.site.get("/compute", {"cpu_ms": 50})
    assert reply.status == 200
    assert reply.json()["computed_ms"] >= 50


def test_a_peer_that_leaves_cancels_its_work(app):
    """The worst but one counts: another process may have had the core."""
    took_ms = []
    for _ in range(10):
        with Peer(app.path) as peer:
            peer.ask("/compute", {"cpu_ms": 1900})
            app.wait_stat("computing", 1)
            closed_us = now_us()
        app.wait_stat("computing", 0)
        took_ms.append((app.stats()["last_cancelled_us"] - closed_us) / 1000)
    assert app.stats()["cancelled"] == 10
    assert sorted(took_ms)[-2] <= CANCELLED_MS, took_ms


def test_silent_heavy_work_ends_at_its_deadline(app, behind_lighttpd):
    site = behind_lighttpd
    began_us = now_us()
    reply = site.get("/compute", {"cpu_ms": 30000})
    took_ms = (now_us() - began_us) / 1000
    assert reply.status == 504
    assert 0 < reply.json()["progress"] < 1
    assert COMPUTE_DEADLINE_MS - 1 <= took_ms <= COMPUTE_DEADLINE_MS + 250
    app.wait_stat("computing", 0)
    ended_ms = (app.stats()["last_cancelled_us"] - began_us) / 1000
    assert ended_ms <= COMPUTE_DEADLINE_MS + 250


def test_a_full_queue_gives_503(start):
    app = start(
        LIGHTCONE_POOL_THREADS=1, LIGHTCONE_POOL_QUEUE=2,
        LIGHTCONE_HEAVY_SLOTS=1,
    )
    peers = []
    try:
        for cpu_ms in (200, 1, 1, 1, 1, 1, 1, 1):
            peers.append(Peer(app.path))
            peers[-1].ask("/compute", {"cpu_ms": cpu_ms})
            if len(peers) == 1:
                app.wait_stat("computing", 1)
        replies = [peer.reply() for peer in peers]
    finally:
        for peer in peers:
            peer.close()
    refused = [reply for reply in replies if reply.status == 503]
    assert len(refused) == 5
    assert {reply.status for reply in replies} == {200, 503}
    for reply in refused:
        assert int(reply.headers["Retry-After"]) > 0
        assert reply.media_type == "application/problem+json"


def test_quick_requests_pass_heavy_ones(app):
    peers = asking(app, 6, "/compute", {"cpu_ms": 1900})
    try:
        wait_until(lambda: app.stats()["computing"] > 0, "work")
        began = time.monotonic()
        for _ in range(50):
            assert app.site.get("/typed", "count=3").status == 200
        assert time.monotonic() - began < 1
    finally:
        for peer in peers:
            peer.close()


def test_two_processes_share_the_slots(start):
    """With one slot, work of two processes never runs at the same time."""
    one = {"LIGHTCONE_HEAVY_SLOTS": 1, "LIGHTCONE_POOL_THREADS": 2}
    first = start(**one)
    second = start(state=first.state, **one)
    began = time.monotonic()
    params = {"cpu_ms": 100}
    peers = asking(first, 3, "/compute", params)
    peers += asking(second, 3, "/compute", params)
    try:
        assert {peer.reply().status for peer in peers} == {200}
    finally:
        for peer in peers:
            peer.close()
    assert time.monotonic() - began >= 6 * 0.1
    for app in (first, second):
        assert app.stats()["computed"] == 3
        assert app.stats()["computing_most"] == 1


# ---- streams

def test_a_stream_arrives_piece_by_piece(app, behind_lighttpd):
    site = behind_lighttpd
    with site.connect() as client:
        client.sendall(site.request_bytes(
            "GET", "/stream?chunks=20&every_ms=100&bytes=100"
        ))
        began = time.monotonic()
        assert client.recv(4096).startswith(b"HTTP/1.1 200")
        assert time.monotonic() - began < 1


def test_a_stream_stops_when_its_client_leaves(app, behind_lighttpd):
    site = behind_lighttpd
    with site.connect() as client:
        client.sendall(site.request_bytes(
            "GET", "/stream?chunks=100000&every_ms=5&bytes=1000"
        ))
        assert client.recv(4096)
    app.wait_stat("streams_stopped", 1, 2)


# ---- a stop with work in hand

def test_sigterm_with_work_in_hand(app):
    parked = asking(app, 50, "/park", {"wait_ms": 9000})
    heavy = asking(app, 6, "/compute", {"cpu_ms": 1900})
    try:
        app.wait_stat("parked", 50)
        quick = [app.site.get("/typed", "count=3") for _ in range(5)]
        began = time.monotonic()
        app.process.signal(signal.SIGTERM)
        replies = [peer.reply() for peer in parked + heavy]
        assert app.process.wait() == 0, app.process.said()
        assert time.monotonic() - began < STOP_S
    finally:
        for peer in parked + heavy:
            peer.close()
    assert {reply.status for reply in quick} == {200}
    assert {reply.status for reply in replies} == {503}
    assert all(int(reply.headers["Retry-After"]) > 0 for reply in replies)
