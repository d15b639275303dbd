/* Masses by each method, against values found by other programs. */
#include "relativity/mass.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"
#include "mass_fixture.h"
#include "relativity/constants.h"
#include "relativity_cases.h"

#define FIGURES " %s=%.17g"

static void
check_near(const char *what, double found, double right, double rel_tol)
{
	if (!(fabs(found - right) <= rel_tol * fabs(right)))
		fail_msg("%s: %.17g, not %.17g", what, found, right);
}

static void
check_kepler(const struct relativity_case *of)
{
	struct mass_answer answer;
	struct remarks remarks;
	char words[200];

	snprintf(words, sizeof(words), FIGURES FIGURES, "semi_major_axis_au",
		 relativity_cases_input(of, "a_m") / AU_M, "period_d",
		 relativity_cases_input(of, "P_s") / DAY_S);
	mass_fixture_answer(NULL, words + 1, &answer, &remarks);
	relativity_cases_check(of, "mass_msun", answer.mass_msun);
}

static void
check_shadow(const struct relativity_case *of)
{
	struct mass_answer answer;
	struct remarks remarks;
	char words[200];
	int length;

	length = snprintf(words, sizeof(words), FIGURES FIGURES, "diameter_uas",
			  relativity_cases_input(of, "diameter_uas"),
			  "distance_pc",
			  relativity_cases_input(of, "distance_pc"));
	mass_fixture_answer(NULL, words + 1, &answer, &remarks);
	assert_true(mass_fixture_said(&remarks, "a ring that is seen is not"));
	relativity_cases_check(of, "mass_schw", answer.mass_msun);
	snprintf(words + length, sizeof(words) - (size_t)length, FIGURES,
		 "calibration", 11.0);
	mass_fixture_answer(NULL, words + 1, &answer, &remarks);
	assert_int_equal(remarks.count, 0);
	relativity_cases_check(of, "mass_alpha11", answer.mass_msun);
}

static void
cases_of_the_file_are_met(void **state)
{
	(void)state;
	relativity_cases_each("kepler_", check_kepler);
	relativity_cases_each("shadow_mass_", check_shadow);
}

struct mass_case {
	const char *method;
	const char *inputs;
	double mass_msun;
	const char *warning; /* part of it; "": there is none */
};

#define GAIA_BH1                                                  \
	"period_d=185.59 amplitude_km_s=66.7 eccentricity=0.451 " \
	"companion_msun=0.93 inclination_deg=126.6"

