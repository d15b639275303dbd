"""Programs beside the application that tests start: Memcached."""

import shutil
import signal
import socket
import subprocess

import pytest

import stage as stages
from processes import wait_until


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
