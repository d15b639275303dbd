#include "engine/recall.h"

#include <string.h>

#include "base/clock.h"
#include "engine/async.h"
#include "engine/bind.h"
#include "engine/conditional.h"
#include "engine/engine.h"
#include "engine/flight.h"
#include "engine/freshness.h"
#include "engine/recall_key.h"
#include "http/cache_control.h"
#include "services/cache.h"
#include "services/cache_epochs.h"
#include "services/digest.h"

/*
 * An answer is kept when making it takes half as long again as fetching it,
 * and not less than what the web server's own part in a request takes: below
 * that nobody would notice, and rarer answers would lose their room.  One
 * that takes RECALL_DEAR_NS is worth a lease among processes.
 */
#define RECALL_WORTH_NS INT64_C(60000)
#define RECALL_DEAR_NS (5 * CLOCK_NS_PER_MS)

/* ---- whether the cache has a say */

bool
recall_applies(const struct lc_call *call)
{
	const struct lc_cache *cache = &call->endpoint->cache;

	return call->engine->flights != NULL && cache->keep.fresh_s > 0 &&
	       !call->in_place && !call->is_private && !cache->is_private &&
	       call->warnings == NULL;
}

/* What takes about as long as this call, in the book. */
static uint64_t
cost_name(const struct lc_call *call)
{
	const struct lc_endpoint *endpoint = call->endpoint;
	const struct lc_keep *keep = &endpoint->cache.keep;
	uint64_t class = keep->size_class != NULL ?
				 keep->size_class(call, call->args) :
				 0;
	uint64_t name = digest_quick(endpoint->path, strlen(endpoint->path));

	name = lc_mix(name, (uint64_t)endpoint->method << 32 | call->format);
	name = lc_mix(name, class);
	return name != 0 ? name : 1;
}

static bool
is_cheap(const struct lc_call *call)
{
	const struct engine *engine = call->engine;
	int64_t cost_ns = cache_book_time(engine->book, call->recall.cost_name);
	int64_t fetch_ns;

	if (cost_ns == 0 || call->recall.refreshes)
		return false;
	if (cost_ns < RECALL_WORTH_NS)
		return true;
	fetch_ns = cache_fetch_ns(engine->cache);
	return cost_ns < fetch_ns + fetch_ns / 2;
}

/* Or nobody knows yet. */
static bool
is_dear(const struct lc_call *call)
{
	int64_t cost_ns =
		cache_book_time(call->engine->book, call->recall.cost_name);

	return cost_ns == 0 || cost_ns >= RECALL_DEAR_NS;
}

/* ---- looking */

/* From a moment's digest: over 0, up to 1. */
static double
chance_of(const struct lc_call *call)
{
	const uint64_t moment[] = {(uint64_t)clock_mono_ns(),
				   (uint64_t)(uintptr_t)call};

	return (double)((digest_quick(moment, sizeof(moment)) >> 11) + 1) *
	       0x1p-53;
}

/*
 * Whether it could be made anew by ourselves, after the answer; a worker
 * looks after nothing once its job has ended.
 */
static bool
can_refresh(const struct lc_call *call)
{
	return call->engine->stays && call->work == NULL &&
	       call->endpoint->method == LC_GET && !bind_has_read_body(call);
}

static void
recall_give(struct lc_call *call, struct kept *kept, enum cache_count outcome)
{
	call->recall.given = kept;
	call->recall.outcome = outcome;
}

/* Gives what was found, or puts it by, or drops it. */
static void
recall_judge(struct lc_call *call, const struct cache_control *control,
	     struct kept *kept)
{
	struct call_recall *recall = &call->recall;
	const struct freshness_asked asked = {
		.keep = &call->endpoint->cache.keep,
		.control = control,
		.absent = kept->entry.status != 200,
		.made_ms = kept->entry.made_ms,
		.cost_ms = kept->entry.cost_us / 1000,
		.now_ms = clock_unix_ms(),
		.chance = chance_of(call)};
	enum freshness freshness = freshness_judge(&asked, &recall->left_s);
	bool refreshes = can_refresh(call);

	if (freshness == FRESHNESS_STALE && !refreshes &&
	    control->max_stale_s == 0)
		freshness = FRESHNESS_ERROR;
	if (freshness == FRESHNESS_NONE || freshness == FRESHNESS_ERROR)
		recall->outcome = CACHE_EXPIRED;
	if (freshness == FRESHNESS_NONE) {
		kept_drop(kept);
		return;
	}
	if (freshness == FRESHNESS_ERROR) {
		recall->fallback = kept;
		return;
	}
	recall_give(call, kept,
		    freshness == FRESHNESS_STALE ? CACHE_STALE : CACHE_HIT);
	if (freshness != FRESHNESS_FRESH && refreshes)
		flight_refresh(call->engine->flights, call, is_dear(call));
}

static void
recall_look(struct lc_call *call, const struct cache_control *control)
{
	struct kept *kept;
	enum lc_rc rc = kept_get(call->engine->cache, &call->recall.key, &kept);

	if (rc == LC_OK)
		recall_judge(call, control, kept);
	else if (rc == LC_UNAVAILABLE)
		call->recall.outcome = CACHE_AWAY;
}

