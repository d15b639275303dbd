/*
 * The engine: what all calls of a process share.
 *
 * One is made at start from the options, the table of endpoints and the
 * handlers' context, none of which it owns.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/buf.h"
#include "base/options.h"
#include "base/rate_list.h"
#include "engine/deadline.h"
#include "engine/guard.h"
#include "engine/outbox.h"
#include "engine/pool.h"
#include "http/client.h"
#include "http/response.h"
#include "lightcone.h"

struct afters;
struct cache;
struct cache_book;
struct cache_epochs;
struct events;
struct feed;
struct flights;
struct jobs;
struct keys;
struct limiter;
struct metrics;
struct observer;
struct tracer;

enum { ENGINE_PROXIES_MOST = 64 };

struct engine {
	const struct options *options;
	const struct lc_endpoint *const *table; /* ends in NULL */
	void *context;
	bool check_replies;     /* hold each JSON reply against its schema */
	struct response fields; /* what every answer has */
	const struct guard_replacement *replacements; /* of tests, or NULL */
	struct client_network proxies[ENGINE_PROXIES_MOST];
	int proxies_count;
	struct keys *keys;
	struct limiter *limiter;                /* NULL: nothing is limited */
	struct holds *holds;                    /* NULL: nor so much at once */
	struct rate_item rates[RATE_LIST_MOST]; /* of option rates */
	int rate_count;
	struct outbox *outbox;
	struct deadlines *deadlines;
	struct pool *pool;
	struct afters *afters;
	struct jobs *jobs;
	struct events *events;
	struct feed *feed; /* of the events, to those who wait for them */
	bool stays;        /* for further requests, once this one is answered */
	struct cache *cache; /* NULL, as are the next: nothing is kept */
	struct cache_book *book;
	struct cache_epochs *epochs;
	struct flights *flights;
	struct metrics *metrics; /* NULL, as are the next: nobody counts */
	struct tracer *tracer;
	struct observer *observer;
	atomic_int open; /* calls that are to be answered yet */
	atomic_bool stopping;
};

/* LC_INVALID: a table is wrong; `why` says where. */
enum lc_rc engine_init(struct engine *engine, const struct options *options,
		       const struct lc_endpoint *const *table, void *context,
		       struct buf *why) LC_CHECKED;

/*
 * From now on requests count against limits, if option `rate` is on: for the
 * programs that serve clients.  LC_NO_MEMORY, with words.
 */
enum lc_rc engine_limit(struct engine *engine, struct buf *why) LC_CHECKED;

/*
 * Ends what waits or computes with 503, does what tasks after responses are
 * left, and lets the pool end, until `until_ns` (monotonic).  The gate must
 * go on emptying the outbox meanwhile.  False: some work did not end in time,
 * and engine_release() must not be called.
 */
bool engine_stop(struct engine *engine, int64_t until_ns) LC_CHECKED;
void engine_release(struct engine *engine);

#endif
