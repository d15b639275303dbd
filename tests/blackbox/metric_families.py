"""The families of metrics, as the table in the sources has them; run as a
program, it prints them as conf/OBSERVING.md has them.
"""

import re
from dataclasses import dataclass

from stage import SOURCE

TABLE = SOURCE / "app/services/metrics_table.h"
ENTRY = re.compile(
    r'X\(METRIC_\w+,\s*"(?P<name>\w+)",\s*METRICS_(?P<type>\w+),\s*'
    r'METRICS_(?P<unit>\w+),\s*"(?P<labels>[\w,]*)",\s*'
    r'(?P<help>"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*)\)')
SUFFIXES = {"COUNTER": ["_total"], "GAUGE": [""], "INFO": ["_info"],
            "HISTOGRAM": ["_bucket", "_sum", "_count"]}


@dataclass(frozen=True)
class Family:
    name: str
    type: str
    labels: tuple
    help: str

    @property
    def samples(self):
        """What its series are called."""
        return [self.name + suffix for suffix in SUFFIXES[self.type]]

    @property
    def line(self):
        """Of a table in Markdown."""
        shown = self.name if self.type == "HISTOGRAM" else self.samples[0]
        labels = ", ".join(f"`{label}`" for label in self.labels)
        return (f"| `{shown}` | {self.type.lower()} | {labels} | {self.help} |")


def families():
    text = TABLE.read_text(encoding="utf-8").replace("\\\n", " ")
    text = text[text.index("#define METRICS_TABLE(X)"):]
    text = text[:text.index("enum metric ")]
    found = [
        Family(entry["name"], entry["type"],
               tuple(filter(None, entry["labels"].split(","))),
               "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', entry["help"])))
        for entry in ENTRY.finditer(text)
    ]
    assert len(found) == text.count("X(METRIC_"), "the table is read wrongly"
    return found


if __name__ == "__main__":
    for family in families():
        print(family.line)
