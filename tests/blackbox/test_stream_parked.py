"""A thousand observers parked in one process, by long poll and as streams:
they hold no thread, nobody is harmed, and each is told each event once.
"""

import json
import select
import signal
import statistics
import time

import pytest

import fronts
from fcgi_client import END_REQUEST, HEADER_BYTES, STDOUT, FcgiSite, Peer
from processes import (
    raise_descriptor_limit,
    rss_bytes,
    thread_count,
    wait_until,
)
from sse import PATH, STREAM, now

pytestmark = pytest.mark.alone  # a thousand connections, answers in time

CROWD = 1000
MOST_THREADS = 12
MOST_BYTES_EACH = 20 * 1000
ASKED = 150
PATIENCE_S = 30
EVENTS = {"HTTP_ACCEPT": STREAM[1]}
LARGE = "x" * 60000
BEHIND = 1 << 20
RECEIVED_BYTES = 1 << 18


class Observer(Peer):
    """One that is parked, and what has arrived of its answer."""

    def __init__(self, place, streams):
        super().__init__(place.path)
        self.streams = streams
        self.records = bytearray()
        self.ended = False
        self.ask(PATH, {**place.begin, "wait": 60},
                 **(EVENTS if streams else {}))
        self.socket.setblocking(False)

    def take(self):
        try:
            got = self.socket.recv(RECEIVED_BYTES)
        except BlockingIOError:
            return
        self.records += got
        self.ended = not got

    def of_kind(self, kind):
        """What the records of a kind hold, of those that are complete."""
        found, at = [], 0
        while len(self.records) >= at + HEADER_BYTES:
            content = int.from_bytes(self.records[at + 4:at + 6], "big")
            end = at + HEADER_BYTES + content
            if self.records[at + 1] == kind:
                found.append(self.records[at + HEADER_BYTES:end])
            at = end + self.records[at + 6]
        return found

    @property
    def output(self):
        return b"".join(self.of_kind(STDOUT))

    def seqs(self):
        """The numbers of the events that it was sent."""
        head, _, body = self.output.partition(b"\r\n\r\n")
        assert head.startswith(b"Status: 200"), head
        if not self.streams:
            return [e["seq"] for e in json.loads(body)["events"]]
        return [json.loads(line[5:])["seq"] for line in body.split(b"\n")
                if line.startswith(b"data:")]


class Place:
    """One process on a socket."""

    def __init__(self, path, process):
        self.site = FcgiSite(path)
        self.path, self.process = path, process
        wait_until(lambda: self.site.get("/health").status == 200, "an answer")
        self.begin = now(self.site)

    def publish(self, message):
        reply = self.site.ask("POST", PATH, "", json.dumps(message).encode(),
                              CONTENT_TYPE="application/json")
        assert reply.status == 201, reply
        return reply.json()["seq"]

    def galaxy_s(self):
        """The median of some questions that have nothing to do with it."""
        took = []
        for i in range(ASKED):
            began = time.monotonic()
            reply = self.site.get("/galaxy", f"coordinates={i},41")
            took.append(time.monotonic() - began)
            assert reply.status == 200, reply
        return statistics.median(took)


@pytest.fixture
def place(stage):
    if raise_descriptor_limit(fronts.DESCRIPTORS) < 2 * CROWD + 500:
        pytest.skip("fewer descriptors are allowed")
    directory = stage.fresh("parked")
    state = stage.state(directory)
    path = directory / "fcgi.sock"
    with fronts.backends_on(path, stage.bin / "lightcone.fcgi", state) as apps:
        yield Place(path, *apps)


def gather(observers, done):
    """Reads what comes, until it is enough."""
    poll = select.epoll()
    by_number = {each.socket.fileno(): each for each in observers}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    until = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < until, "it does not come"
        for number, _ in poll.poll(0.05):
            by_number[number].take()
            if by_number[number].ended:
                poll.unregister(number)
    poll.close()


def crowd(place):
    """Streams and polls by turns; the streams have begun."""
    observers = [Observer(place, i % 2 == 0) for i in range(CROWD)]
    gather(observers[::2], lambda: all(
        b"id: " in each.records for each in observers[::2]))
    return observers, observers[::2], observers[1::2]


def test_a_thousand(place, stage):
    idle = rss_bytes(place.process.pid)
    before_s = place.galaxy_s()
    observers, streams, polls = crowd(place)
    try:
        assert thread_count(place.process.pid) <= MOST_THREADS
        if not stage.sanitized:
            each = (rss_bytes(place.process.pid) - idle) / CROWD
            assert each <= MOST_BYTES_EACH
        with_s = place.galaxy_s()
        assert not any(each.records for each in polls)

        seq = place.publish("for all")
        gather(observers, lambda: all(
            each.ended for each in polls) and all(
            b"data: " in each.records for each in streams))
        for each in observers:
            assert each.seqs() == [seq]
        last = place.publish("for streams")
        gather(streams, lambda: all(
            each.records.count(b"data: ") == 2 for each in streams))
        for each in streams:
            assert each.seqs() == [seq, last]
        assert thread_count(place.process.pid) <= MOST_THREADS
        after_s = place.galaxy_s()
    finally:
        for each in observers:
            each.close()
    assert with_s <= 1.5 * max(before_s, after_s) + 0.0005


def test_the_stop_waits_for_none_of_them(place):
    observers, streams, polls = crowd(place)
    try:
        began = time.monotonic()
        place.process.signal(signal.SIGTERM)
        gather(observers, lambda: all(each.ended for each in observers))
        place.process.wait()
        assert time.monotonic() - began < 3
        for each in polls:
            assert each.output.startswith(b"Status: 503")
            assert b"Retry-After" in each.output
        for each in streams:
            assert each.seqs() == [] and each.of_kind(END_REQUEST)
    finally:
        for each in observers:
            each.close()


def test_one_that_never_reads(place):
    """Another has everything at once, and that one is let go of."""
    deaf, hearing = (Observer(place, True) for _ in range(2))
    with deaf, hearing:
        gather([hearing], lambda: b"id: " in hearing.records)
        wait_until(lambda: select.select([deaf.socket], [], [], 0)[0], "it")
        first, count = place.begin["after"] + 1, 0

        def takes():
            nonlocal count
            count += 1
            began = time.monotonic()
            place.publish(LARGE)
            gather([hearing], lambda: hearing.records.count(
                b"data: ") == count)
            return time.monotonic() - began

        before = [takes() for _ in range(3)]
        with_deaf = [takes() for _ in range(2 * BEHIND // len(LARGE))]
        assert statistics.median(with_deaf) < 3 * max(before) + 0.05
        assert hearing.seqs() == list(range(first, first + count))
        gather([deaf], lambda: deaf.ended)
        assert 0 < len(deaf.seqs()) < count
        assert not deaf.of_kind(END_REQUEST)  # it is not whole
        after = [takes() for _ in range(3)]
        assert statistics.median(after) < 3 * max(before) + 0.05
