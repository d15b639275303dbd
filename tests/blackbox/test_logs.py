"""The log: messages, and a line for each request, wherever they go, while
files are renamed, cannot be had, or are not read."""

import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

import fronts
from disks import fill, small_disk
from fcgi_client import FcgiSite, variables
from hub import Hub
from processes import Program, alive, clean_environment, wait_until
from worker import Work

STARTED = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
ALWAYS = {"time", "level", "method", "path", "route", "status", "duration_ms",
          "bytes", "client", "request_id"}


def lines(path):
    """The lines of a file, all whole; none where it is not there."""
    try:
        text = Path(path).read_bytes()
    except FileNotFoundError:
        return []
    assert text == b"" or text.endswith(b"\n"), text[-200:]
    return text.decode("utf-8").split("\n")[:-1]


def requests(path):
    """Of a file of JSON lines: each by its request's id, which is ours."""
    found = [json.loads(line) for line in lines(path)]
    named = {each["request_id"]: each for each in found}
    assert len(named) == len(found)
    return named


def ask(app, name, path="/stats", **more):
    return app.site.get(path, HTTP_X_REQUEST_ID=name, **more)


def wait_line(path, name):
    return wait_until(lambda: requests(path).get(name), f"{name} in {path}")


def signal_all(app, number):
    for backend in app.backends:
        backend.signal(number)


@pytest.fixture
def logged(start, directory):
    """One process whose requests' lines are JSON in a file."""
    app = start(LIGHTCONE_ACCESS_LOG=directory / "access.log",
                LIGHTCONE_LOG=directory / "messages.log",
                LIGHTCONE_LOG_FORMAT="json")
    app.access = directory / "access.log"
    app.messages = directory / "messages.log"
    return app


# ---- what is there


def test_each_request_has_a_line(logged):
    reply = ask(logged, "an-id-of-ours")
    line = wait_line(logged.access, "an-id-of-ours")
    assert ALWAYS <= set(line)
    assert re.fullmatch(STARTED, line["time"])
    assert line["level"] == "info" and line["method"] == "GET"
    assert line["path"] == line["route"] == "/stats"
    assert line["status"] == 200 and line["client"] == "127.0.0.1"
    assert 0 <= line["duration_ms"] < 20000
    assert line["bytes"] >= len(reply.body)
    ask(logged, "a-wrong-one", "/nowhere")
    line = wait_line(logged.access, "a-wrong-one")
    assert line["status"] == 404 and line["route"] == "other"
    assert line["reason"] == "not-found"


STRANGE = {
    "a-line": "/a\nlevel=error b",
    "quotes": '/"\\"',
    "bytes": "/\xff\xfe\xc3",
    "control": "/\x01\x1b[2J\x7f\xc2\x85",
    "long": "/" + "\x02" * 3000,
    "longer": "/" + "a" * 3000,
}


@pytest.mark.parametrize("form", ["json", "logfmt", "text"])
def test_strangers_break_no_line(start, directory, form):
    access = directory / "access.log"
    app = start(LIGHTCONE_ACCESS_LOG=access, LIGHTCONE_LOG_FORMAT=form)
    for name, path in STRANGE.items():
        ask(app, name, path)
    end = "}" if form == "json" else ""
    pattern = re.compile(
        r'[{,]"request_id":"([a-z-]+)"' if form == "json" else
        r" request_id=([a-z-]+)( |$)")

    def found():
        named = [pattern.search(line) for line in lines(access)]
        return set(STRANGE) <= {each[1] for each in named if each}

    wait_until(found, "all of them")
    for line in lines(access):
        assert len(line.encode()) < 4096 and line.endswith(end)
        assert not re.search("[\0-\x1f\x7f-\x9f\u2028\u2029]", line)
        if form == "json":
            assert ALWAYS <= set(json.loads(line))
        else:
            assert line.startswith("time=20") and " status=" in line


