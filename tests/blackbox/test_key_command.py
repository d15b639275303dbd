"""lightcone key: makes, lists and revokes API keys."""

import os
import re
import subprocess

import pytest

import stage as stages
from processes import clean_environment

KEY = re.compile(r"lc_([a-z2-7]{8})_[A-Za-z0-9_-]{43}\n")
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


@pytest.fixture
def key(stage, directory):
    """Runs lightcone key over a state directory that is not there yet."""
    state = directory / "state"

    def run(*words, **more):
        return subprocess.run(
            [stage.bin / "lightcone", "key", *words],
            env=clean_environment(LIGHTCONE_STATE=state),
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=20,
            check=False,
            **{"capture_output": True, **more},
        )

    run.state = state
    return run


def listed(key, *words):
    """The rows of the list, by their names; the header is checked."""
    result = key("list", *words)
    assert result.returncode == 0, result
    if result.stdout == "":
        assert "no keys" in result.stderr
        return {}
    header, *lines = result.stdout.splitlines()
    columns = ["ID", "NAME", "SCOPES", "CREATED"]
    assert header.split() == columns + (["REVOKED"] if words else [])
    at = [header.index(column) for column in header.split()] + [None]
    rows = {}
    for line in lines:
        row = [line[a:b].rstrip() for a, b in zip(at, at[1:])]
        # A row fits below its header.
        assert all(line[a - 1] == " " for a in at[1:-1]), (header, line)
        rows.setdefault(row[1], []).append(row)
    return rows


def test_add_prints_the_key_alone(key):
    result = key("add", "observer", "--scope", "write", "--scope=read")
    assert result.returncode == 0, result
    match = KEY.fullmatch(result.stdout)
    assert match, result.stdout
    assert "only time" in result.stderr
    assert result.stdout.strip() not in result.stderr
    [row] = listed(key)["observer"]
    assert row[:3] == [match[1], "observer", "read write"]
    assert re.fullmatch(TIME, row[3])
    files = {path.name: path for path in key.state.iterdir()}
    assert "state.sqlite" in files
    secret = result.stdout.strip()[12:].encode()
    for path in files.values():
        assert path.stat().st_mode & 0o777 == 0o600, path
        assert secret not in path.read_bytes()
    assert key.state.stat().st_mode & 0o777 == 0o700


def test_list_is_aligned_and_has_the_revoked_ones_when_asked(key):
    assert listed(key) == {}
    assert not (key.state / "state.sqlite").exists()
    names = ["a", "Sternwarte Köln", "星空の観測者", "x" * 64]
    ids = {}
    for name in names:
        result = key("add", name, "--scope", "publish")
        ids[name] = KEY.fullmatch(result.stdout)[1]
    assert list(listed(key)) == names
    revoked = key("revoke", "a")
    assert revoked.returncode == 0 and ids["a"] in revoked.stderr
    assert key("revoke", ids["x" * 64]).returncode == 0
    assert list(listed(key)) == names[1:3]
    rows = listed(key, "--all")
    assert list(rows) == names
    assert re.fullmatch(TIME, rows["a"][0][4])
    assert rows["Sternwarte Köln"][0][4] == "-"


def test_a_name_is_free_again_when_its_key_is_revoked(key):
    assert key("add", "one", "--scope", "admin").returncode == 0
    again = key("add", "one", "--scope", "admin")
    assert (again.returncode, again.stdout) == (65, "")
    assert "already" in again.stderr
    assert key("revoke", "one").returncode == 0
    assert key("revoke", "one").returncode == 1
    assert key("add", "one", "--scope", "admin").returncode == 0
    assert len(listed(key, "--all")["one"]) == 2


WRONG = [
    ([], 2),
    (["ad"], 2),
    (["add"], 2),
    (["add", "one"], 2),
    (["add", "--scope", "write"], 2),
    (["add", "one", "--scope"], 2),
    (["add", "one", "--scope", ""], 2),
    (["add", "one", "--scope", "fly"], 2),
    (["add", "one", "--scope=read,write"], 2),
    (["add", "one", "two", "--scope", "read"], 2),
    (["add", "one", "--all", "--scope", "read"], 2),
    (["add", "", "--scope", "read"], 65),
    (["add", "a\nb", "--scope", "read"], 65),
    (["add", "x" * 65, "--scope", "read"], 65),
    (["add", b"\xff", "--scope", "read"], 65),
    (["list", "one"], 2),
    (["list", "--scope", "read"], 2),
    (["revoke"], 2),
    (["revoke", "--all"], 2),
    (["revoke", "one", "two"], 2),
    (["revoke", "one"], 1),
]


@pytest.mark.parametrize("words, code", WRONG, ids=repr)
def test_wrong_words_change_nothing(key, words, code):
    result = key(*words)
    assert (result.returncode, result.stdout) == (code, ""), result
    assert result.stderr
    assert not (key.state / "state.sqlite").exists()


def test_the_scopes_are_named_where_one_is_wrong(key):
    said = key("add", "one", "--scope", "fly").stderr
    manual = key("--help").stdout
    for scope in ("read", "write", "publish", "admin"):
        assert scope in said and scope in manual


def test_a_name_may_look_like_an_option(key):
    result = key("add", "--scope", "read", "--", "--all")
    assert result.returncode == 0, result
    assert list(listed(key)) == ["--all"]


def test_a_key_that_cannot_be_printed_is_revoked(key):
    with open("/dev/full", "w", encoding="utf-8") as full:
        result = key(
            "add",
            "one",
            "--scope",
            "read",
            capture_output=False,
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert result.returncode == 1
    assert "revoked" in result.stderr
    reader, writer = os.pipe()
    os.close(reader)
    result = key(
        "add",
        "one",
        "--scope",
        "read",
        capture_output=False,
        stdout=writer,
        stderr=subprocess.PIPE,
    )
    os.close(writer)
    assert result.returncode == 1, result
    assert listed(key) == {}
    assert len(listed(key, "--all")["one"]) == 2


def test_a_state_that_cannot_be_used(key):
    key.state.mkdir(mode=0o700)
    (key.state / "state.sqlite").write_bytes(b"no database, but text " * 500)
    for words, code in (
        (["add", "one", "--scope", "read"], 73),
        (["revoke", "one"], 73),
        (["list"], 66),
    ):
        result = key(*words)
        assert (result.returncode, result.stdout) == (code, ""), result
        assert "state.sqlite" in result.stderr


def test_root_becomes_the_owner(key):
    user = stages.lesser_user()
    if user is None:
        pytest.skip("only root can")
    key.state.mkdir(mode=0o700)
    stages.give(key.state, user)
    result = key("add", "one", "--scope", "read")
    assert result.returncode == 0, result
    for path in key.state.iterdir():
        assert path.owner() == user, path
