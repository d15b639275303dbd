"""The web servers, each started with the configuration that we ship.

A front is a way of putting the application behind a server.  FRONTS lists the
ways, INSTALLED those whose server is here; starting() gives a Front that runs.
"""

import os
import shutil
import signal
import socket
from contextlib import contextmanager
from pathlib import Path

import pytest

from http_client import Site
from processes import (
    Program,
    children,
    clean_environment,
    free_port,
    name_of,
    raise_descriptor_limit,
    wait_until,
)
from stage import BUILD, SOURCE, lesser_user

HERE = Path(__file__).resolve().parent
MOUNTS = ("", "/sub/dir")
APACHE_MODULES = Path("/usr/lib/apache2/modules")
BACKLOG = 4096
DESCRIPTORS = 20000


class Missing(Exception):
    """A server that is not installed here."""


def server_program(name, *needed):
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    program = shutil.which(name, path=path)
    if program is None:
        raise Missing(f"{name} is not installed")
    for file in needed:
        if not Path(file).exists():
            raise Missing(f"{Path(file).name} is not installed")
    return program


class Front:
    """A running server with the application behind it."""

    def __init__(self, way, directory, site, server, state, backends):
        self.way = way
        self.directory = directory
        self.site = site
        self.server = server
        self.state = state
        self.backends = backends  # those that we started ourselves, or none

    def application_pids(self):
        """The application's processes, whoever started them."""
        ours = [backend.pid for backend in self.backends]
        return ours or [
            pid
            for pid in children(self.server.pid)
            if name_of(pid).endswith(".fcgi")
        ]

    def answers(self):
        """Whether the application answers, and not the server for it."""
        if not self.server.running():
            raise RuntimeError(f"{self.way} ended:\n{self.server.said()}")
        try:
            reply = self.site.get("/health")
        except OSError:
            return False
        return "json" in reply.media_type  # the test endpoints say 404


# ---- the application on a socket that we hold


