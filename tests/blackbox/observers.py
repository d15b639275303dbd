"""Many clients of the stream at once (tests/bench/observers.c), and those who
publish meanwhile."""

import http.client
import json
import subprocess
import threading
import time

from stage import BUILD

PROGRAM = BUILD / "tests/bench/observers"
PATIENCE_S = 60
FAULTS = ("lost", "twice", "altered", "strange", "gaps", "refusals", "late")


class Observers:
    """So many, at a unix socket or "ADDRESS:PORT"; they are connected when
    this returns.  The words and options are the program's.
    """

    def __init__(self, place, count, *words, **options):
        words = [f"-{word}" for word in words]
        for name, value in {"l": PATIENCE_S, **options}.items():
            words += [f"-{name}", str(value)]
        self.process = subprocess.Popen(
            [PROGRAM, "-c", str(count), *words, str(place)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            self.stop()
            raise RuntimeError("the observers are not connected")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def running(self):
        return self.process.poll() is None

    def report(self, until=0):
        """What they have seen, when they have had the event of that number."""
        said, _ = self.process.communicate(f"{until}\n")
        return json.loads(said)

    def stop(self):
        self.process.kill()
        self.process.communicate()


def faults(report):
    """Those that there are, by name: none is well."""
    return {name: report[name] for name in FAULTS if report[name]}


class Publisher(threading.Thread):
    """Calls `send` with 0, 1, 2 …, not more often than the rate in a second,
    until it was stopped, or so many times; keeps what it has given.
    """

    def __init__(self, send, rate=None, count=None):
        super().__init__(daemon=True)
        self.send = send
        self.rate = rate
        self.count = count
        self.given = []
        self.longest_s = 0
        self.failed = None
        self.ending = threading.Event()
        self.start()

    def run(self):
        began = time.monotonic()
        try:
            while not self.ending.is_set():
                number = len(self.given)
                if number == self.count:
                    break
                if self.rate:
                    due = began + number / self.rate - time.monotonic()
                    if self.ending.wait(max(0, due)):
                        break
                asked = time.monotonic()
                self.given.append(self.send(number))
                self.longest_s = max(self.longest_s,
                                     time.monotonic() - asked)
        except Exception as error:
            self.failed = error

    def end(self):
        """Stops it; what all calls have given."""
        self.ending.set()
        self.join(PATIENCE_S)
        if self.failed:
            raise self.failed
        return self.given


class Asker:
    """Requests over one connection that stays."""

    def __init__(self, site, fields=()):
        self.site = site
        self.fields = {"Content-Type": "application/json", **dict(fields)}
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", site.port, timeout=PATIENCE_S)

    def ask(self, method, path, value, status):
        self.connection.request(method, self.site.mount + path,
                                json.dumps(value), self.fields)
        reply = self.connection.getresponse()
        body = reply.read()
        assert reply.status == status, (reply.status, body)
        return json.loads(body)


def poster(site, who, size=0):
    """Publishes by POST; gives its number with what was sent."""
    asker = Asker(site)

    def post(number):
        value = {"from": who, "number": number,
                 "sent": time.monotonic_ns(), "fill": "x" * size}
        return asker.ask("POST", "/cosmic_stream", value, 201)["seq"], value

    return post


def putter(site, fields):
    """Makes objects, whose names say when they were sent."""
    asker = Asker(site, fields)
    where = {"ra_deg": 200.125, "dec_deg": -33.0625}

    def put(_):
        return asker.ask(
            "PUT", f"/galaxy/sent%20{time.monotonic_ns()}", where, 201)

    return put
