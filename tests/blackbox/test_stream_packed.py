"""permessage-deflate (RFC 7692) at the hub: what is agreed on, both
directions, and what is packed to do harm."""

import asyncio
import json
import zlib

import pytest

from hub import (FINAL, MORE, PACKED, PATH, PING, PONG, TEXT, Hub, Raw,
                 frame, pack, unpack)

ALONE = "; server_no_context_takeover; client_no_context_takeover"
MOST = 65536


@pytest.fixture(scope="module")
def hub(stage):
    with Hub(stage, stage.fresh("hub"), rate=100000) as started:
        yield started


def offering(hub, *offers, **query):
    """A client that offers; what was agreed on."""
    client = Raw(hub.path)
    status, fields, _ = client.ask(
        PATH + "?envelope=0" + "".join(f"&{k}={v}" for k, v in query.items()),
        [("Sec-WebSocket-Extensions", offer) for offer in offers])
    assert status == 101
    return client, fields.get("sec-websocket-extensions")


@pytest.fixture
def client(hub):
    client, agreed = offering(hub, "permessage-deflate")
    assert agreed == "permessage-deflate" + ALONE
    with client:
        yield client


# What is offered, and what more is agreed on; None: nothing at all.
OFFERS = [
    ("permessage-deflate", ""),
    ("permessage-deflate; client_max_window_bits", ""),
    ("permessage-deflate; client_max_window_bits=9", ""),
    ("permessage-deflate;server_no_context_takeover ;"
     "client_no_context_takeover", ""),
    ("permessage-deflate; server_max_window_bits=15",
     "; server_max_window_bits=15"),
    ('permessage-deflate; server_max_window_bits="10"',
     "; server_max_window_bits=10"),
    ("x-webkit-deflate-frame; a=b, permessage-deflate", ""),
    ("permessage-deflate; unknown, permessage-deflate; "
     "server_max_window_bits=8, permessage-deflate",
     "; server_max_window_bits=8"),
    ("x-other", None),
    ("permessage-deflate; unknown", None),
    ("permessage-deflate; server_max_window_bits", None),
    ("permessage-deflate; server_max_window_bits=7", None),
    ("permessage-deflate; server_max_window_bits=16", None),
    ("permessage-deflate; server_max_window_bits=010", None),
    ("permessage-deflate; client_max_window_bits=x", None),
    ("permessage-deflate; client_no_context_takeover=1", None),
    ("permessage-deflate; client_no_context_takeover; "
     "client_no_context_takeover", None),
    ('permessage-deflate; client_max_window_bits="9', None),
    ("permessage-deflate; =9", None),
    (";", None),
    ("", None),
]


@pytest.mark.parametrize("offer, agreed", OFFERS)
def test_what_is_agreed_on(hub, offer, agreed):
    client, told = offering(hub, offer)
    with client:
        assert told == (None if agreed is None
                        else "permessage-deflate" + ALONE + agreed)
        client.send_frame(TEXT, b'"lightcone"')
        assert client.next() == "lightcone"


def test_offers_may_come_in_several_fields(hub):
    client, told = offering(hub, "x-other", "permessage-deflate; bad",
                            "permessage-deflate")
    with client:
        assert told == "permessage-deflate" + ALONE


# ---- to the client

LONG = json.dumps({"text": "a photon " * 400})


@pytest.mark.parametrize("bits", range(8, 16))
def test_a_small_window_is_not_looked_beyond(hub, bits):
    client, _ = offering(hub, f"permessage-deflate; server_max_window_bits={bits}")
    with client:
        for text in ('"%s"' % ("ab" * 100), LONG, '"%s"' % ("z" * 20000)):
            client.send_frame(TEXT, text)
            first, payload = client.frame()
            if first & PACKED:
                payload = unpack(payload, bits)
            # Worth it, and no further back than it may be.
            assert bool(first & PACKED) == (len(text) <= 1 << bits
                                            or bits == 15)
            assert payload == text.encode()


def test_small_ones_are_sent_as_they_are(client):
    for text in ("[]", '"%s"' % ("x" * 125)):
        client.send_frame(TEXT, text)
        assert client.frame() == (FINAL | TEXT, text.encode())


def test_who_packs_and_who_does_not_are_sent_the_same(hub, client):
    with hub.raw(envelope=0) as plain:
        client.send_frame(TEXT, LONG)
        first, payload = client.frame()
        assert first == FINAL | TEXT | PACKED
        assert len(payload) < len(LONG) / 10
        assert unpack(payload) == LONG.encode()
        assert plain.frame() == (FINAL | TEXT, LONG.encode())


# ---- from the client


def test_packed_texts_of_all_lengths(client):
    lengths = [*range(0, 300, 7), 1023, 1024, 1025, 2759, 4095, 4096, 4097,
               8192, 30000, MOST - 2]
    for length in lengths:
        text = b'"' + b"y" * length + b'"'
        client.send_frame(TEXT, pack(text), first=FINAL | PACKED)
        assert client.next() == "y" * length


