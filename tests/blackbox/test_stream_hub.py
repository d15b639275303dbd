"""The cosmic stream at the hub itself: who sees what, from where on, and who
is let in."""

import json
import os
import resource
import signal
import socket
import stat
import time
from datetime import datetime

import pytest

from hub import CLOSE, FINAL, PATH, TEXT, Hub, Raw
from keys import add_key, revoke_key
from processes import Program, free_port, wait_until
from stage import give, lesser_user


@pytest.fixture
def hub(stage, directory):
    with Hub(stage, directory) as started:
        yield started


def tell(hub, *values):
    """Publishes, one after the other; the events."""
    events = []
    with hub.raw() as client:
        for number, value in enumerate(values, 1):
            client.text(value)
            # Who does not read what comes back is too slow some time.
            if number % 8 == 0 or number == len(values):
                events += client.many(number - len(events))
    return events


# ---- all see all, in one order


def test_an_event_says_what_it_is(hub):
    before = time.time()
    event, = tell(hub, {"hello": "there"})
    assert list(event) == ["seq", "epoch", "time", "type", "data"]
    assert event["seq"] == 1 and event["type"] == "message"
    assert len(event["epoch"]) == 16
    assert event["data"] == {"hello": "there"}
    told = datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
    assert abs(told.timestamp() - before) < 30


def test_all_see_the_same_and_the_sender_too(hub):
    clients = [hub.raw() for _ in range(5)]
    for turn in range(4):
        for number, client in enumerate(clients):
            client.text([turn, number])
    seen = [client.many(20) for client in clients]
    assert all(each == seen[0] for each in seen)
    assert [event["seq"] for event in seen[0]] == list(range(1, 21))
    # Those of each one are in the order that it sent them in.
    for number in range(5):
        turns = [turn for turn, of in (e["data"] for e in seen[0])
                 if of == number]
        assert turns == list(range(4))
    for client in clients:
        client.close()


def test_data_alone_is_as_it_was_sent_in_one_line(hub):
    with hub.raw(envelope=0) as client:
        client.send_frame(TEXT, '{"b":1.50,\r\n "a": "\\u00e9"}')
        assert client.frame() == (
            FINAL | TEXT, b'{"b":1.50,   "a": "\\u00e9"}')


def test_what_another_process_adds_comes_at_once(stage, hub, directory):
    with Hub(stage, directory, hub.state,
             listen=directory / "other.sock") as other:
        with hub.raw() as here, other.raw() as there:
            for number in range(20):
                from_s = time.monotonic()
                there.text(number)
                event = here.next()
                assert event["data"] == number and there.next() == event
                # Who only looked each second would take half of one.
                if time.monotonic() - from_s < 0.4:
                    break
            else:
                pytest.fail("nobody is woken")


# ---- what was missed


def test_who_was_away_is_sent_what_it_missed(hub):
    events = tell(hub, *range(300))
    for after in (0, 1, 150, 299, 300):
        with hub.raw(after=after, epoch=events[0]["epoch"]) as client:
            assert client.many(300 - after) == events[after:]
            assert client.ping() == []


def test_without_after_only_what_comes_is_sent(hub):
    tell(hub, 1, 2, 3)
    with hub.raw() as client:
        client.text("now")
        assert client.next()["data"] == "now"


GAPS = [
    ({"after": 100}, {"after": 100, "next": 4, "reason": "future"}, []),
    ({"after": 2, "epoch": "0123456789abcdef"},
     {"after": 2, "next": 1, "reason": "epoch"}, [1, 2, 3]),
    ({"after": 0, "epoch": ""}, None, None),
    ({"after": "0123456789abcdef-3"},
     {"after": 3, "next": 1, "reason": "epoch"}, [1, 2, 3]),
]


