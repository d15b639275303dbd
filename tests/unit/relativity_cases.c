#include "relativity_cases.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/json_c.h"

static struct json_object *
member(struct json_object *of, const char *name)
{
	struct json_object *found;

	if (!json_object_object_get_ex(of, name, &found))
		fail_msg("no \"%s\" in %s", name,
			 json_object_to_json_string(of));
	return found;
}

static double
number(struct json_object *of, const char *name)
{
	struct json_object *found = member(of, name);

	if (!json_object_is_type(found, json_type_double) &&
	    !json_object_is_type(found, json_type_int))
		fail_msg("\"%s\" is no number", name);
	return json_object_get_double(found);
}

static const char *
word(struct json_object *of, const char *name)
{
	struct json_object *found = member(of, name);

	assert_true(json_object_is_type(found, json_type_string));
	return json_object_get_string(found);
}

void
relativity_cases_each(const char *prefix,
		      void (*check)(const struct relativity_case *of))
{
	const char *srcdir = getenv("srcdir");
	struct json_object *cases;
	char path[4096];
	size_t checked = 0;

	snprintf(path, sizeof(path), "%s/tests/data/relativity-cases.json",
		 srcdir == NULL ? "." : srcdir);
	cases = json_object_from_file(path);
	assert_true(json_object_is_type(cases, json_type_array));
	for (size_t i = 0; i < json_object_array_length(cases); i++) {
		struct json_object *one = json_object_array_get_idx(cases, i);
		struct relativity_case of = {.id = word(one, "id"),
					     .rel_tol = number(one, "rel_tol"),
					     .input = member(one, "input"),
					     .expected =
						     member(one, "expected")};

		if (strncmp(of.id, prefix, strlen(prefix)) == 0) {
			check(&of);
			checked++;
		}
	}
	json_object_put(cases);
	assert_true(checked > 0);
}

bool
relativity_cases_has(const struct relativity_case *of, const char *name)
{
	return json_object_object_get_ex(of->input, name, NULL);
}

double
relativity_cases_input(const struct relativity_case *of, const char *name)
{
	return number(of->input, name);
}

const char *
relativity_cases_word(const struct relativity_case *of, const char *name)
{
	return word(of->input, name);
}

bool
relativity_cases_expects(const struct relativity_case *of, const char *name)
{
	return json_object_object_get_ex(of->expected, name, NULL);
}

double
relativity_cases_expected(const struct relativity_case *of, const char *name)
{
	return number(of->expected, name);
}

void
relativity_cases_check(const struct relativity_case *of, const char *name,
		       double found)
{
	double expected = relativity_cases_expected(of, name);

	if (!(fabs(found - expected) <= of->rel_tol * fabs(expected)))
		fail_msg("%s: %s is %.17g, not %.17g", of->id, name, found,
			 expected);
}
