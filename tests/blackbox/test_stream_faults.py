"""The hub under what goes wrong: clients that are too quick, too slow or
gone, a hub that is killed, a full disk, a database that is held."""

import json
import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import pytest

from disks import fill, small_disk
from hub import CLOSE, FINAL, MORE, PATH, PING, TEXT, Hub, Raw, frame
from processes import raise_descriptor_limit, rss_bytes, wait_until
from stage import THOROUGH

BURST = 10000
CONNECTIONS = 5000 if THOROUGH else 500
KILLS = 20 if THOROUGH else 4
LARGE = "x" * 60000
MIB = 1 << 20


@pytest.fixture
def hub(stage, directory):
    with Hub(stage, directory, rate=1000000) as started:
        yield started


def at_once(*functions):
    """What each of them gives."""
    with ThreadPoolExecutor(len(functions)) as pool:
        return [done.result() for done in
                [pool.submit(function) for function in functions]]


def publish(client, values):
    client.send(b"".join(frame(TEXT, json.dumps(value)) for value in values))


# ---- too much


def test_a_burst_loses_nothing(hub):
    with hub.raw(envelope=0) as sender, hub.raw(envelope=0) as listener:
        *seen, _ = at_once(lambda: sender.many(BURST),
                           lambda: listener.many(BURST),
                           lambda: publish(sender, range(BURST)))
        assert seen == [list(range(BURST))] * 2
        # Another one is not kept out meanwhile, nor afterwards.
        assert sender.ping() == []


def test_who_sends_too_much_is_slowed_and_loses_nothing(stage, directory):
    rate, count = 50, 150
    with Hub(stage, directory, rate=rate) as hub:
        with hub.raw(envelope=0) as sender, hub.raw(envelope=0) as other:
            from_s = time.monotonic()
            publish(sender, range(count))
            # A second's worth at once, and the rest by and by.
            assert sender.many(rate) == list(range(rate))
            # Who sends little is not made to wait with it.
            other.text("mine")
            mine_s = time.monotonic()
            seen = sender.many(count + 1 - rate)
            assert time.monotonic() - from_s > (count - rate) / rate - 0.1
            assert [each for each in seen if each != "mine"] == list(
                range(rate, count))
            assert seen.index("mine") < count - rate or (
                time.monotonic() - mine_s < 1)
            assert sender.ping() == []


def test_who_only_asks_for_errors_is_not_remembered(hub):
    """Answers that nobody reads take no memory."""
    with hub.raw() as client:
        before = rss_bytes(hub.pid)
        client.socket.settimeout(0.5)
        with pytest.raises(TimeoutError):
            while True:
                client.send(frame(TEXT, b"{") * 1000 + frame(PING, b"p" * 125))
        assert rss_bytes(hub.pid) < before + 4 * MIB
    with hub.raw() as other:
        assert other.ping() == []


def test_many_half_messages_have_a_ceiling(hub):
    """64 MiB in all, and what is whole goes on."""
    raise_descriptor_limit(4000)
    half = frame(TEXT, b'"' + b"x" * 60000, first=0)
    with ExitStack() as stack:
        clients = [stack.enter_context(hub.raw()) for _ in range(1200)]
        for client in clients:
            client.send(half)
        other = stack.enter_context(hub.raw(envelope=0))
        other.text("still here")
        assert other.next() == "still here"
        with closing(hub.raw()) as last:
            last.send(half)
            assert last.closed() == 1013
        assert rss_bytes(hub.pid) < 200 * MIB or hub.stage.sanitized
        clients[0].send_frame(MORE, b'"')
        assert other.next() == "x" * 60000


# ---- who does not read


