"""GET /jobs/{id}, its result, DELETE, and the list, behind each front."""

import hashlib
import random
import re
from pathlib import Path

import pytest

from fcgi_client import END_REQUEST, STDOUT, FcgiSite, Peer
from fronts import backends_on
from job_rows import ENDED, HOUR_MS, STATES, JobRows, new_id, now_ms
from keys import add_key, bearer
from problems import PROBLEM, errors, problem

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ALWAYS = {"id", "number", "kind", "state", "progress", "attempts",
          "attempts_most", "created"}


@pytest.fixture
def rows(edited):
    """No jobs, at first."""
    made = JobRows(edited.state)
    made.clear()
    return made


def admin(edited):
    return bearer(edited.keys["admin"])


# ---- one job

VIEWS = {
    "queued": (dict(state="queued"), set()),
    "later": (dict(state="queued", ready_ms=None,
                   run_at_ms=now_ms() + HOUR_MS), {"due"}),
    "again": (dict(state="queued", attempts=1, lease=1, error="away",
                   started_ms=now_ms()), {"started", "error"}),
    "running": (dict(state="running", progress=0.25), {"started"}),
    "told": (dict(state="running", cancel=1), {"started", "cancelling"}),
    "succeeded": (dict(state="succeeded", result_status=200,
                       result_media="text/csv", result_bytes=1),
                  {"started", "ended", "result"}),
    "succeeded without a result": (dict(state="succeeded"),
                                   {"started", "ended"}),
    "failed": (dict(state="failed", attempts=3, error="no \"luck\" ★"),
               {"started", "ended", "error"}),
    "cancelled": (dict(state="cancelled"), {"started", "ended"}),
}


@pytest.mark.parametrize("case", VIEWS)
def test_what_a_job_shows(edited, rows, case):
    columns, more = VIEWS[case]
    its = rows.add(**columns)
    reply = edited.site.get(f"/jobs/{its}")
    assert reply.status == 200, reply
    job = reply.json()
    assert set(job) == ALWAYS | more
    assert job["id"] == its and job["kind"] == "wormhole"
    assert job["state"] == columns["state"]
    assert job["progress"] == rows.of(its, "progress")
    assert job["attempts"] == rows.of(its, "attempts")
    assert job["attempts_most"] == 3
    assert job.get("error") == columns.get("error")
    assert job.get("cancelling", True) is True
    if "result" in job:
        assert job["result"] == f"{edited.site.mount}/jobs/{its}/result"
    for name in ("created", "due", "started", "ended"):
        assert name not in job or TIME.fullmatch(job[name]), job
    assert reply.headers["Cache-Control"] == "private, no-cache"
    waits = job["state"] in ("queued", "running")
    assert ("Retry-After" in reply.headers) == waits
    assert "etag" in reply.headers
    again = edited.site.get(
        f"/jobs/{its}", fields=[("If-None-Match", reply.headers["ETag"])]
    )
    assert again.status == 304


def test_when_to_ask_again(edited, rows):
    def seconds(**columns):
        its = rows.add(**columns)
        return int(edited.site.get(f"/jobs/{its}").headers["Retry-After"])

    assert seconds() == 1
    assert seconds(created_ms=now_ms() - 200_000) in range(20, 25)
    assert seconds(created_ms=now_ms() - 24 * HOUR_MS) == 60
    later = dict(ready_ms=None, run_at_ms=now_ms() + 40_000)
    assert seconds(**later) in range(20, 41)


NO_IDS = [
    "a", "a-guess", new_id(), "A" * 22, "x" * 3000, "%20", "'", "%25",
    "%E2%98%85", "0", "null",
]


@pytest.mark.parametrize("method, path", [
    ("GET", ""), ("GET", "/result"), ("DELETE", "")
])
def test_an_id_that_is_none_is_told_the_same(edited, rows, method, path):
    known = rows.add()
    tried = NO_IDS + [known[:-1], known + "A", known.swapcase()]
    replies = [
        edited.site.ask(method, f"/jobs/{its}{path}") for its in tried
    ]
    # Apache itself refuses to rewrite a path with a '%' in it.
    replies = [reply for its, reply in zip(tried, replies, strict=True)
               if its != "%25" or reply.media_type == PROBLEM]
    assert {reply.status for reply in replies} == {404}
    assert {reply.body for reply in replies} == {replies[0].body}
    first = replies[0].body
    assert problem(replies[0], 404)["detail"] == "There is no such job."
    assert known.encode() not in first
    assert rows.of(known, "state") == "queued"


