"""A strict reader of pages of metrics: text format 0.0.4 and OpenMetrics 1.0.

It takes what our pages may be and refuses all else, also much that Prometheus
would take: a page that it has read has each series once, each family in one
piece with HELP and TYPE, and histograms that are ones.
"""

import math
import re
from dataclasses import dataclass, field

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"')
NUMBER = re.compile(
    r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?|[+-]Inf|NaN")
TIMESTAMP = re.compile(r"[1-9][0-9]*(?:\.[0-9]+)?")
META = re.compile(r"# (HELP|TYPE|UNIT) ([^ \n]+) (.*)")

EXEMPLAR_CHARACTERS = 128
UNITS = ("seconds", "bytes")

# What is added to a family's name for its samples, by format and type.
SUFFIXES = {
    False: {"counter": [""], "gauge": [""],
            "histogram": ["_bucket", "_sum", "_count"]},
    True: {"counter": ["_total"], "gauge": [""], "info": ["_info"],
           "histogram": ["_bucket", "_sum", "_count"]},
}


class BadPage(ValueError):
    """What is wrong, and the line where that was seen."""


@dataclass(frozen=True)
class Exemplar:
    labels: dict
    value: float
    timestamp: float | None


@dataclass(frozen=True)
class Sample:
    name: str
    labels: dict
    value: float
    exemplar: Exemplar | None = None

    @property
    def key(self):
        return self.name, tuple(sorted(self.labels.items()))


@dataclass
class Family:
    name: str
    type: str | None = None
    help: str | None = None
    unit: str | None = None
    samples: list = field(default_factory=list)


class Families(dict):
    """{name: Family}, in the page's order.  In text format a counter's family
    is called as its samples are, with _total."""

    def samples(self, name=None, **labels):
        """Those of this name that have these labels, and maybe others."""
        return [
            sample for family in self.values() for sample in family.samples
            if name in (None, sample.name)
            and labels.items() <= sample.labels.items()
        ]

    def value(self, name, **labels):
        """The value of the one that has these labels and no others."""
        found, = (sample for sample in self.samples(name, **labels)
                  if sample.labels == labels)
        return found.value

    def total(self, name, **labels):
        """All those that have these labels, added up; 0 if there is none."""
        return sum(sample.value for sample in self.samples(name, **labels))

    def series(self):
        """{(name, labels): value}, which is the same in both formats."""
        return {sample.key: sample.value for sample in self.samples()}

    def exemplars(self, name=None, **labels):
        return [sample.exemplar for sample in self.samples(name, **labels)
                if sample.exemplar is not None]


def parse(text, openmetrics):
    """The page's Families; BadPage if it is not exactly as it must be."""
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadPage(f"not UTF-8: {error}") from None
    reader = Reader(openmetrics)
    # Not splitlines(), which ends lines at other characters, too.
    *lines, rest = text.split("\n")
    if rest:
        raise BadPage(f"the last line does not end: {rest!r}")
    if openmetrics and (not lines or lines.pop() != "# EOF"):
        raise BadPage("no # EOF at the end")
    for number, line in enumerate(lines, 1):
        try:
            reader.line(line)
        except BadPage as error:
            raise BadPage(f"line {number}: {error}: {line!r}") from None
    reader.end_family()
    return reader.families


class Reader:
    def __init__(self, openmetrics):
        self.openmetrics = openmetrics
        self.families = Families()
        self.family = None
        self.names = {}  # of samples: whose they are
        self.keys = set()

    def line(self, line):
        if line.startswith("#"):
            self.metadata(line)
        else:
            self.sample(line)

    # ---- families

    def metadata(self, line):
        match = META.fullmatch(line)
        if match is None:
            raise BadPage("neither HELP, TYPE nor UNIT")
        what, name, rest = match.groups()
        if not NAME.fullmatch(name):
            raise BadPage("not a name")
        if self.family is None or self.family.name != name:
            self.end_family()
            if name in self.families:
                raise BadPage("a family in two pieces")
            self.family = self.families[name] = Family(name)
        if self.family.samples:
            raise BadPage(f"{what} after samples")
        what = what.lower()
        if getattr(self.family, what) is not None:
            raise BadPage(f"a second {what}")
        setattr(self.family, what, getattr(self, f"read_{what}")(rest))

    def read_help(self, rest):
        if not rest:
            raise BadPage("no help")
        allowed = r'[\\n"]' if self.openmetrics else r"[\\n]"
        inner = r'[^\\"]' if self.openmetrics else r"[^\\]"
        if not re.fullmatch(rf"(?:{inner}|\\{allowed})*", rest):
            raise BadPage("a bad escape")
        return unescaped(rest)

    def read_type(self, rest):
        if rest not in SUFFIXES[self.openmetrics]:
            raise BadPage("no type of this format, or of ours")
        if not self.openmetrics and (
                (rest == "counter") != self.family.name.endswith("_total")):
            raise BadPage("_total is for counters")
        if self.openmetrics and self.family.name.endswith(
                ("_total", "_info", "_bucket", "_count", "_sum", "_created")):
            raise BadPage("a family's name with the suffix of a sample")
        return rest

    def read_unit(self, rest):
        if not self.openmetrics:
            raise BadPage("UNIT is of OpenMetrics")
        if not self.family.name.endswith("_" + rest) or rest not in UNITS:
            raise BadPage("no unit of ours, or not at the name's end")
        return rest

    def end_family(self):
        family = self.family
        if family is None:
            return
        for what in ("help", "type"):
            if getattr(family, what) is None:
                raise BadPage(f"{family.name} has no {what}")
        if self.openmetrics and family.unit is None and \
                family.name.endswith(tuple("_" + unit for unit in UNITS)):
            raise BadPage(f"{family.name} has no unit")
        if not family.samples:
            raise BadPage(f"{family.name} has no samples")
        if family.type == "histogram":
            check_histogram(family)

    # ---- samples

    def sample(self, line):
        match = NAME.match(line)
        if match is None or self.family is None:
            raise BadPage("no name, or no family before it")
        name, at = match[0], match.end()
        labels = {}
        if line[at:at + 1] == "{":
            labels, at = read_labels(line, at)
        value, at = read_number(line, at)
        exemplar = None
        if line[at:].startswith(" # "):
            exemplar, at = self.read_exemplar(name, line, at + 3)
        if at != len(line):
            raise BadPage(f"more than a sample: {line[at:]!r}")
        self.add(Sample(name, labels, value, exemplar))

    def read_exemplar(self, name, line, at):
        if not self.openmetrics:
            raise BadPage("exemplars are of OpenMetrics")
        if self.family.type != "histogram" or not name.endswith("_bucket"):
            raise BadPage("an exemplar outside buckets")
        labels, at = read_labels(line, at)
        if sum(map(len, (*labels, *labels.values()))) > EXEMPLAR_CHARACTERS:
            raise BadPage("an exemplar of too many characters")
        value, at = read_number(line, at)
        timestamp = None
        if at < len(line):
            match = TIMESTAMP.fullmatch(line, at + 1)
            if line[at] != " " or match is None:
                raise BadPage("a bad timestamp")
            timestamp, at = float(match[0]), match.end()
        return Exemplar(labels, value, timestamp), at

    def add(self, sample):
        family = self.family
        if family.type is None or family.help is None:
            raise BadPage("a sample before its HELP or TYPE")
        if sample.name not in [
                family.name + suffix
                for suffix in SUFFIXES[self.openmetrics][family.type]]:
            raise BadPage(f"no sample of {family.name}, {family.type}")
        if self.names.setdefault(sample.name, family.name) != family.name:
            raise BadPage("two families have samples of this name")
        if sample.key in self.keys:
            raise BadPage("a series twice")
        self.keys.add(sample.key)
        if family.type != "gauge" and not 0 <= sample.value < math.inf:
            raise BadPage("not what is counted")
        if family.type == "info" and sample.value != 1:
            raise BadPage("an info that is not 1")
        if family.samples and order(sample) != order(family.samples[0]):
            raise BadPage("other labels than before, or in another order")
        if ("le" in sample.labels) != (
                family.type == "histogram"
                and sample.name.endswith("_bucket")):
            raise BadPage("le is for buckets")
        family.samples.append(sample)


# ---- pieces


def unescaped(text):
    return re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), text)


