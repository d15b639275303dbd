"""POST /wormhole: every case of the reference, and whatever is refused."""

import json
import math
import pathlib

import pytest

import fronts
import problems

CASES = [
    case for case in json.loads(
        (pathlib.Path(__file__).parents[1] / "data/relativity-cases.json")
        .read_text()
    ) if case["id"].startswith("worm_")
]
assert len(CASES) >= 9
LIGHT_M_S = 299792458.0
NEWTON_G = 6.67430e-11
SUN_KG = 1.3271244e20 / NEWTON_G
JSON = [("Content-Type", "application/json")]

ELLIS = {"kind": "ellis", "throat_radius_m": 1000}
DNEG = {"kind": "dneg", "throat_radius_m": 1000, "length_m": 10,
        "lensing_width_m": 50}
FILM = {"preset": "film"}

pytestmark = fronts.over(fronts.FEW_PLACES)


def close(value, rel=1e-9):
    return pytest.approx(value, rel=rel, abs=0)


def send(site, body, query="", fields=()):
    return site.ask("POST", "/wormhole", query, [*JSON, *fields],
                    json.dumps(body).encode())


def ask(site, settings, **more):
    reply = send(site, {"settings": settings, **more})
    assert reply.status == 200, reply
    assert reply.media_type == "application/json"
    return reply.json()


def messages(reply):
    """The 422's words by their places."""
    problems.errors_at(reply)
    return {
        ".".join(map(str, error["loc"])): error["msg"]
        for error in reply.json()["errors"]
    }


# ---- the reference


def settings_of(given):
    """A case's lengths are in throat radii."""
    settings = {"kind": given["kind"], "throat_radius_m": 1000 * given["rho"]}
    if given["kind"] == "dneg":
        settings["length_m"] = 2000 * given["a"]
        settings["lensing_width_m"] = 1000 * given["W"]
    if "l_c" in given:
        settings["camera_l_m"] = 1000 * given["l_c"]
        settings["rays_deg"] = [given["alpha_deg"]]
    else:
        # From r = 5, where B = r sin(alpha).
        settings["camera_l_m"] = 1000 * math.sqrt(24)
        settings["rays_deg"] = [math.degrees(math.asin(given["B"] / 5))]
    return settings


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_case(site, case):
    ray, = ask(site, settings_of(case["input"]))["rays"]
    found = {
        "B": ray["impact_parameter_m"] / 1000, "psi": ray["sweep_rad"],
        "total": ray["sweep_total_rad"], "side": ray["side"],
    }
    for name, expected in case["expected"].items():
        if isinstance(expected, str):
            assert found[name] == expected
        else:
            assert found[name] == close(expected, case["rel_tol"])


def test_an_ellis_wormhole(site):
    answer = ask(site, ELLIS)
    assert answer["open"] is True and answer["warnings"] == []
    geometry, trip = answer["geometry"], answer["traversal"]
    assert geometry["kind"] == "ellis" and "length_m" not in geometry
    assert geometry["station_radius_m"] == close(10000)
    assert geometry["station_m"] == close(1000 * math.sqrt(99))
    assert geometry["embedding_height_m"] == close(
        2000 * math.asinh(math.sqrt(99)))
    assert trip["speed_m_s"] == trip["speed_most_m_s"]
    assert trip["speed_m_s"] == close(2214.3453, 2e-8)
    assert trip["time_s"] == close(8.98674, 1e-6)
    assert trip["tidal_lateral_m_s2"] == close(9.80665)
    assert trip["tidal_radial_m_s2"] == 0
    assert trip["time_proper_s"] == close(trip["time_s"] / trip["gamma"])


def test_what_holds_an_ellis_wormhole_open(site):
    matter = ask(site, ELLIS)["exotic_matter"]
    kg = -math.pi / 2 * 1000 * LIGHT_M_S**2 / NEWTON_G
    assert matter["energy_kg"] == close(kg)
    assert matter["energy_j"] == close(kg * LIGHT_M_S**2)
    assert matter["energy_msun"] == close(kg / SUN_KG)
    assert matter["null_energy_kg"] == close(2 * kg)
    assert matter["cutoff_m"] is None
    pascal = LIGHT_M_S**4 / (8 * math.pi * NEWTON_G * 1000**2)
    throat = matter["throat"]
    assert throat["energy_density_j_m3"] == close(-pascal)
    assert throat["radial_pressure_pa"] == close(-pascal)
    assert throat["lateral_pressure_pa"] == close(pascal)
    assert throat["null_energy_j_m3"] == close(-2 * pascal)


