#include "engine/flight.h"

#include <stdlib.h>

#include "base/clock.h"
#include "engine/at_once.h"
#include "engine/dispatch.h"
#include "engine/engine.h"
#include "engine/flight_inner.h"
#include "engine/observe.h"
#include "engine/pool.h"
#include "engine/recall.h"
#include "services/cache.h"

/* ---- answers */

/* In a thread of the gate. */
static enum lc_rc
follower_reply(struct lc_call *call, void *arg)
{
	recall_collapse(call, arg);
	return LC_OK;
}

void
followers_give(struct lc_call *first, struct kept *kept)
{
	while (first != NULL) {
		struct lc_call *next = first->recall.next;

		kept_hold(kept);
		if (!lc_complete(first, follower_reply, kept))
			kept_drop(kept);
		first = next;
	}
}

void
leader_start(struct flights *flights, struct lc_call *call)
{
	struct engine *engine = flights->engine;
	enum lc_rc rc;

	if (call == NULL)
		return;
	rc = dispatch_admit(call, true);
	if (rc == LC_OK) {
		cache_book_count(engine->book, CACHE_COMPUTED);
		observe_unparked(call);
		rc = pool_add(engine->pool, call);
	}
	if (rc != LC_OK)
		call_end_job(call, rc);
}

void
flight_drop(struct flights *flights, struct flight *flight)
{
	if (flight == NULL)
		return;
	pthread_mutex_lock(&flights->lock);
	flight_release(flight);
	pthread_mutex_unlock(&flights->lock);
}

void
flight_close(struct flight *flight)
{
	kept_drop(flight->kept);
	flight->kept = NULL;
	flight_table_remove(flight);
}

/* ---- joining */

/* Under the lock: a follower ends otherwise. */
static void
follower_gone(struct lc_call *call, void *arg)
{
	struct flights *flights = arg;
	struct flight *flight = call->recall.flight;
	bool waited;

	pthread_mutex_lock(&flights->lock);
	waited = flight_unfollow(flight, call);
	if (waited && flight->remote && flight->first == NULL)
		flight_close(flight);
	pthread_mutex_unlock(&flights->lock);
	/* Else it leads, and the pool's job lets go. */
	if (waited)
		call_post_release(call);
}

/* Under the lock. */
static enum flight_role
flight_follow(struct flights *flights, struct flight *flight,
	      struct lc_call *call)
{
	struct call_recall *recall = &call->recall;

	if (flight->kept != NULL && recall->anew)
		return FLIGHT_ALONE;
	if (flight->kept != NULL) {
		recall->given = kept_hold(flight->kept);
		recall->outcome = CACHE_HIT; /* all but */
		recall->left_s = flight->keep->fresh_s;
		return FLIGHT_HAS;
	}
	/* Once it is parked the clock may end it, and another answer it. */
	recall->flight = flight_hold(flight);
	recall->joined = true;
	if (lc_park(call, follower_gone, flights) == LC_OK) {
		flight_add_follower(flight, call);
		return FLIGHT_WAITS;
	}
	flight_release(flight);
	recall->joined = false;
	return FLIGHT_ALONE;
}

bool
flight_begin(struct flights *flights, struct lc_call *call, bool dear)
{
	struct call_recall *recall = &call->recall;
	struct flight *flight =
		flight_table_add(&flights->table, &recall->key, dear);

	if (flight == NULL)
		return false;
	flight->keep = &call->endpoint->cache.keep;
	flight->leader = call;
	/* What is kept already is too old, or not wanted. */
	if (recall->anew || recall->outcome == CACHE_EXPIRED)
		flight->since_ms = clock_unix_ms();
	recall->flight = flight;
	recall->joined = true;
	flight_hold(flight);
	return true;
}

/*
 * The lease is another's: the call waits as those do that have come after it,
 * and the keeper looks for the answer.
 */
static enum flight_role
flight_wait(struct flights *flights, struct lc_call *call)
{
	struct flight *flight = call->recall.flight;
	enum flight_role role = FLIGHT_WAITS;

	at_once_give(call);
	pthread_mutex_lock(&flights->lock);
	if (lc_park(call, follower_gone, flights) == LC_OK) {
		flight->leader = NULL;
		flight->remote = true;
		flight_add_follower(flight, call);
	} else {
		role = FLIGHT_LEADS;
	}
	pthread_mutex_unlock(&flights->lock);
	if (role == FLIGHT_WAITS)
		keeper_look(flights->keeper);
	return role;
}

