"""A PostgreSQL of our own, with Q3C, in a temporary directory."""
import glob
import os
import pwd
import shutil
import subprocess
import tempfile
import time

LIBRARIES = "/usr/lib/postgresql"
START_S, STOP_S = 30, 30
# All fits into memory, and nothing else competes for it.
SETTINGS = ["shared_buffers=1GB", "work_mem=64MB", "maintenance_work_mem=512MB",
            "effective_cache_size=4GB", "random_page_cost=1.1", "jit=off",
            # Planning anew takes it longer than the search.
            "plan_cache_mode=force_generic_plan",
            "fsync=off", "max_wal_size=4GB", "listen_addresses="]
LOAD = """
CREATE EXTENSION q3c;
CREATE TABLE star (name text, ra_deg float8, dec_deg float8,
                   magnitude_v float8, spectral_type text);
\\copy star FROM '{csv}' CSV HEADER
CREATE INDEX star_q3c ON star (q3c_ang2ipix(ra_deg, dec_deg));
CLUSTER star USING star_q3c;
VACUUM ANALYZE star;
"""


def newest():
    """The directory of programs of the newest version that has Q3C."""
    for binaries in sorted(glob.glob(f"{LIBRARIES}/*/bin"), reverse=True):
        if os.path.exists(f"{os.path.dirname(binaries)}/lib/q3c.so"):
            return binaries
    return None


def missing():
    """Why it cannot be had, or None."""
    if newest() is None:
        return "no PostgreSQL with Q3C is installed"
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return "root may not run PostgreSQL, and there is no user postgres"
    return None


class Postgres:
    def __init__(self):
        self.binaries = newest()
        self.dir = self.account = self.process = None

    def unprivileged(self, name, *arguments):
        """How a program of PostgreSQL is started."""
        who = {"user": self.account.pw_uid, "group": self.account.pw_gid,
               "extra_groups": []} if self.account else {}
        return dict(args=[f"{self.binaries}/{name}", *arguments], cwd=self.dir,
                    env={**os.environ, "HOME": self.dir}, **who)

    def start(self):
        self.dir = tempfile.mkdtemp(prefix="lightcone-bench-pg-")
        if os.geteuid() == 0:
            self.account = pwd.getpwnam("postgres")
            os.chown(self.dir, self.account.pw_uid, self.account.pw_gid)
        subprocess.run(
            **self.unprivileged("initdb", "-D", f"{self.dir}/data", "-A",
                                "trust", "-U", "postgres", "-E", "UTF8",
                                "--locale=C", "--no-sync"),
            check=True, stdout=subprocess.DEVNULL)
        settings = [word for each in SETTINGS for word in ("-c", each)]
        with open(f"{self.dir}/log", "w") as log:
            self.process = subprocess.Popen(
                **self.unprivileged("postgres", "-D", f"{self.dir}/data",
                                    "-k", self.dir, *settings),
                stdout=log, stderr=log)
        until = time.monotonic() + START_S
        while subprocess.run(
                [f"{self.binaries}/pg_isready", "-q", "-h", self.dir],
                ).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > until:
                with open(f"{self.dir}/log") as log:
                    raise RuntimeError(f"PostgreSQL: {log.read()}")
            time.sleep(0.1)

    def load(self, csv):
        subprocess.run(
            [f"{self.binaries}/psql", "-q", "-X", "-v", "ON_ERROR_STOP=1",
             "-h", self.dir, "-U", "postgres"],
            input=LOAD.format(csv=csv), text=True, check=True)

    def version(self):
        done = subprocess.run(
            [f"{self.binaries}/psql", "-X", "-A", "-t", "-h", self.dir, "-U",
             "postgres", "-c",
             "SELECT current_setting('server_version'), q3c_version()"],
            capture_output=True, text=True, check=True)
        server, q3c = done.stdout.strip().split("|")
        return f"PostgreSQL {server.split()[0]} with Q3C {q3c}"

    def stop(self):
        """Ends it, and removes all of it; may be called again."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.dir is not None:
            shutil.rmtree(self.dir, ignore_errors=True)