def test_a_dneg_wormhole(site):
    answer = ask(site, DNEG)
    geometry, trip = answer["geometry"], answer["traversal"]
    assert geometry["mass_parameter_m"] == close(50 / 1.4295268191803)
    assert geometry["station_m"] == close(6982.645, 1e-6)
    assert trip["speed_most_m_s"] == close(650.510, 1e-6)
    assert trip["distance_m"] == close(2 * geometry["station_m"])
    assert answer["camera"]["r_m"] == close(7049.44106932)
    assert answer["camera"]["mouth_radius_deg"] == close(8.1552140, 1e-8)


def test_what_holds_a_dneg_wormhole_open(site):
    answer = ask(site, DNEG)
    matter = answer["exotic_matter"]
    assert matter["cutoff_m"] == close(answer["geometry"]["station_m"])
    assert matter["null_energy_kg"] < matter["energy_kg"] < 0
    # A cylinder's own matter is under tension, and not exotic yet.
    assert matter["throat"]["null_energy_j_m3"] == 0
    mass_m = answer["geometry"]["mass_parameter_m"]
    assert matter["cylinder_end"]["null_energy_j_m3"] == close(
        -LIGHT_M_S**4 / (math.pi**3 * NEWTON_G * mass_m * 1000), 1e-6)


def test_the_films_is_named(site):
    film = ask(site, FILM)
    assert film["geometry"]["preset"] == "film"
    assert film["camera"]["l_m"] == close(6255)
    named = ask(site, DNEG)
    del film["geometry"]["preset"]
    assert film == named
    wide = ask(site, {**FILM, "throat_radius_m": 5000, "camera_l_m": -50000})
    assert wide["geometry"]["length_m"] == close(50)
    assert wide["geometry"]["lensing_width_m"] == close(250)
    assert wide["camera"]["l_m"] == -50000


@pytest.mark.parametrize("less", [
    {"throat_radius_m": 1000},
    {"throat_radius_m": 1000, "length_m": None, "preset": None, "image": None},
])
def test_the_kind_follows_from_what_is_given(site, less):
    assert ask(site, less)["geometry"]["kind"] == "ellis"
    long = {**less, "length_m": 0, "lensing_width_m": 50}
    assert ask(site, long)["geometry"]["kind"] == "dneg"


