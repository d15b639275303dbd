"""API keys, as the operator's command makes them, and how they are sent."""

import subprocess

from processes import clean_environment


def add_key(stage, state, name, *scopes):
    words = [word for scope in scopes for word in ("--scope", scope)]
    result = subprocess.run(
        [stage.bin / "lightcone", "key", "add", name, *words],
        env=clean_environment(LIGHTCONE_STATE=state),
        capture_output=True, text=True, timeout=20, check=True,
    )
    return result.stdout.strip()


def revoke_key(stage, state, name):
    subprocess.run(
        [stage.bin / "lightcone", "key", "revoke", name],
        env=clean_environment(LIGHTCONE_STATE=state),
        capture_output=True, timeout=20, check=True,
    )


def bearer(text):
    return [("Authorization", f"Bearer {text}")]
