"""Limits on what a client may ask: what they let through, what they say of it,
whose requests count together, and what an operator may change."""

import re
import signal
import subprocess

import pytest

import fronts
from fcgi_client import FcgiSite, Peer
from keys import add_key
from problems import problem
from processes import clean_environment, wait_until

ITEM = re.compile(r'"([a-z-]+)";r=(\d+);t=(\d+)')


@pytest.fixture
def limited(start):
    """Starts test applications whose limits count."""
    def start_one(**options):
        return start(LIGHTCONE_RATE="on", **options)
    return start_one


def left(reply):
    """What is left of each limit, as the answer says it."""
    items = (reply.headers["RateLimit"] or "").split(", ")
    return {name: int(count) for name, count, _ in
            (ITEM.fullmatch(item).groups() for item in items)}


def refused(reply, *violated):
    answer = problem(reply, 429)
    assert answer["type"].endswith("#quota-exceeded")
    assert answer["violated-policies"] == list(violated), answer
    return answer["detail"]


# ---- one limit, and several

def test_limit(limited):
    app = limited()
    for still in (2, 1, 0):
        reply = app.site.get("/limited")
        assert reply.status == 200, reply
        assert reply.headers["RateLimit-Policy"] == '"three";q=3;w=3600'
        assert left(reply) == {"three": still}
    reply = app.site.get("/limited")
    words = refused(reply, "three")
    assert re.fullmatch(r'The limit "three" of your address is 3 in 3600 s; '
                        r'ask again in 1[12]\d\d s\.', words), words
    assert 1100 < int(reply.headers["Retry-After"]) <= 1200
    assert app.site.get("/limited", REMOTE_ADDR="192.0.2.9").status == 200
    assert app.site.get("/cached").headers["RateLimit"] is None


def test_all_limits_let_it_through_or_none_counts_it(limited):
    """Steps: the cost, and then what is left of both or who refuses."""
    steps = [
        (1, {"small": 11, "large": 19}),
        (10, {"small": 1, "large": 9}),
        # The rest is refused by one; what came with the request was paid.
        (3, ["small"]),
        (1, ["small"]),
        (1, ["small"]),
    ]
    app = limited()
    for cost, wanted in steps:
        reply = app.site.get("/metered", {"cost": cost})
        assert reply.headers["RateLimit-Policy"] == (
            '"small";q=6;w=600, "large";q=20;w=36000')
        if isinstance(wanted, dict):
            assert reply.status == 200, reply
            assert left(reply) == wanted
        else:
            refused(reply, *wanted)
            assert left(reply) == {"small": 0, "large": 8}


def test_all_that_refuse_are_named_and_the_longest_is_waited_for(limited):
    app = limited(LIGHTCONE_RATES="small=6/600/8, large=20/36000/8")
    assert app.site.get("/metered", {"cost": 8}).status == 200
    reply = app.site.get("/metered")
    assert '"large" of your address is 20 in 36000 s' in refused(
        reply, "small", "large")
    assert 1700 <= int(reply.headers["Retry-After"]) <= 1800


def test_words_for_what_costs_more(limited):
    app = limited()
    assert app.site.get("/metered", {"cost": 8}).status == 200
    reply = app.site.get("/metered", {"cost": 6})
    words = refused(reply, "small")
    assert "of which 3 are left, and this request costs 6" in words


def test_what_never_passes_is_told_so_and_pays_no_more(limited):
    app = limited()
    reply = app.site.get("/metered", {"cost": 21})
    words = refused(reply, "small", "large")
    assert "costs 21" in words and "never lets more than 12" in words
    assert reply.headers["Retry-After"] is None
    assert left(app.site.get("/metered")) == {"small": 10, "large": 18}
    assert "This request costs 13" in refused(
        app.site.get("/metered", {"cost": 13}), "small")


def test_what_is_wrong_pays_as_well(limited):
    app = limited()
    assert app.site.get("/metered", {"cost": "x"}).status == 422
    assert left(app.site.get("/metered")) == {"small": 10, "large": 18}


# ---- by key

def test_by_key(limited, stage):
    app = limited()
    keys = [add_key(stage, app.state, name, "write") for name in ("one", "two")]

    def ask(key, address="192.0.2.1", **params):
        return app.site.get("/keyed", params, REMOTE_ADDR=address,
                            HTTP_AUTHORIZATION=f"Bearer {key}")

    assert left(ask(keys[0], cost=4)) == {"few": 26, "keyed": 5}
    # From wherever it comes; another key has its own.
    assert left(ask(keys[0], "198.51.100.7", cost=4)) == {
        "few": 26, "keyed": 1}
    assert left(ask(keys[1])) == {"few": 25, "keyed": 8}
    reply = ask(keys[0], "203.0.113.1", cost=2)
    assert '"keyed" of your key is 9 in 3600 s' in refused(reply, "keyed")
    # Who shows no right key does not count against anybody's.
    assert ask("wrong").status == 401
    assert left(ask(keys[1])) == {"few": 23, "keyed": 7}


