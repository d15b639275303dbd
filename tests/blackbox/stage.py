"""A fresh directory with all that a test run needs in it.

The programs, the servers' configurations and the catalogue are copied, so
that a server which runs as another user can read them wherever the source
tree lies.  State directories are copies of one that the operator's command
filled once.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cached_property
from pathlib import Path

from processes import clean_environment

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("LIGHTCONE_BUILD") or SOURCE).resolve()
CATALOGUE = SOURCE / "conf/catalogue/openngc.tsv"
# Whether what takes minutes is done in full, and not a tenth of it.
THOROUGH = os.environ.get("THOROUGH") == "true"
# Nobody here is a stranger who asks too much, but in the tests of limits; and
# where tests share the processors, heavy work must not starve.
OPTIONS = "check_replies = on\nrate = off\n" + (
    "pool_idle = off\n" if "PYTEST_XDIST_WORKER" in os.environ else "")

PROGRAMS = ("lightcone.fcgi", "lightcone.cgi", "lightcone")
TEST_PROGRAMS = ("tests/testapp.fcgi", "tests/testapp.cgi", "tests/testwork")


def lesser_user():
    """Who runs what must not run as root; None when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("www-data", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            pass
    raise RuntimeError("this system has neither www-data nor nobody")


class Stage:
    """`as_product` has the test endpoints under the product's names, so that
    every front can be put before them.  `options` are more lines of files of
    options, for programs that servers tell nothing."""

    def __init__(self, as_product=False, options=""):
        self.root = Path(tempfile.mkdtemp(prefix="lc-"))
        self.root.chmod(0o755)
        self.bin = self.root / "bin"
        self.conf = self.root / "conf"
        self.bin.mkdir()
        for name in PROGRAMS:
            shutil.copy(BUILD / name, self.bin)
        # Each reply is held against its documentation.
        self.options = OPTIONS + options
        (self.bin / "lightcone.conf").write_text(self.options)
        for name in TEST_PROGRAMS:
            if (BUILD / name).exists():
                shutil.copy(BUILD / name, self.bin)
                if as_product:
                    product = Path(name).name.replace("testapp", "lightcone")
                    shutil.copy(BUILD / name, self.bin / product)
        for name in ("lighttpd", "apache", "shared-hosting"):
            shutil.copytree(SOURCE / "conf" / name, self.conf / name)
        # The importer also takes what lies beside the table.
        shutil.copytree(CATALOGUE.parent, self.root / "catalogue")

    def remove(self):
        shutil.rmtree(self.root, ignore_errors=True)

    def fresh(self, name):
        """A new empty directory."""
        path = Path(tempfile.mkdtemp(prefix=name + "-", dir=self.root))
        path.chmod(0o755)
        return path

    @cached_property
    def sanitized(self):
        """Whether the programs carry a sanitizer, which costs memory."""
        return b"__asan_init" in (self.bin / "lightcone.fcgi").read_bytes()

    @cached_property
    def imported(self):
        """A state directory with the catalogue in it; made once."""
        state = self.root / "state"
        state.mkdir(mode=0o700)
        self.import_catalogue(state)
        return state

    def import_catalogue(self, state):
        subprocess.run(
            [self.bin / "lightcone", "import", "--catalogue", "openngc"]
            + [self.root / "catalogue" / CATALOGUE.name],
            env=clean_environment(LIGHTCONE_STATE=state),
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def state(self, directory, user=None):
        """Puts a state directory with the catalogue into a directory."""
        state = directory / "state"
        shutil.copytree(self.imported, state)
        if user is not None:
            give(state, user)
        return state


def give(path, user):
    """Makes everything under a path somebody's own."""
    shutil.chown(path, user, user)
    for folder, folders, files in os.walk(path):
        for name in folders + files:
            shutil.chown(Path(folder, name), user, user)
