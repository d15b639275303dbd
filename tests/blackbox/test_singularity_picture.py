"""Pictures of /singularity: what they are, and how they end early."""

import math
import os
import re
import signal
import struct
import threading
import time
import zlib
from urllib.parse import urlencode

import pytest

import fronts
import problems
from fcgi_client import FcgiSite, Peer
from processes import wait_until
from stage import SOURCE

few = fronts.over(fronts.FEW_PLACES)
alone = pytest.mark.alone

SMALL = {"spin": 0.9, "inclination_deg": 75, "width_px": 64, "height_px": 40}
MASSIVE = {"mass_msun": 4.3e6, "distance_pc": 8178}
# Some seconds' work for a core.
BIG = "format=png&width_px=4096&height_px=4096&spin=0.9&inclination_deg=75"
# Two threads that stop within 50 ms, and the grain of the measure.
CPU_AFTER_S = 0.13


def chunks(png):
    at = 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at:at + 8])
        content = png[at + 8:at + 8 + length]
        check, = struct.unpack(">I", png[at + 8 + length:at + 12 + length])
        assert check == zlib.crc32(kind + content)
        yield kind, content
        at += 12 + length


def paeth(left, up, corner):
    guess = left + up - corner
    far = [abs(guess - each) for each in (left, up, corner)]
    return (left, up, corner)[far.index(min(far))]


def unfiltered(kind, row, before):
    for i, byte in enumerate(row):
        left = row[i - 3] if i >= 3 else 0
        corner = before[i - 3] if i >= 3 else 0
        row[i] = byte + (
            0, left, before[i], (left + before[i]) // 2,
            paeth(left, before[i], corner),
        )[kind] & 255
    return row


