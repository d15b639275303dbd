"""Whom we send something: a receiver of webhooks and a mail server, each on a
thread of its own.  They record what they get and answer as a script says."""

import socket
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import SimpleNamespace

from processes import wait_until

ENDLESS_S = 30


class Recorder:
    """What came, in its order.  `script` has what to do with the next ones;
    its last entry counts for all that follow."""

    def __init__(self, script):
        self.got = []
        self.lock = threading.Lock()
        self.script = list(script)
        self.ending = threading.Event()

    def keep(self, **what):
        with self.lock:
            self.got.append(SimpleNamespace(time=time.monotonic(), **what))

    def next_step(self):
        with self.lock:
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def wait(self, count=1, patience_s=15):
        """The first that came, when there are so many; that is no more."""
        wait_until(lambda: len(self.got) >= count, f"{count} to come", patience_s)
        return self.got[:count]


@contextmanager
def serving(server, recorder):
    thread = threading.Thread(
        target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        recorder.ending.set()
        server.shutdown()
        server.server_close()
        thread.join()


# ---- webhooks


class HookHandler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        recorder = self.server.recorder
        length = int(self.headers.get("Content-Length") or 0)
        recorder.keep(
            path=self.path,
            fields={name.lower(): text for name, text in self.headers.items()},
            body=self.rfile.read(length),
        )
        step = recorder.next_step()
        try:
            if callable(step):
                step(self, recorder.ending)
            else:
                status, fields = step if isinstance(step, tuple) else (step, {})
                self.send_response(status)
                for name, text in fields.items():
                    self.send_header(name, text)
                self.send_header("Content-Length", "0")
                self.end_headers()
        except OSError:
            pass

    # Whoever follows a redirect may ask with another method.
    do_GET = do_POST


def silence(_, ending):
    """Answers nothing."""
    ending.wait(ENDLESS_S)


def endless_body(handler, ending):
    """Answers well, with a body that never ends."""
    handler.send_response(200)
    handler.end_headers()
    while not ending.is_set():
        handler.wfile.write(b"x" * 65536)


def endless_fields(handler, ending):
    """Answers with a header that never ends."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not ending.is_set():
        handler.wfile.write(b"x: " + b"x" * 1000 + b"\r\n")


def hang_after_status(handler, ending):
    """Answers well, and then sends nothing more of what it promised."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.flush()
    ending.wait(ENDLESS_S)


class HookServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class HookServerV6(HookServer):
    address_family = socket.AF_INET6


@contextmanager
def hooks(*script, host="127.0.0.1", tls=None):
    """A receiver of webhooks; `script` has statuses, (status, fields) or
    functions such as silence().  `tls`, an ssl.SSLContext: by https."""
    kind = HookServerV6 if ":" in host else HookServer
    server = kind((host, 0), HookHandler)
    server.recorder = Recorder(script or [204])
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    with serving(server, server.recorder):
        server.recorder.port = server.server_address[1]
        name = f"[{host}]" if ":" in host else host
        scheme = "http" if tls is None else "https"
        server.recorder.url = f"{scheme}://{name}:{server.recorder.port}"
        yield server.recorder


# ---- mail


class MailHandler(StreamRequestHandler):
    """SMTP as RFC 5321 has it, with AUTH PLAIN.  The script's entries are
    {command: reply}, for one connection each; None: no reply at all.  HELLO
    is the greeting, and MESSAGE what follows DATA."""

    def reply(self, text):
        if text is None:
            self.server.recorder.ending.wait(ENDLESS_S)
            raise ConnectionError("nothing is said")
        self.wfile.write(text.encode() + b"\r\n")

    def read_data(self):
        lines = []
        while True:
            line = self.rfile.readline()
            if not line:
                return None
            assert line.endswith(b"\r\n"), line
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)

    def take_data(self, mail, script):
        self.reply("354 Go ahead")
        mail["message"] = self.read_data()
        self.server.recorder.keep(**mail)
        self.reply(script.get("MESSAGE", "250 Kept"))

    def act(self, verb, line, mail, script):
        if verb == "EHLO":
            self.reply("250-sink\r\n250-AUTH PLAIN\r\n250 8BITMIME")
        elif verb == "AUTH":
            self.reply("334 ")
            mail["auth"] = self.rfile.readline().decode("ascii").strip()
            self.reply("235 Welcome")
        elif verb == "DATA":
            self.take_data(mail, script)
        elif verb == "QUIT":
            self.reply("221 Bye")
        else:
            if verb in ("MAIL", "RCPT"):
                mail[verb.lower()] = line.partition(":")[2].strip()
            self.reply("250 Fine")

    def handle(self):
        try:
            self.talk(self.server.recorder.next_step())
        except OSError:
            pass

    def talk(self, script):
        mail = {"auth": None}
        verb = "HELLO"
        line = ""
        while True:
            if verb in script:
                self.reply(script[verb])
            elif verb == "HELLO":
                self.reply("220 sink ESMTP")
            else:
                self.act(verb, line, mail, script)
            if verb == "QUIT":
                return
            line = self.rfile.readline().decode("ascii").rstrip("\r\n")
            if not line:
                return
            verb = line.split()[0].upper()


class MailServer(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def mails(*script):
    """A mail server; what it keeps has `mail`, `rcpt`, `auth`, `message`."""
    server = MailServer(("127.0.0.1", 0), MailHandler)
    server.recorder = Recorder(script or [{}])
    with serving(server, server.recorder):
        server.recorder.port = server.server_address[1]
        server.recorder.url = f"smtp://127.0.0.1:{server.recorder.port}"
        yield server.recorder
