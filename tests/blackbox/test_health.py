"""/health: whether the service works, who is with it, and since when, in the
words of all its processes; for people and for load balancers.
"""

import re
import threading
import time
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import fcgi_client
import fronts
from companions import Memcached
from fcgi_client import FcgiSite
from hub import Hub
from processes import Program, clean_environment, free_port, wait_until
from stage import lesser_user

everywhere = fronts.over(fronts.ALL_PLACES)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
HEADER_BYTES = 128
# Who was answered within the last second is not asked again.
NOTICED_S = 1.5


# ---- through the web servers


@everywhere
def test_it_is_for_balancers(site):
    reply = site.get("/health")
    assert reply.status == 200, reply
    assert reply.headers.get_all("Cache-Control") == ["no-store"]
    head = site.ask("HEAD", "/health")
    assert head.status == 200 and head.body == b""
    assert head.headers.get_all("Cache-Control") == ["no-store"]


@everywhere
def test_all_companions_are_named(site):
    companions = site.get("/health").json()["companions"]
    assert list(companions) == ["cache", "worker", "stream", "traces"]
    for companion in companions.values():
        assert companion["state"] in ("ok", "away", "off")
        said = {"since"} if companion["state"] != "off" else set()
        said |= {"why"} if companion["state"] == "away" else set()
        assert companion.keys() == {"state"} | said, companions
        if said:
            assert TIME.fullmatch(companion["since"])


# ---- several processes over one state directory


class Process:
    """One of the application's, on a socket of its own."""

    def __init__(self, stage, state, user=None, **options):
        self.path = stage.fresh("health") / "fcgi.sock"
        self.backends = fronts.Backends(
            self.path, stage.bin / "lightcone.fcgi", state, user, **options)
        self.site = FcgiSite(self.path)
        self.program = self.backends.start()

    def health(self):
        return self.site.get("/health").json()

    def says(self, companion):
        return self.health()["companions"][companion]

    def stop(self):
        self.backends.stop()


class Place:
    """Two processes, and what is beside them."""

    def __init__(self, stage, directory, **options):
        self.stage, self.directory = stage, directory
        self.state = stage.state(directory)
        self.options = options
        self.processes = []
        self.stack = ExitStack()

    def __enter__(self):
        self.start()
        self.start()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def start(self):
        process = Process(self.stage, self.state, **self.options)
        self.stack.callback(process.stop)
        self.processes.append(process)
        return process

    def all_say(self, companion, state, after=None,
                patience_s=NOTICED_S + 3):
        """Waits until all say it of the companion, and the same time, which
        is later than another; gives what the last one says.
        """
        def look():
            said = [each.says(companion) for each in self.processes]
            one = {(each["state"], each.get("since")) for each in said}
            if len(one) > 1 or said[0]["state"] != state:
                return None
            return said[-1] if said[-1]["since"] > (after or "") else None

        return wait_until(look, f"{companion} {state}", patience_s)


def now():
    text = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def test_memcached_is_killed_and_comes_back(stage, directory):
    memcached = Memcached(stage.fresh("memcached"))
    try:
        with Place(stage, directory, LIGHTCONE_CACHE=memcached.setting,
                   ) as place:
            first = place.all_say("cache", "ok")
            killed = now()
            memcached.kill()
            began = time.monotonic()
            away = place.all_say("cache", "away", killed)
            assert time.monotonic() - began < NOTICED_S + 0.5
            assert away["why"], away
            # Whoever comes later says the same.
            assert place.start().says("cache")["since"] == away["since"]
            for each in place.processes[:2]:
                each.stop()
            del place.processes[:2]
            assert place.start().says("cache")["since"] == away["since"]
            back = now()
            memcached.start()
            again = place.all_say("cache", "ok", back)
            assert "why" not in again and again["since"] > first["since"]
    finally:
        memcached.stop()


def test_one_tells_the_other(stage, directory):
    """Who was answered a moment ago believes those who were not since."""
    memcached = Memcached(stage.fresh("memcached"))
    try:
        with Place(stage, directory, LIGHTCONE_CACHE=memcached.setting,
                   ) as place:
            one, other = place.processes
            began = time.monotonic()
            assert other.says("cache")["state"] == "ok"
            memcached.kill()
            said = one.says("cache")  # it asks for the first time
            assert said["state"] == "away" and "memcached.sock" in said["why"]
            told = other.says("cache")
            assert told["state"] == "away" and told["since"] == said["since"]
            if time.monotonic() - began < 0.9:
                assert "another process" in told["why"]
    finally:
        memcached.stop()


@contextmanager
def a_worker(place, **options):
    worker = Program(
        [place.stage.bin / "lightcone", "work"],
        clean_environment(LIGHTCONE_STATE=place.state, **options),
        place.directory / "work.log")
    try:
        yield worker
    finally:
        worker.stop()


