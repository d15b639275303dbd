"""Spans on their way: those that tests/spans puts into a ring, workers that
export them, and what has become of all."""

import json
import signal
import subprocess

from processes import Program, clean_environment, wait_until
from stage import BUILD

SPANS = BUILD / "tests/spans"
PATIENCE_S = 30
# What an operator's shell may have would count here.
FOREIGN = ("OTEL_", "http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy")


def environment(**options):
    made = clean_environment(**options)
    return {name: value for name, value in made.items()
            if name in options or not name.startswith(FOREIGN)}


class Export:
    """A state directory with a ring, and its workers; `options` without
    LIGHTCONE_, in small letters, or other variables as they are."""

    def __init__(self, stage, directory, **options):
        self.program = stage.bin / "lightcone"
        self.directory = directory
        self.state = directory / "state"
        self.state.mkdir(mode=0o700)
        self.options = {"state": self.state, "work_processes": 1,
                        "otlp_protocol": "http/json", "trace_delay_ms": 20,
                        **options}
        self.workers = []

    def environment(self, **more):
        return environment(**{
            f"LIGHTCONE_{name.upper()}" if name.islower() else name: value
            for name, value in {**self.options, **more}.items()
            if value is not None})

    def to(self, there, **more):
        """From now on: to that collector."""
        self.options.update(otlp_endpoint=there.url, **more)
        return self

    # ---- the ring

    def ring(self, *words):
        done = subprocess.run(
            [SPANS, *map(str, words)], env=self.environment(),
            capture_output=True, text=True, timeout=PATIENCE_S, check=True)
        return done.stdout

    def put(self, count, mark=0):
        """What each of them is; those that there was no room for are not
        among them."""
        return [json.loads(line)
                for line in self.ring("put", count, mark).splitlines()]

    def put_ids(self, count, mark=0):
        return [(span["trace"], span["span"]) for span in self.put(count, mark)]

    def look(self):
        return json.loads(self.ring("look"))

    def wait(self, **counts):
        """Until the ring says so, or more of that; what it says then."""
        def there():
            said = self.look()
            good = all(said[name.replace("_", " ")] >= least
                       for name, least in counts.items())
            return said if good else None

        try:
            return wait_until(there, f"{counts}", PATIENCE_S)
        except TimeoutError:
            raise AssertionError(f"{counts}: {self.look()}\n"
                                 f"{self.said()}") from None

    def settled(self):
        """Once nothing waits: every span has come to one end."""
        wait_until(lambda: self.look()["waiting"] == 0, "an empty ring",
                   PATIENCE_S)
        said = self.look()
        assert said["recorded"] == (said["exported"] + said["refused"]
                                    + said["torn"]), said
        return said

    # ---- workers

    def start(self, *words, **more):
        """A worker; it has said that it runs when this returns."""
        log = self.directory / f"work-{len(self.workers)}.log"
        worker = Program([self.program, "work", *words],
                         self.environment(**more), log)
        self.workers.append(worker)
        wait_until(lambda: not worker.running()
                   or "running jobs" in worker.said(), "a worker")
        return worker

    def once(self, *words, **more):
        """A worker that ends by itself, and must do so well; what it said."""
        worker = self.start(*words or ("--once",), **more)
        assert worker.wait(PATIENCE_S) == 0, worker.said()
        return worker.said()

    def end(self, worker):
        """Told to end; it must do so well."""
        worker.signal(signal.SIGTERM)
        assert worker.wait(PATIENCE_S) == 0, worker.said()

    def stop(self):
        for worker in self.workers:
            if worker.running():
                worker.signal(signal.SIGCONT)
                worker.process.kill()
                worker.wait()

    def said(self):
        return "".join(worker.said() for worker in self.workers)
