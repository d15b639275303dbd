"""Memcached that is frozen, killed, or talks nonsense: requests go on as if
there were none, and what is kept is given again soon after it is back.
"""

import http.client
import itertools
import socket
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest

from companions import Memcached, status_of
from processes import wait_until

pytestmark = pytest.mark.alone  # how much is done in a time

CLIENTS = 8
MS = 5  # to make an answer, which is no work for a core
PHASE_S = 1.0
SLOW_S = 0.045
TIMEOUT_S = 0.05
BACK_S = 2
NAMES = 40


class Answer:
    def __init__(self, began, reply):
        reply.read()
        self.took_s = time.monotonic() - began
        self.status = reply.status
        self.says = status_of(reply)


class Client(threading.Thread):
    """Asks one question after the other, over one connection."""

    def __init__(self, port, number, fields, over):
        super().__init__()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, 20)
        self.number, self.fields, self.over = number, fields, over
        self.answers = []
        self.failure = None

    def run(self):
        try:
            for turn in itertools.count(self.number * 7):
                if self.over.is_set():
                    break
                self.ask(turn)
        except Exception as failure:  # told by who waits for it
            self.failure = failure
        self.connection.close()

    def ask(self, turn):
        kind = "heavy" if turn % 8 == 0 else "quick"
        query = urlencode({"ms": MS, "name": turn % NAMES})
        began = time.monotonic()
        self.connection.request("GET", f"/recall/{kind}?{query}", None,
                                self.fields)
        self.answers.append(Answer(began, self.connection.getresponse()))


class Load:
    """What so many clients were answered in a while."""

    def __init__(self, port, seconds, **fields):
        over = threading.Event()
        clients = [Client(port, i, fields, over) for i in range(CLIENTS)]
        began = time.monotonic()
        for each in clients:
            each.start()
        time.sleep(seconds)
        over.set()
        for each in clients:
            each.join(20)
            assert each.failure is None, each.failure
        self.answers = [a for each in clients for a in each.answers]
        self.rate = len(self.answers) / (time.monotonic() - began)

    def slow(self):
        return sum(each.took_s >= SLOW_S for each in self.answers)

    def longest_s(self):
        """But for once that the machine has held up all at the same time."""
        return sorted(each.took_s for each in self.answers)[-1 - CLIENTS]

    def share(self, word):
        said = [word in {*each.says, *each.says.values()}
                for each in self.answers]
        return sum(said) / len(said)


@contextmanager
def served(start, stage, setting):
    """Two processes behind Lighttpd; its port."""
    app = start(LIGHTCONE_CACHE=setting)
    app.backends.start()
    site, server = app.put_lighttpd_before(stage)
    try:
        yield site
    finally:
        server.stop()


def assert_goes_on(load, calm, timeouts):
    """As well as where all is made anew and nothing is asked of a cache."""
    print(f"{load.rate:.0f}/s, {load.slow()} slow, "
          f"{load.longest_s() * 1e3:.0f} ms; calm {calm.rate:.0f}/s, "
          f"{calm.slow()} slow, {calm.longest_s() * 1e3:.0f} ms")
    assert {each.status for each in load.answers} == {200}
    assert load.slow() <= timeouts + CLIENTS + 2 * calm.slow() + 2
    assert load.longest_s() <= TIMEOUT_S + 2 * calm.longest_s()
    assert load.rate >= 0.75 * calm.rate


def wait_hits(site):
    def hit():
        reply = site.get("/recall/quick", {"ms": MS, "name": "back"})
        assert reply.status == 200
        return "hit" in status_of(reply)
    wait_until(hit, "a hit", BACK_S)


def test_it_is_frozen_and_killed(start, stage):
    memcached = Memcached(stage.fresh("memcached"))
    try:
        with served(start, stage, memcached.setting) as site:
            calm = Load(site.port, PHASE_S, **{"Cache-Control": "no-cache"})
            assert calm.share("request") > 0.9  # others are collapsed
            assert Load(site.port, PHASE_S).share("hit") > 0.5
            for leave, come in (
                (memcached.freeze, memcached.thaw),
                (memcached.kill, memcached.start),
            ):
                wait_hits(site)
                leave()
                first = Load(site.port, PHASE_S)
                assert first.share("hit") < 0.1
                assert first.share("cache-away") > 0.8
                # Each may wait once, or behind who does, until it is known.
                assert_goes_on(first, calm, CLIENTS)
                assert_goes_on(Load(site.port, PHASE_S), calm, 0)
                come()
                wait_hits(site)
            assert Load(site.port, PHASE_S).share("hit") > 0.5
    finally:
        memcached.stop()


# ---- others in its place


class Talker(threading.Thread):
    """A server that says something to whatever it is told, or nothing."""

    def __init__(self, path, says):
        super().__init__(daemon=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        path.chmod(0o777)
        self.listener.listen(64)
        self.says = says
        self.start()

    def run(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(client,),
                             daemon=True).start()

    def talk(self, client):
        with client:
            try:
                while client.recv(1 << 16) and self.says is not None:
                    client.sendall(self.says)
            except OSError:
                pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


TALKS = {
    "closes": None,
    "says_nothing": b"",
    "noise": bytes(range(256)) * 4,
    "lines": b"VALUE x 0 5\r\nhello\r\nEND\r\nSTORED\r\n" * 50,
    "zeros": bytes(4096),
    "no_end": b"\x81" + bytes(7) + b"\x7f" + bytes(15),
}


@pytest.mark.parametrize("talk", TALKS)
def test_it_talks_nonsense(start, directory, talk):
    """Each is answered, and only some of them late."""
    path = directory / "talk.sock"
    talker = Talker(path, TALKS[talk])
    try:
        app = start(LIGHTCONE_CACHE=f"memcached://{path}")
        took_s = []
        for turn in range(40):
            kind = "heavy" if turn % 4 == 0 else "quick"
            began = time.monotonic()
            reply = app.site.get(f"/recall/{kind}", {"ms": MS, "name": turn})
            took_s.append(time.monotonic() - began)
            assert reply.status == 200 and "hit" not in status_of(reply)
        assert sorted(took_s)[20] < SLOW_S
    finally:
        talker.close()
