"""lightcone import: what it takes, what becomes of the columns, what it says.
"""

import fcntl
import re

import pytest

import stage as stages
from console import objects

VOTABLES = stages.SOURCE / "tests/data/votable"

HIP = """\
HIP,RAICRS,DEICRS,Vmag,Plx,SpType,Var
1,0.00091185,1.08901332,9.10,3.54,F5,
2,0.00379737,-19.49883745,9.27,21.90,K3V,yes
3,0.00500795,38.85928608,6.61,2.81,B9,
"""


def lines(text, separator):
    return text.replace(",", separator)


TEXTS = [
    ("CSV", "a.csv", HIP),
    ("TSV", "a.tsv", lines(HIP, "\t")),
    ("CSV", "semicolons.csv", lines(HIP, ";")),
    ("text", "bars.txt", lines(HIP, "|")),
    ("CSV", "dos.csv", "\ufeff" + HIP.replace("\n", "\r\n")),
    ("CSV", "comments.csv", "# of 1997\n#\n" + HIP),
]


@pytest.mark.parametrize("kind, name, text", TEXTS, ids=lambda v: str(v)[:14])
def test_texts_of_all_kinds(console, kind, name, text):
    path = console.table(name, text)
    done = console.run("import", "--catalogue", "hip", path)
    assert done.returncode == 0, done
    assert re.fullmatch(
        r"hip: 3 objects, \d+ names, 0 rows skipped, \d+\.\d\d s; "
        r"generation 1\n", done.stdout)
    assert f"{path} is {kind}" in done.stderr
    assert "RAICRS -> ra_deg" in done.stderr
    with console.served() as site:
        found = objects(site, "hip")
    assert set(found) == {"HIP 1", "HIP 2", "HIP 3"}
    one = found["HIP 2"]
    assert (one["ra_deg"], one["dec_deg"]) == (0.00379737, -19.49883745)
    assert one["magnitude_v"] == 9.27 and one["parallax_mas"] == 21.9
    assert one["columns"]["Var"] == "yes"
    assert "Var" not in found["HIP 1"]["columns"]


@pytest.mark.parametrize("serialization", ["tabledata", "binary", "binary2"])
def test_votables(console, serialization):
    path = VOTABLES / f"stilts-{serialization}.vot"
    done = console.run("import", "--catalogue", "vot", path)
    assert done.returncode == 0, done
    assert "vot: 1 objects" in done.stdout and "3 rows skipped" in done.stdout
    assert len(re.findall(r"\.vot:\d+: ", done.stderr)) == 3
    assert console.facts("vot")["title"] == "Types & <nulls>"
    with console.served() as site:
        vega = objects(site, "vot")["Vega"]
        assert site.get("/cone/vot", "RA=279.2&DEC=38.8&SR=1").status == 200
    assert vega["ra_deg"] == 279.2347
    own = vega["columns"]
    assert own["flag"] is True
    assert own["single"] == 279.2347
    assert own["large"] == 1000000000000


# ---- what the columns are

MAPPED = """\
star,first,second,brightness,junk
Vega,279.2347,38.7837,0.03,x
Deneb,310.358,45.2803,1.25,y
"""
MAP = ["--map", "star=name", "--map=first=ra_deg", "--map", "second=dec_deg"]


def test_map(console):
    path = console.table("stars.csv", MAPPED)
    words = console.refused(65, "import", "--catalogue", "stars", path)
    assert "position" in words or "right ascension" in words
    done = console.run("import", "--catalogue", "stars", *MAP,
                       "--map", "brightness=magnitude_v", "--map", "junk=-",
                       path)
    assert done.returncode == 0, done
    assert "brightness -> magnitude_v" in done.stderr
    assert "left out: junk" in done.stderr
    with console.served() as site:
        vega = objects(site, "stars")["Vega"]
    assert vega["magnitude_v"] == 0.03
    assert "columns" not in vega or "junk" not in vega["columns"]


@pytest.mark.parametrize("wish, word", [
    ("nothing=ra_deg", "nothing"),
    ("first=right_ascension", "right_ascension"),
    ("first", "first"),
    ("star=magnitude_v", "Vega"),
])
def test_map_that_cannot_be(console, wish, word):
    path = console.table("stars.csv", MAPPED)
    wishes = MAP[2:] if wish.startswith("star") else MAP
    words = console.refused(65, "import", "--catalogue", "stars", *wishes,
                            "--map", wish, path)
    assert word in words
    assert console.files() == []


