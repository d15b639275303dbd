"""GET and POST /singularity: every case of the reference, every front."""

import json
import math
import pathlib
import re

import pytest

import fronts
import problems

CASES = json.loads(
    (pathlib.Path(__file__).parents[1] / "data/relativity-cases.json")
    .read_text()
)
AU_M = 149597870700.0
YEAR_S = 31557600.0


pytestmark = fronts.over(fronts.FEW_PLACES)


def messages(reply):
    """The 422's words by their places."""
    errors = problems.problem(reply, 422)["errors"]
    return {tuple(error["loc"]): error["msg"] for error in errors}


def ask(site, params):
    reply = site.get("/singularity", params)
    assert reply.status == 200, reply
    assert reply.media_type == "application/json"
    return reply.json()


def kerr(site, given):
    answer = ask(site, {"mass_msun": 1, **given})
    orbits = answer["orbits"]
    return {
        "r_plus": answer["horizon"]["outer_rg"],
        "r_isco": orbits["isco_rg"],
        "r_photon": orbits["photon_orbit_rg"],
        "r_mb": orbits["marginally_bound_rg"],
        "efficiency": orbits["efficiency"],
        "f_isco_hz_msun": orbits["isco_frequency_hz"],
    }


def shadow(site, given):
    found = ask(site, {"mass_msun": 1, **given})["shadow"]
    return {
        name: found[name + "_rg"]
        for name in ("alpha_min", "alpha_max", "beta_max", "areal_diameter")
    }


def shadow_mass(site, given):
    ring = {**given, "calibration": 11}
    return {
        "mass_schw": ask(site, given)["mass"],
        "mass_alpha11": ask(site, ring)["mass"],
    }


def merge(site, given):
    params = {"m1_msun": given["m1"], "m2_msun": given["m2"]}
    if "tilt1" in given:
        params |= {
            "chi1": given["chi1"],
            "chi2": given["chi2"],
            "tilt1_deg": math.degrees(given["tilt1"]),
            "tilt2_deg": math.degrees(given["tilt2"]),
            "delta_phi_deg": math.degrees(given["phi12"]),
        }
    else:
        params |= {"chi1": given["chi1z"], "chi2": given["chi2z"]}
    answer = ask(site, params)
    merger = answer["merger"]
    assert answer["method"] == "merger"
    assert answer["mass"] == merger["final_mass_msun"]
    assert answer["spin"] == merger["final_spin"]
    return {
        "mf_uib": answer["mass"],
        "af_uib": merger["final_spin_uib2016"],
        "af_hbr": merger["final_spin_hbr2016"],
        "af_hbr_m3j4": merger["final_spin_hbr2016"],
        "erad": merger["radiated_msun"],
        "chirp": merger["chirp_mass_msun"],
    }


def qnm220(site, given):
    found = ask(site, {"mass_msun": 1, "spin": given["spin"]})["ringdown"]
    return {
        "re": found["omega_re"],
        "im": found["omega_im"],
        "Q": found["quality_factor"],
    }


def hawking(site, given):
    found = ask(site, given)["hawking"]
    return {
        "T_K": found["temperature_k"],
        "t_naive_s": found["lifetime_naive_s"],
        "t_photon_graviton_s": found["lifetime_s"],
    }


def kepler(site, given):
    params = {
        "semi_major_axis_au": given["a_m"] / AU_M,
        "period_yr": given["P_s"] / YEAR_S,
    }
    return {"mass_msun": ask(site, params)["mass"]}


def disc(site, given):
    params = {
        "spin": given["spin"],
        "inclination_deg": given["inclination_deg"],
        "rays": f"{given['alpha']},{given['beta']}",
    }
    (ray,) = ask(site, params)["rays"]
    (crossing,) = [
        crossing
        for crossing in ray["crossings"]
        if crossing["order"] == given["order"]
    ]
    return {"r": crossing["radius_rg"], "g": crossing["redshift_factor"]}


# The longest word that a case's id begins with says who asks.
ASKING = {
    "kerr": kerr,
    "shadow": shadow,
    "shadow_mass": shadow_mass,
    "merge": merge,
    "qnm220": qnm220,
    "hawking": hawking,
    "kepler": kepler,
    "disc": disc,
}


def asking(case):
    words = [word for word in ASKING if case["id"].startswith(word + "_")]
    return ASKING[max(words, key=len)] if words else None


@pytest.mark.parametrize(
    "case", filter(asking, CASES), ids=lambda case: case["id"]
)
def test_case(site, case):
    found = asking(case)(site, case["input"])
    for name, expected in case["expected"].items():
        assert found[name] == pytest.approx(
            expected, rel=case["rel_tol"], abs=0
        ), name