# ---- cancelling


def test_one_that_waits_is_cancelled_at_once(edited, rows):
    its = rows.add()
    reply = edited.site.ask("DELETE", f"/jobs/{its}")
    assert reply.status == 200, reply
    assert reply.json()["state"] == "cancelled"
    assert "ended" in reply.json() and "Retry-After" not in reply.headers
    assert reply.json() == edited.site.get(f"/jobs/{its}").json()


def test_one_that_runs_is_told(edited, rows):
    its = rows.add("running", lease_ms=2**53, lease_boot=1)
    reply = edited.site.ask("DELETE", f"/jobs/{its}")
    assert reply.status == 200, reply
    assert reply.json()["state"] == "running"
    assert reply.json()["cancelling"] is True
    assert reply.headers["Retry-After"]
    assert rows.of(its, "cancel") == 1
    again = edited.site.ask("DELETE", f"/jobs/{its}")
    assert again.status == 200 and again.json()["cancelling"] is True


@pytest.mark.parametrize("state", ENDED)
def test_one_that_has_ended_stays(edited, rows, state):
    its = rows.add(state)
    reply = edited.site.ask("DELETE", f"/jobs/{its}")
    assert state in problem(reply, 409)["detail"]
    assert rows.of(its, "state") == state


# ---- results


