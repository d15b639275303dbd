/*
 * The flights of a process by their keys, and the calls that follow each.
 *
 * No lock and no thread of its own: engine/flight.c has those.
 */
#ifndef ENGINE_FLIGHT_TABLE_H
#define ENGINE_FLIGHT_TABLE_H

#include "engine/call.h"
#include "engine/kept.h"

enum { FLIGHT_BUCKETS = 256 };

struct flight {
	struct flight *next, **link; /* in its bucket; link NULL: in none */
	unsigned holders;            /* the table is one */
	struct cache_key key;
	const struct lc_keep *keep;
	struct lc_call *leader;       /* NULL: another process, or it is made */
	struct lc_call *first, *last; /* followers */
	struct kept *kept;            /* made, and on its way into the cache */
	bool dear;                    /* worth a lease */
	bool leased;                  /* which is ours */
	bool remote;                  /* another process makes it */
	int64_t renewed_ns;           /* the lease, monotonic */
	int64_t since_ms; /* what is older is not wanted; in ms since 1970 */
};

struct flight_table {
	struct flight *buckets[FLIGHT_BUCKETS];
};

/* NULL: there is none. */
struct flight *flight_table_find(const struct flight_table *table,
				 const struct cache_key *key);

/* A new one; NULL without memory. */
struct flight *flight_table_add(struct flight_table *table,
				const struct cache_key *key, bool dear);

/* Harmless for one that is in it no more. */
void flight_table_remove(struct flight *flight);

struct flight *flight_hold(struct flight *flight);
void flight_release(struct flight *flight);

void flight_add_follower(struct flight *flight, struct lc_call *call);

/* False: it follows no more. */
bool flight_unfollow(struct flight *flight, struct lc_call *call);

/* All of them, as a list by recall.next. */
struct lc_call *flight_take_followers(struct flight *flight);

/* Makes the first follower the leader, and returns it; NULL: there is none. */
struct lc_call *flight_promote(struct flight *flight);

#endif
