"""The page for people, /health, and what the operator's command says."""

import html
import json
import re
import shlex
import subprocess
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest

import fronts
from processes import clean_environment
from stage import SOURCE

everywhere = fronts.over(fronts.ALL_PLACES)


class Links(HTMLParser):
    """Every href and src of a page, and its title."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.title = ""
        self.in_title = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.in_title = tag == "title"
        self.found += [its for name, its in attrs if name in ("href", "src")]

    def handle_endtag(self, tag):
        self.in_title = False

    def handle_data(self, data):
        if self.in_title:
            self.title += data


@everywhere
def test_the_mount_without_its_slash_is_home_too(site):
    reply = site.exchange("GET", site.mount or "/")
    if reply.status == 301:  # Apache adds a folder's slash
        assert reply.headers["Location"].endswith(site.mount + "/")
    else:
        assert reply.body == site.get("/").body


@pytest.mark.plain  # its subject is the page
@everywhere
def test_home_has_links_that_work(site):
    reply = site.get("/")
    assert reply.status == 200, reply
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    links = Links(reply.text)
    assert links.title == "Lightcone"
    base = f"http://127.0.0.1:{site.port}{site.mount}/"
    ours = []
    for link in links.found:
        address = urlsplit(urljoin(base, link))
        if address.netloc == f"127.0.0.1:{site.port}":
            ours.append(address)
    assert any(address.path.endswith("/galaxy") for address in ours)
    for address in ours:
        query = "?" + address.query if address.query else ""
        target = site.exchange("GET", address.path + query)
        assert target.status == 200, (address, target)


@pytest.mark.plain  # its subject is the page
@everywhere
def test_home_shows_how_to_ask_for_a_wormhole(site):
    page = site.get("/").text
    command, = re.findall(
        r'<pre id="wormhole"><code>(.*?)</code></pre>', page, re.S)
    *_, header, _, body, url = shlex.split(html.unescape(command))
    target = url.split(f":{site.port}", 1)[1]
    reply = site.exchange(
        "POST", target, [header.split(": ")], body.encode())
    assert reply.status == 200 and reply.media_type == "image/png", reply


@pytest.mark.plain  # its subject is the page
@everywhere
def test_home_shows_how_to_follow_the_stream_and_to_publish(site):
    page = site.get("/").text
    block, = re.findall(
        r'<pre id="stream"><code>(.*?)</code></pre>', page, re.S)
    follow, publish = (
        shlex.split(line) for line in html.unescape(block).splitlines())
    *_, header, url = follow
    assert header == "Accept: text/event-stream"
    target = url.split(f":{site.port}", 1)[1]
    *_, header, _, body, url = publish
    assert url.endswith(target)
    reply = site.exchange(
        "POST", target, [header.split(": ")], body.encode())
    assert reply.status == 201, reply
    latest = {"after": reply.json()["seq"] - 1, "limit": 1}
    event, = site.get("/cosmic_stream", latest).json()["events"]
    assert event["data"] == {"hello": "there"}


@everywhere
def test_health(site):
    reply = site.get("/health")
    assert reply.status == 200, reply
    answer = reply.json()
    assert answer["live"] is True
    assert answer["ready"] is True
    assert answer["catalogue"]["state"] == "ok"
    assert answer["catalogue"]["objects"] == 13375


@everywhere
def test_nothing_of_the_machine_is_told(site, front, stage):
    for path in ("/health", "/", "/galaxy", "/nothing"):
        text = site.get(path).text
        assert str(stage.root) not in text


# ---- programs

def run(stage, program, *words, **environment):
    return subprocess.run(
        [stage.bin / program, *words],
        env=clean_environment(LIGHTCONE_STATE=stage.imported, **environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_version(stage):
    result = run(stage, "lightcone", "--version")
    assert result.returncode == 0, result
    assert re.search(r"\d+\.\d+", result.stdout)


def options_of(text):
    """The names at the beginnings of lines that look like options."""
    return set(re.findall(r"^#? ?([a-z][a-z_0-9]*)\s*=", text, re.MULTILINE))


def test_options_are_all_in_the_options_file(stage):
    result = run(stage, "lightcone", "options")
    assert result.returncode == 0, result
    known = options_of(result.stdout)
    assert "state" in known and "heavy_slots" in known
    shipped = (SOURCE / "conf/lightcone.conf").read_text(encoding="utf-8")
    assert options_of(shipped) == known


def test_the_options_file_can_be_used_as_it_is(stage, directory):
    file = directory / "lightcone.conf"
    shipped = (SOURCE / "conf/lightcone.conf").read_text(encoding="utf-8")
    file.write_text(re.sub(r"^#(\w+ =)", r"\1", shipped, flags=re.MULTILINE))
    result = run(stage, "lightcone", "options", LIGHTCONE_CONF=file)
    assert result.returncode == 0, result


def test_the_streams_document_names_all_there_is(stage):
    text = (SOURCE / "conf/STREAM.md").read_text(encoding="utf-8")
    document = json.loads(run(stage, "lightcone", "openapi").stdout)
    asked = document["paths"]["/cosmic_stream"]["get"]["parameters"]
    named = {each["name"] for each in asked if each["in"] == "query"}
    assert "after" in named
    named |= {name for name in options_of(run(stage, "lightcone", "options")
                                          .stdout)
              if name.startswith("stream_")}
    types = [each for each in asked if each["name"] == "types"]
    named |= set(types[0]["schema"]["items"]["enum"])
    assert {name for name in named if f"`{name}`" not in text} == {"format"}


WRONG_OPTIONS = [
    ("LIGHTCONE_THREADS", "none", "threads = none"),
    ("LIGHTCONE_THREADS", "0", "threads = 0"),
    ("LIGHTCONE_THREADS", "65", "threads = 65"),
    ("LIGHTCONE_LOG_LEVEL", "loud", "log_level = loud"),
    ("LIGHTCONE_QUERY_MAX_BYTES", "8k", "query_max_bytes = 8k"),
]


@pytest.mark.parametrize("name, value, line", WRONG_OPTIONS)
@pytest.mark.parametrize("program", ["lightcone.fcgi", "lightcone"])
def test_a_wrong_option_stops_the_start(
    stage, directory, program, name, value, line
):
    words = ["options"]
    if program == "lightcone.fcgi":
        words = ["--socket", directory / "fcgi.sock"]
    from_variable = run(stage, program, *words, **{name: value})
    assert from_variable.returncode != 0
    assert name in from_variable.stderr
    file = directory / "wrong.conf"
    file.write_text(f"# a comment\n{line}\n")
    from_file = run(stage, program, *words, LIGHTCONE_CONF=file)
    assert from_file.returncode != 0
    assert "wrong.conf" in from_file.stderr and "2" in from_file.stderr


def test_a_misspelt_option_is_recognised(stage, directory):
    file = directory / "wrong.conf"
    file.write_text("thread = 3\n")
    result = run(stage, "lightcone", "options", LIGHTCONE_CONF=file)
    assert result.returncode != 0
    assert '"threads"' in result.stderr
