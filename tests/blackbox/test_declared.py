"""What an endpoint's table declares: bodies, lists, paths, header fields."""

import json

import pytest

from problems import problem, errors_at

@pytest.fixture
def app(steady_app):
    return steady_app


JSON = {"CONTENT_TYPE": "application/json"}
NESTED = {
    "settings": {"throat_radius_m": 1000},
    "points": [{"ra_deg": 10, "dec_deg": -5}],
}


def post(app, path, value, query="", **fields):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return app.site.ask("POST", path, query, body, **{**JSON, **fields})


# ---- bodies that are right

BODIES = [
    ({}, {"timeout": 5000, "loud": False}),
    ({"timeout": None}, {"timeout": 5000}),
    ({"timeout": 1}, {"timeout": 1}),
    ({"timeout": 60000}, {"timeout": 60000}),
    ({"mail": "ada@example.org"}, {"mail": "ada@example.org"}),
    ({"mass_kg": None}, {}),
    (b'{"mass_kg": 1e30}', {"mass_kg": 1e30}),
    (b'{"mass_kg": 123000000000000000000000}', {"mass_kg": 1.23e23}),
    (b'{"timeout": 5.0e3}', {"timeout": 5000}),
    (b'{"\\u0074imeout": 7}', {"timeout": 7}),
    (b' \r\n\t{ "timeout" : 7 } ', {"timeout": 7}),
]


@pytest.mark.parametrize("body, expected", BODIES)
def test_body(app, body, expected):
    reply = post(app, "/body", body)
    assert reply.status == 200, reply
    answer = reply.json()
    assert {name: answer[name] for name in expected} == expected
    assert "mass_kg" in answer or "mass_kg" not in expected


def test_no_body_where_none_is_required(app):
    reply = app.site.ask("POST", "/body", "loud=yes")
    assert reply.json() == {"timeout": 5000, "loud": True}


@pytest.mark.parametrize("kind", [
    "application/json", "application/json; charset=utf-8",
    "APPLICATION/JSON;charset=\"UTF-8\"", "application/merge-patch+json", "",
])
def test_types_that_are_json(app, kind):
    reply = post(app, "/body", {"timeout": 3}, CONTENT_TYPE=kind)
    assert reply.status == 200, reply


@pytest.mark.parametrize("kind", [
    "text/plain", "application/x-www-form-urlencoded", "application/jsonp",
    "application/json; charset=latin-1", "multipart/form-data; boundary=x",
])
def test_types_that_are_not(app, kind):
    reply = post(app, "/body", {"timeout": 3}, CONTENT_TYPE=kind)
    answer = problem(reply, 415)
    assert "application/json" in answer["detail"]


def test_nested(app):
    value = {
        "settings": {
            "throat_radius_m": 2.5, "kind": "dneg",
            "image": {"width_px": 64}, "rays_deg": [0, -1.5, 180],
        },
        "points": [
            {"ra_deg": 10, "dec_deg": -5, "label": "één"},
            {"ra_deg": 20.5, "dec_deg": 1},
        ],
        "rows": [[1, 2], [], [3]],
    }
    assert post(app, "/nested", value).json() == {
        "throat_radius_m": 2.5, "kind": "dneg", "width_px": 64,
        "rays_deg": [0, -1.5, 180], "labels": ["één", None],
        "sum_deg": 26.5, "cells": 3,
    }


# ---- bodies that are wrong: each with every place where it is