def test_other_ways_to_pack(client):
    text = b'"' + bytes(range(97, 123)) * 30 + b'"'
    stored = zlib.compressobj(0, wbits=-15)
    fixed = zlib.compressobj(9, wbits=-9, strategy=zlib.Z_FIXED)
    last = zlib.compressobj(wbits=-15)
    for packed in (
            pack(text, stored), pack(text, fixed),
            # Blocks in the middle, and one that is marked as the last.
            pack(text[:9], (packer := zlib.compressobj(wbits=-15)))
            + b"\0\0\xff\xff" + pack(text[9:], packer),
            last.compress(text) + last.flush() + b"\0"):
        client.send_frame(TEXT, packed, first=FINAL | PACKED)
        assert client.next() == text[1:-1].decode()


def test_packed_and_in_frames_with_control_between(client):
    packed = pack(LONG.encode())
    client.send(frame(TEXT, packed[:1], first=PACKED) + frame(PING, b"p")
                + frame(MORE, packed[1:5], first=0)
                + frame(MORE, packed[5:]))
    assert client.frame() == (FINAL | PONG, b"p")
    assert client.next() == json.loads(LONG)
    # The next one need not be packed.
    client.send_frame(TEXT, b"[1]")
    assert client.next() == [1]


def test_what_is_packed_and_no_json(client):
    for text in (b"{", b""):
        client.send_frame(TEXT, pack(text), first=FINAL | PACKED)
        assert client.next()["type"] == "error"
    client.text("still here")
    assert client.next() == "still here"


ENDS = [
    ("more than may be", 1009, frame(TEXT, pack(b'"%s"' % (b"x" * MOST)),
                                     first=FINAL | PACKED)),
    # A megabyte for each kilobyte.
    ("a bomb", 1009, frame(TEXT, pack(bytes(60 << 20)),
                           first=FINAL | PACKED)),
    ("too much that is packed", 1009,
     frame(TEXT, bytes(MOST + 2000), first=FINAL | PACKED)),
    ("bad UTF-8", 1007, frame(TEXT, pack(b'"\xff"'), first=FINAL | PACKED)),
    ("not packed at all", 1007, frame(TEXT, b'"plain"',
                                      first=FINAL | PACKED)),
    ("half of it", 1007, frame(TEXT, pack(b"1234567")[:4],
                               first=FINAL | PACKED)),
    ("all but its last byte", 1007, frame(TEXT, pack(b"1234567")[:-1],
                                          first=FINAL | PACKED)),
    ("nothing at all", 1007, frame(TEXT, b"", first=FINAL | PACKED)),
    ("looking back too far", 1007,
     frame(TEXT, b"\x63\x04\x21\x1e", first=FINAL | PACKED)),
    ("a later frame that says so", 1002,
     frame(TEXT, b"1", first=0) + frame(MORE, b"", first=FINAL | PACKED)),
    ("control that says so", 1002, frame(PING, b"", first=FINAL | PACKED)),
]


@pytest.mark.parametrize("status, sent", [row[1:] for row in ENDS],
                         ids=[row[0] for row in ENDS])
def test_what_is_wrong_ends_it_with_its_status(hub, client, status, sent):
    client.send(sent)
    assert client.closed() == status
    with hub.raw(envelope=0) as other:
        other.text("the hub goes on")
        assert other.next() == "the hub goes on"


def test_context_is_not_kept_even_if_the_client_would(hub):
    # It was told not to look back at what it sent before.
    client, _ = offering(hub, "permessage-deflate; server_no_context_takeover")
    packer = zlib.compressobj(wbits=-15)
    with client:
        client.send_frame(TEXT, pack(LONG.encode(), packer),
                          first=FINAL | PACKED)
        assert client.next() == json.loads(LONG)
        client.send_frame(TEXT, pack(LONG.encode(), packer),
                          first=FINAL | PACKED)
        assert client.closed() == 1007


# ---- another one's client


@pytest.mark.parametrize("packing", ["deflate", None])
def test_python_websockets(hub, packing):
    websockets = pytest.importorskip("websockets")

    async def talk():
        where = {"path": str(hub.path), "compression": packing,
                 "uri": f"ws://localhost{PATH}?envelope=0"}
        async with websockets.unix_connect(**where) as one, \
                websockets.unix_connect(**where) as other:
            for text in ("[]", LONG, json.dumps("κ" * 30000, ensure_ascii=False)):
                await one.send(text)
                for each in (one, other):
                    got = await asyncio.wait_for(each.recv(), 10)
                    assert json.loads(got) == json.loads(text)
            await one.send(["[1,", "2", "]"])
            assert await asyncio.wait_for(one.recv(), 10) == "[1,2]"
            await asyncio.wait_for(await one.ping(b"here?"), 10)
        assert one.close_code == other.close_code == 1000

    asyncio.run(talk())
