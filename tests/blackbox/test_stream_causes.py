"""What the application does is told to observers: each change, import and
end of a job by one event, in order, and nothing that was refused."""

import json

import pytest

from causes import Observer, ask, conforms, documented
from editor import at
from processes import wait_until
from worker import LEASE_MS, Work, kill_hard

TABLE = """\
name,ra,dec,Vmag,aliases
One,10,20,3,
Two,200,-40,4,
Thr/ee ?,30,0,5,3?
"""
SKY = "catalogue=sky"


@pytest.fixture
def observer(console):
    made = Observer(console.stage, console.directory, console.state,
                    documented(console))
    yield made
    made.stop()


@pytest.fixture
def sky(console, observer):
    """A catalogue, its import behind us; a site that answers from it."""
    console.imported("sky", console.table("sky.csv", TABLE))
    assert observer.next()["action"] == "imported"
    with console.served() as site:
        site.key = console.key()
        yield site


def send(site, method, name, body=None, status=200, **fields):
    more = {**site.key, **fields}
    if body is not None:
        more["CONTENT_TYPE"] = "application/json"
        body = json.dumps(body).encode()
    reply = ask(site, at(name) + "?" + SKY, method, body or b"", **more)
    assert reply.status == status, reply
    return reply


def where(ra_deg, dec_deg):
    return {"ra_deg": ra_deg, "dec_deg": dec_deg}


# ---- objects


def test_each_edit_is_one_event_in_order(sky, observer):
    new = "New \u2605?"
    send(sky, "PUT", "One", where(11.5, 21))
    send(sky, "PUT", "One", where(11.5, 21))  # a change like any other
    send(sky, "PUT", new, where(359.999, -90), 201)
    send(sky, "DELETE", "One")
    send(sky, "DELETE", "3?")  # of the file; no path has its main name
    seen = observer.all()
    assert [(each["action"], each["name"], each["ra_deg"], each["dec_deg"])
            for each in seen] == [
        ("put", "One", 11.5, 21), ("put", "One", 11.5, 21),
        ("put", new, 359.999, -90), ("delete", "One", 11.5, 21),
        ("delete", "Thr/ee ?", 30, 0),
    ]
    assert {(each["type"], each["catalogue"]) for each in seen} == {
        ("object", "sky")}
    changes = [each["change"] for each in seen]
    assert changes == sorted(set(changes))
    # An event's path leads to what it tells of.
    for each in seen:
        gone = each["name"] != new
        reply = ask(sky, each["path"])
        assert reply.status == (404 if gone else 200), (each, reply)
        assert gone or reply.json()["name"] == new


REFUSED = [
    ("PUT", "One", {"ra_deg": 1}, 422, {}),
    ("PUT", "One", where(1, 91), 422, {}),
    ("PUT", "One", {**where(1, 2), "aliases": ["Two"]}, 422, {}),
    ("PUT", "One", where(1, 2), 412, {"HTTP_IF_MATCH": '"other"'}),
    ("PUT", "One", where(1, 2), 412, {"HTTP_IF_NONE_MATCH": "*"}),
    ("PUT", "One", where(1, 2), 401, {"HTTP_AUTHORIZATION": "Bearer no"}),
    ("DELETE", "One", None, 412, {"HTTP_IF_MATCH": '"other"'}),
    ("DELETE", "One", None, 401, {"HTTP_AUTHORIZATION": "Bearer no"}),
    ("DELETE", "Nothing", None, 404, {}),
]


def test_what_is_refused_is_no_event(sky, observer):
    for method, name, body, status, fields in REFUSED:
        send(sky, method, name, body, status, **fields)
    assert observer.all() == []


def test_an_edit_that_cannot_last_is_no_event(sky, observer):
    """The event that belongs to it cannot be written, and so neither is."""
    with observer.hub.database() as db:
        db.execute("CREATE TRIGGER no BEFORE INSERT ON events"
                   " WHEN new.type = 'object'"
                   " BEGIN SELECT raise(ABORT, 'no room'); END")
        send(sky, "PUT", "One", where(1, 2), 503)
        assert ask(sky, at("One") + "?" + SKY).json()["ra_deg"] == 10
        db.execute("DROP TRIGGER no")
    send(sky, "PUT", "One", where(1, 2))
    seen, = observer.all()
    assert seen["ra_deg"] == 1


def test_edits_are_in_the_sky(sky, observer):
    """One who looks at a circle sees what is put there, or was there."""
    with observer.hub.raw(coordinates="200 -40", catalogue="sky",
                          radius_deg=2, only="positions") as near:
        send(sky, "PUT", "One", where(12, 20))
        send(sky, "PUT", "One", where(201, -40.5))
        send(sky, "DELETE", "One")
        send(sky, "DELETE", "3?")
        send(sky, "DELETE", "Two")
        seen = [near.next()["data"] for _ in range(3)]
    assert [(each["action"], each["name"]) for each in seen] == [
        ("put", "One"), ("delete", "One"), ("delete", "Two")]
    assert len(observer.all()) == 5


