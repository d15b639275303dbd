"""The hub of the cosmic stream (`lightcone stream`), alone on a unix socket,
and clients of it, made of raw frames."""

import json
import os
import signal
import socket
import sqlite3
import struct
import zlib
from base64 import b64encode
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

from processes import Program, clean_environment, wait_until

PATIENCE_S = 20
PATH = "/cosmic_stream"

# What a frame is (RFC 6455, section 5.2).
MORE, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FINAL, PACKED = 0x80, 0x40


class Hub:
    """A hub over a state directory, which may be another one's."""

    def __init__(self, stage, directory, state=None, **options):
        self.stage = stage
        self.directory = directory
        self.state = state or directory / "state"
        self.state.mkdir(mode=0o700, exist_ok=True)
        self.path = Path(options.get("listen") or self.state / "stream.sock")
        self.options = {f"LIGHTCONE_STREAM_{name.upper()}": value
                        for name, value in options.items()}
        self.more = {}  # other options than those of the stream
        self.log = directory / "stream.log"
        self.program = None

    def start(self, **popen):
        """Starts it; it accepts when this returns."""
        self.program = Program(
            [self.stage.bin / "lightcone", "stream"], self.environment(),
            self.log, **popen)
        try:
            wait_until(lambda: self.accepts() or not self.program.running(),
                       "a hub")
            assert self.program.running(), self.said()
        except BaseException:
            self.program.stop()
            raise
        return self

    def environment(self):
        return clean_environment(
            LIGHTCONE_STATE=self.state, **self.options, **self.more)

    def accepts(self):
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.path))
            except OSError:
                return False
        return True

    def kill(self):
        """As when the machine takes it away: with -9."""
        self.program.process.kill()
        self.program.wait()

    def stop(self):
        """Tells it to end; its exit code."""
        if self.program is None:
            return 0
        if self.program.running():
            self.program.signal(signal.SIGCONT)
        code = self.program.stop()
        assert "Sanitizer" not in self.said(), self.said()
        return code

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self.program.pid

    def said(self):
        return self.log.read_text(errors="replace")

    # ---- what is there

    def database(self, **more):
        return closing(sqlite3.connect(
            self.state / "state.sqlite", timeout=10, **more))

    def events(self):
        """(seq, data) of all events that are kept."""
        with self.database() as db:
            return [(seq, json.loads(data)) for seq, data in db.execute(
                "SELECT seq, data FROM events ORDER BY seq")]

    def last(self):
        """The number of the last event."""
        with self.database() as db:
            row = db.execute("SELECT seq FROM sqlite_sequence"
                             " WHERE name = 'events'").fetchone()
        return row[0] if row else 0

    # ---- clients

    def raw(self, fields=(), path=PATH, **query):
        """A client of raw frames, which has been let in."""
        client = Raw(self.path)
        status, _, body = client.ask(target(path, query), fields)
        if status != 101:
            client.close()
            raise AssertionError((status, body))
        return client

    def refused(self, fields=(), path=PATH, **query):
        """What is answered to one that is not let in: status, fields, body."""
        with closing(Raw(self.path)) as client:
            return client.ask(target(path, query), fields)


def target(path, query):
    return path + ("?" + urlencode(query, doseq=True) if query else "")


def frame(kind, payload=b"", first=FINAL, mask=True, length=None):
    """A frame as clients send it.  `length` may be a wrong one."""
    if isinstance(payload, str):
        payload = payload.encode()
    if length is None:
        length = len(payload)
    bit = 0x80 if mask else 0
    if length < 126:
        head = struct.pack("!BB", first | kind, bit | length)
    elif length < 1 << 16:
        head = struct.pack("!BBH", first | kind, bit | 126, length)
    else:
        head = struct.pack("!BBQ", first | kind, bit | 127, length)
    if not mask:
        return head + payload
    key = os.urandom(4)
    whole = int.from_bytes(payload, "big") ^ int.from_bytes(
        (key * (len(payload) // 4 + 1))[:len(payload)], "big")
    return head + key + whole.to_bytes(len(payload), "big")


class Raw:
    """A connection that sends whatever it is told to."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(str(path))
        self.bytes = bytearray()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def ask(self, where, fields=()):
        """The handshake: status, fields by their names, body."""
        self.send(handshake(where, fields))
        return self.answer()

    def answer(self):
        while b"\r\n\r\n" not in self.bytes:
            if not self.receive():
                raise ConnectionError(f"half an answer: {self.bytes!r}")
        head = self.take(self.bytes.index(b"\r\n\r\n") + 4)[:-4]
        first, *lines = head.decode().split("\r\n")
        fields = {}
        for line in lines:
            name, value = line.split(":", 1)
            fields[name.lower()] = value.strip()
        status = int(first.split(" ")[1])
        if status != 101:
            while self.receive():
                pass
        return status, fields, bytes(self.bytes) if status != 101 else b""

    def receive(self):
        """Some more bytes; False: the other side has closed."""
        try:
            some = self.socket.recv(1 << 18)
        except ConnectionError:
            some = b""
        self.bytes += some
        return bool(some)

    def send(self, data):
        self.socket.sendall(data)

    def send_frame(self, *words, **more):
        self.send(frame(*words, **more))

    def text(self, value):
        """Sends something as JSON."""
        self.send_frame(TEXT, json.dumps(value))

    def take(self, count):
        while len(self.bytes) < count:
            if not self.receive():
                raise ConnectionError(f"{len(self.bytes)} bytes and no more")
        taken = bytes(self.bytes[:count])
        del self.bytes[:count]
        return taken

    def frame(self):
        """The next frame: first byte, payload."""
        first, length = self.take(2)
        assert length < 128, "servers do not mask"
        if length == 126:
            length, = struct.unpack("!H", self.take(2))
        elif length == 127:
            length, = struct.unpack("!Q", self.take(8))
        return first, self.take(length)

    def next(self):
        """The next text, as JSON; pings are answered."""
        while True:
            first, payload = self.frame()
            if first == FINAL | PING:
                self.send_frame(PONG, payload)
                continue
            if first == FINAL | TEXT | PACKED:
                return json.loads(unpack(payload))
            assert first == FINAL | TEXT, (first, payload)
            return json.loads(payload)

    def many(self, count):
        return [self.next() for _ in range(count)]

    def ping(self):
        """Comes back when all that was sent before has been read."""
        self.send_frame(PING, b"here?")
        events = []
        while True:
            first, payload = self.frame()
            if first == FINAL | PONG:
                assert payload == b"here?"
                return events
            events.append(json.loads(payload))

    def closed(self):
        """The close code that comes next; None: it closes without a word."""
        try:
            while True:
                first, payload = self.frame()
                if first == FINAL | CLOSE:
                    return int.from_bytes(payload[:2], "big")
        except ConnectionError:
            return None


def pack(text, packer=None):
    """A text as permessage-deflate sends it, by itself or after others."""
    packer = packer or zlib.compressobj(wbits=-15)
    packed = packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH)
    assert packed.endswith(b"\0\0\xff\xff")
    return packed[:-4]


def unpack(packed, bits=15):
    """Of one that was packed by itself."""
    return zlib.decompressobj(-bits).decompress(packed + b"\0\0\xff\xff")


def handshake(where=PATH, fields=()):
    lines = [
        f"GET {where} HTTP/1.1", "Host: localhost", "Upgrade: websocket",
        "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {b64encode(os.urandom(16)).decode()}",
        *(f"{name}: {value}" for name, value in fields),
    ]
    return "".join(line + "\r\n" for line in [*lines, ""]).encode()
