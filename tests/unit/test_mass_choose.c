/* Which method the inputs allow, and what is said where they allow none. */
#include "relativity/mass.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mass_fixture.h"

struct choice_case {
	const char *method; /* NULL: to be found */
	const char *inputs;
	const char *chosen;  /* NULL: none */
	const char *refused; /* "input type, input type" */
	const char *words;   /* part of what is said */
};

static const struct choice_case choices[] = {
	/* Exactly one takes all. */
	{NULL, "mass_msun=1", "mass", "", ""},
	{NULL, "mass_kg=1", "mass", "", ""},
	{NULL, "semi_major_axis_au=1 period_yr=1", "kepler", "", ""},
	{NULL, "semi_major_axis_mas=1 period_d=1 distance_pc=9", "kepler", "",
	 ""},
	{NULL, "period_d=1 amplitude_km_s=1 companion_msun=0",
	 "radial_velocity", "", ""},
	{NULL, "diameter_uas=42 distance_pc=1", "shadow", "", ""},
	{NULL, "radius_m=1", "schwarzschild_radius", "", ""},
	{NULL, "temperature_k=1 spin=0.5", "hawking_temperature", "", ""},
	{NULL, "area_m2=1 redshift=1", "horizon_area", "", ""},
	{NULL, "frequency_hz=1", "isco_frequency", "", ""},
	{NULL, "frequency_hz=1 damping_time_ms=1", "ringdown", "", ""},
	{NULL, "frequency_hz=1 frequency_derivative_hz_s=1", "chirp", "", ""},
	{NULL, "einstein_radius_mas=1 parallax_mas=1", "microlensing", "", ""},
	{NULL, "dispersion_km_s=1", "m_sigma", "", ""},
	{NULL, "m1_msun=1 m2_msun=1", "merger", "", ""},
	{NULL, "m1_msun=1 m2_msun=1 period_d=1 eccentricity=0.5", "merger", "",
	 ""},

	/* One, with inputs that it does not take. */
	{NULL, "m1_msun=1 m2_msun=1 damping_time_ms=4", "merger",
	 "damping_time_ms extra_forbidden",
	 "damping_time_ms is not of method merger, but of ringdown"},
	{"merger", "m1_msun=1 m2_msun=1 frequency_hz=4", "merger",
	 "frequency_hz extra_forbidden",
	 "frequency_hz is not of method merger, but of isco_frequency, "
	 "ringdown and chirp"},
	{NULL, "frequency_hz=1 damping_time_ms=1 chi1=0", "ringdown",
	 "chi1 extra_forbidden", "but of merger"},

	/* The inputs of several. */
	{NULL, "mass_msun=1 radius_m=1", NULL, "method value_error",
	 "mass (mass_msun) and schwarzschild_radius (radius_m)"},
	{NULL,
	 "frequency_hz=1 damping_time_ms=1 frequency_derivative_hz_s=1 "
	 "area_m2=1",
	 NULL, "method value_error",
	 "horizon_area (area_m2), ringdown (frequency_hz, damping_time_ms) and "
	 "chirp ("},
	{"mass", "mass_msun=1 radius_m=1", "mass", "radius_m extra_forbidden",
	 "but of schwarzschild_radius"},

	/* Of none. */
	{NULL, "", NULL, "method missing", "mass, kepler, radial_velocity"},
	{NULL, "spin=0.5 distance_pc=1", NULL, "method missing",
	 "m_sigma and merger"},
	{NULL, "damping_time_ms=1", NULL, "method missing",
	 "any method: ringdown lacks frequency_hz"},
	{NULL, "diameter_uas=1", NULL, "method missing",
	 "shadow lacks distance_pc"},
	{NULL, "chi1=0.1", NULL, "method missing",
	 "merger lacks m1_msun and m2_msun"},
	{NULL, "semi_major_axis_au=1", NULL, "method missing",
	 "kepler lacks period_yr or period_d"},
	{NULL, "damping_time_ms=1 parallax_mas=1", NULL, "method missing",
	 "ringdown lacks frequency_hz; microlensing lacks einstein_radius_mas"},

	/* A named one. */
	{"ringup", "mass_msun=1", NULL, "method enum",
	 "No method is called ringup: there are mass, kepler"},
	{"kepler", "", "kepler",
	 "semi_major_axis_au missing, period_yr missing",
	 "Method kepler needs period_yr or period_d"},
	{"isco_frequency", "frequency_hz=1 damping_time_ms=1", "isco_frequency",
	 "damping_time_ms extra_forbidden", ""},
	{"radial_velocity", "period_d=1 mass_kg=1", "radial_velocity",
	 "amplitude_km_s missing, companion_msun missing, "
	 "mass_kg extra_forbidden",
	 ""},

	/* What no single range tells. */
	{NULL, "mass_msun=1 mass_kg=1", "mass", "mass_kg value_error",
	 "mass_msun and mass_kg are the same"},
	{NULL, "semi_major_axis_au=1 period_yr=1 period_d=1", "kepler",
	 "period_d value_error", "period_yr and period_d"},
	{NULL,
	 "semi_major_axis_au=1 semi_major_axis_mas=1 period_yr=1 distance_pc=1",
	 "kepler", "semi_major_axis_mas value_error", "semi_major_axis_au and"},
	{NULL, "semi_major_axis_mas=1 period_yr=1", "kepler",
	 "distance_pc missing", ""},
	{NULL, "mass_msun=1 spin_err=0.1", "mass", "spin_err value_error",
	 "the uncertainty of spin, which was not given"},
	{NULL, "mass_msun=1 radius_m_err=0.1", "mass",
	 "radius_m_err value_error", ""},
	{NULL, "m1_msun=1 m2_msun=1 tilt1_deg=10 chi1=0.1", "merger",
	 "tilt2_deg missing, chi2 missing", ""},
	{NULL, "m1_msun=1 m2_msun=1 delta_phi_deg=10 chi1=0.1 chi2=0.1",
	 "merger", "tilt1_deg missing, tilt2_deg missing", ""},
	{NULL, "m1_msun=1 m2_msun=1 tilt1_deg=1 tilt2_deg=1 chi1=-0.1 chi2=0",
	 "merger", "chi1 value_error", "magnitude"},
	{NULL, "m1_msun=1 m2_msun=1 tilt1_deg=1 tilt2_deg=1 chi1=0.1 chi2=0",
	 "merger", "", ""},
	{NULL, "m1_msun=1 m2_msun=1 semi_major_axis_au=1 period_yr=1", "merger",
	 "period_yr value_error", "one of the two"},
	{"merger", "m1_msun=1 m2_msun=1 semi_major_axis_au=1 period_yr=1",
	 "merger", "period_yr value_error", "one of the two"},
	{NULL, "m1_msun=1 m2_msun=1 eccentricity=0.1", "merger",
	 "eccentricity value_error", "of an orbit"},
};