# ---- catalogues


def test_catalogues_tell_of_themselves(console, observer):
    path = console.table("sky.csv", TABLE)
    bad = console.table("bad.csv", TABLE + "Four,400,0,1,\n")

    def told(**more):
        return {"type": "catalogue", "catalogue": "sky", **more}
    with console.served() as site:
        site.key = console.key()
        console.imported("sky", path)
        assert observer.next() == told(
            action="imported", generation=1, objects=3)
        assert ask(site, at("Two") + "?" + SKY).status == 200
        send(site, "PUT", "One", where(1, 2))
        send(site, "DELETE", "Two")
        console.refused(65, "import", "--catalogue", "sky", "--strict", bad)
        console.imported("sky", path, "--drop-edits")
        seen = observer.all()
        assert [each["action"] for each in seen[:2]] == ["put", "delete"]
        assert seen[2:] == [
            told(action="imported", generation=2, objects=3),
            told(action="edits_dropped", edits=2)]
        assert ask(site, at("Two") + "?" + SKY).status == 200
        send(site, "DELETE", "Two")
        console.fine("drop", "sky")
        assert observer.all()[1:] == [told(action="dropped", edits=1)]
        assert ask(site, at("One") + "?" + SKY).status != 200
        console.refused(66, "drop", "sky")
        assert observer.all() == []
        console.imported("sky", path)
        console.fine("drop", "sky")
        assert observer.all() == [
            told(action="imported", generation=3, objects=3),
            told(action="dropped", edits=0)]


def test_where_nobody_has_observed_nothing_is_made(console):
    console.imported("sky", console.table("sky.csv", TABLE))
    console.fine("drop", "sky")
    assert not (console.state / "state.sqlite").exists()


# ---- jobs


@pytest.fixture
def work(console):
    made = Work(console.stage, console.directory, console.state)
    yield made
    made.stop()


def test_each_end_of_a_job_is_one_event(work, observer):
    ends = {
        work.add("empty"): "succeeded",
        work.add("fail", times=99): "failed",
        work.add("empty", delay_ms=3600000): "cancelled",
        work.add("sleep", ms=60000): "cancelled",
    }
    jobs = list(ends)
    work.cancel(jobs[2])
    assert observer.next()["state"] == "cancelled"
    work.start()
    work.wait_state(jobs[3], "running")
    work.cancel(jobs[3])
    for job in ends:
        assert work.wait_end(job)["state"] == ends[job]
    judge(work, observer, set(jobs) - {jobs[2]})


def test_a_job_that_its_worker_took_along_has_ended_too(work, observer):
    """One whose every attempt was lost is ended by who sweeps."""
    job = work.add("sleep", ms=60000)
    worker = work.start("--processes", "1")
    work.wait_state(job, "running")
    with observer.hub.database() as db:
        db.execute("UPDATE jobs SET attempts = attempts_most")
        db.commit()
    runners = work.runners(worker)
    kill_hard(worker.pid)
    worker.wait()
    for each in runners:
        wait_until(lambda pid=each: not kill_hard(pid), "no runner")
    work.start("--processes", "1")
    assert work.wait_end(job)["state"] == "failed"
    judge(work, observer, {job})


def test_a_worker_lets_go_of_old_events(work):
    jobs = work.add_many("empty", 3)
    for each in jobs:
        work.cancel(each)
    old, = work.query("SELECT max(seq) AS seq FROM events")
    work.run("--once")
    assert work.query("SELECT seq FROM events")[0]["seq"] == 1
    wait_until(lambda: work.query(
        "SELECT 1 FROM events WHERE seq = ? AND time_ms <"
        " (julianday('now') - 2440587.5) * 86400000 - 1000", old["seq"]),
        "age")
    work.run("--once", LIGHTCONE_STREAM_KEEP_S=1)
    assert work.query(
        "SELECT 1 FROM events WHERE seq <= ?", old["seq"]) == []


def judge(work, observer, jobs):
    """The events are those of these jobs, each once, beside the clock's."""
    seen = [each for each in observer.all() if each.get("kind") != "tick"]
    rows = {row["seq"]: row for row in map(work.job, jobs)}
    assert sorted(each["number"] for each in seen) == sorted(rows)
    for each in seen:
        row = rows[each["number"]]
        assert (each["type"], each["kind"], each["state"],
                each["attempts"]) == ("job", row["kind"], row["state"],
                                      row["attempts"])
        assert each["elapsed_ms"] == row["ended_ms"] - row["created_ms"]
        # Who knows an id may see and cancel the job.
        assert row["id"] not in json.dumps(each)


def test_the_judge_can_say_no(console):
    schema = documented(console)["job"]
    good = {"number": 1, "kind": "a", "state": "failed", "attempts": 0,
            "elapsed_ms": 5}
    assert conforms(schema, good)
    for more in ({"number": 0}, {"number": "1"}, {"state": "queued"},
                 {"other": 1}, {"attempts": True}):
        assert not conforms(schema, {**good, **more})
    assert not conforms(schema, {"number": 1})
