"""Many observers of the stream: how soon they see what is published, those
who do not read, and what the idle ones cost."""

import time
from contextlib import ExitStack
from pathlib import Path

import pytest

import fronts
from hub import Hub
from keys import add_key, bearer
from observers import Observers, Publisher, faults, poster, putter
from processes import raise_descriptor_limit

pytestmark = [pytest.mark.alone, pytest.mark.plain]

OBSERVERS, RATE, SECONDS, AIM_MS = 200, 33, 3, 50
IDLE, IDLE_BYTES = 1000, 16 << 10
LARGE_BYTES, DEAF_OBSERVERS, DEAF_RATE, DEAF_SECONDS = 4096, 50, 250, 4
# A machine that has other things to do may take that much longer.
SLACK_MS = 200


@pytest.fixture(scope="module")
def front(stage):
    if fronts.missing("lighttpd"):
        pytest.skip(fronts.missing("lighttpd"))
    with fronts.starting("lighttpd", stage, "") as started:
        yield started


@pytest.fixture(scope="module")
def hub(stage, front):
    raise_descriptor_limit(fronts.DESCRIPTORS)
    with Hub(stage, stage.fresh("hub"), front.state, rate=1000) as started:
        yield started


def test_three_ways_in_and_one_order(stage, front, hub):
    key = add_key(stage, front.state, "load", "write")
    with Observers(hub.path, OBSERVERS, p=1, r=RATE, w=RATE,
                   s=SECONDS) as observers:
        publishers = [Publisher(poster(front.site, "post"), RATE),
                      Publisher(putter(front.site, bearer(key)), RATE)]
        time.sleep(SECONDS)
        given = [publisher.end() for publisher in publishers]
        report = observers.report(hub.last())
    print(report)
    count = report["published"] + sum(len(each) for each in given)
    assert count > RATE * SECONDS
    assert not faults(report)
    assert report["events"] == OBSERVERS * count
    # As soon as who published it has had its answer, or soon after.
    longest_ms = 1e3 * max(one.longest_s for one in publishers)
    print(f"longest answer: {longest_ms:.0f} ms")
    assert report["p99_ms"] < AIM_MS + 2 * longest_ms


def loaded(hub, deaf):
    """What those see who read, and how the others were closed."""
    with Observers(hub.path, DEAF_OBSERVERS, p=1, r=DEAF_RATE, w=DEAF_RATE,
                   b=LARGE_BYTES, s=DEAF_SECONDS, d=deaf) as observers:
        return observers.report()


def test_who_does_not_read_delays_nobody(hub):
    calm, deaf = loaded(hub, 0), loaded(hub, 1)
    print(calm, deaf)
    assert not faults(calm) and not faults(deaf)
    assert calm["closes"] == {}
    assert deaf["closes"] == {"1013": 1}
    assert deaf["published"] >= calm["published"] / 2
    assert deaf["p99_ms"] < 2 * calm["p99_ms"] + SLACK_MS


def memory_bytes(pid):
    """That no other process has, too."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) for line in text.splitlines()
               if line.startswith(("Private_Clean", "Private_Dirty"))) << 10


@pytest.mark.parametrize("packs", [False, True])
def test_who_waits_costs_little(stage, directory, packs):
    words = ("x",) if packs else ()
    with ExitStack() as stack:
        hub = stack.enter_context(Hub(stage, directory))
        # What the first ones cost is the program's.
        with Observers(hub.path, 10, *words):
            pass
        before = memory_bytes(hub.pid)
        stack.enter_context(Observers(hub.path, IDLE, *words))
        each = (memory_bytes(hub.pid) - before) / IDLE
    print(f"{each:.0f} bytes each")
    assert each <= IDLE_BYTES
