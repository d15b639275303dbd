"""Spans that programs export to a collector of the tests', as trees."""

import os
import re
from contextlib import contextmanager

import collector
from processes import wait_until

INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = range(1, 6)
# Clocks are read twice for each span, and jobs know whole milliseconds.
SLACK_NS = 2_000_000
PATIENCE_S = 30


def parent(sampled=True):
    """A caller's context: (its traceparent, the trace, its span)."""
    trace, span = os.urandom(16).hex(), os.urandom(8).hex()
    return f"00-{trace}-{span}-{int(sampled):02}", trace, span


def parse(text):
    """A traceparent of ours: (trace, span, whether it is recorded)."""
    found = re.fullmatch("00-([0-9a-f]{32})-([0-9a-f]{16})-0([01])", text)
    assert found, text
    trace, span, flag = found.groups()
    return trace, span, flag == "1"


class Span:
    def __init__(self, told):
        self.name, self.kind = told["name"], told["kind"]
        self.trace, self.id = told["traceId"], told["spanId"]
        self.parent = told.get("parentSpanId")
        self.start = int(told["startTimeUnixNano"])
        self.end = int(told["endTimeUnixNano"])
        self.failed = told.get("status", {}).get("code") == 2
        self.remote = bool(told["flags"] & 0x200)
        self.attributes = {}
        for pair in told["attributes"]:
            value, = pair["value"].items()
            self.attributes[pair["key"]] = (
                int(value[1]) if value[0] == "intValue" else value[1])

    def __repr__(self):
        return f"{self.name} {self.id} below {self.parent}"


class Spans:
    """All that has come to a collector."""

    def __init__(self, there):
        self.there = there

    def all(self, trace=None):
        spans = [Span(told) for got in list(self.there.got)
                 for told in collector.spans_of(
                     collector.read_json(self.there.body(got)))]
        assert len({span.id for span in spans}) == len(spans)
        return [span for span in spans if trace in (None, span.trace)]

    def wait(self, trace, names):
        """Those of one trace, when there are these names, each once."""
        def found():
            spans = self.all(trace)
            return spans if {span.name for span in spans} >= set(names) else None

        try:
            spans = wait_until(found, f"spans {names}", PATIENCE_S)
        except TimeoutError:
            raise AssertionError((names, self.all(trace))) from None
        by_name = {name: [span for span in spans if span.name == name]
                   for name in names}
        return [only for only, in by_name.values()]


@contextmanager
def recording():
    """Spans, and the options of programs that export them."""
    with collector.collecting() as there:
        yield Spans(there), {
            "LIGHTCONE_OTLP_ENDPOINT": there.url,
            "LIGHTCONE_OTLP_PROTOCOL": "http/json",
            "LIGHTCONE_TRACE_DELAY_MS": 20,
        }


def below(child, cause, kind=None):
    """The one has caused the other, which did not begin before it."""
    assert child.parent == cause.id, (child, cause)
    assert child.trace == cause.trace
    assert kind is None or child.kind == kind, child
    assert not child.remote
    assert cause.start <= child.start + SLACK_NS, (cause, child)
    assert child.start <= child.end


def one_after_the_other(*spans):
    for before, after in zip(spans, spans[1:]):
        assert before.end <= after.start + SLACK_NS, (before, after)


def samples(site, family, **labels):
    """The samples of /metrics that have this name and all these labels."""
    found = {}
    for line in site.get("/metrics").text.splitlines():
        match = re.fullmatch(r"([a-z_]+)(?:\{(.*)\})? (\S+)", line)
        if match is None or match[1] != family:
            continue
        has = dict(re.findall(r'(\w+)="([^"]*)"', match[2] or ""))
        if labels.items() <= has.items():
            found[tuple(sorted(has.items()))] = float(match[3])
    return found


def total(site, family, **labels):
    return sum(samples(site, family, **labels).values())
