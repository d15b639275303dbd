"""Pages of metrics with something of every family (tests/pages.c), read by our
strict reader, by promtool, and by Prometheus, which must have the same series
of either format."""

import json
import math
import re
import shutil
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

import stage as stages
from openmetrics import parse
from processes import Program, clean_environment, free_port, wait_until

pytestmark = pytest.mark.plain

MEDIA = {
    "text": "text/plain; version=0.0.4; charset=utf-8",
    "openmetrics": "application/openmetrics-text; version=1.0.0; charset=utf-8",
}
FAMILIES = re.findall(
    r'^\tX\(METRIC_\w+, "(\w+)"',
    (stages.SOURCE / "app/services/metrics_table.h").read_text(), re.M)

CONFIGURATION = """
global: {scrape_interval: 500ms, scrape_timeout: 500ms}
scrape_configs:
"""
JOB = """
  - job_name: "{name}"
    metrics_path: "/{name}"
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Both formats' pages and families, as they were read."""
    program = stages.BUILD / "tests/pages"
    if not program.exists():
        pytest.skip("tests/pages is not built")
    directory = tmp_path_factory.mktemp("pages")
    state = directory / "state"
    state.mkdir()
    files = {format: directory / format for format in MEDIA}
    subprocess.run([program, state, *files.values()], check=True,
                   env=clean_environment())
    texts = {format: file.read_bytes() for format, file in files.items()}
    return SimpleNamespace(
        directory=directory, texts=texts,
        families={format: parse(text, format == "openmetrics")
                  for format, text in texts.items()})


def test_every_family_is_there(pages):
    assert len(FAMILIES) > 30
    assert list(pages.families["openmetrics"]) == FAMILIES


def test_same_in_both_formats(pages):
    text, openmetrics = (families.series()
                         for families in pages.families.values())
    assert len(text) > 500
    assert str(text) == str(openmetrics)  # NaN is not equal to itself


def test_exemplars(pages):
    found = pages.families["openmetrics"].exemplars()
    assert len(found) > 100
    for exemplar in found:
        assert list(exemplar.labels) == ["trace_id", "span_id"]
        assert re.fullmatch("[0-9a-f]{32}", exemplar.labels["trace_id"])
        assert re.fullmatch("[0-9a-f]{16}", exemplar.labels["span_id"])
        assert abs(exemplar.timestamp - time.time()) < 600


@pytest.mark.skipif(shutil.which("promtool") is None,
                    reason="promtool is not installed")
def test_promtool_says_nothing(pages):
    done = subprocess.run(["promtool", "check", "metrics"],
                          input=pages.texts["text"], capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


# ---- Prometheus


@pytest.fixture(scope="module")
def exposed(pages):
    """The port where the pages can be had, each under its format's name."""
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            format = self.path[1:]
            self.send_response(200)
            self.send_header("Content-Type", MEDIA[format])
            self.end_headers()
            self.wfile.write(pages.texts[format])

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,),
                                  daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def prometheus(pages, exposed):
    """Asks a Prometheus that has scraped both."""
    if shutil.which("prometheus") is None:
        pytest.skip("prometheus is not installed")
    port = free_port()
    file = pages.directory / "prometheus.yml"
    file.write_text(CONFIGURATION + "".join(
        JOB.format(name=name, port=exposed) for name in MEDIA))
    program = Program(
        ["prometheus", f"--config.file={file}",
         f"--storage.tsdb.path={pages.directory / 'tsdb'}",
         f"--web.listen-address=127.0.0.1:{port}",
         "--enable-feature=exemplar-storage", "--log.level=debug"],
        clean_environment(), pages.directory / "prometheus.log")

    def ask(path, **query):
        url = f"http://127.0.0.1:{port}/api/v1/{path}"
        try:
            with urllib.request.urlopen(
                    f"{url}?{urllib.parse.urlencode(query)}", timeout=5) as got:
                return json.load(got)["data"]
        except OSError:
            return None

    def scraped():
        assert program.running(), program.said()
        found = ask("query", query="up == 1")
        return found and len(found["result"]) == len(MEDIA)

    try:
        wait_until(scraped, "both pages to be scraped", 30)
        yield SimpleNamespace(ask=ask, said=program.said)
    finally:
        program.stop()


def ours(labels):
    """A series as our reader has it; Prometheus adds two labels, and has no
    empty ones."""
    labels = {name: value for name, value in labels.items()
              if name not in ("job", "instance") and value}
    return labels.pop("__name__"), tuple(sorted(labels.items()))


def added_by_prometheus(name):
    return name == "up" or name.startswith("scrape_")


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


@pytest.mark.parametrize("format", MEDIA)
def test_prometheus_has_the_series(pages, prometheus, format):
    found = prometheus.ask("query", query=f'{{job="{format}"}}')["result"]
    found = {ours(each["metric"]): float(each["value"][1]) for each in found
             if not added_by_prometheus(each["metric"]["__name__"])}
    wanted = {
        (name, tuple(item for item in labels if item[1])): value
        for (name, labels), value in pages.families[format].series().items()
    }
    assert found.keys() == wanted.keys()
    assert not [key for key in found if not same(found[key], wanted[key])]


def test_prometheus_has_the_exemplars(pages, prometheus):
    families = pages.families["openmetrics"]
    for family in families.values():
        if family.type != "histogram":
            continue
        name = f"{family.name}_bucket"
        found = prometheus.ask(
            "query_exemplars", query=f'{name}{{job="openmetrics"}}',
            start=time.time() - 3600, end=time.time() + 3600)
        found = {
            (ours(series["seriesLabels"]), each["labels"]["trace_id"],
             float(each["value"]), float(each["timestamp"]))
            for series in found for each in series["exemplars"]
        }
        wanted = {
            ((name, tuple(item for item in sample.key[1] if item[1])),
             sample.exemplar.labels["trace_id"], sample.exemplar.value,
             sample.exemplar.timestamp)
            for sample in families.samples(name) if sample.exemplar
        }
        assert found == wanted
        assert found


def test_prometheus_has_nothing_to_complain_of(prometheus):
    said = [line for line in prometheus.said().splitlines()
            if 'component="scrape manager"' in line and "target=" in line]
    assert not said
