"""The reader of pages of metrics itself: it takes good pages as they are, and
refuses each that is wrong in one place."""

import re

import pytest

from openmetrics import BadPage, Exemplar, parse

pytestmark = pytest.mark.plain

TEXT = r'''# HELP a_seconds How long "it" took, in a\\b.
# TYPE a_seconds histogram
a_seconds_bucket{x="1",y="q\"\\\n",le="0.1"} 2
a_seconds_bucket{x="1",y="q\"\\\n",le="1.0"} 2
a_seconds_bucket{x="1",y="q\"\\\n",le="+Inf"} 3
a_seconds_sum{x="1",y="q\"\\\n"} 7.25
a_seconds_count{x="1",y="q\"\\\n"} 3
a_seconds_bucket{x="2",y="",le="0.1"} 0
a_seconds_bucket{x="2",y="",le="1.0"} 1
a_seconds_bucket{x="2",y="",le="+Inf"} 1
a_seconds_sum{x="2",y=""} 1e-7
a_seconds_count{x="2",y=""} 1
# HELP b_bytes_total Bytes.
# TYPE b_bytes_total counter
b_bytes_total 12345678901
# HELP c Level.
# TYPE c gauge
c{x="é★"} -2
c{x="b"} NaN
c{x="c"} -Inf
# HELP d_info Version.
# TYPE d_info gauge
d_info{version="1.2"} 1
'''

OPEN = r'''# TYPE a_seconds histogram
# UNIT a_seconds seconds
# HELP a_seconds How long \"it\" took, in a\\b.
a_seconds_bucket{x="1",y="q\"\\\n",le="0.1"} 2 # {t="abc",s="d"} 0.1 1767225600.125
a_seconds_bucket{x="1",y="q\"\\\n",le="1.0"} 2
a_seconds_bucket{x="1",y="q\"\\\n",le="+Inf"} 3 # {} 7
a_seconds_sum{x="1",y="q\"\\\n"} 7.25
a_seconds_count{x="1",y="q\"\\\n"} 3
a_seconds_bucket{x="2",y="",le="0.1"} 0
a_seconds_bucket{x="2",y="",le="1.0"} 1
a_seconds_bucket{x="2",y="",le="+Inf"} 1
a_seconds_sum{x="2",y=""} 1e-7
a_seconds_count{x="2",y=""} 1
# TYPE b_bytes counter
# UNIT b_bytes bytes
# HELP b_bytes Bytes.
b_bytes_total 12345678901
# TYPE c gauge
# HELP c Level.
c{x="é★"} -2
c{x="b"} NaN
c{x="c"} -Inf
# TYPE d info
# HELP d Version.
d_info{version="1.2"} 1
# EOF
'''

PAGES = {"text": (TEXT, False), "openmetrics": (OPEN, True)}
BOTH = ("text", "openmetrics")

BUCKETS = [rf'a_seconds_bucket{{x="1",y="q\"\\\n",le="{le}"}}'
           for le in ("0.1", "1.0", "+Inf")]
SUM = r'a_seconds_sum{x="1",y="q\"\\\n"}'
COUNT = r'a_seconds_count{x="1",y="q\"\\\n"}'

