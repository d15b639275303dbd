"""The operator's exercise: Memcached is killed under load, and comes back.
Who says so, and after how long?

With THOROUGH=true Prometheus and its alerts go at the pace that is shipped;
else some seconds do.  -s shows the table that conf/OBSERVING.md has.
"""

import json
import threading
import time
from http.client import HTTPConnection

import pytest

import fronts
from companions import Memcached
from processes import wait_until
from prometheus import QUICKLY, SHIPPED, Prometheus, panel
from stage import THOROUGH

pytestmark = [pytest.mark.alone, pytest.mark.long, pytest.mark.plain]

PACE = SHIPPED if THOROUGH else QUICKLY
SCRAPE_S, HOLD_S = (15, 60) if THOROUGH else (1, 3)
WINDOW = f"{4 * SCRAPE_S}s"  # what Grafana's rate interval is for it
MESSAGES, REQUESTS = "messages.log", "requests.log"
CLIENTS = 3
PICTURES = 20
LOOK_S = 0.02
SOME = 1  # requests a second, that are more than one that was late once
# A breaker opens at once, and is tried again after a second at most.
NOTICED_S, BACK_S = 1.0, 2.5


class Load:
    """Clients that ask for small pictures, the same ones again and again."""

    def __init__(self, site):
        self.site = site
        self.over = threading.Event()
        self.answers = []  # when, how long, status, Cache-Status
        self.clients = [threading.Thread(target=self.ask, args=(number,))
                        for number in range(CLIENTS)]

    def ask(self, number):
        connection = HTTPConnection("127.0.0.1", self.site.port, 20)
        turn = number * 7
        while not self.over.wait(0.01):
            turn += 1
            began = time.monotonic()
            connection.request(
                "GET", f"{self.site.mount}/singularity?format=png&spin=0.9"
                f"&width_px=48&height_px=32&inclination_deg={turn % PICTURES}")
            reply = connection.getresponse()
            reply.read()
            self.answers.append((began, time.monotonic() - began, reply.status,
                                 reply.headers.get("Cache-Status", "")))
        connection.close()

    def __enter__(self):
        for each in self.clients:
            each.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for each in self.clients:
            each.join()


class Watch:
    """Looks at several things at once; when each was first so."""

    def __init__(self, looks):
        self.began = time.monotonic()
        self.after_s = {}
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.look, args=each)
                        for each in looks.items()]
        for each in self.threads:
            each.start()

    def look(self, name, is_so):
        while not self.over.is_set():
            if is_so():
                self.after_s[name] = time.monotonic() - self.began
                return
            time.sleep(LOOK_S)

    def wait(self, patience_s):
        for each in self.threads:
            each.join(max(0, self.began + patience_s - time.monotonic()))
        self.over.set()
        for each in self.threads:
            each.join()
        return self.after_s


class Place:
    def __init__(self, front, theirs, load, logs, memcached):
        self.site, self.theirs, self.load = front.site, theirs, load
        self.log, self.lines = logs / MESSAGES, logs / REQUESTS
        self.memcached = memcached

    def health(self):
        return self.site.get("/health").json()["companions"]["cache"]

    def panel(self, title, query=0, **labels):
        """What it shows; 0 where there is nothing."""
        found = self.theirs.query(panel(title).asked(WINDOW, query))
        return sum(value for its, value in found
                   if labels.items() <= its.items())

    def alert(self):
        return self.theirs.alerts().get("LightconeCacheAway")

    def says(self, words, after=0):
        with open(self.log, encoding="utf-8") as file:
            file.seek(after)
            return words in file.read()

    def line_says(self, word, after=0):
        """Whether a request's line has it."""
        with open(self.lines, encoding="utf-8") as file:
            file.seek(after)
            whole, _, _ = file.read().rpartition("\n")
        return any(json.loads(line).get("cache") == word
                   for line in whole.splitlines())


@pytest.fixture(scope="module")
def place(stage):
    memcached = Memcached(stage.fresh("memcached"))
    logs = stage.fresh("logs")
    options = {"LIGHTCONE_CACHE": memcached.setting,
               "LIGHTCONE_LOG": logs / MESSAGES,
               "LIGHTCONE_ACCESS_LOG": logs / REQUESTS,
               "LIGHTCONE_LOG_FORMAT": "json"}
    try:
        with fronts.starting("lighttpd", stage, "", **options) as front:
            with Prometheus(front.directory, front.site, PACE) as theirs, \
                    Load(front.site) as load:
                yield Place(front, theirs, load, logs, memcached)
    finally:
        memcached.stop()


