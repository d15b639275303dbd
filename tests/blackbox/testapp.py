"""The endpoints that only the tests have, on a socket held here."""

import time

import fronts
from fcgi_client import FcgiSite
from http_client import Site
from processes import free_port, wait_until


class TestApp:
    """One process of them."""

    __test__ = False

    def __init__(self, stage, state=None, **options):
        self.directory = stage.fresh("testapp")
        self.state = state or self.directory / "state"
        self.state.mkdir(mode=0o700, exist_ok=True)
        self.path = self.directory / "fcgi.sock"
        self.backends = fronts.Backends(
            self.path, stage.bin / "testapp.fcgi", self.state, **options
        )
        self.process = self.backends.start()
        self.site = FcgiSite(self.path)
        wait_until(lambda: self.site.get("/stats").status == 200, "an answer")

    def stats(self):
        return self.site.get("/stats").json()

    def wait_stat(self, name, value, patience_s=5):
        wait_until(
            lambda: self.stats()[name] == value, f"{name} {value}", patience_s
        )

    def stop(self):
        self.backends.stop()

    def put_lighttpd_before(self, stage):
        """Starts Lighttpd before this; gives its site and the server."""
        port = free_port()
        server = fronts.lighttpd(
            stage, self.directory, "lightcone-external.conf", port, "",
            LIGHTCONE_SOCKET=self.path,
        )
        site = Site(port)
        wait_until(lambda: answers(site), "an answer from Lighttpd")
        return site, server


def answers(site):
    try:
        return site.get("/stats").status == 200
    except OSError:
        return False


def now_us():
    """On the clock that the application's stats use."""
    return time.monotonic_ns() // 1000
