"""Requests that go on as jobs, behind every front and with the product's own
worker: from 202 to the result, and whoever is to be told of it is.
"""

import base64
import fcntl
import json
import os
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest

import fronts
from editor import NEW, Editor
from fcgi_client import parse, variables
from keys import add_key
from processes import Program, clean_environment, wait_until
from sinks import hooks, mails

pytestmark = pytest.mark.long

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
JSON = ("Content-Type", "application/json")
ASYNC = ("Prefer", "respond-async")
FILM = {"settings": {"preset": "film"}}
SMALL = {"settings": {"preset": "film", "image": {
    "width_px": 160, "height_px": 90, "fov_deg": 40}}, "timeout": 60000}
LARGE = {"settings": {"preset": "film", "image": {
    "width_px": 4096, "height_px": 4096, "fov_deg": 100}}, "timeout": 60000}
ENDED = ("succeeded", "failed", "cancelled")


class Place:
    """A front, and the worker for its jobs."""

    def __init__(self, front, stage, options=None):
        self.front, self.site, self.stage = front, front.site, stage
        self.options = options or {}

    def environment(self):
        return clean_environment(
            LIGHTCONE_STATE=self.front.state, **self.options)

    def post(self, path, body, *fields, query=""):
        return self.site.ask("POST", path, query, [JSON, *fields],
                             json.dumps(body).encode())

    def work(self, *words):
        done = subprocess.run(
            [self.stage.bin / "lightcone", "work", *words],
            env=self.environment(), capture_output=True, text=True,
            timeout=120, check=False,
        )
        assert done.returncode == 0, done
        return done

    def at(self, location):
        """A path of ours, without the mount."""
        assert location.startswith(self.site.mount + "/jobs/"), location
        return location.removeprefix(self.site.mount)

    def job(self, reply):
        assert reply.status == 202, reply
        return self.at(reply.headers["Location"])


@pytest.fixture(scope="module", params=fronts.INSTALLED)
def place(request, stage):
    with fronts.starting(request.param, stage, "/sub/dir") as front:
        yield Place(front, stage)


@pytest.fixture(scope="module")
def telling(stage):
    """One whose operator lets it send, and those whom it may tell."""
    if fronts.missing("lighttpd"):
        pytest.skip(fronts.missing("lighttpd"))
    with hooks(204) as hook, mails({}) as mail:
        options = {
            "LIGHTCONE_WEBHOOK_SECRET": SECRET,
            "LIGHTCONE_WEBHOOK_PRIVATE": "on",
            "LIGHTCONE_SMTP_URL": mail.url,
            "LIGHTCONE_MAIL_FROM": "lightcone@example.org",
            "LIGHTCONE_CHANGES_WEBHOOK": hook.url + "/changes",
        }
        with fronts.starting("lighttpd", stage, "/sub/dir",
                             **options) as front:
            place = Place(front, stage, options)
            place.hook, place.mail = hook, mail
            yield place


def test_a_request_becomes_a_result(place):
    reply = place.post("/wormhole", FILM, ASYNC)
    path = place.job(reply)
    assert reply.headers["Preference-Applied"] == "respond-async"
    assert reply.json()["state"] == "queued"
    assert reply.json()["job"] == place.site.mount + path
    assert "worker" in reply.json()["warnings"][0]

    waiting = place.site.get(path).json()
    assert (waiting["state"], waiting["kind"]) == ("queued", "wormhole")
    assert "result" not in waiting
    place.work("--once")

    done = place.site.get(path).json()
    assert done["state"] == "succeeded"
    assert done["progress"] == 1 and done["attempts"] == 1
    result = place.site.get(place.at(done["result"]))
    assert result.status == 200
    assert result.media_type == "application/json"
    assert result.json() == place.post("/wormhole", FILM).json()
    again = place.site.get(place.at(done["result"]), "",
                           [("If-None-Match", result.headers["ETag"])])
    assert again.status == 304


@pytest.mark.parametrize("path, body, query", [
    ("/wormhole", SMALL, "format=png"),
    ("/wormhole", FILM, "format=svg"),
    ("/singularity", {"spin": 0.9, "inclination_deg": 75, "width_px": 64,
                      "height_px": 48, "sky": "grid"}, "format=png"),
    ("/singularity", {"m1_msun": 36, "m2_msun": 29}, ""),
])
def test_the_result_is_the_answer(place, path, body, query):
    at_once = place.post(path, body, query=query)
    assert at_once.status == 200
    job = place.job(place.post(path, body, ASYNC, query=query))
    place.work("--once")
    result = place.site.get(job + "/result")
    assert result.media_type == at_once.media_type
    assert result.body == at_once.body


