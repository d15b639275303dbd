"""Files of metrics that are not as they should be, directories where none can
be, and a clock that is stepped: requests are answered, and /metrics says what
it can.
"""

import os
import random
import shutil
from collections import Counter
from contextlib import contextmanager

import pytest

import clocks
import fronts
from counted import ASKED, SUM, Pages, ask, requests_of
from disks import fill, small_disk
from fcgi_client import Peer
from processes import wait_until
from stage import lesser_user

FILE = "metrics.seg"
PARKED = "lightcone_requests_parked"
ALONE = "metrics count in each process for itself: "
HOUR_S = 3600
FREE_MB = 4


@contextmanager
def one(stage, directory, state, user=None, **options):
    path = directory / "fcgi.sock"
    with fronts.backends_on(
        path, stage.bin / "lightcone.fcgi", state, user=user, **options,
    ) as backends:
        yield backends, Pages(path)
    path.unlink()


def ask_all(pages, count=1):
    """Each of a few requests so often; what was answered."""
    tally, broken = Counter(), Counter()
    for number in range(count * len(ASKED)):
        ask(pages.path, tally, broken, number, ASKED)
    assert not broken and tally.total() == count * len(ASKED)
    return tally


# ---- before the program starts


@pytest.fixture
def used(stage, directory):
    """A state directory in which something was counted."""
    state = stage.state(directory)
    with one(stage, directory, state) as (_, pages):
        ask_all(pages)
    return state


def overwritten(file):
    file.write_bytes(random.Random(9).randbytes(file.stat().st_size))


def cut(file):
    os.truncate(file, file.stat().st_size // 2)


def emptied(file):
    os.truncate(file, 0)


def of_another_version(file):
    """All of its header but what is first: what it is."""
    with open(file, "r+b") as opened:
        opened.seek(8)
        kept = opened.read(120)
        opened.seek(8)
        opened.write(bytes(byte ^ 1 for byte in kept))


def a_directory(file):
    file.unlink()
    file.mkdir()


def a_device(file):
    file.unlink()
    file.symlink_to("/dev/zero")


def missing(file):
    file.unlink()


@pytest.mark.parametrize("spoil", [
    overwritten, cut, emptied, of_another_version, a_directory, a_device,
    missing,
], ids=lambda spoil: spoil.__name__)
def test_another_is_made(stage, directory, used, spoil):
    spoil(used / FILE)
    with one(stage, directory, used) as (backends, pages):
        backends.start()
        tally = ask_all(pages, 4)
        page = pages.settled()
        assert requests_of(page) == tally
        assert page.total("lightcone_processes") == 2
    # Those that come later go on from there.
    with one(stage, directory, used) as (_, pages):
        tally += ask_all(pages)
        assert requests_of(pages.settled()) == tally


# ---- while it runs


def test_overwritten_while_it_runs(stage, directory, used):
    """Whatever the numbers are then, they are a page."""
    with one(stage, directory, used) as (backends, pages):
        tally = ask_all(pages)
        pages.read()
        file, chance = used / FILE, random.Random(9)
        size = file.stat().st_size
        for _ in range(20):
            with open(file, "r+b") as opened:
                opened.seek(4096 * chance.randrange(size // 4096))
                opened.write(chance.randbytes(4096 * chance.randint(1, 64)))
            pages.last = {}
            pages.read()
            assert ask_all(pages) == tally
        assert all(backend.running() for backend in backends)


def test_taken_away_while_it_runs(stage, directory, used):
    """Those that had it go on with it, and the next ones with another."""
    with one(stage, directory, used) as (backends, pages):
        tally = ask_all(pages)
        (used / FILE).unlink()
        assert ask_all(pages) == tally
        pages.read()
        assert all(backend.running() for backend in backends)
    with one(stage, directory, used) as (_, pages):
        assert requests_of(pages.settled()) == Counter()


# ---- where there can be none


def test_a_read_only_directory(stage, directory):
    user = lesser_user()
    state = stage.state(directory, user)
    folders = [state, *(each for each in state.rglob("*") if each.is_dir())]
    for folder in folders:
        folder.chmod(0o500)
    try:
        with one(stage, directory, state, user=user) as (backends, pages):
            tally = ask_all(pages)
            assert requests_of(pages.settled()) == tally
            assert said_alone(backends)
    finally:
        for folder in folders:
            folder.chmod(0o700)


def test_a_full_disk(stage, directory):
    size = sum(file.stat().st_size for file in stage.imported.rglob("*")
               if file.is_file())
    with small_disk(directory / "disk", size // 1_000_000 + FREE_MB) as disk:
        state = disk / "state"
        shutil.copytree(stage.imported, state)
        with one(stage, directory, state) as (backends, pages):
            tally = ask_all(pages)
            assert said_alone(backends)
            ballast = fill(disk)
            tally += ask_all(pages)
            assert requests_of(pages.settled()) == tally
            assert pages.read().total("lightcone_processes") == 1
        ballast.unlink()


def said_alone(backends):
    """Whether they have told why they count for themselves."""
    backend, = backends
    return ALONE in backend.said() and FILE in backend.said()


# ---- a clock that is stepped


@pytest.mark.plain  # a sanitizer wants to be the first library
def test_the_clock_is_stepped(stage, directory):
    clocks.needed(stage)
    clock = clocks.Clock(directory)
    state = stage.state(directory)
    with one(stage, directory, state, **clock.environment()) as (_, pages):
        tally = ask_all(pages)
        place = pages.site.get("/cosmic_stream").json()
        wait = {"wait": 1, "epoch": place["epoch"], "after": place["after"]}
        tally["GET", "/cosmic_stream", 200] += 1
        for hours in (1, -2, 24 * 365):
            # Somebody waits for an event meanwhile.
            with Peer(pages.path) as peer:
                peer.ask("/cosmic_stream", wait)
                wait_until(lambda: pages.read().value(PARKED) == 1, "a wait")
                clock.step(hours * HOUR_S)
                assert peer.reply().status == 200
            tally += ask_all(pages)
            tally["GET", "/cosmic_stream", 200] += 1
            page = pages.settled()
            assert 0 < page.total(SUM) < HOUR_S / 60
            assert requests_of(page) == tally
            # libfaketime takes every timer for one of the calendar, so none
            # shall be set, for a wait or for the end, while it is another.
            clock.step(0)
