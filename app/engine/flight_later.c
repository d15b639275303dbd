/*
 * What the keeper does for flights: see engine/flight.h.
 */
#include "engine/flight_inner.h"

#include <stdlib.h>

#include "base/clock.h"
#include "engine/dispatch.h"
#include "engine/engine.h"
#include "engine/recall.h"
#include "engine/refresh.h"
#include "services/cache.h"

enum {
	FLIGHT_POLL_MS = 20,    /* for an answer that another process makes */
	FLIGHT_RENEW_MS = 1000, /* our leases */
	FLIGHTS_AT_ONCE = 256   /* that the keeper looks after in one go */
};

/* What the keeper does. */
struct flight_task {
	struct keeper_item item; /* the first */
	struct flights *flights;
	struct flight *flight; /* held; or NULL */
	struct kept *kept;     /* held; or NULL */
	struct cache_key key;
	int64_t kept_s;
	struct lc_call *call; /* to begin */
};

static void
task_free(struct flight_task *task)
{
	flight_drop(task->flights, task->flight);
	kept_drop(task->kept);
	free(task);
}

/* False: it is the caller's still. */
static bool
task_add(struct flights *flights, struct flight_task *task, size_t bytes,
	 void (*act)(struct keeper_item *item))
{
	task->flights = flights;
	task->item.act = act;
	task->item.bytes = bytes;
	return keeper_add(flights->keeper, &task->item);
}

/* Its answer is in the cache, or will not be; the lease may go. */
static void
flight_stored(struct flight_task *task)
{
	struct flights *flights = task->flights;
	struct flight *flight = task->flight;
	bool leased;

	if (flight == NULL)
		return;
	pthread_mutex_lock(&flights->lock);
	leased = flight->leased;
	flight->leased = false;
	flight_close(flight);
	pthread_mutex_unlock(&flights->lock);
	if (leased)
		cache_unlease(flights->engine->cache, &task->key);
}

static void
store_act(struct keeper_item *item)
{
	struct flight_task *task = (struct flight_task *)(void *)item;
	struct engine *engine = task->flights->engine;
	enum lc_rc rc = LC_UNAVAILABLE;

	if (task->kept != NULL) {
		rc = cache_put(engine->cache, &task->key, &task->kept->entry,
			       task->kept_s);
		cache_book_count(engine->book,
				 rc == LC_OK ? CACHE_STORED : CACHE_LOST);
	}
	flight_stored(task);
	task_free(task);
}

void
flight_store(struct flights *flights, const struct cache_key *key,
	     struct flight *flight, struct kept *kept, int64_t kept_s)
{
	struct flight_task *task = calloc(1, sizeof(*task));
	size_t bytes = kept != NULL ? kept->entry.body_length : 0;

	if (task != NULL) {
		task->key = *key;
		task->kept_s = kept_s;
		task->kept = kept != NULL ? kept_hold(kept) : NULL;
		task->flight = flight;
		if (task_add(flights, task, bytes, store_act))
			return;
		task->flight = NULL;
		task_free(task);
	}
	/* The lease, if there is one, ends by itself. */
	cache_book_count(flights->engine->book, CACHE_LOST);
	if (flight == NULL)
		return;
	pthread_mutex_lock(&flights->lock);
	flight_close(flight);
	flight_release(flight);
	pthread_mutex_unlock(&flights->lock);
}

/* ---- nobody waits for it */

static void
refresh_act(struct keeper_item *item)
{
	struct flight_task *task = (struct flight_task *)(void *)item;
	struct flights *flights = task->flights;
	struct lc_call *call = task->call;

	/* Whoever has the lease makes it anew for all. */
	if (task->flight->dear && !flight_lease(flights, task->flight)) {
		flight_end(flights, call, NULL, 0);
		call_release(call);
	} else {
		cache_book_count(flights->engine->book, CACHE_REFRESHED);
		dispatch(call, LC_OK);
	}
	atomic_fetch_sub(&flights->engine->open, 1);
	task_free(task);
}

