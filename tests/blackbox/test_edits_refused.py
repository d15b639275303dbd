"""PUT and DELETE of /galaxy/{name} that must not be done, through every front."""

import pytest

from editor import NEW, at
from keys import bearer
from problems import errors_at, problem


# ---- who may


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_without_a_right_key_nothing_changes(edited, editor, method):
    before = editor.get("M13")
    body = {**NEW} if method == "PUT" else None
    wrong = editor.key[:-1] + ("A" if editor.key[-1] != "A" else "B")
    for key in ("", wrong):
        reply = editor.send(method, "M13", body, key=key)
        problem(reply, 401)
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    reply = edited.site.ask(
        method, at("M13"), "", [("Content-Type", "application/json")],
        b"{nonsense" if body else None,
    )
    problem(reply, 401)  # and not told what else was wrong
    for scope in ("read", "publish"):
        reply = editor.send(method, "M13", body, key=edited.keys[scope])
        assert "write" in problem(reply, 403)["detail"]
    after = editor.get("M13")
    assert after.json() == before.json()
    assert after.headers["ETag"] == before.headers["ETag"]


def test_admin_may_write(edited, editor):
    reply = editor.put("By admin", NEW, key=edited.keys["admin"])
    assert reply.status == 201, reply


# ---- conditions

OTHER = '"0123456789abcdef"'


def asked(tag, condition):
    name, value = condition
    return name, value.replace("{tag}", tag)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("condition, holds", [
    (("If-Match", "{tag}"), True),
    (("If-Match", f"{OTHER}, {{tag}}"), True),
    (("If-Match", "*"), True),
    (("If-Match", OTHER), False),
    (("If-Match", "W/{tag}"), False),  # it compares strongly
    (("If-Match", ","), False),
    (("If-None-Match", OTHER), True),
    (("If-None-Match", "{tag}"), False),
    (("If-None-Match", "W/{tag}"), False),
    (("If-None-Match", "*"), False),
])
def test_conditions_on_what_is_there(editor, method, condition, holds):
    name = f"Guarded {method} {condition[0]} {condition[1][:8]}"
    name = "".join(c for c in name if c.isalnum() or c == " ")
    tag = editor.made(name, NEW)
    body = {**NEW, "redshift": 1} if method == "PUT" else None
    reply = editor.send(method, name, body, asked(tag, condition))
    after = editor.get(name)
    if holds:
        assert reply.status == 200, reply
        assert after.status == (404 if method == "DELETE" else 200)
    else:
        answer = problem(reply, 412)
        assert condition[0] in answer["detail"]
        assert tag in answer["detail"]
        assert after.headers["ETag"] == tag and "redshift" not in after.json()
    if after.status == 200:
        editor.delete(name)


@pytest.mark.parametrize("condition, holds", [
    (("If-Match", OTHER), False),
    (("If-Match", "*"), False),
    (("If-None-Match", "*"), True),
    (("If-None-Match", OTHER), True),
])
def test_conditions_on_what_is_not_there(editor, condition, holds):
    name = "Absent " + "".join(c for c in condition[0] + condition[1][:3]
                               if c.isalpha() or c == "*")
    reply = editor.put(name, NEW, condition)
    if holds:
        assert reply.status == 201, reply
        problem(editor.put(name, NEW, ("If-None-Match", "*")), 412)
    else:
        assert condition[0] in problem(reply, 412)["detail"]
        problem(editor.get(name), 404)


def test_of_two_who_saw_the_same_one_wins(editor):
    tag = editor.made("Contended", NEW)
    replies = [
        editor.put("Contended", {**NEW, "redshift": z}, ("If-Match", tag))
        for z in (1, 2)
    ]
    assert [reply.status for reply in replies] == [200, 412]
    assert editor.get("Contended").json()["redshift"] == 1


def test_a_name_is_made_once(editor):
    tag = editor.get("M 33").headers["ETag"]
    reply = editor.put("triangulum galaxy", NEW, ("If-None-Match", "*"))
    assert tag in problem(reply, 412)["detail"]


# ---- what is wrong with a body