static const struct mass_case masses[] = {
	{"mass", "mass_msun=62", 62, ""},
	{"mass", "mass_kg=2e30 redshift=1 spin=-1", 1.0058288431740083, ""},
	{"kepler", "semi_major_axis_au=970 period_yr=16.0455 redshift=0.5",
	 7976412.691756889, "the orbit's total"},
	{"kepler",
	 "semi_major_axis_mas=124.95 distance_pc=8277 period_yr=16.046 "
	 "companion_msun=0",
	 4296457.062239413, ""},
	{"kepler",
	 "semi_major_axis_mas=124.95 distance_pc=8277 period_yr=16.046 "
	 "companion_msun=1000000",
	 3296457.062239413, ""},
	{"kepler", "semi_major_axis_au=1 period_yr=1 eccentricity=0.1",
	 1.0000377738490673, "is not used"},
	{"kepler", "semi_major_axis_au=1 period_d=0.2", 3335315.045428257,
	 "off there by more than a per cent"},
	{"kepler", "semi_major_axis_au=1 period_d=0.001", 133412601817.13028,
	 "inside a horizon"},
	{"radial_velocity", GAIA_BH1, 9.458543973848899, ""},
	{"radial_velocity",
	 "period_d=5.6 amplitude_km_s=75 companion_msun=19 "
	 "inclination_deg=90",
	 5.2393676795289, ""},
	{"radial_velocity", "period_d=5.6 amplitude_km_s=75 companion_msun=19",
	 5.2393676795289, "edge-on"},
	{"radial_velocity",
	 "period_d=5.6 amplitude_km_s=75 companion_msun=0 "
	 "inclination_deg=150 eccentricity=0.1",
	 1.9290204697460085, ""},
	{"radial_velocity",
	 "period_d=1 amplitude_km_s=0.001 companion_msun=1e9 "
	 "inclination_deg=90",
	 4.696857830862262, "inside a horizon"},
	{"radial_velocity", GAIA_BH1 " redshift=2", 3.9783787310503858, ""},
	{"shadow",
	 "diameter_uas=42 distance_pc=16800000 spin=0.9 inclination_deg=17",
	 7258081401.092111, "not the shadow"},
	{"shadow", "diameter_uas=42 distance_pc=16800000 spin=0.9",
	 7101290627.942843, "inclination_deg was not given"},
	{"schwarzschild_radius", "radius_m=3000 spin=0.5", 1.0158299916008071,
	 ""},
	{"hawking_temperature", "temperature_k=1e-7", 0.6170260410964975,
	 "without spin"},
	{"hawking_temperature", "temperature_k=1e-7 spin=-0.9",
	 0.3746184396516696, ""},
	{"horizon_area", "area_m2=1e9", 3.020611309877112, "without spin"},
	{"horizon_area", "area_m2=1e9 spin=0.9", 3.564915765687209, ""},
	{"isco_frequency", "frequency_hz=220", 9.993579001447278,
	 "without spin"},
	{"isco_frequency", "frequency_hz=100 spin=0.9 redshift=1",
	 36.42292993899976, ""},
	{"ringdown",
	 "frequency_hz=273.07979595936666 damping_time_ms=3.746418961257334",
	 62, ""},
	{"ringdown",
	 "frequency_hz=136.53989797968333 damping_time_ms=7.492837922514668 "
	 "redshift=1 spin=0.1",
	 62, "spin is not used"},
	{"chirp", "frequency_hz=100 frequency_derivative_hz_s=160",
	 4.619574026079059, "2.297397 times"},
	{"chirp", "frequency_hz=100 frequency_derivative_hz_s=160 redshift=0.1",
	 4.199612750980962, "no hole's"},
	{"chirp", "frequency_hz=100 frequency_derivative_hz_s=1e6",
	 875.2456101936458, "last stable orbit"},
	{"microlensing", "einstein_radius_mas=0.7 parallax_mas=0.11",
	 0.7814039261082121, "without unit in spite of its name"},
	{"m_sigma", "dispersion_km_s=270", 1135226327.0920389, ""},
	{"m_sigma", "dispersion_km_s=20", 478.63009232263903, "60 to 400 km/s"},
	{"m_sigma", "dispersion_km_s=500", 36675973385.946594,
	 "60 to 400 km/s"},
	{"merger", "m1_msun=36 m2_msun=29 chi1=0 chi2=0", 61.92312433484329,
	 ""},
	{"merger", "m1_msun=36 m2_msun=29 spin=0.5 chi1=0", 61.92312433484329,
	 "spin is not used"},
	{"merger", "m1_msun=36 m2_msun=29", 61.92312433484329, "without spin"},
	{"merger", "m1_msun=3 m2_msun=1 chi1=0.6 chi2=-0.4", 3.8355189896232442,
	 ""},
	{"merger", "m1_msun=100 m2_msun=1 chi1=0 chi2=0", 100.9380079957586,
	 "extrapolated"},
};

static void
masses_are_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(masses) / sizeof(*masses); i++) {
		const struct mass_case *m = &masses[i];
		const struct mass_method *method;
		struct mass_answer answer;
		struct remarks remarks;

		method =
			mass_fixture_answer(NULL, m->inputs, &answer, &remarks);
		assert_string_equal(method->name, m->method);
		mass_fixture_sound(&answer, m->inputs);
		check_near(m->inputs, answer.mass_msun, m->mass_msun, 1e-9);
		assert_int_equal(answer.is_minimum,
				 strcmp(m->warning, "edge-on") == 0);
		assert_true(answer.uncertainty_msun == 0 ||
			    strcmp(m->method, "m_sigma") == 0);
		if (m->warning[0] == '\0' ?
			    remarks.count > 0 :
			    !mass_fixture_said(&remarks, m->warning))
			fail_msg("%s: %zu: %s", m->inputs, remarks.count,
				 remarks.list[0].words);
	}
}

