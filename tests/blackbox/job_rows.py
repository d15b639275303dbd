"""Jobs, put into a state directory by hand: rows of state.sqlite, results."""

import base64
import os
import sqlite3
import time
from contextlib import closing

STATES = ("queued", "running", "succeeded", "failed", "cancelled")
ENDED = STATES[2:]
HOUR_MS = 3600_000


def now_ms():
    return int(time.time() * 1000)


def new_id():
    """None begins with '-', which commands would take for an option."""
    made = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
    return made if made[0] != "-" else new_id()


class JobRows:
    """The state directory must have a state.sqlite; no worker is at work."""

    def __init__(self, state):
        self.state = state

    def execute(self, sql, values=()):
        path = self.state / "state.sqlite"
        with closing(sqlite3.connect(path, timeout=10)) as db, db:
            return db.execute(sql, values).fetchall()

    def add(self, state="queued", kind="wormhole", **columns):
        """A new job's id."""
        begun = state != "queued"
        row = {
            "id": new_id(),
            "kind": kind,
            "state": state,
            "priority": 0,
            "attempts": int(begun),
            "attempts_most": 3,
            "ready_ms": now_ms() if state == "queued" else None,
            "lease": int(begun),
            "cancel": 0,
            "progress": 1.0 if state == "succeeded" else 0.0,
            "created_ms": now_ms(),
            "started_ms": now_ms() if begun else None,
            "ended_ms": now_ms() if state in ENDED else None,
            "result_status": 0,
            "result_bytes": 0,
            "payload": "{}",
            **columns,
        }
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        self.execute(
            f"INSERT INTO jobs ({names}) VALUES ({marks})", list(row.values())
        )
        return row["id"]

    def add_result(self, content, media="image/png", **columns):
        """One that succeeded, with what it has made."""
        its = self.add(
            "succeeded", result_status=200, result_bytes=len(content),
            result_media=media, **columns,
        )
        path = self.result(its)
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700)
        path.write_bytes(content)
        owner = self.state.stat()
        for each in (path.parent, path):
            os.chown(each, owner.st_uid, owner.st_gid)
        return its

    def result(self, its):
        return self.state / "results" / its

    def of(self, its, column):
        (value,), = self.execute(
            f"SELECT {column} FROM jobs WHERE id = ?", [its]
        )
        return value

    def clear(self):
        self.execute("DELETE FROM jobs")
