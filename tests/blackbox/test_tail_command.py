"""lightcone tail: follows the cosmic stream."""

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
from contextlib import closing

import pytest

from processes import PATIENCE_S, Program, wait_until

LINE = re.compile(r"(\d+)  (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)  (\w+) +(.*)")
HOSTILE = {"a": "\x9b31m\x7f\U0001f30c"}


class Log:
    """The events of a state directory, put there by hand."""

    def __init__(self, console):
        self.console = console
        self.path = console.state / "state.sqlite"
        console.fine("key", "add", "one", "--scope", "read")  # makes the file
        with closing(sqlite3.connect(self.path)) as db:
            self.epoch, = db.execute("SELECT epoch FROM stream").fetchone()

    def add(self, *messages, kind="message"):
        with closing(sqlite3.connect(self.path, timeout=10)) as db, db:
            db.executemany(
                "INSERT INTO events (time_ms, type, total, data)"
                " VALUES (1800000000123, ?, 0, ?)",
                [(kind, json.dumps(each, ensure_ascii=False))
                 for each in messages])

    def forget(self, seq):
        with closing(sqlite3.connect(self.path, timeout=10)) as db, db:
            db.execute("DELETE FROM events WHERE seq <= ?", (seq,))

    def put_in_place_of(self, other):
        """The other's programs find this file where theirs was."""
        for suffix in ("-wal", "-shm"):
            (other.console.state / f"state.sqlite{suffix}").unlink(True)
        os.replace(self.path, other.path)

    def tail(self, *words):
        return self.console.fine("tail", *words).splitlines()

    def following(self, *words):
        return Program(
            self.console.command("tail", *words), self.console.environment(),
            self.console.directory / "tail.log")


@pytest.fixture
def log(console):
    return Log(console)


def numbers(lines):
    return [int(LINE.fullmatch(line)[1]) for line in lines]


def test_what_is_shown(log):
    log.add(*({"i": i} for i in range(1, 13)))
    log.add({"state": "succeeded"}, kind="job")
    last = log.tail("--count", 10)
    assert numbers(last) == list(range(4, 14))
    assert LINE.fullmatch(last[0]).groups() == (
        "4", "2027-01-15T08:00:00.123Z", "message", '{"i": 4}')
    assert LINE.fullmatch(last[9])[3] == "job"
    cases = [
        (("--after", 0, "--count", 13), range(1, 14)),
        (("--after=5", "--count=2"), (6, 7)),
        (("--after", 0, "--count", 1, "--type", "job"), (13,)),
        (("--after", 11, "--count", 2, "--type", "job", "--type", "message"),
         (12, 13)),
    ]
    for words, expected in cases:
        assert numbers(log.tail(*words)) == list(expected), words


def test_json_is_what_observers_are_sent(log):
    log.add({"i": 1}, ["é", HOSTILE], "text", 4, None)
    lines = log.tail("--json", "--after", 0, "--count", 5)
    with log.console.served() as site:
        sent = site.get("/cosmic_stream", {"after": 0}).text
    assert '"events":[' + ",".join(lines) + "]" in sent
    assert json.loads(lines[2])["epoch"] == log.epoch


def test_it_follows_until_it_is_told_to_end(log):
    log.add("first")
    with log.console.served() as site:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            program = log.following("--json")
            try:
                wait_until(lambda: '"first"' in program.said(), "the first")
                posted = site.ask("POST", "/cosmic_stream", body=b'"now"',
                                  CONTENT_TYPE="application/json")
                assert posted.status == 201
                wait_until(lambda: '"now"' in program.said(), "the next")
                program.signal(number)
                assert program.wait() == 0
            finally:
                program.stop()
            assert "lightcone" not in program.said().replace(
                "lightcone: working as root", "")
            program.log.unlink()


def test_what_is_missing_is_told(log):
    log.add(*range(1, 9))
    log.forget(3)
    done = log.console.run("tail", "--after", 1, "--count", 2)
    assert numbers(done.stdout.splitlines()) == [4, 5]
    assert "events 2 to 3 are kept no longer" in done.stderr
    gap, first = log.tail("--after", 1, "--count", 1, "--json")
    assert json.loads(gap) == {
        "type": "gap", "epoch": log.epoch, "after": 1, "next": 4,
        "reason": "gone"}
    assert json.loads(first)["seq"] == 4


def test_a_log_that_is_replaced(log, stage):
    other_console = type(log.console)(stage, stage.fresh("other"))
    other = Log(other_console)
    log.add(*"abcdef")
    other.add("other")
    program = log.following("--json")
    try:
        wait_until(lambda: '"f"' in program.said(), "the last")
        other.put_in_place_of(log)
        wait_until(lambda: '"other"' in program.said(), "the other log's")
        gap, event = map(json.loads, program.said().splitlines()[-2:])
        assert (gap["reason"], gap["next"]) == ("epoch", 1)
        assert (event["seq"], event["epoch"]) == (1, other.epoch)
        log.add("more")
        wait_until(lambda: '"more"' in program.said(), "what comes")
        program.signal(signal.SIGINT)
        assert program.wait() == 0
    finally:
        program.stop()


def test_a_number_that_is_still_to_come(log):
    log.add(1, 2)
    program = log.following("--after", 99)
    try:
        wait_until(lambda: "goes on with event 3" in program.said(), "words")
        log.add("next")
        wait_until(lambda: '"next"' in program.said(), "what comes")
        assert LINE.search(program.said())[1] == "3"
    finally:
        program.stop()


@pytest.mark.parametrize("more", [True, False], ids=["more", "quiet"])
def test_a_pipe_that_closes(log, more):
    log.add(*range(1, 12))
    program = subprocess.Popen(
        log.console.command("tail", "--after", 0),
        env=log.console.environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert program.stdout.readline().startswith(b"1 ")
        program.stdout.close()
        if more:
            log.add(*range(12, 20))
        assert program.wait(PATIENCE_S) == 0
        assert b"lightcone tail" not in program.stderr.read()
    finally:
        program.kill()
        program.wait()


@pytest.mark.parametrize("words", [(), ("--json",)], ids=["lines", "json"])
def test_a_terminal_is_given_no_orders(log, words):
    log.add(HOSTILE)
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        log.console.command("tail", "--count", 1, *words),
        env=log.console.environment(), stdin=subprocess.DEVNULL,
        stdout=theirs, stderr=subprocess.DEVNULL)
    try:
        assert program.wait(PATIENCE_S) == 0
        shown = os.read(ours, 4096).decode()
    finally:
        program.kill()
        program.wait()
        os.close(theirs)
        os.close(ours)
    assert '{"a": "?31m?\U0001f30c"}' in shown
    assert shown.count("\n") == 1


def test_what_is_refused(console):
    cases = [
        ("--after", "x"), ("--after", "-1"), ("--count", "0"),
        ("--type", "nonsense"), ("word",), ("--after",),
    ]
    for words in cases:
        console.refused(2, "tail", *words)
    console.refused(66, "tail", "--count", 1)
    assert not console.state.exists()


def test_a_state_that_cannot_be_read(log):
    log.path.write_bytes(b"nonsense" * 512)
    said = log.console.refused(66, "tail", "--count", 1)
    assert "state.sqlite" in said
