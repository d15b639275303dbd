/*
 * Single flight: calls that want the same answer at the same time, of which
 * one makes it and the others have it as well.
 *
 * In a process the first call of a key leads; those that follow are parked,
 * so no thread waits with them.  Among processes and nodes the leading call
 * needs the key's lease (services/cache.h); while another has that, it is
 * parked too, and the keeper (engine/keeper.h) looks for the answer in the
 * cache, and for the lease's end.
 *
 * A leader that ends without an answer that others can have (it was too late,
 * its client left, there was no room) makes the first of its followers the
 * leader.  One that was killed is followed by another process when its lease
 * has run out.
 *
 * The keeper also puts into the cache what was made; until it is there, who
 * asks is given it from here, so nothing is made twice.
 *
 * Only the gate's threads, the clock and the keeper come here: what the pool
 * computes is told by call_answer().
 */
#ifndef ENGINE_FLIGHT_H
#define ENGINE_FLIGHT_H

#include "engine/call.h"
#include "engine/kept.h"

struct flight;
struct flights;

/* NULL without memory. */
struct flights *flights_new(struct engine *engine);

/*
 * Waits until what was made is in the cache; no call may be open any more.
 * False: some is left at `until_ns` (monotonic).
 */
bool flights_stop(struct flights *flights, int64_t until_ns) LC_CHECKED;

/* No call may be on its way.  NULL is harmless. */
void flights_free(struct flights *flights);

enum flight_role {
	FLIGHT_ALONE, /* make it, and tell nobody */
	FLIGHT_LEADS, /* make it, and flight_end() */
	FLIGHT_WAITS, /* it is parked: touch it no more */
	FLIGHT_HAS    /* it is the call's recall.given */
};

/* Whether what the key stands for is being made, as far as we know. */
bool flight_is_under_way(struct flights *flights, const struct cache_key *key);

/*
 * The call's part in making what its key stands for.  `dear`: worth a lease
 * among processes.  A call that waits goes on by itself: it is answered, or
 * given to the pool as the new leader.
 */
enum flight_role flight_join(struct flights *flights, struct lc_call *call,
			     bool dear);

/*
 * Ends the flight, if the call leads one: with the answer for its followers,
 * or NULL.  `kept_s`: how long the cache is to have it; 0: it is not.
 */
void flight_end(struct flights *flights, struct lc_call *call,
		struct kept *kept, int64_t kept_s);

/* Lets go of a call's flight, when the call goes. */
void flight_leave(struct flights *flights, struct lc_call *call);

/*
 * Makes anew what the call was given, with nobody waiting for it, unless that
 * is being done.  It must be a GET or HEAD without a body.
 */
void flight_refresh(struct flights *flights, const struct lc_call *call,
		    bool dear);

#endif
