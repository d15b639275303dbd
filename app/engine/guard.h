/*
 * Guards: see lightcone.h.  Each of an endpoint's is asked in its order,
 * whatever the verb and whatever the front; the first that refuses ends the
 * call.
 *
 * A test may put another guard in one's place for an engine of its own.
 */
#ifndef ENGINE_GUARD_H
#define ENGINE_GUARD_H

#include "engine/call.h"

/* One guard that stands in for another. */
struct guard_replacement {
	const struct lc_guard *guard;
	const struct lc_guard *by;
};

/* LC_OK, or what a guard refused with. */
enum lc_rc guards_pass(struct lc_call *call) LC_CHECKED;

#endif