def read_labels(line, at):
    """{...} from there on, and where it ends."""
    labels = {}
    if line[at:at + 1] != "{":
        raise BadPage("no labels")
    at += 1
    while line[at:at + 1] != "}":
        if labels:
            if line[at:at + 1] != ",":
                raise BadPage("no comma between labels")
            at += 1
        match = LABEL.match(line, at)
        if match is None:
            raise BadPage("a bad label, or a bad escape")
        if match[1] in labels or match[1].startswith("__"):
            raise BadPage("a label twice, or reserved")
        labels[match[1]] = unescaped(match[2])
        at = match.end()
    return labels, at + 1


def read_number(line, at):
    """A space and a number from there on, and where it ends."""
    match = NUMBER.match(line, at + 1)
    if line[at:at + 1] != " " or match is None or \
            line[match.end():match.end() + 1] not in ("", " "):
        raise BadPage("a bad number")
    return float(match[0].replace("Inf", "inf")), match.end()


def order(sample):
    """The labels' names; le, which only buckets have, comes last."""
    names = list(sample.labels)
    return names[:-1] if names[-1:] == ["le"] else names


# ---- histograms


def check_histogram(family):
    """Each metric's samples stand together: buckets, and sum and count."""
    metrics, last = {}, None
    for sample in family.samples:
        key = tuple(item for item in sample.labels.items() if item[0] != "le")
        if key != last and key in metrics:
            raise BadPage(f"{family.name}: {dict(key)} in two pieces")
        last = key
        metrics.setdefault(key, []).append(sample)
    for key, samples in metrics.items():
        try:
            check_metric(family.name, samples)
        except BadPage as error:
            raise BadPage(f"{family.name}{dict(key)}: {error}") from None


def check_metric(name, samples):
    if len(samples) < 3:
        raise BadPage("not buckets, then sum and count")
    *buckets, before, after = samples
    if {before.name, after.name} != {name + "_sum", name + "_count"} or any(
            bucket.name != name + "_bucket" for bucket in buckets):
        raise BadPage("not buckets, then sum and count")
    if buckets[-1].labels["le"] != "+Inf":
        raise BadPage("no bucket +Inf at the end")
    bound, value = -math.inf, 0
    for bucket in buckets:
        le = bucket.labels["le"]
        if not NUMBER.fullmatch(le) or (
                le != "+Inf" and repr(float(le.replace("I", "i"))) != le):
            raise BadPage(f"a bound that is not canonical: {le}")
        if not float(le) > bound:
            raise BadPage("bounds that do not rise")
        if bucket.value < value or not bucket.value.is_integer():
            raise BadPage(f"a bucket that falls, or no count, at {le}")
        exemplar = bucket.exemplar
        if exemplar and not bound < exemplar.value <= float(le):
            raise BadPage(f"an exemplar that is not of its bucket, {le}")
        bound, value = float(le), bucket.value
    count, = (each for each in (before, after) if each.name.endswith("_count"))
    if count.value != value:
        raise BadPage("_count is not the bucket +Inf")