@pytest.mark.parametrize("query, gap, data", GAPS)
def test_what_cannot_be_had_is_told(hub, query, gap, data):
    event = tell(hub, 1, 2, 3)[0]
    if gap is None:
        assert hub.refused(**query)[0] == 422
        return
    with hub.raw(**query) as client:
        assert client.next() == {"type": "gap", "epoch": event["epoch"],
                                 **gap}
        assert [e["data"] for e in client.many(len(data))] == data
        client.text("live")
        assert client.next()["data"] == "live"


def test_what_is_kept_no_longer_is_a_gap(stage, directory):
    with Hub(stage, directory, keep_mb=1, rate=100000) as hub:
        big = "x" * 60000
        events = tell(hub, *[big] * 130)
        kept = [seq for seq, _ in hub.events()]
        assert 1 < kept[0] < 130
        with hub.raw(after=0) as client:
            gap = client.next()
            assert (gap["reason"], gap["next"]) == ("gone", kept[0])
            assert client.many(len(kept)) == events[kept[0] - 1:]


def test_what_goes_while_one_reads_is_a_gap(hub):
    """From the file: memory has no more than the last 16 MiB."""
    count, gone, big = 400, 100, "x" * 60000
    first = tell(hub, big)[0]
    with hub.database() as db, db:
        db.executemany(
            "INSERT INTO events (time_ms, type, total, data)"
            " VALUES (0, 'message', ?, ?)",
            ((60066 * i, json.dumps(big)) for i in range(2, count)))
    tell(hub, "end")
    with hub.raw(after=0) as client:
        seen = [client.next()]
        with hub.database() as db, db:
            db.execute("DELETE FROM events WHERE seq <= ?", (gone,))
        while "seq" in (told := client.next()):
            seen.append(told)
        assert 1 < len(seen) < gone
        assert told == {"type": "gap", "epoch": first["epoch"],
                        "after": len(seen), "next": gone + 1,
                        "reason": "gone"}
        seen += client.many(count - gone)
        assert [event["seq"] for event in seen] == [
            *range(1, told["after"] + 1), *range(gone + 1, count + 1)]


def test_a_replay_has_a_ceiling(hub):
    epoch = tell(hub, 1)[0]["epoch"]
    with hub.database() as db, db:
        db.executemany(
            "INSERT INTO events (time_ms, type, total, data)"
            " VALUES (0, 'message', ?, ?)",
            ((65 * i, str(i)) for i in range(2, 10101)))
    tell(hub, 10101)
    with hub.raw(after=50, envelope=0) as client:
        assert client.next() == {
            "type": "gap", "epoch": epoch, "after": 50, "next": 102,
            "reason": "many"}
        assert client.many(10000) == list(range(102, 10102))


def test_replays_do_not_hold_up_others(stage, directory):
    """Many who read all there is, and one whose messages come meanwhile."""
    with Hub(stage, directory, rate=100000) as hub:
        tell(hub, *["x" * 2000] * 1500)
        alone_s = echo_s(hub)
        readers = [hub.raw(after=0) for _ in range(12)]
        beside_s = echo_s(hub)
        for reader in readers:
            with reader:
                seqs = [event["seq"] for event in reader.many(1500)]
                assert seqs == list(range(1, 1501))
        # All of them at once would be 36 MB.
        assert beside_s < 10 * alone_s + 0.3


def echo_s(hub):
    with hub.raw() as client:
        from_s = time.monotonic()
        client.text("echo")
        client.next()
        return time.monotonic() - from_s


# ---- what is wanted of it


