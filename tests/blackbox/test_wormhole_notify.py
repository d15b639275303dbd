"""/wormhole and /singularity as jobs: what is accepted, and whom to tell."""

import base64
import json

import pytest

import problems
from test_singularity_picture import Served

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
FILM = {"preset": "film"}


@pytest.fixture(scope="module")
def start(stage):
    served = []

    def start(**options):
        served.append(Served(stage, stage.fresh("jobs"), **options))
        return served[-1].site

    yield start
    for each in served:
        each.backends.stop()


@pytest.fixture(scope="module")
def site(start):
    """One whose operator lets it send."""
    return start(
        LIGHTCONE_WEBHOOK_SECRET=SECRET, LIGHTCONE_SMTP_URL="smtp://[::1]:9",
        LIGHTCONE_MAIL_FROM="lightcone@example.org",
    )


def send(site, settings, prefer="respond-async"):
    body = json.dumps({"settings": settings}).encode()
    return site.ask("POST", "/wormhole", "", body, HTTP_PREFER=prefer,
                    CONTENT_TYPE="application/json")


def wrong(reply):
    """The 422's words by their places."""
    problems.errors_at(reply)
    return {".".join(error["loc"][1:]): error["msg"]
            for error in reply.json()["errors"]}


@pytest.mark.parametrize("notify", [
    None, {}, {"webhook": None}, {"webhook": "https://example.org/hook"},
    {"webhook": "http://203.0.114.7:8080/a?b=c", "email": "ada@example.org"},
])
def test_a_job_is_accepted(site, notify):
    reply = send(site, {**FILM, "notify": notify})
    assert reply.status == 202, reply
    assert reply.headers["Location"].endswith("/jobs/" + reply.json()["id"])
    now = send(site, {**FILM, "notify": notify}, "")
    assert now.status == 200 and now.json()["open"] is True


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_hole_can_be_a_job(site, method):
    reply = site.ask(method, "/singularity", "mass_msun=10",
                     HTTP_PREFER="respond-async")
    assert reply.status == 202, reply


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("query", [
    "mass_msun=10&period_d=3", "", "rays=1", "format=png&fov_uas=3"])
def test_what_would_be_refused_becomes_no_job(site, method, query):
    at_once = site.ask(method, "/singularity", query)
    reply = site.ask(method, "/singularity", query,
                     HTTP_PREFER="respond-async")
    assert reply.status == at_once.status == 422
    assert problems.errors_at(reply) == problems.errors_at(at_once)


@pytest.mark.parametrize("prefer", ["respond-async", ""])
@pytest.mark.parametrize("url", [
    "http://127.0.0.1/", "http://127.1/", "http://[::1]:8080/x",
    "http://[::ffff:10.0.0.1]/", "https://localhost/", "http://10.1.2.3/",
    "http://169.254.169.254/latest", "file:///etc/passwd",
    "http://ada:lovelace@example.org/",
])
def test_where_no_webhook_goes(site, url, prefer):
    reply = send(site, {**FILM, "notify": {"webhook": url}}, prefer)
    assert set(wrong(reply)) == {"settings.notify.webhook"}


@pytest.mark.parametrize("address", [
    "ada", "ada@example.org\r\nBcc: eve@example.org", "ada@example.org\n",
    "Ada <ada@example.org>", "ada@example.org,eve@example.org",
])
def test_where_no_mail_goes(site, address):
    reply = send(site, {**FILM, "notify": {"email": address}})
    assert set(wrong(reply)) == {"settings.notify.email"}


@pytest.mark.parametrize("prefer", ["respond-async", ""])
def test_a_catalogue_that_is_not_there(site, prefer):
    reply = send(site, {**FILM, "catalogue": "nope"}, prefer)
    assert set(wrong(reply)) == {"settings.catalogue"}


def test_what_is_wrong_never_becomes_a_job(site):
    found = wrong(send(site, {
        **FILM, "kind": "ellis", "camera_l_m": 1e9,
        "notify": {"webhook": "http://127.0.0.1/"},
    }))
    assert set(found) == {
        "settings.kind", "settings.camera_l_m", "settings.notify.webhook"}


def test_who_cannot_send_says_so(start):
    site = start()
    found = wrong(send(site, {**FILM, "notify": {
        "webhook": "https://example.org/", "email": "ada@example.org"}}))
    assert "webhook_secret" in found["settings.notify.webhook"]
    assert "smtp_url" in found["settings.notify.email"]