# What the reader says, what is wrong, in which formats, what is replaced, and
# by what.
WRONG = [
    ("a series twice", "as it is", BOTH, 'c{x="b"} NaN', 'c{x="b"} NaN\nc{x="b"} NaN'),
    ("a series twice", "with another value", BOTH, 'x="c"} -Inf', 'x="b"} 1'),
    ("in two pieces", "a family", ("text",), "# HELP d_info",
     "# HELP b_bytes_total Bytes.\n# HELP d_info"),
    ("in two pieces", "a family", ("openmetrics",), "# TYPE d ",
     "# TYPE b_bytes counter\n# TYPE d "),
    ("before its HELP", "in the family before", ("text",), "# TYPE c",
     "c 2\n# TYPE c"),
    ("no sample of b_bytes", "of the family after", ("openmetrics",),
     "# TYPE c", "c 2\n# TYPE c"),
    ("no sample of c", "of the family before", BOTH, 'c{x="c"} -Inf',
     "b_bytes_total 2"),
    ("before its HELP", "no help", BOTH, "# HELP c Level.\n", ""),
    ("no help", "an empty one", BOTH, "HELP c Level.", "HELP c "),
    ("a second help", "", BOTH, "# HELP c Level.\n", "# HELP c Level.\n" * 2),
    ("before its HELP", "no type", BOTH, "# TYPE c gauge\n", ""),
    ("a second type", "", BOTH, "# TYPE c gauge\n", "# TYPE c gauge\n" * 2),
    ("HELP after samples", "", BOTH, 'c{x="b"}', '# HELP c Level.\nc{x="b"}'),
    ("no type of", "summary", BOTH, "c gauge", "c summary"),
    ("no type of", "nothing", BOTH, "c gauge", "c level"),
    ("no type of", "info", ("text",), "d_info gauge", "d_info info"),
    ("_total is for", "a counter", ("text",),
     "# HELP b_bytes_total Bytes.\n# TYPE b_bytes_total",
     "# HELP b_bytes Bytes.\n# TYPE b_bytes"),
    ("_total is for", "a gauge", ("text",), "b_bytes_total counter",
     "b_bytes_total gauge"),
    ("suffix of a sample", "", ("openmetrics",), "TYPE b_bytes ",
     "TYPE b_bytes_total "),
    ("samples of this name", "", ("text",), "# HELP b_",
     "# HELP a_seconds_sum Sum.\n# TYPE a_seconds_sum gauge\n"
     "a_seconds_sum 1\n# HELP b_"),
    ("no sample of b_bytes", "without _total", BOTH, "b_bytes_total 1",
     "b_bytes 1"),
    ("no sample of a_seconds", "no histogram", ("text",),
     "a_seconds histogram", "a_seconds gauge"),
    ("no sample of d", "without _info", ("openmetrics",), "d_info{", "d{"),
    ("an info that is not 1", "", ("openmetrics",), '"1.2"} 1', '"1.2"} 0'),
    ("has no samples", "", BOTH, "b_bytes_total 12345678901\n", ""),
    ("no family before it", "", BOTH, "START", "e 1\n"),
    ("neither HELP", "a comment", BOTH, "# TYPE c", "# Level\n# TYPE c"),
    ("no name", "an empty line", BOTH, "# TYPE c", "\n# TYPE c"),
    ("UNIT is of", "", ("text",), "# TYPE c", "# UNIT c seconds\n# TYPE c"),
    ("has no unit", "", ("openmetrics",), "# UNIT b_bytes bytes\n", ""),
    ("no unit of ours", "not at the end", ("openmetrics",), "# HELP c",
     "# UNIT c seconds\n# HELP c"),
    ("no unit of ours", "another", ("openmetrics",), "# UNIT b_bytes bytes",
     "# UNIT b_bytes s"),
    ("a second unit", "", ("openmetrics",), "# UNIT b_bytes bytes\n",
     "# UNIT b_bytes bytes\n" * 2),
    ("no # EOF", "", ("openmetrics",), "# EOF\n", ""),
    ("does not end", "after it", ("openmetrics",), "# EOF\n", "# EOF"),
    ("neither HELP", "two of it", ("openmetrics",), "# EOF\n",
     "# EOF\n# EOF\n"),
    ("neither HELP", "within", ("openmetrics",), "# TYPE c",
     "# EOF\n# TYPE c"),
    ("neither HELP", "an end", ("text",), "START", "# EOF\n"),
    ("does not end", "the last line", ("text",), '"1.2"} 1\n', '"1.2"} 1'),
    ("no type of", "CRLF", BOTH, "# TYPE c gauge\n", "# TYPE c gauge\r\n"),
    ("a bad number", "two spaces", BOTH, '"b"} NaN', '"b"}  NaN'),
    ("a bad number", "no space", BOTH, '"b"} NaN', '"b"}NaN'),
    ("more than a sample", "a space", BOTH, '"b"} NaN', '"b"} NaN '),
    ("no name", "a space first", BOTH, 'c{x="b"}', ' c{x="b"}'),
    ("more than a sample", "a timestamp", BOTH, '"b"} NaN',
     '"b"} 1 1767225600000'),
    ("a bad number", "a name with -", BOTH, 'c{x="b"}', 'c-d{x="b"}'),
    ("a bad label", "a colon in its name", BOTH, 'c{x="b"}', 'c{x:="b"}'),
    ("a label twice, or", "reserved", BOTH, "d_info{", "d_info{__"),
    ("a label twice", "", BOTH, "d_info{", 'd_info{version="1",'),
    ("in another order", "", BOTH, 'sum{x="2",y=""}', 'sum{y="",x="2"}'),
    ("other labels", "less", BOTH, 'c{x="b"}', "c"),
    ("other labels", "another", BOTH, 'c{x="b"}', 'c{z="b"}'),
    ("a bad label", "a last comma", BOTH, 'c{x="b"}', 'c{x="b",}'),
    ("no comma", "", BOTH, 'sum{x="2",y=""}', 'sum{x="2"y=""}'),
    ("a bad label", "no quotes", BOTH, 'c{x="b"}', "c{x=b}"),
    ("no comma", "no end", BOTH, 'c{x="b"}', 'c{x="b"'),
    ("a bad escape", "of a tab", BOTH, 'c{x="b"}', r'c{x="\t"}'),
    ("a bad escape", "of nothing", BOTH, 'c{x="b"}', r'c{x="\"}'),
    ("a bad escape", "in a help", BOTH, "Level.", r"Level\t."),
    ("a bad escape", "of OpenMetrics", ("text",), "Level.", r"\"Level\"."),
    ("a bad escape", "none", ("openmetrics",), "Level.", '"Level".'),
    *[("a bad number", number, BOTH, '"b"} NaN', f'"b"}} {number}')
      for number in ("nothing", "nan", "Inf", "inf", "0x10", "007", "+7", "7.",
                     ".5", "1,234", "1_234", "null", "1e", "-", "")],
    ("not what is counted", "below 0", BOTH, "12345678901", "-1"),
    ("not what is counted", "no number", BOTH, "12345678901", "NaN"),
    ("not what is counted", "infinite", BOTH, "12345678901", "+Inf"),
    ("not what is counted", "a sum", BOTH, f"{SUM} 7", f"{SUM} -7"),
    ("no bucket +Inf", "another", BOTH, BUCKETS[2],
     BUCKETS[2].replace("+Inf", "2.0")),
    ("no bucket +Inf", "none", ("text",), f"{BUCKETS[2]} 3\n", ""),
    ("a bucket that falls", "the last", BOTH, f"{BUCKETS[2]} 3",
     f"{BUCKETS[2]} 1"),
    ("a bucket that falls", "the second", BOTH, f"{BUCKETS[0]} 2",
     f"{BUCKETS[0]} 4"),
    ("or no count", "", BOTH, f"{BUCKETS[0]} 2", f"{BUCKETS[0]} 1.5"),
    ("_count is not", "", BOTH, f"{COUNT} 3", f"{COUNT} 4"),
    ("not buckets", "no count", BOTH, f"{COUNT} 3\n", ""),
    ("not buckets", "no sum", BOTH, f"{SUM} 7.25\n", ""),
    ("not buckets", "a sum alone", BOTH, f"{BUCKETS[0]} 2",
     f'a_seconds_sum{{x="3",y=""}} 2\n{BUCKETS[0]} 2'),
    ("not buckets", "the sum first", BOTH, f"{BUCKETS[0]} 2",
     f'a_seconds_sum{{x="3",y=""}} 2\na_seconds_bucket{{x="3",y="",le="+Inf"}} 2\n'
     f'a_seconds_count{{x="3",y=""}} 2\n{BUCKETS[0]} 2'),
    ("in two pieces", "of a metric", BOTH,
     'a_seconds_sum{x="2",y=""} 1e-7\na_seconds_count{x="2",y=""} 1\n',
     'a_seconds_count{x="2",y=""} 1\na_seconds_bucket{x="1",y="",le="+Inf"} 1\n'
     'a_seconds_sum{x="2",y=""} 1e-7\n'),
    ("a series twice", "a bound", BOTH, 'x="2",y="",le="0.1"',
     'x="2",y="",le="1.0"'),
    ("bounds that do not", "rise", BOTH, 'x="2",y="",le="0.1"',
     'x="2",y="",le="3.0"'),
    ("not canonical", "an integer", BOTH, 'y="",le="1.0"', 'y="",le="1"'),
    ("not canonical", "1.00", BOTH, 'y="",le="1.0"', 'y="",le="1.00"'),
    ("not canonical", "no number", BOTH, 'y="",le="1.0"', 'y="",le="one"'),
    ("le is for", "and they have it", BOTH, ',le="0.1"} 0', "} 0"),
    ("le is for", "and not for a gauge", ("text",), "d_info{version",
     "d_info{le"),
    ("le is for", "and not for a sum", BOTH, 'sum{x="2",y=""}',
     'sum{x="2",y="",le="0.1"}'),
    ("in another order", "le first", BOTH, 'x="2",y="",le="0.1"',
     'le="0.1",x="2",y=""'),
    ("are of OpenMetrics", "", ("text",), f"{BUCKETS[0]} 2",
     f"{BUCKETS[0]} 2 # {{}} 0.1"),
    ("outside buckets", "a sum", ("openmetrics",), f"{SUM} 7.25",
     f"{SUM} 7.25 # {{}} 1"),
    ("outside buckets", "a gauge", ("openmetrics",), '"b"} NaN',
     '"b"} 1 # {} 1'),
    ("outside buckets", "a counter", ("openmetrics",), "12345678901",
     "1 # {} 1"),
    ("not of its bucket", "above", ("openmetrics",), "} 0.1 1767",
     "} 0.2 1767"),
    ("not of its bucket", "below", ("openmetrics",), "# {} 7", "# {} 1"),
    ("not of its bucket", "nothing", ("openmetrics",), "# {} 7", "# {} NaN"),
    ("no labels", "", ("openmetrics",), "# {} 7", "# 7"),
    ("a bad number", "no value", ("openmetrics",), "# {} 7", "# {}"),
    ("a label twice", "of an exemplar", ("openmetrics",), 's="d"', 't="d"'),
    ("too many characters", "", ("openmetrics",), 's="d"',
     f's="{"d" * 124}"'),
    ("a bad timestamp", "with an exponent", ("openmetrics",), "1767225600.125",
     "1.7e9"),
    ("a bad timestamp", "and more", ("openmetrics",), "1767225600.125",
     "1767225600.125 1"),
]