def test_map_frame(console):
    path = console.table("centre.csv", "name,ra,dec\nSgr A,0,0\n")
    console.imported("centre", path, "--map-frame", "galactic")
    with console.served() as site:
        centre = objects(site, "centre")["Sgr A"]
    assert abs(centre["ra_deg"] - 266.4049883) < 1e-5
    assert abs(centre["dec_deg"] + 28.9361778) < 1e-5
    words = console.refused(65, "import", "--map-frame", "flat", path)
    assert "flat" in words


def test_a_column_of_numbers_that_is_text_after_all(console):
    rows = "".join(f"s{i},{i % 360},0,00{i}\n" for i in range(2000))
    path = console.table("late.csv", "name,ra,dec,code\n" + rows
                         + "last,1,1,0x1\n")
    console.imported("late", path)
    with console.served() as site:
        found = objects(site, "late", "7,0", 0)
    assert found["s7"]["columns"]["code"] == "007"


def test_text_that_is_not_utf_8(console):
    path = console.table("latin.csv", "name,ra,dec,who\na,1,2,M\xe9chain\n"
                         .encode("latin-1"))
    done = console.run("import", "--catalogue", "latin", path)
    assert done.returncode == 0, done
    assert "1 row was not UTF-8" in done.stderr
    with console.served() as site:
        assert objects(site, "latin")["a"]["columns"]["who"] == "Méchain"


# ---- what is said of the catalogue

def test_facts_by_option_and_by_file(console):
    path = console.table("hip.v1.csv", HIP)
    console.table("hip.about", "# ours\ntitle: Three stars\ncitation: ESA 1997,"
                  "\n  SP-1200\n\nlicence: CC-BY\n")
    console.table("LICENSE.hip", "All of the licence.\n")
    console.imported("hip", path, "--title", "Stars <&>", "--description=Few.")
    facts = console.facts("hip")
    assert facts["title"] == "Stars <&>"
    assert facts["description"] == "Few."
    assert facts["citation"] == "ESA 1997, SP-1200"
    assert facts["licence"] == "CC-BY"
    assert facts["licence_text"] == "All of the licence.\n"
    assert facts["source"] == "hip.v1.csv"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
                        facts["imported"])
    with console.served() as site:
        page = site.get("/").text
        table = site.get("/cone/hip", "RA=0&DEC=0&SR=0").text
    for text in ("Stars &lt;&amp;&gt;", "ESA 1997, SP-1200", "CC-BY",
                 "All of the licence."):
        assert text in page, text
    assert "Stars &lt;&amp;&gt;" in table


@pytest.mark.parametrize("about, words", [
    ("titel: x\n", "line 1"),
    ("title: x\ntitle: y\n", "line 2"),
    ("\n\n  begins so\n", "line 3"),
    ("no colon\n", "line 1"),
    (b"title: \xff\n", "UTF-8"),
    ("title: " + "x" * 70000, "bytes"),
])
def test_about_that_is_wrong(console, about, words):
    path = console.table("hip.csv", HIP)
    console.table("hip.about", about)
    said = console.refused(65, "import", path)
    assert "hip.about" in said and words in said


# ---- bad rows

BAD = """\
name,ra,dec,Vmag
a,1,2,3
b,1,91,3
c,x,2,3
a,5,6,7
,1,2,3
d,1,2,1e9
e,2,3,4
"""
BAD_LINES = [3, 4, 5, 6, 7]


def test_bad_rows_are_reported(console):
    path = console.table("bad.csv", BAD)
    rejects = console.directory / "rejects.tsv"
    done = console.run("import", "--catalogue", "bad", "--rejects", rejects,
                       path)
    assert done.returncode == 0, done
    assert "bad: 2 objects" in done.stdout
    assert "5 rows skipped" in done.stdout
    said = {int(line): why for line, why in re.findall(
        rf"^{re.escape(str(path))}:(\d+): (.+)$", done.stderr, re.M)}
    assert sorted(said) == BAD_LINES
    assert "91" in said[3]
    header, *rows = rejects.read_text().splitlines()
    assert header == "file\tline\treason"
    listed = [row.split("\t") for row in rows]
    assert {int(line): why for _, line, why in listed} == said
    assert {file for file, _, _ in listed} == {str(path)}