def test_a_query_is_kept(place):
    query = "m1_msun=36&m2_msun=29&format=json"
    reply = place.site.get("/singularity", query, [ASYNC])
    job = place.job(reply)
    place.work("--once")
    assert place.site.get(job + "/result").body == place.site.get(
        "/singularity", query).body


def test_what_a_job_has_made_is_kept(stage):
    if fronts.missing("lighttpd"):
        pytest.skip(fronts.missing("lighttpd"))
    options = {"LIGHTCONE_CACHE": "local:8M"}
    with fronts.starting("lighttpd", stage, "", **options) as front:
        place = Place(front, stage, options)
        job = place.job(place.post("/wormhole", SMALL, ASYNC,
                                   query="format=png"))
        place.work("--once")
        asked = dict(SMALL, timeout=1234)
        reply = place.post("/wormhole", asked, query="format=png")
        assert "; hit" in reply.headers["Cache-Status"], reply
        assert reply.body == place.site.get(job + "/result").body
        again = place.post("/wormhole", SMALL, ASYNC, query="format=png")
        assert again.status == 202


def test_who_waits_long_enough_needs_no_job(place):
    before = waiting(place)
    reply = place.post("/wormhole", FILM, ("Prefer", "respond-async, wait=30"))
    assert reply.status == 200
    assert reply.headers["Preference-Applied"] == "wait=30"
    wait_until(lambda: waiting(place) == before, "the job's withdrawal")


def waiting(place):
    return queued(place.stage, place.environment())