def test_who_has_left_no_key_is_counted_by_address(limited):
    app = limited()
    assert left(app.site.get("/unkeyed", {"cost": 9})) == {
        "few": 21, "keyed": 0}
    assert "of your address" in refused(app.site.get("/unkeyed"), "keyed")
    assert app.site.get("/unkeyed", REMOTE_ADDR="192.0.2.9").status == 200


# ---- whose requests count together

@pytest.mark.parametrize("one, others, apart", [
    ({"REMOTE_ADDR": "192.0.2.7"},
     [{"REMOTE_ADDR": "::ffff:192.0.2.7"},
      {"REMOTE_ADDR": "192.0.2.7", "HTTP_X_FORWARDED_FOR": "6.6.6.6"}],
     {"REMOTE_ADDR": "192.0.2.8"}),
    ({"REMOTE_ADDR": "2001:db8:1:2::1"},
     [{"REMOTE_ADDR": "2001:db8:1:2:ffff:ffff:ffff:ffff"},
      {"REMOTE_ADDR": "127.0.0.1",
       "HTTP_X_FORWARDED_FOR": "[2001:db8:1:2:3::4]:5000"}],
     {"REMOTE_ADDR": "2001:db8:1:3::1"}),
    # What a client writes itself is to the left of what proxies add.
    ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"},
     [{"REMOTE_ADDR": "127.0.0.1",
       "HTTP_X_FORWARDED_FOR": f"{forged}192.0.2.7"}
      for forged in ("6.6.6.6, ", "unknown, ", "10.1.1.1, 6.6.6.6,",
                     "a" * 5000 + ",", "192.0.2.7, 192.0.2.7, ", '"\\", ',
                     ",,,,")]
     + [{"REMOTE_ADDR": "127.0.0.1",
         "HTTP_X_FORWARDED_FOR": "6.6.6.6, 192.0.2.7, 10.1.2.3, 10.9.9.9"}],
     {"REMOTE_ADDR": "127.0.0.1",
      "HTTP_X_FORWARDED_FOR": "192.0.2.7, 192.0.2.9"}),
    # Nobody is told apart where the web server does not say who asks.
    ({"REMOTE_ADDR": ""}, [{"REMOTE_ADDR": "unix:"}],
     {"REMOTE_ADDR": "192.0.2.8"}),
], ids=["ipv4", "ipv6", "forged", "unknown"])
def test_whose_requests_count_together(limited, one, others, apart):
    app = limited(LIGHTCONE_TRUSTED_PROXIES="127.0.0.0/8, 10.0.0.0/8",
                  LIGHTCONE_RATES="three=1/3600")
    assert app.site.get("/limited", **one).status == 200
    for other in others:
        refused(app.site.get("/limited", **other), "three")
    assert app.site.get("/limited", **apart).status == 200


# ---- processes, and what an operator may change

def test_a_limit_holds_over_processes(limited):
    app = limited()
    app.backends.start()
    app.backends.start()
    admitted = sum(app.site.get("/limited").status == 200 for _ in range(30))
    assert admitted == 3


def test_limits_can_be_switched_off(start):
    app = start(LIGHTCONE_RATE="off", LIGHTCONE_HEAVY_AT_ONCE=1)
    replies = [app.site.get("/limited") for _ in range(8)]
    assert all(reply.status == 200 for reply in replies)
    assert replies[0].headers["RateLimit"] is None


def test_another_size_is_another_table(limited):
    app = limited(LIGHTCONE_RATE_KEYS=1000)
    segment = app.state / "limits.seg"
    assert segment.stat().st_size <= 32 * 1000 + 4096
    for _ in range(3):
        app.site.get("/limited")
    again = limited(state=app.state, LIGHTCONE_RATE_KEYS=1000)
    refused(again.site.get("/limited"), "three")
    larger = limited(state=app.state, LIGHTCONE_RATE_KEYS=5000)
    assert larger.site.get("/limited").status == 200
    assert segment.stat().st_size >= 32 * 5000


NO_LIST = "NAME=LIMIT/SECONDS"


@pytest.mark.parametrize("rates, words", [
    ("minute", NO_LIST),
    ("minute=3", NO_LIST),
    ("minute=0/60", NO_LIST),
    ("minute=3/60/", NO_LIST),
    ("minute=3/60/-1", NO_LIST),
    ("minute=3/60,", NO_LIST),
    ("minute=3/60,minute=4/60", NO_LIST),
    ("minutes=3/60",
     'no limit "minutes"; there are burst, minute, day, writes'),
    ("minute=3/60,day=1/99999999999", "day: its window is out of bounds"),
    ("minute=9999999999/1", "minute: its limit is out of bounds"),
])
def test_a_wrong_limit_stops_the_start(stage, directory, rates, words):
    result = subprocess.run(
        [stage.bin / "lightcone.fcgi", "--socket", directory / "fcgi.sock"],
        env=clean_environment(LIGHTCONE_STATE=directory,
                              LIGHTCONE_RATES=rates),
        capture_output=True, text=True, timeout=20, check=False,
    )
    assert result.returncode != 0
    assert words in result.stderr, result.stderr