def test_messages_are_json_too(logged):
    signal_all(logged, signal.SIGTERM)
    backend = next(iter(logged.backends))
    assert backend.wait() == 0
    last = json.loads(lines(logged.messages)[-1])
    assert set(last) == {"time", "level", "pid", "role", "msg"}
    assert last["level"] == "notice" and last["role"] == "web"
    assert last["msg"] == f"stopping: signal {signal.SIGTERM:d}"
    assert last["pid"] == backend.pid


def test_as_cgi_the_line_is_there_when_it_ends(stage, directory):
    access = directory / "access.log"
    environment = clean_environment(
        LIGHTCONE_STATE=directory, LIGHTCONE_ACCESS_LOG=access,
        LIGHTCONE_LOG_FORMAT="json", HTTP_X_REQUEST_ID="cgi",
        **variables("GET", "/openapi.json"))
    subprocess.run([stage.bin / "lightcone.cgi"], env=environment, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   timeout=20)
    assert requests(access)["cgi"]["status"] == 200


def test_off_is_off(start, directory):
    app = start()
    ask(app, "unseen")
    signal_all(app, signal.SIGTERM)
    backend = next(iter(app.backends))
    backend.wait()
    assert "unseen" not in backend.said()


# ---- files that come and go


def rename(path):
    old = path.with_name("old-" + path.name)
    path.rename(old)
    return old


def test_a_renamed_file_is_opened_anew(logged):
    ask(logged, "before")
    wait_line(logged.access, "before")
    old = rename(logged.access)

    def made():
        ask(logged, f"after-{time.monotonic_ns()}")
        return logged.access.exists()

    wait_until(made, "a new file", 5)
    ask(logged, "after")
    wait_line(logged.access, "after")
    both = set(requests(old)) | set(requests(logged.access))
    assert {"before", "after"} <= both
    assert (logged.access.stat().st_mode & 0o777) & ~0o640 == 0


def test_a_signal_does_it_at_once_and_stops_nothing(logged):
    backend = next(iter(logged.backends))
    for turn in range(3):
        ask(logged, f"before-{turn}")
        wait_line(logged.access, f"before-{turn}")
        moved = rename(logged.access)
        signal_all(logged, signal.SIGUSR2)
        wait_until(logged.access.exists, "a new file")
        wait_until(logged.messages.exists, "its messages' file")
        moved.unlink()
    assert backend.running()
    assert ask(logged, "still").status == 200


def test_a_file_that_cannot_be_had(start, directory):
    """Standard error has its lines until it can be."""
    folder = directory / "later"
    app = start(LIGHTCONE_ACCESS_LOG=folder / "access.log")
    said = next(iter(app.backends)).said
    ask(app, "one")
    wait_until(lambda: "request_id=one" in said(), "its line")
    assert said().count("cannot be opened: No such file or directory") == 1
    folder.mkdir()

    def made():
        ask(app, "another")
        return lines(folder / "access.log")

    wait_until(made, "the file", 5)
    assert app.site.get("/stats").status == 200


def test_a_full_disk(start, directory):
    """Lines are lost, which is said and counted, and none is torn."""
    with small_disk(directory / "disk", 1) as disk:
        access = disk / "access.log"
        app = start(LIGHTCONE_ACCESS_LOG=access, LIGHTCONE_LOG_FORMAT="json")
        ask(app, "before")
        wait_line(access, "before")
        ballast = fill(disk)

        def told():
            assert ask(app, f"n{time.monotonic_ns()}").status == 200
            return "has lost" in next(iter(app.backends)).said()

        wait_until(told, "a complaint")
        requests(access)
        ballast.unlink()
        ask(app, "after")
        wait_line(access, "after")