def decode(png):
    """Width, height, rows of bytes, and the texts."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    all_chunks = list(chunks(png))
    width, height, depth, colour = struct.unpack(
        ">IIBB", all_chunks[0][1][:10])
    assert (depth, colour) == (8, 2)
    packed = b"".join(text for kind, text in all_chunks if kind == b"IDAT")
    content = zlib.decompress(packed)
    rows, before = [], bytearray(3 * width)
    for y in range(height):
        at = y * (3 * width + 1)
        row = bytearray(content[at + 1:at + 1 + 3 * width])
        before = unfiltered(content[at], row, before)
        rows.append(before)
    texts = dict(
        text.decode("latin-1").split("\0", 1)
        for kind, text in all_chunks if kind == b"tEXt"
    )
    return width, height, rows, texts


def picture(site, **params):
    reply = site.get("/singularity", {**SMALL, "format": "png", **params})
    assert reply.status == 200, reply
    assert reply.media_type == "image/png"
    return decode(reply.body)


@few
def test_a_picture_is_what_was_asked_for(site):
    width, height, rows, texts = picture(site)
    assert (width, height) == (64, 40)
    assert len({bytes(row) for row in rows}) == 40
    assert "0.9" in texts["Description"] and "75" in texts["Description"]
    middle = rows[20]
    # The left side comes towards the observer, and is brighter.
    assert sum(middle[3 * 14:3 * 26]) > 1.5 * sum(middle[3 * 38:3 * 50])


@few
def test_accept_and_format(site):
    browser = "image/avif,image/webp,image/png,*/*;q=0.5"
    shown = site.get("/singularity", SMALL, [("Accept", browser)])
    assert shown.media_type == "image/png"
    assert site.get("/singularity", SMALL | {"mass_msun": 1}).media_type == (
        "application/json")
    again = site.get(
        "/singularity", SMALL | {"format": "png"},
        [("If-None-Match", shown.headers["etag"])],
    )
    assert again.status in (200, 304)
    assert site.get(
        "/singularity", SMALL, [("Accept", "text/csv")]).status == 406


@few
def test_a_browser_that_opens_a_page_gets_text(site):
    accept = (
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,"
        "image/webp,image/png,image/svg+xml,*/*;q=0.8"
    )
    reply = site.get(
        "/singularity", SMALL | {"mass_msun": 1}, [("Accept", accept)])
    assert reply.media_type == "application/json"


@few
def test_what_is_asked_changes_the_picture(site):
    seen = {}
    for params in (
        {}, {"colour": "redshift"}, {"colour": "order"}, {"sky": "none"},
        {"sky": "grid"}, {"spin": -0.9}, {"spin": 0}, {"inclination_deg": 30},
        {"disc_outer_rg": 0}, {"fov_rg": 20}, {"peak_temperature_k": 4000}, {"redshift": 1},
        {"mass_msun": 1e8, "accretion_rate_msun_yr": 0.1},
        {"mass_msun": 4.3e6, "distance_pc": 8178, "fov_uas": 100},
        {"ra_deg": 83.8, "dec_deg": -5.4},
    ):
        name = str(params)
        seen[name] = b"".join(picture(site, **params)[2])
    assert len(set(seen.values())) == len(seen)


@few
@pytest.mark.parametrize(
    "params, name",
    [
        ({"spin": 1}, "spin"),
        ({"spin": -0.99995}, "spin"),
        ({"fov_uas": 10}, "fov_uas"),
        ({"fov_rg": 30, "fov_uas": 10, "mass_msun": 1}, "fov_uas"),
        (MASSIVE | {"fov_uas": 1e-6}, "fov_uas"),
        (MASSIVE | {"fov_uas": 1e9}, "fov_uas"),
        ({"accretion_rate_msun_yr": 1}, "accretion_rate_msun_yr"),
        (MASSIVE | {"accretion_rate_msun_yr": 1e-15},
         "accretion_rate_msun_yr"),
        ({"mass_msun": 1e-9, "accretion_rate_msun_yr": 1e6},
         "accretion_rate_msun_yr"),
        ({"width_px": 100000}, "width_px"),
        ({"fov_rg": 0}, "fov_rg"),
        ({"sky": "blue"}, "sky"),
        ({"catalogue": "nowhere"}, "catalogue"),
    ],
)
def test_pictures_that_cannot_be(site, params, name):
    reply = site.get("/singularity", {**SMALL, "format": "png", **params})
    assert ("query", name) in problems.errors_at(reply)


def test_a_changed_sky_is_a_changed_picture(console):
    """Also where the stars are those of OpenNGC, for want of others."""
    places = console.table("places.csv", "name,ra,dec\nA,266.4,-29\n")
    dim = console.table("dim.csv", "name,ra,dec,Vmag\nB,200,40,9\n")
    bright = console.table("bright.csv", "name,ra,dec,Vmag\nC,120,10,1\n")
    console.imported("places", places)
    with console.served() as site:
        tag = ""
        for table in (None, dim, bright):
            if table is not None:
                console.imported("openngc", table)
            reply = site.ask(
                "GET", "/singularity",
                urlencode(SMALL | {"format": "png", "catalogue": "places"}),
                HTTP_IF_NONE_MATCH=tag,
            )
            assert reply.status == 200, reply
            tag = reply.headers["etag"]


def aside(position_angle_deg, away_deg=15, ra_deg=100, dec_deg=40):
    """So far from a place on the sky, from north over east."""
    angle, away, dec = map(
        math.radians, (position_angle_deg, away_deg, dec_deg))
    z = (math.sin(dec) * math.cos(away)
         + math.cos(dec) * math.sin(away) * math.cos(angle))
    ra = math.atan2(
        math.sin(angle) * math.sin(away) * math.cos(dec),
        math.cos(away) - math.sin(dec) * z,
    )
    return ra_deg + math.degrees(ra), math.degrees(math.asin(z))


def impact_rg(deflection):
    """The weak deflection by a hole without spin (Keeton & Petters 2005),
    solved by bisection."""
    low, high = 8, 1000
    while high - low > 1e-9:
        b = (low + high) / 2
        bent = (4 / b + 15 * math.pi / 4 / b**2 + 128 / 3 / b**3
                + 3465 * math.pi / 64 / b**4 + 3584 / 5 / b**5)
        low, high = (b, high) if bent > deflection else (low, b)
    return low


@pytest.mark.parametrize("inclination_deg", [0, 60, 120])
@pytest.mark.parametrize("position_angle_deg", [0, 90, 220])
def test_a_star_is_seen_where_light_is_bent_to(
        console, inclination_deg, position_angle_deg):
    ra_deg, dec_deg = aside(position_angle_deg)
    star = console.table("star.csv",
                         f"name,ra,dec,Vmag\nA,{ra_deg},{dec_deg},3\n")
    console.imported("star", star)
    with console.served() as site:
        reply = site.get("/singularity", {
            "format": "png", "width_px": 240, "height_px": 240, "fov_rg": 60,
            "ra_deg": 100, "dec_deg": 40, "disc_outer_rg": 0,
            "inclination_deg": inclination_deg, "catalogue": "star",
        })
    rows = decode(reply.body)[2]
    lit = [((x - 119.5) / 4, (119.5 - y) / 4)
           for y in range(240) for x in range(240) if rows[y][3 * x] > 60]
    # The images by light that goes around the hole are fainter, and nearer.
    right, up = max(lit, key=lambda at: math.hypot(*at))
    # East is left, and the image is opposite to the star.
    angle = math.radians(position_angle_deg)
    far = impact_rg(math.radians(15))
    assert math.hypot(right - far * math.sin(angle),
                      up + far * math.cos(angle)) < 0.7


@pytest.mark.plain  # it measures time
@few
@alone
def test_head_computes_nothing(site):
    began = time.monotonic()
    reply = site.ask("HEAD", "/singularity", BIG)
    assert reply.status == 200
    assert reply.media_type == "image/png"
    assert time.monotonic() - began < 1


@pytest.mark.plain  # its subject is the README
@few
def test_the_readme_shows_what_is_answered(site):
    text = (SOURCE / "README.md").read_text("utf-8")
    text = text.split("\n## GET /singularity", 1)[1].split("\n## ", 1)[0]
    files = re.findall(r"\]\((conf/pictures/\S+\.png)\)", text)
    targets = re.findall(r"`(/singularity\?format=png\S+)`", text)
    assert len(files) == len(targets) == 3
    for file, target in zip(files, targets):
        reply = site.get(*target.split("?"))
        assert reply.media_type == "image/png"
        now = b"".join(decode(reply.body)[2])
        then = b"".join(decode((SOURCE / file).read_bytes())[2])
        off = [abs(a - b) for a, b in zip(now, then, strict=True)]
        assert sum(off) / len(off) < 1, target


# ---- ends before the end


class Served:
    """One process of the product, at its socket."""

    def __init__(self, stage, directory, **options):
        self.path = directory / "fcgi.sock"
        self.backends = fronts.Backends(
            self.path, stage.bin / "lightcone.fcgi", stage.state(directory),
            **options,
        )
        self.process = self.backends.start()
        self.site = FcgiSite(self.path)
        wait_until(
            lambda: self.site.get("/health").status == 200, "an answer")

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def wait_busy(self):
        before = self.cpu_s()
        wait_until(lambda: self.cpu_s() > before + 0.2, "work", 20)

    def cpu_after_s(self):
        """What it uses from now on, when it should be at rest."""
        before = self.cpu_s()
        time.sleep(0.7)
        return self.cpu_s() - before


@pytest.fixture
def serve(stage, directory):
    served = []

    def start(**options):
        served.append(Served(stage, directory, **options))
        return served[-1]

    yield start
    for each in served:
        each.backends.stop()


@alone
def test_a_client_that_leaves_frees_the_cpu(serve, stage):
    served = serve()
    with Peer(served.path) as peer:
        peer.ask("/singularity", BIG)
        served.wait_busy()
    used_s = served.cpu_after_s()
    assert stage.sanitized or used_s <= CPU_AFTER_S


@alone
def test_a_deadline_frees_the_cpu(serve, stage):
    served = serve(LIGHTCONE_DEADLINE_MAX_MS=700)
    reply = served.site.get("/singularity", BIG)
    used_s = served.cpu_after_s()
    answer = problems.problem(reply, 504)
    assert 0 <= answer["progress"] < 1
    assert stage.sanitized or used_s <= CPU_AFTER_S


@alone
def test_a_stop_does_not_wait_for_pictures(serve):
    served = serve()
    replies = []

    def ask():
        replies.append(served.site.get("/singularity", BIG))

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for each in asking:
        each.start()
    served.wait_busy()
    began = time.monotonic()
    served.process.signal(signal.SIGTERM)
    served.process.wait(10)
    assert time.monotonic() - began < 3
    for each in asking:
        each.join()
    assert {reply.status for reply in replies} == {503}
    assert all("retry-after" in reply.headers for reply in replies)


@pytest.mark.plain  # it measures time
@alone
def test_quick_requests_pass_pictures(serve):
    served = serve()
    done = threading.Event()

    def ask():
        while not done.is_set():
            served.site.get("/singularity", BIG.replace("4096", "1024"))

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for each in asking:
        each.start()
    served.wait_busy()
    waits = []
    for _ in range(200):
        began = time.monotonic()
        reply = served.site.get("/galaxy", "coordinates=M31")
        waits.append(time.monotonic() - began)
        assert reply.status == 200
    done.set()
    for each in asking:
        each.join()
    assert sorted(waits)[100] < 0.05


@pytest.mark.plain  # it measures time
@alone
def test_numbers_do_not_wait_for_pictures(serve):
    served = serve(LIGHTCONE_POOL_THREADS=1, LIGHTCONE_HEAVY_SLOTS=1)
    with Peer(served.path) as first, Peer(served.path) as second:
        for peer in (first, second):
            peer.ask("/singularity", BIG)
        served.wait_busy()
        busy_s = served.cpu_s()
        waits = []
        for mass in range(1, 11):
            began = time.monotonic()
            reply = served.site.get("/singularity", {"mass_msun": mass})
            waits.append(time.monotonic() - began)
            assert reply.json()["mass"] == mass
        assert sorted(waits)[5] < 1
        # The picture went on meanwhile, and does so still.
        served.wait_busy()
        assert served.cpu_s() > busy_s