def test_what_a_limit_can_never_let_through_is_warned_of(limited):
    app = limited()
    assert ("GET /metered: the limit small lets 12 through at once, and a "
            "request may cost 100") in app.process.said()


# ---- so much at once

def computing(app, count, cpu_ms=1500):
    peers = []
    for _ in range(count):
        peers.append(Peer(app.path))
        peers[-1].ask("/compute", {"cpu_ms": cpu_ms})
    return peers


def test_so_much_at_once_over_processes(limited):
    """What is killed gives its places back."""
    options = {"LIGHTCONE_HEAVY_AT_ONCE": 3, "LIGHTCONE_POOL_THREADS": 3,
               "LIGHTCONE_HEAVY_SLOTS": 6}
    first = limited(**options)
    second = limited(state=first.state, **options)
    peers = computing(first, 2) + computing(second, 1)
    try:
        first.wait_stat("computing", 2)
        second.wait_stat("computing", 1)
        for app in (first, second):
            reply = app.site.get("/compute")
            assert "is 3 heavy requests" in refused(reply, "at-once")
            assert reply.headers["Retry-After"] == "1"
            assert app.site.get("/typed", "count=3").status == 200
        other = first.site.get("/compute", {"cpu_ms": 1},
                               REMOTE_ADDR="192.0.2.9")
        assert other.status == 200
        first.process.signal(signal.SIGKILL)
        first.process.wait()
        assert second.site.get("/compute", {"cpu_ms": 1}).status == 200
    finally:
        for peer in peers:
            peer.close()


def test_one_after_the_other_is_never_too_much(limited):
    app = limited(LIGHTCONE_HEAVY_AT_ONCE=1)
    for _ in range(50):
        assert app.site.get("/compute", {"cpu_ms": 0}).status == 200


def test_places_come_back_however_work_ends(limited):
    """At its deadline, when its client has left, or for a job."""
    app = limited(LIGHTCONE_HEAVY_AT_ONCE=1, LIGHTCONE_DEADLINE_MAX_MS=100)
    for _ in range(3):
        assert app.site.get("/compute", {"cpu_ms": 5000}).status == 504
        wait_until(lambda: app.site.get(
            "/compute", {"cpu_ms": 0}).status == 200, "a place", 5)
        peer, = computing(app, 1, 5000)
        app.wait_stat("computing", 1)
        peer.close()
        wait_until(lambda: app.site.get(
            "/compute", {"cpu_ms": 0}).status == 200, "a place", 5)


# ---- what is not computed for a request

# Long to make, and short to send: the four are read one after the other.
PICTURE = {"format": "png", "spin": "0.5", "inclination_deg": 60,
           "width_px": 2048, "height_px": 2048, "sky": "none",
           "disc_outer_rg": 0}
PICTURE_COST = 1 + 2048 * 2048 // 16384
DAY = 100000


def test_what_is_kept_or_waited_for_costs_one(stage, directory):
    """Nor does it need one of the places for heavy work."""
    path = directory / "fcgi.sock"
    with fronts.backends_on(
        path, stage.bin / "lightcone.fcgi", stage.state(directory),
        LIGHTCONE_RATE="on", LIGHTCONE_CACHE="local:16M",
        LIGHTCONE_HEAVY_AT_ONCE=1, LIGHTCONE_RATES=f"day={DAY}/31536000",
    ):
        site = FcgiSite(path)
        wait_until(lambda: site.get("/health").status == 200, "an answer")
        peers = [Peer(path) for _ in range(4)]
        try:
            for peer in peers:
                peer.ask("/singularity", PICTURE)
            replies = [peer.reply() for peer in peers]
        finally:
            for peer in peers:
                peer.close()
        assert {reply.status for reply in replies} == {200}
        status = [reply.headers["Cache-Status"] for reply in replies]
        assert sum("collapsed" in words for words in status) == 3, status
        used = PICTURE_COST + 3
        assert min(left(reply)["day"] for reply in replies) == DAY - used

        def kept():
            nonlocal used
            used += 1
            reply = site.get("/singularity", PICTURE)
            assert left(reply)["day"] == DAY - used
            return "hit" in reply.headers["Cache-Status"]

        wait_until(kept, "an answer that is kept", 5)
        head = site.ask("HEAD", "/singularity", {**PICTURE, "spin": "0.6"})
        assert left(head)["day"] == DAY - used - 1
        # Another one is made anew, and paid.
        other = site.get("/singularity", {**PICTURE, "spin": "0.7"})
        assert left(other)["day"] == DAY - used - 1 - PICTURE_COST


def test_a_job_is_paid_when_it_is_accepted(stage, directory):
    path = directory / "fcgi.sock"
    with fronts.backends_on(
        path, stage.bin / "lightcone.fcgi", stage.state(directory),
        LIGHTCONE_RATE="on", LIGHTCONE_RATES=f"day={DAY}/31536000",
    ):
        site = FcgiSite(path)
        wait_until(lambda: site.get("/health").status == 200, "an answer")
        reply = site.get("/singularity", PICTURE, HTTP_PREFER="respond-async")
        assert reply.status == 202
        assert left(reply)["day"] == DAY - PICTURE_COST
