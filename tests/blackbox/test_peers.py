"""Badly behaved FastCGI peers: half a request, half a body, and a stop in
the middle of them.  None may cost more than its own connection.
"""

import os
import signal
import socket
import subprocess
import time

import pytest

from fcgi_client import PARAMS, STDIN, Peer, begin, pairs, record, request
from fcgi_client import stream, variables
from processes import clean_environment, wait_until

pytestmark = pytest.mark.alone  # what waiting costs, and who waits

RECEIVE_MS = 300


def cpu_s(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def unfinished_body(length, sent):
    """A request that announces a body and does not send all of it."""
    head = stream(PARAMS, pairs(variables("POST", "/stats", body=b"x" * length)))
    return begin() + head + record(STDIN, b"x" * sent)


def test_half_a_request_costs_nothing_and_is_closed(start):
    app = start(LIGHTCONE_RECEIVE_TIMEOUT_MS=RECEIVE_MS)
    pid = app.process.pid
    open_before = descriptors(pid)
    peers = [Peer(app.path) for _ in range(8)]
    for peer in peers:
        peer.send(request("GET", "/stats")[:40])
    time.sleep(RECEIVE_MS / 1000 + 0.3)
    used = cpu_s(pid)
    wait_until(lambda: descriptors(pid) <= open_before, "closed connections")
    time.sleep(1)
    assert cpu_s(pid) - used < 0.3
    for peer in peers:
        peer.close()
    assert app.site.get("/stats").status == 200


def test_a_request_that_arrives_in_pieces_is_answered(app):
    with Peer(app.path) as peer:
        whole = request("GET", "/typed", "count=5")
        for at in range(0, len(whole), 100):
            peer.send(whole[at : at + 100])
            time.sleep(0.03)
        assert peer.reply().json()["count"] == 5


def test_a_body_that_ends_early_is_refused(app):
    with Peer(app.path) as peer:
        peer.send(unfinished_body(1000, 10) + record(STDIN))
        assert peer.reply().status == 400


def test_unfinished_bodies_hold_nobody(start):
    app = start(LIGHTCONE_RECEIVE_TIMEOUT_MS=2000)
    peers = [Peer(app.path) for _ in range(16)]
    for peer in peers:
        peer.send(unfinished_body(5000, 4000))
    began = time.monotonic()
    assert app.site.get("/stats").status == 200
    assert app.site.get("/never").status == 504
    assert time.monotonic() - began < 1
    for peer in peers:
        peer.close()


def test_a_stop_answers_the_parked_past_a_stuck_peer(app):
    parked = [Peer(app.path) for _ in range(50)]
    for peer in parked:
        peer.ask("/park", {"wait_ms": 9000})
    app.wait_stat("parked", len(parked))
    stuck = Peer(app.path)
    stuck.send(unfinished_body(40000, 30000))
    time.sleep(0.1)
    app.process.signal(signal.SIGTERM)
    for peer in parked:
        reply = peer.reply()
        assert (reply.status, "retry-after" in reply.headers) == (503, True)
    assert app.process.wait(3) == 0
    stuck.close()


def test_a_file_is_not_taken_for_an_old_socket(stage, directory):
    precious = directory / "precious.txt"
    precious.write_text("kept")
    ended = subprocess.run(
        [stage.bin / "testapp.fcgi", "--socket", precious],
        env=clean_environment(LIGHTCONE_STATE=directory),
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=5,
    )
    assert ended.returncode == 1
    assert precious.read_text() == "kept"


def test_an_old_socket_is_replaced(stage, directory):
    path = directory / "old.sock"
    old = socket.socket(socket.AF_UNIX)
    old.bind(str(path))
    old.close()
    process = subprocess.Popen(
        [stage.bin / "testapp.fcgi", "--socket", path],
        env=clean_environment(LIGHTCONE_STATE=directory),
        stdin=subprocess.DEVNULL,
    )
    try:
        def answers():
            try:
                with Peer(path) as peer:
                    peer.ask("/stats")
                    return peer.reply().status == 200
            except OSError:
                return False

        wait_until(answers, "an answer")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
    assert not path.exists()
