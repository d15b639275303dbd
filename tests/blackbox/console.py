"""The operator's command over a state directory of its own, tables for it to
import, and a process that answers from what it made."""

import sqlite3
import subprocess
from contextlib import contextmanager

import fronts
from fcgi_client import FcgiSite
from processes import clean_environment

PATIENCE_S = 60


class Console:
    def __init__(self, stage, directory):
        self.stage = stage
        self.directory = directory
        self.state = directory / "state"
        self.tables = directory / "tables"
        self.tables.mkdir()

    def table(self, name, content):
        """Writes a file that is to be imported; its path."""
        path = self.tables / name
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        return path

    def command(self, *words):
        return [str(self.stage.bin / "lightcone"), *map(str, words)]

    def environment(self):
        return clean_environment(LIGHTCONE_STATE=self.state)

    def run(self, *words, **more):
        return subprocess.run(
            self.command(*words),
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            check=False,
            encoding="utf-8",
            errors="surrogateescape",
            **{"capture_output": True, **more},
        )

    def fine(self, *words, **more):
        """The same of what must succeed; what it printed."""
        done = self.run(*words, **more)
        assert done.returncode == 0, done
        return done.stdout

    def refused(self, code, *words, **more):
        """The same of what must not; what it said."""
        done = self.run(*words, **more)
        assert done.returncode == code, done
        assert done.stdout == "", done
        assert done.stderr != ""
        return done.stderr

    def imported(self, name, path, *words):
        return self.fine("import", "--catalogue", name, *words, path)

    def files(self):
        """What stands in the directory of catalogues, by name."""
        folder = self.state / "catalogues"
        if not folder.exists():
            return []
        return sorted(path.name for path in folder.iterdir())

    def file(self, name):
        """The file of a catalogue's present generation."""
        folder = self.state / "catalogues"
        pointer = (folder / f"{name}.current").read_text()
        named, = (line[5:] for line in pointer.splitlines()
                  if line.startswith("file "))
        return folder / named

    def facts(self, name):
        with sqlite3.connect(f"file:{self.file(name)}?mode=ro", uri=True) as db:
            return dict(db.execute("SELECT word, value FROM fact"))

    def key(self, name="observer", scope="write"):
        """Header fields of a new key."""
        key = self.fine("key", "add", name, "--scope", scope).strip()
        return {"HTTP_AUTHORIZATION": "Bearer " + key}

    @contextmanager
    def served(self):
        """A process that answers from the state directory."""
        path = self.directory / "fcgi.sock"
        program = self.stage.bin / "lightcone.fcgi"
        with fronts.backends_on(path, program, self.state):
            yield FcgiSite(path)
            path.unlink()


def objects(site, catalogue, coordinates="0,0", radius_deg=180, **more):
    """What a search finds, by name."""
    reply = site.get("/galaxy", {
        "catalogue": catalogue, "coordinates": coordinates,
        "radius_deg": radius_deg, "limit": 10000, **more,
    })
    assert reply.status == 200, reply
    return {each["name"]: each for each in reply.json()["system"]}


def large_table(path, rows):
    """Rows of numbers, texts and a position, none like another."""
    with open(path, "w", encoding="utf-8") as file:
        file.write("name,ra,dec,Vmag,count,note\n")
        for start in range(0, rows, 10000):
            file.writelines(
                f"L {i},{i * 0.618033988 % 360:.6f},"
                f"{i * 0.7548776662 % 180 - 90:.6f},"
                f"{i % 2000 / 100},{i % 97},note {i % 1000}\n"
                for i in range(start, min(start + 10000, rows))
            )
    return path
