"""Small disks that can be filled."""

import os
import subprocess
from contextlib import contextmanager

import pytest


@contextmanager
def small_disk(place, megabytes):
    """A file system of its own, at a directory that is made."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs",
         place], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no small disk: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def fill(disk):
    """Until not a byte more fits; the file that does it."""
    with open(disk / "ballast", "ab", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass
    return disk / "ballast"