void
flight_refresh(struct flights *flights, const struct lc_call *like, bool dear)
{
	struct flight_task *task = calloc(1, sizeof(*task));
	struct lc_call *call = NULL;
	bool begun = false;

	if (task != NULL)
		call = refresh_new(like);
	if (call == NULL) {
		free(task);
		return;
	}
	task->flights = flights;
	pthread_mutex_lock(&flights->lock);
	if (flight_table_find(&flights->table, &like->recall.key) == NULL)
		begun = flight_begin(flights, call, dear);
	if (begun)
		task->flight = flight_hold(call->recall.flight);
	pthread_mutex_unlock(&flights->lock);
	task->call = call;
	/* It is open while it waits, too: engine_stop() waits for it. */
	atomic_fetch_add(&flights->engine->open, 1);
	if (begun && task_add(flights, task, 0, refresh_act))
		return;
	atomic_fetch_sub(&flights->engine->open, 1);
	flight_end(flights, call, NULL, 0);
	call_release(call);
	task_free(task);
}

/* ---- what the keeper looks after */

/* Under the lock: what is to be looked after now, held; returns how many. */
static size_t
flights_due(struct flights *flights, int64_t now_ns,
	    struct flight *due[FLIGHTS_AT_ONCE], int *again_ms)
{
	size_t count = 0;

	*again_ms = 0;
	for (size_t i = 0; i < FLIGHT_BUCKETS; i++)
		for (struct flight *f = flights->table.buckets[i]; f != NULL;
		     f = f->next) {
			bool old = now_ns - f->renewed_ns >=
				   FLIGHT_RENEW_MS * CLOCK_NS_PER_MS;

			if (f->remote)
				*again_ms = FLIGHT_POLL_MS;
			else if (f->leased && *again_ms == 0)
				*again_ms = FLIGHT_RENEW_MS;
			if ((f->remote || (f->leased && old)) &&
			    count < FLIGHTS_AT_ONCE)
				due[count++] = flight_hold(f);
		}
	return count;
}

/* Another process has made it, or has given up. */
static void
remote_look(struct flights *flights, struct flight *flight)
{
	struct cache *cache = flights->engine->cache;
	struct lc_call *followers = NULL, *next = NULL;
	struct kept *kept = recall_fetch_fresh(cache, &flight->key,
					       flight->keep, flight->since_ms);
	enum cache_lease lease = CACHE_LEASE_OTHERS;

	if (kept == NULL)
		lease = cache_lease(cache, &flight->key);
	if (kept == NULL && lease == CACHE_LEASE_OTHERS)
		return;
	pthread_mutex_lock(&flights->lock);
	flight->remote = false;
	flight->leased = lease == CACHE_LEASE_OURS;
	flight->renewed_ns = clock_mono_ns();
	if (kept != NULL)
		followers = flight_take_followers(flight);
	else
		next = flight_promote(flight);
	/* All may have left meanwhile; the lease then ends by itself. */
	if (next == NULL)
		flight_close(flight);
	pthread_mutex_unlock(&flights->lock);
	followers_give(followers, kept);
	leader_start(flights, next);
	kept_drop(kept);
}

static void
lease_renew(struct flights *flights, struct flight *flight)
{
	if (cache_lease(flights->engine->cache, &flight->key) !=
	    CACHE_LEASE_OURS)
		return; /* twice made is better than not at all */
	pthread_mutex_lock(&flights->lock);
	flight->renewed_ns = clock_mono_ns();
	pthread_mutex_unlock(&flights->lock);
}

int
flights_look(void *arg)
{
	struct flights *flights = arg;
	struct flight *due[FLIGHTS_AT_ONCE];
	size_t count;
	int again_ms;

	pthread_mutex_lock(&flights->lock);
	count = flights_due(flights, clock_mono_ns(), due, &again_ms);
	pthread_mutex_unlock(&flights->lock);
	for (size_t i = 0; i < count; i++) {
		if (due[i]->remote)
			remote_look(flights, due[i]);
		else
			lease_renew(flights, due[i]);
		flight_drop(flights, due[i]);
	}
	return again_ms;
}
