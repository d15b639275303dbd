"""STILTS, the astronomers' program for tables, as a reader of what we write.

Whoever calls it is skipped where it is not installed.  It starts a Java
machine each time, which takes about a second.
"""

import os
import shutil
import subprocess

import pytest

PATIENCE_S = 120


# With these Java tells on standard error that it has read them.
TALKATIVE = ("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS")


def missing():
    """Why it cannot be used; or None."""
    if shutil.which("stilts") is None:
        return "stilts is not installed"
    return None


def run(*words, text=None):
    """The finished process, whatever came of it; `text` is its input."""
    if why := missing():
        pytest.skip(why)
    quiet = {
        name: value for name, value in os.environ.items()
        if name not in TALKATIVE
    }
    return subprocess.run(
        ["stilts", *map(str, words)],
        env=quiet,
        input="" if text is None else text,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
    )


def stilts(*words, text=None):
    """What it printed; fails with what it said when it fails."""
    done = run(*words, text=text)
    assert done.returncode == 0, done.stderr
    return done.stdout


def votlint(text):
    """What is wrong with a VOTable: nothing is "".

    Its exit code is 0 even when it finds faults.
    """
    done = run("votlint", "votable=-", text=text)
    return done.stdout + done.stderr
