"""Spans whose collector is away, slow, busy, wrong or lying: they are sent
again when that is worth it, and nothing is lost without being counted.
"""

import email.utils
import time
from contextlib import ExitStack

import pytest

import collector
import sinks
from collector import Answer
from processes import free_port
from spans import SPANS

pytestmark = pytest.mark.skipif(not SPANS.exists(),
                                reason="tests/spans is not built")
by_the_book = pytest.mark.skipif(collector.missing() is not None,
                                 reason=str(collector.missing()))
# What an attempt may take at most where none is meant to be cut off.
LONG_MS = 60000


@pytest.fixture
def place(export):
    """A place to export from, once it is told where to."""
    return export(otlp_timeout_ms=LONG_MS)


def each_at_once(export, scripts):
    """A place and a collector for each of them, at the same time, as what they
    do is wait; whether what was put arrived, after two requests."""
    with ExitStack() as stack:
        theres = [stack.enter_context(collector.collecting(*script))
                  for script in scripts]
        places = [export(otlp_timeout_ms=LONG_MS).to(there)
                  for there in theres]
        put = [place.put_ids(3) for place in places]
        for place in places:
            place.start()
        for there, place, ids in zip(theres, places, put):
            there.wait(2)
            said = place.settled()
            assert (said["retried"], said["exported"]) == (1, 3)
            assert there.spans() == ids
            yield there.got[1].time - there.got[0].time


# ---- worth another try


def test_away_at_first(place):
    port = free_port()
    place.options["otlp_endpoint"] = f"http://localhost:{port}"
    put = place.put_ids(20)
    place.start()
    said = place.wait(retried=1)
    assert (said["waiting"], said["known"], said["well"]) == (20, True, False)
    assert said["why"] != ""
    put += place.put_ids(20, mark=1)
    with collector.collecting(port=port) as there:
        said = place.settled()
        assert sorted(there.spans()) == sorted(put)
    assert said["exported"] == 40 and said["well"] and said["why"] == ""
    assert place.said().count("spans wait, as they cannot be exported") == 1
    assert place.said().count("spans are exported again") == 1


def test_tried_again(export):
    """Not at once, but after a second or so."""
    for pause_s in each_at_once(export, [[step, 200] for step in (
        502, 503, 504, 429, collector.reset,
        Answer(503, Retry_After="soon"), Answer(503, Retry_After="-7"),
        Answer(429, b"<html>" + b"x" * 200000, "text/html"),
    )]):
        assert pause_s > 0.7


def test_as_late_as_asked(export):
    """Where it would have been sooner otherwise."""
    def later(status, after):
        def step(handler, _):
            Answer(status, Retry_After=after()).give(handler)
        return step

    for pause_s in each_at_once(export, [[step, 200] for step in (
        later(429, lambda: "2"), later(503, lambda: "2"),
        # Whole seconds, of which this one has begun.
        later(429, lambda: email.utils.formatdate(
            time.time() + 3, usegmt=True)),
    )]):
        assert pause_s > 1.9


def test_slow(place):
    """What takes longer than an attempt may is sent anew; it arrived twice."""
    with collector.collecting(sinks.silence, 200) as there:
        place.to(there, otlp_timeout_ms=200)
        put = place.put_ids(3)
        place.start()
        there.wait(2)
        said = place.settled()
        assert there.spans(lambda got: True) == put * 2
    assert (said["retried"], said["exported"]) == (1, 3)


# ---- never again


@pytest.mark.parametrize("status", [400, 401, 404, 415, 500, 302])
def test_turned_away(place, status):
    with collector.collecting(
            Answer(status, b"no\r\nroom \xff for that", "text/plain",
                   Retry_After="1", Location="/other"), 200) as there:
        place.to(there)
        place.put(3)
        place.start()
        said = place.wait(refused=3)
        assert (said["turned away"], said["retried"]) == (1, 0)
        assert not said["well"] and said["why"] == f"{status}: no room for that"
        later = place.put_ids(2, mark=1)
        said = place.settled()
        assert there.spans() == later and len(there.got) == 2
    assert (said["exported"], said["refused"]) == (2, 3)
    assert f"turned 3 spans away: {status}: no room for that" in place.said()


@by_the_book
def test_turned_away_in_protobuf(place):
    """Whose words stand in a message."""
    words = b"spans of " + b"the wrong kind, " * 20
    status = b"\x08\x03\x12" + bytes([len(words) & 127 | 128, len(words) >> 7])
    with collector.collecting(Answer(400, status + words)) as there:
        place.to(there, otlp_protocol="http/protobuf")
        place.put(1)
        place.once()
    assert place.look()["why"].startswith("400: spans of the wrong kind, the")


def test_too_large(place):
    """Is sent in halves, to the last one."""
    def at_most(count):
        def step(handler, _):
            got = there.got[-1]
            size = len(collector.spans_of(collector.read_json(got.body)))
            got.step = 200 if size <= count else 413
            Answer(got.step).give(handler)
        return step

    with collector.collecting() as there:
        there.script[:] = [at_most(3)]
        place.to(there, trace_batch=16)
        put = place.put_ids(32)
        place.once()
        assert there.spans() == put
        said = place.settled()
        assert (said["exported"], said["refused"]) == (32, 0)
        there.script[:] = [at_most(0)]
        place.put(2)
        place.once()
    said = place.settled()
    assert (said["exported"], said["refused"]) == (32, 2)


@by_the_book
@pytest.mark.parametrize("protocol", ["http/protobuf", "http/json"])
def test_taken_in_part(place, protocol):
    with collector.collecting(
            collector.partly(2, "too\nold", protocol),
            collector.partly(0, "a warning", protocol),
            collector.partly(99, "", protocol), 200) as there:
        place.to(there, otlp_protocol=protocol, trace_batch=5)
        place.put(20)
        place.once()
        assert len(there.got) == 4
    said = place.settled()
    assert (said["exported"], said["refused"]) == (3 + 5 + 5, 2 + 5)
    assert (said["accepted"], said["partly"]) == (2, 2)
    assert "has not taken 2 of 5 spans: too old" in place.said()
    assert "but says: a warning" in place.said()


@pytest.mark.parametrize("step", [
    Answer(200, b"<html>Welcome</html>", "text/html"),
    Answer(200, b'{"partialSuccess":', "application/json"),
    Answer(200, b"\xff" * 100, "application/x-protobuf"),
    Answer(200, b"{}" + b" " * 200000, "application/json"),
    sinks.endless_body, sinks.endless_fields,
], ids=["html", "json", "protobuf", "long", "endless", "endless fields"])
def test_taken_with_garbage(place, step):
    """It has been taken, whatever else that is; which is said once."""
    with collector.collecting(step) as there:
        place.to(there, trace_batch=2)
        place.put(6)
        place.once()
        assert len(there.got) == 3
    said = place.settled()
    assert (said["exported"], said["accepted"]) == (6, 3)
    assert place.said().count("an answer that is not OTLP's") == 1


# ---- the ring


def test_a_full_ring(place):
    """What there is no room for is dropped and counted; the rest arrives."""
    with collector.collecting(503) as there:
        place.to(there, trace_queue=64)
        place.start()
        put = place.put_ids(100)
        assert len(put) == 64
        said = place.wait(retried=1)
        assert (said["recorded"], said["dropped"]) == (64, 36)
        assert said["recorded"] == said["waiting"]
        there.script[:] = [200]
        said = place.settled()
        assert sorted(there.spans()) == sorted(put)
    assert (said["exported"], said["dropped"]) == (64, 36)


