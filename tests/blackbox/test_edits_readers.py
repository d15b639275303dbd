"""Eight readers and a writer over two processes: nobody who asks after a
change's answer sees what was before, and each object is there exactly once;
also where answers are kept.
"""

import ctypes
import json
import os
import re
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import fronts
from connection import Connection
from editor import at
from forked import fork, told
from keys import add_key
from stage import THOROUGH

pytestmark = pytest.mark.alone  # more readers than cores, and their share

READERS = 8
EDITS = 10_000 if THOROUGH else 1_000
MOST = 5  # an edit takes less than so many reads of a reader

# Those of the file among them must not be seen as they are there.
RA, DEC = 187.7, 12.39
NAMES = ["NGC 4486", "Written 1", "NGC 4478", "Written 3", "IC 3443"]
CONE = f"coordinates={RA}+{DEC}&limit=1000&radius_deg="
RADIUS_DEG = {False: 0.6, True: 3}  # a larger one is worth keeping


class Tally:
    """What all processes of the test share."""

    def __init__(self, edits, keeps):
        self.edits = edits
        self.radius_deg = RADIUS_DEG[keeps]
        # Edit number n is of the object NAMES[n % len(NAMES)].
        self.sent = fork.RawValue(ctypes.c_int64, -1)
        self.answered = fork.RawValue(ctypes.c_int64, -1)
        self.over = fork.Event()
        self.failures = fork.SimpleQueue()
        self.counts = fork.RawArray(ctypes.c_int64, READERS)
        self.given = fork.RawArray(ctypes.c_int64, READERS)  # from the cache


# ---- the writer


def body_of(number):
    """Its number is the velocity; it is somewhere else each time."""
    turn = number * 0.618 % 1
    return json.dumps({
        "ra_deg": RA - 0.5 + turn, "dec_deg": DEC - 0.2 + turn / 3,
        "radial_velocity_km_s": number,
    })


def write(tally, port, key):
    connection = Connection(port)
    for number in range(tally.edits):
        tally.sent.value = number
        status, _, text = connection.ask(
            "PUT", at(NAMES[number % len(NAMES)]), body_of(number),
            **{"X-API-Key": key, "Content-Type": "application/json"},
        )
        if status not in (200, 201):
            raise RuntimeError(f"{status} {text}")
        tally.answered.value = number


# ---- the readers


def latest(number, name):
    """The last edit of the object up to this one."""
    place = NAMES.index(name)
    return number - (number - place) % len(NAMES)


