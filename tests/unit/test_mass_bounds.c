/* Inputs at the edges of what methods can do, and whatever may be given. */
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
#include "relativity/mass_table.h"

#define QUESTIONS 20000
#define LEAST_ANSWERS 20 /* of each method */

struct refusal_case {
	const char *inputs;
	const char *refused;
	const char *words;
};

static const struct refusal_case refusals[] = {
	{"semi_major_axis_au=1 period_yr=1 companion_msun=1.1",
	 "companion_msun", "total mass is 1.00004 solar masses"},
	{"period_d=1 amplitude_km_s=1 companion_msun=1 inclination_deg=180",
	 "inclination_deg", "face-on"},
	{"period_d=1 amplitude_km_s=1 companion_msun=1 inclination_deg=0",
	 "inclination_deg", "face-on"},
	{"temperature_k=1 spin=1", "spin", "no temperature"},
	{"temperature_k=1 spin=-1", "spin", "no temperature"},
	{"frequency_hz=250 damping_time_ms=0.1", "damping_time_ms",
	 "the least damping time at this frequency is"},
	{"frequency_hz=250 damping_time_ms=1e6", "damping_time_ms",
	 "beyond 0.9999"},
	{"radius_m=1e-300", "radius_m", "5e-39 to 1e+20 can be answered"},
	{"semi_major_axis_au=1 period_d=1e-200", "semi_major_axis_au",
	 "can be answered"},
	{"dispersion_km_s=1e-10", "dispersion_km_s", "can be answered"},
	{"dispersion_km_s=200 dispersion_km_s_err=1e300", "dispersion_km_s_err",
	 "larger than any number"},
	{"mass_msun=1e10 mass_msun_err=1e308", NULL, NULL},
	{"mass_msun=1e10 mass_msun_err=1e308 redshift=1", "mass_msun_err",
	 "larger than any number"},
	{"radius_m=1 radius_m_err=1e308", NULL, NULL},
};

static void
ranges_are_those_of_the_table(void **state)
{
	static const struct {
		enum input input;
		double value;
		bool within;
	} values[] = {
		{INPUT_mass_msun, 0, false},
		{INPUT_mass_msun, 5e-324, true},
		{INPUT_mass_msun, 1e15, true},
		{INPUT_mass_msun, 1.0000001e15, false},
		{INPUT_mass_msun, INFINITY, false},
		{INPUT_mass_msun, NAN, false},
		{INPUT_mass_kg, 0.99e-8, false},
		{INPUT_mass_kg, 1e-8, true},
		{INPUT_eccentricity, 0, true},
		{INPUT_eccentricity, 0.9999999, true},
		{INPUT_eccentricity, 1, false},
		{INPUT_eccentricity, NAN, false},
		{INPUT_spin, -1, true},
		{INPUT_spin, -1.0000001, false},
		{INPUT_spin, -INFINITY, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (inputs_in_range(values[i].input, values[i].value) !=
		    values[i].within)
			fail_msg("%s: %g", inputs_name(values[i].input),
				 values[i].value);
}

static void
edges_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		const struct refusal_case *r = &refusals[i];
		const struct mass_method *method;
		struct mass_question question;
		struct mass_answer answer;
		struct remarks remarks = {.count = 0};
		enum lc_rc rc;

		mass_fixture_read(r->inputs, &question);
		assert_int_equal(mass_choose(&question, &method, &remarks),
				 LC_OK);
		rc = mass_find(method, &question, &answer, &remarks);
		if (rc != (r->refused == NULL ? LC_OK : LC_INVALID))
			fail_msg("%s: %d", r->inputs, (int)rc);
		assert_int_equal(remarks.refused, r->refused != NULL);
		if (r->refused == NULL)
			continue;
		assert_string_equal(remarks.list[remarks.count - 1].input,
				    r->refused);
		if (!mass_fixture_said(&remarks, r->words))
			fail_msg("%s: %s", r->inputs,
				 remarks.list[remarks.count - 1].words);
	}
}

/* Whether a damping time at 250 Hz is answered; else the one that would be. */
static bool
rings(double damping_time_ms, double *told_ms)
{
	const struct mass_method *method;
	struct mass_question question;
	struct mass_answer answer;
	struct remarks remarks = {.count = 0};
	const char *told;

	mass_fixture_read("frequency_hz=250 damping_time_ms=1", &question);
	question.inputs.value[INPUT_damping_time_ms] = damping_time_ms;
	assert_int_equal(mass_choose(&question, &method, &remarks), LC_OK);
	if (mass_find(method, &question, &answer, &remarks) == LC_OK)
		return true;
	told = strstr(remarks.list[0].words, "at this frequency is ");
	assert_non_null(told);
	assert_int_equal(sscanf(told, "at this frequency is %lf ms", told_ms),
			 1);
	return false;
}

/* The damping times that refusals name are indeed the last ones. */
static void
the_qualitys_ends_are_told(void **state)
{
	double least_ms = 0, most_ms = 0, unused;

	(void)state;
	assert_false(rings(0.1, &least_ms));
	assert_true(rings(least_ms * 1.00001, &unused));
	assert_false(rings(least_ms * 0.9999, &unused));
	assert_false(rings(1e6, &most_ms));
	assert_true(rings(most_ms * 0.99999, &unused));
	assert_false(rings(most_ms * 1.0001, &unused));
}

static void
near_the_least_quality_there_is_an_uncertainty(void **state)
{
	struct mass_answer answer;
	struct remarks remarks;

	(void)state;
	mass_fixture_answer(NULL,
			    "frequency_hz=250 damping_time_ms=2.2 "
			    "damping_time_ms_err=0.4",
			    &answer, &remarks);
	mass_fixture_sound(&answer, "near the least quality");
	assert_true(answer.spin < 0 && answer.spin_uncertainty > 0);
}

