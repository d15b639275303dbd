"""Apache's own cache before the application, as lightcone-edge.conf has it:
what it keeps, for how long, and from whom it keeps it.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import fronts
from processes import wait_until

pytestmark = [
    pytest.mark.plain,  # its subject is the server's configuration
    pytest.mark.skipif(
        fronts.missing("apache") is not None,
        reason=str(fronts.missing("apache")),
    ),
]

FRESH_S = 2  # of /recall/quick
MANY = 12
SMALL, LARGE = 100, 300_000  # kept in memory, kept as a file


@pytest.fixture(scope="module")
def front(testing_stage):
    directory = testing_stage.fresh("edge")
    with fronts.apache_edge(testing_stage, directory, "/sub/dir") as front:
        wait_until(front.answers, "an answer")
        yield front


@pytest.fixture
def failing(front):
    """While its file is there, nothing can be made."""
    file = front.state / "recall-fails"
    yield file
    file.unlink(missing_ok=True)


def ask(front, name, fields=(), **params):
    return front.site.get("/recall/quick", {"name": name, **params}, fields)


def is_kept(reply):
    """Each answer of the application has an id, which is not kept."""
    return "X-Request-Id" not in reply.headers


def kept(front, name, **params):
    """What is kept, and all that were made until then: it is in its place a
    moment after it was sent.
    """
    made = []

    def look():
        reply = ask(front, name, **params)
        assert reply.status == 200, reply
        if is_kept(reply):
            return reply
        made.append(reply)
        return None

    return wait_until(look, "a kept one"), made


def run_out():
    time.sleep(FRESH_S + 1.1)  # a whole second, however it is counted


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_second_request_gets_what_is_kept(front, size):
    given, made = kept(front, "second", bytes=size)
    assert 0 <= int(given.headers["Age"]) <= FRESH_S
    assert given.headers["X-Cache"].startswith("HIT")
    first, = [reply for reply in made if reply.body == given.body]
    assert "Age" not in first.headers
    for field in ("ETag", "Content-Type", "Cache-Control", "X-Matched"):
        assert given.headers[field] == first.headers[field]
    assert not is_kept(ask(front, "another", bytes=size))


def test_a_kept_one_is_not_sent_again_to_who_has_it(front):
    given, _ = kept(front, "tag")
    reply = ask(front, "tag", [("If-None-Match", given.headers["ETag"])])
    assert (reply.status, reply.body) == (304, b"")
    assert is_kept(reply)


def test_what_has_changed_is_seen_in_time(front):
    given, _ = kept(front, "changed")
    began = time.monotonic()
    wait_until(lambda: ask(front, "changed").body != given.body, "a new one")
    assert time.monotonic() - began < FRESH_S + 5


def test_errors_are_not_kept(front, failing):
    for _ in range(2):
        reply = ask(front, "absent", absent="true")
        assert reply.status == 404 and not is_kept(reply)
    failing.touch()
    assert ask(front, "failing").status == 503
    failing.unlink()
    assert ask(front, "failing").status == 200
    reply = ask(front, "wrong", ms=-1)
    assert reply.status == 422
    assert not is_kept(ask(front, "wrong", ms=-1))


@pytest.mark.parametrize("path, said", [
    ("/typed?count=3", "no-cache"),  # it would have to be asked each time
    ("/recall/quick?absent=true", "no-store"),
])
def test_what_is_not_to_be_kept_is_not(front, path, said):
    for _ in range(2):
        reply = front.site.get(*path.split("?"))
        assert reply.headers["Cache-Control"] == said
        assert not is_kept(reply)


def test_each_form_is_kept_for_itself(front):
    forms = "application/json", "text/csv"

    def look(form):
        reply = front.site.get("/versioned", "count=7", [("Accept", form)])
        assert reply.media_type.startswith(form)
        # No condition in the configuration makes them vary by more.
        assert reply.headers["Vary"].replace(" ", "") == "Accept,Prefer"
        return is_kept(reply)

    for form in forms:
        assert not look(form)
        wait_until(lambda form=form: look(form), "a kept one")
    assert all(map(look, forms))


@pytest.mark.parametrize("field", [
    ("Authorization", "Bearer somebody"), ("X-API-Key", "somebody"),
])
def test_who_shows_a_key_asks_the_application(front, field):
    name = f"key in {field[0]}"
    kept(front, name)
    assert not is_kept(ask(front, name, [field]))
    other = f"first with {name}"
    assert not is_kept(ask(front, other, [field]))
    time.sleep(0.2)
    assert not is_kept(ask(front, other))


def test_what_has_run_out_is_better_than_an_error(front, failing):
    first, _ = kept(front, "stale")
    run_out()
    failing.touch()
    stale = ask(front, "stale")
    assert (stale.status, stale.body) == (200, first.body)
    failing.unlink()
    assert ask(front, "stale").body != first.body


def test_one_of_many_asks_for_what_has_run_out(front):
    first, _ = kept(front, "many", ms=500)
    run_out()
    with ThreadPoolExecutor(MANY) as threads:
        replies = list(threads.map(
            lambda _: ask(front, "many", ms=500), range(MANY)))
    fresh = [reply for reply in replies if not is_kept(reply)]
    assert {reply.status for reply in replies} == {200}
    assert len(fresh) == 1
    assert all(r.body == first.body for r in replies if r not in fresh)
