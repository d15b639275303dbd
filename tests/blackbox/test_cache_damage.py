"""What the cache holds is damaged, foreign or from another time: it is made
anew, and kept again.
"""

import os
import random
import stat
import time

import pytest

import clocks
from companions import (
    KINDS, Memcached, ask_until_stored, cache_of, status_of,
)
from processes import wait_until

HEAVY, QUICK = "/recall/heavy", "/recall/quick"
SEGMENTS = ("cache.seg", "cache-book.seg", "cache-epochs.seg")
HEADER_BYTES = 128
LOCAL = "local:4M"
LARGE, LARGE_KEYS = 1_500_000, 3  # two items, and one that names them
LEASE_NAME = 45  # how long, where a value's is less and a part's is more
HOUR_S = 3600


@pytest.fixture
def memcached(stage):
    server = Memcached(stage.fresh("memcached"))
    yield server
    server.stop()


def whole(reply, params):
    assert reply.status == 200, reply
    assert len(reply.json()["text"]) == params.get("bytes", 0)
    return reply


def ask(app, path=HEAVY, **params):
    asked = {"ms": 5, "noise": "true", **params}
    return whole(app.site.get(path, asked), params)


def made(reply):
    return reply.json()["made"]


def hit(app, path=HEAVY, **params):
    """The answer that is kept, once it is."""
    asked = {"ms": 5, "noise": "true", **params}
    return whole(ask_until_stored(app, path, asked)[1], params)


# ---- files before the start


def of_another_layout(good):
    return good[:16] + bytes(8) + good[24:]