/* Of pairs from a planet with its star to a star beside a heavy hole. */
static void
radial_velocities_give_back_the_mass(void **state)
{
	struct chance chance = {7};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		double mass = pow(10, chance_unit(&chance) * 12 - 6);
		double companion = pow(10, chance_unit(&chance) * 12 - 6);
		double speed_m_s = pow(10, chance_unit(&chance) * 4 + 1);
		double k = mass * mass * mass / (mass + companion) /
			   (mass + companion);
		struct mass_answer answer;
		struct remarks remarks;
		char words[200];

		snprintf(words, sizeof(words),
			 "period_d=%.17g amplitude_km_s=%.17g "
			 "companion_msun=%.17g inclination_deg=90",
			 k * 2 * PI * SUN_GM / pow(speed_m_s, 3) / DAY_S,
			 speed_m_s / 1000, companion);
		mass_fixture_answer(NULL, words, &answer, &remarks);
		check_near(words, answer.mass_msun, mass, 1e-13);
	}
}

/* ---- what they tell besides the mass */

static void
frames_differ_by_the_redshift(void **state)
{
	struct mass_answer answer;
	struct remarks remarks;

	(void)state;
	mass_fixture_answer(NULL, "mass_msun=62 redshift=0.09", &answer,
			    &remarks);
	check_near("mass", answer.detector_msun, 62 * 1.09, 1e-15);
	mass_fixture_answer(
		NULL,
		"frequency_hz=100 frequency_derivative_hz_s=160 redshift=1",
		&answer, &remarks);
	check_near("chirp", answer.detector_msun, 4.619574026079059, 1e-12);
	check_near("as observed", answer.coalescence_s, 0.234375, 1e-9);
	assert_false(answer.is_hole);
}

static void
a_ringdown_tells_the_spin(void **state)
{
	struct mass_answer answer;
	struct remarks remarks;

	(void)state;
	mass_fixture_answer(
		NULL,
		"frequency_hz=273.07979595936666 "
		"damping_time_ms=3.746418961257334 frequency_hz_err=3",
		&answer, &remarks);
	assert_true(answer.has_spin && answer.spin_found && answer.is_hole);
	check_near("spin", answer.spin, 0.68, 1e-8);
	assert_true(answer.spin_uncertainty > 0);
	mass_fixture_answer(NULL, "mass_msun=1 spin=0.5 spin_err=0.25", &answer,
			    &remarks);
	assert_true(answer.has_spin && !answer.spin_found);
	check_near("given", answer.spin_uncertainty, 0.25, 1e-9);
	assert_true(answer.uncertainty_msun == 0);
}