def test_gw150914_from_query_and_body(site):
    params = {"m1_msun": 36, "m2_msun": 29, "m1_msun_err": 4, "redshift": 0.09}
    asked = ask(site, params)
    assert asked["mass"] == pytest.approx(61.92, abs=0.01)
    assert asked["spin"] == pytest.approx(0.680, abs=0.001)
    assert asked["mass_unit"] == "solMass"
    assert 3 < asked["mass_uncertainty"] < 4.2
    assert asked["mass_detector"] == pytest.approx(asked["mass"] * 1.09)
    assert set(asked["models"]) >= {"UIB2016", "HBR2016 M3J4"}
    cited = {citation["model"] for citation in asked["citations"]}
    assert cited >= set(asked["models"]) | {"shadow", "ringdown"}
    headers = [("Content-Type", "application/json")]
    for method in ("GET", "POST"):
        for body in (params, {"params": params}):
            reply = site.ask(
                method, "/singularity", "", headers, json.dumps(body).encode()
            )
            assert reply.status == 200, reply
            assert reply.json() == asked


@pytest.mark.parametrize("params", [
    {"frequency_hz": 100, "frequency_derivative_hz_s": 160},
    {"m1_msun": 36, "m2_msun": 29, "period_d": 1e-5},
])
def test_times_are_those_of_the_source(site, params):
    """The same pair, its clock seen to run at half its pace."""
    near = ask(site, params)["inspiral"]
    assert "time_observed_s" not in near
    far = {**params, "redshift": 1}
    for name in params:
        if name.endswith("_d"):
            far[name] = params[name] * 2
        if name.endswith("_hz"):
            far[name] = params[name] / 2
        if name.endswith("_hz_s"):
            far[name] = params[name] / 4
    seen = ask(site, far)["inspiral"]
    assert seen["time_s"] == pytest.approx(near["time_s"])
    assert seen["time_observed_s"] == pytest.approx(2 * near["time_s"])


def test_the_shadow_is_seen_from_a_distance(site):
    params = {"mass_msun": 4.3e6, "spin": 0.5, "inclination_deg": 40}
    assert "curve_uas" not in ask(site, params)["shadow"]
    answer = ask(site, {**params, "distance_pc": 8178})
    shadow, unit = answer["shadow"], answer["gravitational_radius_uas"]
    assert unit == pytest.approx(5.189986, rel=1e-6)
    assert len(shadow["curve_uas"]) == len(shadow["curve_rg"])
    for seen, point in zip(shadow["curve_uas"], shadow["curve_rg"]):
        assert seen == pytest.approx([x * unit for x in point])


def test_orbits_of_both_directions_are_called_what_they_are(site):
    ahead = ask(site, {"mass_msun": 1, "spin": 0.9})["orbits"]
    against = ask(site, {"mass_msun": 1, "spin": -0.9})["orbits"]
    assert ahead["isco_rg"] < 6 < against["isco_rg"]
    assert against.pop("prograde") == {
        name: ahead[name] for name in ahead if name != "retrograde"
    }
    assert ahead["retrograde"] == against


def test_what_is_answered_is_cited(site):
    def cited(params):
        return {found["model"] for found in ask(site, params)["citations"]}

    assert cited({"rays": "6,1"}) == {"rays"}
    mass = cited({"mass_msun": 1})
    assert mass >= {"horizon", "orbits", "epicyclic frequencies", "shadow",
                    "hawking", "hawking lifetime", "ringdown", "tides"}
    assert cited({"mass_msun": 1, "rays": "6,1"}) == mass | {"rays"}


def test_the_detectors_mass_has_an_uncertainty_of_its_own(site):
    """A ringdown tells the detector's mass, whatever the redshift is."""
    params = {"frequency_hz": 250, "frequency_hz_err": 5,
              "damping_time_ms": 4, "redshift": 0.1}
    sure = ask(site, params)
    unsure = ask(site, {**params, "redshift_err": 0.02})
    assert unsure["mass_uncertainty"] > 1.2 * sure["mass_uncertainty"]
    for answer in (sure, unsure):
        assert answer["mass_detector_uncertainty"] == pytest.approx(
            1.1 * sure["mass_uncertainty"])


def test_head_does_not_compute(site):
    reply = site.ask("HEAD", "/singularity", {"mass_msun": 10})
    assert reply.status == 200
    assert reply.body == b""


