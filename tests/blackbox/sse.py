"""A client of server-sent events that shows what came, block by block, as the
HTML standard divides it; it never waits beyond its patience.
"""

import http.client
import json

PATIENCE_S = 20
STREAM = ("Accept", "text/event-stream")
PATH = "/cosmic_stream"
JSON = ("Content-Type", "application/json")


def publish(site, message, fields=()):
    """Publishes by POST; gives the number that it got."""
    reply = site.ask("POST", PATH, "", [JSON, *fields],
                     json.dumps(message).encode())
    assert reply.status == 201, reply
    return reply.json()["seq"]


def now(site):
    """What to say to be given what happens from now on."""
    answer = site.get(PATH).json()
    return {"after": answer["after"], "epoch": answer["epoch"]}


def events_after(site, begin, **more):
    return site.get(PATH, {**begin, **more}).json()["events"]


class Listening:
    """One answer as it arrives."""

    def __init__(self, site, query="", fields=()):
        self.connection = site.connect()
        self.connection.settimeout(PATIENCE_S)
        target = site.mount + PATH + ("?" + query if query else "")
        self.connection.sendall(
            site.request_bytes("GET", target, [STREAM, *fields]))
        self.reply = http.client.HTTPResponse(self.connection)
        self.reply.begin()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.reply.close()
        self.connection.close()

    def block(self):
        """The fields up to the next empty line; None at the end."""
        found = {}
        while True:
            line = self.reply.readline()
            if not line:
                return None
            assert line.endswith(b"\n"), line
            if line == b"\n":
                return found
            name, _, value = line[:-1].partition(b":")
            name, value = name.decode(), value.decode().removeprefix(" ")
            assert name not in found, line  # each data is of one line
            found[name] = value

    def opening(self):
        """What comes before the first event: retry, and where it is."""
        retry = self.block()
        assert set(retry) == {"retry"}
        assert 1000 <= int(retry["retry"]) <= 3000
        return self.block()

    def messages(self, count):
        """So many with data: their ids and that."""
        found = []
        while len(found) < count:
            block = self.block()
            assert block is not None, "it has ended"
            if "data" in block:
                assert set(block) == {"id", "data"}
                found.append((block["id"], json.loads(block["data"])))
        return found

    def rest(self):
        """All blocks up to the end, which must be a whole answer's."""
        return list(iter(self.block, None))