@pytest.mark.parametrize("format", PAGES)
def test_good_page(format):
    families = parse(*PAGES[format])
    openmetrics = format == "openmetrics"
    assert list(families) == (["a_seconds", "b_bytes", "c", "d"] if openmetrics
                              else ["a_seconds", "b_bytes_total", "c", "d_info"])
    assert families["a_seconds"].help == 'How long "it" took, in a\\b.'
    assert families["a_seconds"].unit == ("seconds" if openmetrics else None)
    assert families["c"].type == "gauge"
    assert families.value("b_bytes_total") == 12345678901
    assert families.value("c", x="é★") == -2
    assert families.value("a_seconds_sum", x="1", y='q"\\\n') == 7.25
    assert families.total("a_seconds_count") == 4
    assert families.total("a_seconds_count", x="2") == 1
    assert families.total("nothing") == 0
    with pytest.raises(ValueError):
        families.value("a_seconds_sum", x="1")
    assert families.exemplars() == ([
        Exemplar({"t": "abc", "s": "d"}, 0.1, 1767225600.125),
        Exemplar({}, 7.0, None),
    ] if openmetrics else [])


def test_both_formats_have_the_same_series():
    text, openmetrics = (parse(*page).series() for page in PAGES.values())
    assert str(text) == str(openmetrics)  # NaN is not equal to itself


def test_128_characters_are_taken():
    page = OPEN.replace('s="d"', f's="{"★" * 123}"')
    assert parse(page, True).exemplars()


def test_bytes():
    assert parse(TEXT.encode(), False).keys() == parse(TEXT, False).keys()
    with pytest.raises(BadPage, match="UTF-8"):
        parse(TEXT.encode("utf-16"), False)
    with pytest.raises(BadPage):
        parse("\ufeff" + TEXT, False)


def test_nothing():
    assert not parse("", False)
    assert not parse("# EOF\n", True)
    with pytest.raises(BadPage):
        parse("", True)


@pytest.mark.parametrize("says, format, old, new", [
    pytest.param(says, format, old, new, id=f"{format}: {says}: {what}")
    for says, what, formats, old, new in WRONG for format in formats
])
def test_bad_page(says, format, old, new):
    page, openmetrics = PAGES[format]
    if old == "START":
        page = new + page
    else:
        assert old in page
        page = page.replace(old, new, 1)
    with pytest.raises(BadPage, match=re.escape(says)):
        parse(page, openmetrics)
