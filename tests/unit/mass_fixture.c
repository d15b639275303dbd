#include "mass_fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"

static bool
is_word(const char *word, size_t length, const char *name)
{
	return strlen(name) == length && memcmp(word, name, length) == 0;
}

static void
read_word(const char *word, size_t length, struct inputs *inputs)
{
	const char *sign = memchr(word, '=', length);
	size_t name_length;
	double value;

	if (sign == NULL)
		fail_msg("no value: %.*s", (int)length, word);
	name_length = (size_t)(sign - word);
	if (number_parse_double(sign + 1, length - name_length - 1, &value))
		fail_msg("no number: %.*s", (int)length, word);
	for (int i = 0; i < INPUT__MAX; i++) {
		enum input input = (enum input)i;

		if (is_word(word, name_length, inputs_name(input))) {
			inputs->given[i] = true;
			inputs->value[i] = value;
			return;
		}
		if (is_word(word, name_length, inputs_error_name(input))) {
			inputs->error_given[i] = true;
			inputs->error[i] = value;
			return;
		}
	}
	fail_msg("no input: %.*s", (int)length, word);
}

void
mass_fixture_read(const char *words, struct mass_question *question)
{
	memset(question, 0, sizeof(*question));
	while (*words != '\0') {
		size_t length = strcspn(words, " ");

		read_word(words, length, &question->inputs);
		words += length;
		words += strspn(words, " ");
	}
}

const struct mass_method *
mass_fixture_answer(const char *method, const char *words,
		    struct mass_answer *answer, struct remarks *remarks)
{
	const struct mass_method *chosen;
	struct mass_question question;

	mass_fixture_read(words, &question);
	question.method = method;
	memset(remarks, 0, sizeof(*remarks));
	if (mass_choose(&question, &chosen, remarks) != LC_OK ||
	    mass_find(chosen, &question, answer, remarks) != LC_OK)
		fail_msg("%s: %s: %s", words,
			 remarks->list[remarks->count - 1].input,
			 remarks->list[remarks->count - 1].words);
	return chosen;
}

bool
mass_fixture_said(const struct remarks *remarks, const char *words)
{
	for (size_t i = 0; i < remarks->count; i++)
		if (strstr(remarks->list[i].words, words) != NULL)
			return true;
	return false;
}

void
mass_fixture_sound(const struct mass_answer *a, const char *words)
{
	const struct merger_remnant *r = &a->remnant;
	const double numbers[] = {
		a->mass_msun,      a->uncertainty_msun,
		a->lower_msun,     a->upper_msun,
		a->detector_msun,  a->spin,
		a->companion_msun, a->spin_uncertainty,
		a->axis_m,         a->orbit_eccentricity,
		a->coalescence_s,  r->mass,
		r->radiated,       r->chirp_mass,
		r->mass_ratio,     r->symmetric_mass_ratio,
		r->effective_spin, r->spin,
		r->spin_uib,       r->spin_hbr,
		r->spin_spread,    a->detector_uncertainty_msun,
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (!isfinite(numbers[i]))
			fail_msg("%s: number %zu is %g", words, i, numbers[i]);
	if (!(a->mass_msun > 0) || a->detector_msun < a->mass_msun ||
	    a->uncertainty_msun < 0 || a->lower_msun > a->mass_msun ||
	    (a->upper_msun > 0 && a->upper_msun < a->mass_msun))
		fail_msg("%s: a mass of %g", words, a->mass_msun);
	if (fabs(a->spin) > 1 || (a->spin_found && !a->has_spin))
		fail_msg("%s: a spin of %g", words, a->spin);
	if (a->model_count == 0 || a->model_count > MASS_MODELS_MOST)
		fail_msg("%s: %zu models", words, a->model_count);
	for (size_t i = 0; i < a->model_count; i++)
		if (a->models[i]->name == NULL ||
		    a->models[i]->citation == NULL)
			fail_msg("%s: model %zu is empty", words, i);
}
