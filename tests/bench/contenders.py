"""What is measured: each program behind a Lighttpd of its own.

Every Lighttpd has the settings of conf/lighttpd/server.conf, as Lightcone's
users have them.  A contender that cannot run here says why in `missing`.
"""
import glob
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PYTHON = "/usr/bin/python3"     # the one that Debian's packages are for
CORES = len(os.sched_getaffinity(0))
THREADS = 2         # accepting, in each process of Lightcone and the constant
PHP_CHILDREN = 4 * CORES
INTERRUPTS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
START_S = 20
STOP_S = 8


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def program(*names):
    """The first of these programs that is installed, or None."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin:/sbin"
    for name in names:
        found = shutil.which(name, path=path)
        if found:
            return found
    return None


def descendants(pid):
    """The processes that a process of ours has started, and theirs."""
    parents = {}
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(stat) as f:
                text = f.read()
        except OSError:
            continue
        ppid = int(text.rpartition(")")[2].split()[1])
        parents.setdefault(ppid, []).append(int(stat.split("/")[2]))
    found, todo = [], [pid]
    while todo:
        children = parents.get(todo.pop(), [])
        found += children
        todo += children
    return found


def python_has(package):
    return subprocess.run([PYTHON, "-c", f"import {package}"],
                          stderr=subprocess.DEVNULL).returncode == 0


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(true, seconds):
    """Asks every 20 ms; whether it became true in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


class Contender:
    """One program and the Lighttpd before it, in a directory of its own."""

    name = ""
    modules = ("mod_fastcgi",)

    def __init__(self, bench):
        self.bench = bench
        self.dir = os.path.join(bench.dir, self.name.lower().replace(" ", "-"))
        self.port = free_port()
        self.started = []

    def missing(self):
        """Why it cannot be measured, or None."""
        return None

    def backend(self):
        """Starts what must run before Lighttpd; its part of the file."""
        raise NotImplementedError

    def environment(self):
        return {}

    def url(self, target):
        return f"http://127.0.0.1:{self.port}{target}"

    def run(self, command, **environment):
        log = open(os.path.join(self.dir, "log"), "ab")
        with log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **environment}, cwd=self.dir,
                start_new_session=True)
        self.started.append(process)
        return process

    def start(self):
        os.mkdir(self.dir, 0o700)
        modules = ", ".join(f'"{m}"' for m in self.modules)
        backend = self.backend()
        config = os.path.join(self.dir, "lighttpd.conf")
        with open(config, "w") as f:
            f.write(f'server.modules = ({modules})\n'
                    f'include "{ROOT}/conf/lighttpd/server.conf"\n{backend}')
        server = self.run([program("lighttpd"), "-D", "-f", config], **{
            "LIGHTCONE_PORT": str(self.port), "LIGHTCONE_BIND": "127.0.0.1",
            "LIGHTCONE_MOUNT": "/", "LIGHTCONE_STATE": self.dir,
            **self.environment()})
        wait_until(lambda: server.poll() is not None or self.ready(), START_S)
        if server.poll() is not None or not self.ready():
            raise RuntimeError(f"{self.name} did not start: {self.log()}")

    def ready(self):
        try:
            self.get("/galaxy?coordinates=10.68,41.27")
            return True
        except OSError:
            return False

    def get(self, target):
        with urllib.request.urlopen(self.url(target), timeout=10) as reply:
            return reply.read()

    def log(self):
        try:
            with open(os.path.join(self.dir, "log"), errors="replace") as f:
                return f.read()[-2000:] or "it says nothing"
        except OSError as error:
            return str(error)

    def stop(self):
        """Ends what was started, the web server first; not to be hurried."""
        before = {s: signal.signal(s, signal.SIG_IGN) for s in INTERRUPTS}
        self.end_all()
        for number, handler in before.items():
            signal.signal(number, handler)

    def end_all(self):
        for process in reversed(self.started):
            family = descendants(process.pid)
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            wait_until(lambda: process.poll() is not None
                       and not any(map(alive, family)), STOP_S)
            for pid in filter(alive, [process.pid, *family]):
                print(f"{self.name}: process {pid} had to be killed",
                      file=sys.stderr)
                os.kill(pid, signal.SIGKILL)
            process.wait()
        self.started = []