def test_every_wrong_field_at_once(editor):
    reply = editor.put("Wrong 1", {
        "ra_deg": 361, "dec_deg": -90.0000001, "type": "planet",
        "magnitude_v": 41, "major_axis_arcmin": -1, "redshift": "high",
        "aliases": ["good", "", "x" * 129, 5, "a|b", "a\nb"], "colour": 1,
        "constellation": "", "name": "a|b",
    })
    assert errors_at(reply) == {
        ("body", "ra_deg"): "less_than_equal",
        ("body", "dec_deg"): "greater_than_equal",
        ("body", "type"): "enum",
        ("body", "magnitude_v"): "less_than_equal",
        ("body", "major_axis_arcmin"): "greater_than_equal",
        ("body", "redshift"): "float_type",
        ("body", "aliases", 1): "string_too_short",
        ("body", "aliases", 2): "string_too_long",
        ("body", "aliases", 3): "string_type",
        ("body", "aliases", 4): "string_pattern_mismatch",
        ("body", "aliases", 5): "string_pattern_mismatch",
        ("body", "colour"): "extra_forbidden",
        ("body", "constellation"): "string_too_short",
        ("body", "name"): "string_pattern_mismatch",
    }
    problem(editor.get("Wrong 1"), 404)


def test_a_position_is_needed(editor):
    assert errors_at(editor.put("Nowhere", {})) == {
        ("body", "ra_deg"): "missing", ("body", "dec_deg"): "missing",
    }
    reply = editor.put("Nowhere", {"ra_deg": None, "dec_deg": 1})
    assert set(errors_at(reply)) == {("body", "ra_deg")}


def test_wrong_names_at_once(editor):
    """Those of others, also of edited objects, and what can be no name."""
    editor.made("Owner", {**NEW, "aliases": ["Owned"]})
    reply = editor.put("Thief", {
        **NEW, "name": "Somebody else", "catalogue": "other",
        "aliases": ["m31", "free one", "owned", " ' "],
        "identifiers": ["UGC 454", "é" * 65, "OWNER"],
    })
    assert set(errors_at(reply)) == {
        ("body", "name"), ("body", "catalogue"), ("body", "aliases", 0),
        ("body", "aliases", 2), ("body", "aliases", 3),
        ("body", "identifiers", 0), ("body", "identifiers", 1),
        ("body", "identifiers", 2),
    }
    told = {
        tuple(error["loc"][1:]): error["msg"]
        for error in reply.json()["errors"]
    }
    assert "NGC 224" in told["aliases", 0]
    assert "Owner" in told["aliases", 2] and "Owner" in told["identifiers", 2]
    assert "128 bytes" in told["identifiers", 1]
    problem(editor.get("Thief"), 404)
    assert editor.get("Owned").json()["name"] == "Owner"


def test_an_object_does_not_become_another(editor):
    before = editor.get("M 3")
    reply = editor.put("M 3", {**before.json(), "name": "NGC 9999"})
    assert set(errors_at(reply)) == {("body", "name")}
    reply = editor.put("M 3", {**before.json(), "name": "M 3"})
    assert set(errors_at(reply)) == {("body", "name")}  # that is an alias
    assert editor.get("M 3").headers["ETag"] == before.headers["ETag"]


@pytest.mark.parametrize("name, types", [
    ("a|b", {"string_pattern_mismatch"}),
    ("x" * 129, {"string_too_long"}),
    ("é" * 65, {"value_error"}),  # 130 bytes
    (" _' ", {"value_error"}),
])
def test_what_can_be_no_name(editor, name, types):
    reply = editor.put(name, NEW)
    assert set(errors_at(reply).values()) == types
    assert set(errors_at(reply)) == {("path", "name")}


@pytest.mark.parametrize("body, status", [
    (b"", 422), (b"{", 422), (b"[]", 422), (b"null", 422),
    (b'{"ra_deg": 1, "ra_deg": 2, "dec_deg": 3}', 422),
    (b'{"ra_deg": NaN, "dec_deg": 3}', 422),
    (b'{"ra_deg": 1e999, "dec_deg": 3}', 422),
    (b'{"ra_deg": 1, "dec_deg": 3, "hubble_type": "\xff"}', 422),
    (b'{"ra_deg": 1, "dec_deg": 3, "hubble_type": "\\u0000"}', 422),
    (b" " * 200_000, 413),
])
def test_bodies_that_are_none(edited, editor, body, status):
    fields = bearer(editor.key) + [("Content-Type", "application/json")]
    reply = edited.site.ask("PUT", at("Bodyless"), "", fields, body)
    assert reply.status == status, reply
    problem(editor.get("Bodyless"), 404)


def test_a_body_of_another_kind(edited, editor):
    fields = bearer(editor.key) + [("Content-Type", "text/csv")]
    reply = edited.site.ask("PUT", at("Other kind"), "", fields, b"a,b\n1,2\n")
    problem(reply, 415)
