"""Parameters that may come in the query or in a body, of GET as of POST."""

import json

import pytest

from problems import errors_at, problem


@pytest.fixture
def app(steady_app):
    return steady_app


JSON = {"CONTENT_TYPE": "application/json"}
ALL = {
    "mass_kg": 5, "spin": -0.5, "count": 8, "word": "été", "flag": True,
    "number": [1, 2.5],
}
ALL_BOUND = {
    "mass_kg": 5, "spin": -0.5, "count": 8, "word": "été", "flag": True,
    "numbers": [1, 2.5],
}
BARE = {
    "mass_kg": 5, "spin": None, "count": 3, "word": None, "flag": False,
    "numbers": [], "loud": False, "notify": None,
}
Q, B, P = "query", "body", "params"

over_methods = pytest.mark.parametrize("method", ["GET", "POST"])


def ask(app, method, query="", value=None, **fields):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    if value is None:
        return app.site.ask(method, "/both", query, b"", **fields)
    return app.site.ask(method, "/both", query, body, **{**JSON, **fields})


# ---- where they stand


RIGHT = [
    ("mass_kg=5", None, BARE),
    ("mass_kg=5", b"", BARE),
    ("mass_kg=5", {}, BARE),
    ("mass_kg=5", {"params": {}}, BARE),
    ("", {"mass_kg": 5}, BARE),
    ("", {"params": {"mass_kg": 5}}, BARE),
    ("loud=1", {"mass_kg": 5}, {**BARE, "loud": True}),
    ("mass_kg=5&spin=-0.5&count=8&word=%C3%A9t%C3%A9&flag=yes"
     "&number=1&number=2.5", None, {**BARE, **ALL_BOUND}),
    ("", ALL, {**BARE, **ALL_BOUND}),
    ("", {"params": ALL}, {**BARE, **ALL_BOUND}),
    ("spin=0.25&number=7", {"mass_kg": 5, "word": "a"},
     {**BARE, "spin": 0.25, "word": "a", "numbers": [7]}),
    ("spin=0.25", {"params": {"mass_kg": 5, "count": 1}},
     {**BARE, "spin": 0.25, "count": 1}),
    # What is optional may be null, and is then not there.
    ("", {"mass_kg": 5, "spin": None, "count": None, "word": None,
          "flag": None, "number": None}, BARE),
    ("spin=0.5&count=2", {"mass_kg": 5, "spin": None, "count": None},
     {**BARE, "spin": 0.5, "count": 2}),
    ("", b' {"mass_kg": 123000000000000000000000, "count": 4.0} ',
     {**BARE, "mass_kg": 1.23e23, "count": 4}),
]


@over_methods
@pytest.mark.parametrize("query, value, expected", RIGHT)
def test_right(app, method, query, value, expected):
    reply = ask(app, method, query, value)
    assert reply.status == 200, reply
    assert reply.json() == expected


WRONG = [
    ("", None, {(Q, "mass_kg"): "missing"}),
    ("", {}, {(B, "mass_kg"): "missing"}),
    ("", {"params": {}}, {(B, P, "mass_kg"): "missing"}),
    ("mass_kg=0", None, {(Q, "mass_kg"): "greater_than"}),
    ("", {"mass_kg": 0}, {(B, "mass_kg"): "greater_than"}),
    ("", {"params": {"mass_kg": 0}}, {(B, P, "mass_kg"): "greater_than"}),
    ("", {"mass_kg": None}, {(B, "mass_kg"): "float_type"}),
    ("mass_kg=5", {"mass_kg": None}, {(Q, "mass_kg"): "repeated"}),
    # Texts in a query, JSON's own types in a body.
    ("", {"mass_kg": "5"}, {(B, "mass_kg"): "float_type"}),
    ("", {"mass_kg": 5, "flag": "yes"}, {(B, "flag"): "bool_type"}),
    ("", {"mass_kg": 5, "number": 1}, {(B, "number"): "list_type"}),
    ("", {"mass_kg": 5, "number": [1, 0]},
     {(B, "number", 1): "greater_than"}),
    ("mass_kg=5&number=1&number=0", None,
     {(Q, "number", 1): "greater_than"}),
    ("", {"mass_kg": 5, "number": []}, {(B, "number"): "too_short"}),
    # In one place or the other.
    ("mass_kg=5&spin=0", {"spin": 0, "mass_kg": 5},
     {(Q, "mass_kg"): "repeated", (Q, "spin"): "repeated"}),
    ("spin=0", {"params": {"spin": 0, "mass_kg": 5}},
     {(Q, "spin"): "repeated"}),
    ("number=1", {"number": [1], "mass_kg": 5}, {(Q, "number"): "repeated"}),
    ("mass_kg=5&mass_kg=5", {}, {(Q, "mass_kg"): "repeated"}),
    # What nobody asked for.
    ("", {"mass_kg": 5, "spn": 0}, {(B, "spn"): "extra_forbidden"}),
    ("", {"mass_kg": 5, "loud": True}, {(B, "loud"): "extra_forbidden"}),
    ("", {"params": {"mass_kg": 5, "x": 1}},
     {(B, P, "x"): "extra_forbidden"}),
    ("", {"params": {"mass_kg": 5}, "spin": 0},
     {(B, "mass_kg"): "missing", (B, "params"): "extra_forbidden"}),
    ("mass_kg=5", {"params": 5}, {(B, "params"): "extra_forbidden"}),
    ("mass_kg=5", {"params": {"params": {}}},
     {(B, P, "params"): "extra_forbidden"}),
    # A body that is none: the query is judged all the same.
    ("mass_kg=0", [], {(B,): "model_attributes_type",
                       (Q, "mass_kg"): "greater_than"}),
    ("", b"null", {(B,): "model_attributes_type"}),
    ("spin=1", b"{", {(B, 1): "json_invalid", (Q, "spin"): "less_than"}),
    ("", b'{"mass_kg": 5, "mass_kg": 5}', {(B, 15): "json_invalid"}),
    ("loud=perhaps", {"mass_kg": 0, "spin": 1},
     {(Q, "loud"): "bool_parsing", (B, "mass_kg"): "greater_than",
      (B, "spin"): "less_than"}),
]


