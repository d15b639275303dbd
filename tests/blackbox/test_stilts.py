"""Cone searches by STILTS, as its users write them, behind Lighttpd.

Each command starts a Java machine, so all of them run beside each other.
"""

import csv
import io
from concurrent.futures import ThreadPoolExecutor

import pytest

import fronts
import sky
import stilts
import votable
from wide import ROWS, SIZE, import_wide

if stilts.missing():
    pytest.skip(stilts.missing(), allow_module_level=True)

AT_ONCE = 3
POSITIONS = [("a", 10.68, 41.27), ("b", 83.63, 22.01), ("c", 83.6, -27)]
SPACE = "http://www.ivoa.net/xml/ConeSearch/v1.0"

# What SimpleDALRegExt 1.1 says of a cone search, which STILTS does not bring.
SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:vr="http://www.ivoa.net/xml/VOResource/v1.0"
 xmlns:cs="{0}" targetNamespace="{0}">
 <xs:import namespace="http://www.ivoa.net/xml/VOResource/v1.0"
  schemaLocation="http://www.ivoa.net/xml/VOResource/v1.0"/>
 <xs:complexType name="ConeSearch"><xs:complexContent>
  <xs:extension base="vr:Capability"><xs:sequence>
   <xs:element name="maxSR" type="xs:float" minOccurs="0"/>
   <xs:element name="maxRecords" type="xs:positiveInteger" minOccurs="0"/>
   <xs:element name="verbosity" type="xs:boolean"/>
   <xs:element name="testQuery" type="cs:Query" minOccurs="0"/>
  </xs:sequence></xs:extension>
 </xs:complexContent></xs:complexType>
 <xs:complexType name="Query"><xs:sequence>
  <xs:element name="ra" type="xs:double"/>
  <xs:element name="dec" type="xs:double"/>
  <xs:element name="sr" type="xs:double"/>
 </xs:sequence></xs:complexType>
</xs:schema>""".format(SPACE)

VOTABLES = {
    "least": "/cone?RA=10.68&DEC=41.27&SR=1&VERB=1",
    "usual": "/cone?RA=10.68&DEC=41.27&SR=1",
    "most": "/cone?RA=10.68&DEC=41.27&SR=1&VERB=3&UCD=1plus",
    "empty": "/cone?RA=0&DEC=0&SR=0",
    "limited": "/cone?RA=10.68&DEC=41.27&SR=1&MAXREC=2",
    "in_pieces": "/cone?RA=0&DEC=0&SR=180&MAXREC=3000&VERB=3",
    "own": "/cone/wide?RA=10.6&DEC=41.1&SR=5&VERB=3",
    "error": "/cone?RA=%3C%26&DEC=91&SR=-1",
}


def commands(base, folder):
    """{name: the words of a command}"""
    service = f"serviceurl={base}/cone?"
    around = ["lon=10.6848", "lat=41.2691", "radius=1"]
    match = ["in=" + str(folder / "in.csv"), "ifmt=csv", "ra=ra", "dec=dec",
             "sr=1", service, "usefoot=false"]
    validate = ["xsdvalidate", "uselocals=true",
                f"schemaloc={SPACE}={folder / 'cone.xsd'}"]
    return {
        "cone": ["cone", service, *around, "ofmt=csv"],
        "no_mark": ["cone", service.rstrip("?"), *around, "ofmt=csv",
                    "compress=false"],
        "galactic": ["cone", service, "lon=121.1743", "lat=-21.5733",
                     "radius=0.1", "skysys=galactic", "verb=3", "ofmt=csv"],
        "meta": ["cone", service, "lon=0", "lat=0", "radius=0", "omode=meta"],
        "own": ["cone", f"serviceurl={base}/cone/wide", "lon=10.6",
                "lat=41.1", "radius=5", "verb=3", "ofmt=csv"],
        "all": ["cone", service, "lon=0", "lat=0", "radius=180",
                "omode=count"],
        "wrong": ["cone", service, "lon=0", "lat=0", "radius=-1"],
        "nosuch": ["cone", f"serviceurl={base}/cone/nosuch", *around],
        "match_all": ["coneskymatch", *match, "find=all", "parallel=3",
                      "emptyok=true", "ofmt=csv"],
        "match_best": ["coneskymatch", *match, "find=each", "emptyok=true",
                       "copycols=id", "ofmt=csv"],
        "csv": ["tpipe", f"in={base}/cone?RA=0&DEC=0&SR=30&RESPONSEFORMAT=csv",
                "ifmt=csv", "omode=count"],
        **{
            f"lint_{name}": ["votlint", f"votable={base}{target}"]
            for name, target in VOTABLES.items()
        },
        **{
            f"valid_{name}": [*validate, f"doc={base}/cone/wide/{name}"]
            for name in ("capabilities", "availability", "tables")
        },
    }


@pytest.fixture(scope="module")
def lighttpd(stage):
    if fronts.missing("lighttpd"):
        pytest.skip(fronts.missing("lighttpd"))
    with fronts.starting("lighttpd", stage, "/sub/dir") as front:
        import_wide(stage.bin, front.state, front.directory)
        yield front


@pytest.fixture(scope="module")
def done(lighttpd):
    """The finished processes, by the commands' names."""
    folder, site = lighttpd.directory, lighttpd.site
    (folder / "cone.xsd").write_text(SCHEMA)
    lines = ["id,ra,dec"] + [f"{id},{ra},{dec}" for id, ra, dec in POSITIONS]
    (folder / "in.csv").write_text("\n".join(lines) + "\n")
    base = f"http://127.0.0.1:{site.port}{site.mount}"
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = {
            name: pool.submit(stilts.run, *words)
            for name, words in commands(base, folder).items()
        }
        yield lambda name: running[name].result()