def test_who_never_reads_delays_nobody_and_is_closed(hub):
    deaf = hub.raw()
    with hub.raw(envelope=0) as sender, hub.raw(envelope=0) as listener:
        before = rss_bytes(hub.pid)
        for number in range(60):
            sender.text([number, LARGE])
            assert sender.next() == [number, LARGE]
            assert listener.next() == [number, LARGE]
        # What it was not sent is not kept for it: the last events are, once.
        assert (rss_bytes(hub.pid) < before + 30 * MIB
                or hub.stage.sanitized)
        # When it reads it finds all up to somewhere, and why no more.
        seqs = []
        while True:
            first, payload = deaf.frame()
            if first == FINAL | CLOSE:
                break
            seqs.append(json.loads(payload)["seq"])
        assert int.from_bytes(payload[:2], "big") == 1013
        assert b"too slow" in payload
        assert seqs == list(range(1, len(seqs) + 1)) and 1 < len(seqs) < 60
        assert "1 clients did not read" in hub.said()
        deaf.send_frame(CLOSE, payload)
        assert not deaf.receive()
        deaf.close()
        # It goes on where it was.
        with hub.raw(after=seqs[-1]) as again:
            assert [e["seq"] for e in again.many(60 - len(seqs))] == list(
                range(seqs[-1] + 1, 61))


def test_who_reads_slowly_what_it_missed_is_given_the_time(hub):
    with hub.raw(envelope=0) as sender:
        for number in range(60):
            sender.text([number, LARGE])
            sender.next()
        with hub.raw(after=0) as slow:
            seen = []
            for number in range(60, 72):
                sender.text([number, LARGE])
                sender.next()
                seen += slow.many(6)
            assert [event["seq"] for event in seen] == list(range(1, 73))


# ---- who goes


def test_connections_that_are_opened_and_dropped(hub):
    raise_descriptor_limit(12000)
    chance = random.Random(8)
    pieces = frame(TEXT, b'"whole"') + frame(TEXT, b'"half')
    before = len(os.listdir(f"/proc/{hub.pid}/fd"))
    hub.raw().close()
    with hub.raw(envelope=0) as steady, ExitStack() as stack:
        memory = rss_bytes(hub.pid)
        for number in range(CONNECTIONS):
            client = Raw(hub.path)
            if number % 4 == 1:
                client.send(b"GET /cosmic_stream HTTP/1.1\r\n"[
                    :chance.randrange(1, 29)])
            elif number % 4 == 2:
                client.ask(PATH + "?after=0")
            elif number % 4 == 3:
                client.ask(PATH)
                client.send(pieces[:chance.randrange(len(pieces))])
            if number % 3:
                client.close()
            else:
                stack.enter_context(client)
            if number % 100 == 0:
                steady.text(number)
                while steady.next() != number:
                    pass
        stack.pop_all().close()
        wait_until(
            lambda: len(os.listdir(f"/proc/{hub.pid}/fd")) <= before + 1,
            "the end of all others")
        while "end" not in (told := steady.ping()):
            steady.text("end")
        assert set(map(str, told)) <= {"whole", "end"}
        assert rss_bytes(hub.pid) < memory + 8 * MIB or hub.stage.sanitized
    assert "error" not in hub.said()


# ---- the hub goes


def test_a_killed_hub_loses_nobody_anything(stage, directory):
    """Whoever resumes has had each event once, and in order, when all is
    done: those that the sender saw, and those that it did not live to see.
    """
    hub = Hub(stage, directory, rate=1000000).start()
    seen, place, number = [], {}, 0
    try:
        for _ in range(KILLS):
            with hub.raw(**place) as listener, hub.raw() as sender:
                stop = number + 400
                publish(sender, range(number, stop))
                number = stop
                for _ in range(100):
                    event = listener.next()
                    seen.append((event["seq"], event["data"]))
                hub.kill()
                # What was on its way already may still be read.
                try:
                    while True:
                        event = listener.next()
                        seen.append((event["seq"], event["data"]))
                except ConnectionError:
                    pass
                place = {"after": seen[-1][0], "epoch": event["epoch"]}
            hub.start()
        with hub.raw(**place) as listener:
            listener.text("end")
            while seen[-1][1] != "end":
                event = listener.next()
                seen.append((event["seq"], event["data"]))
        assert seen == hub.events()
        assert len(seen) > 100 * KILLS
    finally:
        hub.stop()