B = "body"
WRONG = [
    ("/body", {"timeout": 0}, {(B, "timeout"): "greater_than_equal"}),
    ("/body", {"timeout": -1}, {(B, "timeout"): "greater_than_equal"}),
    ("/body", {"timeout": 60001}, {(B, "timeout"): "less_than_equal"}),
    ("/body", {"timeout": 1.5}, {(B, "timeout"): "int_from_float"}),
    ("/body", {"timeout": "5000"}, {(B, "timeout"): "int_type"}),
    ("/body", {"timeout": True}, {(B, "timeout"): "int_type"}),
    ("/body", {"timeout": []}, {(B, "timeout"): "int_type"}),
    ("/body", b'{"timeout": 9223372036854775808}',
     {(B, "timeout"): "int_parsing_size"}),
    ("/body", b'{"timeout": 1e300}', {(B, "timeout"): "int_parsing_size"}),
    ("/body", {"mass_kg": "heavy"}, {(B, "mass_kg"): "float_type"}),
    ("/body", {"mass_kg": -1}, {(B, "mass_kg"): "greater_than_equal"}),
    ("/body", {"mail": 5}, {(B, "mail"): "string_type"}),
    ("/body", {"mail": None}, {(B, "mail"): "string_type"}),
    ("/body", {"mail": "ada"}, {(B, "mail"): "value_error"}),
    ("/body", {"mail": "a@b.org\r\nBcc: c@d.org"},
     {(B, "mail"): "value_error"}),
    ("/body", {"mail": "a\0b"}, {(B, "mail"): "string_nul"}),
    ("/body", {"link": "file:///etc/passwd"}, {(B, "link"): "value_error"}),
    ("/body", {"day": "2026-02-30"}, {(B, "day"): "value_error"}),
    ("/body", {"moment": "yesterday"}, {(B, "moment"): "value_error"}),
    ("/body", {"id": "42"}, {(B, "id"): "value_error"}),
    ("/body", {"timeou": 5}, {(B, "timeou"): "extra_forbidden"}),
    ("/body", {"loud": True}, {(B, "loud"): "extra_forbidden"}),
    ("/body", {"timeout": 0, "mail": "x", "y": 1},
     {(B, "timeout"): "greater_than_equal", (B, "mail"): "value_error",
      (B, "y"): "extra_forbidden"}),
    ("/body", [], {(B,): "model_attributes_type"}),
    ("/body", b"null", {(B,): "model_attributes_type"}),
    ("/body", b'"text"', {(B,): "model_attributes_type"}),
    ("/body", b"{timeout: 5}", {(B, 1): "json_invalid"}),
    ("/body", b'{"timeout": 5,}', {(B, 13): "json_invalid"}),
    ("/body", b'{"timeout": NaN}', {(B, 12): "json_invalid"}),
    ("/body", b'{"timeout": 5} x', {(B, 15): "json_invalid"}),
    ("/body", b'{"a": 1, "\\u0061": 2}', {(B, 9): "json_invalid"}),
    ("/body", b"[" * 65 + b"]" * 65, {(B, 64): "json_invalid"}),
    ("/body", b'{"mail": "\xff"}', {(B, 10): "json_invalid"}),
    ("/nested", b"", {(B,): "missing"}),
    ("/nested", {}, {(B, "settings"): "missing", (B, "points"): "missing"}),
    ("/nested", {**NESTED, "settings": {}},
     {(B, "settings", "throat_radius_m"): "missing"}),
    ("/nested", {**NESTED, "settings": 5},
     {(B, "settings"): "model_attributes_type"}),
    ("/nested", {**NESTED, "settings": {
        "throat_radius_m": 0, "kind": "new", "image": {"width_px": 15},
        "rays_deg": [0, "x", 181], "spin": 1}},
     {(B, "settings", "throat_radius_m"): "greater_than_equal",
      (B, "settings", "kind"): "enum",
      (B, "settings", "image", "width_px"): "greater_than_equal",
      (B, "settings", "rays_deg", 1): "float_type",
      (B, "settings", "rays_deg", 2): "less_than_equal",
      (B, "settings", "spin"): "extra_forbidden"}),
    ("/nested", {**NESTED, "settings": {
        "throat_radius_m": 1, "rays_deg": [1] * 6}},
     {(B, "settings", "rays_deg"): "too_long"}),
    ("/nested", {**NESTED, "points": []}, {(B, "points"): "too_short"}),
    ("/nested", {**NESTED, "points": {}}, {(B, "points"): "list_type"}),
    ("/nested", {**NESTED, "points": [None, {"ra_deg": 1}]},
     {(B, "points", 0): "model_attributes_type",
      (B, "points", 1, "dec_deg"): "missing"}),
    ("/nested", {**NESTED, "rows": [[1], [1, 2, 3, 4], [1.5], 5]},
     {(B, "rows", 1): "too_long", (B, "rows", 2, 0): "int_from_float",
      (B, "rows", 3): "list_type"}),
]


