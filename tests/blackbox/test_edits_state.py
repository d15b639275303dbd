"""Edits and the state directory: several processes, imports, a full disk."""

import os
import shutil
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

import fronts
from editor import NEW, Editor
from fcgi_client import SocketSite
from keys import add_key
from problems import problem
from processes import clean_environment, wait_until
from stage import give, lesser_user

NOTICED_S = 3

# The program, alone with a small disk as its state directory.
ON_A_SMALL_DISK = """#!/bin/sh
exec unshare --mount --map-root-user sh -c '
	mount -t tmpfs -o size=12m none "$LIGHTCONE_STATE" &&
	cp -a "$0/." "$LIGHTCONE_STATE" && exec "$1"
' "{filled}" "{program}"
"""


@contextmanager
def edited_site(stage, directory, count=1, **options):
    """Lighttpd before so many processes, with a key."""
    if fronts.missing("lighttpd-external"):
        pytest.skip(fronts.missing("lighttpd-external"))
    with fronts.starting(
        "lighttpd-external", stage, "", count=count, **options
    ) as front:
        key = add_key(stage, front.state, "tests", "write")
        yield front, Editor(front.site, key)


@pytest.fixture
def pair(stage, directory):
    with edited_site(stage, directory, count=2) as site:
        yield site


# ---- processes


def test_a_process_that_comes_later_has_all_edits(pair):
    front, editor = pair
    editor.made("Early", {"ra_deg": 5, "dec_deg": 5})
    editor.delete("M 110")
    old = list(front.backends)
    for backend in old:
        front.backends.start()
        backend.signal(signal.SIGTERM)
        assert backend.wait() == 0, backend.said()
        front.backends.running.remove(backend)
    for _ in range(20):
        assert editor.get("Early").json()["ra_deg"] == 5
        problem(editor.get("M 110"), 404)


def test_an_answered_edit_outlives_kill_9(pair):
    front, editor = pair
    for i in range(10):
        reply = editor.put("Kept", {**NEW, "redshift": i})
        assert reply.status in (200, 201), reply
        victim = front.backends.running.pop(0)
        victim.signal(signal.SIGKILL)
        victim.wait()
        front.backends.start()
        assert editor.get("Kept").json()["redshift"] == i


def add_one(editor, times):
    """Adds to a number that others add to, too; nothing may be lost."""
    while times > 0:
        got = editor.get("Counter")
        body = got.json()
        body["radial_velocity_km_s"] += 1
        reply = editor.put(
            "Counter", body, ("If-Match", got.headers["ETag"])
        )
        assert reply.status in (200, 412), reply
        times -= reply.status == 200


def test_no_update_is_lost(pair):
    _, editor = pair
    editor.made("Counter", {**NEW, "radial_velocity_km_s": 0})
    with ThreadPoolExecutor(6) as threads:
        for done in [threads.submit(add_one, editor, 20) for _ in range(6)]:
            done.result()
    assert editor.get("Counter").json()["radial_velocity_km_s"] == 120


def test_one_of_many_makes_it(pair):
    _, editor = pair
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(
            lambda i: editor.put(
                f"Once {i // 8}", NEW, ("If-None-Match", "*")
            ), range(80),
        ))
    for start in range(0, 80, 8):
        statuses = [each.status for each in replies[start:start + 8]]
        assert sorted(statuses) == [201] + [412] * 7


# ---- imports


def import_table(stage, state, table, *words):
    return subprocess.run(
        [stage.bin / "lightcone", "import", *words, table],
        env=clean_environment(LIGHTCONE_STATE=state), capture_output=True,
        text=True, timeout=60, check=True,
    )


def test_edits_outlive_an_import(stage, pair):
    front, editor = pair
    body = {**editor.get("M 31").json(), "magnitude_v": 1.5}
    editor.put("M 31", body)
    editor.delete("M 33")
    editor.made("Own one", {**NEW, "aliases": ["Own alias"]})
    tags = {n: editor.get(n).headers["ETag"] for n in ("M 31", "Own one")}
    generation = front.site.get("/health").json()["catalogue"]["generation"]
    stage.import_catalogue(front.state)
    for _ in range(10):
        catalogue = front.site.get("/health").json()["catalogue"]
        assert catalogue["generation"] == generation + 1
        assert editor.get("Andromeda Galaxy").json() == body
        assert editor.get("Own alias").json()["name"] == "Own one"
        problem(editor.get("M 33"), 404)
        for name, tag in tags.items():  # they are what they were
            assert editor.get(name).headers["ETag"] == tag
        assert editor.names("M 31", radius_deg=0.1).count("NGC 224") == 1
    # And they still can be changed.
    assert editor.put("M 33", NEW).status == 201
    assert editor.put("M 31", body).status == 200


TABLES = [
    "name,ra,dec,grade\nA 1,10,10,5\nA 2,20,20,6\n",
    # A 1 has gone, A 3 has come where an edit was made, a column is new.
    "name,ra,dec,words,grade\nA 2,20,20,x,6\nA 3,30,30,y,7\nA 4,40,40,z,8\n",
]


