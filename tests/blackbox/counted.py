"""Requests that clients count as /metrics should, at a socket of FastCGI, and
pages that are held against them and against the pages before.
"""

import random
from collections import Counter

from fcgi_client import FcgiSite, Peer, request
from forked import fork
from openmetrics import parse
from processes import wait_until

MEDIA = "application/openmetrics-text; version=1.0.0"
COUNT = "http_server_request_duration_seconds_count"
ACTIVE = "http_server_active_requests"
SUM = "http_server_request_duration_seconds_sum"

# Method, path, parameters, and the route that it is counted as.
ASKED = [
    ("GET", "/health", "", "/health"),
    ("GET", "/galaxy", "coordinates=10.68,41.27", "/galaxy"),
    ("GET", "/galaxy", "coordinates=nowhere", "/galaxy"),
    ("GET", "/galaxy/NGC 224", "", "/galaxy/{name}"),
    ("HEAD", "/galaxy/NGC 7331", "", "/galaxy/{name}"),
    ("GET", "/galaxy/NGC 99999", "", "/galaxy/{name}"),
    ("GET", "/nowhere/{}", "", "other"),
    ("BREW", "/pot/{}", "", "other"),
]
METHODS = {"GET", "HEAD"}


def status_of(output):
    """In the answer's first line, or 200."""
    head = output[:output.index(b"\r\n")]
    return int(head.split()[1]) if head.startswith(b"Status:") else 200


def ask(path, tally, broken, number, asked):
    """Asks one of them, as the number says; what becomes of it is counted."""
    method, target, params, route = asked[number % len(asked)]
    counted_as = method if method in METHODS else "other"
    try:
        with Peer(path) as peer:
            peer.send(request(
                method.format(number), target.format(number), params))
            tally[counted_as, route, status_of(peer.read_output())] += 1
    except (EOFError, ConnectionError):
        broken[counted_as, route] += 1


class Clients:
    """Processes that ask, and what they were answered when they have ended."""

    def __init__(self, path, processes, requests, asked=None):
        self.answered = fork.Value("L", 0)
        self.results = fork.Queue()
        self.tally, self.broken = Counter(), Counter()
        self.processes = [
            fork.Process(target=self.go_on, daemon=True, args=(
                path, range(at, requests, processes), asked or ASKED))
            for at in range(processes)
        ]
        for process in self.processes:
            process.start()

    def go_on(self, path, numbers, asked):
        tally, broken = Counter(), Counter()
        random.seed(numbers.start)
        for number in random.sample(numbers, len(numbers)):
            ask(path, tally, broken, number, asked)
            with self.answered:
                self.answered.value += 1
        self.results.put((tally, broken))

    def at_work(self):
        return any(process.is_alive() for process in self.processes)

    def end(self):
        """Adds up what they say, each of which must do so."""
        for _ in self.processes:
            tally, broken = self.results.get(timeout=60)
            self.tally += tally
            self.broken += broken
        for process in self.processes:
            process.join(10)


class Pages:
    """What /metrics says at a socket, each time held against the last."""

    def __init__(self, path):
        self.site = FcgiSite(path)
        self.path = path
        self.last = {}

    def read(self):
        """A page, in which nothing that is counted is less than before."""
        reply = None
        while reply is None:
            try:
                reply = self.site.get("/metrics", HTTP_ACCEPT=MEDIA)
            except (EOFError, ConnectionError):
                pass  # it was killed
        assert reply.status == 200, reply
        page = parse(reply.body, openmetrics=True)
        counted = {
            sample.key: sample.value
            for family in page.values()
            if family.type in ("counter", "histogram")
            for sample in family.samples
        }
        fallen = {key: (value, counted.get(key))
                  for key, value in self.last.items()
                  if counted.get(key, -1) < value}
        assert not fallen, fallen
        self.last = counted
        return page

    def settled(self):
        """A page when nobody is asked anything but for it: what is counted is
        no longer active, and that comes later in a page.
        """
        wait_until(lambda: self.read().value(ACTIVE) == 1,
                   "the last requests to be counted")
        return self.read()


def requests_of(page):
    """How many of each method, route and status were counted, but pages."""
    return Counter({
        (s.labels["method"], s.labels["route"], int(s.labels["status"])):
            int(s.value)
        for s in page.samples(COUNT) if s.labels["route"] != "/metrics"
    })
