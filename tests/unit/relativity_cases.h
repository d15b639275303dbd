/*
 * The cases of tests/data/relativity-cases.json: inputs, and what primary
 * sources and other programs find for them, each with its tolerance.
 *
 * Everything here fails the test when something is not there.
 */
#ifndef TESTS_RELATIVITY_CASES_H
#define TESTS_RELATIVITY_CASES_H

#include <stdbool.h>

struct json_object;

struct relativity_case {
	const char *id; /* "kerr_a0.5" */
	double rel_tol;
	struct json_object *input, *expected;
};

/* Calls `check` with each case whose id begins with `prefix`: at least one. */
void relativity_cases_each(const char *prefix,
			   void (*check)(const struct relativity_case *of));

/* An input, which is a number or a word. */
bool relativity_cases_has(const struct relativity_case *of, const char *name);
double relativity_cases_input(const struct relativity_case *of,
			      const char *name);
const char *relativity_cases_word(const struct relativity_case *of,
				  const char *name);

/* Whether the case says something of it; the number. */
bool relativity_cases_expects(const struct relativity_case *of,
			      const char *name);
double relativity_cases_expected(const struct relativity_case *of,
				 const char *name);

/* What is expected, within the tolerance, must be what was found. */
void relativity_cases_check(const struct relativity_case *of, const char *name,
			    double found);

#endif
