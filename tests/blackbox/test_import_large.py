"""Large imports: killed at any moment, in little memory, with a bar."""

import fcntl
import os
import pty
import random
import re
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

import pytest

from console import large_table
from processes import wait_until

pytestmark = pytest.mark.long

KILLS = 10
MOST_KB = 200 * 1024
OLD = "name,ra,dec\nold,1,2\n"


@pytest.fixture(scope="module")
def table(stage):
    rows = 100_000 if stage.sanitized else 300_000
    return large_table(stage.fresh("large") / "large.csv", rows), rows


def start(console, path, *words, **more):
    return subprocess.Popen(
        console.command("import", "--catalogue", "cat", *words, path),
        env=console.environment(),
        **{"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **more},
    )


def count(site):
    """How many objects the catalogue answers from."""
    reply = site.get("/galaxy", "catalogue=cat&coordinates=1,2"
                     "&radius_deg=180&limit=1")
    assert reply.status == 200, reply
    return reply.json()["matched"]


def test_killed_at_any_moment(console, table):
    path, rows = table
    old = console.table("old.csv", OLD)
    began = time.monotonic()
    assert start(console, path).wait(60) == 0
    took_s = time.monotonic() - began
    seed = random.randrange(1 << 30)
    print("seed", seed)
    moments = random.Random(seed)
    killed = 0
    console.imported("cat", old)
    with console.served() as site:
        while killed < KILLS:
            before = set(console.files())
            program = start(console, path)
            time.sleep(moments.uniform(0, 0.95) * took_s)
            program.kill()
            program.wait()
            if console.file("cat").name not in before:
                # It was done already, whatever it did after that.
                assert count(site) == rows
                console.imported("cat", old)
                continue
            killed += 1
            assert count(site) == 1
            left = set(console.files()) - before
            assert all(re.fullmatch(r"cat\.(\d+\.sqlite|(current\.)?tmp)", name)
                       for name in left), left
        assert start(console, path).wait(60) == 0
        assert count(site) == rows
    assert len(console.files()) == 3, console.files()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_it_leaves_nothing(console, table, number):
    console.imported("cat", console.table("old.csv", OLD))
    before = console.files()
    program = start(console, table[0], stderr=subprocess.PIPE)
    wait_until(lambda: "cat.tmp" in console.files(), "the import")
    program.send_signal(number)
    _, said = program.communicate(timeout=20)
    assert program.returncode == -number
    assert b"nothing was changed" in said
    assert console.files() == before


@pytest.mark.plain  # a sanitizer takes its own memory
def test_memory_does_not_grow_with_the_file(console):
    path = large_table(console.tables / "larger.csv", 1_000_000)
    program = start(console, path)
    most_kb = 0
    # Not rusage: that begins with what the one who forked had.
    while program.poll() is None:
        most_kb = max(most_kb, most_memory_kb(program.pid))
        time.sleep(0.01)
    assert program.returncode == 0
    print(most_kb // 1024, "MB")
    assert 10_000 < most_kb < MOST_KB


def most_memory_kb(pid):
    """The most that a process has had so far; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) if found else 0


# ---- the bar

def on_a_terminal(console, path, columns):
    """What a terminal of this width is sent."""
    ours, theirs = pty.openpty()
    size = struct.pack("HHHH", 24, columns, 0, 0)
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
    program = start(console, path, stderr=theirs)
    os.close(theirs)
    said = b""
    held = False
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:  # nobody is at the other end any more
            break
        if not more:
            break
        said += more
        if b"rows" in said and not held:
            # As if the disk were slow: there is something to wait for.
            program.send_signal(signal.SIGSTOP)
            time.sleep(0.5)
            program.send_signal(signal.SIGCONT)
            held = True
    os.close(ours)
    assert program.wait(20) == 0
    return said.decode()


@pytest.mark.plain  # its subject is what is drawn
def test_a_bar_on_a_terminal(console, table):
    said = on_a_terminal(console, table[0], 100)
    bars = re.findall(r"\r(\w+) \[(=* *)\] +(\d+) %([^\r]*)\033\[K", said)
    reading = [bar for bar in bars if bar[0] == "reading"]
    writing = [bar for bar in bars if bar[0] == "writing"]
    assert reading and writing, said
    parts = [int(part) for _, _, part, _ in reading]
    assert parts == sorted(parts) and parts[-1] <= 100
    for _, bar, part, rest in bars:
        assert abs(bar.count("=") - int(part) / 5) <= 1, bar
    assert all(re.match(r" +\d+ rows, \d+/s", rest)
               for _, _, _, rest in reading), said
    # On a quick machine it is over before the time left is more than a guess.
    assert len(reading) <= 5 or any(
        re.search(r", \d+:\d\d left", rest) for *_, rest in reading
    ), said
    # It is taken away in the end.
    assert said.rstrip().endswith("\r\033[K")


@pytest.mark.plain  # its subject is what is drawn
def test_a_narrow_terminal_is_not_wrapped(console, table):
    said = on_a_terminal(console, table[0], 40)
    bars = re.findall(r"\r([^\r]+)\033\[K", said)
    assert bars
    assert max(map(len, bars)) < 40


@pytest.mark.plain  # its subject is what is drawn
def test_no_bar_elsewhere(console, table):
    done = console.run("import", table[0])
    assert done.returncode == 0
    assert "\r" not in done.stderr and "%" not in done.stderr
