"""What RFC 6455 wants of a server, frame by frame, at the hub itself."""

import json
import socket
import time
from base64 import b64encode
from contextlib import closing
from hashlib import sha1

import pytest

from hub import (BINARY, CLOSE, FINAL, MORE, PACKED, PATH, PING, PONG, TEXT,
                 Hub, Raw, frame)
from processes import wait_until
from stage import THOROUGH

MOST = 65536
# "κόσμε" in UTF-8.
COSMOS = b"\xce\xba\xcf\x8c\xcf\x83\xce\xbc\xce\xb5"


@pytest.fixture(scope="module")
def hub(stage):
    with Hub(stage, stage.fresh("hub"), rate=100000) as started:
        with Raw(started.path) as half:
            half.send(b"GET /cosmic_stream HTTP/1.1\r\nHost: local")
            started.half, started.half_s = half, time.monotonic()
            yield started


@pytest.fixture
def client(hub):
    with hub.raw(envelope=0) as one:
        yield one


# ---- texts


def quoted(length):
    return b'"' + b"x" * (length - 2) + b'"'


TEXTS = [
    b"1", b"null", b'""', b'"' + COSMOS + b'"', quoted(125), quoted(126),
    quoted(127), quoted(65535), quoted(MOST),
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: str(len(text)))
def test_a_text_comes_back_to_its_sender(client, text):
    client.send_frame(TEXT, text)
    assert client.frame() == (FINAL | TEXT, text)


@pytest.mark.parametrize("pieces", [
    [b'"a', b'b"'],
    [b"", b"[1,", b"", b"2]", b""],
    # A character may be cut anywhere.
    [b'"' + COSMOS[:1], COSMOS[1:5], COSMOS[5:] + b'"'],
    [bytes([byte]) for byte in b'"lightcone"'],
])
def test_a_message_in_frames_is_one(client, pieces):
    for number, piece in enumerate(pieces):
        client.send_frame(MORE if number else TEXT, piece,
                          first=FINAL * (number == len(pieces) - 1))
    assert client.frame() == (FINAL | TEXT, b"".join(pieces))


def test_bytes_may_come_one_by_one(client):
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 0)
    for byte in frame(TEXT, quoted(300)) + frame(PING, b"p"):
        client.send(bytes([byte]))
    got = [client.frame(), client.frame()]
    assert sorted(got) == [(FINAL | TEXT, quoted(300)), (FINAL | PONG, b"p")]


def test_control_frames_may_be_between(client):
    client.send(frame(TEXT, b"[1,", first=0) + frame(PING, b"one")
                + frame(PONG, b"nobody asked") + frame(MORE, b"2", first=0)
                + frame(PING) + frame(MORE, b"]"))
    assert client.frame() == (FINAL | PONG, b"one")
    assert client.frame() == (FINAL | PONG, b"")
    assert client.frame() == (FINAL | TEXT, b"[1,2]")


def test_each_ping_is_answered(client):
    payloads = [bytes([byte]) * 125 for byte in range(10)]
    client.send(b"".join(frame(PING, payload) for payload in payloads))
    assert [client.frame() for _ in payloads] == [
        (FINAL | PONG, payload) for payload in payloads]


# ---- texts that are wrong, and what is said of them

WRONG = [b"", b" ", b"{", b"nan", b"{'a': 1}", b'{"a": 1} 2', b'"\x01"',
         b'{"a": 1, "a": 2}', b"[" * 65 + b"]" * 65]


@pytest.mark.parametrize("text", WRONG, ids=repr)
def test_what_is_not_json_gets_an_error_and_no_more(hub, client, text):
    before = hub.events()
    client.send_frame(TEXT, text)
    told = client.next()
    assert told["type"] == "error"
    error = told["error"]
    assert error["status"] == 422
    assert error["type"] == "urn:lightcone:problem:invalid-input"
    assert "line 1, column" in error["detail"]
    client.text("still here")
    assert client.next() == "still here"
    assert len(hub.events()) == len(before) + 1


# ---- what ends it