DAMAGES = {
    "empty": lambda good: b"",
    "a_byte": lambda good: good[:1],
    "half_a_header": lambda good: good[:HEADER_BYTES // 2],
    "only_a_header": lambda good: good[:HEADER_BYTES],
    "cut": lambda good: good[:-1],
    "longer": lambda good: good + bytes(1),
    "another_magic": lambda good: b"\x7fELF" + good[4:],
    "another_layout": of_another_layout,
    "noise_after_the_header":
        lambda good: good[:HEADER_BYTES] + noise(len(good) - HEADER_BYTES),
    "ones_after_the_header":
        lambda good: good[:HEADER_BYTES] + b"\xff" * (len(good) - HEADER_BYTES),
}


def noise(length):
    return random.Random(7).randbytes(length)


@pytest.fixture(scope="module")
def good(stage):
    """The segments of one that has kept something."""
    from testapp import TestApp
    app = TestApp(stage, LIGHTCONE_CACHE=LOCAL)
    hit(app, name="good")
    app.stop()
    return {name: (app.state / name).read_bytes() for name in SEGMENTS}


def assert_keeps(app, name):
    """It makes an answer, and has it."""
    first = ask(app, name=name)
    assert "fwd" in status_of(first)
    assert made(hit(app, name=name)) == made(first)
    assert made(hit(app, name=name, path=QUICK)) != made(first)


@pytest.mark.parametrize("damage", DAMAGES)
def test_files_that_are_none_of_ours(start, directory, good, damage):
    state = directory / "state"
    state.mkdir(mode=0o700)
    for name in SEGMENTS:
        (state / name).write_bytes(DAMAGES[damage](good[name]))
    app = start(LIGHTCONE_CACHE=LOCAL, state=state)
    assert_keeps(app, damage)
    is_told = "after_the_header" not in damage
    for name in SEGMENTS:
        assert (state / f"{name}.bad").exists() == is_told
        assert len((state / name).read_bytes()) == len(good[name])


@pytest.mark.parametrize("make", [
    os.mkdir, os.mkfifo, lambda path: os.symlink("/dev/zero", path),
], ids=["directory", "pipe", "link"])
def test_things_that_are_no_files(start, directory, make):
    state = directory / "state"
    state.mkdir(mode=0o700)
    for name in SEGMENTS:
        make(state / name)
    app = start(LIGHTCONE_CACHE=LOCAL, state=state)
    assert_keeps(app, "no file")
    assert stat.S_ISREG((state / "cache.seg").lstat().st_mode)


# ---- bytes while it is used


@pytest.mark.parametrize("filling", ["noise", "zeros", "ones"])
def test_bytes_that_change_under_it(start, filling):
    """In all of the segments, again and again."""
    app = start(LIGHTCONE_CACHE=LOCAL)
    kept = {name: made(hit(app, name=name, bytes=size))
            for name, size in (("a", 0), ("b", 5000), ("c", 300_000))}
    assert len(set(kept.values())) == 3
    for turn in range(LARGE_KEYS):
        for name in SEGMENTS:
            path = app.state / name
            length = path.stat().st_size - HEADER_BYTES
            with path.open("r+b") as file:
                file.seek(HEADER_BYTES)
                file.write({
                    "noise": random.Random(turn).randbytes(length),
                    "zeros": bytes(length), "ones": b"\xff" * length,
                }[filling])
        for name, size in (("a", 0), ("b", 5000), ("c", 300_000)):
            new = made(ask(app, name=name, bytes=size))
            assert new != kept[name]
            kept[name] = new
        assert_keeps(app, f"turn {turn}")


# ---- values in Memcached


VALUES = {
    "nothing": lambda value, others: b"",
    "a_byte": lambda value, others: value[:1],
    "cut": lambda value, others: value[:-1],
    "half": lambda value, others: value[:len(value) // 2],
    "longer": lambda value, others: value + b"\0",
    "another_version": lambda value, others: bytes([value[0] ^ 1]) + value[1:],
    "a_bit": lambda value, others:
        value[:-2] + bytes([value[-2] ^ 4]) + value[-1:],
    "noise": lambda value, others: noise(max(len(value), 100)),
    "another_keys": lambda value, others: others[0],
}


def kept_once(app, memcached, sizes, count):
    """What answers of these sizes are, and the keys of so many values and parts
    of them that they are kept in.  A Memcached that has missed its 50 ms has
    one stored twice; then it is done anew.  Leases end by themselves, and what
    is in use at the moment is not listed.
    """
    def tried():
        for key in memcached.keys():
            memcached.talk(b"delete %s\r\n" % key, b"\r\n")
        kept = {name: made(hit(app, name=name, bytes=size))
                for name, size in sizes.items()}
        for _ in range(100):
            keys = [key for key in memcached.keys() if len(key) != LEASE_NAME]
            if len(keys) == count:
                return kept, sorted(keys)
            time.sleep(0.01)
        return None
    return wait_until(tried, f"{count} keys", 60)


def damage_all(memcached, keys, damage):
    """Each value by itself, and the others."""
    found = {key: memcached.value(key) for key in keys}
    for key, (flags, value) in found.items():
        others = [other for _, other in found.values() if other != value]
        memcached.put(key, flags, damage(value, others))


@pytest.mark.parametrize("damage", VALUES)
def test_values_that_are_damaged(start, memcached, damage):
    app = start(LIGHTCONE_CACHE=memcached.setting)
    sizes = {"a": 0, "b": 5000, "large": LARGE}
    kept, keys = kept_once(app, memcached, sizes, 2 + LARGE_KEYS)
    damage_all(memcached, keys, VALUES[damage])
    for name, size in sizes.items():
        assert made(ask(app, name=name, bytes=size)) != kept[name]
        assert made(hit(app, name=name, bytes=size)) != kept[name]


@pytest.mark.parametrize("place", range(LARGE_KEYS))
def test_one_that_went(start, memcached, place):
    """Of what a large answer is kept in."""
    app = start(LIGHTCONE_CACHE=memcached.setting)
    kept, keys = kept_once(app, memcached, {"large": LARGE}, LARGE_KEYS)
    said = memcached.talk(b"delete %s\r\n" % keys[place], b"\r\n")
    assert said == b"DELETED\r\n"
    assert made(ask(app, name="large", bytes=LARGE)) != kept["large"]
    assert made(hit(app, name="large", bytes=LARGE)) != kept["large"]


# ---- other times


@pytest.mark.parametrize("kind", KINDS)
def test_the_clock_is_stepped(stage, start, directory, kind):
    """What is older than it should be, or of the future, is made anew."""
    clocks.needed(stage)
    clock = clocks.Clock(directory)
    with cache_of(kind, stage) as setting:
        app = start(LIGHTCONE_CACHE=setting, **clock.environment())
        seen = [made(hit(app, name="clock"))]
        for step_s in (HOUR_S, 0, -HOUR_S, 0, -10, 0, 10 * 365 * 24 * HOUR_S):
            clock.step(step_s)
            seen.append(made(hit(app, name="clock")))
        assert len(set(seen)) == len(seen)
        clock.step(0)  # libfaketime makes timers late otherwise
