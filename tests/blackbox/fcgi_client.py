"""A tiny FastCGI client: the web server's side, for well and badly behaved
peers.  It speaks to the application's socket without a web server between.
"""

import socket
import struct
from email.parser import BytesParser
from urllib.parse import unquote

from http_client import TIMEOUT_S, Reply, encode

BEGIN_REQUEST, ABORT_REQUEST, END_REQUEST = 1, 2, 3
PARAMS, STDIN, STDOUT, STDERR = 4, 5, 6, 7
RESPONDER = 1
KEEP_CONNECTION = 1
HEADER_BYTES = 8
CHUNK_BYTES = 65528


def record(kind, content=b"", request_id=1):
    padding = -len(content) % 8
    header = struct.pack(
        "!BBHHBx", 1, kind, request_id, len(content), padding
    )
    return header + content + bytes(padding)


def stream(kind, content):
    """A stream's records, with the empty one that ends it."""
    chunks = [
        content[at : at + CHUNK_BYTES]
        for at in range(0, len(content), CHUNK_BYTES)
    ]
    return b"".join(record(kind, chunk) for chunk in chunks + [b""])


def pairs(variables):
    def length(text):
        if len(text) < 128:
            return bytes([len(text)])
        return struct.pack("!I", len(text) | 0x80000000)

    out = b""
    for name, value in variables.items():
        name, value = name.encode("latin-1"), value.encode("latin-1")
        out += length(name) + length(value) + name + value
    return out


def variables(method, path, query="", mount="", body=b"", **more):
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": mount,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_URI": mount + path + ("?" + query if query else ""),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "127.0.0.1",
        "GATEWAY_INTERFACE": "CGI/1.1",
        "CONTENT_LENGTH": str(len(body)) if body else "",
        **more,
    }


def begin(flags=0):
    return record(BEGIN_REQUEST, struct.pack("!HB5x", RESPONDER, flags))


def request(method, path, params="", body=b"", flags=0, **more):
    """All bytes of one request."""
    named = variables(method, path, encode(params), body=body, **more)
    return begin(flags) + stream(PARAMS, pairs(named)) + stream(STDIN, body)


class Peer:
    """One connection to a FastCGI socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(TIMEOUT_S)
        self.socket.connect(str(path))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, content):
        self.socket.sendall(content)

    def ask(self, path, params="", method="GET", **more):
        self.send(request(method, path, params, **more))

    def read_exactly(self, count):
        out = b""
        while len(out) < count:
            got = self.socket.recv(count - len(out))
            if not got:
                raise EOFError(f"the application closed after {len(out)} bytes")
            out += got
        return out

    def read_record(self):
        header = self.read_exactly(HEADER_BYTES)
        _, kind, _, length, padding = struct.unpack("!BBHHBx", header)
        return kind, self.read_exactly(length + padding)[:length]

    def read_output(self):
        """Everything of the answer's stdout, up to its end."""
        out = bytearray()
        while True:
            kind, content = self.read_record()
            if kind == STDOUT:
                out += content
            elif kind == END_REQUEST:
                return bytes(out)

    def reply(self):
        return parse(self.read_output())


def parse(output):
    """A CGI answer: fields, with Status among them, and the body."""
    head, separator, body = output.partition(b"\r\n\r\n")
    assert separator, f"no end of the header in {output[:200]!r}"
    headers = BytesParser().parsebytes(head + b"\r\n\r\n")
    status = int((headers.get("Status") or "200").split()[0])
    return Reply(status, headers, body)


class FcgiSite:
    """Looks like an http_client.Site, and asks the socket itself."""

    def __init__(self, path):
        self.path = path

    def ask(self, method, path, params="", body=b"", **more):
        with Peer(self.path) as peer:
            peer.send(request(method, path, params, body, **more))
            return peer.reply()

    def get(self, path, params="", **more):
        return self.ask("GET", path, params, **more)


class SocketSite:
    """The same, asked in every way as a site behind a server is."""

    def __init__(self, path):
        self.site = FcgiSite(path)

    def ask(self, method, path, params="", fields=(), body=None):
        more = {variable_of(name): value for name, value in fields}
        return self.site.ask(
            method, unquote(path), params, body or b"", **more
        )

    def get(self, path, params="", fields=()):
        return self.ask("GET", path, params, fields)


def variable_of(name):
    """Of a header field, as CGI has it."""
    name = name.upper().replace("-", "_")
    return name if name == "CONTENT_TYPE" else "HTTP_" + name