@contextmanager
def a_hub(place):
    with Hub(place.stage, place.directory, place.state) as hub:
        yield hub.program


@pytest.mark.parametrize("companion, run", [
    ("worker", a_worker), ("stream", a_hub)])
def test_others_are_killed_and_come_back(stage, directory, companion, run):
    with Place(stage, directory) as place:
        away = place.all_say(companion, "away")
        assert "`lightcone" in away["why"]
        with run(place) as program:
            there = place.all_say(companion, "ok", away["since"])
            program.process.kill()
            program.wait()
            gone = place.all_say(companion, "away", there["since"])
        with run(place) as program:
            again = place.all_say(companion, "ok", gone["since"])
            # Nobody looks while it is away: it says itself that it is new.
            program.process.kill()
            program.wait()
        with run(place):
            place.all_say(companion, "ok", again["since"])


class Collector(BaseHTTPRequestHandler):
    """Takes spans, and does not look at them."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def a_collector(port):
    server = ThreadingHTTPServer(("127.0.0.1", port), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_collector_comes_and_goes(stage, directory):
    port = free_port()
    options = {"LIGHTCONE_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
               "LIGHTCONE_TRACE_DELAY_MS": 50}
    with Place(stage, directory, **options) as place:
        # Nothing was sent yet, and nothing speaks against it.
        first = place.all_say("traces", "ok")
        with a_worker(place, **options):
            away = place.all_say("traces", "away", first["since"])
            assert away["why"] and place.all_say("worker", "ok")
            with a_collector(port):
                there = place.all_say("traces", "ok", away["since"], 20)
            # /health itself makes spans.
            place.all_say("traces", "away", there["since"], 20)


# ---- the segment


def test_the_segment_is_spoilt(stage, directory):
    """What cannot be is not said, and is put right."""
    with Place(stage, directory) as place:
        place.all_say("worker", "away")
        path = place.state / "health.seg"
        with open(path, "r+b") as file:
            file.seek(HEADER_BYTES)
            file.write(b"\xff" * (path.stat().st_size - HEADER_BYTES))
        for each in place.processes:
            assert each.health()["ready"]
            assert TIME.fullmatch(each.says("worker")["since"])
        # It is mapped still, so it is not cut but replaced.
        path.unlink()
        path.write_bytes(b"nothing of ours")
        place.all_say("worker", "away")
        place.start()
        place.all_say("worker", "away")
        assert (place.state / "health.seg.bad").read_bytes() == (
            b"nothing of ours")


def test_the_state_directory_is_read_only(stage, directory):
    user = lesser_user()
    state = stage.state(directory, user)
    state.chmod(0o500)
    process = Process(stage, state, user)
    try:
        said = process.says("worker")
        assert said["state"] == "away"
        assert process.says("worker") == said
        assert not (state / "health.seg").exists()
        # From the moment that it can be had it is.
        state.chmod(0o700)
        assert process.says("worker")["state"] == "away"
        assert (state / "health.seg").exists()
    finally:
        process.stop()


# ---- ready or not


def test_without_its_catalogue_it_is_not_ready(stage, directory):
    with Place(stage, directory) as place:
        (place.state / "catalogues/openngc.current").unlink()
        for each in place.processes:
            reply = wait_until(
                lambda: each.site.ask("HEAD", "/health").status == 503
                and each.site.get("/health"), "503")
            assert reply.status == 503 and reply.json()["ready"] is False
            assert reply.headers.get_all("Cache-Control") == ["no-store"]


def test_a_process_that_stops_is_not_ready(stage, directory):
    """Who had come already is answered, and told."""
    process = Process(stage, stage.state(directory))
    try:
        wait_until(lambda: process.health()["ready"], "an answer")
        asked = fcgi_client.request("GET", "/health")
        with fcgi_client.Peer(process.path) as peer:
            peer.send(asked[:-20])
            # It has been accepted when another one was answered after it.
            process.health()
            process.program.signal(15)
            wait_until(lambda: "stopping" in process.program.said(), "the stop")
            peer.send(asked[-20:])
            reply = peer.reply()
        assert reply.status == 503
        assert reply.json()["ready"] is False
        assert reply.json()["stopping"] is True
        assert process.program.wait() == 0
    finally:
        process.stop()


def test_balancers_are_not_limited(stage, directory):
    process = Process(stage, stage.state(directory), LIGHTCONE_RATE="on")
    try:
        wait_until(lambda: process.health()["ready"], "an answer")
        statuses = {process.site.ask("HEAD", "/health").status
                    for _ in range(300)}
        assert statuses == {200}
    finally:
        process.stop()