@over_methods
@pytest.mark.parametrize("query, value, expected", WRONG)
def test_wrong(app, method, query, value, expected):
    assert errors_at(ask(app, method, query, value)) == expected


def test_twice_in_words(app):
    reply = ask(app, "GET", "spin=0.5", {"spin": 0, "mass_kg": 5})
    error, = problem(reply, 422)["errors"]
    assert "given in the query and in the body" in error["msg"]
    assert error["input"] == "0.5"


def test_a_slip_is_recognised(app):
    error, = ask(app, "GET", "", {"mass": 5, "mass_kg": 5}).json()["errors"]
    assert "'mass_kg'" in error["msg"]
    warning, = ask(app, "GET", "mass=5", {"mass_kg": 5}).json()["warnings"]
    assert "'mass_kg'" in warning


def test_a_member_of_the_body_only(app):
    value = {"mass_kg": 5, "settings": {"notify": "me"}}
    for body in value, {"params": value}:
        assert ask(app, "POST", "", body).json()["notify"] == "me"
    assert errors_at(ask(app, "GET", "", value)) == {
        (B, "settings"): "extra_forbidden"
    }
    reply = ask(app, "POST", "settings=1", {"mass_kg": 5})
    assert "settings" in reply.json()["warnings"][0]


# ---- the body's type


@over_methods
@pytest.mark.parametrize("kind, status", [
    ("application/json", 200), ("application/json; charset=utf-8", 200),
    ("", 200), ("text/plain", 415), ("application/jsonp", 415),
    ("application/x-www-form-urlencoded", 415),
])
def test_types(app, method, kind, status):
    reply = ask(app, method, "", {"mass_kg": 5}, CONTENT_TYPE=kind)
    assert reply.status == status, reply
    # A type of nothing says nothing.
    assert ask(app, method, "mass_kg=5", CONTENT_TYPE=kind).status == 200


def test_others_ignore_a_body(app):
    reply = app.site.ask("GET", "/bounded", "real=1", b"{nonsense", **JSON)
    assert reply.status == 200, reply


# ---- what a function says of them


@over_methods
@pytest.mark.parametrize("query, value, at, given", [
    ("mass_kg=5&word=spin", None, (Q, "spin"), None),
    ("mass_kg=5&word=spin&spin=5e-1", None, (Q, "spin"), "5e-1"),
    ("word=spin&spin=5e-1", {"mass_kg": 5}, (Q, "spin"), "5e-1"),
    ("word=spin", {"mass_kg": 5}, (B, "spin"), None),
    ("word=spin", {"mass_kg": 5, "spin": 0.5}, (B, "spin"), "0.5"),
    ("", {"mass_kg": 5, "spin": None, "word": "spin"}, (B, "spin"), None),
    ("", {"params": {"mass_kg": 5, "spin": 0.5, "word": "spin"}},
     (B, P, "spin"), "0.5"),
    ("", {"params": {"mass_kg": 5, "word": "word"}}, (B, P, "word"), "word"),
    ("", {"mass_kg": 5, "word": "number", "number": [1, 2]}, (B, "number"),
     "[1,2]"),
    ("", {"mass_kg": 5, "word": "item", "number": [1]}, (B, "number", 0), "0"),
    ("mass_kg=5&word=number&number=1&number=2", None, (Q, "number"), None),
    ("mass_kg=5&word=item&number=1", None, (Q, "number", 0), "0"),
    ("mass_kg=5&word=loud&loud=1", None, (Q, "loud"), None),
])
def test_refused_where_it_came_from(app, method, query, value, at, given):
    error, = problem(ask(app, method, query, value), 422)["errors"]
    assert tuple(error["loc"]) == at
    assert error["type"] == "value_error"
    assert error["input"] == given