def test_several_processes_and_one_file(stage, directory):
    """All lines whole, as many as there were requests."""
    access = directory / "access.log"
    state = directory / "state"
    state.mkdir(mode=0o700)
    path = directory / "fcgi.sock"
    with fronts.backends_on(
            path, stage.bin / "testapp.fcgi", state, 3,
            LIGHTCONE_ACCESS_LOG=access, LIGHTCONE_LOG=access,
            LIGHTCONE_LOG_FORMAT="json") as apps:
        site = FcgiSite(path)

        def many(who):
            for number in range(100):
                reply = site.get("/stats", HTTP_X_REQUEST_ID=f"{who}-{number}")
                assert reply.status == 200

        threads = [threading.Thread(target=many, args=[who])
                   for who in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for app in apps:
            app.signal(signal.SIGTERM)
            app.wait()
    found = [json.loads(line) for line in lines(access)]
    asked = [each["request_id"] for each in found if "request_id" in each]
    assert sorted(asked) == sorted(
        f"{who}-{number}" for who in range(4) for number in range(100))
    assert sum("stopping" in each.get("msg", "") for each in found) == 3


# ---- readers that do not read


@contextmanager
def running(program, stage, state, path, **more):
    """A process on a socket, whose standard error is ours to give."""
    options = {name: more.pop(name) for name in list(more)
               if name.startswith("LIGHTCONE_")}
    with fronts.listening_socket(path) as listener, subprocess.Popen(
            [stage.bin / program], stdin=listener,
            env=clean_environment(LIGHTCONE_STATE=state, **options),
            **more) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)


def unread(descriptor):
    room = fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4))
    return int.from_bytes(room, sys.byteorder)


def test_nobody_reads_standard_error(stage, directory):
    """A pipe that is full, and then one that is closed."""
    state = directory / "state"
    state.mkdir(mode=0o700)
    path = directory / "fcgi.sock"
    reader, writer = os.pipe()
    with running("testapp.fcgi", stage, state, path, stderr=writer,
                 LIGHTCONE_ACCESS_LOG="stderr") as process:
        os.close(writer)
        site = FcgiSite(path)
        for _ in range(500):
            assert site.get("/" + "x" * 900).status == 404
        wait_until(lambda: unread(reader) > 1 << 15, "what it takes")
        text = os.read(reader, unread(reader))
        assert len(text) < 500 * 900
        for line in text.split(b"\n")[:-1]:
            assert re.match(rb"time=\S+ level=\w+ method=GET path=/|"
                            rb"\S+Z lightcone\[\d+\] ", line)
        os.close(reader)
        for _ in range(50):
            assert site.get("/stats").status == 200
        assert process.poll() is None


def test_a_fifo_without_a_reader(start, directory):
    fifo = directory / "fifo"
    os.mkfifo(fifo)
    app = start(LIGHTCONE_LOG=fifo, LIGHTCONE_ACCESS_LOG=fifo)
    assert ask(app, "one").status == 200
    wait_until(lambda: "request_id=one" in next(iter(app.backends)).said(),
               "its line")
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)

    def heard():
        ask(app, "two")
        try:
            return b"request_id=two" in os.read(reader, 1 << 16)
        except BlockingIOError:
            return False

    wait_until(heard, "a line in the pipe", 5)
    os.close(reader)
    assert ask(app, "three").status == 200


def dev_of_our_own(directory):
    """A socket for syslog, and the words that start a program with it as
    /dev/log; no other program sees it.
    """
    dev = directory / "dev"
    dev.mkdir()
    mounts = ""
    for name in ("null", "urandom"):
        (dev / name).touch()
        mounts += f"mount --bind /dev/{name} {dev}/{name} && "
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(dev / "log"))
    listener.settimeout(10)
    words = ["unshare", "-rm", "sh", "-c",
             f'{mounts} mount --rbind {dev} /dev && exec "$0"']
    try:
        works = subprocess.run([*words, "true"], capture_output=True,
                               check=False).returncode == 0
    except FileNotFoundError:
        works = False
    if not works:
        listener.close()
        pytest.skip("no directory /dev of our own can be had")
    return listener, words