def test_a_result(edited, rows):
    content = bytes(random.Random(1).randbytes(5000))
    its = rows.add_result(content, "image/png")
    path = f"/jobs/{its}/result"
    reply = edited.site.get(path)
    assert reply.status == 200 and reply.body == content
    assert reply.headers["Content-Type"] == "image/png"
    assert reply.headers["Cache-Control"] == "private, no-cache"
    tag = reply.headers["ETag"]
    head = edited.site.ask("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["ETag"] == tag
    assert head.headers["Content-Type"] == "image/png"
    kept = edited.site.get(path, fields=[("If-None-Match", tag)])
    assert (kept.status, kept.body) == (304, b"")
    other = edited.site.get(f"/jobs/{rows.add_result(content)}/result")
    assert other.headers["ETag"] != tag


def test_an_empty_result_of_another_type(edited, rows):
    its = rows.add_result(b"", "text/csv; charset=utf-8")
    reply = edited.site.get(f"/jobs/{its}/result")
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("state", STATES)
def test_no_result_yet(edited, rows, state):
    its = rows.add(state)
    reply = edited.site.get(f"/jobs/{its}/result")
    detail = problem(reply, 404)["detail"]
    if state == "succeeded":
        assert detail == "A job of the kind wormhole has no result."
    else:
        assert f"its state is {state}" in detail
        assert f"{edited.site.mount}/jobs/{its}" in detail


def test_a_result_that_was_removed(edited, rows):
    its = rows.add_result(b"gone")
    rows.result(its).unlink()
    reply = edited.site.get(f"/jobs/{its}/result")
    assert "removed" in problem(reply, 404)["detail"]


def test_a_large_result_comes_whole(edited, rows):
    content = bytes(random.Random(2).randbytes(3 << 20)) * 4
    its = rows.add_result(content)
    reply = edited.site.get(f"/jobs/{its}/result")
    assert reply.status == 200 and len(reply.body) == len(content)
    wanted = hashlib.sha256(content).digest()
    assert hashlib.sha256(reply.body).digest() == wanted
    assert reply.headers["ETag"]
    head = edited.site.ask("HEAD", f"/jobs/{its}/result")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["ETag"] == reply.headers["ETag"]


def content_bytes(peer):
    """How many bytes an answer has, its fields too."""
    length, kind = 0, STDOUT
    while kind != END_REQUEST:
        kind, content = peer.read_record()
        length += len(content) if kind == STDOUT else 0
    return length


def peak_bytes(pid):
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


@pytest.mark.plain  # a sanitizer keeps what was freed
def test_a_large_result_needs_no_memory(stage, directory):
    state = stage.state(directory)
    path = directory / "fcgi.sock"
    with backends_on(path, stage.bin / "lightcone.fcgi", state) as backends:
        site = FcgiSite(path)
        backend, = backends
        add_key(stage, state, "one", "read")  # makes state.sqlite
        made = JobRows(state)
        small, large = made.add_result(b"x" * 2**20), made.add_result(
            b"x" * (64 << 20))
        assert site.get(f"/jobs/{small}/result").status == 200
        before = peak_bytes(backend.pid)
        with Peer(path) as peer:
            peer.ask(f"/jobs/{large}/result")
            assert content_bytes(peer) > 64 << 20
        assert peak_bytes(backend.pid) - before < 16 << 20


# ---- the list


def listed(edited, **params):
    reply = edited.site.get("/jobs", params, admin(edited))
    assert reply.status == 200, reply
    return reply.json()


def ids(answer):
    return [job["id"] for job in answer["jobs"]]


def test_the_list_is_the_operators(edited, rows):
    rows.add()
    assert problem(edited.site.get("/jobs"), 401)
    for scope in ("read", "write", "publish"):
        fields = bearer(edited.keys[scope])
        assert problem(edited.site.get("/jobs", fields=fields), 403)
    reply = edited.site.get("/jobs", fields=admin(edited))
    assert reply.status == 200, reply
    assert "private" in reply.headers["Cache-Control"]


def test_no_jobs(edited, rows):
    rows.clear()
    assert listed(edited) == {
        "jobs": [], "next": None, "counts": dict.fromkeys(STATES, 0),
        "oldest_due_ms": 0,
    }


def test_the_list_filters_and_counts(edited, rows):
    made = {
        (state, kind): rows.add(state, kind)
        for kind in ("wormhole", "webhook") for state in STATES
    }
    newest_first = list(made.values())[::-1]
    everything = listed(edited)
    assert ids(everything) == newest_first and everything["next"] is None
    assert everything["counts"] == dict.fromkeys(STATES, 2)
    for job in everything["jobs"]:
        one = edited.site.get(f"/jobs/{job['id']}").json()
        assert job == one
    for state in STATES:
        assert set(ids(listed(edited, state=state))) == {
            made[state, "wormhole"], made[state, "webhook"]
        }
    webhooks = listed(edited, kind="webhook")
    assert {job["kind"] for job in webhooks["jobs"]} == {"webhook"}
    assert len(webhooks["jobs"]) == len(STATES)
    both = listed(edited, kind="webhook", state="failed")
    assert ids(both) == [made["failed", "webhook"]]
    assert ids(listed(edited, kind="other")) == []


def test_pages(edited, rows):
    made = [rows.add() for _ in range(7)][::-1]
    found, after = [], {}
    for length in (3, 3, 1):
        page = listed(edited, limit=3, **after)
        assert len(page["jobs"]) == length
        found += ids(page)
        after = {"after": page["next"]}
    assert found == made and after == {"after": None}


def test_how_long_the_oldest_has_waited(edited, rows):
    rows.add(ready_ms=now_ms() - 100_000)
    rows.add()
    assert 100_000 <= listed(edited)["oldest_due_ms"] < 200_000
    rows.clear()
    rows.add(ready_ms=None, run_at_ms=now_ms() + HOUR_MS)
    assert listed(edited)["oldest_due_ms"] == 0


WRONG = [
    ({"state": "lost"}, {"state": "enum"}),
    ({"limit": "0"}, {"limit": "greater_than_equal"}),
    ({"limit": "1001"}, {"limit": "less_than_equal"}),
    ({"limit": "many"}, {"limit": "int_parsing"}),
    ({"kind": ""}, {"kind": "string_too_short"}),
    ({"after": "a-guess"}, {"after": "value_error"}),
    ({"state": "", "limit": "1.5"}, {"state": "enum", "limit": "int_parsing"}),
]


@pytest.mark.parametrize("params, wrong", WRONG, ids=repr)
def test_what_the_list_refuses(edited, rows, params, wrong):
    rows.add()
    reply = edited.site.get("/jobs", params, admin(edited))
    assert errors(reply) == wrong
