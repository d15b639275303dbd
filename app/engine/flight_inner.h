/*
 * What the files of engine/flight.h share: flight.c has what calls do, and
 * flight_later.c what the keeper does for them.
 */
#ifndef ENGINE_FLIGHT_INNER_H
#define ENGINE_FLIGHT_INNER_H

#include <pthread.h>

#include "engine/flight.h"
#include "engine/flight_table.h"
#include "engine/keeper.h"

struct flights {
	struct engine *engine;
	pthread_mutex_t lock;
	struct flight_table table;
	struct keeper *keeper;
};

/* ---- under the lock */

/* The call leads a new flight; false: there is no memory. */
bool flight_begin(struct flights *flights, struct lc_call *call, bool dear)
	LC_CHECKED;

/* Nobody finds it any more. */
void flight_close(struct flight *flight);

/* ---- without it */

/* Lets go of one that was held; NULL is harmless. */
void flight_drop(struct flights *flights, struct flight *flight);

/* Takes the lease for the call that leads here; false: another has it. */
bool flight_lease(struct flights *flights, struct flight *flight);

/* Gives followers, a list by recall.next, their answer. */
void followers_give(struct lc_call *first, struct kept *kept);

/*
 * Gives a call that was parked to the pool, if its client may have the work
 * done: its waiter's share is the job's.  NULL is harmless.
 */
void leader_start(struct flights *flights, struct lc_call *call);

/*
 * Has the keeper put it into the cache, if there is anything, and close the
 * flight, of which it takes the caller's hold, if there is one.
 */
void flight_store(struct flights *flights, const struct cache_key *key,
		  struct flight *flight, struct kept *kept, int64_t kept_s);

/* The keeper looks after leases, and answers that others make. */
int flights_look(void *arg);

#endif
