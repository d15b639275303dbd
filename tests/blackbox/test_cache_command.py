"""lightcone cache: shows what the cache was good for, and makes it forget."""

import socket
import subprocess

import pytest

from processes import clean_environment

WORDS = "hit stale collapsed miss expired refused rescued cheap away".split()


@pytest.fixture
def cache(stage, directory):
    """Runs lightcone cache over a state directory with a catalogue."""
    state = stage.state(directory)

    def run(*words, **options):
        return subprocess.run(
            [stage.bin / "lightcone", "cache", *words],
            env=clean_environment(LIGHTCONE_STATE=state, **options),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

    run.state = state
    return run


def shown(result):
    """The lines' second columns, by the first ones."""
    assert result.returncode == 0, result
    rows = [line.split(None, 2) for line in result.stdout.splitlines()]
    return {row[0]: row[1] for row in rows}


@pytest.mark.parametrize("words", [[], ["show"]])
def test_shows_counts_and_no_kind_where_it_is_off(cache, words):
    rows = shown(cache(*words))
    assert list(rows)[:9] == WORDS
    assert set(rows.values()) == {"0"}


def test_shows_the_kind_and_whether_it_answers(cache):
    rows = shown(cache(LIGHTCONE_CACHE="local:1M"))
    assert (rows["kind"], rows["state"]) == ("local", "answers")


def test_a_server_with_a_name_is_waited_for(cache):
    """Until it is looked up; a busy machine may take too long for that."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))  # which refuses
        found = f"memcached://localhost:{server.getsockname()[1]}"
        for _ in range(20):
            said = cache(LIGHTCONE_CACHE=found).stdout
            if "its name is looked up" not in said:
                break
        assert "none of its name's addresses answers" in said


@pytest.mark.parametrize(
    "words, code, says",
    [
        (["flush", "nothing"], 66, 'no catalogue "nothing"; there are: openngc'),
        (["flush", "openngc", "more"], 2, "usage"),
        (["show", "more"], 2, "usage"),
        (["flusch"], 2, "usage"),
        (["--all"], 2, "usage"),
    ],
)
def test_wrong_words(cache, words, code, says):
    result = cache(*words)
    assert (result.returncode, result.stdout) == (code, "")
    assert says in result.stderr


def test_a_state_that_cannot_be_had(cache):
    (cache.state / "state.sqlite").write_text("this is no database at all")
    result = cache("flush")
    assert result.returncode == 73 and "nothing is forgotten" in result.stderr


def test_a_flush_is_seen_at_once(stage, edited):
    """By the tags of what is made from a catalogue, without any cache."""

    def tag(query):
        reply = edited.site.get("/galaxy?coordinates=M31&radius_deg=0.1" + query)
        assert reply.status == 200
        return reply.headers["ETag"]

    def flush(*words):
        subprocess.run(
            [stage.bin / "lightcone", "cache", "flush", *words],
            env=clean_environment(LIGHTCONE_STATE=edited.state),
            check=True,
            timeout=20,
        )

    seen = [tag("")]
    assert tag("") == seen[0]
    for words in [["openngc"], [], ["openngc"]]:
        flush(*words)
        seen.append(tag(""))
    assert len(set(seen)) == 4
    assert tag("") == seen[-1]