@pytest.mark.parametrize("path, body, expected", WRONG)
def test_wrong_body(app, path, body, expected):
    reply = post(app, path, body)
    assert errors_at(reply) == expected
    assert list(errors_at(reply)) == list(expected), "in the table's order"


def test_a_slip_in_a_body_is_recognised(app):
    error, = problem(post(app, "/body", {"timeot": 5}), 422)["errors"]
    assert "'timeout'" in error["msg"]


def test_inputs_are_given_back_short(app):
    value = {**NESTED, "points": "p" * 5000}
    error, = problem(post(app, "/nested", value), 422)["errors"]
    assert error["input"] == "p" * 100
    value = {**NESTED, "settings": ["s" * 5000]}
    error, = problem(post(app, "/nested", value), 422)["errors"]
    assert error["input"] == '["' + "s" * 98


def test_so_many_errors_are_listed(app):
    value = {**NESTED, "points": [{"ra_deg": -1, "dec_deg": 99}] * 190}
    answer = problem(post(app, "/nested", value), 422)
    assert len(answer["errors"]) == 100
    assert "first" in answer["detail"]


def test_where_the_json_is_wrong(app):
    body = b'{\n  "timeout": 5,\n  "mail": \'x\'\n}'
    error, = problem(post(app, "/body", body), 422)["errors"]
    assert "line 3, column 11" in error["msg"]
    assert error["loc"] == ["body", body.index(b"'")]
    assert error["input"].startswith("'x'")


def test_query_and_body_are_judged_together(app):
    reply = post(app, "/body", {"timeout": 0}, "loud=perhaps")
    assert errors_at(reply) == {
        ("query", "loud"): "bool_parsing",
        ("body", "timeout"): "greater_than_equal",
    }


# ---- bodies of other kinds

@pytest.mark.parametrize("kind", [
    "text/csv", "text/csv; charset=utf-8", "TEXT/CSV;charset=UTF-8",
    "text/csv; header=present",
])
def test_a_body_of_another_kind_comes_as_it_is(app, kind):
    reply = post(app, "/either", b"1,2\r\n3,4\n5,\0", CONTENT_TYPE=kind)
    assert reply.json() == {
        "kind": "csv", "count": 3, "sum": 0, "labels": 0, "scale": 2,
    }


def test_the_same_endpoint_takes_json(app):
    value = {"items": [{"value": 3}, {"value": 4, "label": "x"}], "scale": 5}
    assert post(app, "/either", value).json() == {
        "kind": "json", "count": 2, "sum": 35, "labels": 1, "scale": 5,
    }
    assert errors_at(post(app, "/either", b"")) == {("body",): "missing"}
    empty = post(app, "/either", b"", CONTENT_TYPE="text/csv")
    assert empty.json()["kind"] == "csv" and empty.json()["count"] == 0


@pytest.mark.parametrize("kind", [
    "text/plain", "text/csv; charset=latin-1", "text/csvx", "text/tab",
])
def test_what_is_neither_is_told_what_is(app, kind):
    reply = post(app, "/either", b"1,2", CONTENT_TYPE=kind)
    answer = problem(reply, 415)
    assert "application/json or text/csv" in answer["detail"]
    assert kind in answer["detail"]


def test_where_a_function_finds_fault(app):
    reply = post(app, "/either", b"1,2\n3\n4", CONTENT_TYPE="text/csv")
    assert errors_at(reply) == {
        ("body", 2): "value_error", ("body", 3): "value_error",
    }
    reply = post(app, "/either", {"items": [{"value": 13}]})
    assert errors_at(reply) == {("body", "items", 0, "value"): "value_error"}