def test_refused_in_the_body_only(app):
    value = {"mass_kg": 5, "word": "settings", "settings": {"notify": "me"}}
    for body, at in (value, (B,)), ({"params": value}, (B, P)):
        error, = problem(ask(app, "POST", "", body), 422)["errors"]
        assert tuple(error["loc"]) == (*at, "settings")


# ---- who may keep the answer


def test_an_answer_to_a_body_is_kept_by_nobody(app):
    kept = ask(app, "GET", "mass_kg=5")
    assert kept.headers["Cache-Control"] == "public, max-age=60"
    tag = kept.headers["ETag"]
    assert ask(app, "GET", "mass_kg=5", HTTP_IF_NONE_MATCH=tag).status == 304
    for value in {"mass_kg": 5}, {"params": {"mass_kg": 6}}:
        for method in "GET", "HEAD":
            reply = ask(app, method, "", value, HTTP_IF_NONE_MATCH=tag)
            assert reply.status == 200, reply
            assert reply.headers["Cache-Control"] == "no-store"
            assert reply.headers["ETag"] is None
    # Also where the query has all that counts.
    for given in tag, "*":
        reply = ask(app, "GET", "mass_kg=5", {}, HTTP_IF_NONE_MATCH=given)
        assert reply.status == 200, reply
        assert reply.headers["ETag"] is None


def test_head(app):
    get = ask(app, "GET", "", ALL)
    head = ask(app, "HEAD", "", ALL)
    assert head.status == 200 and head.body == b""
    assert head.headers["Content-Length"] == str(len(get.body))
    assert ask(app, "HEAD", "", {"mass_kg": 0}).status == 422


def test_through_a_web_server(behind_lighttpd):
    for method in "GET", "POST", "HEAD":
        reply = behind_lighttpd.ask(
            method, "/both", "spin=0.5", [("Content-Type", "application/json")],
            b'{"params": {"mass_kg": 5}}',
        )
        assert reply.status == 200, reply
        if method != "HEAD":
            assert reply.json() == {**BARE, "spin": 0.5}


# ---- a picture, or what is known of it

PNG = b"\x89PNG\r\n\x1a\n"
BROWSER_PICTURE = (
    "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"
)
BROWSER_PAGE = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,"
    "image/webp,image/apng,*/*;q=0.8"
)
PICTURES = [
    ({}, "", False), ({}, "format=png", True), ({}, "format=json", False),
    ({"HTTP_ACCEPT": "*/*"}, "", False),
    ({"HTTP_ACCEPT": "image/png"}, "", True),
    ({"HTTP_ACCEPT": "image/*"}, "", True),
    ({"HTTP_ACCEPT": BROWSER_PICTURE}, "", True),
    ({"HTTP_ACCEPT": BROWSER_PAGE}, "", False),
    ({"HTTP_ACCEPT": "image/png"}, "format=json", False),
    ({"HTTP_ACCEPT": "image/png;q=0.1, application/json"}, "", False),
]


@pytest.mark.parametrize("fields, query, is_picture", PICTURES)
def test_picture(app, fields, query, is_picture):
    for method in "GET", "HEAD":
        reply = app.site.ask(method, "/picture", query, **fields)
        assert reply.status == 200, reply
        assert reply.headers["Vary"] == "Accept"
        assert reply.headers["Content-Type"] == (
            "image/png" if is_picture else "application/json"
        )
        if method == "GET":
            assert reply.body.startswith(PNG) == is_picture
        else:  # it is heavy, and was not made
            assert reply.body == b""
            assert reply.headers["Content-Length"] is None


def test_a_picture_of_a_body(app):
    reply = app.site.ask(
        "GET", "/picture", "format=png", b'{"width_px": 9}', **JSON
    )
    assert reply.body.startswith(PNG)
    assert reply.headers["Cache-Control"] == "no-store"
    reply = app.site.ask(
        "GET", "/picture", "format=png", b'{"width_px": 10}', **JSON
    )
    assert errors_at(reply) == {(B, "width_px"): "less_than_equal"}


def test_other_pictures_are_not_to_be_had(app):
    reply = app.site.get("/picture", HTTP_ACCEPT="image/jpeg")
    assert "image/png" in problem(reply, 406)["detail"]
    assert errors_at(app.site.get("/picture", "format=jpeg")) == {
        (Q, "format"): "enum"
    }


def test_a_picture_in_the_document(app):
    document = app.site.get("/openapi.json").json()
    content = document["paths"]["/picture"]["get"]["responses"]["200"][
        "content"
    ]
    assert content["image/png"] == {
        "schema": {"type": "string", "contentMediaType": "image/png"}
    }
    assert len(content["application/json"]["examples"]) == 1
