/*
 * What each method needs, and sets of inputs.
 *
 * A set has a bit for each input.  Of each required set one input must be
 * given; spin, inclination, distance and redshift are taken by every method,
 * since what follows from the mass asks for them.
 */
#ifndef RELATIVITY_MASS_TABLE_H
#define RELATIVITY_MASS_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "relativity/inputs.h"

#define MASS_SET(name) (UINT64_C(1) << INPUT_##name)
#define MASS_OF_ALL                                                           \
	(MASS_SET(spin) | MASS_SET(inclination_deg) | MASS_SET(distance_pc) | \
	 MASS_SET(redshift))

_Static_assert(INPUT__MAX <= 64, "a set has a bit for each input");

enum { MASS_GROUPS_MOST = 4, MASS_METHODS_MOST = 16 };

struct mass_needs {
	uint64_t required[MASS_GROUPS_MOST]; /* up to an empty one */
	uint64_t optional;
	bool finds_spin;     /* so that a given one is not used */
	bool takes_relation; /* enum mass_relation */
};

/* Of a method, all that it may be given. */
uint64_t mass_table_takes(const struct mass_needs *needs);

/* Those of the inputs that were given. */
uint64_t mass_table_given(const struct inputs *inputs);

#endif
