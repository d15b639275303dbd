"""The whole sky of a large catalogue: heavy work, beside which all goes on."""

import itertools
import statistics
import subprocess
import threading
import time

import pytest

import fronts
from companions import server_ms, status_of
from console import large_table
from fcgi_client import FcgiSite
from problems import problem
from processes import clean_environment, wait_until

pytestmark = pytest.mark.alone  # what is quick beside what is heavy

STARS = 300_000
WHOLE = 10  # requests for all of it at once
QUICK = 200
SKY = {"catalogue": "stars", "coordinates": "0 0", "radius_deg": 180}


@pytest.fixture(scope="module")
def large_front(stage):
    """Lighttpd before two processes that have the stars too."""
    if fronts.missing("lighttpd-external"):
        pytest.skip(fronts.missing("lighttpd-external"))
    with fronts.starting("lighttpd-external", stage, "", count=2) as front:
        table = large_table(front.directory / "stars.csv", STARS)
        subprocess.run(
            [stage.bin / "lightcone", "import", "--catalogue", "stars", table],
            env=clean_environment(LIGHTCONE_STATE=front.state), check=True,
            capture_output=True, timeout=120,
        )
        wait_until(
            lambda: front.site.get(
                "/galaxy/L1", "catalogue=stars"
            ).status == 200, "the stars",
        )
        yield front


@pytest.fixture(scope="module")
def large(large_front):
    return large_front.site


@pytest.mark.plain  # it measures time
def test_all_of_a_small_one_is_quick(large):
    took_s = []
    for i in range(20):
        began = time.monotonic()
        reply = large.get("/galaxy", {"coordinates": f"{i} 0",
                                      "radius_deg": 180})
        took_s.append(time.monotonic() - began)
        assert reply.status == 200 and len(reply.json()["system"]) == 100
    assert sorted(took_s)[10] < 0.1


class Asking(threading.Thread):
    """One who asks once."""

    def __init__(self, site, query, fields=()):
        super().__init__()
        self.site, self.query, self.fields = site, query, fields
        self.reply = self.took_s = None
        self.start()

    def run(self):
        began = time.monotonic()
        self.reply = self.site.get("/galaxy", self.query, self.fields)
        self.took_s = time.monotonic() - began


def quick_s(site, count, going_on=lambda: True):
    """How long each of so many small requests took."""
    took_s = []
    for i in range(count):
        if not going_on():
            break
        began = time.monotonic()
        reply = site.get("/galaxy", {
            "catalogue": "stars", "coordinates": f"{i % 360} {i % 90}",
            "radius_deg": 0.5,
        })
        took_s.append(time.monotonic() - began)
        assert reply.status == 200, reply
    return sorted(took_s)


def test_all_of_it(large):
    reply = large.get("/galaxy", {**SKY, "limit": 3})
    assert reply.status == 200, reply
    answer = reply.json()
    assert answer["matched"] == STARS
    assert len(answer["system"]) == 3
    near = [row["separation_deg"] for row in answer["system"]]
    assert near == sorted(near)
    rest = large.get("/galaxy", {**SKY, "limit": 3, "after": answer["next"]})
    assert rest.json()["matched"] == STARS
    assert rest.json()["system"][0]["separation_deg"] >= near[-1]


@pytest.mark.plain  # it measures time
def test_what_is_known_is_not_searched_for(large):
    """A 304 comes at once, and so does the head of what is heavy."""
    query = {**SKY, "limit": 10}
    began = time.monotonic()
    reply = large.get("/galaxy", query)
    whole_s = time.monotonic() - began
    tag = reply.headers["ETag"]
    took_s = []
    for _ in range(10):
        began = time.monotonic()
        again = large.get("/galaxy", query, [("If-None-Match", tag)])
        took_s.append(time.monotonic() - began)
        assert again.status == 304 and again.headers["ETag"] == tag
        assert "run" not in (again.headers["Server-Timing"] or "")
    assert sorted(took_s)[5] < whole_s / 2, (took_s, whole_s)
    head = large.ask("HEAD", "/galaxy", query)
    assert head.status == 200 and head.headers["ETag"] == tag
    assert head.headers["Content-Type"] == reply.headers["Content-Type"]
    assert "run" not in (head.headers["Server-Timing"] or "")


@pytest.mark.plain  # it measures time
def test_small_requests_go_on_beside_it(large):
    alone_s = quick_s(large, QUICK)
    kinds = ("json", "csv", "tsv", "votable")
    all_of_it = [
        Asking(large, {**SKY, "limit": 10000, "format": kinds[i % 4],
                       "magnitude_max": 19 - i / 100})
        for i in range(WHOLE)
    ]
    beside_s = quick_s(
        large, QUICK, lambda: any(each.is_alive() for each in all_of_it)
    )
    for each in all_of_it:
        each.join(60)
        assert each.reply is not None and each.reply.status == 200, each.reply
    assert len(beside_s) >= 20, "nothing went on beside"
    # Nobody waited for even one of them to end.
    least_s = min(each.took_s for each in all_of_it)
    middle_s = beside_s[len(beside_s) // 2]
    print(f"alone {alone_s[len(alone_s) // 2] * 1e3:.1f} ms, beside "
          f"{middle_s * 1e3:.1f} ms, the longest {beside_s[-1] * 1e3:.1f} ms; "
          f"all of it {least_s * 1e3:.0f} ms at least")
    assert middle_s < 0.1 and beside_s[len(beside_s) * 9 // 10] < 0.25


def test_who_leaves_stops_the_search(large):
    """An edit or another reader does not wait for those that have gone."""
    for i in range(20):
        with large.connect() as connection:
            connection.sendall(large.request_bytes(
                "GET", "/galaxy?catalogue=stars&coordinates=1+1"
                f"&radius_deg=180&limit=9999&magnitude_max={i}"
            ))
    took_s = quick_s(large, 20)
    assert took_s[-1] < 1
    reply = large.get("/galaxy", {**SKY, "limit": 1})
    assert reply.status == 200, reply


@pytest.mark.plain  # it measures time
def test_an_unknown_name_is_told_quickly(large):
    began = time.monotonic()
    reply = large.get("/galaxy/L%20300001", "catalogue=stars")
    took_s = time.monotonic() - began
    assert "near names" in problem(reply, 404)["detail"]
    assert took_s < 0.5


@pytest.mark.plain  # it measures time
def test_what_takes_long_is_kept_and_what_does_not_is_not(large_front, stage):
    path = large_front.directory / "keeping.sock"
    with fronts.backends_on(path, stage.bin / "lightcone.fcgi",
                            large_front.state, LIGHTCONE_CACHE="local:16M"):
        site = FcgiSite(path)
        wait_until(lambda: site.get("/health").status == 200, "an answer")

        def asked(radius_deg, ra_deg):
            reply = site.get("/galaxy", {**SKY, "radius_deg": radius_deg,
                                         "coordinates": f"{ra_deg} 0"})
            assert reply.status == 200, reply
            return status_of(reply), server_ms(reply)

        made_ms = [asked(60, i)[1]["run"] for i in range(5)]
        wait_until(lambda: "hit" in asked(60, 0)[0], "a hit")
        kept_ms = [asked(60, 0)[1]["cache"] for _ in range(20)]
        assert statistics.median(made_ms) > 5 * statistics.median(kept_ms)
        # Each miss teaches what such a one takes.
        places = itertools.count()
        wait_until(lambda: asked(0.05, next(places) % 3600 / 10)[0].get("fwd")
                   == "bypass", "a bypass")
