"""A cache for processes that live for one request, and for customers of a
shared host: the second one has what the first has made.
"""

import pytest

import fronts
from companions import status_of
from processes import wait_until
from stage import Stage

PLACES = [
    place for place in fronts.PLACES
    if "cgi" in place[0] or place[0].startswith("shared-host")
]
PICTURE = {"format": "png", "width_px": 64, "height_px": 40, "spin": 0.5}
NUMBERS = {"mass_msun": 12.5, "spin": 0.5}
TABLE = {"RA": 0, "DEC": 0, "SR": 20, "RESPONSEFORMAT": "csv"}


@pytest.fixture(scope="module")
def caching_stage():
    made = Stage(options="cache = local:2M\n")
    yield made
    made.remove()


@pytest.fixture(scope="module", params=PLACES,
                ids=[fronts.place_id(place) for place in PLACES])
def front(request, caching_stage):
    name, mount = request.param
    with fronts.starting(name, caching_stage, mount) as started:
        yield started


@pytest.mark.parametrize("path, params", [
    ("/singularity", PICTURE), ("/singularity", NUMBERS), ("/cone", TABLE),
], ids=["picture", "numbers", "table"])
def test_the_second_has_it(front, path, params):
    first = front.site.get(path, params)
    assert first.status == 200 and "fwd" in status_of(first)

    def hit():
        reply = front.site.get(path, params)
        return "hit" in status_of(reply) and reply

    # A table has arrived before its process has kept it.
    second = wait_until(hit, "a hit")
    for reply in (second, hit()):
        assert reply.body == first.body
        for name in ("Content-Type", "Cache-Control", "ETag"):
            assert reply.headers[name] == first.headers[name]
        assert reply.headers["Age"] == "0"
    tag = second.headers["ETag"]
    known = front.site.get(path, params, [("If-None-Match", tag)])
    assert known.status == 304 and known.body == b""
    assert (front.state / "cache.seg").stat().st_size > 2 << 20
