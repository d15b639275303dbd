"""Publishing one's own catalogue, in the three commands of the README and of
the page for people, done as they are printed.
"""

import html
import re
import shlex
import shutil
import subprocess

import pytest

import stilts
from http_client import Site
from processes import Program, clean_environment, free_port, wait_until
from stage import SOURCE

HEADING = "## Publish your own catalogue"
PATIENCE_S = 300


def blocks(kind):
    text = (SOURCE / "README.md").read_text(encoding="utf-8")
    section = text.split(HEADING, 1)[1].split("\n## ", 1)[0]
    found = re.findall(r"^```(\w*)\n(.*?)^```$", section, re.M | re.S)
    return [text for its, text in found if its == kind]


@pytest.fixture(scope="module")
def tree(stage):
    """A checkout with what is built."""
    copy = stage.root / "publish"
    ignored = shutil.ignore_patterns(
        ".git", "build-[!a]*", "build-asan", "var", "__pycache__", ".pytest_cache"
    )
    shutil.copytree(SOURCE, copy, symlinks=True, ignore=ignored)
    return copy


@pytest.fixture(scope="module")
def served(tree):
    port = free_port()
    server = Program(
        ["env", "-C", tree, "./autogen.sh", "run"],
        clean_environment(LIGHTCONE_PORT=port, LIGHTCONE_CHECK_REPLIES="on"),
        tree / "run.log",
    )
    site = Site(port)

    def answers():
        assert server.running(), server.said()
        try:
            return site.get("/health").status == 200
        except OSError:
            return False

    try:
        wait_until(answers, "the service", PATIENCE_S)
        yield site
    finally:
        server.stop()


def do(tree, script):
    """What the commands print, typed in the checkout."""
    return subprocess.run(
        ["bash", "-euc", script], cwd=tree, env=clean_environment(),
        capture_output=True, text=True, timeout=60, check=True,
    ).stdout


def from_the_readme(served):
    script, = blocks("sh")
    return script.replace("8080", str(served.port))


def from_the_page(served):
    page = served.get("/").text
    code, = re.findall(r'<pre id="publish"><code>(.*?)</code></pre>', page,
                       re.S)
    return html.unescape(code)


def test_both_print_the_same(served):
    assert from_the_readme(served) == from_the_page(served)
    commands = re.sub(r"<<'END'\n.*?^END$", "", from_the_readme(served),
                      flags=re.M | re.S)
    assert len(commands.strip().splitlines()) == 3


@pytest.mark.parametrize("printed", [from_the_readme, from_the_page])
def test_the_commands_do_what_is_promised(tree, served, printed):
    said = do(tree, printed(served))
    imported, answer = said.splitlines()
    assert imported.startswith("messier: 6 objects")
    promised, = blocks("json")
    assert answer == promised.strip()
    reply = served.get("/cone/messier", "RA=10.7&DEC=41.3&SR=1")
    assert "Abd al-Rahman al-Sufi" in reply.text
    do(tree, "LIGHTCONE_STATE=var ./lightcone drop messier")


def test_stilts_finds_it(tree, served):
    do(tree, from_the_readme(served))
    words, = [block for block in blocks("") if block.startswith("stilts ")]
    said = stilts.stilts(
        *shlex.split(words.replace("8080", str(served.port)))[1:])
    assert "Nicolas-Claude Fabri de Peiresc" in said


def test_the_second_start_imports_nothing(tree, served):
    files = sorted(path.name for path in (tree / "var/catalogues").iterdir())
    assert "openngc.1.sqlite" in files
    script = (
        "top=$PWD called_from=$PWD; say() { echo \"$@\"; }; "
        ". conf/setup/serve.sh; serve_import"
    )
    assert do(tree, script) == ""
    # What is somebody's own is not written over.
    do(tree, "LIGHTCONE_STATE=var ./lightcone import --catalogue own "
       "conf/catalogue/openngc.tsv; touch lightcone")
    assert do(tree, "export LIGHTCONE_CATALOGUE=own; " + script) == ""
    assert "Importing" in do(tree, script)
    assert served.get("/galaxy", "coordinates=M31").status == 200
