"""Every request that the documents lead to: the product's through a web server
and as plain CGI, the test application's at its socket.
"""

import json
from contextlib import contextmanager
from urllib.parse import unquote

import pytest

import document
import fronts
from fcgi_client import variable_of
from generated import by_operation, cases, judge_all
from http_client import Reply
from keys import add_key, bearer
from maker import JSON, KEY, Walk
from testapp import TestApp

if not document.has_validator():
    pytest.skip(document.NEEDED, allow_module_level=True)

pytestmark = pytest.mark.long

CGI_SHARE = 11  # of the product's cases, one in so many

M31 = {
    "name": "NGC 224", "aliases": ["M 31", "Andromeda Galaxy"],
    "ra_deg": 10.6847917, "dec_deg": 41.2690556, "catalogue": "openngc",
    "identifiers": ["UGC 454", "PGC 2557"],
}
PRODUCT = Walk(
    samples={
        ("/www/{file}", "file"): "docs.css",
        **{
            ("/cone/{catalogue}" + more, "catalogue"): "openngc"
            for more in ("", "/capabilities", "/availability", "/tables")
        },
        ("/singularity", "m1_msun"): 36, ("/singularity", "m2_msun"): 29,
        ("/singularity", "m1_msun_err"): 4, ("/singularity", "redshift"): 0.09,
    },
    bodies={"/galaxy/{name}": M31},
    error_marks={
        path: 'value="ERROR"' for path in ("/cone", "/cone/{catalogue}")
    },
    deadlines={"/wormhole": "timeout"},
    # No job is there.
    ends={"/jobs/{id}": 404, "/jobs/{id}/result": 404},
    picky=frozenset({"/singularity", "/wormhole"}),
    varying=frozenset({"/metrics"}),
    # Neither a stream nor a poll shall last.
    fields={"/cosmic_stream": [("Prefer", "wait=1")]},
)

TESTAPP = Walk(
    samples={
        ("/park", "wait_ms"): 1, ("/compute", "cpu_ms"): 1,
        ("/stream", "chunks"): 1, ("/stream", "every_ms"): 0,
    },
    ends={"/never": 504, "/wait": 504},
    error_marks={"/search": "<ERROR>"},
    heavy=frozenset({"/compute", "/stream", "/wait", "/picture"}),
    varying=frozenset({"/park", "/never", "/stats", "/parts"}),
    skipped=frozenset({
        # It would wait for its deadline, ten seconds.
        "GET /park query.wait_ms at_maximum",
        "GET /park query.wait_ms inside_maximum",
        # There is such a part, which then fails.
        "GET /parts query.fail minus_zero",
        "GET /parts query.fail inside_minimum",
    }),
)


def over(cases_):
    """A test for each operation, of all its cases."""
    lists = by_operation(cases_)
    return pytest.mark.parametrize("cases_", lists.values(), ids=lists.keys())


PRODUCT_CASES = cases(document.of_product(), PRODUCT)
TESTAPP_CASES = cases(document.of_testapp(), TESTAPP)


# ---- the product


@contextmanager
def asked_through(stage, name):
    """Through a front; what is to be deleted is there each time."""
    if fronts.missing(name):
        pytest.skip(fronts.missing(name))
    with fronts.starting(name, stage, "/sub/dir") as front:
        key = add_key(stage, front.state, "tests", "admin")

        def ask(request):
            fields = [(n, v.replace(KEY, key)) for n, v in request.fields]
            if request.method == "DELETE":
                back = front.site.ask(
                    "PUT", "/galaxy/NGC%20224", "", [*bearer(key), JSON],
                    json.dumps(M31).encode(),
                )
                assert back.status in (200, 201), back
            return front.site.ask(
                request.method, request.path, request.query_text, fields,
                request.body,
            )

        yield ask


@pytest.fixture(scope="module")
def lighttpd(stage):
    with asked_through(stage, "lighttpd") as ask:
        yield ask