def test_its_messages_are_written_when_it_is_told_to_end(hub):
    sender = hub.raw()
    publish(sender, range(500))
    sender.frame()
    assert hub.stop() == 0
    data = [value for _, value in hub.events()]
    assert data == list(range(len(data))) and len(data) >= 1
    # Those that were read by then are there; none was torn out.
    sender.close()
    hub.start()
    with hub.raw(after=0, envelope=0) as client:
        assert client.many(len(data)) == data


# ---- what lies below it


def all_lost(client, count):
    """It is told that so many of its messages are; the last words."""
    while count > 0:
        told = client.next()
        assert told["error"]["status"] == 503, told
        count -= int(told["error"]["detail"].split(" ")[0])
    assert count == 0
    return told["error"]["detail"]


@pytest.mark.long
def test_a_full_disk(stage, directory):
    with small_disk(directory / "disk", 4) as disk:
        with Hub(stage, directory, disk / "state", rate=1000000) as hub:
            with hub.raw(envelope=0) as sender, \
                    hub.raw(envelope=0) as listener:
                sender.text("before")
                assert sender.next() == listener.next() == "before"
                ballast = fill(disk)
                for _ in range(3):
                    publish(sender, [LARGE] * 10)
                    assert "full" in all_lost(sender, 10)
                # Nobody else is told of it, and all that was is there.
                assert listener.ping() == []
                with hub.raw(after=0, envelope=0) as late:
                    assert late.next() == "before"
                assert hub.said().count("messages of clients are lost") == 1
                ballast.unlink()
                sender.text("after")
                assert listener.next() == "after"
                while sender.next() != "after":
                    pass


def test_a_database_that_is_held(hub):
    with hub.raw(envelope=0) as sender, hub.raw(envelope=0) as listener:
        sender.text("before")
        assert sender.next() == listener.next() == "before"
        # For a while: it is waited for.
        with hub.database(isolation_level=None) as db:
            db.execute("BEGIN EXCLUSIVE")
            sender.text("patient")
            assert listener.ping() == []
            time.sleep(1)
            db.execute("ROLLBACK")
            assert sender.next() == listener.next() == "patient"
            # For too long: the sender is told, and nothing else stops.
            db.execute("BEGIN EXCLUSIVE")
            publish(sender, ["lost", "lost, too"])
            assert listener.ping() == []
            with hub.raw(after=0, envelope=0) as late:
                assert late.many(2) == ["before", "patient"]
            all_lost(sender, 2)
            db.execute("ROLLBACK")
        sender.text("after")
        assert sender.next() == listener.next() == "after"


def test_it_ends_soon_although_the_database_is_held(hub):
    with hub.raw() as sender, hub.database(isolation_level=None) as db:
        db.execute("BEGIN EXCLUSIVE")
        # In transactions of a thousand each would wait for its turn.
        publish(sender, range(BURST))
        assert sender.ping() == []
        from_s = time.monotonic()
        hub.program.signal(signal.SIGTERM)
        assert sender.closed() == 1001
        assert hub.program.wait() == 0
        assert time.monotonic() - from_s < 6


def test_another_database_in_its_place(hub):
    """Restored from elsewhere: the numbers mean something else now."""
    with hub.raw() as client:
        client.text("old")
        old = client.next()
        for path in hub.state.glob("state.sqlite*"):
            path.unlink()
        client.text("new")
        gap = client.next()
        assert gap == {"type": "gap", "epoch": gap["epoch"], "after": 1,
                       "next": 1, "reason": "epoch"}
        assert gap["epoch"] != old["epoch"]
        event = client.next()
        assert (event["seq"], event["data"]) == (1, "new")
        assert event["epoch"] == gap["epoch"]