ENDS = [
    ("too large", 1009, frame(TEXT, quoted(MOST + 1))),
    ("too large in parts", 1009,
     frame(TEXT, quoted(MOST), first=0) + frame(MORE, b" ")),
    ("said to be large", 1009, frame(TEXT, length=1 << 62)),
    ("said to be larger", 1009, frame(TEXT, length=(1 << 64) - 1)),
    ("binary", 1003, frame(BINARY, b"{}")),
    ("bad UTF-8", 1007, frame(TEXT, b'"\xff"')),
    ("overlong UTF-8", 1007, frame(TEXT, b'"\xc0\xaf"')),
    ("a surrogate", 1007, frame(TEXT, b'"\xed\xa0\x80"')),
    ("beyond Unicode", 1007, frame(TEXT, b'"\xf4\x90\x80\x80"')),
    ("UTF-8 without its end", 1007, frame(TEXT, COSMOS[:-1])),
    ("UTF-8 that is bad over frames", 1007,
     frame(TEXT, b'"' + COSMOS[:1], first=0) + frame(MORE, b'"')),
    ("UTF-8 that no frame ends", 1007,
     frame(TEXT, COSMOS[:1], first=0) + frame(MORE)),
    *((f"kind {kind}", 1002, frame(kind, b"x"))
      for kind in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)),
    *((f"reserved bit {bit:#x}", 1002, frame(TEXT, b"1", first=FINAL | bit))
      for bit in (0x10, 0x20, PACKED)),
    ("a packed ping", 1002, frame(PING, first=FINAL | PACKED)),
    *((f"control of {length} bytes", 1002, frame(kind, bytes(length)))
      for kind, length in ((PING, 126), (PONG, 70000), (CLOSE, 126))),
    *((f"control {kind} in parts", 1002, frame(kind, b"", first=0))
      for kind in (CLOSE, PING, PONG)),
    ("not masked", 1002, frame(TEXT, b"1", mask=False)),
    ("a ping that is not masked", 1002, frame(PING, mask=False)),
    ("nothing to continue", 1002, frame(MORE, b"1")),
    ("nothing to continue, later", 1002,
     frame(TEXT, b"1") + frame(MORE, b"1", first=0)),
    ("a text within another", 1002,
     frame(TEXT, b"[", first=0) + frame(TEXT, b"1")),
]


@pytest.mark.parametrize("status, sent", [row[1:] for row in ENDS],
                         ids=[row[0] for row in ENDS])
def test_what_is_wrong_ends_it_with_its_status(client, status, sent):
    # What was sent before is not lost with it.
    client.send(frame(TEXT, b'"before"') + sent)
    assert client.closed() == status
    # Nothing more comes, and it hangs up.
    assert not client.receive() and not client.bytes


def test_what_was_sent_before_the_fault_is_an_event(hub, client):
    client.send(frame(TEXT, b'"last words"') + frame(15))
    assert client.closed() == 1002
    wait_until(lambda: hub.events()[-1][1] == "last words", "the event")


# ---- closing

GOOD = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013,
        1014, 3000, 3999, 4000, 4999]
BAD = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]


@pytest.mark.parametrize("status", GOOD)
def test_a_close_is_answered_with_its_status(client, status):
    sent = status.to_bytes(2, "big") + "fertig: κόσμε".encode()
    client.send_frame(CLOSE, sent)
    assert client.frame() == (FINAL | CLOSE, sent)
    assert not client.receive()


@pytest.mark.parametrize("payload, status", [
    *((status.to_bytes(2, "big"), 1002) for status in BAD),
    (b"\x03", 1002),
    (b"\x03\xe8" + COSMOS[:1], 1007),
    (b"\x03\xe8\xff", 1007),
], ids=repr)
def test_a_close_that_is_wrong_is_told_so(client, payload, status):
    client.send_frame(CLOSE, payload)
    assert client.closed() == status


def test_a_close_without_status(client):
    client.send_frame(CLOSE)
    assert client.frame() == (FINAL | CLOSE, b"")
    assert not client.receive()


def test_nothing_is_read_after_a_close(hub, client):
    client.send(frame(CLOSE, b"\x03\xe8") + frame(TEXT, b'"too late"')
                + frame(PING))
    assert client.frame() == (FINAL | CLOSE, b"\x03\xe8")
    assert not client.receive()
    with hub.raw(envelope=0) as other:
        other.text("after it")
        while other.next() != "after it":
            pass
    assert "too late" not in [data for _, data in hub.events()]


# ---- the handshake


def ask(hub, text):
    with closing(Raw(hub.path)) as client:
        client.send(text.replace("\n", "\r\n").encode())
        return client.answer()


KEY = b64encode(b"sixteen bytes, 1").decode()
RIGHT = f"""GET {PATH} HTTP/1.1
Host: localhost
Upgrade: websocket
Connection: Upgrade
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: {KEY}

"""

LET_IN = [
    RIGHT,
    RIGHT.replace("Upgrade: websocket", "upgrade: h2c, WebSocket"),
    RIGHT.replace("Connection: Upgrade", "Connection: keep-alive,\tupgrade"),
    RIGHT.replace("Connection:", "Connection: TE\nConnection:"),
    RIGHT.replace("Host:", "Sec-WebSocket-Protocol: chat\nHost:"),
    RIGHT.replace(PATH, PATH + "/"),
    RIGHT.replace(PATH, "/sub/dir" + PATH + "?after=0&envelope=0"),
    RIGHT.replace(PATH, PATH + "/?types=job"),
]


