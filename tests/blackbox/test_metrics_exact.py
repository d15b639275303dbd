"""What /metrics has counted is what clients were answered: in eight processes
that are killed, stopped and replaced all the time, over any file of metrics.
"""

import random
import signal
from collections import Counter
from contextlib import contextmanager

import pytest

import fronts
from counted import Clients, Pages, requests_of
from stage import THOROUGH

pytestmark = pytest.mark.long

PROCESSES, THREADS, CLIENTS = 8, 2, 4
REQUESTS, KILLS, RESTARTS = (
    (100_000, 400, 100) if THOROUGH else (10_000, 40, 16))
STRANGE = 10_000 if THOROUGH else 1_000
# Of the test application.
THEIRS = [
    ("GET", "/stats", "", "/stats"),
    ("GET", "/typed", "count=1", "/typed"),
    ("GET", "/shelves/7/items/{}", "", "/shelves/{shelf}/items/{number}"),
    ("GET", "/galaxy", "", "other"),
]


@contextmanager
def eight(stage, directory, **options):
    """So many processes on one socket, and their pages."""
    state = stage.state(directory)
    with fronts.backends_on(
        directory / "fcgi.sock", stage.bin / "lightcone.fcgi", state,
        PROCESSES, LIGHTCONE_THREADS=THREADS, **options,
    ) as backends:
        yield backends, Pages(backends.path)


def replace_one(backends, number, chance):
    """One of them ends, as the signal says, and another begins."""
    victim = backends.running.pop(chance.randrange(len(backends.running)))
    victim.signal(number)
    backends.start()
    return victim


def while_asked(backends, pages, clients, requests, times, number):
    """So many are replaced, one after each so many answers, and between them
    the pages are read; those that were."""
    chance, victims = random.Random(number), []
    while clients.at_work():
        pages.read()
        if clients.answered.value >= len(victims) * requests / times and \
                len(victims) < times:
            victims.append(replace_one(backends, number, chance))
    clients.end()
    for victim in victims:
        victim.wait()
    return victims


# ---- killed, stopped


def test_killed_at_any_moment(stage, directory):
    with eight(stage, directory) as (backends, pages):
        clients = Clients(backends.path, CLIENTS, REQUESTS)
        victims = while_asked(
            backends, pages, clients, REQUESTS, KILLS, signal.SIGKILL)
        page = pages.settled()
    counted = requests_of(page)
    answered, broken = clients.tally, clients.broken
    assert len(victims) == KILLS
    assert answered.total() + broken.total() == REQUESTS
    # Answered, and killed before that was counted: no more than were at work.
    missing = answered - counted
    assert missing.total() <= KILLS * THREADS, missing
    # Counted, and killed before that was sent.
    more = Counter()
    for (method, route, _), count in (counted - answered).items():
        more[method, route] += count
    assert not more - broken, (more, broken)
    print(f"{answered.total()} answered, {broken.total()} broken off, "
          f"{missing.total()} not counted, {more.total()} counted beside")


def test_restarted_gracefully(stage, directory):
    with eight(stage, directory) as (backends, pages):
        clients = Clients(backends.path, CLIENTS, REQUESTS)
        while_asked(
            backends, pages, clients, REQUESTS, RESTARTS, signal.SIGTERM)
        page = pages.settled()
    assert not clients.broken
    assert requests_of(page) == clients.tally


def test_replaced_by_another_program(stage, directory):
    """One with endpoints of its own, while this one goes on, and back."""
    with eight(stage, directory) as (backends, pages):
        theirs = directory / "theirs"
        theirs.mkdir()
        tally = Counter()
        for turn in range(2):
            with fronts.backends_on(
                theirs / "fcgi.sock", stage.bin / "testapp.fcgi",
                directory / "state", 2,
            ) as others:
                clients = [
                    Clients(others.path, 2, REQUESTS // 20, THEIRS),
                    Clients(backends.path, 2, REQUESTS // 20),
                ]
                for each in clients:
                    while_asked(backends, pages, each, REQUESTS // 20, 4,
                                signal.SIGTERM)
                    assert not each.broken
                    tally += each.tally
                others.path.unlink()
            # All of them, as the kernel sees it, are gone before they return.
            for _ in range(PROCESSES):
                replace_one(backends, signal.SIGTERM, random.Random(turn)).wait()
        page = pages.settled()
    assert requests_of(page) == tally


# ---- strangers


def test_strangers_make_no_series(stage, directory):
    with eight(stage, directory) as (backends, pages):
        pages.read()
        clients = Clients(backends.path, CLIENTS, 2 * STRANGE, [
            ("GET", "/nowhere/{}", "", "other"),
            ("BREW{}", "/health", "", "other"),
        ])
        clients.end()
        page = pages.settled()
    assert not clients.broken
    counted = requests_of(page)
    assert counted == clients.tally
    assert counted["GET", "other", 404] == STRANGE
    # One for the paths, and one for the methods.
    assert len(counted) == 2, counted
    assert page.total("lightcone_metrics_lost_total") == 0
