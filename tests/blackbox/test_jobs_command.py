"""lightcone jobs: lists, shows, retries and cancels, and the live view."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios

import pytest

from job_rows import HOUR_MS, STATES, JobRows, now_ms
from processes import wait_until

ENTER, LEAVE = b"\033[?1049h\033[?25l", b"\033[?25h\033[?1049l"


@pytest.fixture
def rows(console):
    console.fine("key", "add", "one", "--scope", "read")  # makes state.sqlite
    return JobRows(console.state)


# ---- list and show


def test_without_any(console):
    for words in ([], ["list"], ["list", "--state", "failed"]):
        done = console.run("jobs", *words)
        assert (done.returncode, done.stdout) == (0, ""), done
        assert "there are no jobs" in done.stderr
    assert console.fine("jobs", "--json") == "[]\n"
    assert not (console.state / "state.sqlite").exists()


def test_the_list(console, rows):
    made = [rows.add(state, "k-" + state) for state in STATES]
    rows.execute("UPDATE jobs SET error = ? WHERE state = 'failed'",
                 ["no\033[31m luck\n★"])
    head, *lines = console.fine("jobs").splitlines()
    assert head.split() == ["ID", "KIND", "STATE", "DONE", "ATTEMPT",
                            "CREATED", "ERROR"]
    assert [line.split()[0] for line in lines] == made[::-1]
    assert [line.split()[2] for line in lines] == list(STATES[::-1])
    assert lines[1].endswith("no?[31m luck?★")
    for column in ("KIND", "STATE", "CREATED"):
        at = head.index(column)
        assert all(line[at - 1] == " " and line[at] != " " for line in lines)
    assert len(console.fine("jobs", "--limit", 2).splitlines()) == 3
    failed = console.fine("jobs", "list", "--state=failed").splitlines()
    assert [line.split()[0] for line in failed[1:]] == [made[3]]
    kind = console.fine("jobs", "--kind", "k-running").splitlines()
    assert [line.split()[0] for line in kind[1:]] == [made[1]]


def test_the_list_as_json(console, rows):
    made = [rows.add(payload='{"a": [1, "★"]}', error="one\ntwo")
            for _ in range(3)]
    found = json.loads(console.fine("jobs", "--json"))
    assert [job["id"] for job in found] == made[::-1]
    assert found[0]["payload"] == {"a": [1, "★"]}
    assert found[0]["error"] == "one\ntwo"


def test_a_list_of_many(console, rows):
    rows.execute(
        "WITH RECURSIVE n(i) AS"
        " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)"
        " INSERT INTO jobs (id, kind, state, priority, attempts,"
        "  attempts_most, lease, cancel, progress, created_ms, ended_ms,"
        "  result_status, result_bytes, payload)"
        " SELECT printf('%022d', i), 'many', 'failed', 0, 3, 3, 1, 0, 0.0,"
        "  i, i, 0, 0, '{}' FROM n"
    )
    lines = console.fine("jobs", "--limit", 2400).splitlines()[1:]
    wanted = [f"{i:022d}" for i in range(2500, 100, -1)]
    assert [line.split()[0] for line in lines] == wanted
    done = console.run("jobs", "retry", "--failed", "--kind", "many")
    assert done.returncode == 0 and "2500 jobs are" in done.stderr
    assert rows.execute(
        "SELECT state, count(*) FROM jobs GROUP BY state"
    ) == [("queued", 2500)]


def test_show(console, rows):
    its = rows.add_result(b"12345", "image/png", payload='{"x": 1}')
    shown = console.fine("jobs", "show", its)
    assert re.search(rf"^id +{its}$", shown, re.M)
    assert re.search(r"^state +succeeded$", shown, re.M)
    assert re.search(r"^attempts +1 of 3$", shown, re.M)
    assert re.search(r"^created +\S+Z +\(.* ago\)$", shown, re.M)
    assert f"image/png, 5 bytes, {rows.result(its)}" in shown
    assert '{"x": 1}' in shown
    later = rows.add(ready_ms=None, run_at_ms=now_ms() + HOUR_MS)
    assert re.search(r"^due +\S+Z +\(in .*\)$",
                     console.fine("jobs", "show", later), re.M)
    assert json.loads(console.fine("jobs", "show", "--json", its))["id"] == its


def test_the_beginning_of_an_id_is_enough(console, rows):
    for its in ("abcdefgh0000000000000A", "abcdefgi0000000000000A",
                "-bcdefgi0000000000000A"):
        rows.add(id=its)
    assert "abcdefgh" in console.fine("jobs", "show", "abcdefgh")
    assert "-bcdef" in console.fine("jobs", "show", "--", "-bcdef")
    said = console.refused(1, "jobs", "show", "abcdefg")
    assert "several" in said
    assert "too short" in console.refused(1, "jobs", "show", "abcde")
    for none in ("abcdefghi", "ABCDEFGH", "abcdef%", "~~~~~~"):
        said = console.refused(1, "jobs", "show", none)
        assert "no job" in said


# ---- retry and cancel


def test_cancel(console, rows):
    waits, runs = rows.add(), rows.add("running")
    done = console.run("jobs", "cancel", waits[:8], runs)
    assert done.returncode == 0, done
    assert f"{waits} is cancelled" in done.stderr
    assert f"{runs} is told to stop" in done.stderr
    assert rows.of(waits, "state") == "cancelled"
    assert rows.of(runs, "cancel") == 1
    assert "told to stop" in console.fine("jobs", "show", runs)
    said = console.refused(1, "jobs", "cancel", waits)
    assert "ended already: cancelled" in said


def test_the_others_are_cancelled_too(console, rows):
    ended, waits = rows.add("failed"), rows.add()
    done = console.run("jobs", "cancel", ended, "no-such-job", waits)
    assert done.returncode == 1
    assert rows.of(waits, "state") == "cancelled"
    assert rows.of(ended, "state") == "failed"


def test_retry(console, rows):
    failed = rows.add("failed", attempts=3, error="away")
    cancelled, succeeded = rows.add("cancelled"), rows.add("succeeded")
    done = console.run("jobs", "retry", failed, cancelled)
    assert done.returncode == 0, done
    for its in (failed, cancelled):
        assert f"{its} is queued anew" in done.stderr
        assert rows.of(its, "state") == "queued"
        assert rows.of(its, "attempts") == 0
    console.refused(1, "jobs", "retry", succeeded)
    assert rows.of(succeeded, "state") == "succeeded"


def test_retry_of_all_that_failed(console, rows):
    one, other = rows.add("failed", "one"), rows.add("failed", "other")
    cancelled = rows.add("cancelled", "one")
    done = console.run("jobs", "retry", "--failed", "--kind", "one")
    assert done.returncode == 0 and "1 job is" in done.stderr
    states = [rows.of(its, "state") for its in (one, other, cancelled)]
    assert states == ["queued", "failed", "cancelled"]
    console.fine("jobs", "retry", "--failed")
    assert rows.of(other, "state") == "queued"
    assert rows.of(cancelled, "state") == "cancelled"


# ---- words and states that cannot be

WRONG = [
    (["lst"], 2),
    (["list", "x"], 2),
    (["--state", "lost"], 2),
    (["--state"], 2),
    (["--limit", "0"], 2),
    (["--limit", "1.5"], 2),
    (["--limit", "9999999999999999999999"], 2),
    (["--failed"], 2),
    (["show"], 2),
    (["show", "abcdefgh", "abcdefgi"], 2),
    (["show", "--state", "failed", "abcdefgh"], 2),
    (["show", "abcdefgh"], 1),
    (["retry"], 2),
    (["retry", "--failed", "abcdefgh"], 2),
    (["retry", "--kind", "one", "abcdefgh"], 2),
    (["retry", "abcdefgh"], 1),
    (["cancel"], 2),
    (["cancel", "--failed"], 2),
    (["cancel", "abcdefgh"], 1),
    (["watch", "x"], 2),
    (["watch", "--json"], 2),
]


@pytest.mark.parametrize("words, code", WRONG, ids=repr)
def test_wrong_words(console, words, code):
    console.refused(code, "jobs", *words)
    assert not (console.state / "state.sqlite").exists()


def test_a_state_that_cannot_be_used(console):
    console.state.mkdir(mode=0o700)
    (console.state / "state.sqlite").write_bytes(b"no database, " * 900)
    for words, code in (
        (["list"], 66), (["show", "abcdefgh"], 66), (["watch"], 66),
        (["retry", "--failed"], 66),
    ):
        assert "state.sqlite" in console.refused(code, "jobs", *words)


def test_output_that_cannot_be_written(console, rows):
    rows.add()
    with open("/dev/full", "w", encoding="utf-8") as full:
        for words in (["list"], ["--json"], ["watch"]):
            done = console.run("jobs", *words, capture_output=False,
                               stdout=full, stderr=subprocess.PIPE)
            assert done.returncode == 1, done


# ---- the live view


def test_without_a_terminal_it_is_one_snapshot(console, rows):
    rows.add(ready_ms=now_ms() - 100_000)
    running = rows.add("running", progress=0.5, started_ms=now_ms() - 65_000)
    failed = rows.add("failed", error="no luck")
    done = console.run("jobs", "watch")
    assert done.returncode == 0, done
    assert "no terminal" in done.stderr and "\033" not in done.stdout
    assert "queued 1   running 1   succeeded 0   failed 1" in done.stdout
    assert re.search(r"waited 1:[4-5]\d", done.stdout)
    assert re.search(
        rf"{running[:10]} .*\[={{10}} {{10}}\] +50 % +1:\d\d", done.stdout
    )
    assert re.search(rf"{failed[:10]} .* ago +no luck", done.stdout)


class Watch:
    """lightcone jobs watch on a terminal of ours."""

    def __init__(self, console, rows=24, columns=80):
        self.ours, self.its = pty.openpty()
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.its)
        self.seen = b""
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *console.command("jobs", "watch")],
            env=console.environment(), stdin=self.its, stdout=self.its,
            stderr=self.its,
        )

    def resize(self, rows, columns):
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.its, termios.TIOCSWINSZ, size)

    def read(self):
        os.set_blocking(self.ours, False)
        try:
            self.seen += os.read(self.ours, 65536)
        except BlockingIOError:
            pass
        return self.seen

    def wait_for(self, pattern):
        return wait_until(
            lambda: re.search(pattern, self.read(), re.S), repr(pattern)
        )

    def screen(self):
        """The lines of the last whole picture."""
        pictures = re.findall(rb"\033\[H(.*?)\033\[J", self.read(), re.S)
        return [
            line.replace(b"\033[K", b"").decode()
            for line in re.split(rb"\r+\n", pictures[-1])
        ]

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.ours)
        os.close(self.its)


@pytest.fixture
def watch(console):
    started = []

    def start(**size):
        started.append(Watch(console, **size))
        return started[-1]

    yield start
    for each in started:
        each.end()


def test_the_view_follows_and_leaves_the_terminal_as_it_was(
    console, rows, watch
):
    rows.add()
    view = watch()
    view.wait_for(rb"queued 1 .*\033\[J")
    assert view.seen.count(ENTER) == 1 and LEAVE not in view.seen
    assert not termios.tcgetattr(view.its)[3] & termios.ECHO
    rows.add()
    view.wait_for(rb"queued 2 .*\033\[J")
    os.write(view.ours, b"typed\x03")  # Ctrl-C
    assert view.process.wait(10) == 0
    view.wait_for(re.escape(LEAVE) + b"$")
    assert termios.tcgetattr(view.its) == view.before
    assert b"typed" not in view.seen


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_it_also_leaves_when_it_is_told_to(console, rows, watch, number):
    view = watch()
    view.wait_for(rb"queued 0 .*\033\[J")
    view.process.send_signal(number)
    assert view.process.wait(10) == 0
    view.wait_for(re.escape(LEAVE) + b"$")
    assert termios.tcgetattr(view.its) == view.before


def test_it_fits_the_terminal(console, rows, watch):
    for _ in range(50):
        rows.add("running", kind="k" * 60, progress=0.99)
    for _ in range(9):
        rows.add("failed", error="★" * 400)
    view = watch(rows=24, columns=80)
    view.wait_for(rb"\033\[J")

    def fits(height, width):
        lines = view.screen()
        return len(lines) <= height and max(map(len, lines)) <= width

    assert fits(24, 80)
    assert sum("★" in line for line in view.screen()) == 5
    assert "  and more" in view.screen()
    view.resize(10, 40)
    wait_until(lambda: fits(10, 40), "the view in the smaller terminal")
    view.resize(60, 120)
    wait_until(lambda: len(view.screen()) > 24, "the view in the larger one")
    assert fits(60, 120)


def test_it_can_be_paused(console, rows, watch):
    view = watch()
    view.wait_for(rb"queued 0 .*\033\[J")
    its = view.process.pid
    view.process.send_signal(signal.SIGTSTP)
    wait_until(
        lambda: b"\nState:\tT" in open(f"/proc/{its}/status", "rb").read(),
        "its pause",
    )
    view.wait_for(re.escape(LEAVE) + b"$")
    assert termios.tcgetattr(view.its) == view.before
    view.seen = b""
    view.process.send_signal(signal.SIGCONT)
    view.wait_for(re.escape(ENTER) + rb".*queued 0 .*\033\[J")
    view.process.send_signal(signal.SIGINT)
    assert view.process.wait(10) == 0


def test_a_state_that_is_damaged_for_a_while(console, rows, watch):
    view = watch()
    view.wait_for(rb"queued 0 .*\033\[J")
    file = console.state / "state.sqlite"
    whole = file.read_bytes()
    for name in ("state.sqlite-wal", "state.sqlite-shm"):
        (console.state / name).unlink(missing_ok=True)
    file.unlink()
    file.write_bytes(b"no database, " * 900)
    view.wait_for(rb"state\.sqlite .*\033\[J")
    file.unlink()
    file.write_bytes(whole)
    view.seen = b""
    view.wait_for(rb"queued 0 .*\033\[J")
