"""Files that are no catalogue, and disks that are full: the old catalogue
answers on, and nothing is left behind.
"""

import gzip
import io
import os
import resource
import subprocess
import zipfile

import pytest

import stage as stages
from console import Console, large_table, objects

VOTABLES = stages.SOURCE / "tests/data/votable"
GOOD = "name,ra,dec\nold,1,2\n"
MEGABYTE = 1 << 20


def zipped(text):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.csv", text)
    return content.getvalue()


def votable(rows, start=""):
    return (
        f'<?xml version="1.0"?>{start}<VOTABLE><RESOURCE><TABLE>'
        '<FIELD name="name" datatype="char" arraysize="*"/>'
        '<FIELD name="ra" datatype="double" unit="deg"/>'
        '<FIELD name="dec" datatype="double" unit="deg"/>'
        f"<DATA><TABLEDATA>{rows}</TABLEDATA></DATA>"
        "</TABLE></RESOURCE></VOTABLE>"
    )


def row(name):
    return f"<TR><TD>{name}</TD><TD>1</TD><TD>2</TD></TR>"


LAUGHS = "<!DOCTYPE l [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 20)
) + "]>"
OUTSIDE = '<!DOCTYPE o [<!ENTITY o SYSTEM "file:///etc/passwd">]>'


def cut(serialization, part):
    content = (VOTABLES / f"stilts-{serialization}.vot").read_bytes()
    return content[: int(len(content) * part)]


REFUSED = {
    "without_positions.csv": ("name,mag\na,1\n", "position"),
    "without_positions.vot":
        ((VOTABLES / "astropy-binary.vot").read_bytes(), "position"),
    "cut.vot": (cut("tabledata", 0.6), ""),
    "cut_in_its_fields.vot": (cut("tabledata", 0.3), ""),
    "cut_binary.vot": (cut("binary", 0.8), ""),
    "cut_binary2.vot": (cut("binary2", 0.8), ""),
    "laughs.vot": (votable(row("&a19;"), LAUGHS), ""),
    "outside.vot": (votable(row("&o;"), OUTSIDE), ""),
    "not_xml.vot": ("<VOTABLE><RESOURCE></VOTABLE>", ""),
    "no_table.vot": ("<?xml version='1.0'?><VOTABLE/>", ""),
    "page.csv": ("<!doctype html><html><p>Not found</html>", ""),
    "zip.csv": (zipped(GOOD), "zip"),
    "gzip.csv": (gzip.compress(GOOD.encode()), "gzip"),
    "utf16.csv": (GOOD.encode("utf-16"), "UTF-16"),
    "empty.csv": ("", ""),
    "header_only.csv": ("name,ra,dec\n", "no objects"),
    "all_bad.csv": ("name,ra,dec\na,1,100\n", "no objects"),
    "header_of_a_megabyte.csv":
        ("name,ra,dec," + "x" * MEGABYTE + "\na,1,2,3\n", ""),
    "zeros.csv": (bytes(100_000), ""),
    "noise.csv": (bytes(range(256)) * 400, ""),
    "json.csv": ('[{"name": "a", "ra": 1, "dec": 2}]', ""),
}


@pytest.fixture(scope="module")
def served(stage):
    """A catalogue that is there already, and who answers from it."""
    console = Console(stage, stage.fresh("bad"))
    console.imported("cat", console.table("good.csv", GOOD))
    with console.served() as site:
        yield console, site


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_catalogue(served, name):
    console, site = served
    content, word = REFUSED[name]
    before = console.files()
    path = console.table(name, content)
    words = console.refused(65, "import", "--catalogue", "cat", path)
    assert str(path) in words and word in words
    assert "root:" not in words
    assert console.files() == before == ["cat.1.sqlite", "cat.current"]
    assert list(objects(site, "cat")) == ["old"]


def test_what_cannot_be_read(served):
    console, _ = served
    console.refused(66, "import", console.tables / "nothing.csv")
    words = console.refused(66, "import", console.tables)
    assert str(console.tables) in words
    aliases = console.tables / "no.tsv"
    good = console.table("good.csv", GOOD)
    console.refused(66, "import", "--aliases", aliases, good)


@pytest.mark.parametrize("separator", [",", "\t"])
def test_a_row_of_a_megabyte_is_one_bad_row(console, separator):
    rows = ["name,ra,dec,note", "a,1,2,x", "b,1,2," + "y" * MEGABYTE,
            'c,1,2,"' + "z" * MEGABYTE + '"', "d,3,4,"]
    path = console.table("long.csv",
                         "\n".join(rows).replace(",", separator) + "\n")
    done = console.run("import", "--catalogue", "long", path)
    assert done.returncode == 0, done
    assert "long: 2 objects" in done.stdout and "2 rows skipped" in done.stdout
    assert f"{path}:3: " in done.stderr
    assert len(done.stderr) < 2000


def test_duplicate_names(console):
    path = console.table("twice.csv", "name,ra,dec\nNGC 1,1,2\nx,3,4\n"
                         "ngc 001,5,6\nx,3,4\n")
    done = console.run("import", "--catalogue", "twice", path)
    assert done.returncode == 0, done
    assert "twice: 2 objects" in done.stdout
    assert "2 rows skipped" in done.stdout
    assert f"{path}:4: " in done.stderr and f"{path}:5: " in done.stderr
    with console.served() as site:
        assert objects(site, "twice")["NGC 1"]["ra_deg"] == 1


# ---- no room

ROWS = 30_000


def after_no_room(console, done):
    assert done.returncode == 73, done
    assert "nothing was changed" in done.stderr
    assert console.files() == ["cat.1.sqlite", "cat.current"]
    with console.served() as site:
        assert list(objects(site, "cat")) == ["old"]


@pytest.mark.parametrize("limit", [0, 50_000, 500_000, 1_500_000])
def test_files_that_may_not_grow(console, limit):
    console.imported("cat", console.table("good.csv", GOOD))
    path = large_table(console.tables / "large.csv", ROWS)

    def no_larger():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    read, write = os.pipe()  # the limit is for files only
    with os.fdopen(read), os.fdopen(write, "w"):
        done = subprocess.run(
            console.command("import", "--catalogue", "cat", path),
            env=console.environment(), capture_output=True, text=True,
            preexec_fn=no_larger, timeout=60, check=False,
        )
    after_no_room(console, done)


@pytest.fixture
def small_disk(console):
    """The state directory on a disk of its own."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small tmpfs")
    console.state.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=1536k,mode=700", "tmpfs",
             str(console.state)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a tmpfs cannot be mounted here")
    yield console
    subprocess.run(["umount", str(console.state)], check=True)


def test_a_full_disk(small_disk):
    console = small_disk
    console.imported("cat", console.table("good.csv", GOOD))
    path = large_table(console.tables / "large.csv", ROWS)
    done = console.run("import", "--catalogue", "cat", path)
    after_no_room(console, done)
    # And nothing is held: a small one still fits.
    console.imported("cat", console.table("good.csv", GOOD))