static void
list_refused(const struct remarks *remarks, char *list, size_t size)
{
	size_t length = 0;

	list[0] = '\0';
	for (size_t i = 0; i < remarks->count && length < size; i++) {
		const struct remark *remark = &remarks->list[i];

		if (remark->input == NULL)
			continue;
		assert_true(remark->words[0] != '\0');
		length += (size_t)snprintf(list + length, size - length,
					   "%s%s %s", length > 0 ? ", " : "",
					   remark->input, remark->type);
	}
}

static void
check_choice(const struct choice_case *of)
{
	const struct mass_method *method = &mass_methods[0];
	struct mass_question question;
	struct remarks remarks = {.count = 0};
	char refused[400];
	enum lc_rc rc;

	mass_fixture_read(of->inputs, &question);
	question.method = of->method;
	rc = mass_choose(&question, &method, &remarks);
	list_refused(&remarks, refused, sizeof(refused));
	if (strcmp(refused, of->refused) != 0)
		fail_msg("%s: refused: %s", of->inputs, refused);
	assert_int_equal(rc, of->refused[0] != '\0' ? LC_INVALID : LC_OK);
	assert_int_equal(remarks.refused, of->refused[0] != '\0');
	if (method == NULL ?
		    of->chosen != NULL :
		    of->chosen == NULL || strcmp(method->name, of->chosen) != 0)
		fail_msg("%s: %s", of->inputs,
			 method == NULL ? "none" : method->name);
	if (of->words[0] != '\0' && !mass_fixture_said(&remarks, of->words))
		fail_msg("%s: %s", of->inputs, remarks.list[0].words);
}

static void
methods_follow_from_inputs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++)
		check_choice(&choices[i]);
}

static void
a_relation_is_of_m_sigma(void **state)
{
	const struct mass_method *method;
	struct mass_question question;
	struct remarks remarks = {.count = 0};

	(void)state;
	mass_fixture_read("dispersion_km_s=200", &question);
	question.relation_given = true;
	assert_int_equal(mass_choose(&question, &method, &remarks), LC_OK);
	mass_fixture_read("mass_msun=200", &question);
	question.relation_given = true;
	assert_int_equal(mass_choose(&question, &method, &remarks), LC_INVALID);
	assert_string_equal(remarks.list[0].input, "relation");
}

static void
a_view_alone_asks_for_no_mass(void **state)
{
	static const char view[] =
		"spin=0 inclination_deg=0 distance_pc=1 redshift=0 spin_err=1";
	struct mass_question question;

	(void)state;
	mass_fixture_read(view, &question);
	assert_false(mass_asked(&question));
	question.method = "mass";
	assert_true(mass_asked(&question));
	for (int i = 0; i < INPUT_spin; i++) {
		mass_fixture_read(view, &question);
		question.inputs.given[i] = true;
		assert_true(mass_asked(&question));
	}
}

/* A list that is too long for a remark is cut, and nothing is written beyond
 * it. */
static void
all_inputs_at_once_are_refused(void **state)
{
	const struct mass_method *method;
	struct mass_question question = {.method = NULL};
	struct remarks remarks = {.count = 0};

	(void)state;
	for (int i = 0; i < INPUT__MAX; i++)
		question.inputs.given[i] = true;
	assert_int_equal(mass_choose(&question, &method, &remarks), LC_INVALID);
	assert_string_equal(remarks.list[0].input, "method");
	assert_int_equal(strlen(remarks.list[0].words), REMARK_WORDS - 1);
	assert_true(mass_fixture_said(&remarks, "..."));
	question.method = "mass";
	assert_int_equal(mass_choose(&question, &method, &remarks), LC_INVALID);
	assert_true(remarks.count > 20 && remarks.count <= REMARKS_MOST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(methods_follow_from_inputs),
		cmocka_unit_test(a_relation_is_of_m_sigma),
		cmocka_unit_test(a_view_alone_asks_for_no_mass),
		cmocka_unit_test(all_inputs_at_once_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