def test_strict_refuses_the_file(console):
    good = console.table("good.csv", "name,ra,dec\nold,1,2\n")
    console.imported("one", good)
    before = console.files()
    for text in (BAD, "name,ra,dec\na,1,2\na,3,4\n"):
        path = console.table("bad.csv", text)
        words = console.refused(65, "import", "--catalogue", "one", "--strict",
                                path)
        assert "nothing was changed" in words
        assert console.files() == before
    console.imported("one", good, "--strict")


def test_the_first_hundred_on_standard_error(console):
    path = console.table("bad.csv", "name,ra,dec\ngood,1,2\n"
                         + "bad,1,100\n" * 250)
    rejects = console.directory / "rejects.tsv"
    done = console.run("import", "--rejects", rejects, path)
    assert done.returncode == 0, done
    assert "250 rows skipped" in done.stdout
    assert len(re.findall(r"\.csv:\d+: ", done.stderr)) == 100
    assert done.stderr.count("in the file only") == 1
    assert len(rejects.read_text().splitlines()) == 251


def test_orders_to_the_terminal_are_not_passed_on(console):
    path = console.table("evil.csv", b"name,ra,dec,\x1b[2Jx\xc2\x9b\n"
                         b"\x1b]0;t\x07,1,\x1b[31m\n")
    done = console.run("import", path)
    assert done.returncode == 65, done
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.stderr)


def test_aliases_of_no_object(console):
    path = console.table("a.csv", "name,ra,dec\na,1,2\n")
    aliases = console.table("aliases.tsv", "alias\tname\nA1\ta\nB1\tb\n")
    done = console.run("import", "--catalogue", "a", path)
    assert "0 rows skipped" in done.stdout
    assert "1 of the names in the aliases.tsv" in done.stderr
    done = console.run("import", "--catalogue", "a", "--aliases", aliases,
                       path)
    assert "1 rows skipped" in done.stdout
    assert f"{aliases}:3: " in done.stderr
    with console.served() as site:
        assert site.get("/galaxy/A1", "catalogue=a").json()["name"] == "a"


# ---- words

WRONG = [
    [],
    ["a.csv", "b.csv"],
    ["--catalogue"],
    ["--catalogue=", "a.csv"],
    ["--map"],
    ["--title", "x", "--title", "y", "a.csv"],
    ["--strict=yes", "a.csv"],
    ["--fast", "a.csv"],
    ["--catalogue", "A B", "a.csv"],
    ["--catalogue", "x" * 65, "a.csv"],
    ["--catalogue", "../x", "a.csv"],
    ["--catalogue", "capabilities", "a.csv"],
    ["--catalogue", "availability", "a.csv"],
    ["--catalogue", "tables", "a.csv"],
    ["--title", b"\xff", "a.csv"],
]


@pytest.mark.parametrize("words", WRONG, ids=lambda words: str(words)[:40])
def test_wrong_words(console, words):
    words = [word if isinstance(word, str) else word.decode(
        errors="surrogateescape") for word in words]
    console.refused(2, "import", *words, cwd=console.tables)
    assert not console.state.exists()


def test_the_table_is_not_written_over(console):
    path = console.table("a.csv", HIP)
    console.refused(2, "import", "--rejects", path, path)
    assert path.read_text() == HIP


def test_rejects_that_cannot_be_written(console):
    path = console.table("a.csv", BAD)
    console.refused(73, "import", "--rejects", "/nowhere/x", path)
    words = console.refused(73, "import", "--rejects", "/dev/full", path)
    assert "nothing was changed" in words
    assert console.files() == []


def test_two_imports_at_once(console):
    """The kernel's lock on the temporary file says who is first."""
    path = console.table("a.csv", HIP)
    console.imported("a", path)
    temporary = console.state / "catalogues" / "a.tmp"
    with open(temporary, "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        console.refused(75, "import", "--catalogue", "a", path)
        console.refused(75, "drop", "a")
        console.imported("b", path)
    console.imported("a", path)
    assert "a.tmp" not in console.files()