def test_other_endpoints_ignore_bodies(app):
    reply = app.site.ask("GET", "/typed", "count=3", b"{nonsense", **JSON)
    assert reply.status == 200, reply


# ---- lists in a query

def test_list_in_a_query(app):
    reply = app.site.get("/listed", "number=1&colour=red&number=2.5")
    assert reply.json() == {"numbers": [1, 2.5], "colours": ["red"]}


Q = "query"
WRONG_LISTS = [
    ("", {(Q, "number"): "missing"}),
    ("number=1", {(Q, "number"): "too_short"}),
    ("number=1&number=2&number=3&number=4&number=5",
     {(Q, "number"): "too_long"}),
    ("number=1&number=x&number=101&colour=pink",
     {(Q, "number", 1): "float_parsing", (Q, "number", 2): "less_than_equal",
      (Q, "colour", 0): "enum"}),
]


@pytest.mark.parametrize("query, expected", WRONG_LISTS)
def test_wrong_list_in_a_query(app, query, expected):
    assert errors_at(app.site.get("/listed", query)) == expected


# ---- bounds that are themselves outside

BOUNDED = [
    ("real=5e-324&whole=9&share=0", {}),
    ("real=1e308&whole=1&share=0.9999999999999999", {}),
    ("real=0", {(Q, "real"): "greater_than"}),
    ("real=-0", {(Q, "real"): "greater_than"}),
    ("real=-5e-324", {(Q, "real"): "greater_than"}),
    ("real=1&whole=0", {(Q, "whole"): "greater_than"}),
    ("real=1&whole=10", {(Q, "whole"): "less_than"}),
    ("real=1&share=1", {(Q, "share"): "less_than"}),
    ("real=1&share=-0.1", {(Q, "share"): "greater_than_equal"}),
]


@pytest.mark.parametrize("query, expected", BOUNDED)
def test_bounds_that_are_outside(app, query, expected):
    reply = app.site.get("/bounded", query)
    assert reply.status == (422 if expected else 200), reply
    assert not expected or errors_at(reply) == expected


def test_what_is_said_of_them(app):
    reply = app.site.get("/bounded", "real=0&whole=10", HTTP_X_LEVEL="-3")
    assert [error["msg"] for error in reply.json()["errors"]] == [
        "Input should be less than 10", "Input should be greater than 0",
        "Input should be greater than -3",
    ]


# ---- paths and header fields

def test_path(app):
    reply = app.site.get("/shelves/top/items/7")
    assert reply.json() == {"shelf": "top", "number": 7}
    assert app.site.get("/shelves/top/items/7/").status == 200


@pytest.mark.parametrize("path, expected", [
    ("/shelves/Top/items/0", {("path", "shelf"): "string_pattern_mismatch",
                              ("path", "number"): "greater_than_equal"}),
    ("/shelves/top/items/x", {("path", "number"): "int_parsing"}),
    ("/shelves/top/items/1 ", {("path", "number"): "int_parsing"}),
])
def test_wrong_path(app, path, expected):
    assert errors_at(app.site.get(path)) == expected


@pytest.mark.parametrize("path", [
    "/shelves/top/items", "/shelves/top/items/1/2", "/shelves//items/1",
    "/shelves", "/shelves/{shelf}/items",
])
def test_no_such_path(app, path):
    problem(app.site.get(path), 404)


def test_wrong_method_on_a_path_with_variables(app):
    reply = app.site.ask("DELETE", "/shelves/top/items/7")
    problem(reply, 405)
    assert reply.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_header_field(app):
    assert app.site.get("/header", HTTP_X_COUNT="4").json() == {"said": "4"}
    assert errors_at(app.site.get("/header")) == {
        ("header", "x-count"): "missing"
    }
    assert errors_at(app.site.get("/header", HTTP_X_COUNT="0")) == {
        ("header", "x-count"): "greater_than_equal"
    }
