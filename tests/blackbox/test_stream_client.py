"""conf/www/stream.js, the client of the cosmic stream, in Node.js."""

import json
import shutil
import subprocess
from contextlib import contextmanager

import pytest

import fronts
import node_tools
from hub import Hub
from processes import Program, clean_environment, wait_until
from stage import SOURCE

JSON = [("Content-Type", "application/json")]
MOUNT = "/sub/dir"

no_node = pytest.mark.skipif(
    shutil.which("node") is None, reason="node is not installed")
NEEDED = fronts.missing("lighttpd") or node_tools.missing()
in_full = [
    pytest.mark.long,
    pytest.mark.skipif(NEEDED is not None, reason=str(NEEDED)),
]


def marked(test):
    for mark in in_full:
        test = mark(test)
    return test


@no_node
def test_by_a_clock_of_its_own(directory):
    """How it connects, waits and goes on, with sockets that are not there."""
    module = directory / "stream.mjs"
    shutil.copy(SOURCE / "conf/www/stream.js", module)
    said = node_tools.run(
        directory, node_tools.SCRIPTS / "stream_fake.mjs", module)
    assert "\n# fail 0\n" in said, said
    assert "\n# pass 0\n" not in said, said


# ---- with a hub


class Place:
    """A site with a hub that can be taken away."""

    def __init__(self, stage, front):
        self.site = front.site
        self.hub = Hub(stage, front.directory, front.state)
        self.url = (f"http://127.0.0.1:{front.site.port}{MOUNT}"
                    "/cosmic_stream")
        self.module = front.directory / "stream.mjs"
        reply = self.site.get("/www/stream.js")
        assert reply.media_type == "text/javascript"
        self.module.write_bytes(reply.body)

    def post(self, message):
        body = json.dumps(message).encode()
        reply = self.site.ask("POST", "/cosmic_stream", "", JSON, body)
        assert reply.status == 201, reply
        return reply.json()["seq"]


@pytest.fixture(scope="module")
def place(stage):
    with fronts.starting("lighttpd", stage, MOUNT) as front:
        made = Place(stage, front)
        made.hub.start()
        yield made
        made.hub.stop()


class Listener:
    """A program with the client in it."""

    def __init__(self, place, directory, options):
        self.program = Program(
            [shutil.which("node"), node_tools.SCRIPTS / "stream.mjs",
             place.module, place.url, json.dumps(options)],
            clean_environment(NODE_PATH=node_tools.MODULES),
            directory / "listener.log", stdin=subprocess.PIPE,
        )

    def tell(self, **words):
        stdin = self.program.process.stdin
        stdin.write(json.dumps(words).encode() + b"\n")
        stdin.flush()

    def told(self, kind):
        """All of a kind that it was told, in their order."""
        lines = self.program.said().splitlines(keepends=True)
        said = [json.loads(line) for line in lines if line.endswith("\n")]
        return [each[kind] for each in said if kind in each]

    def await_told(self, kind, count=1):
        return wait_until(
            lambda: len(self.told(kind)) >= count and self.told(kind),
            f"{count} of {kind}")

    def await_way(self, way):
        wait_until(lambda: way in self.told("way")[-1:], way)

    def end(self):
        """Lets it close; it ends by itself then."""
        self.program.process.stdin.close()
        assert self.program.wait() == 0, self.program.said()
        assert self.told("state")[-1] == "closed"


@contextmanager
def listening(place, directory, **options):
    listener = Listener(place, directory, options)
    try:
        yield listener
        listener.end()
    finally:
        listener.program.stop()


@marked
def test_a_hub_that_is_killed_loses_nothing(place, directory):
    with listening(place, directory) as listener:
        listener.await_way("WebSocket")
        listener.tell(send={"i": 0})
        first, = listener.await_told("event")
        assert listener.told("sent") == [True]
        sent = [first["seq"], *(place.post({"i": i}) for i in range(1, 20))]
        place.hub.kill()
        sent += [place.post({"i": i}) for i in range(20, 40)]
        place.hub.start()
        sent += [place.post({"i": i}) for i in range(40, 60)]
        events = listener.await_told("event", 60)
        assert [event["seq"] for event in events] == sent
        assert [event["data"]["i"] for event in events] == list(range(60))
        assert listener.told("gap") == []


@marked
def test_an_epoch_that_is_not_there_is_a_gap(place, directory):
    place.post("before")
    with listening(place, directory, after=1, epoch="f" * 16) as listener:
        gap, = listener.await_told("gap")
        assert gap["reason"] == "epoch"
        assert gap["next"] == 1
        assert listener.await_told("event")[0]["seq"] == 1


@marked
def test_without_a_hub(place, directory):
    """By an event stream, with a circle of sky, and POST."""
    around = {"coordinates": "M31", "radius_deg": 2, "only": "positions"}
    place.hub.kill()
    try:
        with listening(place, directory, query=around) as listener:
            listener.await_way("event stream")
            there = {"ra_deg": 10.7, "dec_deg": 41.3, "text": "l'été"}
            place.post("nowhere")
            listener.tell(publish=there)
            published, = listener.await_told("published")
            event, = listener.await_told("event")
            assert event["data"] == there
            assert event["seq"] == published["seq"]
    finally:
        place.hub.start()


@marked
def test_a_query_that_is_wrong(place, directory):
    with listening(place, directory, query={"radius_deg": 500}) as listener:
        refused, = listener.await_told("refused")
        assert refused["status"] == 422
        wait_until(lambda: listener.told("state")[-1] == "closed", "its end")
