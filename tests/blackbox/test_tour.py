"""The three-minute tour of the README, done as it is printed."""

import re
import shutil
import subprocess

import pytest

from http_client import Site
from hub import handshake
from processes import Program, clean_environment, free_port, wait_until
from stage import SOURCE

pytestmark = pytest.mark.long

HEADING = "## An endpoint of your own, in three minutes"
BUILD_PATIENCE_S = 300


def section():
    text = (SOURCE / "README.md").read_text(encoding="utf-8")
    return text.split(HEADING, 1)[1].split("\n## ", 1)[0]


def blocks(kind):
    found = re.findall(r"^```(\w*)\n(.*?)^```$", section(), re.M | re.S)
    return [text for its, text in found if its == kind]


@pytest.fixture(scope="module")
def tree(stage):
    """A copy of the sources, with what is built, and the tour's changes."""
    copy = stage.root / "tour"
    ignored = shutil.ignore_patterns(
        ".git", "build-[!a]*", "build-asan", "var", "__pycache__", ".pytest_cache"
    )
    shutil.copytree(SOURCE, copy, symlinks=True, ignore=ignored)
    program, line = blocks("c")
    (copy / "handlers/voyage.c").write_text(program)
    table = copy / "handlers/table.h"
    text = table.read_text()
    begun = re.split(r"(#define ENDPOINT_TABLE\(X\) +\\\n)", text)
    before, first, rest = begun
    table.write_text(before + first + line + rest)
    return copy


@pytest.fixture(scope="module")
def served(tree):
    command = blocks("")[0].split()
    assert command == ["./autogen.sh", "run"]
    port = free_port()
    server = Program(
        ["env", "-C", tree, *command],
        clean_environment(LIGHTCONE_PORT=port, LIGHTCONE_CHECK_REPLIES="on"),
        tree / "run.log",
    )
    site = Site(port)

    def answers():
        assert server.running(), server.said()
        try:
            return site.get("/health").status == 200
        except OSError:
            return False

    try:
        wait_until(answers, "the service of the tour", BUILD_PATIENCE_S)
        yield site
    finally:
        server.stop()


@pytest.fixture(scope="module")
def said(tree, served):
    """What the tour's commands print."""
    script, = blocks("sh")
    result = subprocess.run(
        ["bash", "-euc", script.replace("8080", str(served.port))],
        cwd=tree, env=clean_environment(), capture_output=True, text=True,
        timeout=60, check=True,
    )
    return result.stdout


def test_the_commands_say_what_is_promised(said):
    statuses = re.findall(r"^HTTP/1\.1 (\d+)", said, re.M)
    assert statuses == ["401", "200", "422"]
    promised, = blocks("json")
    assert promised in said
    assert '"loc":["query","speed_c"]' in said
    assert "Cache-Control: private, max-age=60" in said
    assert re.search(r'^RateLimit: "ten";r=8', said, re.M)


def test_the_eleventh_is_too_many(said, served):
    assert said
    statuses = [served.get("/voyage").status for _ in range(8)]
    assert statuses == [401] * 7 + [429]


@pytest.mark.parametrize("companion", ["worker", "stream"])
def test_companions_are_there(said, served, companion):
    assert said
    wait_until(
        lambda: served.get("/health").json()["companions"][companion][
            "state"] == "ok",
        f"the {companion} that autogen.sh run starts",
    )


def test_the_stream_is_there_by_websocket(said, served):
    assert said
    assert served.exchange_bytes(handshake(), "GET").status == 101


def test_it_is_documented(said, tree, served):
    assert said
    document = served.get("/openapi.json").json()
    operation = document["paths"]["/voyage"]["get"]
    assert [p["name"] for p in operation["parameters"]] == [
        "distance_ly", "speed_c"
    ]
    assert "429" in operation["responses"]
    assert operation["security"]
    routes = subprocess.run(
        ["./lightcone", "routes"], cwd=tree, capture_output=True, text=True,
        env=clean_environment(), timeout=20, check=True,
    )
    assert re.search(
        r"GET +/voyage +quick .* ten:10/60s +key_read ", routes.stdout
    )
