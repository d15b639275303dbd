"""An object that was edited already, edited again, through every front.

The edit that a request finds goes when it reads what it wrote itself; only a
build with sanitizers sees for certain whether it was looked at after that.
"""

import json

import pytest

from test_guards import add_key, bearer


@pytest.fixture(scope="module")
def writer(front, stage):
    fields = bearer(add_key(stage, front.state, "again", "write"))
    return fields + [("Content-Type", "application/json")]


def put(site, fields, name, **values):
    body = json.dumps({"ra_deg": 12.5, "dec_deg": -3, **values}).encode()
    return site.ask("PUT", "/galaxy/" + name, fields=fields, body=body)


@pytest.mark.parametrize("name", ["Edited%20again", "NGC%20300"])
def test_edited_again(site, writer, name):
    for times in range(1, 5):
        reply = put(site, writer, name, redshift=times)
        assert reply.status in (200, 201), reply
        assert reply.json()["redshift"] == times
        again = site.get("/galaxy/" + name)
        assert again.json() == reply.json()
        assert again.headers["ETag"] == reply.headers["ETag"]
    for status in (200, 404):
        reply = site.ask("DELETE", "/galaxy/" + name, fields=writer, body=b"")
        assert reply.status == status, reply
    assert put(site, writer, name).status == 201
