"""No answer is given after what it was made from was imported anew, or after
the operator has made the cache forget.
"""

import subprocess
import threading

import pytest

import fronts
from companions import KINDS, cache_of, status_of
from processes import clean_environment, wait_until

TURNS = 6
CHANGED = "/galaxy?catalogue=changed&coordinates=10+10&radius_deg=180&limit=400"


def command(stage, front, *words):
    subprocess.run(
        [stage.bin / "lightcone", *words],
        env=clean_environment(LIGHTCONE_STATE=front.state), check=True,
        capture_output=True, timeout=120,
    )


@pytest.fixture(scope="module", params=KINDS)
def two(request, stage):
    """Lighttpd before two processes that keep answers."""
    if fronts.missing("lighttpd-external"):
        pytest.skip(fronts.missing("lighttpd-external"))
    with cache_of(request.param, stage) as setting, fronts.starting(
            "lighttpd-external", stage, "", count=2,
            LIGHTCONE_CACHE=setting) as front:
        yield front


class Asker(threading.Thread):
    """Has the answer in the cache at any time, of each process."""

    def __init__(self, site, target):
        super().__init__()
        self.site, self.target = site, target
        self.over = threading.Event()
        self.failure, self.hits = None, 0
        self.start()

    def run(self):
        try:
            while not self.over.is_set():
                reply = self.site.exchange("GET", self.target)
                assert reply.status == 200, reply
                self.hits += "hit" in status_of(reply)
        except Exception as failure:  # told by who waits for it
            self.failure = failure

    def end(self):
        self.over.set()
        self.join(20)
        assert self.failure is None, self.failure


@pytest.fixture
def changed(two, stage):
    """Imports it with another magnitude of all; who asks for it meanwhile."""
    def bring(magnitude):
        table = two.directory / "changed.csv"
        table.write_text("name,ra,dec,Vmag\n" + "".join(
            f"C {i},{i * 0.618 % 360:.4f},{i * 0.755 % 170 - 85:.4f},{magnitude}\n"
            for i in range(2000)))
        command(stage, two, "import", "--catalogue", "changed", table)

    bring(0)
    askers = [Asker(two.site, CHANGED) for _ in range(2)]
    yield bring
    for each in askers:
        each.end()
    assert sum(each.hits for each in askers) > TURNS


def test_an_import_is_seen_at_once(two, changed):
    """By whoever asks after its end, of both processes."""
    for magnitude in range(1, TURNS + 1):
        changed(magnitude)
        for _ in range(8):
            reply = two.site.exchange("GET", CHANGED)
            seen = {each["magnitude_v"] for each in reply.json()["system"]}
            assert seen == {magnitude}, (reply.headers["Cache-Status"], seen)


@pytest.mark.parametrize("words", [("flush",), ("flush", "changed")],
                         ids=["all", "catalogue"])
def test_a_flush_is_seen_at_once(two, stage, changed, words):
    """What others keep of another catalogue is left by that of one."""
    other = "/galaxy?coordinates=1+1&radius_deg=180&limit=400"

    def hit(target):
        reply = two.site.exchange("GET", target)
        return "hit" in status_of(reply) and reply
    for _ in range(TURNS):
        tag = wait_until(lambda: hit(CHANGED), "a hit").headers["ETag"]
        wait_until(lambda: hit(other), "another")
        command(stage, two, "cache", *words)
        says = status_of(two.site.exchange("GET", other))
        assert ("changed" in words) == (says.get("fwd") != "miss")
        for _ in range(8):
            assert two.site.exchange("GET", CHANGED).headers["ETag"] != tag