class Reader:
    def __init__(self, tally, port, seed):
        self.tally = tally
        self.connection = Connection(port)
        self.turn = self.seed = seed
        self.tags = {}  # of each name: the tag, and the number seen with it

    def get(self, target, **fields):
        """What was answered before it is asked, the reply, what was sent."""
        before = self.tally.answered.value
        reply = self.connection.ask("GET", target, **fields)
        if "; hit" in reply[1].get("Cache-Status", ""):
            self.tally.given[self.seed] += 1
        return before, reply, self.tally.sent.value

    def judge(self, name, before, seen, after):
        least, most = latest(before, name), latest(after, name)
        assert least <= seen <= most, (
            f"{name}: {seen} was seen, {least} had been answered before"
            f" and {most} sent after it"
        )

    def judge_cone(self, before, rows, after):
        """Rows are pairs of a name and a number."""
        seen = sorted(number for name, number in rows if name in NAMES)
        assert len(seen) == len(NAMES), f"not each once: {rows}"
        # All of one moment: the last edits, one after the other.
        assert seen == list(range(seen[0], seen[0] + len(NAMES))), seen
        assert before <= seen[-1] <= after, (before, seen, after)

    def one(self, name):
        tag, number = self.tags.get(name, ('"none"', -1))
        before, (status, headers, text), after = self.get(
            at(name), **{"If-None-Match": tag}
        )
        if status == 304:
            seen = number
        else:
            assert status == 200, (status, text)
            seen = json.loads(text)["radial_velocity_km_s"]
            self.tags[name] = headers["ETag"], seen
        self.judge(name, before, seen, after)

    def listed(self):
        before, (status, _, text), after = self.get(f"/galaxy?{CONE}{self.tally.radius_deg}")
        assert status == 200, (status, text)
        answer = json.loads(text)
        assert answer["matched"] == len(answer["system"])
        self.judge_cone(before, [
            (row["name"], row.get("radial_velocity_km_s"))
            for row in answer["system"]
        ], after)

    def table(self):
        before, (status, _, text), after = self.get(
            f"/galaxy?format=tsv&{CONE}{self.tally.radius_deg}"
        )
        assert status == 200, (status, text)
        head, *lines = (line.split("\t") for line in text.splitlines())
        name, number = (
            head.index(word) for word in ("name", "radial_velocity_km_s")
        )
        self.judge_cone(before, [
            (line[name], int(line[number])) for line in lines
            if line[name] in NAMES
        ], after)

    def votable(self):
        before, (status, _, text), after = self.get(
            f"/cone?RA={RA}&DEC={DEC}&SR={self.tally.radius_deg}"
        )
        assert status == 200 and 'value="OK"' in text, (status, text)
        fields = re.findall(r'<FIELD [^>]*name="([^"]*)"', text)
        number = fields.index("radial_velocity_km_s")
        rows = [
            re.findall(r"<TD>([^<]*)</TD>", row)
            for row in re.findall(r"<TR>.*?</TR>", text)
        ]
        name = fields.index("name")
        self.judge_cone(before, [
            (row[name], int(row[number])) for row in rows
            if row[name] in NAMES
        ], after)

    def step(self):
        self.turn += 1
        if self.turn % 8 == 0:
            self.listed()
        elif self.turn % 8 == 3:
            self.table()
        elif self.turn % 8 == 6:
            self.votable()
        else:
            self.one(NAMES[self.turn % len(NAMES)])


def read(tally, port, seed):
    reader = Reader(tally, port, seed)
    while not tally.over.is_set():
        reader.step()
        tally.counts[seed] += 1


@contextmanager
def running(tally, port):
    readers = [
        fork.Process(target=told, args=(tally, read, port, seed), daemon=True)
        for seed in range(READERS)
    ]
    for each in readers:
        each.start()
    try:
        yield
    finally:
        tally.over.set()
        for each in readers:
            each.join(20)
            each.kill()


def cpu_s(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize(
    "keeps", [pytest.param(False, marks=pytest.mark.plain), True])
def test_readers_and_a_writer(stage, keeps):
    if fronts.missing("lighttpd-external"):
        pytest.skip(fronts.missing("lighttpd-external"))
    tally = Tally(EDITS, keeps)
    options = {"LIGHTCONE_CACHE": "local:16M"} if keeps else {}
    with fronts.starting("lighttpd-external", stage, "", count=2,
                         **options) as front:
        key = add_key(stage, front.state, "writer", "write")
        port = front.site.port
        connection = Connection(port)
        write_first(connection, key)
        with running(tally, port):
            began = time.monotonic()
            told(tally, write, port, key)
            took_s = time.monotonic() - began
        spent_s = [cpu_s(pid) for pid in front.application_pids()]
    assert tally.failures.empty(), tally.failures.get()
    assert tally.answered.value == EDITS - 1
    assert min(tally.counts) > EDITS / 20, list(tally.counts)
    assert len(spent_s) == 2 and min(spent_s) > max(spent_s) / 20, spent_s
    assert keeps == (sum(tally.given) > EDITS / 20), list(tally.given)
    print(f"{EDITS} edits in {took_s:.1f} s, {sum(tally.counts)} reads,"
          f" {sum(tally.given)} from the cache")
    assert stage.sanitized or sum(tally.counts) / READERS < MOST * EDITS


def write_first(connection, key):
    """Each object has a number before the readers come: one below 0."""
    for place, name in enumerate(NAMES):
        status, _, text = connection.ask(
            "PUT", at(name), body_of(place - len(NAMES)),
            **{"X-API-Key": key, "Content-Type": "application/json"},
        )
        assert status in (200, 201), text