bool
flight_lease(struct flights *flights, struct flight *flight)
{
	enum cache_lease lease =
		cache_lease(flights->engine->cache, &flight->key);

	if (lease == CACHE_LEASE_OTHERS)
		return false;
	if (lease == CACHE_LEASE_OURS) {
		pthread_mutex_lock(&flights->lock);
		flight->leased = true;
		flight->renewed_ns = clock_mono_ns();
		pthread_mutex_unlock(&flights->lock);
		keeper_look(flights->keeper);
	}
	return true;
}

bool
flight_is_under_way(struct flights *flights, const struct cache_key *key)
{
	bool is;

	pthread_mutex_lock(&flights->lock);
	is = flight_table_find(&flights->table, key) != NULL;
	pthread_mutex_unlock(&flights->lock);
	return is;
}

enum flight_role
flight_join(struct flights *flights, struct lc_call *call, bool dear)
{
	struct call_recall *recall = &call->recall;
	enum flight_role role = FLIGHT_ALONE;
	struct flight *flight;

	if (recall->joined)
		return FLIGHT_LEADS; /* it refreshes */
	pthread_mutex_lock(&flights->lock);
	flight = flight_table_find(&flights->table, &recall->key);
	if (flight != NULL)
		role = flight_follow(flights, flight, call);
	else if (flight_begin(flights, call, dear))
		role = FLIGHT_LEADS;
	pthread_mutex_unlock(&flights->lock);
	if (role == FLIGHT_LEADS && dear &&
	    !flight_lease(flights, recall->flight))
		return flight_wait(flights, call);
	return role;
}

/* ---- the end */

/* Of a flight that its leader ends. */
struct flight_ending {
	struct lc_call *followers; /* are given what was made */
	struct lc_call *next;      /* leads now */
	bool closes;               /* the keeper has to do with it yet */
};

/* Under the lock: nothing if the call does not lead. */
static struct flight_ending
flight_finish(struct lc_call *call, struct kept *kept, bool stores)
{
	struct flight_ending ending = {.closes = false};
	struct flight *flight = call->recall.flight;

	if (flight->leader != call)
		return ending;
	if (kept == NULL) {
		ending.next = flight_promote(flight);
	} else {
		flight->leader = NULL;
		ending.followers = flight_take_followers(flight);
	}
	if (ending.next != NULL)
		return ending;
	ending.closes = true;
	flight_hold(flight);
	/* Until it is stored, who comes is given it from here. */
	if (stores)
		flight->kept = kept_hold(kept);
	else
		flight_close(flight);
	return ending;
}

void
flight_end(struct flights *flights, struct lc_call *call, struct kept *kept,
	   int64_t kept_s)
{
	struct call_recall *recall = &call->recall;
	struct kept *to_store = kept_s > 0 ? kept : NULL;
	struct flight_ending ending;

	if (!recall->joined) {
		if (to_store != NULL)
			flight_store(flights, &recall->key, NULL, to_store,
				     kept_s);
		return;
	}
	pthread_mutex_lock(&flights->lock);
	ending = flight_finish(call, kept, to_store != NULL);
	pthread_mutex_unlock(&flights->lock);
	followers_give(ending.followers, kept);
	leader_start(flights, ending.next);
	if (ending.closes)
		flight_store(flights, &recall->key, recall->flight, to_store,
			     kept_s);
}

void
flight_leave(struct flights *flights, struct lc_call *call)
{
	if (call->recall.joined)
		flight_drop(flights, call->recall.flight);
}

/* ---- all of them */

struct flights *
flights_new(struct engine *engine)
{
	struct flights *flights = calloc(1, sizeof(*flights));

	if (flights == NULL)
		return NULL;
	flights->engine = engine;
	pthread_mutex_init(&flights->lock, NULL);
	flights->keeper = keeper_new(flights_look, flights);
	if (flights->keeper == NULL) {
		flights_free(flights);
		return NULL;
	}
	return flights;
}

bool
flights_stop(struct flights *flights, int64_t until_ns)
{
	return keeper_stop(flights->keeper, until_ns);
}

void
flights_free(struct flights *flights)
{
	if (flights == NULL)
		return;
	keeper_free(flights->keeper);
	pthread_mutex_destroy(&flights->lock);
	free(flights);
}
