"""Requests' spans, from the caller's traceparent through the web server to a
collector: whose they are, what they say, and when they were.  The official
.proto files judge."""

import re
import subprocess
import time
from contextlib import contextmanager

import pytest

import collector
import fronts
from processes import wait_until
from spans import environment

pytestmark = pytest.mark.skipif(collector.missing() is not None,
                                reason=str(collector.missing()))

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{SPAN}-01"
SERVER, INTERNAL = 2, 1
CONE = {"coordinates": "10.68,41.27", "radius_deg": "0.5"}


class Traced:
    """A site whose spans are recorded, and what a collector makes of them."""

    def __init__(self, stage, front, there, options):
        self.front, self.site, self.there = front, front.site, there
        self.program = stage.bin / "lightcone"
        self.options = {"LIGHTCONE_STATE": front.state, **options}
        self.read = 0

    def exported(self):
        """Those that have come since it was asked last."""
        subprocess.run([self.program, "work", "--once"], check=True,
                       env=environment(**self.options), timeout=60,
                       stderr=subprocess.DEVNULL)
        messages = self.there.messages()[self.read:]
        self.read += len(messages)
        return [span for message in messages
                for span in collector.plain(message)[2]]

    def spans(self, servers=1):
        """Those of so many requests: a span is recorded when its answer has
        gone, and so perhaps a moment after that has come."""
        spans = []

        def there():
            spans.extend(self.exported())
            return sum(span["kind"] == SERVER for span in spans) >= servers

        wait_until(there, "spans")
        return spans

    def ask(self, path="/galaxy", params=CONE, fields=()):
        return self.site.get(path, params, fields)

    def server_span(self):
        """The span of the only request since then."""
        span, = [span for span in self.spans() if span["kind"] == SERVER]
        return span


@contextmanager
def tracing(stage, **more):
    with collector.collecting() as there:
        options = {"LIGHTCONE_OTLP_ENDPOINT": there.url, **more}
        with fronts.starting("lighttpd", stage, "/sub/dir",
                             **options) as front:
            traced = Traced(stage, front, there, options)
            if not more:
                traced.spans()  # of whoever has looked whether it answers
            yield traced


@pytest.fixture(scope="module")
def traced(stage):
    if fronts.missing("lighttpd"):
        pytest.skip(fronts.missing("lighttpd"))
    with tracing(stage) as started:
        yield started


# ---- what a span says


def test_a_request_and_its_stages(traced):
    begun = time.time_ns()
    assert traced.ask(fields=[("traceparent", PARENT),
                              ("tracestate", "rojo=1,congo=t61rcWkgMzE"),
                              ("X-Request-Id", "mine-1")]).status == 200
    ended = time.time_ns()
    spans = traced.spans()
    server, = [span for span in spans if span["kind"] == SERVER]
    assert server["name"] == "GET /galaxy"
    assert server["trace"] == TRACE and server["parent"] == SPAN
    assert server["remote"] and not server["failed"]
    assert server["state"] == "rojo=1,congo=t61rcWkgMzE"
    assert begun - 10**7 <= server["start"] <= server["end"] <= ended + 10**7
    said = server["attributes"]
    assert said["http.request.method"] == "GET"
    assert said["http.route"] == said["url.path"] == "/galaxy"
    assert said["url.scheme"] == "http"
    assert said["http.response.status_code"] == 200
    assert said["client.address"] == "127.0.0.1"
    assert said["lightcone.request.id"] == "mine-1"
    assert "error.type" not in said
    stages = [span for span in spans if span is not server]
    assert {span["name"] for span in stages} == {"bind", "query", "encode"}
    for span in stages:
        assert span["trace"] == TRACE and span["parent"] == server["span"]
        assert span["kind"] == INTERNAL and not span["remote"]
        assert server["start"] <= span["start"] <= span["end"]
        assert span["end"] <= server["end"]
    ids = [span["span"] for span in spans]
    assert len(set(ids)) == len(ids)


def test_computed_and_kept(traced):
    hole = {"format": "png", "spin": "0.31", "width_px": "64",
            "height_px": "64"}
    assert traced.ask("/singularity", hole).status == 200
    names = {span["name"] for span in traced.spans()}
    assert {"GET /singularity", "bind", "queue", "compute", "encode"} <= names


