"""Thousands of HTTP requests at once, from one thread."""

import selectors
import socket
import time

CONNECTING_AT_ONCE = 256


class Member:
    """One request: sent when its connection is made, read to its end."""

    def __init__(self, port, request):
        self.request = request
        self.answer = b""
        self.began = time.monotonic()
        self.took_s = None
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(("127.0.0.1", port))

    @property
    def status(self):
        line = self.answer.split(b"\r\n", 1)[0].split()
        return int(line[1]) if len(line) > 1 else None

    def finish(self):
        self.took_s = time.monotonic() - self.began
        self.socket.close()


class Crowd:
    """Sends `count` requests; each asks for the server to close."""

    def __init__(self, site, target, count, body=None):
        self.port = site.port
        self.request = site.request_bytes(
            "GET" if body is None else "POST", site.mount + target,
            [] if body is None else [("Content-Type", "application/json")],
            body,
        )
        self.count = count
        self.members = []
        self.connecting = 0
        self.open = 0
        self.selector = selectors.DefaultSelector()

    def add(self):
        member = Member(self.port, self.request)
        self.selector.register(member.socket, selectors.EVENT_WRITE, member)
        self.members.append(member)
        self.connecting += 1
        self.open += 1

    def end(self, member):
        self.selector.unregister(member.socket)
        member.finish()
        self.open -= 1

    def serve(self, member, events):
        if events & selectors.EVENT_WRITE:
            self.connecting -= 1
            if member.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self.end(member)
                return
            member.socket.sendall(member.request)
            self.selector.modify(member.socket, selectors.EVENT_READ, member)
            return
        try:
            got = member.socket.recv(65536)
        except ConnectionResetError:
            got = b""
        member.answer += got
        if not got:
            self.end(member)

    def work(self, patience_s):
        """One round: new connections, then whatever is ready."""
        while (
            len(self.members) < self.count
            and self.connecting < CONNECTING_AT_ONCE
        ):
            self.add()
        for key, events in self.selector.select(patience_s):
            self.serve(key.data, events)

    def run(self, until, patience_s):
        """Works until the condition holds; asked now and then."""
        deadline = time.monotonic() + patience_s
        ask_at = 0
        while True:
            now = time.monotonic()
            if now >= ask_at:
                if until():
                    return
                ask_at = now + 0.05
            if now > deadline:
                raise TimeoutError(f"{self.open} of {self.count} still open")
            self.work(0.05)

    def finished(self):
        return len(self.members) == self.count and self.open == 0

    def close(self):
        for member in self.members:
            member.socket.close()
        self.selector.close()
