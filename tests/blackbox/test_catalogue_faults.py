"""A catalogue that is missing, cut or damaged, and its recovery.

The program starts all the same, /health and /galaxy say what is wrong in the
same words, and all is well again as soon as the file is.
"""

import os
import shutil

import pytest

import fronts
from fcgi_client import FcgiSite
from processes import wait_until
from stage import lesser_user

RECOVERY_S = 3
NOTICED_S = 1  # on a machine that does nothing else
M31 = "coordinates=M31"
WHOLE = "coordinates=0+0&radius_deg=180&limit=10000"


def pointer(catalogues):
    return catalogues / "openngc.current"


def base(catalogues):
    found, = catalogues.glob("openngc.*.sqlite")
    return found


# ---- what may happen to the files, each by its name

def nothing_imported(catalogues):
    shutil.rmtree(catalogues)


def pointer_missing(catalogues):
    pointer(catalogues).unlink()


def pointer_empty(catalogues):
    replace(pointer(catalogues), b"")


def pointer_garbage(catalogues):
    replace(pointer(catalogues), b"\xff\x00\n\n../../../etc/passwd\n" * 20)


def base_missing(catalogues):
    base(catalogues).unlink()


def base_empty(catalogues):
    replace(base(catalogues), b"")


def base_garbage(catalogues):
    replace(base(catalogues), os.urandom(100_000))


def base_truncated(catalogues):
    content = base(catalogues).read_bytes()
    replace(base(catalogues), content[: len(content) // 2])


def base_cut_in_place(catalogues):
    os.truncate(base(catalogues), base(catalogues).stat().st_size // 2)


def base_half_written(catalogues):
    """The right size, and nothing in its second half."""
    file = base(catalogues)
    content = file.read_bytes()
    half = len(content) // 2
    replace(file, content[:half] + bytes(len(content) - half))


def base_half_written_in_place(catalogues):
    file = base(catalogues)
    size = file.stat().st_size
    os.truncate(file, size // 2)
    os.truncate(file, size)


def base_of_another_kind(catalogues):
    replace(base(catalogues), b"SQLite format 3\0" + bytes(8176))


def replace(file, content):
    """As a copy would arrive: beside the old file, then in its place."""
    new = file.with_suffix(".new")
    new.write_bytes(content)
    new.rename(file)


FAULTS = [
    nothing_imported, pointer_missing, pointer_empty, pointer_garbage,
    base_missing, base_empty, base_garbage, base_truncated,
    base_cut_in_place, base_half_written, base_half_written_in_place,
    base_of_another_kind,
]


def restore(state, imported):
    """What an administrator would do: copies the files back."""
    shutil.rmtree(state / "catalogues", ignore_errors=True)
    shutil.copytree(imported / "catalogues", state / "catalogues")


def assert_unavailable(site):
    health = site.get("/health")
    assert health.status == 503, health
    answer = health.json()
    assert answer["live"] is True
    assert answer["ready"] is False
    why = answer["catalogue"]["why"]
    assert len(why) > 10
    galaxy = site.get("/galaxy", M31)
    assert galaxy.status == 503, galaxy
    assert galaxy.media_type == "application/problem+json"
    assert galaxy.json()["detail"] == why
    assert galaxy.headers["Retry-After"]
    return why


def assert_recovers(site):
    wait_until(
        lambda: site.get("/galaxy", M31).status == 200,
        "the recovery",
        RECOVERY_S,
    )
    assert site.get("/health").json()["ready"] is True


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_fault_before_the_start(stage, directory, fault):
    state = stage.state(directory)
    fault(state / "catalogues")
    path = directory / "fcgi.sock"
    program = stage.bin / "lightcone.fcgi"
    with fronts.backends_on(path, program, state) as (app,):
        site = FcgiSite(path)
        why = assert_unavailable(site)
        assert str(directory) not in why
        assert site.get("/galaxy").status == 422  # input is checked first
        assert site.get("/").status == 200
        restore(state, stage.imported)
        assert_recovers(site)
        assert app.running()


@pytest.mark.alone
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_fault_while_running(stage, directory, fault):
    state = stage.state(directory)
    path = directory / "fcgi.sock"
    program = stage.bin / "lightcone.fcgi"
    with fronts.backends_on(path, program, state) as (app,):
        site = FcgiSite(path)
        assert_recovers(site)
        for _ in range(2):
            fault(state / "catalogues")
            # Noticed soon, and meanwhile harmless to who asks.
            wait_until(
                lambda: site.get("/galaxy", WHOLE).status == 503,
                "the fault",
                NOTICED_S,
            )
            assert_unavailable(site)
            restore(state, stage.imported)
            assert_recovers(site)
        assert app.running()


@pytest.mark.alone
def test_a_new_import_is_taken_soon(stage, directory):
    state = stage.state(directory)
    path = directory / "fcgi.sock"
    program = stage.bin / "lightcone.fcgi"
    with fronts.backends_on(path, program, state):
        site = FcgiSite(path)
        before = site.get("/health").json()["catalogue"]["generation"]
        stage.import_catalogue(state)
        wait_until(
            lambda: site.get("/health").json()["catalogue"]["generation"]
            > before,
            "the new generation",
            NOTICED_S,
        )
        assert site.get("/galaxy", M31).status == 200


def test_read_only_state_serves_reads(stage, directory):
    user = lesser_user()
    state = stage.state(directory, user)
    folders = [state, *(path for path in state.rglob("*") if path.is_dir())]
    for file in state.rglob("*"):
        if file.is_file():
            file.chmod(0o400)
    for folder in folders:
        folder.chmod(0o500)
    path = directory / "fcgi.sock"
    program = stage.bin / "lightcone.fcgi"
    try:
        with fronts.backends_on(path, program, state, user=user) as (app,):
            site = FcgiSite(path)
            assert_recovers(site)
            assert site.get("/galaxy", M31).json()["matched"] == 1
            assert app.running()
    finally:
        for folder in folders:
            folder.chmod(0o700)