@pytest.mark.parametrize("path, params, status, failed, name", [
    ("/galaxy", {"coordinates": "nowhere at all"}, 422, False, "GET /galaxy"),
    ("/nothing/here", {}, 404, False, "GET"),
    ("/wormhole", {}, 405, False, "GET"),
])
def test_the_client_s_faults_are_no_failures(traced, path, params, status,
                                             failed, name):
    assert traced.ask(path, params).status == status
    span = traced.server_span()
    assert span["name"] == name and span["failed"] == failed
    assert span["attributes"]["http.response.status_code"] == status
    assert ("http.route" in span["attributes"]) == (name != "GET")
    assert "error.type" not in span["attributes"]


def test_a_deadline_is_a_failure(traced):
    reply = traced.site.ask(
        "POST", "/wormhole", {"format": "png"},
        [("Content-Type", "application/json")],
        b'{"settings": {"preset": "film", "image": {"width_px": 4096,'
        b' "height_px": 4096}}, "timeout": 50}')
    assert reply.status == 504
    span = traced.server_span()
    assert span["failed"] and span["name"] == "POST /wormhole"
    assert span["attributes"]["error.type"] == "deadline"


# ---- W3C Trace Context


def has_new_trace(span):
    return span["trace"] != TRACE and span["parent"] == ""


@pytest.mark.parametrize("given", [
    PARENT,
    PARENT.replace("-01", "-03"),                     # flags that we ignore
    "01" + PARENT[2:],                                # a later version,
    "cc" + PARENT[2:] + "-what-the-future-will-be",   # which may have more
])
def test_valid(traced, given):
    assert traced.ask(fields=[("traceparent", given)]).status == 200
    span = traced.server_span()
    assert (span["trace"], span["parent"]) == (TRACE, SPAN)


@pytest.mark.parametrize("given", [
    "",
    "ff" + PARENT[2:],
    PARENT + "-more",             # not in version 00
    "cc" + PARENT[2:] + ".more",
    PARENT.upper(),
    PARENT.replace(TRACE, "0" * 32),
    PARENT.replace(SPAN, "0" * 16),
    PARENT[:-1],
    PARENT.replace("-", "_"),
    PARENT.replace(TRACE, TRACE[:-1] + "g"),
    "0" + PARENT,
    "00" + PARENT[4:],
])
def test_invalid(traced, given):
    """A new trace begins, and its tracestate is nobody's."""
    assert traced.ask(fields=[("traceparent", given),
                              ("tracestate", "rojo=1")]).status == 200
    span = traced.server_span()
    assert has_new_trace(span) and span["state"] == ""
    assert re.fullmatch("[0-9a-f]{32}", span["trace"])


def test_two_header_fields(traced):
    assert traced.ask(fields=[("traceparent", PARENT),
                              ("traceparent", PARENT)]).status == 200
    assert has_new_trace(traced.server_span())


@pytest.mark.parametrize("given, kept", [
    ([",".join(f"k{i}=v" for i in range(32))], True),
    ([",".join(f"k{i}=v" for i in range(33))], False),
    (["a=1,a=2"], False),
    (["a=1", "b=2"], True),           # two fields are one list
    (["a=1,,b=2"], True),
    (["Upper=1"], False),
    (["a=" + "v" * 256], True),
    (["a=" + "v" * 257], False),
    (["t@system=1"], True),
    (["a=b=c"], False),
])
def test_tracestate(traced, given, kept):
    """Whatever is wrong with it, the trace goes on."""
    fields = [("traceparent", PARENT)] + [("tracestate", one) for one in given]
    assert traced.ask(fields=fields).status == 200
    span = traced.server_span()
    assert span["trace"] == TRACE
    assert bool(span["state"]) == kept


# ---- sampling


def test_who_is_not_recorded_leaves_no_span(traced):
    unsampled = PARENT.replace("-01", "-00").replace(TRACE, "1" * 32)
    assert traced.ask(fields=[("traceparent", unsampled)]).status == 200
    assert traced.ask(fields=[("traceparent", PARENT)]).status == 200
    assert {span["trace"] for span in traced.spans()} == {TRACE}


def test_a_part_of_all_is_recorded(stage):
    with tracing(stage, OTEL_TRACES_SAMPLER="parentbased_traceidratio",
                 OTEL_TRACES_SAMPLER_ARG="0.25") as traced:
        for _ in range(400):
            assert traced.ask().status == 200
        assert traced.ask(fields=[("traceparent", PARENT)]).status == 200
        servers = []
        while TRACE not in servers:
            servers += [span["trace"] for span in traced.spans()
                        if span["kind"] == SERVER]
        assert 50 < len(servers) < 160


def test_nothing_is_recorded_where_it_is_switched_off(stage):
    with tracing(stage, OTEL_SDK_DISABLED="true") as traced:
        assert traced.ask(fields=[("traceparent", PARENT)]).status == 200
        assert not (traced.front.state / "spans.seg").exists()
