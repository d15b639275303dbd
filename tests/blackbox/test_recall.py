"""Answers that are kept: what the cache gives, when, and what it says."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from companions import Memcached, ask_until_stored
from processes import wait_until

FRESH_S, STALE_S = 2, 2  # as tests/testapp_kept.c declares them
QUICK, HEAVY = "/recall/quick", "/recall/heavy"
VERSIONED = "/recall/versioned"


@pytest.fixture(scope="module", params=["local", "memcached"])
def cache(request, stage):
    """The setting, over both kinds."""
    if request.param == "local":
        yield "local:8M"
        return
    server = Memcached(stage.fresh("memcached"))
    yield server.setting
    server.stop()


@pytest.fixture
def kept(start, cache):
    return start(LIGHTCONE_CACHE=cache)


class Asked:
    """One answer, and what it says of the cache."""

    def __init__(self, reply):
        self.reply = reply
        self.status = reply.status
        self.made = reply.json().get("made")
        name, *words = reply.headers["cache-status"].split("; ")
        assert name == "Lightcone"
        pairs = [word.partition("=") for word in words]
        self.says = {word: value or True for word, _, value in pairs}


def ask(app, path=HEAVY, fields=None, **params):
    """A request that is dear enough to be kept, unless it says otherwise."""
    params.setdefault("ms", 5)
    more = {"HTTP_CACHE_CONTROL": fields} if fields else {}
    return Asked(app.site.get(path, params, **more))


def ask_when_stored(app, path=HEAVY, **params):
    """The second answer, once the first is where others find it."""
    params.setdefault("ms", 5)
    first = Asked(ask_until_stored(app, path, params)[0])
    assert first.says.get("stored")
    return first, ask(app, path, **params)


@pytest.mark.parametrize("path", [QUICK, HEAVY])
def test_the_second_is_the_first_again(kept, path):
    first, second = ask_when_stored(kept, path=path, name=path)
    assert first.says["fwd"] == "miss"
    assert second.says["hit"] and 0 <= int(second.says["ttl"]) <= FRESH_S
    assert second.reply.body == first.reply.body
    for field in ("content-type", "etag", "cache-control", "x-matched"):
        assert second.reply.headers[field] == first.reply.headers[field]
    assert int(second.reply.headers["age"]) <= FRESH_S
    assert "age" not in first.reply.headers


def test_what_is_asked_is_what_is_given(kept):
    """Each parameter counts, but what does not change the answer."""
    given = {ask(kept, name=name).made for name in ("a", "b", "A", "", "a%00")}
    assert len(given) == 5
    assert ask(kept, name="a", ms=6).made not in given
    again = ask(kept, name="a", timeout_ms=777)
    assert again.says.get("hit") and again.made in given


def test_spelling_does_not_count(kept):
    first = kept.site.get(HEAVY, "ms=5&name=x+y&bytes=0")
    again = kept.site.get(HEAVY, "bytes=00&name=x%20y&ms=5")
    assert again.body == first.body


def test_an_unknown_parameter_is_warned_of(kept):
    """The warning is not the next one's, who spells it rightly."""
    warned = kept.site.get(HEAVY, {"ms": 5, "nmae": "w"})
    assert "warnings" in warned.json()
    assert "cache-status" not in warned.headers
    assert "warnings" not in ask(kept).reply.json()


def test_another_format_is_another_answer(kept):
    ask_when_stored(kept, name="format")
    head = kept.site.ask("HEAD", HEAVY, {"ms": 5, "name": "format"})
    assert head.status == 200 and head.body == b""
    assert "hit" in head.headers["cache-status"]


def test_who_has_it_is_told_so(kept):
    first, _ = ask_when_stored(kept, name="tag")
    tag = first.reply.headers["etag"]
    params = {"ms": 5, "name": "tag"}
    same = kept.site.get(HEAVY, params, HTTP_IF_NONE_MATCH=tag)
    assert same.status == 304 and same.body == b""
    assert "hit" in same.headers["cache-status"]
    other = kept.site.get(HEAVY, params, HTTP_IF_MATCH='"other"')
    assert other.status == 412


@pytest.mark.parametrize("control, says", [
    ("no-cache", {"fwd": "request", "stored": True}),
    ("max-age=0", {"fwd": "stale", "stored": True}),
    ("min-fresh=60", {"fwd": "stale", "stored": True}),
    ("no-store", {"hit": True}),
    ("max-age=60, max-stale", {"hit": True}),
])
def test_clients_words(kept, control, says):
    params = {"name": control}
    first, _ = ask_when_stored(kept, **params)
    time.sleep(0.01)
    asked = ask(kept, fields=control, **params)
    assert says.items() <= asked.says.items()
    assert (asked.made == first.made) == ("hit" in says)


def test_no_store_is_not_kept(kept):
    first = ask(kept, fields="no-store", name="secret")
    assert first.says == {"fwd": "miss"}
    assert ask(kept, name="secret").made != first.made


