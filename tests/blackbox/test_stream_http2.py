"""The cosmic stream by WebSocket over HTTP/2 (RFC 8441), through Lighttpd, on
a connection that speaks it from the start.  (Apache does not do this.)
"""

import json
import struct
from contextlib import closing

import pytest

import fronts
from hub import FINAL, TEXT, Hub, frame

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

# What a frame of HTTP/2 is, and of flags and settings what is needed here.
DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
ACK, END_HEADERS = 1, 4
ENABLE_CONNECT = b"\x00\x08\x00\x00\x00\x01"
OK = 0x88  # ":status: 200" by the static table of HPACK


def http2_frame(kind, flags=0, stream=0, payload=b""):
    length = len(payload).to_bytes(3, "big")
    return length + struct.pack("!BBI", kind, flags, stream) + payload


def fields(*pairs):
    """A header block without compression."""
    block = b""
    for pair in pairs:
        block += b"\0" + b"".join(
            bytes([len(word)]) + word.encode() for word in pair)
    return block


class Connection:
    def __init__(self, site):
        self.socket = site.connect()
        self.file = self.socket.makefile("rb")
        self.socket.sendall(PREFACE + http2_frame(SETTINGS))

    def close(self):
        self.file.close()
        self.socket.close()

    def send(self, *words):
        self.socket.sendall(http2_frame(*words))

    def take(self, wanted):
        """The payload of the next frame of a kind that has one."""
        while True:
            head = self.file.read(9)
            assert len(head) == 9, "it has ended"
            payload = self.file.read(int.from_bytes(head[:3], "big"))
            kind, flags = head[3], head[4]
            if kind in (SETTINGS, PING) and not flags & ACK:
                self.send(kind, ACK, 0, payload if kind == PING else b"")
            if kind == wanted and payload:
                return payload

    def connect(self, site):
        self.send(HEADERS, END_HEADERS, 1, fields(
            (":method", "CONNECT"), (":protocol", "websocket"),
            (":scheme", "http"), (":path", site.mount + "/cosmic_stream"),
            (":authority", f"127.0.0.1:{site.port}"),
            ("sec-websocket-version", "13")))
        return self.take(HEADERS)


@pytest.mark.skipif("lighttpd" not in fronts.INSTALLED, reason="no Lighttpd")
@pytest.mark.parametrize("mount", fronts.MOUNTS)
def test_a_websocket_over_http2(stage, mount):
    with fronts.starting("lighttpd", stage, mount) as front, \
            Hub(stage, front.directory, front.state), \
            closing(Connection(front.site)) as connection:
        assert ENABLE_CONNECT in connection.take(SETTINGS)
        assert connection.connect(front.site)[0] == OK
        connection.send(DATA, 0, 1, frame(TEXT, json.dumps("by two")))
        answer = connection.take(DATA)
        assert answer[0] == FINAL | TEXT and answer[1] < 126
        event = json.loads(answer[2:])
        assert event["type"] == "message" and event["data"] == "by two"
