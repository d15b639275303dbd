"""Processes: started, watched through /proc, and stopped by their pid."""

import os
import random
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path

PATIENCE_S = 15
O_CLOEXEC = 0o2000000


def wait_until(condition, what, patience_s=PATIENCE_S):
    """Polls until the condition gives something true, and returns that: less
    often for what takes longer, as others may need the processor.
    """
    deadline = time.monotonic() + patience_s
    pause_s = 0.002
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {patience_s} s")
        time.sleep(pause_s)
        pause_s = min(pause_s * 1.3, 0.02)


# Below the ports that the system takes for connections.
PORTS = range(10000, 32768)
reserved = []


def free_port():
    """One that no other process that runs these tests takes meanwhile: each
    holds a name for its ports until it ends.
    """
    while True:
        port = random.choice(PORTS)
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0lightcone-tests-port-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            name.close()
            continue
        reserved.append(name)
        return port


def raise_descriptor_limit(wanted):
    """Asks for so many descriptors, for us and our children; how many it is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        try:
            limits = (wanted, max(hard, wanted))
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        except (ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def clean_environment(**more):
    """Ours without LIGHTCONE_*, plus what is given."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("LIGHTCONE_")
    }
    return {**kept, **{name: str(value) for name, value in more.items()}}


# ---- what /proc knows


def alive(pid):
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def parents():
    """Of each living process: its parent's pid."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or not alive(int(entry.name)):
            continue
        try:
            stat = (entry / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found[int(entry.name)] = int(stat.rsplit(")", 1)[1].split()[1])
    return found


def children(pid):
    """The living children of a process, all the way down."""
    its_parent = parents()
    found = [pid]
    for parent in found:
        found += [child for child, its in its_parent.items() if its == parent]
    return found[1:]


def name_of(pid):
    """The name of the program's file; "" when the process has gone."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return words[0].decode()


def thread_count(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def rss_bytes(pid):
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def inherited_descriptors(pid):
    """Descriptors that a program started by this process would get."""
    found = {}
    for entry in Path(f"/proc/{pid}/fdinfo").iterdir():
        try:
            lines = entry.read_text().splitlines()
            target = os.readlink(f"/proc/{pid}/fd/{entry.name}")
        except FileNotFoundError:
            continue
        flags = next(line for line in lines if line.startswith("flags:"))
        if not int(flags.split()[1], 8) & O_CLOEXEC:
            found[int(entry.name)] = target
    return found


# ---- one program


class Program:
    """A program that runs until it is stopped; its output goes to a file."""

    def __init__(self, argv, environment, log, user=None, **popen):
        self.log = Path(log)
        if user is not None:
            popen |= {"user": user, "group": user, "extra_groups": []}
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                [str(word) for word in argv],
                env=environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **{"stdin": subprocess.DEVNULL, **popen},
            )

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process.poll() is None

    def said(self):
        return self.log.read_text(errors="replace")

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, patience_s=PATIENCE_S):
        return self.process.wait(patience_s)

    def stop(self):
        """SIGTERM, then SIGKILL for it and all it started."""
        started = children(self.pid) if self.running() else []
        if self.running():
            self.signal(signal.SIGTERM)
        try:
            return self.wait()
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.wait()
        finally:
            for pid in started:
                end(pid)


def end(pid):
    """Gives a process that should be ending some time, then ends it."""
    try:
        wait_until(lambda: not alive(pid), f"the end of process {pid}", 5)
    except TimeoutError:
        os.kill(pid, signal.SIGKILL)
