"""Debian's Prometheus with the configuration that we ship, which scrapes a
site that runs; and the dashboard's queries, as Grafana would ask them.
"""

import json
import re
import shutil
from datetime import datetime
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from processes import Program, clean_environment, free_port, wait_until
from stage import SOURCE

CONF = SOURCE / "conf/prometheus"
DASHBOARD = SOURCE / "conf/grafana/lightcone.json"
SHIPPED = {"scrape": "15s", "hold": "1m"}
QUICKLY = {"scrape": "1s", "hold": "3s"}


def changed(text, **replacements):
    for old, new in replacements.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


class Prometheus:
    """Asks all that is asked of it over HTTP; its own pace and the alerts' are
    as they are shipped, or quicker.
    """

    def __init__(self, directory, site, pace):
        program = shutil.which("prometheus")
        if program is None:
            pytest.skip("prometheus is not installed")
        self.port = free_port()
        self.target = f"127.0.0.1:{site.port}"
        conf = directory / "prometheus"
        shutil.copytree(CONF, conf)
        main = changed((CONF / "prometheus.yml").read_text(), **{
            "scrape_interval: 15s": f"scrape_interval: {pace['scrape']}",
            "evaluation_interval: 15s":
                f"evaluation_interval: {pace['scrape']}",
            "metrics_path: /metrics": f"metrics_path: {site.mount}/metrics",
            '["127.0.0.1:8080"]': f'["{self.target}"]',
            '["127.0.0.1:9090"]': f'["127.0.0.1:{self.port}"]'})
        (conf / "prometheus.yml").write_text(main)
        (conf / "alerts.yml").write_text(changed(
            (CONF / "alerts.yml").read_text(),
            **{"for: 1m": f"for: {pace['hold']}"}))
        self.program = Program(
            [program, f"--config.file={conf / 'prometheus.yml'}",
             f"--storage.tsdb.path={directory / 'tsdb'}",
             f"--web.listen-address=127.0.0.1:{self.port}",
             "--enable-feature=exemplar-storage", "--log.level=warn"],
            clean_environment(), directory / "prometheus.log")

    def __enter__(self):
        wait_until(self.is_ready, "Prometheus", 30)
        return self

    def __exit__(self, *_):
        self.program.stop()

    def is_ready(self):
        assert self.program.running(), self.program.said()
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=5):
                return True
        except OSError:
            return False

    def api(self, path, **params):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urlencode(params)}"
        with urlopen(url, timeout=20) as answer:
            said = json.load(answer)
        assert said["status"] == "success", said
        assert not said.get("warnings"), said
        return said["data"]

    def query(self, expression, **params):
        """What it is now, or at a time: [(labels, value)]."""
        found = self.api("query", query=expression, **params)["result"]
        return [(each["metric"], float(each["value"][1])) for each in found]

    def samples(self, selector, at):
        """What it has of a range: [(labels, [(time, value)])]."""
        found = self.api("query", query=selector, time=at)["result"]
        return [(each["metric"], each["values"]) for each in found]

    def value(self, expression, default=None):
        found = self.query(expression)
        if not found and default is not None:
            return default
        (_, value), = found
        return value

    def by(self, label, expression):
        return {labels.get(label): value
                for labels, value in self.query(expression)}

    def scraped(self, job="lightcone"):
        """When it has scraped last, in seconds since 1970; 0: it has not."""
        for each in self.api("targets", state="active")["activeTargets"]:
            if each["labels"]["job"] == job and each["health"] == "up":
                return datetime.fromisoformat(each["lastScrape"]).timestamp()
        return 0

    def wait_scrape(self, after):
        """One that has begun after a time."""
        wait_until(lambda: self.scraped() > after, "a scrape", 30)

    def alerts(self):
        """{name: state} of those that are there."""
        return {each["labels"]["alertname"]: each["state"]
                for each in self.api("alerts")["alerts"]}


class Panel:
    def __init__(self, node):
        self.title = node["title"]
        self.queries = [target["expr"] for target in node["targets"]]

    def asked(self, window, query=0):
        """A query with Grafana's variables in it."""
        return filled(self.queries[query], window)


def filled(expression, window):
    expression = expression.replace("$__rate_interval", window)
    expression = re.sub(r"\$(instance|route)", ".*", expression)
    assert "$" not in expression
    return expression


def panels():
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return {each["title"]: Panel(each) for each in dashboard["panels"]
            if each["type"] != "row"}


def panel(title):
    return panels()[title]


def annotations():
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return [each["expr"] for each in dashboard["annotations"]["list"]]


def variables():
    """What Grafana offers to choose from: [(series, label)]."""
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return [re.fullmatch(r"label_values\((.*), (\w+)\)",
                         each["query"]["query"]).groups()
            for each in dashboard["templating"]["list"]
            if each["type"] == "query"]
