"""Asking POST /galaxy/match, and the bodies to ask it with."""

import csv
import io
import json

import sky

PATH = "/galaxy/match"
MOST = 10_000
JSON = "application/json"
CSV = "text/csv"


def post(site, body, params="", type_=JSON, fields=()):
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = json.dumps({"positions": body}).encode()
    if type_ is not None:
        fields = [("Content-Type", type_), *fields]
    return site.ask("POST", PATH, params, fields, body)


def matches(site, body, params="", type_=JSON):
    """What is answered as JSON, each in its place."""
    reply = post(site, body, params, type_)
    assert reply.status == 200, reply
    assert reply.media_type == JSON
    answer = reply.json()
    assert set(answer) <= {"radius_deg", "matches", "warnings"}
    indices = [match["index"] for match in answer["matches"]]
    assert indices == list(range(len(indices)))
    return answer["matches"]


def lines(site, body, params=None, type_=CSV):
    """What is answered as CSV: a dict for each line."""
    reply = post(site, body, {"format": "csv", **(params or {})}, type_)
    assert reply.status == 200, reply
    return read_csv(reply)


def read_csv(reply):
    assert reply.media_type == CSV
    assert reply.body.endswith(b"\r\n")
    found = list(csv.reader(io.StringIO(reply.text, newline=""), strict=True))
    assert found[0][:3] == ["index", "id", "name"]
    assert {len(line) for line in found} == {len(found[0])}
    return [dict(zip(found[0], line)) for line in found[1:]]


def alone(site, ra_deg, dec_deg, **params):
    """The same of one position, by GET /galaxy."""
    reply = site.get(
        "/galaxy", {"coordinates": f"{ra_deg!r} {dec_deg!r}", **params}
    )
    assert reply.status == 200, reply
    return reply.json()


def is_as_alone(site, match, **params):
    single = alone(site, match["ra_deg"], match["dec_deg"], **params)
    assert match["matched"] == single["matched"]
    assert match["system"] == single["system"]


def spread(count):
    """So many positions: objects' own, and points between them."""
    found = []
    for i in range(count):
        row = sky.ROWS[i * 7919 % len(sky.ROWS)]
        shift = i % 3 * 0.004  # the third is mostly beyond 0.01
        dec_deg = round(max(-90, min(90, row["dec_deg"] + shift)), 7)
        found.append((f"p{i}", row["ra_deg"], dec_deg))
    return found


def as_items(positions):
    return [{"id": i, "ra_deg": a, "dec_deg": d} for i, a, d in positions]


def as_csv(positions):
    rows = [f"{i},{a!r},{d!r}\n" for i, a, d in positions]
    return ("id,ra_deg,dec_deg\n" + "".join(rows)).encode()
