"""What goes out, by the small program tests/send: webhooks and mail."""

import base64
import email
import email.policy
import json
import shutil
import ssl
import subprocess
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

import node_tools
import sinks
from processes import clean_environment, free_port
from stage import BUILD

SEND = BUILD / "tests/send"
# Standard Webhooks' own.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
BODY = '{"type": "job.succeeded", "data": {"name": "Sgr A* é"}}'
LIMIT_S = 15
PATIENCE_S = 60

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not SEND.exists(), reason="tests/send is not built"),
]


def send(*words, stop_ms=0, **environment):
    """(label, seconds until another try, why)"""
    done = subprocess.run(
        [SEND, str(stop_ms), *words],
        env=clean_environment(**environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0 and done.stderr == "", done
    label, after, why = done.stdout.splitlines()
    assert SECRET[6:] not in done.stdout
    return label, int(after), why


def hook(url, private="on", ident="msg_1", secret=SECRET, body=BODY, **more):
    return send("webhook", url, ident, secret, private, body, **more)


# ---- webhooks


def test_a_webhook_arrives():
    with sinks.hooks() as sink:
        assert hook(sink.url + "/done?x=1") == ("ok", 0, "")
        got, = sink.wait()
    assert got.path == "/done?x=1"
    assert got.body.decode() == BODY
    assert got.fields["content-type"] == "application/json"
    assert got.fields["webhook-id"] == "msg_1"
    assert abs(int(got.fields["webhook-timestamp"]) - time.time()) < 60
    assert got.fields["webhook-signature"].startswith("v1,")
    assert got.fields["user-agent"].startswith("Lightcone/")
    assert not {"cookie", "authorization", "expect"} & set(got.fields)


@pytest.mark.parametrize("answer, label, after, words", [
    (200, "ok", 0, ""),
    (202, "ok", 0, ""),
    ((204, {"Retry-After": "5"}), "ok", 0, ""),
    (301, "invalid-input", 0, "redirects are not followed"),
    ((302, {"Location": "/other"}), "invalid-input", 0, "not followed"),
    ((307, {"Location": "/other"}), "invalid-input", 0, "not followed"),
    (400, "invalid-input", 0, "400"),
    ((401, {"WWW-Authenticate": "Basic"}), "invalid-input", 0, "401"),
    (404, "invalid-input", 0, "404"),
    (408, "unavailable", 0, "408"),
    (410, "not-found", 0, "wants no more"),
    (425, "unavailable", 0, "425"),
    ((429, {"Retry-After": "120"}), "unavailable", 120, "429"),
    ((400, {"Retry-After": "120"}), "invalid-input", 0, "400"),
    (500, "unavailable", 0, "500"),
    ((503, {"Retry-After": "7"}), "unavailable", 7, "503"),
    ((503, {"Retry-After": "99999999"}), "unavailable", 86400, "503"),
    ((503, {"Retry-After": "soon"}), "unavailable", 0, "503"),
])
def test_what_an_answer_means(answer, label, after, words):
    with sinks.hooks(answer, 200) as sink:
        said = hook(sink.url)
        assert said[:2] == (label, after), said
        assert words in said[2]
        assert len(sink.got) == 1


def test_twice_wrong_then_fine():
    with sinks.hooks(500, 503, 204) as sink:
        labels = [hook(sink.url)[0] for _ in range(3)]
        assert labels == ["unavailable", "unavailable", "ok"]
        assert {got.fields["webhook-id"] for got in sink.wait(3)} == {"msg_1"}


def test_an_answer_whose_body_does_not_end_is_an_answer():
    with sinks.hooks(sinks.endless_body) as sink:
        begun = time.monotonic()
        assert hook(sink.url)[0] == "ok"
        assert time.monotonic() - begun < LIMIT_S


def test_a_header_that_does_not_end():
    with sinks.hooks(sinks.endless_fields) as sink:
        begun = time.monotonic()
        hook(sink.url)
        assert time.monotonic() - begun < LIMIT_S


def test_whoever_says_nothing_more_is_left():
    """Before an answer, after its beginning, and a mail server: at once."""
    with (
        sinks.hooks(sinks.silence) as silent,
        sinks.hooks(sinks.hang_after_status) as begins,
        sinks.mails({"RCPT": None}) as server,
        ThreadPoolExecutor() as threads,
    ):
        begun = time.monotonic()
        said = list(threads.map(
            lambda one: one[0](one[1]),
            [(hook, silent.url), (hook, begins.url), (mail, server.url)]))
        assert [label for label, *_ in said] == [
            "unavailable", "ok", "unavailable"]
        assert LIMIT_S - 1 < time.monotonic() - begun < LIMIT_S + 10


def test_it_can_be_stopped():
    with sinks.hooks(sinks.silence) as sink:
        begun = time.monotonic()
        assert hook(sink.url, stop_ms=300)[0] == "cancelled"
        assert time.monotonic() - begun < LIMIT_S / 2


def test_nobody_there():
    label, after, why = hook(f"http://127.0.0.1:{free_port()}/")
    assert (label, after) == ("unavailable", 0) and "onnect" in why
    assert hook("http://nobody.invalid/")[0] == "unavailable"


@pytest.mark.parametrize("name", [
    "127.0.0.1", "127.1", "0x7f000001", "2130706433", "localhost",
    "LOCALHOST.", "0", "[::ffff:127.0.0.1]",
])
def test_this_machine_is_refused(name):
    with sinks.hooks() as sink:
        label, _, why = hook(f"http://{name}:{sink.port}/", private="off")
        assert label == "invalid-input" and "private networks" in why
        assert sink.got == []


def test_the_address_counts_and_not_the_name(directory):
    """A name that looks public, and leads to this machine."""
    hosts = directory / "hosts"
    hosts.write_text("127.0.0.1 hooks.example.org\n")
    with sinks.hooks() as sink:
        url = f"http://hooks.example.org:{sink.port}/"
        within = resolver(hosts)
        done = subprocess.run(
            [*within, SEND, "0", "webhook", url, "msg_1", SECRET, "off", BODY],
            capture_output=True, timeout=PATIENCE_S, check=False,
            encoding="utf-8")
        if done.returncode != 0 and "unshare" in done.stderr:
            pytest.skip(done.stderr.strip())
        label, _, why = done.stdout.splitlines()
        assert label == "invalid-input"
        assert "leads to a private network" in why
        assert sink.got == []
        # The same is fine where it is allowed, so that the name does lead here.
        done = subprocess.run(
            [*within, SEND, "0", "webhook", url, "msg_1", SECRET, "on", BODY],
            capture_output=True, timeout=PATIENCE_S, check=True,
            encoding="utf-8")
        assert done.stdout.splitlines()[0] == "ok", done
        sink.wait()


def resolver(hosts):
    """Words before a command that make it read other names of hosts."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
            'mount --bind "$0" /etc/hosts || { echo unshare >&2; exit 9; }; '
            'exec "$@"', hosts]


def test_no_proxy_is_asked():
    with sinks.hooks() as sink, sinks.hooks() as proxy:
        assert hook(sink.url, http_proxy=proxy.url, ALL_PROXY=proxy.url,
                    HTTP_PROXY=proxy.url)[0] == "ok"
        sink.wait()
        assert proxy.got == []


@pytest.mark.parametrize("url", [
    "file:///etc/passwd", "ftp://127.0.0.1/", "http://a@127.0.0.1/",
    "smtp://127.0.0.1/", "http://127.0.0.1/\r\nX: y", "",
])
def test_urls_that_are_none(url):
    label, _, why = hook(url)
    assert label == "invalid-input" and why.startswith("A webhook has a URL")


def test_what_cannot_be_sent():
    with sinks.hooks() as sink:
        for more in (
            {"ident": ""}, {"ident": "a b"}, {"ident": "a\r\nX: y"},
            {"ident": "a.b"}, {"secret": ""}, {"secret": "hunter2"},
            {"secret": SECRET + " hunter2"}, {"body": "x" * 20001},
        ):
            label, _, why = hook(sink.url, **more)
            assert label == "invalid-input" and why != "", more
            assert "hunter2" not in why
        assert sink.got == []
        assert hook(sink.url, body="x" * 20000)[0] == "ok"


@pytest.mark.skipif(shutil.which("openssl") is None,
                    reason="openssl is not installed")
def test_who_cannot_show_who_they_are_get_nothing(directory):
    """A certificate that nobody has signed, though the name in it is right."""
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
         "-keyout", key, "-out", certificate, "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        capture_output=True, check=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with sinks.hooks(tls=tls) as sink:
        url = f"https://localhost:{sink.port}/"
        label, _, why = hook(url)
        assert label == "unavailable" and "certificate" in why.lower()
        assert sink.got == []
        # Who trusts it gets through.
        urllib.request.urlopen(url, b"", context=ssl.create_default_context(
            cafile=certificate)).close()
        sink.wait()


def test_over_ipv6():
    try:
        with sinks.hooks(host="::1") as sink:
            assert hook(sink.url)[0] == "ok"
            assert hook(sink.url, private="off")[0] == "invalid-input"
            assert len(sink.got) == 1
    except OSError as error:
        pytest.skip(str(error))


@pytest.mark.skipif(node_tools.missing() is not None,
                    reason=str(node_tools.missing()))
def test_signatures_by_another_maker(directory):
    with sinks.hooks() as sink:
        hook(sink.url)
        hook(sink.url, ident="msg_2", body="{}")
        hook(sink.url, ident="msg_3", secret=f"{OLD_SECRET} {SECRET}")
        got = sink.wait(3)
    cases = [
        {"secret": secret, "fields": each.fields, "body": body, "valid": valid}
        for i, each in enumerate(got)
        for secret, body, valid in (
            (SECRET, each.body.decode(), True),
            (OLD_SECRET, each.body.decode(), i == 2),
            (SECRET, each.body.decode() + " ", False),
        )
    ]
    path = directory / "webhooks.json"
    path.write_text(json.dumps(cases))
    node_tools.run(directory, node_tools.SCRIPTS / "webhook.mjs", path)


# ---- mail


def mail(server, user="", password="", to="observer@example.net",
         subject="Your job has succeeded", text="It took 3 s.\n", **more):
    return send("mail", server, user, password, "lightcone@example.org", to,
                subject, text, "job-1", **more)


def test_a_mail_arrives():
    subject = "Wormhole – done: " + "é" * 60
    text = ".\n..a\nÀ bientôt = " + "x" * 200 + "\n.\nEnd"
    with sinks.mails() as sink:
        assert mail(sink.url, subject=subject, text=text) == ("ok", 0, "")
        got, = sink.wait()
    assert got.mail.startswith("<lightcone@example.org>")
    assert got.rcpt == "<observer@example.net>"
    assert got.auth is None
    assert all(len(line) <= 76 and max(line, default=0) < 128
               for line in got.message.split(b"\r\n"))
    message = email.message_from_bytes(got.message, policy=email.policy.default)
    assert message["Subject"] == subject
    assert message["From"].addresses[0].addr_spec == "lightcone@example.org"
    assert message["To"] == "observer@example.net"
    assert message["Message-ID"] == "<job-1@example.org>"
    assert abs(message["Date"].datetime.timestamp() - time.time()) < 60
    assert message.get_content_type() == "text/plain"
    assert message.get_content() == text.replace("\n", "\r\n") + "\r\n"
    assert not message.defects


def test_a_mail_with_a_password():
    with sinks.mails() as sink:
        assert mail(sink.url, "me", "hunter2")[0] == "ok"
        got, = sink.wait()
    assert base64.b64decode(got.auth) == b"\0me\0hunter2"


@pytest.mark.parametrize("verb", ["HELLO", "MAIL", "RCPT", "DATA", "MESSAGE"])
@pytest.mark.parametrize("reply, label", [
    ("451 Later", "unavailable"), ("550 Never", "invalid-input"),
])
def test_what_a_mail_server_says(verb, reply, label):
    with sinks.mails({verb: reply}) as sink:
        said = mail(sink.url)
        assert said[0] == label and reply[:3] in said[2], said


def test_a_wrong_password_is_not_shown():
    with sinks.mails({"AUTH": "535 No"}) as sink:
        label, _, why = mail(sink.url, "me", "hunter2")
        assert label == "invalid-input" and "hunter2" not in why
        assert sink.got == []


@pytest.mark.parametrize("verb", ["HELLO", "EHLO", "MAIL", "MESSAGE"])
def test_a_mail_can_be_stopped(verb):
    with sinks.mails({verb: None}) as sink:
        begun = time.monotonic()
        assert mail(sink.url, stop_ms=300)[0] == "cancelled"
        assert time.monotonic() - begun < LIMIT_S / 2


def test_no_mail_server():
    assert mail(f"smtp://127.0.0.1:{free_port()}")[0] == "unavailable"


@pytest.mark.parametrize("more", [
    {"to": "a@b\r\nRCPT TO:<c@d>"}, {"to": "a@b,c@d"}, {"to": ""},
    {"subject": "a\r\nBcc: c@d"}, {"subject": "a\x07"},
])
def test_mails_that_cannot_be_sent(more):
    with sinks.mails() as sink:
        label, _, why = mail(sink.url, **more)
        assert label == "invalid-input" and why != ""
        assert sink.got == []


# ---- jobs


class Jobs:
    """Does jobs one by one, as a worker would."""

    def __init__(self, console, hooks_sink, mail_sink):
        self.console = console
        console.state.mkdir(mode=0o700)
        self.hooks = hooks_sink
        self.mails = mail_sink
        self.options = {
            "LIGHTCONE_STATE": console.state,
            "LIGHTCONE_WEBHOOK_SECRET": SECRET,
            "LIGHTCONE_WEBHOOK_PRIVATE": "on",
            "LIGHTCONE_SMTP_URL": mail_sink.url,
            "LIGHTCONE_MAIL_FROM": "lightcone@example.org",
        }

    def do(self, kind, payload, **more):
        if not isinstance(payload, str):
            payload = json.dumps(payload)
        return send("job", kind, payload, **{**self.options, **more})

    def hook(self, url=None, **more):
        return self.do("webhook", {
            "id": "msg_1", "url": url or self.hooks.url,
            "type": "job.succeeded", "timestamp": "2026-11-30T00:00:00Z",
            "data": DATA,
        }, **more)

    def mail(self, **more):
        return self.do("mail", {
            "id": "job-1", "to": "observer@example.net", "subject": "Done – é",
            "text": "It took 3 s.",
        }, **more)


DATA = {"id": "abc", "n": [1, 2.50, -0.0, 1e300, None, True, "é\n\"/"], "o": {}}


@pytest.fixture
def jobs(console, request):
    script = getattr(request, "param", [204])
    with sinks.hooks(*script) as hooks_sink, sinks.mails() as mail_sink:
        yield Jobs(console, hooks_sink, mail_sink)


def test_the_jobs_send(jobs):
    assert jobs.hook() == ("ok", 0, "")
    got, = jobs.hooks.wait()
    assert json.loads(got.body) == {
        "type": "job.succeeded", "timestamp": "2026-11-30T00:00:00Z",
        "data": DATA,
    }
    assert got.fields["webhook-id"] == "msg_1"
    assert jobs.mail() == ("ok", 0, "")
    got, = jobs.mails.wait()
    message = email.message_from_bytes(got.message, policy=email.policy.default)
    assert message["Subject"] == "Done – é"
    assert message["Message-ID"] == "<job-1@example.org>"


@pytest.mark.parametrize("jobs", [[(503, {"Retry-After": "9"}), 204]],
                         indirect=True, ids=["503"])
def test_a_job_says_when_to_try_again(jobs):
    assert jobs.hook()[:2] == ("unavailable", 9)
    assert jobs.hook()[:2] == ("ok", 0)


@pytest.mark.parametrize("jobs", [[410, 204]], indirect=True, ids=["410"])
def test_a_webhook_that_is_not_wanted(jobs):
    run = jobs.console.fine
    assert run("webhooks") == ""
    assert jobs.hook()[0] == "not-found"
    label, _, why = jobs.hook()
    assert label == "not-found" and "earlier" in why
    assert len(jobs.hooks.got) == 1
    assert jobs.hook(jobs.hooks.url + "/other")[0] == "ok"
    line, = run("webhooks").splitlines()
    assert line.endswith("Z  " + jobs.hooks.url), line
    assert "410" in jobs.console.refused(1, "webhooks", jobs.hooks.url + "/")
    jobs.console.refused(2, "webhooks", "--all")
    assert run("webhooks", jobs.hooks.url) == ""
    assert run("webhooks") == ""
    assert jobs.hook()[0] == "ok"
    assert len(jobs.hooks.got) == 3


def test_jobs_without_their_options(jobs):
    for done, words in (
        (jobs.hook(LIGHTCONE_WEBHOOK_SECRET=""), "webhook_secret"),
        (jobs.hook(LIGHTCONE_WEBHOOK_PRIVATE="off"), "private networks"),
        (jobs.mail(LIGHTCONE_SMTP_URL=""), "smtp_url"),
        (jobs.mail(LIGHTCONE_MAIL_FROM=""), "mail_from"),
        (jobs.mail(LIGHTCONE_MAIL_FROM="a..b@example.org"), "sender"),
        (jobs.do("webhook", "{}"), "required"),
        (jobs.do("webhook", '{"id": "a b", "url": "http://a.example/", '
                 '"type": "a", "timestamp": "b"}'), "pattern"),
        (jobs.do("mail", "{}"), "required"),
    ):
        assert done[0] == "invalid-input" and words in done[2], done
    assert jobs.hooks.got == [] and jobs.mails.got == []


@pytest.mark.parametrize("jobs", [[sinks.silence]], indirect=True,
                         ids=["silence"])
def test_a_job_can_be_stopped(jobs):
    begun = time.monotonic()
    assert send("job", "webhook", json.dumps({
        "id": "a", "url": jobs.hooks.url, "type": "a", "timestamp": "b",
    }), stop_ms=300, **jobs.options)[0] == "cancelled"
    assert time.monotonic() - begun < LIMIT_S / 2
