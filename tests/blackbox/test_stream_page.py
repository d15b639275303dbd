"""The page of the cosmic stream, in a browser."""

import json
import shutil

import pytest

import fronts
import node_tools
from hub import Hub

NEEDED = fronts.missing("lighttpd") or node_tools.missing("chromium")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(NEEDED is not None, reason=str(NEEDED)),
]


def test_the_page(stage, directory):
    with fronts.starting("lighttpd", stage, "/sub/dir") as front:
        site = front.site
        with Hub(stage, front.directory, front.state):
            node_tools.run(
                directory, node_tools.SCRIPTS / "stream_page.mjs",
                f"http://127.0.0.1:{site.port}{site.mount}", directory,
                CHROMIUM=shutil.which("chromium"),
            )
        home = site.get("/").text
    assert f'href="{site.mount}/stream"' in home
    seen = json.loads((directory / "report.json").read_text())
    assert seen["complaints"] == []
    assert seen["state"] == "Connected, by WebSocket"
    # What strangers say is text, and what is somewhere lights up.
    assert (seen["images"], seen["places"]) == (0, 1)
    assert (seen["left"], "JSON" in seen["wrong"]) == ("", True)
    # The latest hundred, none of which was missed or came twice.
    last = seen["first"] + 122
    assert seen["numbers"] == [
        f"no. {seq}" for seq in range(last, last - 100, -1)]
    assert seen["paused"] == 0
    assert "no such name" in seen["refused"]
    assert [json.loads(row)["text"] for row in seen["around"]] == ["near"]
    for width in (1280, 390):
        assert (directory / f"stream-{width}.png").stat().st_size > 10000
