"""Clocks that are stepped, by libfaketime."""

from pathlib import Path

import pytest

FAKETIME = [*Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")]


def needed(stage):
    """Skips a test that cannot have one."""
    if not FAKETIME:
        pytest.skip("libfaketime is not installed")
    if stage.sanitized:
        pytest.skip("a sanitizer wants to be the first library")


class Clock:
    """The calendar of those who look at it through libfaketime."""

    def __init__(self, directory):
        self.file = directory / "clock"
        self.step(0)

    def step(self, seconds):
        """Sets it so far from the real one."""
        new = self.file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.rename(self.file)

    def environment(self):
        return {
            "LD_PRELOAD": FAKETIME[0],
            "FAKETIME_TIMESTAMP_FILE": self.file,
            "FAKETIME_NO_CACHE": 1,
            "FAKETIME_DONT_FAKE_MONOTONIC": 1,
        }