def listening_socket(path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    os.chmod(path, 0o660)
    listener.listen(BACKLOG)
    return listener


class Backends:
    """Processes of the application on one socket, which is held here."""

    def __init__(self, socket_path, program, state, user=None, **options):
        self.path = socket_path
        self.listener = listening_socket(socket_path)
        self.program = program
        self.environment = clean_environment(LIGHTCONE_STATE=state, **options)
        self.user = user
        self.running = []

    def __iter__(self):
        return iter(self.running)

    def start(self):
        """One more, on descriptor 0 as a web server would start it."""
        started = Program(
            [self.program], self.environment,
            self.path.parent / "backend.log",
            user=self.user, stdin=self.listener,
        )
        self.running.append(started)
        return started

    def stop(self):
        for backend in self.running:
            backend.stop()
        self.listener.close()


@contextmanager
def backends_on(socket_path, program, state, count=1, **options):
    """So many processes on one held socket, until the block is left."""
    backends = Backends(socket_path, program, state, **options)
    try:
        for _ in range(count):
            backends.start()
        yield backends
    finally:
        backends.stop()


# ---- Lighttpd


def lighttpd(stage, directory, conf, port, mount, **more):
    environment = clean_environment(
        LIGHTCONE_PORT=port,
        LIGHTCONE_MOUNT=mount or "/",
        LIGHTCONE_BIN=stage.bin,
        **more,
    )
    command = [server_program(*LIGHTTPD), "-D", "-f"]
    command.append(stage.conf / "lighttpd" / conf)
    return Program(command, environment, directory / "lighttpd.log")


@contextmanager
def lighttpd_managed(stage, directory, mount, conf="lightcone.conf", **options):
    state = stage.state(directory)
    port = free_port()
    server = lighttpd(
        stage, directory, conf, port, mount,
        LIGHTCONE_STATE=state, LIGHTCONE_PROCS=2, **options,
    )
    try:
        yield Front(conf, directory, Site(port, mount), server, state, ())
    finally:
        server.stop()


def lighttpd_cgi(stage, directory, mount):
    return lighttpd_managed(stage, directory, mount, "lightcone-cgi.conf")


@contextmanager
def lighttpd_external(
    stage, directory, mount, program="lightcone.fcgi", count=1, **options
):
    state = stage.state(directory)
    path = directory / "fcgi.sock"
    port = free_port()
    program = stage.bin / program
    with backends_on(path, program, state, count, **options) as apps:
        server = lighttpd(
            stage, directory, "lightcone-external.conf", port, mount,
            LIGHTCONE_SOCKET=path,
            LIGHTCONE_STREAM_LISTEN=state / "stream.sock",
        )
        try:
            yield Front(
                "external", directory, Site(port, mount), server, state, apps
            )
        finally:
            server.stop()


# ---- Apache


def apache(directory, port, includes=(), defines=(), **more):
    """Our small Apache; as root it runs as a lesser user altogether."""
    program = server_program(*APACHE)
    user = lesser_user()
    for name in ("www", "fcgid"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    environment = clean_environment(
        LC_RUN=directory, LC_PORT=port, LC_MODULES=APACHE_MODULES, **more
    )
    command = [program, "-D", "FOREGROUND", "-f", directory / "apache.conf"]
    for define in defines:
        command += ["-D", define]
    for include in includes:
        command += ["-c", f'Include "{include}"']
    shutil.copy(HERE / "apache.conf", directory)
    if user is not None:
        shutil.chown(directory, user, user)
        shutil.chown(directory / "fcgid", user, user)
    return Program(command, environment, directory / "apache.log", user=user)


@contextmanager
def apache_fcgid(stage, directory, mount, defines=("LC_PROXY",)):
    state = stage.state(directory, lesser_user())
    port = free_port()
    server = apache(
        directory, port, [stage.conf / "apache/lightcone.conf"],
        ["LIGHTCONE_ENVIRONMENT", *defines], LIGHTCONE_MOUNT=mount or "/",
        LIGHTCONE_BIN=stage.bin, LIGHTCONE_STATE=state,
        LIGHTCONE_STREAM=f"unix:{state}/stream.sock|ws://localhost",
    )
    try:
        yield Front("apache", directory, Site(port, mount), server, state, ())
    finally:
        server.stop()


@contextmanager
def apache_edge(stage, directory, mount):
    """With Apache's own cache before the application, which has none."""
    user = lesser_user()
    state = stage.state(directory, user)
    edge = directory / "edge"
    edge.mkdir()
    if user is not None:
        shutil.chown(edge, user, user)
    without = directory / "without.conf"
    without.write_text("FcgidInitialEnv LIGHTCONE_CACHE off\n")
    port = free_port()
    shipped = stage.conf / "apache"
    server = apache(
        directory, port,
        [shipped / "lightcone.conf", shipped / "lightcone-edge.conf", without],
        ["LIGHTCONE_ENVIRONMENT", "LC_EDGE"], LIGHTCONE_MOUNT=mount or "/",
        LIGHTCONE_BIN=stage.bin, LIGHTCONE_STATE=state, LIGHTCONE_EDGE=edge,
        LIGHTCONE_STREAM=f"unix:{state}/stream.sock|ws://localhost",
    )
    try:
        yield Front("edge", directory, Site(port, mount), server, state, ())
    finally:
        server.stop()


def shared_host(htaccess, program, defines=()):
    """A customer's folder: the program, our .htaccess and an options file."""

    @contextmanager
    def way(stage, directory, mount):
        state = stage.state(directory, lesser_user())
        port = free_port()
        folder = directory / "www" / mount.lstrip("/")
        folder.mkdir(parents=True)
        shutil.copy(stage.bin / program, folder)
        shutil.copy(
            stage.conf / "shared-hosting" / htaccess, folder / ".htaccess"
        )
        (folder / "lightcone.conf").write_text(
            f"state = {state}\n{stage.options}"
        )
        server = apache(directory, port, defines=defines)
        try:
            yield Front(
                htaccess, directory, Site(port, mount), server, state, ()
            )
        finally:
            server.stop()

    return way


APACHE = ("apache2", APACHE_MODULES / "mod_fcgid.so")
LIGHTTPD = ("lighttpd",)

# Each way with the server program, and the files, that it needs.
FRONTS = {
    "lighttpd": (lighttpd_managed, LIGHTTPD),
    "lighttpd-external": (lighttpd_external, LIGHTTPD),
    "lighttpd-cgi": (lighttpd_cgi, LIGHTTPD),
    "apache": (apache_fcgid, APACHE),
    "shared-host": (shared_host(".htaccess", "lightcone.fcgi"), APACHE),
    "shared-host-cgi": (shared_host(".htaccess-cgi", "lightcone.cgi"), APACHE),
    "shared-host-no-options": (
        shared_host(
            ".htaccess-no-options", "lightcone.fcgi", ["LC_EXECCGI_BY_HOST"]
        ),
        APACHE,
    ),
}


def missing(name):
    """What a front lacks on this machine; None when it can be started."""
    try:
        server_program(*FRONTS[name][1])
    except Missing as reason:
        return str(reason)
    return None


# What other builds than the source tree's are for is found through any way
# in; the ways themselves are not theirs to test.  As CGI, where each request
# pays for the start of a process, they show what only CGI has: its gate.
ELSEWHERE = ("lighttpd", "lighttpd-cgi")

INSTALLED = [
    name for name in FRONTS
    if not missing(name) and (BUILD == SOURCE or name in ELSEWHERE)
]

# Where a test is repeated: at each front, at one or the other mount; and for
# what depends on the mount, at both.
PLACES = [
    (name, MOUNTS[i % len(MOUNTS)]) for i, name in enumerate(INSTALLED)
    if BUILD == SOURCE or name == ELSEWHERE[0]
]
ALL_PLACES = [(name, mount) for name in INSTALLED for mount in MOUNTS]

# For answers that depend on neither.
FEW_PLACES = [
    each for each in PLACES if each[0] in ("lighttpd", "apache", "lighttpd-cgi")
]


def place_id(place):
    """Such as "apache/" or "apache/sub/dir"; no other parameter has such a one."""
    name, mount = place
    return name + (mount or "/")


def over(places):
    """Repeats a test with a front, or a file of such, at other places."""
    return pytest.mark.parametrize(
        "front", places, indirect=True, ids=place_id
    )


@contextmanager
def starting(name, stage, mount, **options):
    """A front that answers /health, until the block is left."""
    raise_descriptor_limit(DESCRIPTORS)
    way = FRONTS[name][0]
    directory = stage.fresh("front")
    with way(stage, directory, mount, **options) as front:
        wait_until(front.answers, f"an answer from {front.way}")
        yield front


def stop_server(front, number=signal.SIGTERM):
    """Stops a front's server by hand; gives the pids that it had started."""
    pids = children(front.server.pid)
    front.server.signal(number)
    front.server.wait()
    return pids
