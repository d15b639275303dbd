"""The hub is killed again and again, and nobody misses anything."""

import json
from contextlib import ExitStack

import pytest

import fronts
from hub import Hub
from observers import Observers, Publisher, faults, poster
from processes import wait_until
from stage import THOROUGH

EVENTS, KILLS = (100_000, 20) if THOROUGH else (5_000, 4)
OBSERVERS = 50
BY_SOCKET, WINDOW = 4, 32  # who publish by WebSocket, and what is under way
BY_POST = 2
RATE = 1_000_000  # more than they can
PATIENCE_S = 600 if THOROUGH else 90

pytestmark = [pytest.mark.long, pytest.mark.alone]


@pytest.fixture
def front(stage):
    """What takes POST, and knows nothing of the hub."""
    if fronts.missing("lighttpd"):
        pytest.skip(fronts.missing("lighttpd"))
    with fronts.starting("lighttpd", stage, "") as started:
        yield started


@pytest.fixture
def hub(stage, front, directory):
    with Hub(stage, directory, front.state, rate=RATE) as started:
        yield started


def kill_often(hub, observers):
    """While a part of the events comes, each time."""
    for kill in range(1, KILLS + 1):
        part = EVENTS * kill // (KILLS + 1)
        wait_until(lambda: hub.last() >= part or not observers.running(),
                   f"{part} events", PATIENCE_S)
        hub.kill()
        hub.start()


def test_nothing_is_lost_and_nothing_comes_twice(front, hub):
    with ExitStack() as stack:
        observers = stack.enter_context(Observers(
            hub.path, OBSERVERS, "k", a=0, p=BY_SOCKET, w=WINDOW,
            n=EVENTS // BY_SOCKET, l=PATIENCE_S))
        posters = [Publisher(poster(front.site, f"post {i}"))
                   for i in range(BY_POST)]
        kill_often(hub, observers)
        # What was under way when the hub was killed may never have come.
        wait_until(lambda: hub.last() >= EVENTS, "all events", PATIENCE_S)
        posted = [each for one in posters for each in one.end()]
        report = observers.report(hub.last())
    events = hub.events()
    print(f"{len(events)} events, {len(posted)} of them posted; {report}")
    assert not faults(report)
    assert report["events"] == OBSERVERS * len(events)
    assert report["resumed"] >= KILLS * OBSERVERS // 2
    assert [seq for seq, _ in events] == list(range(1, len(events) + 1))
    # What was accepted is there, once.
    data = dict(events)
    assert posted and all(data[seq] == value for seq, value in posted)
    assert len({json.dumps(value) for value in data.values()}) == len(events)
    assert set(report["closes"]) == {"1006"}
