"""Parameters of every type, and the engine under plain CGI."""

import subprocess

import pytest

from fcgi_client import parse, variables
from http_client import encode
from processes import clean_environment

RIGHT = [
    ("count=3", {"count": 3, "ratio": 0.5, "word": "word", "flag": False}),
    ("count=1&ratio=-1.5", {"ratio": -1.5}),
    ("count=10&ratio=1e-3", {"count": 10, "ratio": 0.001}),
    ("count=3&flag=true", {"flag": True}),
    ("count=3&flag=1", {"flag": True}),
    ("count=3&flag=off", {"flag": False}),
    ("count=3&word=%C3%A9t%C3%A9", {"word": "été"}),
    ("count=3&word=a%22b%5C", {"word": 'a"b\\'}),
    ("count=3&word=a+b", {"word": "a b"}),
    ("count=3&colour=green", {"colour": "green"}),
]


@pytest.mark.parametrize("query, expected", RIGHT)
def test_right(steady_app, query, expected):
    answer = steady_app.site.get("/typed", query).json()
    assert {name: answer[name] for name in expected} == expected
    assert ("colour" in answer) == ("colour" in query)


WRONG = [
    ("", {"count": "missing"}),
    ("count=0", {"count": "greater_than_equal"}),
    ("count=11", {"count": "less_than_equal"}),
    ("count=three", {"count": "int_parsing"}),
    ("count=3&ratio=1.6", {"ratio": "less_than_equal"}),
    ("count=3&ratio=-1.6", {"ratio": "greater_than_equal"}),
    ("count=3&ratio=half", {"ratio": "float_parsing"}),
    ("count=3&word=w", {"word": "string_too_short"}),
    ("count=3&word=wwwwwwwww", {"word": "string_too_long"}),
    ("count=3&flag=maybe", {"flag": "bool_parsing"}),
    ("count=3&flag=", {"flag": "bool_parsing"}),
    ("count=3&colour=pink", {"colour": "enum"}),
    ("ratio=x&word=w&flag=2&colour=no",
     {"count": "missing", "ratio": "float_parsing",
      "word": "string_too_short", "flag": "bool_parsing", "colour": "enum"}),
]


@pytest.mark.parametrize("query, expected", WRONG)
def test_wrong(steady_app, query, expected):
    reply = steady_app.site.get("/typed", query)
    assert reply.status == 422, reply
    found = {e["loc"][1]: e["type"] for e in reply.json()["errors"]}
    assert found == expected
    assert list(found) == list(expected), "in the parameters' order"


# ---- the same engine, one process for each request

@pytest.fixture
def cgi(stage, directory):
    def ask(path, params="", method="GET", body=b"", words=()):
        named = variables(method, path, encode(params), body=body)
        result = subprocess.run(
            [stage.bin / "testapp.cgi", *words],
            env=clean_environment(LIGHTCONE_STATE=directory, **named),
            input=body,
            capture_output=True,
            timeout=20,
            check=False,
        )
        assert result.returncode == 0, result
        return parse(result.stdout)

    return ask


def test_cgi_quick(cgi):
    assert cgi("/typed", "count=3").json()["count"] == 3
    assert cgi("/typed").status == 422
    assert cgi("/nothing").status == 404


def test_cgi_reads_the_body_of_a_get(cgi):
    for method in "GET", "POST":
        reply = cgi("/both", "spin=0.5", method, b'{"mass_kg": 5}')
        assert reply.json()["mass_kg"] == 5, reply


def test_cgi_parks(cgi):
    assert cgi("/park", "wait_ms=50").json()["parked_ms"] >= 49


def test_cgi_deadline(cgi):
    reply = cgi("/never")
    assert reply.status == 504
    assert reply.json()["detail"] == "Beyond the event horizon!"


def test_cgi_computes(cgi):
    assert cgi("/compute", "cpu_ms=30").json()["computed_ms"] >= 30
    assert cgi("/compute", "cpu_ms=30000").status == 504


def test_cgi_streams(cgi):
    reply = cgi("/stream", "chunks=5&every_ms=1&bytes=10")
    assert reply.status == 200
    assert reply.body == b".........\n" * 5


def test_cgi_ignores_arguments(cgi):
    """Some servers make them from the query (?--evil+words)."""
    assert cgi("/typed", "count=3", words=["--socket", "x"]).status == 200
