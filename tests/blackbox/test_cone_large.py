"""GET /cone of 300,000 stars: whole through every front, in bounded memory, and
whatever clients, imports and the service's end do meanwhile.
"""

import functools
import hashlib
import http.client
import os
import re
import signal
import socket
import time
from pathlib import Path

import pytest

import fronts
import stars
from fcgi_client import Peer

pytestmark = pytest.mark.long

WHOLE = "/cone/stars?RA=0&DEC=0&SR=180"
PIECE = 1 << 16
WINDOW_BYTES = 1 << 17
GROWTH_BYTES = 24_000_000
QUICK_S = 8  # some servers take a second for each new process


@pytest.fixture(scope="module")
def star_stage():
    made = stars.StarStage()
    yield made
    made.remove()


def is_one_of_a_kind(name):
    """Of those that differ in how a server passes on what it gets."""
    return name in ("lighttpd", "apache", "shared-host-cgi")


@pytest.fixture(scope="module", params=fronts.INSTALLED)
def every_front(request, star_stage):
    with fronts.starting(request.param, star_stage, "") as started:
        yield started


@pytest.fixture(
    scope="module", params=filter(is_one_of_a_kind, fronts.INSTALLED)
)
def front(request, star_stage):
    with fronts.starting(request.param, star_stage, "") as started:
        yield started


@pytest.fixture
def lighttpd(star_stage):
    """One process that is started for the test, behind Lighttpd."""
    if fronts.missing("lighttpd-external"):
        pytest.skip(fronts.missing("lighttpd-external"))
    with fronts.starting("lighttpd-external", star_stage, "") as started:
        yield started


class Download:
    """A reply that is read piece by piece."""

    def __init__(self, site, target):
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", site.port, timeout=60
        )
        self.connection.connect()
        # So that what is not read soon fills all buffers on its way.
        self.connection.sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW_BYTES
        )
        self.connection.request("GET", target)
        self.response = self.connection.getresponse()
        self.broken = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def read(self, most=PIECE):
        return self.response.read(most)

    def pieces(self):
        """What is left, even of a transfer that breaks off."""
        try:
            while piece := self.read():
                yield piece
        except (http.client.HTTPException, OSError) as error:
            yield getattr(error, "partial", b"")
            self.broken = True


@functools.cache
def expected_names():
    return frozenset(b"Star %d" % i for i in range(stars.COUNT))


NAME = re.compile(rb"Star \d+(?=<|,|\t|\"|$)", re.MULTILINE)


def names_of(body):
    return NAME.findall(body)


def whole(site, target):
    with Download(site, target) as download:
        assert download.response.status == 200
        body = b"".join(download.pieces())
        assert not download.broken
    return body


def assert_whole(body):
    """Every star once, and the end of the document."""
    names = names_of(body)
    assert len(names) == stars.COUNT and set(names) == expected_names()


ENDINGS = {
    "votable": b"</RESOURCE>\n</VOTABLE>\n", "csv": b"\r\n", "tsv": b"\r\n",
    "json": b'],"overflow":false}\n',
}


@pytest.mark.parametrize("word", ["votable", "csv"])
def test_it_arrives_whole(every_front, word):
    assert_arrives(every_front.site, word)


@pytest.mark.parametrize("word", ["tsv", "json"])
def test_other_formats_arrive_whole(front, word):
    assert_arrives(front.site, word)


def assert_arrives(site, word):
    body = whole(site, f"{WHOLE}&VERB=1&RESPONSEFORMAT={word}")
    assert_whole(body)
    assert body.endswith(ENDINGS[word])
    if word == "votable":
        assert body.count(b"QUERY_STATUS") == 1


def anonymous_bytes(pid):
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Anonymous:\s+(\d+) kB", text, re.M)[1]) * 1024


@pytest.mark.plain  # a sanitizer has memory of its own
def test_memory_is_bounded(front):
    """While a client takes its time, and while another is quick."""
    if "cgi" in front.way:
        pytest.skip("a process lives for one request there")
    front.site.get("/cone/stars", "RA=0&DEC=0&SR=1")
    before = {pid: anonymous_bytes(pid) for pid in front.application_pids()}
    most = 0
    with Download(front.site, WHOLE) as download:
        for _ in range(20):
            download.read()
            whole(front.site, WHOLE + "&MAXREC=20000")
            for pid in front.application_pids():
                grown = anonymous_bytes(pid) - before.get(pid, 0)
                most = max(most, grown)
    assert most < GROWTH_BYTES


def test_slow_readers_harm_nobody(front):
    """More of them than there are cores, and heavy slots."""
    begun = time.monotonic()
    slow = [
        Download(front.site, WHOLE)
        for _ in range(os.cpu_count() + 1)
    ]
    for download in slow:
        download.read()
    for path in ("/health", "/galaxy?coordinates=M31",
                 "/cone?RA=10&DEC=41&SR=1"):
        assert front.site.get(path).status == 200
    assert_whole(whole(front.site, WHOLE + "&VERB=1"))
    assert time.monotonic() - begun < QUICK_S
    for download in slow:
        download.connection.close()


def test_clients_that_leave_harm_nobody(front):
    for _ in range(12):
        with Download(front.site, WHOLE) as download:
            download.read()
    assert_whole(whole(front.site, WHOLE + "&VERB=1"))


def test_a_slow_reader_gets_it_whole(front):
    """One who sleeps now and then: not as slow as to be given up."""
    with Download(front.site, WHOLE + "&VERB=1") as download:
        got = [download.read()]
        time.sleep(1)
        got += download.pieces()
        assert not download.broken
    assert_whole(b"".join(got))


# ---- what happens to the service meanwhile


def test_an_import_meanwhile(lighttpd, star_stage, directory):
    """Who has begun reads on; who comes next reads the new one."""
    site = lighttpd.site
    old = whole(site, WHOLE)
    tag = site.ask("HEAD", "/cone/stars", "RA=0&DEC=0&SR=180").headers["ETag"]
    with Download(site, WHOLE) as download:
        got = [download.read()]
        stars.import_stars(
            star_stage.bin, lighttpd.state, directory, count=1000, seed=8
        )
        new = whole(site, WHOLE)
        got += download.pieces()
        assert not download.broken
    assert digest(b"".join(got)) == digest(old)
    assert len(names_of(new)) == 1000
    again = site.get(
        "/cone/stars", "RA=0&DEC=0&SR=180", [("If-None-Match", tag)]
    )
    assert again.status == 200


def digest(body):
    return hashlib.sha256(body).hexdigest()


def test_the_stop_is_no_silent_end(star_stage, directory):
    """A reader who takes long sees that something is missing."""
    state = star_stage.state(directory)
    path = directory / "fcgi.sock"
    program = star_stage.bin / "lightcone.fcgi"
    with fronts.backends_on(path, program, state) as (app,), Peer(path) as peer:
        peer.ask("/cone/stars", "RA=0&DEC=0&SR=180")
        got = peer.read_record()[1]
        app.signal(signal.SIGTERM)
        time.sleep(0.2)
        with pytest.raises(EOFError):
            while True:
                got += peer.read_record()[1]
        app.wait()
    assert b'value="ERROR"' in got and b'name="Error"' in got
    assert b"stopping" in got and got.endswith(b"</VOTABLE>\n")
