/*
 * Heavy work in parts: lc_parts() of one call, and who helps with it.
 *
 * Each thread of the pool has a team of its own, which lives as long as the
 * pool.  While it runs lc_parts() its team is open: idle threads join it,
 * each with a heavy slot of its own, and all take the next part from one
 * counter.  A helper leaves after its part when a call waits for a thread or
 * for a slot, or when another team has fewer helpers.  Between its parts the
 * owner runs brief calls that wait (see engine/pool.h).  The owner returns
 * when the last helper has left; nobody but the pool's threads comes here.
 *
 * A team is one atomic number, so that nobody waits for a thread which the
 * scheduler has stopped, but the owner for those that work for it.
 */
#ifndef ENGINE_PARTS_H
#define ENGINE_PARTS_H

#include "lightcone.h"

struct parts;
struct slots;
struct team;

/* The teams of as many threads; NULL when there is no memory. */
struct parts *parts_new(int threads);
void parts_free(struct parts *parts);

/* The calling thread's team; to be asked once by each thread. */
struct team *parts_team(struct parts *parts);

enum parts_help {
	PARTS_NONE,    /* no team is open */
	PARTS_NO_SLOT, /* one is; to be tried again */
	PARTS_HELPED
};

/* Helps the team that has the fewest helpers, as long as it may. */
enum parts_help parts_help(struct parts *parts, struct slots *slots);

#endif
