"""What is the servers' own: who is there, whose address it is, what is shut."""

import pytest

import fronts

everywhere = fronts.over(fronts.ALL_PLACES)


@pytest.mark.parametrize("name", fronts.FRONTS)
def test_front_is_installed(name):
    """Without its server a front is not tested; this names it."""
    reason = fronts.missing(name)
    if reason:
        pytest.skip(f"the front {name} is not tested: {reason}")


@everywhere
@pytest.mark.parametrize("path", ["", "/", "/galaxy", "/health"])
def test_a_neighbour_is_not_ours(site, path):
    """An application at /sub/dir leaves /sub/directory alone."""
    if site.mount:
        reply = site.exchange("GET", site.mount + "ectory" + path)
        assert reply.status == 404
        assert "json" not in reply.media_type


@everywhere
@pytest.mark.parametrize("path", [
    "/lightcone.conf", "/.htaccess", "/state/openngc.current",
    "/catalogues/openngc.1.sqlite", "/slots.lock", "/state.sqlite-wal",
    "/state.sqlite", "/limits.seg", "/heavy.lock",
    "/fcgi.sock", "/error.log",
])
def test_no_file_of_ours_can_be_had(site, path):
    assert site.get(path).status in (403, 404)


@everywhere
def test_names_and_signs_arrive_unchanged(site):
    """Percent signs, pluses and letters beyond ASCII, through every server."""
    text = "100% + 1 & 2 = ŋ/?#"
    reply = site.get("/galaxy", {"coordinates": text})
    assert reply.status == 422, reply
    assert reply.json()["errors"][0]["input"] == text


@everywhere
def test_an_answer_of_megabytes_arrives_whole(site):
    params = {"coordinates": "0 0", "radius_deg": 180, "limit": 10000}
    reply = site.get("/galaxy", params)
    assert len(reply.body) > 1_000_000
    assert len(reply.json()["system"]) == 10000


@everywhere
def test_ranges_are_not_cut_out_of_answers(site):
    fields = [("Range", "bytes=0-9")]
    reply = site.get("/galaxy", "coordinates=M31", fields)
    assert reply.status == 200, reply
    assert reply.json()["matched"] == 1
