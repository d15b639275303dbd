"""Keys: asked for by every verb and behind every front, and missed if not."""

import pytest

import fronts
from keys import add_key, bearer, revoke_key
from problems import problem
from stage import Stage

VERBS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
SECRET = "A" * 43


def refused(site, verb, fields=()):
    """Whether a request without a right key is refused as it should be."""
    reply = site.ask(verb, "/guarded", fields=fields, body=b"")
    if reply.status != 401:
        return False
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    if verb != "HEAD":
        problem(reply, 401)
    return True


# ---- through every front

@pytest.fixture(scope="module")
def guarded(any_front, testing_stage):
    any_front.keys = {
        scope: add_key(testing_stage, any_front.state, scope, scope)
        for scope in ("read", "write", "admin")
    }
    return any_front


@pytest.mark.parametrize("verb", VERBS)
def test_no_key(guarded, verb):
    assert refused(guarded.site, verb)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("scope", ["write", "admin"])
def test_right_key(guarded, verb, scope):
    key = guarded.keys[scope]
    for fields in (bearer(key), [("X-API-Key", key)]):
        reply = guarded.site.ask(verb, "/guarded", fields=fields, body=b"")
        assert reply.status == 200, reply
        if verb != "HEAD":
            assert reply.json() == {"said": scope}
        assert "private" in reply.headers["Cache-Control"]
        assert "Authorization" in reply.headers["Vary"]


@pytest.mark.parametrize("verb", VERBS)
def test_key_without_the_scope(guarded, verb):
    fields = bearer(guarded.keys["read"])
    reply = guarded.site.ask(verb, "/guarded", fields=fields, body=b"")
    assert reply.status == 403, reply
    if verb != "HEAD":
        assert "write" in problem(reply, 403)["detail"]


def test_wrong_keys(guarded):
    key = guarded.keys["write"]
    wrong = [
        "", "x", key[:-1], key + "A", key.upper(), key[:12] + SECRET,
        "lc_aaaaaaaa_" + SECRET, "A" * 3000, "lc_", key.replace("_", "-", 1),
    ]
    for text in wrong:
        assert refused(guarded.site, "POST", bearer(text)), text
        assert refused(guarded.site, "POST", [("X-API-Key", text)]), text
    basic = [("Authorization", "Basic " + key)]
    assert refused(guarded.site, "POST", basic)


def test_the_key_is_never_said(guarded):
    key = guarded.keys["read"]
    reply = guarded.site.ask(
        "POST", "/guarded", fields=bearer(key), body=b""
    )
    secret = key.split("_", 2)[2].encode()
    assert secret not in reply.body
    assert secret.decode() not in str(reply.headers)


def test_options_and_405_need_no_key(guarded):
    reply = guarded.site.ask("OPTIONS", "/guarded")
    assert reply.status == 204, reply
    problem(guarded.site.ask("OPTIONS", "/nowhere"), 404)


# ---- what a guard does besides

def test_who_may_not_ask_is_not_told_what_was_wrong(app):
    """The guard comes before the body is read for its meaning."""
    reply = app.site.ask("POST", "/guarded", "format=xml", b"{nonsense",
                         CONTENT_TYPE="application/json")
    problem(reply, 401)


def test_a_revoked_key_ends_at_once(app, stage):
    key = add_key(stage, app.state, "short", "write")
    field = {"HTTP_AUTHORIZATION": "Bearer " + key}
    assert app.site.get("/guarded", **field).status == 200
    revoke_key(stage, app.state, "short")
    problem(app.site.get("/guarded", **field), 401)


def test_a_broken_key_store_is_503_in_words(app, stage):
    key = add_key(stage, app.state, "a", "write")
    (app.state / "state.sqlite").write_bytes(b"rubbish" * 1000)
    reply = app.site.get("/guarded", HTTP_AUTHORIZATION="Bearer " + key)
    answer = problem(reply, 503)
    assert str(app.state) not in answer["detail"]
    assert app.site.get("/stats").status == 200


# ---- a forgotten guard is noticed

@pytest.fixture(scope="module", params=fronts.INSTALLED)
def unguarded(request):
    """The same endpoints with the guards out of the table."""
    stage = Stage(as_product=True)
    (stage.imported / "unguarded").touch()
    try:
        with fronts.starting(request.param, stage, "/sub/dir") as front:
            yield front
    finally:
        stage.remove()


@pytest.mark.parametrize("verb", VERBS)
def test_a_forgotten_guard_is_noticed(unguarded, verb):
    """What test_no_key asserts would fail, by every verb and front."""
    assert not refused(unguarded.site, verb)
    reply = unguarded.site.ask(verb, "/guarded", body=b"")
    assert reply.status == 200, reply