def test_a_circle_of_sky(stage, directory):
    state = stage.state(directory)
    places = [{"ra_deg": 10.68, "dec_deg": 41.27}, {"no": "place"},
              {"ra_deg": 10.68, "dec_deg": 44}, {"ra_deg": 190, "dec_deg": 0},
              {"ra_deg": "10.68", "dec_deg": 41.27},
              {"ra_deg": 400, "dec_deg": 0}]
    with Hub(stage, directory, state) as hub:
        listeners = {
            name: hub.raw(envelope=0, **query) for name, query in {
                "near": {"coordinates": "M31", "radius_deg": 1},
                "wide": {"coordinates": "M31", "radius_deg": 3},
                "placed": {"coordinates": "10.68 41.27", "radius_deg": 3,
                           "only": "positions"},
                "anywhere": {"only": "positions"},
                "none": {"types": "job"},
                "messages": {"types": ["message"], "radius_deg": 1},
            }.items()}
        tell(hub, *places, "end")
        nowhere = [places[1], places[4], places[5], "end"]
        wanted = {
            "near": [places[0], *nowhere],
            "wide": [places[0], places[1], places[2], *nowhere[1:]],
            "placed": [places[0], places[2]],
            "anywhere": [places[0], places[2], places[3]],
            "none": [],
            "messages": [*places, "end"],
        }
        for name, listener in listeners.items():
            with listener:
                assert listener.ping() == wanted[name], name


def test_a_name_that_is_nothing(stage, directory):
    with Hub(stage, directory, stage.state(directory)) as hub:
        status, _, body = hub.refused(coordinates="M 999999")
        assert status == 422
        error, = json.loads(body)["errors"]
        assert error["loc"] == ["query", "coordinates"]


# ---- who may


def test_publishing_with_a_key(stage, directory):
    with Hub(stage, directory, publish="key") as hub:
        right = add_key(stage, hub.state, "one", "publish")
        wrong = add_key(stage, hub.state, "two", "read")
        gone = add_key(stage, hub.state, "three", "publish")
        revoke_key(stage, hub.state, "three")
        with hub.raw(envelope=0) as listener:
            for fields in ([], [("X-API-Key", wrong)], [("X-API-Key", "x")],
                           [("Authorization", f"Bearer {gone}")],
                           [("Authorization", f"Basic {right}")]):
                with hub.raw(fields) as client:
                    client.text("let me")
                    told = client.next()
                    assert told["error"]["status"] == 401, fields
                    assert client.ping() == []
            for fields in ([("X-API-Key", right)],
                           [("Authorization", f"Bearer {right}")]):
                with hub.raw(fields) as client:
                    client.text("with a key")
                    assert client.next()["data"] == "with a key"
            assert listener.ping() == ["with a key"] * 2


OTHERS = "https://observatory.example http://localhost:8080"


@pytest.mark.parametrize("options, origin, fields, let_in", [
    ({}, "https://anywhere.example", [], True),
    ({"origins": ""}, None, [], True),
    ({"origins": ""}, "https://anywhere.example", [], False),
    ({"origins": ""}, "https://LocalHost", [], True),
    ({"origins": ""}, "https://sky.example",
     [("X-Forwarded-Host", "sky.example")], True),
    ({"origins": ""}, "null", [], False),
    ({"origins": OTHERS}, "https://observatory.example", [], True),
    ({"origins": OTHERS}, "http://localhost:8080", [], True),
    ({"origins": OTHERS}, "http://observatory.example", [], False),
    ({"origins": OTHERS}, "https://observatory.example.org", [], False),
])
def test_pages_of_other_sites(stage, directory, options, origin, fields,
                              let_in):
    fields = fields + ([("Origin", origin)] if origin else [])
    with Hub(stage, directory, **options) as hub:
        if let_in:
            hub.raw(fields).close()
            return
        status, _, body = hub.refused(fields)
        assert status == 403
        assert "stream_origins" in json.loads(body)["detail"]


def test_no_more_clients_than_may_be(stage, directory):
    with Hub(stage, directory, clients=3) as hub:
        clients = [hub.raw() for _ in range(3)]
        for _ in range(5):
            status, fields, body = hub.refused()
            assert status == 503
            assert int(fields["retry-after"]) > 0
            assert json.loads(body)["status"] == 503
        assert hub.said().count("more are refused") == 1
        # Who is there is served; who goes leaves a place.
        clients[0].text("still here")
        assert [c.next()["data"] for c in clients] == ["still here"] * 3
        clients.pop().close()
        wait_until(lambda: Raw(hub.path).ask(PATH)[0] == 101, "a place")
        for client in clients:
            client.close()


