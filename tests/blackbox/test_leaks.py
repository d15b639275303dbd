"""One process for long: 10,000 mixed requests leave no memory and no
descriptor behind (in a build with sanitizers the leak detector judges at the
end), and a catalogue that is cut under it does not end it.
"""

import os

import pytest

import fronts
from fcgi_client import FcgiSite
from processes import rss_bytes, wait_until

pytestmark = pytest.mark.alone  # what is left in memory

ROUNDS = 10_000
ROUNDS_SANITIZED = 1_300  # what leaks once is found
GROWTH_BYTES = 1_000_000

REQUESTS = (
    ("GET", "/galaxy", "coordinates=M31"),
    ("GET", "/galaxy", "coordinates=10.68,41.27&radius_deg=2&limit=5"),
    ("GET", "/galaxy", "coordinates=Andromida"),
    ("GET", "/galaxy", "coordinates=10.68,41.27&radius_deg=500&limit=0"),
    ("GET", "/galaxy", "coordinates=0+0&radius_deg=20&limit=300"),
    ("GET", "/galaxy", "coordinates=%ff&radus=1&x=2"),
    ("HEAD", "/galaxy", "coordinates=NGC+224&type=galaxy"),
    ("OPTIONS", "/galaxy", ""),
    ("DELETE", "/galaxy", ""),
    ("POST", "/galaxy", "a" * 9000),
    ("GET", "/nothing/here", ""),
    ("GET", "/", ""),
    ("GET", "/health", ""),
)


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


@pytest.fixture
def served(stage, directory):
    """One process of the product; gives it and its site."""
    path = directory / "fcgi.sock"
    backends = fronts.Backends(
        path, stage.bin / "lightcone.fcgi", stage.state(directory)
    )
    process = backends.start()
    site = FcgiSite(path)
    wait_until(lambda: site.get("/health").status == 200, "an answer")
    yield process, site
    backends.stop()


def ask_mixed(site, count):
    for at in range(count):
        method, path, params = REQUESTS[at % len(REQUESTS)]
        assert site.ask(method, path, params).status < 500


def test_ten_thousand_requests_leave_nothing_behind(served, stage):
    process, site = served
    rounds = ROUNDS_SANITIZED if stage.sanitized else ROUNDS
    ask_mixed(site, rounds // 5)
    rss, open_now = rss_bytes(process.pid), descriptors(process.pid)
    ask_mixed(site, rounds - rounds // 5)
    assert descriptors(process.pid) <= open_now + 4
    if not stage.sanitized:
        assert rss_bytes(process.pid) - rss < GROWTH_BYTES
    process.stop()
    assert process.process.returncode == 0, process.said()


def test_a_catalogue_cut_while_it_is_read_ends_nobody(served, directory):
    process, site = served
    (file,) = (directory / "state" / "catalogues").glob("*.sqlite")
    content = file.read_bytes()
    statuses = set()
    for _ in range(20):
        assert site.get("/galaxy", {"coordinates": "M31"}).status == 200
        os.truncate(file, 65536)
        for radius in (1, 180):
            query = {"coordinates": "0 0", "radius_deg": radius}
            statuses.add(site.get("/galaxy", query).status)
        file.write_bytes(content)
        wait_until(lambda: site.get("/health").status == 200, "recovery")
    assert process.running()
    assert statuses <= {200, 503}
