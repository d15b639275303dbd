"""No observer is told of a change that it cannot see: eight of them ask for an
object as soon as they see its event, of two processes that keep answers, and
never read what was before.
"""

import ctypes
import json
import time
from contextlib import ExitStack, contextmanager

import pytest

import companions
import fronts
from connection import Connection
from editor import at
from forked import fork, told
from hub import Hub
from keys import add_key
from stage import THOROUGH

pytestmark = pytest.mark.alone  # more clients than cores

CLIENTS = 8
NOISE_S = 0.02
WRITES = 10_000 if THOROUGH else 1_000
PATIENCE_S = 60

# Write number n is of the object NAMES[n % len(NAMES)], and n is its velocity;
# and its place, which the event has.
NAMES = ["NGC 4486", "Written 1", "NGC 4478"]
RA, DEC = 187.7, 12.39
CONE = f"/galaxy?coordinates={RA}+{DEC}&radius_deg=3&limit=1000"
CONE_EVERY = 8


class Tally:
    """What all processes of the test share."""

    def __init__(self, writes):
        self.writes = writes
        self.asked = fork.RawArray(ctypes.c_int64, CLIENTS)
        self.given = fork.RawArray(ctypes.c_int64, CLIENTS)  # from the cache
        self.noise = fork.RawValue(ctypes.c_int64)
        self.over = fork.Event()
        self.failures = fork.SimpleQueue()


def ra_of(number):
    return RA + (number + 1) / 20_000


# ---- the writer


def put(connection, key, number):
    status, _, text = connection.ask(
        "PUT", at(NAMES[number % len(NAMES)]),
        json.dumps({"ra_deg": ra_of(number), "dec_deg": DEC,
                    "radial_velocity_km_s": number}),
        **{"X-API-Key": key, "Content-Type": "application/json"},
    )
    assert status in (200, 201), (status, text)


def write(tally, port, key):
    """One write ahead of who looks: each has the next one coming."""
    connection = Connection(port)
    for number in range(tally.writes):
        give_up = time.monotonic() + PATIENCE_S
        while min(tally.asked) < number - 1:
            if tally.over.is_set():
                return
            assert time.monotonic() < give_up, list(tally.asked)
            time.sleep(0.0002)
        put(connection, key, number)


def publish(tally, hub):
    """Others' messages have the hub look at any moment, not only when the
    change was answered."""
    with hub.raw(types="message") as client:
        while not tally.over.is_set():
            client.text(tally.noise.value)
            client.next()
            tally.noise.value += 1
            time.sleep(NOISE_S)


# ---- those who look


class Client:
    def __init__(self, tally, place, port, hub):
        self.tally = tally
        self.place = place
        self.connection = Connection(port)
        self.stream = hub.raw(types="object", patience_s=PATIENCE_S)
        self.tags = {}  # of each name: the tag, and the number seen with it

    def get(self, target, **fields):
        reply = self.connection.ask("GET", target, **fields)
        if "; hit" in reply[1].get("Cache-Status", ""):
            self.tally.given[self.place] += 1
        return reply

    def one(self, path):
        tag, number = self.tags.get(path, ('"none"', -1))
        status, headers, text = self.get(path, **{"If-None-Match": tag})
        if status == 304:
            return number
        assert status == 200, (status, text)
        number = json.loads(text)["radial_velocity_km_s"]
        self.tags[path] = headers["ETag"], number
        return number

    def listed(self, name):
        status, _, text = self.get(CONE)
        assert status == 200, (status, text)
        row, = (row for row in json.loads(text)["system"]
                if row["name"] == name)
        return row["radial_velocity_km_s"]

    def step(self, number):
        """The event of this write, and what is seen after it."""
        data = self.stream.next()["data"]
        name = NAMES[number % len(NAMES)]
        assert (data["name"], data["ra_deg"]) == (name, ra_of(number)), data
        if number % CONE_EVERY == 0:
            seen = self.listed(name)
        else:
            seen = self.one(data["path"])
        assert seen >= number, f"{name}: {seen} after the event of {number}"
        self.tally.asked[self.place] = number

    def all(self):
        for number in range(self.tally.writes):
            self.step(number)


def look(tally, place, port, hub, ready):
    client = Client(tally, place, port, hub)
    ready.release()
    client.all()


# ---- all together


@contextmanager
def running(tally, port, hub):
    ready = fork.Semaphore(0)
    clients = [
        fork.Process(target=told, daemon=True,
                     args=(tally, look, place, port, hub, ready))
        for place in range(CLIENTS)
    ]
    noise = fork.Process(target=told, args=(tally, publish, hub), daemon=True)
    for each in [*clients, noise]:
        each.start()
    try:
        for _ in clients:
            assert ready.acquire(timeout=PATIENCE_S), "a client is not there"
        yield clients
    finally:
        tally.over.set()
        for each in [*clients, noise]:
            each.join(20)
            each.kill()


@pytest.mark.parametrize("kind", companions.KINDS)
def test_who_sees_an_event_sees_the_change(stage, directory, kind):
    if fronts.missing("lighttpd-external"):
        pytest.skip(fronts.missing("lighttpd-external"))
    tally = Tally(WRITES if kind == "local" or THOROUGH else WRITES // 10)
    tally.asked[:] = [-1] * CLIENTS
    with ExitStack() as stack:
        cache = stack.enter_context(companions.cache_of(kind, stage))
        front = stack.enter_context(fronts.starting(
            "lighttpd-external", stage, "", count=2, LIGHTCONE_CACHE=cache))
        hub = stack.enter_context(Hub(stage, directory, front.state))
        key = add_key(stage, front.state, "writer", "write")
        began = time.monotonic()
        with running(tally, front.site.port, hub) as clients:
            told(tally, write, front.site.port, key)
            for each in clients:
                each.join(PATIENCE_S)
        took_s = time.monotonic() - began
    assert tally.failures.empty(), tally.failures.get()
    assert list(tally.asked) == [tally.writes - 1] * CLIENTS
    assert tally.noise.value > 0
    # What is kept has been asked for, and given.
    assert sum(tally.given) > tally.writes / 100, list(tally.given)
    print(f"{tally.writes} writes in {took_s:.1f} s, each seen and looked at"
          f" by {CLIENTS}; {sum(tally.given)} answers from the cache,"
          f" {tally.noise.value} messages between")