def test_edits_over_a_table_that_changed(stage, directory, pair):
    front, editor = pair
    query = "catalogue=mine"
    table = directory / "mine.csv"
    table.write_text(TABLES[0])
    import_table(stage, front.state, table, "--catalogue", "mine")
    assert editor.put("A 1", {"ra_deg": 11, "dec_deg": 11},
                      query=query).status == 200
    assert editor.put("A 3", {"ra_deg": 33, "dec_deg": 33},
                      query=query).status == 201
    assert editor.delete("A 4", query=query).status == 404
    mine = editor.get("A 1", query=query).json()
    assert mine["columns"] == {"grade": 5}
    mine["columns"]["grade"] = 6
    back = editor.put("A 1", mine, query=query).json()
    assert "stay as they were" in back.pop("warnings")[0]
    mine["columns"]["grade"] = 5
    assert back == mine == editor.get("A 1", query=query).json()
    table.write_text(TABLES[1])
    import_table(stage, front.state, table, "--catalogue", "mine")
    seen = {
        row["name"]: (row["ra_deg"], row.get("columns"))
        for row in editor.listed("0 0", radius_deg=180, catalogue="mine")
    }
    assert seen == {
        "A 1": (11, {"grade": 5}), "A 2": (20, {"words": "x", "grade": 6}),
        "A 3": (33, None), "A 4": (40, {"words": "z", "grade": 8}),
    }


def test_a_catalogue_of_the_same_name_is_another(stage, directory, pair):
    """Its generation is the first again; nobody may take it for the old."""
    front, editor = pair
    table = directory / "mine.csv"
    query = {"coordinates": "10 10", "catalogue": "mine", "radius_deg": 90,
             "limit": 1}
    tags, tokens = set(), []
    for turn in range(2):
        table.write_text(TABLES[0].replace(",5", f",{turn}"))
        import_table(stage, front.state, table, "--catalogue", "mine")
        listed = front.site.get("/galaxy", query)
        tags.add(listed.headers["ETag"])
        tags.add(editor.get("A 1", query="catalogue=mine").headers["ETag"])
        tokens.append(listed.json()["next"])
        for file in (front.state / "catalogues").glob("mine.*"):
            file.unlink()
        wait_until(lambda: front.site.get("/galaxy", query).status != 200,
                   "the end of the catalogue", NOTICED_S)
    assert len(tags) == 4 and len(set(tokens)) == 2


# ---- where nothing can be written


def test_a_read_only_state_directory(stage, directory):
    """Reads see all edits that there are; a change is a 503 in words."""
    user = lesser_user()
    state = stage.state(directory)
    key = add_key(stage, state, "tests", "write")
    program = stage.bin / "lightcone.fcgi"
    path = directory / "fcgi.sock"
    with fronts.backends_on(path, program, state):
        editor = Editor(SocketSite(path), key)
        editor.made("Before", NEW)
    if user is not None:
        give(state, user)
    folders = [state, *(each for each in state.rglob("*") if each.is_dir())]
    for file in state.rglob("*"):
        if file.is_file():
            file.chmod(0o400)
    for folder in folders:
        folder.chmod(0o500)
    path.unlink()
    try:
        with fronts.backends_on(path, program, state, user=user) as (app,):
            editor = Editor(SocketSite(path), key)
            for reply in (
                editor.put("M 31", NEW), editor.put("After", NEW),
                editor.delete("Before"),
            ):
                answer = problem(reply, 503)
                assert "state.sqlite" in answer["detail"]
                assert str(state) not in answer["detail"]
                assert reply.headers["Retry-After"]
            assert editor.get("Before").status == 200
            problem(editor.get("After"), 404)
            assert editor.get("M 31").json()["name"] == "NGC 224"
            assert "Before" in editor.names("Before")
            assert app.running()
    finally:
        for folder in folders:
            folder.chmod(0o700)


@pytest.fixture
def small_disk(stage, directory):
    """A process with twelve megabytes; its state as we can reach it."""
    probe = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "mount", "-t", "tmpfs",
         "none", directory], capture_output=True, text=True, check=False,
    ) if shutil.which("unshare") else None
    if probe is None or probe.returncode != 0:
        pytest.skip("no file system can be mounted here")
    filled = directory / "filled"
    shutil.copytree(stage.imported, filled)
    key = add_key(stage, filled, "tests", "write")
    state = directory / "state"
    state.mkdir(mode=0o700)
    script = directory / "program"
    script.write_text(ON_A_SMALL_DISK.format(
        filled=filled, program=stage.bin / "lightcone.fcgi"
    ))
    script.chmod(0o755)
    path = directory / "fcgi.sock"
    with fronts.backends_on(path, script, state) as (app,):
        editor = Editor(SocketSite(path), key)
        assert editor.get("M 31").status == 200
        yield editor, Path(f"/proc/{app.pid}/root{state}")


def fill(file):
    with open(file, "wb", buffering=0) as out:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    out.write(bytes(size))
            except OSError:
                pass


def test_a_full_disk(small_disk):
    editor, state = small_disk
    editor.made("Before", NEW)
    before = editor.get("Before")
    fill(state / "filler")
    for _ in range(3):
        for reply in (
            editor.put("Before", {**NEW, "hubble_type": "x" * 64}),
            editor.put("After", {**NEW, "aliases": ["y" * 128] * 60}),
            editor.delete("M 31"),
        ):
            answer = problem(reply, 503)
            assert "state.sqlite" in answer["detail"], answer
            assert "full" in answer["detail"], answer
        assert editor.get("Before").json() == before.json()
        problem(editor.get("After"), 404)
        assert editor.get("M 31").json()["name"] == "NGC 224"
        assert editor.names("Before", radius_deg=0) == ["Before"]
    os.unlink(state / "filler")
    assert editor.put("After", NEW).status == 201
    assert editor.delete("Before").status == 200
    problem(editor.get("Before"), 404)
