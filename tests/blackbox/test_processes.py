"""Starting, stopping and killing processes, with and without a server."""

import os
import signal
import threading
import time

import pytest

import fronts
from fcgi_client import FcgiSite, Peer
from processes import (
    PATIENCE_S,
    Program,
    alive,
    children,
    clean_environment,
    inherited_descriptors,
    wait_until,
)

pytestmark = pytest.mark.alone  # how soon a process ends, and load

STOP_S = 3
M31 = "coordinates=M31"
SERVER_MANAGED = ["lighttpd", "apache"]


class Load:
    """Threads that ask one after the other, and keep every answer."""

    def __init__(self, ask, threads=4):
        self.ask = ask
        self.replies = []
        self.failures = []
        self.over = threading.Event()
        self.threads = [
            threading.Thread(target=self.run) for _ in range(threads)
        ]

    def run(self):
        while not self.over.is_set():
            try:
                began = time.monotonic()
                reply = self.ask()
                reply.began = began
                self.replies.append(reply)
            except (OSError, EOFError) as failure:
                self.failures.append(failure)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def statuses(self):
        return {reply.status for reply in self.replies}

    def wait_for(self, more):
        """Until so many more answers have come."""
        goal = len(self.replies) + more
        wait_until(lambda: len(self.replies) >= goal, f"{more} answers")


@pytest.fixture(params=SERVER_MANAGED)
def managed(request, stage):
    """A server that starts the application's processes itself."""
    if fronts.missing(request.param):
        pytest.skip(fronts.missing(request.param))
    with fronts.starting(request.param, stage, "") as front:
        yield front


@pytest.fixture
def external(stage):
    """Lighttpd before two processes on a held socket."""
    if fronts.missing("lighttpd-external"):
        pytest.skip(fronts.missing("lighttpd-external"))
    with fronts.starting("lighttpd-external", stage, "", count=2) as front:
        yield front


def galaxy(site):
    return lambda: site.get("/galaxy", M31)


# ---- a stop under load

def test_restarts_under_load_lose_nothing(external):
    """The held socket keeps what arrives while processes come and go."""
    backends = external.backends
    with Load(galaxy(external.site)) as load:
        for _ in range(4):
            load.wait_for(50)
            old = backends.running.pop(0)
            began = time.monotonic()
            old.signal(signal.SIGTERM)
            assert old.wait() == 0, old.said()
            assert time.monotonic() - began < STOP_S
            backends.start()
        load.wait_for(50)
    assert load.failures == []
    assert load.statuses() == {200}


def test_sigterm_answers_what_was_accepted(stage, directory):
    """One process without a server: every accepted request is answered."""
    state = stage.state(directory)
    path = directory / "fcgi.sock"
    program = stage.bin / "lightcone.fcgi"
    with fronts.backends_on(path, program, state) as (app,):
        site = FcgiSite(path)
        wait_until(lambda: galaxy(site)().status == 200, "an answer")
        # Accepted, and half its header sent: no request yet, no answer due.
        with Peer(path) as half, Peer(path) as silent:
            half.send(b"\x01\x01\x00\x01\x00")
            began = time.monotonic()
            app.signal(signal.SIGTERM)
            assert app.wait() == 0, app.said()
            assert time.monotonic() - began < STOP_S
            silent.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_process_ends_at_once(stage, directory, number):
    state = stage.state(directory)
    path = directory / "fcgi.sock"
    program = stage.bin / "lightcone.fcgi"
    with fronts.backends_on(path, program, state) as (app,):
        assert FcgiSite(path).get("/health").status == 200
        began = time.monotonic()
        app.signal(number)
        assert app.wait() == 0, app.said()
        assert time.monotonic() - began < 1


def test_stopping_the_server_leaves_nothing(managed):
    site = managed.site
    with Load(galaxy(site), 2) as load:
        load.wait_for(20)
    pids = fronts.stop_server(managed)
    assert pids
    wait_until(
        lambda: not any(map(alive, pids)), "the end of all", STOP_S + 1
    )
    assert list(managed.state.rglob("*.sock*")) == []


# ---- kill -9

def test_a_killed_process_is_replaced(managed):
    site = managed.site
    wait_until(managed.application_pids, "a process")
    killed = managed.application_pids()
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    wait_until(
        lambda: not any(map(alive, killed)), "the end of the killed"
    )
    wait_until(lambda: galaxy(site)().status == 200, "an answer", PATIENCE_S)
    for _ in range(50):
        assert galaxy(site)().status == 200
    assert managed.application_pids()
    assert not set(managed.application_pids()) & set(killed)


def test_one_of_two_killed_under_load(external):
    """The other goes on; only what the killed one had in hand is lost."""
    with Load(galaxy(external.site)) as load:
        load.wait_for(50)
        killed = external.backends.running.pop(0)
        killed.signal(signal.SIGKILL)
        killed.wait()
        died = time.monotonic()
        load.wait_for(200)
    after = [reply for reply in load.replies if reply.began > died]
    assert len(after) >= 100
    assert {reply.status for reply in after} == {200}
    lost = [reply for reply in load.replies if reply.status != 200]
    assert len(lost) <= len(load.threads)


# ---- what a process holds

def test_no_descriptor_is_inherited(stage):
    """Also not those of requests that are being served."""
    made = stage.fresh("descriptors")
    path = made / "fcgi.sock"
    program = stage.bin / "testapp.fcgi"
    with fronts.backends_on(path, program, stage.state(made)) as (app,):
        site = FcgiSite(path)
        with Peer(path) as parked, Peer(path) as heavy:
            parked.ask("/park", {"wait_ms": 5000})
            heavy.ask("/compute", {"cpu_ms": 1500})
            wait_until(
                lambda: site.get("/stats").json()["computing"] == 1, "work"
            )
            assert set(inherited_descriptors(app.pid)) <= {1, 2}


def test_the_application_starts_no_process(managed):
    managed.site.get("/galaxy", M31)
    for pid in managed.application_pids():
        assert children(pid) == []


# ---- the ways to be given a socket

def can_connect(path):
    try:
        Peer(path).close()
    except OSError:
        return False
    return True


def test_a_socket_of_its_own(stage, directory):
    path = directory / "own.sock"
    app = Program(
        [stage.bin / "lightcone.fcgi", "--socket", path],
        clean_environment(LIGHTCONE_STATE=stage.state(directory)),
        directory / "log",
    )
    try:
        wait_until(lambda: can_connect(path), "the socket")
        assert path.stat().st_mode & 0o777 in (0o600, 0o660)
        assert FcgiSite(path).get("/galaxy", M31).status == 200
    finally:
        app.stop()
    assert not path.exists()


def test_a_socket_that_systemd_holds(stage, directory):
    path = directory / "held.sock"
    with fronts.listening_socket(path) as listener:
        script = "LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" 3<&0 < /dev/null"
        app = Program(
            ["/bin/sh", "-c", script, stage.bin / "lightcone.fcgi"],
            clean_environment(LIGHTCONE_STATE=stage.state(directory)),
            directory / "log",
            stdin=listener,
        )
        try:
            assert FcgiSite(path).get("/galaxy", M31).status == 200
        finally:
            assert app.stop() == 0, app.said()
    assert path.exists()  # it is the holder's


def test_without_a_socket_it_says_so(stage, directory):
    app = Program(
        [stage.bin / "lightcone.fcgi"],
        clean_environment(LIGHTCONE_STATE=directory),
        directory / "log",
    )
    assert app.wait() != 0
    assert "--socket" in app.said()
