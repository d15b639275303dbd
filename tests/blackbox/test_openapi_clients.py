"""Clients that know OpenAPI, and a browser, with our own documents."""

import json
import shutil
import subprocess

import pytest

import fronts
import node_tools
from processes import clean_environment

NEEDED = fronts.missing("lighttpd") or node_tools.missing()
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(NEEDED is not None, reason=str(NEEDED)),
]

METHODS = ("get", "put", "post", "patch", "delete", "head", "options", "trace")
POINTS = {
    "settings": {"throat_radius_m": 2.5, "kind": "dneg"},
    "points": [{"ra_deg": 10, "dec_deg": -5, "label": "l'été"}],
}
NO_POINTS = {**POINTS, "points": []}


@pytest.fixture(scope="module", params=fronts.MOUNTS, ids=lambda m: m or "/")
def product(request, stage):
    with fronts.starting("lighttpd", stage, request.param) as front:
        yield front.site


@pytest.fixture(scope="module")
def testapp_site(steady_app, stage):
    site, server = steady_app.put_lighttpd_before(stage)
    yield site
    server.stop()


def address(site):
    return f"http://127.0.0.1:{site.port}{site.mount}"


def save_document(site, path):
    path.write_bytes(site.get("/openapi.json").body)
    return path


# ---- a linter


def lint(site, directory):
    said = node_tools.run(
        directory, node_tools.package_program("redocly"), "lint",
        save_document(site, directory / "openapi.json"),
        "--config", node_tools.SCRIPTS / "redocly.yaml",
        "--format", "github-actions",
    )
    assert "::warning" not in said, said
    assert "is valid" in said, said


def test_lint(product, directory):
    lint(product, directory)


def test_lint_of_the_test_application(testapp_site, directory):
    lint(testapp_site, directory)


# ---- a client made from the document


class Typed:
    """The client, compiled once for the types that a document led to."""

    def __init__(self, directory, testapp):
        self.directory, self.compiled = directory, None
        for name in ("client.ts", "tsconfig.json", "package.json"):
            shutil.copy(node_tools.SCRIPTS / name, directory)
        self.make_types("testapp", testapp)

    def make_types(self, name, site):
        made = self.directory / f"{name}.d.ts"
        node_tools.run(
            self.directory, node_tools.package_program("openapi-typescript"),
            save_document(site, self.directory / f"{name}.json"), "-o", made,
        )
        return made.read_bytes()

    def for_site(self, site):
        types = self.make_types("lightcone", site)
        if types != self.compiled:
            node_tools.run(
                self.directory, node_tools.package_program("tsc")
            )
            self.compiled = types
        return self.directory / "client.js"


@pytest.fixture(scope="module")
def typed(stage, testapp_site):
    return Typed(stage.fresh("typed"), testapp_site)


def test_typed_client(product, typed, testapp_site, directory):
    said = node_tools.run(
        directory, typed.for_site(product),
        address(product), address(testapp_site),
    )
    near, one, nested, refused = map(json.loads, said.splitlines())
    for answer in near, one:
        assert answer["name"] == "NGC 224"
        assert answer["ra_deg"] == pytest.approx(10.6848, abs=1e-3)
        assert answer["dec_deg"] == pytest.approx(41.2691, abs=1e-3)
    assert near["frame"] == "icrs"
    assert near["next"]  # two were asked for
    assert near["matched"] > 2
    assert near["magnitude"] == pytest.approx(3.44, abs=0.1)
    assert nested == {
        "kind": "dneg", "width": 64, "labels": ["one"], "cells": 3,
    }
    assert refused == {
        "loc": ["query", "radius_deg"], "type": "less_than_equal",
    }


# ---- a browser

no_chromium = node_tools.missing("chromium", "curl")
in_a_browser = pytest.mark.skipif(
    no_chromium is not None, reason=str(no_chromium)
)


def browse(site, directory, *attempts):
    """Tries operations in the page; gives what it showed for each."""
    (directory / "attempts.json").write_text(
        json.dumps(
            [{"operation": name, "fields": fields} for name, fields in attempts]
        )
    )
    node_tools.run(
        directory, node_tools.SCRIPTS / "docs.mjs", address(site), directory,
        CHROMIUM=shutil.which("chromium"),
    )
    report = json.loads((directory / "report.json").read_text())
    assert report["complaints"] == []
    paths = site.get("/openapi.json").json()["paths"]
    assert sorted(report["operations"]) == sorted(
        f"{method.upper()} {path}"
        for path, item in paths.items()
        for method in METHODS
        if method in item
    )
    for width in (1280, 390):
        assert (directory / f"docs-{width}.png").stat().st_size > 10000
    return report["attempts"]


def in_a_shell(curl):
    """What the curl line gives, run as somebody would who has copied it."""
    environment = clean_environment(no_proxy="127.0.0.1")
    done = subprocess.run(
        ["bash", "-c", curl], env=environment, capture_output=True, timeout=20
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@in_a_browser
def test_docs_get(product, directory):
    good, bad = browse(
        product, directory,
        ("GET /galaxy", {"coordinates": "M31"}),
        ("GET /galaxy", {"radius_deg": "500"}),
    )
    assert good["status"].startswith("200")
    assert good["marks"] == {}
    shown = json.loads(good["body"])
    assert shown["system"][0]["name"] == "NGC 224"
    assert f"'{address(product)}/galaxy?coordinates=M31" in good["curl"]
    assert in_a_shell(good["curl"]) == shown

    assert bad["status"].startswith("422")
    error, = json.loads(bad["body"])["errors"]
    assert bad["marks"] == {"radius_deg": error["msg"]}
    assert "180" in error["msg"]
    assert in_a_shell(bad["curl"])["errors"] == [error]


@pytest.fixture(scope="module")
def tried(testapp_site, stage):
    """All that is tried with the test application, in one page."""
    return browse(
        testapp_site, stage.fresh("tried"),
        ("POST /nested", {"Body": json.dumps(POINTS, ensure_ascii=False)}),
        ("POST /nested", {"Body": json.dumps(NO_POINTS)}),
        ("POST /both", {}),
        ("POST /both", {"Body": '{"count": 9}'}),
        ("POST /both", {"Body": '{"count": 2}'}),
        ("GET /picture", {"width_px": "1"}),
        ("GET /picture", {"format": "png"}),
    )


@in_a_browser
def test_docs_post(tried):
    good, bad = tried[:2]
    assert good["status"].startswith("200")
    shown = json.loads(good["body"])
    assert (shown["kind"], shown["labels"]) == ("dneg", ["l'été"])
    assert in_a_shell(good["curl"]) == shown

    assert bad["status"].startswith("422")
    error, = json.loads(bad["body"])["errors"]
    assert bad["marks"] == {"Body": f"points: {error['msg']}"}


@in_a_browser
def test_docs_of_both_places(tried):
    """The body begins empty, as the query has what is asked."""
    good, bad, also = tried[2:5]
    assert good["status"].startswith("200")
    assert json.loads(good["body"])["mass_kg"] == 5
    assert in_a_shell(good["curl"]) == json.loads(good["body"])
    assert bad["status"].startswith("422")
    assert bad["marks"] == {"Body": "count: Input should be less than 9"}
    assert json.loads(also["body"])["count"] == 2


@in_a_browser
def test_docs_show_a_picture(tried):
    known, shown = tried[5:]
    assert json.loads(known["body"]) == {"width_px": 1}
    assert shown["status"].startswith("200")
    assert shown["body"] == "1 x 1"