# ---- the hub comes and goes


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT,
                                    signal.SIGHUP])
def test_all_are_told_when_it_ends(hub, number):
    clients = [hub.raw() for _ in range(10)]
    half = Raw(hub.path)
    half.send(b"GET ")
    deaf = hub.raw()
    from_s = time.monotonic()
    clients[0].text("last words")
    assert clients[0].next()["data"] == "last words"
    hub.program.signal(number)
    for client in clients:
        assert client.closed() == 1001
        client.send_frame(CLOSE, (1001).to_bytes(2, "big"))
        client.close()
    assert hub.program.wait() == 0
    assert time.monotonic() - from_s < 3
    assert not hub.path.exists()
    assert "11 clients are told" in hub.said()
    half.close()
    deaf.close()


def test_the_socket_is_for_its_owner_and_the_group(hub):
    status = hub.path.stat()
    assert stat.S_ISSOCK(status.st_mode)
    assert stat.S_IMODE(status.st_mode) == 0o660
    assert status.st_uid == hub.state.stat().st_uid


@pytest.fixture
def second():
    """Starts a hub that need not come to accept; it is stopped."""
    started = []

    def start(hub, **popen):
        started.append(Program([hub.stage.bin / "lightcone", "stream"],
                               hub.environment(),
                               hub.directory / "second.log", **popen))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def test_another_hub_is_not_pushed_away(hub, second):
    other = second(hub)
    assert other.wait() == 75
    assert "another hub serves" in other.said()
    with hub.raw() as client:
        client.text(1)
        assert client.next()["data"] == 1


def test_what_a_killed_hub_leaves_is_no_hindrance(hub):
    tell(hub, 1)
    hub.kill()
    assert hub.path.exists()
    hub.start()
    with hub.raw(after=0) as client:
        assert client.next()["data"] == 1


def test_what_is_no_socket_is_left_alone(stage, directory, second):
    hub = Hub(stage, directory)
    hub.path.write_text("precious")
    other = second(hub)
    assert other.wait() == 1
    assert "no socket" in other.said()
    assert hub.path.read_text() == "precious"


@pytest.mark.parametrize("where, code", [
    ("/nonexistent/stream.sock", 73),
    ("/" + "x" * 99 + "/stream.sock", 78),
    ("127.0.0.1:99999", 78),
    ("stars.example:8081", 78),
    ("[127.0.0.1]:8081", 78),
    ("198.51.100.7:8081", 1),
])
def test_where_it_cannot_listen(stage, directory, second, where, code):
    hub = Hub(stage, directory, listen=where)
    other = second(hub)
    assert other.wait() == code, other.said()
    assert "lightcone stream: " in other.said()


def test_too_few_open_files_for_anybody(stage, directory, second):
    limit = (resource.RLIMIT_NOFILE, (128, 128))
    other = second(Hub(stage, directory),
                   preexec_fn=lambda: resource.setrlimit(*limit))
    assert other.wait() == 1
    assert "too few open files" in other.said()


def test_by_tcp(stage, directory, second):
    port = free_port()
    hub = Hub(stage, directory, listen=f"127.0.0.1:{port}")
    other = second(hub)
    wait_until(lambda: "listening at" in other.said(), "the hub")
    # At that address, and no other.
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), 20)
    client = Raw.__new__(Raw)
    client.socket = socket.create_connection(("127.0.0.1", port), 20)
    client.bytes = bytearray()
    with client:
        assert client.ask(PATH + "?envelope=0")[0] == 101
        client.text("by TCP")
        assert client.next() == "by TCP"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another")
def test_it_works_as_whom_the_state_belongs_to(stage, directory):
    hub = Hub(stage, directory)
    give(hub.state, lesser_user())
    with hub:
        assert hub.path.stat().st_uid == hub.state.stat().st_uid != 0
        tell(hub, 1)