static void
pairs_have_an_orbit(void **state)
{
	static const struct {
		const char *inputs;
		double companion_msun, axis_m, eccentricity;
	} pairs[] = {
		{GAIA_BH1, 0.93, 207848902705.05048, 0.451},
		{"semi_major_axis_au=1.4 period_d=185.59 companion_msun=0.93",
		 0.93, 1.4 * AU_M, 0},
		{"semi_major_axis_au=1.4 period_d=185.59", 0, 0, 0},
		{"period_d=5.6 amplitude_km_s=75 companion_msun=0", 0, 0, 0},
		{"m1_msun=36 m2_msun=29 period_d=20 redshift=1", 29,
		 54638350482.45379, 0},
		{"m1_msun=36 m2_msun=29 semi_major_axis_au=2 eccentricity=0.5",
		 29, 2 * AU_M, 0.5},
		{"m1_msun=36 m2_msun=29", 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct mass_answer answer;
		struct remarks remarks;

		mass_fixture_answer(NULL, pairs[i].inputs, &answer, &remarks);
		check_near(pairs[i].inputs, answer.companion_msun,
			   pairs[i].companion_msun, 1e-15);
		check_near(pairs[i].inputs, answer.axis_m, pairs[i].axis_m,
			   1e-9);
		assert_true(answer.orbit_eccentricity == pairs[i].eccentricity);
	}
}

static void
tilted_spins_precess(void **state)
{
	struct mass_answer answer;
	struct remarks remarks;

	(void)state;
	mass_fixture_answer(NULL,
			    "m1_msun=120 m2_msun=30 chi1=0.6363961030678927 "
			    "chi2=0 tilt1_deg=135 tilt2_deg=0",
			    &answer, &remarks);
	assert_true(answer.is_merger && answer.binary.precessing);
	check_near("spin", answer.spin, 0.363072519208514, 1e-7);
	mass_fixture_answer(NULL, "m1_msun=120 m2_msun=30 chi1=0.6 chi2=-0.1",
			    &answer, &remarks);
	assert_false(answer.binary.precessing);
}

static void
models_have_names(void **state)
{
	static const struct {
		const char *inputs, *models;
	} named[] = {
		{"diameter_uas=42 distance_pc=1e7",
		 "Schwarzschild shadow, 2 sqrt(27) GM/c^2"},
		{"diameter_uas=42 distance_pc=1e7 spin=0",
		 "Kerr shadow, areal diameter"},
		{"diameter_uas=42 distance_pc=1e7 spin=0 calibration=11",
		 "ring with calibration"},
		{"m1_msun=1 m2_msun=1", "UIB2016; HBR2016 M3J4"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++) {
		struct mass_answer answer;
		struct remarks remarks;
		char models[200] = "";
		size_t length = 0;

		mass_fixture_answer(NULL, named[i].inputs, &answer, &remarks);
		for (size_t k = 0; k < answer.model_count; k++)
			length += (size_t)snprintf(models + length,
						   sizeof(models) - length,
						   "%s%s", k > 0 ? "; " : "",
						   answer.models[k]->name);
		assert_string_equal(models, named[i].models);
	}
	for (size_t i = 0; mass_methods[i].name != NULL; i++)
		assert_true(mass_methods[i].summary[0] != '\0' &&
			    mass_methods[i].citation[0] != '\0');
}

static void
relations_scatter(void **state)
{
	static const double right[][3] = {{8.32, 5.64, 0.38},
					  {8.12, 4.24, 0.44}};
	const struct mass_method *method;
	struct mass_question question;
	struct mass_answer answer;
	struct remarks remarks = {.count = 0};

	(void)state;
	mass_fixture_read("dispersion_km_s=200 dispersion_km_s_err=10",
			  &question);
	question.relation_given = true;
	for (int i = 0; i < MASS_RELATION__MAX; i++) {
		double sigma_dex =
			hypot(right[i][1] * 10 / 200 / log(10), right[i][2]);

		question.relation = (enum mass_relation)i;
		assert_int_equal(mass_choose(&question, &method, &remarks),
				 LC_OK);
		assert_int_equal(
			mass_find(method, &question, &answer, &remarks), LC_OK);
		check_near("mass", log10(answer.mass_msun), right[i][0], 1e-12);
		check_near("upper", log10(answer.upper_msun),
			   right[i][0] + sigma_dex, 1e-12);
		check_near("lower", log10(answer.lower_msun),
			   right[i][0] - sigma_dex, 1e-12);
		check_near("half", answer.uncertainty_msun * 2,
			   answer.upper_msun - answer.lower_msun, 1e-12);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_of_the_file_are_met),
		cmocka_unit_test(masses_are_right),
		cmocka_unit_test(radial_velocities_give_back_the_mass),
		cmocka_unit_test(frames_differ_by_the_redshift),
		cmocka_unit_test(a_ringdown_tells_the_spin),
		cmocka_unit_test(pairs_have_an_orbit),
		cmocka_unit_test(tilted_spins_precess),
		cmocka_unit_test(models_have_names),
		cmocka_unit_test(relations_scatter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
