"""Bodies through every front."""

import json

import pytest

from problems import errors_at, problem

NESTED = {
    "settings": {"throat_radius_m": 1000, "rays_deg": [0, 90]},
    "points": [{"ra_deg": 10, "dec_deg": -5, "label": "\u00e9\u2605"}],
}
TYPE = ("Content-Type", "application/json")


def post(front, path, body, fields=(TYPE,)):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return front.site.ask("POST", path, fields=fields, body=body)


def test_right(any_front):
    reply = post(any_front, "/nested", NESTED)
    assert reply.status == 200, reply
    assert reply.json()["labels"] == ["\u00e9\u2605"]
    assert reply.json()["rays_deg"] == [0, 90]


def test_large_and_right(any_front):
    points = [{"ra_deg": i, "dec_deg": 0.125, "label": "p"}
              for i in range(200)]
    body = json.dumps({**NESTED, "points": points}, indent=8).encode()
    assert 20_000 < len(body) < 100_000
    reply = post(any_front, "/nested", body)
    assert reply.status == 200, reply
    assert reply.json()["sum_deg"] == sum(range(200)) + 25


EITHER_MOST = 2 * 1024 * 1024


def test_more_than_most_endpoints_take(any_front):
    body = json.dumps({"items": [
        {"value": i % 10, "label": str(i)} for i in range(10000)
    ]}).encode()
    body += b" " * (EITHER_MOST - len(body))
    reply = post(any_front, "/either", body)
    if any_front.way.startswith(".htaccess") and reply.status == 413:
        return  # by the host's own limit, before us
    assert reply.status == 200, reply
    assert reply.json()["count"] == reply.json()["labels"] == 10000
    assert reply.json()["sum"] == 2 * 1000 * sum(range(10))
    problem(post(any_front, "/either", body + b" "), 413)
    answer = problem(post(any_front, "/nested", body[:200_000]), 413)
    assert "131072" in answer["detail"]


def test_wrong(any_front):
    reply = post(any_front, "/nested", {**NESTED, "points": [{}]})
    assert errors_at(reply) == {
        ("body", "points", 0, "ra_deg"): "missing",
        ("body", "points", 0, "dec_deg"): "missing",
    }
    assert errors_at(post(any_front, "/nested", b"{]")) == {
        ("body", 1): "json_invalid"
    }


@pytest.mark.parametrize("path, status", [("/nested", 422), ("/body", 200)])
def test_empty(any_front, path, status):
    reply = post(any_front, path, b"")
    assert reply.status == status, reply


def test_other_types(any_front):
    kind = ("Content-Type", "application/x-www-form-urlencoded")
    problem(post(any_front, "/body", b"timeout=5", (kind,)), 415)
    assert post(any_front, "/body", {"timeout": 5}, ()).status == 200


def test_chunks(any_front):
    """Taken where the server tells of their length, refused where not."""
    body = json.dumps(NESTED).encode()
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(part), part)
        for part in (body[:20], body[20:])
    ) + b"0\r\n\r\n"
    site = any_front.site
    fields = [TYPE, ("Transfer-Encoding", "chunked")]
    head = site.request_bytes("POST", site.mount + "/nested", fields)
    reply = site.exchange_bytes(head + chunks, "POST")
    if reply.status == 411:
        problem(reply, 411)
        assert "cgi" in any_front.way
    else:
        assert reply.status == 200, reply
        assert reply.json()["labels"] == ["\u00e9\u2605"]
