/*
 * The point that a request is about: a position, or a name of a catalogue.
 */
#ifndef HANDLERS_TARGET_H
#define HANDLERS_TARGET_H

#include "objects.h"

struct target {
	const char *read_as; /* "decimal degrees", "name" */
	double ra_deg, dec_deg;
};

/*
 * Reads the text of a parameter.  LC_INVALID, with what was tried and what is
 * near, for what is neither.
 */
enum lc_rc target_find(struct lc_call *call, struct catalogue *catalogue,
		       const char *param, const char *text,
		       struct target *target) LC_CHECKED;

#endif