@pytest.mark.parametrize("request_text", LET_IN)
def test_who_asks_rightly_is_let_in(hub, request_text):
    status, fields, _ = ask(hub, request_text)
    assert status == 101
    assert fields["upgrade"] == "websocket"
    assert fields["connection"] == "Upgrade"
    digest = sha1((KEY + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode())
    assert fields["sec-websocket-accept"] == b64encode(
        digest.digest()).decode()
    assert "sec-websocket-protocol" not in fields


REFUSED = [
    (400, "hello\n\n"),
    (400, RIGHT.replace("HTTP/1.1", "HTTP/1.0")),
    (400, RIGHT.replace("GET ", "GET  ")),
    (400, RIGHT.replace("Host: localhost\n", "")),
    (400, RIGHT.replace(KEY, "short")),
    (400, RIGHT.replace(KEY, "?" * 24)),
    (400, RIGHT.replace("Sec-WebSocket-Key", "Sec-WebSocket-Kei")),
    (400, RIGHT.replace("Upgrade:", f"Sec-WebSocket-Key: {KEY}\nUpgrade:")),
    (400, RIGHT.replace("Host:", "no colon\nHost:")),
    (400, RIGHT.replace("Host:", " folded\nHost:")),
    (400, RIGHT.replace("Host:", "Host :")),
    (400, RIGHT.replace("localhost", "local\0host")),
    (400, RIGHT.replace("localhost", "local\x01host")),
    (404, RIGHT.replace(PATH, "/")),
    (404, RIGHT.replace(PATH, "/galaxy")),
    (404, RIGHT.replace(PATH, PATH + "x")),
    (404, RIGHT.replace(PATH, "/?" + PATH)),
    (405, RIGHT.replace("GET", "POST")),
    (422, RIGHT.replace(PATH, PATH + "?after=x")),
    (422, RIGHT.replace(PATH, PATH + "?envelope=2&radius_deg=181")),
    (422, RIGHT.replace(PATH, PATH + "?types=nothing")),
    (426, RIGHT.replace("Upgrade: websocket\n", "")),
    (426, RIGHT.replace("Connection: Upgrade", "Connection: close")),
    (426, RIGHT.replace("Version: 13", "Version: 8")),
    (426, RIGHT.replace("Sec-WebSocket-Version: 13\n", "")),
    (431, RIGHT.replace("Host:", "X: " + "x" * 9000 + "\nHost:")),
    (431, "x" * 9000),
]


@pytest.mark.parametrize("status, request_text", REFUSED,
                         ids=lambda value: str(value)[:3])
def test_who_asks_wrongly_is_told_what_is_wrong(hub, status, request_text):
    got, fields, body = ask(hub, request_text)
    assert got == status
    problem = json.loads(body)
    assert problem["status"] == status and problem["detail"]
    assert fields["content-type"] == "application/problem+json"
    assert int(fields["content-length"]) == len(body)
    assert fields["connection"] == "close"
    if status == 426:
        assert fields["sec-websocket-version"] == "13"
        assert fields["upgrade"] == "websocket"
    if status == 405:
        assert fields["allow"] == "GET"
    if status == 422:
        assert problem["errors"] and fields["x-request-id"]


def test_what_is_sent_with_the_request_is_read(hub):
    with Raw(hub.path) as client:
        client.send(RIGHT.replace("\n", "\r\n").encode()
                    + frame(TEXT, b'"at once"'))
        assert client.answer()[0] == 101
        assert client.next()["data"] == "at once"


def test_half_a_handshake_is_waited_for_no_longer_than_ten_seconds(hub):
    assert not hub.half.receive()
    assert 9 < time.monotonic() - hub.half_s < 15 + 5
    assert not hub.half.bytes


@pytest.mark.long
@pytest.mark.skipif(not THOROUGH, reason="it takes a minute")
def test_who_is_silent_is_asked_and_who_does_not_answer_is_dropped(hub):
    with hub.raw() as silent, hub.raw() as there:
        from_s = time.monotonic()
        for client in (silent, there):
            client.socket.settimeout(60)
            assert client.frame() == (FINAL | PING, b"")
        # Web servers cut what has not sent a byte for a minute.
        assert 20 < time.monotonic() - from_s < 30
        there.send_frame(PONG)
        assert not silent.receive()
        assert 50 < time.monotonic() - from_s < 65
        assert there.frame() == (FINAL | PING, b"")


def test_nothing_of_all_this_fills_the_log(hub):
    assert len(hub.said().splitlines()) < 10, hub.said()