def test_syslog(stage, directory):
    listener, words = dev_of_our_own(directory)
    environment = clean_environment(
        LIGHTCONE_STATE=directory / "none", LIGHTCONE_LOG="syslog",
        LIGHTCONE_ACCESS_LOG="syslog", HTTP_X_REQUEST_ID="at-syslog",
        **variables("GET", "/health"))
    with listener:
        done = subprocess.run(
            [*words, stage.bin / "lightcone.cgi"], env=environment,
            capture_output=True, timeout=30, check=True)
        assert done.stderr == b""
        head = rb"<(\d+)>\w{3} [ \d]\d \d\d:\d\d:\d\d lightcone\[\d+\]: "
        daemon, warning, info = 3 << 3, 4, 6
        while True:
            got = listener.recv(1 << 16)
            priority = int(re.match(head, got)[1])
            if priority == daemon | info:
                break
            assert priority == daemon | warning
            assert b"warning" not in got and b"time=" not in got
    assert re.fullmatch(
        head + rb"time=\S+ level=\w+ .*request_id=at-syslog.*", got)


# ---- the worker and the hub


def test_the_worker_and_those_that_it_starts(stage, directory):
    log = directory / "work.log"
    work = Work(stage, directory, LIGHTCONE_LOG_FORMAT="json",
                LIGHTCONE_LOG=log)
    worker = Program([work.program, "work"], work.environment({}),
                     directory / "stderr")
    try:
        opened_by_signal(work, worker, log)
    finally:
        worker.stop()
    assert '"time"' not in worker.said()


def roles(path):
    return {each["role"] for each in map(json.loads, lines(path))}


def written(pid, path):
    """How far a process is in a file: 0 when it has just opened it anew."""
    for each in Path(f"/proc/{pid}/fd").iterdir():
        if os.path.realpath(each) == str(path):
            info = Path(f"/proc/{pid}/fdinfo/{each.name}").read_text()
            return int(info.split()[1])
    return 0


def opened_by_signal(work, worker, log):
    """Both kinds of processes write, and both open the file anew."""
    def wrote():
        return [pid for pid in [worker.pid, *work.runners(worker)]
                if written(pid, log) > 0]

    def both():
        return worker.pid in wrote() and len(wrote()) > 1

    work.add("empty")
    pids = wait_until(lambda: both() and wrote(), "lines of both")
    assert {"work", "runner"} == {
        each["role"] for each in map(json.loads, lines(log))}
    worker.signal(signal.SIGUSR2)
    for pid in pids:
        wait_until(lambda pid=pid: written(pid, log) == 0, f"{pid} to open it")
    assert worker.running() and all(map(alive, pids))
    work.wait_end(work.add("empty"))


def test_the_hub(stage, directory, monkeypatch):
    log = directory / "hub.log"
    monkeypatch.setattr(
        Hub, "environment",
        lambda hub: clean_environment(LIGHTCONE_STATE=hub.state,
                                      LIGHTCONE_LOG=log))
    with Hub(stage, directory) as hub:
        wait_until(lambda: lines(log), "its first line")
        assert re.fullmatch(
            STARTED + rf" lightcone\[{hub.pid}\] notice: listening at .*",
            lines(log)[0])
        rename(log)
        hub.program.signal(signal.SIGUSR2)
        wait_until(log.exists, "a new file")
        assert hub.accepts() and hub.program.running()


def test_closed_descriptors_are_no_log(stage, directory):
    """Standard error is closed: what is opened next must not be taken for it,
    and nothing of the log gets into the state.
    """
    state = directory / "state"
    state.mkdir(mode=0o700)
    path = directory / "fcgi.sock"
    with running("testapp.fcgi", stage, state, path,
                 preexec_fn=lambda: os.close(2),
                 LIGHTCONE_ACCESS_LOG="stderr") as process:
        site = FcgiSite(path)
        wait_until(lambda: site.get("/stats").status == 200, "an answer")
        assert os.readlink(f"/proc/{process.pid}/fd/2") == "/dev/null"
    for file in state.iterdir():
        if file.is_file():
            assert b"request_id=" not in file.read_bytes()
