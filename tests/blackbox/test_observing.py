"""What is shipped for operators: Prometheus' rules and alerts, Grafana's
dashboard and conf/OBSERVING.md speak of what there is, and of all of it.
"""

import json
import re
import shutil
import subprocess
from itertools import combinations

import pytest

from metric_families import families
from stage import SOURCE

PROMETHEUS = SOURCE / "conf/prometheus"
RULES = (PROMETHEUS / "rules.yml").read_text(encoding="utf-8")
ALERTS = (PROMETHEUS / "alerts.yml").read_text(encoding="utf-8")
DASHBOARD = json.loads(
    (SOURCE / "conf/grafana/lightcone.json").read_text(encoding="utf-8"))
DOCUMENT = (SOURCE / "conf/OBSERVING.md").read_text(encoding="utf-8")

FAMILIES = families()
BY_SAMPLE = {name: each for each in FAMILIES for name in each.samples}
RECORDED = re.findall(r"record: (\S+)", RULES)
# Prometheus' own.
THEIRS = {"up", "ALERTS"}
TARGET_LABELS = {"job", "instance", "le"}

PANELS = [each for each in DASHBOARD["panels"] if each["type"] != "row"]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]]
QUERIES += [each["expr"] for each in DASHBOARD["annotations"]["list"]]
QUERIES += [each["query"]["query"]
            for each in DASHBOARD["templating"]["list"]
            if each["type"] == "query"]

# Metrics, functions, keywords and labels are words; texts are left out.
WORD = re.compile(r"(?<![\w:$.])([a-zA-Z_][\w:]*)(?![\w:(])")
SELECTOR = re.compile(r"([a-zA-Z_][\w:]*)\{([^{}]*)\}")
MATCHER = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*[\"']([^\"']*)[\"']")
OURS = re.compile(r"(?:http_server|lightcone|process)_\w+|\w+:\w+:\w+")


def expressions():
    """Of the rules and alerts, whole ones that go on in further lines."""
    for text in (RULES, ALERTS):
        for found in re.finditer(
                r"^( *)expr: (>\n((?:\1 .*\n)+)|.*\n)", text, re.MULTILINE):
            yield found[3] or found[2]
    yield from re.findall(r"printf `([^`]*)`", ALERTS)


ALL = list(expressions()) + QUERIES


def promtool(*words, directory=PROMETHEUS):
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool (package prometheus) is not installed")
    return subprocess.run(
        [program, *words], cwd=directory, capture_output=True, text=True,
        timeout=60, check=False)


def test_promtool_has_nothing_to_say():
    done = promtool("check", "rules", "--lint=all", "--lint-fatal",
                    "rules.yml", "alerts.yml")
    assert done.returncode == 0, done
    assert done.stderr == ""
    assert done.stdout.count("SUCCESS") == 2
    done = promtool("check", "config", "--lint=all", "--lint-fatal",
                    "prometheus.yml")
    assert done.returncode == 0, done
    assert "WARNING" not in done.stdout + done.stderr


def test_alerts_fire_when_they_should():
    done = promtool("test", "rules", "alerts.test.yml",
                    directory=SOURCE / "tests/data/prometheus")
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_is_tested():
    tested = (SOURCE / "tests/data/prometheus/alerts.test.yml").read_text()
    for name in re.findall(r"alert: (\S+)", ALERTS):
        assert name in tested, name


# ---- names


def test_every_metric_that_is_asked_for_exists():
    known = set(BY_SAMPLE) | set(RECORDED) | THEIRS
    asked = set()
    for expression in ALL:
        bare = re.sub(r"\{[^{}]*\}", "", expression)
        asked |= {word for word in WORD.findall(bare) if OURS.fullmatch(word)}
    assert asked >= {"lightcone_companion_up",
                     "http_server_request_duration_seconds_bucket",
                     "instance:lightcone_errors:ratio5m"}
    assert asked <= known, asked - known


def test_every_label_that_is_asked_for_exists():
    seen = 0
    for expression in ALL:
        for name, matchers in SELECTOR.findall(expression):
            if name not in BY_SAMPLE:
                continue
            labels = {label for label, _ in MATCHER.findall(matchers)}
            has = set(BY_SAMPLE[name].labels) | TARGET_LABELS
            assert labels <= has, (name, labels - has)
            seen += 1
    assert seen > 60


def test_every_label_that_is_grouped_by_exists():
    known = TARGET_LABELS | {"alertname", "version"}
    known |= {label for each in FAMILIES for label in each.labels}
    for expression in ALL:
        for group in re.findall(r"\b(?:by|on) ?\(([^()]*)\)", expression):
            assert set(group.split(", ")) <= known, group
    for panel in PANELS:
        for target in panel["targets"]:
            shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            for label in shown:
                grouped = re.findall(r"\bby \(([^()]*)\)", target["expr"])
                assert label in known
                assert not grouped or label in grouped[0].split(", "), target


