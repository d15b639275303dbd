"""A small HTTP client that sends exactly the bytes it is told to.

Every request has its own connection.  Targets are sent as they are, so a
test can ask for addresses that no decent client would send.
"""

import http.client
import json
import socket
from urllib.parse import quote, urlencode

TIMEOUT_S = 20


class Reply:
    """One answer: its status, its fields and its bytes."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def media_type(self):
        return (self.headers.get("Content-Type") or "").split(";")[0].strip()

    @property
    def text(self):
        return self.body.decode("utf-8")

    def json(self):
        def no_constant(word):
            raise ValueError(f"{word} is not JSON")

        return json.loads(self.text, parse_constant=no_constant)

    def __repr__(self):
        return f"<{self.status} {self.media_type} {self.body[:600]!r}>"


def encode(params):
    """A query string from a dict, from pairs, or as it is."""
    if isinstance(params, str):
        return params
    return urlencode(params, quote_via=quote)


class Site:
    """An application behind a server, at a mount ("" or "/sub/dir")."""

    def __init__(self, port, mount=""):
        self.port = port
        self.mount = mount

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), TIMEOUT_S)

    def request_bytes(self, method, target, fields=(), body=None):
        lines = [
            f"{method} {target} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Connection: close",
        ]
        lines += [f"{name}: {value}" for name, value in fields]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines) + "\r\n\r\n"
        return head.encode("latin-1") + (body or b"")

    def exchange(self, method, target, fields=(), body=None):
        """Asks for a target of the server, whatever the mount is."""
        sent = self.request_bytes(method, target, fields, body)
        return self.exchange_bytes(sent, method)

    def exchange_bytes(self, sent, method):
        with self.connect() as connection:
            try:
                connection.sendall(sent)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before its end: the answer says why
            response = http.client.HTTPResponse(connection, method=method)
            response.begin()
            return Reply(response.status, response.headers, response.read())

    def ask(self, method, path, params="", fields=(), body=None):
        query = encode(params)
        target = self.mount + path + ("?" + query if query else "")
        return self.exchange(method, target, fields, body)

    def get(self, path, params="", fields=()):
        return self.ask("GET", path, params, fields)
