"""Prometheus scrapes the running service through Lighttpd: what it then says
to the dashboard's queries is what those who made the load have counted.
"""

import re
import secrets
import shutil
import subprocess
import threading
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

import fronts
import openmetrics
import prometheus as ours
from companions import Memcached
from hub import Hub
from processes import Program, clean_environment, wait_until
from prometheus import QUICKLY, Prometheus, panel

pytestmark = pytest.mark.long

WINDOW_S = 60  # all that happens here is within
WINDOW = f"{WINDOW_S}s"
SCRAPE_S = 1
TEXT, OPEN = "text/plain", "application/openmetrics-text; version=1.0.0"
CLIENTS = 4
WRK_S, WRK_CONNECTIONS = 2, 8
CPU_MOST_S = 0.005
PAGES = 100

# How often each client asks for what, and what it is told.
ASKED = [
    (50, "GET", "/galaxy?coordinates=M31&radius_deg=0.2", 200, "/galaxy"),
    (20, "GET", "/galaxy?radius_deg=0.2", 422, "/galaxy"),
    (15, "GET", "/nothing/{random}", 404, "other"),
    (10, "GET", "/galaxy/{random}", 404, "/galaxy/{name}"),
    (25, "GET", "/singularity?semi_major_axis_au=1000&period_yr=16", 200,
     "/singularity"),
    (4, "GET", "/singularity?mass_msun={number}&format=png", 504,
     "/singularity"),
    (2, "GET", "/cosmic_stream?wait=1", 200, "/cosmic_stream"),
]
TRACE_IDS = [secrets.token_hex(16) for _ in range(CLIENTS)]


class Client(threading.Thread):
    """Asks one thing after the other, over one connection."""

    def __init__(self, site, number, times=None):
        super().__init__()
        self.site, self.number = site, number
        self.times = times
        self.bytes = 0
        self.failure = None

    def run(self):
        connection = HTTPConnection("127.0.0.1", self.site.port, 20)
        try:
            for count, method, path, status, _ in ASKED:
                for turn in range(self.times or count):
                    self.ask(connection, method, path, status, turn)
        except Exception as failure:  # told by who waits for it
            self.failure = failure
        connection.close()

    def ask(self, connection, method, path, status, turn):
        path = path.format(random=secrets.token_hex(4),
                           number=2000 + self.number * 100 + turn)
        fields = {"traceparent": f"00-{TRACE_IDS[self.number]}-"
                                 f"{secrets.token_hex(8)}-01"}
        if status == 504:
            fields["Cache-Control"] = "only-if-cached"
        connection.request(method, self.site.mount + path, None, fields)
        reply = connection.getresponse()
        self.bytes += len(reply.read())
        assert reply.status == status, (path, reply.status)


