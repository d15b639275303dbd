"""What answers are kept in: a ring in the state directory, or a Memcached that
tests start beside the application; and what both were good for.
"""

import shutil
import signal
import socket
import subprocess
from contextlib import contextmanager

import pytest

import stage as stages
from processes import clean_environment, wait_until

KINDS = ("local", "memcached")
LEASE_S = 3


@contextmanager
def cache_of(kind, stage):
    """A setting of option `cache`; what it names runs meanwhile."""
    if kind == "local":
        yield "local:64M"
        return
    server = Memcached(stage.fresh("memcached"))
    try:
        yield server.setting
    finally:
        server.stop()


def counts(stage, state):
    """What has happened, by the book's words."""
    done = subprocess.run(
        [stage.bin / "lightcone", "cache"],
        env=clean_environment(LIGHTCONE_STATE=state),
        capture_output=True, text=True, timeout=20, check=True,
    )
    rows = [line.split(None, 2) for line in done.stdout.splitlines()]
    return {word: int(count) for word, count, _ in rows}


def status_of(reply):
    """Cache-Status as words: None, or the value of those that have one."""
    name, *words = reply.headers["Cache-Status"].split("; ")
    assert name == "Lightcone"
    pairs = [word.partition("=") for word in words]
    return {word: value or None for word, _, value in pairs}


def ask_until_stored(app, path, params):
    """An answer, and what the cache itself then has.  On a machine that does
    other things too Memcached may miss its 50 ms: then it is asked anew.
    """
    def given():
        reply = app.site.get(path, params, HTTP_CACHE_CONTROL="only-if-cached")
        return reply.status != 504 and reply

    for last in (False, False, False, True):
        first = app.site.get(path, params)
        try:
            return first, wait_until(given, "an answer in the cache", 1)
        except TimeoutError:
            if last:
                raise


def server_ms(reply):
    """How long it took: {"bind": ..., and "run" or "cache": ...}."""
    parts = reply.headers["Server-Timing"].split(", ")
    return {
        word: float(ms)
        for word, ms in (part.split(";dur=") for part in parts)
    }


class Memcached:
    """One on a unix socket, which is stopped by its pid."""

    def __init__(self, directory, memory_mb=64):
        program = shutil.which("memcached")
        if program is None:
            pytest.skip("memcached is not installed")
        self.socket = directory / "memcached.sock"
        self.command = [program, "-s", self.socket, "-a", "700",
                        "-m", str(memory_mb), "-t", "2", "-c", "512"]
        user = stages.lesser_user()
        if user is not None:
            directory.chmod(0o777)
            self.command[-2:-2] = ["-u", user]
            self.command[self.command.index("700")] = "777"
        self.process = None
        self.start()

    @property
    def setting(self):
        """What option `cache` is for it."""
        return f"memcached://{self.socket}"

    def start(self):
        self.process = subprocess.Popen(self.command)
        wait_until(self.answers, "memcached")

    def answers(self):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(b"version\r\n")
                return client.recv(100).startswith(b"VERSION")
            except OSError:
                return False

    def talk(self, request, end):
        """What it says to some bytes, up to what the answer ends with."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(str(self.socket))
            client.sendall(request)
            answer = b""
            while not answer.endswith(end):
                got = client.recv(1 << 16)
                assert got, f"it closed after {answer[-100:]}"
                answer += got
        return answer

    def keys(self):
        said = self.talk(b"lru_crawler metadump all\r\n", b"END\r\n")
        return [line.split()[0].removeprefix(b"key=")
                for line in said.splitlines()[:-1]]

    def value(self, key):
        """Its flags and bytes; None: it has gone."""
        said = self.talk(b"get %s\r\n" % key, b"END\r\n")
        head, _, rest = said.partition(b"\r\n")
        if head == b"END":
            return None
        _, _, flags, length = head.split()[:4]
        return int(flags), rest[:int(length)]

    def put(self, key, flags, value):
        said = self.talk(
            b"set %s %d 0 %d\r\n%s\r\n" % (key, flags, len(value), value),
            b"\r\n",
        )
        assert said == b"STORED\r\n", said

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        """So that its socket lies about, as after a crash."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.thaw()
        self.process.terminate()
        self.process.wait()