def test_without_a_method_all_are_named(site):
    reply = site.get("/singularity")
    problems.problem(reply, 422)
    words = reply.text
    for method in ("mass", "kepler", "merger", "m_sigma", "microlensing"):
        assert method in words


def test_two_methods_that_fit_are_both_named(site):
    reply = site.get("/singularity", {"mass_msun": 10, "radius_m": 3000})
    problems.problem(reply, 422)
    assert "schwarzschild_radius" in reply.text


WRONG = [
    ({"mass_msun": 1, "spin": 1.01}, "spin", "less than or equal to 1"),
    ({"mass_msun": 1, "spin": -1.5}, "spin", "greater than or equal to -1"),
    ({"mass_msun": -1}, "mass_msun", "greater than 0"),
    ({"mass_msun": 0}, "mass_msun", "greater than 0"),
    ({"mass_msun": "nan"}, "mass_msun", "number"),
    ({"mass_msun": "inf"}, "mass_msun", "number"),
    ({"mass_msun": 1, "width_px": 100000}, "width_px", "4096"),
    ({"mass_msun": 1, "height_px": 15}, "height_px", "16"),
    ({"mass_msun": 1, "rays": "1;2"}, "rays", "alpha,beta"),
    ({"mass_msun": 1, "rays": "1,2;nan,1"}, "rays", "alpha,beta"),
    ({"mass_msun": 1, "rays": "1,2,3"}, "rays", "alpha,beta"),
    ({"mass_msun": 1, "frequency_hz": 5}, "method", "isco_frequency"),
    ({"method": "mass", "mass_msun": 1, "frequency_hz": 5}, "frequency_hz",
     "ringdown"),
    ({"method": "merger", "m1_msun": 3}, "m2_msun", "needs m2_msun"),
    ({"frequency_hz": 250, "damping_time_ms": 0.1}, "damping_time_ms",
     "the least damping time"),
    ({"format": "png", "frequency_hz": 50, "frequency_derivative_hz_s": 9},
     "method", "none to be drawn"),
    ({"period_d": 5, "amplitude_km_s": 70, "companion_msun": 1,
      "eccentricity": 1}, "eccentricity", "less than 1"),
]


@pytest.mark.parametrize("params, name, words", WRONG)
def test_wrong_input_is_named_with_its_range(site, params, name, words):
    reply = site.get("/singularity", params)
    assert words in messages(reply)["query", name]


def test_too_many_rays(site):
    body = {"spin": 0, "rays": ";".join(["20,1"] * 10001)}
    reply = site.ask(
        "POST", "/singularity", "", [("Content-Type", "application/json")],
        json.dumps(body).encode(),
    )
    assert "10000" in messages(reply)["body", "rays"]


def test_where_rays_go(site):
    answer = ask(site, {"spin": 0, "inclination_deg": 90,
                        "rays": "0.5,0.5; 1000,0 ;0,-1000;"})
    inside, right, below = answer["rays"]
    assert inside["end"] == "horizon"
    assert right["end"] == below["end"] == "sky"
    # A light ray far out is bent by 4 GM/c2 over its distance.
    bent_deg = math.degrees(4 / 1000)
    assert abs(right["direction"]["phi_deg"]) == pytest.approx(
        180 - bent_deg, abs=0.01)
    assert right["direction"]["theta_deg"] == pytest.approx(90)
    assert below["direction"]["theta_deg"] == pytest.approx(
        90 - bent_deg, abs=0.01)


def test_a_distance_that_is_too_near_for_angles_is_said(site):
    hole = {"mass_msun": 10, "spin": 0}
    assert ask(site, {**hole, "distance_pc": 1})["warnings"] == []
    (near,) = ask(site, {**hole, "distance_pc": 1e-12})["warnings"]
    assert near.startswith("distance_pc is but 2.09 gravitational radii")


def test_a_spin_that_is_not_known_is_said(site):
    answer = ask(site, {"radius_m": 3000})
    assert answer["spin"] == 0
    assert any("spin" in warning for warning in answer["warnings"])


README = (
    pathlib.Path(__file__).parents[2] / "README.md").read_text("utf-8")


def test_the_readme_says_what_is_answered(site):
    section = README.split("## GET /singularity", 1)[1].split("\n## ", 1)[0]
    curls = re.findall(r"'http://127.0.0.1:8080(/singularity\S+)'", section)
    answers = re.findall(r"```json\n(.*?)\n```", section, re.S)
    assert len(curls) == len(answers) == 2
    for target, answer in zip(curls, answers):
        reply = site.get(*target.split("?"))
        begun = answer.split(", …")[0]
        assert reply.text.startswith(begun), target
