"""A limit under those who ask without pause: four processes behind Lighttpd,
and eight clients, whose own clocks say what was let through when."""

import multiprocessing
import os
import time

import pytest

import fronts

# It loads the machine, and counts what gets through.
pytestmark = [pytest.mark.alone, pytest.mark.plain]

RATE, BURST = 200, 200
PROCESSES, CLIENTS = 4, 8
# The whole check takes as long as the limit is promised for.
SECONDS = 10 if os.environ.get("CHECK_ALL") else 3


def hammer(site, together, found):
    """Asks until the time is up; tells when each was asked and answered."""
    together.wait(30)
    until = time.monotonic() + SECONDS
    asked = []
    while time.monotonic() < until:
        sent = time.monotonic()
        reply = site.get("/galaxy/M31")
        asked.append((sent, time.monotonic(), reply.status))
    found.put(asked)


def hammered(site):
    """What all clients have seen: rows of sent, received and status."""
    found = multiprocessing.Queue()
    together = multiprocessing.Barrier(CLIENTS)
    clients = [
        multiprocessing.Process(target=hammer, args=(site, together, found))
        for _ in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    rows = sum((found.get(timeout=SECONDS + 30) for _ in clients), [])
    for client in clients:
        client.join(30)
    return rows


def most_above(rows):
    """By how much the worst window has more than the rate allows.

    A request was judged between its sending and its answer, so those that lie
    wholly in a window were let through in it.
    """
    worst = 0
    rows = sorted((received, sent) for sent, received, _ in rows)
    for _, begin in rows:
        count = 0
        for received, sent in rows:
            if sent >= begin:
                count += 1
                worst = max(worst, count - RATE * (received - begin))
    return worst


def most_admitted(rows):
    """How many of these a limit that wastes nothing lets through."""
    left, before, count = BURST, 0, 0
    for received in sorted(received for _, received, _ in rows):
        left = min(BURST, left + RATE * (received - before))
        before = received
        if left >= 1:
            left -= 1
            count += 1
    return count


def those(rows, status):
    return [row for row in rows if row[2] == status]


@pytest.fixture(scope="module")
def rows(stage):
    if fronts.missing("lighttpd-external"):
        pytest.skip(fronts.missing("lighttpd-external"))
    with fronts.starting(
        "lighttpd-external", stage, "", count=PROCESSES, LIGHTCONE_RATE="on",
        LIGHTCONE_RATES=f"burst={RATE}/1/{BURST},minute=60000/60",
    ) as front:
        assert len(front.application_pids()) == PROCESSES
        for _ in range(10 * PROCESSES):
            front.site.get("/galaxy/M31")
        time.sleep(1)  # all is free again
        return hammered(front.site)


def test_everybody_was_answered_and_many_were_refused(rows):
    assert {status for _, _, status in rows} == {200, 429}
    assert len(those(rows, 429)) > len(rows) / 10


def test_no_window_has_more_than_its_limit(rows):
    assert most_above(those(rows, 200)) <= BURST + 1


def test_the_limit_is_used(rows):
    """Also where a busy machine has held up all clients for a while."""
    admitted, wanted = len(those(rows, 200)), most_admitted(rows)
    print(f"{admitted} let through, of {wanted}, in {SECONDS} s")
    assert admitted >= 0.98 * wanted


def test_what_is_wasted_is_seen():
    steadily = [(at / RATE, at / RATE, 200) for at in range(10 * RATE)]
    paused = [row for row in steadily if not 4 <= row[0] < 7]
    assert most_admitted(steadily) == len(steadily)
    assert abs(most_admitted(9 * steadily) - BURST - 10 * RATE) < 5
    assert abs(most_admitted(9 * paused) - 2 * BURST - 7 * RATE) < 5


def test_the_measure_sees_one_too_many():
    steadily = [count / RATE for count in range(RATE)]
    for burst in (BURST, BURST + 1):
        rows = [(at, at, 200) for at in [0] * burst + steadily]
        assert (most_above(rows) <= BURST + 1) == (burst == BURST)