@pytest.fixture(scope="module")
def cgi(stage):
    with asked_through(stage, "lighttpd-cgi") as ask:
        yield ask


@over(PRODUCT_CASES)
def test_product(lighttpd, cases_):
    judge_all(cases_, lighttpd)


@over(PRODUCT_CASES[::CGI_SHARE])
def test_product_as_cgi(cgi, cases_):
    judge_all(cases_, cgi)


# ---- the test application


def at_socket(app, key):
    """As a web server would put it, which decodes the path only."""

    def ask(request):
        fields = {
            variable_of(name): value.replace(KEY, key)
            for name, value in request.fields
        }
        query = request.query_text
        target = request.path + ("?" + query if query else "")
        if b"\0" not in unquote(request.path).encode():
            fields["PATH_INFO"] = unquote(request.path, "latin-1")
        else:
            fields["PATH_INFO"] = ""
        return app.site.ask(
            request.method, request.path, query, request.body or b"",
            REQUEST_URI=target, **fields,
        )

    return ask


@pytest.fixture(scope="module")
def app(stage):
    started = TestApp(stage, LIGHTCONE_RATE="off")
    yield started
    started.stop()


@pytest.fixture(scope="module")
def asked(app, stage):
    return at_socket(app, add_key(stage, app.state, "tests", "write"))


@over(TESTAPP_CASES)
def test_testapp(asked, cases_):
    judge_all(cases_, asked)


def test_the_walk_meets_everything():
    """A document that lost its parameters would lead nowhere."""
    ids = {case.id for case in TESTAPP_CASES}
    assert {
        "GET /typed query.count missing",
        "GET /typed query.ratio too_high",
        "GET /bounded query.whole at_exclusiveMaximum",
        "GET /listed query.number.1 too_high",
        "GET /shelves/{shelf}/items/{number} path.shelf misfit_1",
        "GET /header header.x-count too_low",
        "POST /body body.moment misfit_3",
        "POST /nested body.settings.image.width_px too_high",
        "POST /nested body.points.1.label too_long_of_two_bytes",
        "POST /nested body.rows.1.1 fraction",
        "POST /guarded no_key",
        "GET /both query.spin at_exclusiveMaximum",
        "GET /both body.spin at_exclusiveMaximum",
        "POST /both body.number.1 too_low",
        "GET /both both.number twice_wrapped",
        "GET /both body type_text_plain",
    } <= ids
    assert len(TESTAPP_CASES) > 6000 and len(PRODUCT_CASES) > 6000


def test_each_case_that_is_not_well_is_told():
    """Also of many that are one test, and with what it got."""
    def ask(_):
        return Reply(500, {"Content-Type": "text/plain"}, b"not well")

    with pytest.raises(AssertionError) as told:
        judge_all(PRODUCT_CASES, ask)
    assert f"{len(PRODUCT_CASES)} of" in str(told.value)
    for case in PRODUCT_CASES:
        assert f"{case.id}\n" in str(told.value)
    assert str(told.value).count("<500 text/plain") == len(PRODUCT_CASES)


def test_many_parameters_are_tried_by_their_shapes():
    """Each of them still, but only the first of a shape wholly."""
    ids = [
        case.id for case in PRODUCT_CASES
        if case.operation.path == "/singularity"
    ]
    assert {
        "GET /singularity query.m1_msun at_maximum",
        "GET /singularity query.m1_msun repeated",
        "GET /singularity query.m1_msun_err minus_nearly_zero",
        "GET /singularity query.eccentricity at_exclusiveMaximum",
        "GET /singularity query.area_m2_err too_low",
        "GET /singularity query.dec_deg default",
        "POST /singularity query.mass_kg too_low",
        "GET /singularity body.spin too_high",
        "POST /singularity body.m1_msun json_nan",
        "POST /singularity body.rays longest",
        "POST /singularity body.rays too_long",
    } <= set(ids)
    assert "GET /singularity query.m2_msun repeated" not in ids
    assert len(ids) < 1600