def queued(stage, environment):
    done = subprocess.run(
        [stage.bin / "lightcone", "jobs", "list", "--json",
         "--state", "queued"],
        env=environment, capture_output=True, text=True, timeout=30,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_server_that_is_content_ends_no_task(stage):
    """Lighttpd tells a CGI program to end once it has all that was
    announced: here even while the program writes into a pipe that is full.
    """
    body = json.dumps(FILM).encode()
    environment = clean_environment(
        LIGHTCONE_STATE=stage.fresh("content"), LIGHTCONE_CACHE="local:8M")
    request = variables(
        "POST", "/wormhole", body=body, CONTENT_TYPE=JSON[1],
        HTTP_PREFER="respond-async, wait=30")
    with subprocess.Popen(
            [stage.bin / "lightcone.cgi"], env={**environment, **request},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        fcntl.fcntl(program.stdout, fcntl.F_SETPIPE_SZ, 4096)
        program.stdin.write(body)
        program.stdin.close()
        first = os.read(program.stdout.fileno(), 1)
        program.terminate()
        reply = parse(first + program.stdout.read())
        assert program.wait(30) == 0
    assert reply.status == 200 and len(reply.body) > 4096
    assert reply.headers["Cache-Status"].endswith("; stored")
    assert queued(stage, environment) == []


# Threads that compute end late where others want the processors.
@pytest.mark.plain  # it measures time
@pytest.mark.alone
def test_who_has_waited_enough_is_told_of_the_job(place):
    began = time.monotonic()
    reply = place.post("/wormhole", LARGE,
                       ("Prefer", "respond-async, wait=1"), query="format=png")
    took_s = time.monotonic() - began
    if reply.status == 200:
        pytest.skip("this machine is quicker than that")
    job = place.job(reply)
    assert 1 <= took_s < 10
    place.work("--drain")
    result = place.site.ask("HEAD", job + "/result")
    assert result.status == 200 and result.media_type == "image/png"


def test_a_key_makes_one_job(place):
    key = ("Idempotency-Key", '"one and the same"')
    first = place.post("/wormhole", FILM, ASYNC, key)
    second = place.post("/wormhole", FILM, ASYNC, key)
    assert place.job(first) == place.job(second)
    other = place.post("/wormhole", {"settings": {"kind": "ellis",
                       "throat_radius_m": 1}}, ASYNC, key)
    assert other.status == 422
    place.work("--once")
    third = place.post("/wormhole", FILM, ASYNC, key)
    assert place.job(third) == place.job(first)
    assert third.json()["state"] == "succeeded"
    assert place.site.get(place.job(third)).json()["state"] == "succeeded"


def test_what_was_accepted_can_be_cancelled(place):
    job = place.job(place.post("/wormhole", FILM, ASYNC))
    assert place.site.ask("DELETE", job).json()["state"] == "cancelled"
    place.work("--once")
    assert place.site.get(job).json()["state"] == "cancelled"
    assert place.site.get(job + "/result").status == 404
    assert place.site.ask("DELETE", job).status == 409


def test_a_running_worker_takes_it_at_once(place):
    worker = Program(
        [place.stage.bin / "lightcone", "work"], place.environment(),
        place.stage.fresh("worker") / "work.log",
    )
    try:
        wait_until(
            lambda: place.site.get("/health").json()["companions"]["worker"][
                "state"] == "ok", "the worker", 30)
        reply = place.post("/wormhole", FILM, ASYNC)
        assert "warnings" not in reply.json()
        job = place.job(reply)
        wait_until(lambda: place.site.get(job).json()["state"] == "succeeded",
                   "the job", 30)
        # One that takes long says how far it is, and can be stopped.
        job = place.job(place.post("/wormhole", LARGE, ASYNC,
                                   query="format=png"))
        wait_until(lambda: place.site.get(job).json()["state"] != "queued",
                   "its beginning", 30)
        assert place.site.ask("DELETE", job).status in (200, 409)
        wait_until(lambda: place.site.get(job).json()["state"] in ENDED,
                   "its end", 60)
    finally:
        worker.signal(15)
        assert worker.wait(30) == 0, worker.said()
    assert place.site.get("/health").json()["companions"]["worker"][
        "state"] == "away"


def test_those_who_want_to_know_are_told(telling):
    before, letters = len(telling.hook.got), len(telling.mail.got)
    notify = {"webhook": telling.hook.url + "/done",
              "email": "observer@example.org"}
    body = {"settings": {**FILM["settings"], "notify": notify}}
    job = telling.job(telling.post("/wormhole", body, ASYNC))
    telling.work("--drain")
    message = telling.hook.wait(before + 1)[-1]
    told = json.loads(message.body)
    assert message.path == "/done"
    assert message.fields["webhook-signature"].startswith("v1,")
    assert told["type"] == "job.succeeded"
    assert told["data"]["id"] == job.removeprefix("/jobs/")
    assert told["data"]["result"].endswith(
        telling.site.mount + job + "/result")
    assert told["data"]["result"].startswith("http://")
    letter = telling.mail.wait(letters + 1)[-1]
    assert "<observer@example.org>" in letter.rcpt


LOSE = """UPDATE jobs SET state = 'running', ready_ms = NULL, lease = 1,
lease_ms = 0, lease_boot = 0, attempts = attempts_most WHERE id = ?"""


def test_who_waits_for_a_lost_job_is_told(telling):
    before = len(telling.hook.got)
    notify = {"webhook": telling.hook.url + "/lost"}
    body = {"settings": {**FILM["settings"], "notify": notify}}
    job = telling.job(telling.post("/wormhole", body, ASYNC))
    state = telling.front.state / "state.sqlite"
    with closing(sqlite3.connect(state, timeout=10)) as db, db:
        changed = db.execute(LOSE, [job.removeprefix("/jobs/")])
        assert changed.rowcount == 1
    telling.work("--drain")
    message = telling.hook.wait(before + 1)[-1]
    told = json.loads(message.body)
    assert (message.path, told["type"]) == ("/lost", "job.failed")
    assert told["data"]["error"] == "the worker was lost"
    assert telling.site.get(job).json()["state"] == "failed"


@pytest.mark.plain  # it waits for what comes later
def test_whoever_fails_twice_is_told_at_last(telling):
    """The same message three times, later each time."""
    with hooks(500, 503, 204) as hook:
        body = {"settings": {**FILM["settings"], "notify": {
            "webhook": hook.url}}}
        telling.job(telling.post("/wormhole", body, ASYNC))
        telling.work("--drain")
        messages = hook.wait(3)
    assert len(hook.got) == 3
    assert len({message.fields["webhook-id"] for message in messages}) == 1
    assert len({message.body for message in messages}) == 1
    first_s, second_s = (
        after.time - before.time
        for before, after in zip(messages, messages[1:])
    )
    assert first_s >= 5 and second_s >= 10


def test_a_change_and_its_message_are_one(telling):
    key = add_key(telling.stage, telling.front.state, "changes", "write")
    editor = Editor(telling.site, key)
    before = len(telling.hook.got)
    assert editor.send("PUT", "Told 1", NEW).status == 201
    # One that is refused tells nobody.
    assert editor.send("PUT", "Told 1", NEW,
                       ("If-None-Match", "*")).status == 412
    assert editor.send("DELETE", "Told 1").status == 200
    telling.work("--drain")
    said = [json.loads(message.body)
            for message in telling.hook.wait(before + 2)[before:]]
    said.sort(key=lambda each: each["data"]["change"])
    assert [each["type"] for each in said] == [
        "object.changed", "object.deleted"]
    assert {each["data"]["name"] for each in said} == {"Told 1"}
    time.sleep(0.2)
    assert len(telling.hook.got) == before + 2