def asked_by_all(site, times=None):
    """Several clients at once; how many bytes they were answered with."""
    clients = [Client(site, number, times) for number in range(CLIENTS)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
        assert each.failure is None, each.failure
    return sum(each.bytes for each in clients)


class Watched:
    """A site, its Prometheus, and what it was asked for meanwhile."""

    def __init__(self, front, theirs):
        self.site, self.front, self.theirs = front.site, front, theirs
        self.parked = self.wrk = None

    def load(self):
        self.theirs.wait_scrape(time.time())
        self.before = self.counted()
        self.theirs.wait_scrape(time.time())
        self.bytes = asked_by_all(self.site)
        self.theirs.wait_scrape(time.time())
        self.after = self.counted()
        self.at = time.time()
        (_, samples), = self.theirs.samples(
            f'up{{job="lightcone"}}[{WINDOW}]', self.at)
        self.span_s = samples[-1][0] - samples[0][0]

    def counted(self):
        """Of Prometheus' series: {(route, status): count}."""
        found = self.theirs.query(
            'http_server_request_duration_seconds_count{job="lightcone"}')
        return {(labels["route"], labels["status"]): value
                for labels, value in found}

    def asks(self, title, query=0):
        """A panel, as it is at the load's end: [(labels, value)]."""
        return self.theirs.query(panel(title).asked(WINDOW, query),
                                 time=self.at)

    def of(self, title, query=0, **labels):
        """The one that has these labels."""
        value, = (value for its, value in self.asks(title, query)
                  if labels.items() <= its.items())
        return value

    def near(self, count, more=0):
        """What an increase can be for so many: Prometheus goes on before and
        after what it has seen, by half a scrape and by little more than one.
        """
        most = (count + more) * (1 + 1.6 * SCRAPE_S / self.span_s)
        return pytest.approx((count + most) / 2, rel=0.01,
                             abs=(most - count) / 2 * 1.01)

    def rate_of(self, title, query=0, **labels):
        return self.of(title, query, **labels) * WINDOW_S


@pytest.fixture(scope="module")
def watched(stage):
    memcached = Memcached(stage.fresh("memcached"))
    options = {
        "LIGHTCONE_CACHE": memcached.setting,
        # Nobody is there; what is recorded is in the exemplars all the same.
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
    }
    try:
        with fronts.starting("lighttpd", stage, "/sub/dir",
                             **options) as front:
            worker = Program(
                [stage.bin / "lightcone", "work"],
                clean_environment(LIGHTCONE_STATE=front.state),
                front.directory / "work.log")
            try:
                # What nobody has asked for yet is in no series, and then its
                # first one is no increase.
                asked_by_all(front.site, 1)
                with Hub(stage, front.directory, front.state), \
                        Prometheus(front.directory, front.site,
                                   QUICKLY) as theirs:
                    made = Watched(front, theirs)
                    made.load()
                    yield made
            finally:
                worker.stop()
    finally:
        memcached.stop()


def expected(**wanted):
    """How many requests there were of this route or status, or both."""
    return CLIENTS * sum(
        count for count, _, _, status, route in ASKED
        if wanted.get("status", str(status)) == str(status)
        and wanted.get("route", route) == route)


# ---- what was counted


def test_prometheus_has_counted_what_clients_have(watched):
    for _, _, _, status, route in ASKED:
        key = route, str(status)
        assert watched.after[key] - watched.before[key] == expected(
            route=route, status=str(status)), key
    others = {key for key in watched.after if key[0] == "other"}
    assert others == {("other", "404")}


def test_panels_of_traffic(watched):
    for route in {each[4] for each in ASKED}:
        assert watched.rate_of("Requests by route", route=route
                               ) == watched.near(expected(route=route))
    for status in ("422", "404", "504"):
        assert watched.rate_of("Requests by status", status=status
                               ) == watched.near(expected(status=status))
    assert watched.rate_of("Errors by route", route="/singularity",
                           status="504") == watched.near(
                               expected(status="504"))
    for reason, status in (("invalid-input", "422"), ("not-found", "404"),
                           ("not-in-cache", "504")):
        assert watched.rate_of("What did not end well, by reason",
                               reason=reason
                               ) == watched.near(expected(status=status))
    assert watched.rate_of("Bytes in and out", 1) > watched.bytes


def test_panels_at_a_glance(watched):
    """Of all requests: the scrapes, too."""
    assert watched.rate_of("Requests") == watched.near(
        expected(), watched.span_s)
    failed = watched.near(expected(status="504"))
    assert watched.of("Errors") * expected() == failed
    assert watched.of("Ready") == 1
    assert watched.of("From the cache") > 0.5


def test_panels_of_latency(watched):
    every = {labels["le"]: value for labels, value
             in watched.asks("How long requests take")}
    assert len(every) == 20
    assert every["+Inf"] == watched.near(expected(), watched.span_s)
    assert max(every.values()) == every["+Inf"]
    # Who has waited for a second for an event.
    assert 1 <= watched.of("p50 by route", route="/cosmic_stream") <= 2.5
    assert watched.of("p50 by route", route="other") < 0.25
    assert 0 < watched.of("Where the time goes", stage="bind") < 1


def test_panels_of_the_cache(watched):
    """All ask for the same, which was computed before: what costs more than
    to ask is given from the cache.
    """
    results = {labels["result"]: value * WINDOW_S for labels, value
               in watched.asks("Requests whose answers may be kept")}
    assert sum(results.values()) == watched.near(
        expected(route="/galaxy", status="200")
        + expected(route="/singularity", status="200"))
    assert results["hit"] + results["collapsed"] + results["cheap"] >= (
        0.9 * sum(results.values()))
    assert watched.of("What the cache is good for", 1) == 0


def test_panels_of_what_is_there(watched):
    companions = {labels["companion"]: value
                  for labels, value in watched.asks("Companions")}
    for name, said in watched.site.get("/health").json()[
            "companions"].items():
        assert companions.get(name) == {
            "ok": 1, "away": 0, "off": None}[said["state"]], name
    assert companions["cache"] == 1
    assert watched.of("Processes", role="web") == 2
    objects = watched.of("Kept, and lost", catalogue="openngc")
    assert objects == 13375


def test_who_waits_is_parked(watched):
    before = watched.theirs.value(panel("Heavy work").asked(WINDOW, 2))
    waiting = [threading.Thread(target=watched.site.get, args=(
        "/cosmic_stream", {"wait": 4})) for _ in range(3)]
    for each in waiting:
        each.start()
    wait_until(lambda: watched.theirs.value(
        panel("Heavy work").asked(WINDOW, 2)) == before + 3, "three", 5)
    assert watched.theirs.value(panel("In flight").asked(WINDOW)) >= 3
    for each in waiting:
        each.join()


# ---- wrk


def test_wrk_and_prometheus_agree(watched):
    program = shutil.which("wrk")
    if program is None:
        pytest.skip("wrk is not installed")
    site, theirs = watched.site, watched.theirs
    asked = ('sum(http_server_request_duration_seconds_count'
             '{route="/galaxy", status="200"})')
    theirs.wait_scrape(time.time())
    before = theirs.value(asked)
    done = subprocess.run(
        [program, "-t1", f"-c{WRK_CONNECTIONS}", f"-d{WRK_S}s",
         f"http://127.0.0.1:{site.port}{site.mount}/galaxy?coordinates=M33"],
        capture_output=True, text=True, timeout=60, check=True)
    counted = int(re.search(r"(\d+) requests in", done.stdout)[1])
    assert "Non-2xx" not in done.stdout and "Socket errors" not in done.stdout
    theirs.wait_scrape(time.time())
    theirs.wait_scrape(time.time())
    # It leaves without the answers to what it has asked for last.
    assert 0 <= theirs.value(asked) - before - counted <= WRK_CONNECTIONS
    assert counted > 100
    rate, = (value for labels, value in theirs.query(
        panel("Requests by route").asked(WINDOW))
        if labels["route"] == "/galaxy")
    assert counted <= rate * WINDOW_S <= 1.3 * (
        counted + expected(route="/galaxy"))


# ---- exemplars


def test_exemplars_are_stored(watched):
    found = watched.theirs.api(
        "query_exemplars", start=time.time() - 300, end=time.time(),
        query=panel("How long requests take").asked(WINDOW))
    exemplars = [(series["seriesLabels"], each["labels"])
                 for series in found for each in series["exemplars"]]
    ids = {labels["trace_id"] for _, labels in exemplars}
    assert ids & set(TRACE_IDS)
    assert all(re.fullmatch("[0-9a-f]{16}", labels["span_id"])
               for _, labels in exemplars)
    assert {series["route"] for series, _ in exemplars} >= {
        "/galaxy", "other"}


# ---- every query


def test_every_query_is_answered(watched):
    """And the most of them with something."""
    empty = set()
    for each in ours.panels().values():
        for query in range(len(each.queries)):
            if not watched.theirs.query(each.asked(WINDOW, query)):
                empty.add(each.title)
    assert empty <= {
        # Nothing of that kind has happened.
        "Refused by limits", "Tasks after responses",
        "Waiting, p99 by kind", "Attempts by outcome",
        "Closed, and messages", "Clients", "Events", "Bytes of the stream",
        # Traces, and recorded of the last five minutes.
        "Quick p99", "Spans", "Not exported yet", "Attempts to export",
        "Log messages",
    }, empty
    for expression in ours.annotations():
        watched.theirs.query(ours.filled(expression, WINDOW))
    for series, label in ours.variables():
        found = watched.theirs.api(f"label/{label}/values", **{
            "match[]": series})
        assert found, (series, label)


def test_rules_are_evaluated(watched):
    groups = watched.theirs.api("rules")["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len(rules) > 30
    for rule in rules:
        assert rule["health"] == "ok", rule
    recorded = {rule["name"] for rule in rules if rule["type"] == "recording"}
    for name in recorded:
        if "job" not in name:
            assert watched.theirs.query(name), name
    firing = {name for name, state in watched.theirs.alerts().items()
              if state == "firing"}
    # Some requests shall fail, and no collector is there.
    assert firing <= {"LightconeErrors", "LightconeTracesAway",
                      "LightconeSpansDropped"}, firing


# ---- the page itself


def page(site, accept):
    return site.ask("GET", "/metrics", fields=[("Accept", accept)])


def test_both_formats_by_accept(watched):
    for accept, media, is_open in (
            (TEXT, "text/plain; version=0.0.4; charset=utf-8", False),
            ("*/*", "text/plain; version=0.0.4; charset=utf-8", False),
            (OPEN + ", text/plain;q=0.5",
             "application/openmetrics-text; version=1.0.0; charset=utf-8",
             True)):
        reply = page(watched.site, accept)
        assert reply.status == 200
        assert reply.headers["Content-Type"] == media
        families = openmetrics.parse(reply.body, is_open)
        assert families.total(
            "http_server_request_duration_seconds_count",
            route="/galaxy", status="200") >= expected(
                route="/galaxy", status="200")


def test_promtool_has_nothing_to_say(watched):
    program = shutil.which("promtool")
    done = subprocess.run(
        [program, "check", "metrics"], input=page(watched.site, TEXT).body,
        capture_output=True, timeout=20, check=False)
    assert done.returncode == 0, done
    assert done.stdout + done.stderr == b""


def cpu_s(pids):
    ticks = 0
    for pid in pids:
        stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(stat[11]) + int(stat[12])
    return ticks / 100


@pytest.mark.plain
def test_a_page_costs_little(watched):
    pids = watched.front.application_pids()
    before = cpu_s(pids)
    began = time.monotonic()
    for _ in range(PAGES):
        reply = page(watched.site, OPEN)
    took_s = (time.monotonic() - began) / PAGES
    each_s = (cpu_s(pids) - before) / PAGES
    print(f"/metrics: {len(reply.body)} bytes, {each_s * 1e3:.2f} ms of CPU, "
          f"{took_s * 1e3:.2f} ms through Lighttpd")
    assert each_s < CPU_MOST_S
