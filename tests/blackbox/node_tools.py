"""Programs in JavaScript: tests/node/install.sh puts them into build-node.

missing() says what a machine lacks for them; run() runs one to its end.
"""

import shutil

from processes import Program, clean_environment
from stage import SOURCE

SCRIPTS = SOURCE / "tests/node"
INSTALLED = SOURCE / "build-node"
MODULES = INSTALLED / "node_modules"
PATIENCE_S = 60


def missing(*programs):
    """Why they, and what package.json names, cannot be used; or None."""
    for program in ("node", *programs):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    stamp = INSTALLED / "installed"
    wanted = (SCRIPTS / "package.json").read_bytes()
    if stamp.exists() and stamp.read_bytes() == wanted:
        return None
    failed = INSTALLED / "failed"
    if failed.exists():
        return "clients in JavaScript: " + failed.read_text().strip()
    return "clients in JavaScript are installed by check --all only"


def package_program(name):
    return MODULES / ".bin" / name


def run(directory, script, *words, **environment):
    """Gives what it printed; fails with that when the script fails."""
    log = directory / (script.stem + ".log")
    log.unlink(missing_ok=True)
    program = Program(
        [shutil.which("node"), script, *words],
        clean_environment(
            NODE_PATH=MODULES,
            REDOCLY_TELEMETRY="off",
            REDOCLY_SUPPRESS_UPDATE_NOTICE="true",
            **environment,
        ),
        log,
        cwd=directory,
    )
    try:
        status = program.wait(PATIENCE_S)
    finally:
        program.stop()
    assert status == 0, program.said()
    return program.said()