def words_of(file, pattern):
    return set(re.findall(pattern, (SOURCE / file).read_text()))


VALUES = {
    "reason": words_of("app/base/rc.h", r'X\(LC_\w+, \d+, "([\w-]+)"'),
    "result": words_of("app/services/cache_book.h", r'X\(CACHE_\w+, "(\w+)"'),
    "companion": words_of("app/probes.c", r'\{"(\w+)", '),
    "level": words_of("app/base/log.h", r'X\(LOG_COUNT_\w+, "(\w+)"'),
    "stage": words_of("app/engine/call.h", r'X\(CALL_\w+, "(\w+)"'),
    "role": words_of("app/services/metrics.h", r'X\(METRICS_\w+, "(\w+)"'),
    "fate": words_of("app/services/trace_ring.h", r'X\(TRACE_\w+, "(\w+)"'),
}


def test_every_value_that_is_asked_for_can_be():
    asked = {}
    for expression in ALL:
        for label, value in MATCHER.findall(expression):
            if label in VALUES and not value.startswith("$"):
                asked.setdefault(label, set()).update(value.split("|"))
    assert asked.keys() >= VALUES.keys()
    for label, values in asked.items():
        assert values <= VALUES[label], (label, values - VALUES[label])


def test_every_family_is_asked_for():
    """There is a panel or an alert for each."""
    everything = "\n".join(ALL)
    missing = [each.name for each in FAMILIES
               if not any(name in everything for name in each.samples)]
    assert missing == []


# ---- the dashboard


def test_panels_have_a_place_of_their_own():
    ids = [each["id"] for each in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    places = [each["gridPos"] for each in DASHBOARD["panels"]]
    for place in places:
        assert place["x"] + place["w"] <= 24
    for a, b in combinations(places, 2):
        apart = (a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
                 or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"])
        assert apart, (a, b)


def test_panels_ask_the_prometheus_that_is_chosen():
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    titles = [panel["title"] for panel in PANELS]
    assert len(titles) == len(set(titles))
    for panel in PANELS:
        assert panel["datasource"] == chosen
        names = [target["refId"] for target in panel["targets"]]
        assert names == sorted(set(names))
        for target in panel["targets"]:
            assert target["datasource"] == chosen
            assert "instance=~\"$instance\"" in target["expr"]


def test_latency_has_exemplars():
    with_them = [panel["type"] for panel in PANELS
                 if any(target.get("exemplar") for target in panel["targets"])]
    assert sorted(with_them) == ["heatmap", "timeseries"]


# ---- the document


def test_all_metrics_are_described():
    lines = [each.line for each in FAMILIES]
    section = DOCUMENT[DOCUMENT.index("## All metrics"):]
    there = [line for line in section.splitlines() if line.startswith("| `")]
    # To put it right: python3 tests/blackbox/metric_families.py
    assert there == lines


def test_all_alerts_are_described():
    section = DOCUMENT[DOCUMENT.index("### Alerts"):]
    section = section[:section.index("\n## ")]
    described = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", section, re.M))
    names = re.findall(
        r"alert: (\w+)\n(?:.*\n)*?\s+labels: \{severity: (\w+)\}", ALERTS)
    assert described == dict(names)
    assert len(names) == ALERTS.count("- alert:")


def test_panels_that_are_named_are_there():
    titles = {each["title"] for each in PANELS}
    named = set(re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", DOCUMENT))
    named -= {each for each in named if each.startswith("Dashboards, ")}
    assert len(named) > 8
    assert named <= titles, named - titles


def test_fields_of_lines_are_described():
    source = (SOURCE / "app/engine/observe_line.c").read_text()
    fields = set(re.findall(r'log_line_\w+\(\s*&?line,\s*"(\w+)"', source))
    fields |= {stage + "_ms" for stage in VALUES["stage"]}
    fields |= {"time", "level"}
    section = DOCUMENT[DOCUMENT.index("## The log"):]
    section = section[:section.index("Stages that did not happen")]
    described = set()
    for line in section.splitlines():
        if line.startswith("| `"):
            described |= set(re.findall(r"`(\w+)`", line.split("|")[1]))
    assert described == fields


def test_options_that_are_named_are_there():
    known = set(re.findall(r"^#?(\w+) =", (SOURCE / "conf/lightcone.conf")
                           .read_text(), re.M))
    table = (SOURCE / "app/base/options_table.c").read_text()
    known |= set(re.findall(r"_OPTION\((\w+)\)", table))
    named = set(re.findall(r"options? `(\w+)`", DOCUMENT))
    assert len(named) > 4
    assert named <= known, named - known