def said(process):
    assert process.returncode == 0, process.stderr
    return process.stdout


def table(process):
    return list(csv.DictReader(io.StringIO(said(process), newline="")))


@pytest.mark.parametrize("name", ["cone", "no_mark"])
def test_cone(done, name):
    rows = table(done(name))
    inside, _ = sky.cone(10.6848, 41.2691, 1)
    assert {row["name"] for row in rows} == inside
    andromeda, = (row for row in rows if row["name"] == "NGC 224")
    assert float(andromeda["ra_deg"]) == 10.6847917
    assert float(andromeda["magnitude_v"]) == 3.44
    assert andromeda["pm_ra_mas_yr"] == ""


def test_galactic_coordinates_and_all_columns(done):
    row, = table(done("galactic"))
    assert row["name"] == "NGC 224" and "UGC 454" in row["identifiers"]


def test_the_columns(done):
    text = said(done("meta"))
    for words in ("OpenNGC", "Mattia Verga", "CC-BY-SA-4.0",
                  "ra_deg(Double)/deg - Right ascension", "name(String)"):
        assert words in text


def test_own_columns(done):
    rows = {row["name"]: row for row in table(done("own"))}
    assert set(rows) == {row[0] for row in ROWS}
    assert float(rows["A 1"][SIZE]) == 1.5
    assert rows["Ω 2"]["note"] == ROWS[1][7]
    assert rows["#3, x"]["note"] == ROWS[2][7]
    assert [rows[row[0]]["flag"] for row in ROWS] == [
        "true", "false", "", "true"
    ]


def test_all_of_it(done):
    assert f"rows: {len(sky.ROWS)}" in said(done("all"))


@pytest.mark.parametrize("name, words", [
    ("wrong", "SR: Input should be greater than or equal to 0"),
    ("nosuch", "There is no such catalogue"),
])
def test_the_user_reads_what_is_wrong(done, name, words):
    process = done(name)
    assert process.returncode != 0
    assert words in process.stderr


def test_match_with_all(done):
    rows = table(done("match_all"))
    for id, ra, dec in POSITIONS:
        inside, _ = sky.cone(ra, dec, 1)
        assert {row["name"] for row in rows if row["id"] == id} == inside


def test_match_with_the_nearest(done):
    found = {row["id"]: row["name"] for row in table(done("match_best"))}
    assert found == {"a": "NGC 224", "b": "NGC 1952", "c": ""}


def test_csv(done):
    inside, edge = sky.cone(0, 0, 30)
    assert not edge and f"rows: {len(inside)}" in said(done("csv"))


@pytest.mark.parametrize("name", VOTABLES)
def test_votlint_is_silent(lighttpd, done, name):
    process = done(f"lint_{name}")
    assert process.stdout + process.stderr == ""
    path, _, query = VOTABLES[name].partition("?")
    found = votable.of(lighttpd.site.get(path, query))
    assert (found.error is not None) == (name == "error")
    assert found.status == {
        "error": "ERROR", "limited": "OVERFLOW", "in_pieces": "OVERFLOW"
    }.get(name, "OK")


@pytest.mark.parametrize("name", ["capabilities", "availability", "tables"])
def test_vosi_documents_are_valid(done, name):
    process = done(f"valid_{name}")
    assert process.returncode == 0, process.stdout + process.stderr
    assert "ERROR" not in process.stdout + process.stderr


def test_votlint_would_find_something():
    """It exits with 0 all the same."""
    assert "ERROR" in stilts.votlint("<VOTABLE><RESOURCE/><OOPS/></VOTABLE>")
