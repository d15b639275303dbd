/*
 * Questions for a mass as a line of words: "frequency_hz=250
 * frequency_hz_err=3".  A word that is no input fails the test.
 */
#ifndef TESTS_MASS_FIXTURE_H
#define TESTS_MASS_FIXTURE_H

#include "relativity/mass.h"

void mass_fixture_read(const char *words, struct mass_question *question);

/* The method, named or NULL, and the mass; fails where one is refused. */
const struct mass_method *mass_fixture_answer(const char *method,
					      const char *words,
					      struct mass_answer *answer,
					      struct remarks *remarks);

/* Whether one of the remarks has these words; of warnings or refusals. */
bool mass_fixture_said(const struct remarks *remarks, const char *words);

/* Fails unless every number of the answer is finite and fits the others. */
void mass_fixture_sound(const struct mass_answer *answer, const char *words);

#endif