/* What the client wants of caches, and whether it is there. */
static enum lc_rc
recall_heed(struct lc_call *call)
{
	struct call_recall *recall = &call->recall;
	const char *const *fields = call->request.fields;
	struct cache_control control;

	cache_control_read(&control, fields[REQUEST_CACHE_CONTROL],
			   fields[REQUEST_PRAGMA]);
	recall->unkept = control.no_store;
	recall->anew = control.no_cache || control.max_age_s == 0;
	if (control.no_cache)
		recall->outcome = CACHE_REFUSED;
	else
		recall_look(call, &control);
	if (recall->given != NULL || !control.only_if_cached)
		return LC_OK;
	/* It is neither a hit nor made: Cache-Status has no word for it. */
	recall->asked = false;
	return lc_fail(call, LC_NOT_KEPT,
		       "It is not in the cache, and the request's "
		       "Cache-Control says only-if-cached.");
}

enum lc_rc
recall_ask(struct lc_call *call)
{
	struct call_recall *recall = &call->recall;
	const struct engine *engine = call->engine;
	enum lc_rc rc;

	if (!recall_applies(call))
		return LC_OK;
	rc = conditional_version(call);
	if (rc != LC_OK)
		return rc;
	recall->cost_name = cost_name(call);
	recall->outcome = CACHE_CHEAP;
	recall->asked = true;
	if (is_cheap(call))
		return LC_OK;
	call->bound_ns = clock_mono_ns();
	recall->keyed = recall_key(call, cache_epoch(engine->epochs, NULL),
				   &recall->key);
	recall->asked = recall->keyed;
	recall->outcome = CACHE_MISS;
	/* Who wants a job is promised one. */
	if (!recall->keyed || recall->refreshes || async_is_wanted(call))
		return LC_OK;
	return recall_heed(call);
}

struct kept *
recall_fetch_fresh(struct cache *cache, const struct cache_key *key,
		   const struct lc_keep *keep, int64_t since_ms)
{
	const struct cache_control any = {.max_age_s = INT64_MAX};
	struct freshness_asked asked = {
		.keep = keep, .control = &any, .chance = 1};
	struct kept *kept;
	int64_t left_s;

	if (kept_get(cache, key, &kept) != LC_OK)
		return NULL;
	asked.absent = kept->entry.status != 200;
	asked.made_ms = kept->entry.made_ms;
	asked.now_ms = clock_unix_ms();
	if (asked.made_ms >= since_ms &&
	    freshness_judge(&asked, &left_s) == FRESHNESS_FRESH)
		return kept;
	kept_drop(kept);
	return NULL;
}

/* ---- making it */

/*
 * Since when it must have been made to be what the call wants: what was there
 * when it looked is not.
 */
static int64_t
wanted_since_ms(const struct lc_call *call)
{
	if (call->recall.outcome != CACHE_EXPIRED)
		return 0;
	return clock_unix_ms() -
	       (clock_mono_ns() - call->arrived_ns) / CLOCK_NS_PER_MS;
}

/*
 * Whoever made it may have ended, and its flight been closed, between this
 * call's asking and its own flight.
 */
static bool
recall_look_again(struct lc_call *call)
{
	struct engine *engine = call->engine;
	struct kept *kept;

	if (call->recall.anew || call->recall.refreshes)
		return false;
	kept = recall_fetch_fresh(engine->cache, &call->recall.key,
				  &call->endpoint->cache.keep,
				  wanted_since_ms(call));
	if (kept == NULL)
		return false;
	recall_give(call, kept, CACHE_COLLAPSED);
	flight_end(engine->flights, call, kept, 0);
	return true;
}

/* Another's deadline is not what a job was promised by. */
static bool
recall_shares(const struct lc_call *call, bool heavy)
{
	return call->recall.keyed && heavy && call->work == NULL &&
	       call->job_id[0] == '\0';
}

bool
recall_would_wait(const struct lc_call *call, bool heavy)
{
	return recall_shares(call, heavy) && !call->recall.joined &&
	       flight_is_under_way(call->engine->flights, &call->recall.key);
}

enum lc_rc
recall_join(struct lc_call *call, bool heavy)
{
	struct call_recall *recall = &call->recall;
	struct engine *engine = call->engine;
	enum flight_role role = FLIGHT_ALONE;

	if (!recall->keyed)
		return LC_OK;
	if (recall_shares(call, heavy))
		role = flight_join(engine->flights, call, is_dear(call));
	if (role == FLIGHT_WAITS)
		return LC_PARKED;
	if (role == FLIGHT_HAS ||
	    (role == FLIGHT_LEADS && recall_look_again(call)))
		return LC_OK;
	cache_book_count(engine->book, CACHE_COMPUTED);
	return LC_OK;
}

/* ---- giving it */

void
recall_fill(const struct lc_call *call, struct response *response)
{
	const struct cache_entry *entry = &call->recall.given->entry;

	response_reset(response);
	response->status = entry->status;
	response->media_type = entry->media_type;
	response->shared = entry->body != NULL ? entry->body : "";
	response->shared_length = entry->body_length;
	buf_add_text(&response->fields, entry->fields);
}