class Lightcone(Contender):
    name = "Lightcone"

    def missing(self):
        for binary in ("lightcone.fcgi", "lightcone"):
            if not os.access(self.bench.binary(binary), os.X_OK):
                return f"{binary} is not built"
        return None

    def backend(self):
        return managed(self, self.bench.binary("lightcone.fcgi"))

    def environment(self):
        return {"LIGHTCONE_STATE": self.bench.state,
                "LIGHTCONE_THREADS": str(THREADS), "LIGHTCONE_CACHE": "off",
                "LIGHTCONE_RATE": "off"}


class Constant(Contender):
    name = "Constant"

    def missing(self):
        return self.bench.compile("constant", "-lfcgi", "-lpthread")

    def backend(self):
        return managed(self, self.bench.compiled("constant"))

    def environment(self):
        return {"BENCH_BYTES": str(self.bench.median_bytes),
                "BENCH_THREADS": str(THREADS)}


def managed(contender, path):
    """Processes that Lighttpd starts, as many as there are cores."""
    return (f'fastcgi.server = ("/" => (("bin-path" => "{path}",\n'
            f'\t"socket" => "{contender.dir}/fcgi.sock",\n'
            f'\t"max-procs" => {CORES}, "check-local" => "disable",\n'
            f'\t"fix-root-scriptname" => "enable")))\n')


class FastAPI(Contender):
    name = "FastAPI"
    modules = ("mod_proxy",)

    def missing(self):
        for package in ("fastapi", "uvicorn", "uvloop"):
            if not python_has(package):
                return f"python3-{package} is not installed"
        return self.bench.needs_catalogue()

    def backend(self):
        path = f"{self.dir}/uvicorn.sock"
        self.run([PYTHON, "-m", "uvicorn", "--app-dir", HERE,
                  "--uds", path, "--workers", str(max(2, CORES)),
                  "--loop", "uvloop", "--no-access-log",
                  "--log-level", "warning", "fastapi_app:app"],
                 BENCH_CATALOGUE=self.bench.catalogue,
                 PYTHONDONTWRITEBYTECODE="1")
        return f'proxy.server = ("" => (("host" => "{path}")))\n'


class PHP(Contender):
    name = "PHP-FPM"
    modules = ("mod_rewrite", "mod_fastcgi")

    def binary(self):
        installed = sorted(glob.glob("/usr/sbin/php-fpm*"), reverse=True)
        return program("php-fpm", *installed)

    def missing(self):
        if self.binary() is None:
            return "php-fpm is not installed"
        modules = subprocess.run([self.binary(), "-m"], capture_output=True,
                                 text=True).stdout
        if "pdo_sqlite" not in modules:
            return "php-sqlite3 is not installed"
        return self.bench.needs_catalogue()

    def backend(self):
        config = f"{self.dir}/fpm.conf"
        with open(config, "w") as f:
            f.write(f"[global]\nerror_log = {self.dir}/log\n"
                    f"log_level = warning\n"
                    f"[bench]\nlisten = {self.dir}/php.sock\n"
                    f"pm = static\npm.max_children = {PHP_CHILDREN}\n"
                    f"env[BENCH_CATALOGUE] = {self.bench.catalogue}\n"
                    + ("user = root\n" if os.geteuid() == 0 else ""))
        self.run([self.binary(), "-F", "-y", config]
                 + (["-R"] if os.geteuid() == 0 else []))
        return (f'server.document-root := "{HERE}"\n'
                f'url.rewrite-once = ("^/galaxy(\\?.*)?$" => '
                f'"/galaxy.php$1")\n'
                f'fastcgi.server = (".php" => '
                f'(("socket" => "{self.dir}/php.sock")))\n')


ALL = (Lightcone, Constant, FastAPI, PHP)