KEPT, GOOD = "Requests whose answers may be kept", "What the cache is good for"


def is_calm(place):
    return (place.panel("Companions", companion="cache") == 1
            and place.panel(KEPT, result="hit") > SOME
            and place.panel(KEPT, result="away") < SOME
            and place.panel(GOOD, 0) > 0.5 and place.panel(GOOD, 1) < 0.01)


def table(title, after_s, names):
    print(f"\n| {title} | after |\n| --- | ---: |")
    for name in names:
        print(f"| {name} | {after_s[name]:.2f} s |")


def test_memcached_is_killed_under_load(place):
    wait_until(lambda: is_calm(place), "a calm", 90 if THOROUGH else 20)
    at = place.lines.stat().st_size
    said = place.log.stat().st_size
    looks = {
        "an answer: `Cache-Status: ... detail=cache-away`":
            lambda: "cache-away" in place.load.answers[-1][3],
        "the log: `Memcached at ... does not answer`":
            lambda: place.says("does not answer", said),
        "a request's line: `cache=away`":
            lambda: place.line_says("away", at),
        "`/health`: `cache` is `away`, since when and why":
            lambda: place.health()["state"] == "away",
        f"the panel *{KEPT}*: `away`":
            lambda: place.panel(KEPT, result="away") > SOME,
        "the panel *Companions*: `cache` is away":
            lambda: place.panel("Companions", companion="cache") == 0,
        f"the panel *{GOOD}*: `away`":
            lambda: place.panel(GOOD, 1) > 0.01,
        "the alert `LightconeCacheAway` is pending":
            lambda: place.alert() is not None,
        "the alert `LightconeCacheAway` fires":
            lambda: place.alert() == "firing",
    }
    place.memcached.kill()
    watch = Watch(looks)
    killed = watch.began
    after_s = watch.wait(HOLD_S + 4 * SCRAPE_S + NOTICED_S + 5)
    assert after_s.keys() == looks.keys(), looks.keys() - after_s.keys()
    table("Memcached is killed", after_s, looks)
    answer, log, line, health, results, companion, ratio, pending, firing = (
        after_s[name] for name in looks)
    assert max(answer, log, line, health) < NOTICED_S
    assert max(results, companion, ratio) < NOTICED_S + 2.5 * SCRAPE_S
    assert pending < NOTICED_S + 2.5 * SCRAPE_S
    assert pending + HOLD_S - SCRAPE_S <= firing
    assert firing < NOTICED_S + HOLD_S + 4 * SCRAPE_S
    away = place.health()
    assert "memcached.sock" in away["why"]
    # Nobody who asks is told of it, and nobody waits for it.
    during = [each for each in place.load.answers if each[0] >= killed]
    assert {status for _, _, status, _ in during} == {200}
    print(f"{len(during)} answers meanwhile, the slowest in "
          f"{max(took for _, took, _, _ in during) * 1e3:.0f} ms")


def test_it_comes_back(place):
    at = place.lines.stat().st_size
    said = place.log.stat().st_size
    since = place.health()["since"]
    wait_until(lambda: place.panel(KEPT, result="hit") < SOME, "no hits",
               5 * SCRAPE_S)
    looks = {
        "the log: `Memcached at ... answers`":
            lambda: place.says("answers", said),
        "`/health`: `cache` is `ok`, since when":
            lambda: place.health()["state"] == "ok",
        "a request's line: `cache=hit`":
            lambda: place.line_says("hit", at),
        "the panel *Companions*: `cache` is ok":
            lambda: place.panel("Companions", companion="cache") == 1,
        f"the panel *{KEPT}*: `hit`":
            lambda: place.panel(KEPT, result="hit") > SOME,
        "the alert has gone":
            lambda: place.alert() is None,
    }
    place.memcached.start()
    after_s = Watch(looks).wait(3 * SCRAPE_S + BACK_S + 5)
    assert after_s.keys() == looks.keys(), looks.keys() - after_s.keys()
    table("Memcached is started again", after_s, looks)
    log, health, line, companion, hits, gone = (
        after_s[name] for name in looks)
    assert max(log, health, line) < BACK_S
    assert max(companion, gone) < BACK_S + 3 * SCRAPE_S
    assert hits < BACK_S + 5 * SCRAPE_S
    assert place.health()["since"] > since