def test_the_embedding_is_a_surface(site):
    points = ask(site, ELLIS)["embedding"]
    middle = points[len(points) // 2]
    assert middle == [1000, 0, 0]
    for (r, z, l), (r2, z2, l2) in zip(points, reversed(points)):
        assert r == close(math.hypot(1000, l))
        assert z == pytest.approx(1000 * math.asinh(l / 1000), rel=1e-8)
        assert (r, z, l) == (r2, -z2, -l2)
    assert [l for _, _, l in points] == sorted(l for _, _, l in points)


# ---- travellers


def test_a_speed_that_tides_forbid_is_a_warning(site):
    slow = ask(site, {**ELLIS, "speed_m_s": 2000})
    assert slow["warnings"] == []
    assert slow["traversal"]["speed_m_s"] == 2000
    assert slow["traversal"]["speed_most_m_s"] == close(2214.3453, 2e-8)
    assert slow["traversal"]["tidal_lateral_m_s2"] == close(8, 1e-6)
    fast = ask(site, {**ELLIS, "speed_m_s": 0.8 * LIGHT_M_S})
    warning, = fast["warnings"]
    assert "max_tidal_m_s2" in warning and "2214.34" in warning
    assert fast["traversal"]["gamma"] == close(5 / 3)


def test_a_body_that_does_not_fit_is_a_warning(site):
    warning, = ask(site, {"throat_radius_m": 0.9})["warnings"]
    assert "does not fit" in warning
    assert ask(site, {"throat_radius_m": 0.9, "body_m": 1})["warnings"] == []


@pytest.mark.parametrize("most_m_s2, body_m, times", [
    (4 * 9.80665, 2, 2), (9.80665, 0.5, 2), (9.80665 / 9, 2, 1 / 3),
])
def test_what_a_traveller_bears(site, most_m_s2, body_m, times):
    trip = ask(site, {
        **ELLIS, "max_tidal_m_s2": most_m_s2, "body_m": body_m})["traversal"]
    assert trip["speed_most_m_s"] == close(2214.3453 * times, 1e-7)
    assert trip["tidal_lateral_m_s2"] == close(most_m_s2)


@pytest.mark.parametrize("settings", [
    {"throat_radius_m": 1e-35}, {"throat_radius_m": 1e30},
    {"throat_radius_m": 1e-35, "max_tidal_m_s2": 1e-9, "body_m": 1e9},
    {"throat_radius_m": 1e30, "max_tidal_m_s2": 1e12, "body_m": 1e-9},
    {"throat_radius_m": 1e30, "speed_m_s": 1e-9},
    {"throat_radius_m": 1e-35, "speed_m_s": math.nextafter(LIGHT_M_S, 0)},
    {"throat_radius_m": 1, "length_m": 200, "lensing_width_m": 10},
    {"throat_radius_m": 1, "length_m": 200, "lensing_width_m": 1e-4},
    {"throat_radius_m": 1, "length_m": 0, "lensing_width_m": 10},
    {"throat_radius_m": 3, "length_m": 0, "lensing_width_m": 3e-4},
    {"throat_radius_m": 0.3, "length_m": 60, "lensing_width_m": 3},
    {"throat_radius_m": 1, "camera_l_m": 1e4},
    {"throat_radius_m": 0.3, "camera_l_m": -3000},
    {"throat_radius_m": 1, "length_m": 200, "lensing_width_m": 1e-4,
     "camera_l_m": -1e4},
])
def test_the_ends_of_what_is_taken(site, settings):
    """Nothing becomes infinite: a null where there should be a number is
    refused by the process itself."""
    rays = [0, 1e-300, 1e-3, 45, 90, 135, 180]
    answer = ask(site, {**settings, "rays_deg": rays})
    assert [ray["angle_deg"] for ray in answer["rays"]] == rays
    assert answer["traversal"]["speed_most_m_s"] < LIGHT_M_S
    assert answer["traversal"]["time_s"] > 0


# ---- rays


def test_rays_go_through_or_come_back(site):
    camera = {**ELLIS, "camera_l_m": 1000 * math.sqrt(24)}
    mouth_deg = math.degrees(math.asin(1 / 5))
    angles = [0, mouth_deg - 0.001, mouth_deg + 0.001, 90, 180 - mouth_deg, 180]
    answer = ask(site, {**camera, "rays_deg": angles})
    assert answer["camera"]["mouth_radius_deg"] == close(mouth_deg)
    rays = answer["rays"]
    assert [ray["side"] for ray in rays[:4]] == [
        "through", "through", "bounce", "bounce"]
    assert rays[0]["sweep_rad"] == rays[0]["deflection_deg"] == 0
    assert rays[5]["side"] == "bounce" and rays[5]["sweep_rad"] == (
        pytest.approx(0, abs=1e-12))
    assert rays[1]["sweep_rad"] > 4 and rays[2]["sweep_rad"] > 4
    # Of light that passes by, what is more than half a turn.
    assert rays[3]["deflection_deg"] == close(
        math.degrees(rays[3]["sweep_total_rad"]) - 180)
    assert rays[3]["sweep_rad"] == close(rays[3]["sweep_total_rad"] / 2)


def test_the_other_side_is_the_same(site):
    rays_deg = [3, 10, 100]
    near = ask(site, {**DNEG, "camera_l_m": 3000, "rays_deg": rays_deg})
    far = ask(site, {**DNEG, "camera_l_m": -3000, "rays_deg": rays_deg})
    assert near["rays"] == far["rays"]


def test_a_ray_around_the_throat_has_no_end(site):
    ray, = ask(site, {**DNEG, "camera_l_m": 0, "rays_deg": [90]})["rays"]
    assert ray["side"] == "circle"
    assert ray["sweep_rad"] is ray["sweep_total_rad"] is None
    assert ray["deflection_deg"] is None
    assert ray["impact_parameter_m"] == close(1000)


def test_many_rays(site):
    rays_deg = [i * 180 / 9999 for i in range(10000)]
    rays = ask(site, {**FILM, "rays_deg": rays_deg}, timeout=60000)["rays"]
    assert [ray["angle_deg"] for ray in rays] == rays_deg
    through = [ray for ray in rays if ray["side"] == "through"]
    assert len(through) == sum(angle < 8.155214 for angle in rays_deg)
    sweeps = [ray["sweep_rad"] for ray in through]
    assert sweeps == sorted(sweeps)


# ---- what is refused

A_THROAT = {"throat_radius_m": 1000}
WRONG = [
    ({}, {"settings": "Field required"}),
    ({"settings": None}, {"settings": "object"}),
    ({"settings": []}, {"settings": "object"}),
    ({"settings": "film"}, {"settings": "object"}),
    ({"settings": FILM, "timout": 1}, {"timout": "'timeout'"}),
    ({"settings": {}}, {"settings.throat_radius_m": "Field required"}),
    ({"settings": {**ELLIS, "thraot_radius_m": 1}},
     {"settings.thraot_radius_m": "'throat_radius_m'"}),
    ({"settings": {**ELLIS, "image": {"width": 64}}},
     {"settings.image.width": "not permitted"}),
    # What does not go together.
    ({"settings": {**FILM, "kind": "dneg", "length_m": 1,
                   "lensing_width_m": 1}},
     {"settings.kind": "preset", "settings.length_m": "preset",
      "settings.lensing_width_m": "preset"}),
    ({"settings": {**DNEG, "kind": "ellis"}},
     {"settings.length_m": "Ellis", "settings.lensing_width_m": "Ellis"}),
    ({"settings": {**A_THROAT, "kind": "dneg"}},
     {"settings.length_m": "Field required",
      "settings.lensing_width_m": "Field required"}),
    ({"settings": {"length_m": 10}},
     {"settings.throat_radius_m": "Field required",
      "settings.lensing_width_m": "Field required"}),
    ({"settings": {**A_THROAT, "kind": "kerr"}}, {"settings.kind": "'dneg'"}),
    ({"settings": {"preset": "movie"}}, {"settings.preset": "'film'"}),
    # What is out of its domain.
    *(({"settings": {"throat_radius_m": radius_m}},
       {"settings.throat_radius_m": "greater than or equal"})
      for radius_m in (0, -1, -1e300, 1e-300)),
    ({"settings": {**DNEG, "length_m": -1}},
     {"settings.length_m": "greater than or equal"}),
    ({"settings": {**DNEG, "length_m": 200001}},
     {"settings.length_m": "0 to 200000 m"}),
    ({"settings": {**DNEG, "lensing_width_m": 0}},
     {"settings.lensing_width_m": "greater than 0"}),
    *(({"settings": {**DNEG, "lensing_width_m": width_m}},
       {"settings.lensing_width_m": "0.1 to 10000 m"})
      for width_m in (0.0999, 10001, 1e-300)),
    *(({"settings": {**ELLIS, "speed_m_s": speed}},
       {"settings.speed_m_s": "less than 299792458"})
      for speed in (LIGHT_M_S, 3e8)),
    *(({"settings": {**ELLIS, "speed_m_s": speed}},
       {"settings.speed_m_s": "greater than"}) for speed in (0, -1)),
    *(({"settings": {**ELLIS, "camera_l_m": l_m}},
       {"settings.camera_l_m": "-10000000 to 10000000 m"})
      for l_m in (10000001, -10000001, 1e30)),
    ({"settings": {**DNEG, "lensing_width_m": 1e6, "camera_l_m": 1e9}},
     {"settings.lensing_width_m": "to", "settings.camera_l_m": "to"}),
    ({"settings": {**ELLIS, "camera_theta_deg": 181}},
     {"settings.camera_theta_deg": "180"}),
    ({"settings": {**ELLIS, "rays_deg": []}}, {"settings.rays_deg": "1"}),
    ({"settings": {**ELLIS, "rays_deg": [1] * 10001}},
     {"settings.rays_deg": "10000"}),
    ({"settings": {**ELLIS, "rays_deg": [1, -1, 181]}},
     {"settings.rays_deg.1": "0", "settings.rays_deg.2": "180"}),
    ({"settings": {**ELLIS, "image": {"width_px": 15, "height_px": 4097,
                                      "fov_deg": 171, "far_sky": "blue"}}},
     {"settings.image.width_px": "16", "settings.image.height_px": "4096",
      "settings.image.fov_deg": "170", "settings.image.far_sky": "'grid'"}),
    *(({"settings": {**FILM, "notify": {"email": address}}},
       {"settings.notify.email": "address"})
      for address in ("ada", "ada@example.org\r\nBcc: eve@example.org")),
    *(({"settings": {**FILM, "notify": {"webhook": url}}},
       {"settings.notify.webhook": "http"})
      for url in ("file:///etc/passwd", "ftp://example.org/", "nowhere")),
    *(({"settings": FILM, "timeout": timeout}, {"timeout": words})
      for timeout, words in (
          (0, "greater than or equal to 1"), (-1, "greater than"),
          (1.5, "integer"), ("5000", "integer"), (True, "integer"),
          (60001, "less than or equal to 60000"), ([1], "integer"))),
]


@pytest.mark.parametrize("body, words", WRONG)
def test_wrong_input_is_named(site, body, words):
    found = messages(send(site, body))
    assert set(found) == {"body." + name for name in words}
    for name, expected in words.items():
        assert expected in found["body." + name]


@pytest.mark.parametrize("timeout", [None, 1000, 60000])
def test_timeouts_that_are_taken(site, timeout):
    assert ask(site, FILM, timeout=timeout)["open"] is True


def test_what_is_no_json(site):
    for body in (b"", b"{", b"{'settings': {}}", b"[]", b"1"):
        reply = site.ask("POST", "/wormhole", "", JSON, body)
        assert reply.status in (400, 411, 422), reply
    text = site.ask("POST", "/wormhole", "", [("Content-Type", "text/csv")],
                    b"1")
    assert problems.problem(text, 415)
    get = site.ask("GET", "/wormhole")
    assert problems.problem(get, 405) and "POST" in get.headers["Allow"]


def test_what_is_answered_is_cited(site):
    for settings, name in ((ELLIS, "Ellis 1973"), (FILM, "James")):
        answer = ask(site, settings)
        model, = answer["models"]
        cited = {each["model"]: each["citation"]
                 for each in answer["citations"]}
        assert name in cited[model]
