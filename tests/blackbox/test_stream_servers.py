"""The cosmic stream through web servers, with the configurations we ship."""

import asyncio
import json
import time
from contextlib import closing, contextmanager

import pytest
import websockets

import fronts
from hub import Hub
from processes import free_port, wait_until

PATIENCE_S = 20
JSON = [("Content-Type", "application/json")]
UPGRADE = [
    ("Upgrade", "websocket"), ("Connection", "Upgrade"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
]
WAYS = ("lighttpd", "lighttpd-external", "lighttpd-cgi", "apache")
PLACES = [
    (name, mount) for name, mount in fronts.ALL_PLACES
    if name in WAYS and (mount or name == "apache")
]


class Place:
    """A front with a hub behind it."""

    def __init__(self, front, hub):
        self.front = front
        self.site = front.site
        self.hub = hub

    def url(self, **query):
        words = "&".join(f"{name}={value}" for name, value in query.items())
        return (f"ws://127.0.0.1:{self.site.port}{self.site.mount}"
                f"/cosmic_stream?{words}")

    def connect(self, *, compression=None, **query):
        return websockets.connect(
            self.url(**query), compression=compression, ping_interval=None,
            open_timeout=PATIENCE_S, max_size=None, close_timeout=1)

    def post(self, data):
        reply = self.site.ask(
            "POST", "/cosmic_stream", "", JSON, json.dumps(data).encode())
        assert reply.status == 201, reply
        return reply.json()["seq"]

    def now(self):
        """What to say to be told what comes from now on."""
        reply = self.site.get("/cosmic_stream")
        assert reply.status == 200, reply
        answer = reply.json()
        return {"after": answer["after"], "epoch": answer["epoch"]}

    def events(self, **query):
        return self.site.get("/cosmic_stream", query).json()["events"]

    def refusal(self, fields=(), **query):
        """The status of a WebSocket that is not let in."""
        async def ask():
            try:
                async with websockets.connect(
                        self.url(**query), extra_headers=fields):
                    return 101
            except websockets.InvalidStatusCode as refused:
                return refused.status_code

        return asyncio.run(ask())

    def companion(self):
        return self.site.get("/health").json()["companions"]["stream"]


@contextmanager
def standing(stage, name, mount, of_front=(), **options):
    with fronts.starting(name, stage, mount, **dict(of_front)) as front:
        with Hub(stage, front.directory, front.state, **options) as hub:
            yield Place(front, hub)


@pytest.fixture(scope="module", params=PLACES, ids=fronts.place_id)
def place(request, stage):
    with standing(stage, *request.param) as made:
        yield made


async def take(client, count):
    """So many events, as they come."""
    return [json.loads(await asyncio.wait_for(client.recv(), PATIENCE_S))
            for _ in range(count)]


class Sent:
    """Server-sent events, from a connection of their own."""

    def __init__(self, site, query):
        words = "&".join(f"{name}={value}" for name, value in query.items())
        self.connection = site.connect()
        self.connection.sendall(site.request_bytes(
            "GET", f"{site.mount}/cosmic_stream?{words}",
            [("Accept", "text/event-stream")]))
        self.file = self.connection.makefile("rb")

    def close(self):
        self.file.close()
        self.connection.close()

    def take(self, count):
        found = []
        while len(found) < count:
            line = self.file.readline()
            assert line, "it has ended"
            if line.startswith(b"data:"):
                found.append(json.loads(line[5:]))
        return found


def test_all_ways_give_one_order(place):
    begin = place.now()

    async def observe(posts=4):
        async with place.connect() as plain, \
                place.connect(compression="deflate") as packed, \
                place.connect(envelope=0) as bare:
            assert packed.extensions and not plain.extensions
            for i in range(posts):
                await plain.send(json.dumps({"from": "plain", "is": i}))
                await packed.send(json.dumps({"from": "packed", "is": i}))
                await asyncio.to_thread(
                    place.post, {"from": "post", "is": i})
            return [await take(each, 3 * posts)
                    for each in (plain, packed, bare)]

    with closing(Sent(place.site, begin)) as sent:
        plain, packed, bare = asyncio.run(observe())
        streamed = sent.take(len(plain))
    assert [event["seq"] for event in plain] == list(range(
        begin["after"] + 1, begin["after"] + 1 + len(plain)))
    assert packed == plain
    assert bare == [event["data"] for event in plain]
    assert streamed == plain
    assert place.events(**begin) == plain
    for word in ("plain", "packed", "post"):
        assert [event["data"]["is"] for event in plain
                if event["data"]["from"] == word] == [0, 1, 2, 3]


@pytest.mark.parametrize("compression", [None, "deflate"])
def test_long_messages_pass(place, compression):
    text = "".join(chr(0x4e00 + i * 7919 % 20000) for i in range(20000))

    async def echo():
        async with place.connect(compression=compression) as client:
            await client.send(json.dumps(text, ensure_ascii=False))
            event, = await take(client, 1)
            await asyncio.wait_for(await client.ping(), PATIENCE_S)
            return event["data"]

    assert asyncio.run(echo()) == text


def test_only_websocket_goes_to_the_hub(place):
    galaxy = place.site.get("/galaxy", {"coordinates": "M31"}, UPGRADE)
    assert galaxy.status == 200 and galaxy.json()["matched"] == 1
    other = place.site.get("/cosmic_stream", "",
                           [("Upgrade", "h2c"), ("Connection", "Upgrade")])
    assert other.status == 200 and other.json()["events"] == []
    beside = place.site.get("/cosmic_streams", "", UPGRADE)
    assert beside.status == 404, beside


def test_what_is_wrong_is_said_before_the_stream(place):
    assert place.refusal(coordinates="nowhere") in (404, 422)
    assert place.refusal(radius_deg=-1) == 422


def test_a_hub_that_dies_loses_nobody(place):
    begin = place.now()

    async def until_it_dies():
        async with place.connect(**begin) as client:
            seq = place.post("before")
            event, = await take(client, 1)
            assert event["seq"] == seq
            place.hub.kill()
            with pytest.raises(websockets.ConnectionClosed):
                await asyncio.wait_for(client.recv(), PATIENCE_S)
        return {"after": event["seq"], "epoch": event["epoch"]}

    had = asyncio.run(until_it_dies())
    asked = time.monotonic()
    assert place.refusal() == 503
    assert time.monotonic() - asked < 5
    away = place.companion()
    assert away["state"] == "away" and "lightcone stream" in away["why"]
    place.post("meanwhile")
    place.hub.start()
    wait_until(lambda: place.companion()["state"] == "ok", "its presence")
    place.post("after")

    async def resume():
        async with place.connect(**had) as client:
            return [event["data"] for event in await take(client, 2)]

    def comes_back():
        try:
            return asyncio.run(resume())
        except websockets.InvalidStatusCode as refused:
            assert refused.status_code == 503
            return None

    assert wait_until(comes_back, "the hub behind the web server") == [
        "meanwhile", "after"]


# ---- what is asked once

@pytest.mark.parametrize("name", [
    name for name in ("lighttpd", "apache") if name in fronts.INSTALLED])
def test_pages_of_the_site_itself_are_known(stage, name):
    with standing(stage, name, "", origins="") as place:
        own = f"http://127.0.0.1:{place.site.port}"
        assert place.refusal([("Origin", own)]) == 101
        assert place.refusal([("Origin", "http://elsewhere.test")]) == 403


@pytest.mark.skipif("apache" not in fronts.INSTALLED, reason="no Apache")
@pytest.mark.parametrize("modules, status, without_hub", [
    ((), 200, 200),  # it answers as if nobody had asked for WebSocket
    (("LC_PROXY", "LC_PROXY_HTTP"), 101, 503),
])
def test_apache_with_other_modules(stage, modules, status, without_hub):
    with standing(stage, "apache", "", {"defines": modules}) as place:
        assert place.refusal() == status
        seq = place.post("hello")
        place.hub.kill()
        assert place.refusal() == without_hub
        assert place.post("hello") == seq + 1


@pytest.mark.skipif("lighttpd" not in fronts.INSTALLED, reason="no Lighttpd")
def test_a_hub_on_a_port(stage):
    listen = f"127.0.0.1:{free_port()}"
    with fronts.starting("lighttpd", stage, "/sub/dir",
                         LIGHTCONE_STREAM_LISTEN=listen) as front:
        hub = Hub(stage, front.directory, front.state, listen=listen)
        place = Place(front, hub)
        hub.accepts = lambda: place.companion()["state"] == "ok"
        with hub:
            assert place.refusal() == 101