/* ---- whatever may be given */

/* Of any size that a range allows, and its ends. */
static double
any_value(struct chance *chance, enum input input)
{
	static const double ends[] = {0,   1,     -1,   0.5,  90,   180,   360,
				      100, 3.6e6, 1e12, 1e15, 1e20, 5e-324};
	double value;

	do {
		switch (chance_below(chance, 4)) {
		case 0:
			value = ends[chance_below(
				chance, sizeof(ends) / sizeof(*ends))];
			break;
		case 1:
			value = pow(10, chance_unit(chance) * 370 - 323);
			break;
		case 2:
			value = chance_unit(chance) * 2 - 1;
			break;
		default:
			value = pow(10, chance_unit(chance) * 12 - 4);
		}
	} while (!inputs_in_range(input, value));
	return value;
}

static void
give(struct chance *chance, struct inputs *inputs, enum input input)
{
	inputs->given[input] = true;
	inputs->value[input] = any_value(chance, input);
	if (chance_below(chance, 4) > 0)
		return;
	inputs->error_given[input] = true;
	inputs->error[input] = pow(10, chance_unit(chance) * 12 - 10) *
			       fabs(inputs->value[input]);
	if (chance_below(chance, 8) == 0)
		inputs->error[input] = pow(10, chance_unit(chance) * 600 - 300);
}

/* Mostly of what the method needs and takes, seldom another one. */
static bool
is_wanted(struct chance *chance, const struct mass_needs *needs, uint64_t bit)
{
	for (int k = 0; k < MASS_GROUPS_MOST; k++) {
		uint64_t group = needs->required[k];
		bool has_others = (group & (group - 1)) != 0;

		if (group & bit)
			return chance_below(chance, has_others ? 2 : 8) > 0;
	}
	return chance_below(chance, mass_table_takes(needs) & bit ? 3 : 60) ==
	       0;
}

static void
any_question(struct chance *chance, struct mass_question *question)
{
	size_t count = 0;
	const struct mass_needs *needs;

	memset(question, 0, sizeof(*question));
	while (mass_methods[count].name != NULL)
		count++;
	needs = mass_methods[chance_below(chance, count)].needs;
	for (int i = 0; i < INPUT__MAX; i++)
		if (is_wanted(chance, needs, UINT64_C(1) << i))
			give(chance, &question->inputs, (enum input)i);
	if (chance_below(chance, 4) == 0)
		question->method =
			mass_methods[chance_below(chance, count)].name;
	question->relation_given = chance_below(chance, 20) == 0;
}

static void
show(const struct mass_question *question, char *words, size_t size)
{
	size_t length = 0;

	for (int i = 0; i < INPUT__MAX; i++)
		if (question->inputs.given[i] && length < size)
			length += (size_t)snprintf(
				words + length, size - length, "%s=%.17g (%g) ",
				inputs_name((enum input)i),
				question->inputs.value[i],
				question->inputs.error[i]);
}

/* A sentence's first word, unless it is a parameter's name. */
static bool
begins_well(const char *words)
{
	char name[40];

	if (sscanf(words, "%39[a-z_0-9]", name) != 1 ||
	    strcmp(name, "relation") == 0)
		return true;
	for (int i = 0; i < INPUT__MAX; i++)
		if (strcmp(inputs_name((enum input)i), name) == 0 ||
		    strcmp(inputs_error_name((enum input)i), name) == 0)
			return true;
	return false;
}

static void
sentences_begin_well(const struct remarks *remarks)
{
	for (size_t i = 0; i < remarks->count; i++)
		if (!begins_well(remarks->list[i].words))
			fail_msg("%s", remarks->list[i].words);
}

/* The method whose answer it has, a sound one; NULL: it is refused. */
static const struct mass_method *
ask(const struct mass_question *question)
{
	const struct mass_method *method;
	struct mass_answer answer;
	struct remarks remarks = {.count = 0};
	char words[2000] = "";
	bool answered;

	show(question, words, sizeof(words));
	answered = mass_choose(question, &method, &remarks) == LC_OK &&
		   mass_find(method, question, &answer, &remarks) == LC_OK;
	sentences_begin_well(&remarks);
	if (answered) {
		mass_fixture_sound(&answer, words);
		assert_false(remarks.refused);
		return method;
	}
	if (!remarks.refused || remarks.count == 0)
		fail_msg("neither an answer nor a refusal: %s", words);
	return NULL;
}

static void
there_is_an_answer_or_a_refusal(void **state)
{
	struct chance chance = {20260105};
	int answers[MASS_METHODS_MOST] = {0};
	int refusals_seen = 0;

	(void)state;
	for (int i = 0; i < QUESTIONS; i++) {
		struct mass_question question;
		const struct mass_method *method;

		any_question(&chance, &question);
		method = ask(&question);
		if (method == NULL)
			refusals_seen++;
		else
			answers[method - mass_methods]++;
	}
	assert_true(refusals_seen > QUESTIONS / 10);
	for (size_t i = 0; mass_methods[i].name != NULL; i++)
		if (answers[i] < LEAST_ANSWERS)
			fail_msg("%s: %d answers", mass_methods[i].name,
				 answers[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_those_of_the_table),
		cmocka_unit_test(edges_are_refused),
		cmocka_unit_test(the_qualitys_ends_are_told),
		cmocka_unit_test(
			near_the_least_quality_there_is_an_uncertainty),
		cmocka_unit_test(there_is_an_answer_or_a_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