def test_only_if_cached(kept):
    none = kept.site.get(HEAVY, {"ms": 5, "name": "only"},
                         HTTP_CACHE_CONTROL="only-if-cached")
    assert none.status == 504
    assert none.json()["type"].endswith(":not-in-cache")
    assert "cache-status" not in none.headers
    ask_when_stored(kept, name="only")
    assert ask(kept, fields="only-if-cached", name="only").says["hit"]
    fresh = "only-if-cached, min-fresh=60"
    none = kept.site.get(HEAVY, {"ms": 5, "name": "only"},
                         HTTP_CACHE_CONTROL=fresh)
    assert none.status == 504, "what is too old is no answer either"


def test_stale_while_it_is_made_anew(kept):
    first, _ = ask_when_stored(kept, name="stale")
    time.sleep(FRESH_S + 0.1)
    began = time.monotonic()
    stale = ask(kept, name="stale", ms=5)
    assert stale.made == first.made and int(stale.says["ttl"]) < 0
    assert stale.says["detail"] == "stale-while-revalidate"
    assert int(stale.reply.headers["age"]) >= FRESH_S

    def anew():
        asked = ask(kept, name="stale")
        return asked.made != first.made and asked
    fresh = wait_until(anew, "a new one")
    assert fresh.says["hit"], "made by nobody's request"
    assert time.monotonic() - began < STALE_S + 2


def test_stale_where_making_it_fails(kept):
    first, _ = ask_when_stored(kept, name="error", path=QUICK)
    time.sleep(FRESH_S + STALE_S + 0.1)
    fails = kept.state / "recall-fails"
    fails.touch()
    rescued = ask(kept, name="error", path=QUICK)
    other = kept.site.get(QUICK, {"ms": 5, "name": "other"})
    fails.unlink()
    assert rescued.status == 200 and rescued.made == first.made
    assert rescued.says["fwd-status"] == "503"
    assert rescued.says["detail"] == "stale-if-error"
    assert other.status == 503
    assert ask(kept, name="error", path=QUICK).made != first.made


def test_nothing_there_is_remembered_for_a_while(kept):
    params = {"name": "nothing", "absent": "true"}
    first, second = ask_when_stored(kept, **params)
    assert first.status == second.status == 404
    assert second.says["hit"] and second.reply.body == first.reply.body
    assert "etag" not in second.reply.headers
    time.sleep(FRESH_S + 0.1)
    assert "fwd" in ask(kept, **params).says


def test_errors_of_ours_are_not_kept(kept):
    fails = kept.state / "recall-fails"
    fails.touch()
    failed = ask(kept, name="unkept")
    fails.unlink()
    assert failed.status == 503 and "stored" not in failed.says
    assert ask(kept, name="unkept").status == 200


def test_pieces_are_kept_whole(kept):
    params = {"name": "pieces", "pieces": "true", "bytes": 2_000_000}
    first = ask(kept, **params)
    second = wait_until(
        lambda: (asked := ask(kept, **params)).says.get("hit") and asked,
        "a hit")
    assert second.reply.json() == first.reply.json() or first.made
    assert len(second.reply.json()["text"]) == params["bytes"]
    assert second.reply.headers["etag"]


@pytest.mark.parametrize("method, fields, status", [
    ("GET", {"HTTP_IF_NONE_MATCH": "*"}, 304),
    ("HEAD", {}, 200),
])
def test_pieces_that_are_not_sent(kept, method, fields, status):
    """Whoever asks next has all of them."""
    params = {"name": method, "pieces": "true", "bytes": 100_000, "ms": 5}
    none = kept.site.ask(method, VERSIONED, params, **fields)
    assert none.status == status and none.body == b""
    for _ in range(2):
        asked = ask(kept, path=VERSIONED, **params)
        assert len(asked.reply.json()["text"]) == params["bytes"]


@pytest.mark.plain  # it measures time
def test_what_is_cheap_is_made(kept):
    """Once it is known what it takes."""
    def learnt():
        asked = ask(kept, path=QUICK, name="cheap", ms=0,
                    fields="no-cache")
        return asked.says.get("fwd") == "bypass" and asked
    assert wait_until(learnt, "a bypass").says["detail"] == "cheaper-to-make"

    def made_each_time():
        one, two = (ask(kept, path=QUICK, name="cheap", ms=0)
                    for _ in range(2))
        return one.made != two.made
    wait_until(made_each_time, "two that were made")


def test_another_process_has_it_too(start, cache):
    one = start(LIGHTCONE_CACHE=cache)
    two = start(LIGHTCONE_CACHE=cache, state=one.state)
    first, _ = ask_when_stored(one, name="shared")
    second = wait_until(
        lambda: (asked := ask(two, name="shared")).says.get("hit") and asked,
        "a hit")
    assert second.made == first.made


def test_anew_is_anew_also_while_another_process_makes_it(start, cache):
    one = start(LIGHTCONE_CACHE=cache)
    two = start(LIGHTCONE_CACHE=cache, state=one.state)
    first, _ = ask_when_stored(one, name="anew", ms=300)
    with ThreadPoolExecutor(4) as pool:
        asked = list(pool.map(
            lambda app: ask(app, fields="no-cache", name="anew", ms=300),
            [one, two, one, two]))
    assert first.made not in {each.made for each in asked}


def test_off_says_nothing(start):
    app = start(LIGHTCONE_CACHE="off")
    reply = app.site.get(HEAVY, {"ms": 5})
    assert reply.status == 200 and "cache-status" not in reply.headers
