"""Requests that wait hold no thread, and neither do peers that misbehave."""

import os
import time

import pytest

import fronts
from crowd import Crowd
from fcgi_client import Peer
from processes import (
    raise_descriptor_limit,
    rss_bytes,
    thread_count,
    wait_until,
)

pytestmark = pytest.mark.alone  # thousands of connections, answers in time

CROWD = 4000
CROWD_DESCRIPTORS = 10000
MOST_THREADS = 12
MOST_BYTES_EACH = 20 * 1000
NEVER_MS = 300
LATE_MS = 20
HALF_A_HEADER = b"\x01\x01\x00\x01"


def test_4000_parked_at_once(app, behind_lighttpd, stage):
    if raise_descriptor_limit(fronts.DESCRIPTORS) < CROWD_DESCRIPTORS:
        pytest.skip(f"fewer than {CROWD_DESCRIPTORS} descriptors are allowed")
    site = behind_lighttpd
    pid = app.process.pid
    idle = rss_bytes(pid)
    crowd = Crowd(site, "/park?wait_ms=6000", CROWD)
    try:
        crowd.run(lambda: app.stats()["parked"] == CROWD, 6)
        assert thread_count(pid) <= MOST_THREADS
        if not stage.sanitized:
            assert (rss_bytes(pid) - idle) / CROWD <= MOST_BYTES_EACH
        assert site.get("/typed", "count=3").status == 200
        crowd.run(crowd.finished, 20)
        assert {member.status for member in crowd.members} == {200}
        assert app.stats()["parked"] == 0
    finally:
        crowd.close()


@pytest.mark.plain  # it measures time
def test_a_parked_request_is_answered_in_time(app):
    began = time.monotonic()
    reply = app.site.get("/park", {"wait_ms": 200})
    took_ms = (time.monotonic() - began) * 1000
    assert reply.status == 200
    assert reply.json()["parked_ms"] >= 199
    assert 199 <= took_ms < 300


@pytest.mark.plain  # it measures time
def test_a_deadline_gives_504_in_time(app):
    """Many, spread over time; a busy machine may be late for a few."""
    began, ended, peers = [], [], []
    for _ in range(60):
        peer = Peer(app.path)
        began.append(time.monotonic())
        peer.ask("/never")
        peers.append(peer)
        time.sleep(0.004)
    for peer in peers:
        with peer:
            reply = peer.reply()
        ended.append(time.monotonic())
        assert reply.status == 504
        problem = reply.json()
        assert problem["detail"] == "Beyond the event horizon!"
        assert NEVER_MS <= problem["elapsed_ms"]
        assert 0 <= problem["progress"] <= 1
    took = sorted((b - a) * 1000 for a, b in zip(began, ended))
    assert took[0] >= NEVER_MS - 1
    assert took[len(took) * 9 // 10] <= NEVER_MS + LATE_MS
    wait_until(lambda: app.stats()["parked"] == 0, "nobody parked", 1)


def test_a_parked_peer_that_leaves_is_let_go(app):
    with Peer(app.path) as peer:
        peer.ask("/park", {"wait_ms": 9000})
        app.wait_stat("parked", 1)
    app.wait_stat("parked", 0, 1)


# ---- badly behaved peers hold no thread for long

def assert_still_quick(app, patience_s=1):
    began = time.monotonic()
    for _ in range(20):
        assert app.site.get("/typed", "count=3").status == 200
    assert time.monotonic() - began < patience_s


def test_peers_that_send_nothing_hold_no_thread(app):
    peers = [Peer(app.path) for _ in range(20)]
    try:
        assert_still_quick(app)
    finally:
        for peer in peers:
            peer.close()


def test_peers_that_send_half_a_header_are_given_up(start):
    app = start(LIGHTCONE_RECEIVE_TIMEOUT_MS=300)
    peers = [Peer(app.path) for _ in range(8)]
    try:
        for peer in peers:
            peer.send(HALF_A_HEADER)
        assert_still_quick(app, 3)
    finally:
        for peer in peers:
            peer.close()


def test_peers_that_never_close_hold_no_thread(app):
    peers = [Peer(app.path) for _ in range(20)]
    began = time.monotonic()
    try:
        for peer in peers:
            peer.ask("/typed", "count=3")
            assert peer.reply().status == 200
        assert time.monotonic() - began < 1
    finally:
        for peer in peers:
            peer.close()


@pytest.mark.parametrize("content", [
    b"GET / HTTP/1.1\r\n\r\n", bytes(64), b"\xff" * 64, os.urandom(4096),
    b"\x01\x01\x00\x01\x00\x08\x00\x00" + b"\xff" * 8,
    b"\x01\x04\x00\x01\xff\xff\x00\x00",
], ids=["http", "zeros", "ones", "noise", "wrong role", "cut"])
def test_garbage_is_survived(app, content):
    with Peer(app.path) as peer:
        peer.send(content)
    assert app.site.get("/typed", "count=3").status == 200
    assert app.process.running()
