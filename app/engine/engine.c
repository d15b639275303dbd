#include "engine/engine.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/after.h"
#include "engine/feed.h"
#include "engine/flight.h"
#include "engine/headers.h"
#include "engine/observe.h"
#include "engine/rates.h"
#include "engine/table_check.h"
#include "services/cache.h"
#include "services/cache_book.h"
#include "services/cache_epochs.h"
#include "services/events.h"
#include "services/jobs.h"
#include "services/keys.h"
#include "services/limiter.h"

static bool
table_has_rates(const struct lc_endpoint *const *table)
{
	while (*table != NULL && (*table)->rates == NULL)
		table++;
	return *table != NULL;
}

static bool
table_keeps(const struct lc_endpoint *const *table)
{
	while (*table != NULL && (*table)->cache.keep.fresh_s == 0)
		table++;
	return *table != NULL;
}

/* False: there is no memory.  A cache that cannot be had is done without. */
static bool
engine_open_cache(struct engine *engine)
{
	const struct options *options = engine->options;
	char why[CACHE_WHY_MAX] = "";
	enum lc_rc rc;

	if (!table_keeps(engine->table))
		return true;
	rc = cache_new(options->cache, options->state, &engine->cache, why,
		       sizeof(why));
	if (why[0] != '\0')
		log_warning("nothing is kept for those who ask again: %s", why);
	if (engine->cache == NULL)
		return rc != LC_NO_MEMORY;
	engine->book = cache_book_new(options->state, why, sizeof(why));
	if (why[0] != '\0')
		log_warning("each process learns for itself what is worth "
			    "keeping: %s",
			    why);
	engine->epochs = cache_epochs_new(options->state);
	if (engine->book != NULL && engine->epochs != NULL)
		engine->flights = flights_new(engine);
	return engine->flights != NULL;
}

/* What is shared over processes; all but memory can be done without. */
static bool
engine_open_services(struct engine *engine)
{
	const struct options *options = engine->options;

	engine->keys = keys_new(options->state);
	engine->jobs = jobs_new(options->state);
	engine->events = events_new_of(options);
	if (engine->events != NULL)
		engine->feed = feed_new(engine->events);
	return engine->keys != NULL && engine->jobs != NULL &&
	       engine->feed != NULL && engine_open_cache(engine);
}

enum lc_rc
engine_limit(struct engine *engine, struct buf *why)
{
	const struct options *options = engine->options;
	char words[256] = "";

	if (strcmp(options->rate, "on") != 0)
		return LC_OK;
	if (options->heavy_at_once > 0)
		engine->holds =
			holds_new(options->state, options->heavy_at_once);
	if (table_has_rates(engine->table))
		engine->limiter =
			limiter_new(options->state, options->rate_keys, words,
				    sizeof(words));
	if (words[0] != '\0')
		log_warning("limits count in each process for itself: %s",
			    words);
	if ((engine->holds != NULL || options->heavy_at_once == 0) &&
	    (engine->limiter != NULL || !table_has_rates(engine->table)))
		return LC_OK;
	buf_add_text(why, "no memory for the limits");
	return LC_NO_MEMORY;
}

enum lc_rc
engine_init(struct engine *engine, const struct options *options,
	    const struct lc_endpoint *const *table, void *context,
	    struct buf *why)
{
	enum lc_rc rc = table_check(table, why);

	*engine = (struct engine){.options = options,
				  .table = table,
				  .context = context,
				  .stays = true};
	if (rc == LC_OK)
		rc = rates_read(engine, why);
	if (rc != LC_OK)
		return rc;
	engine->proxies_count = client_networks_read(
		engine->proxies, ENGINE_PROXIES_MOST, options->trusted_proxies);
	if (engine->proxies_count < 0) {
		buf_printf(why,
			   "trusted_proxies cannot be \"%s\"; it must name at "
			   "most %d networks, for example trusted_proxies = "
			   "10.0.0.0/8 ::1",
			   options->trusted_proxies, ENGINE_PROXIES_MOST);
		return LC_INVALID;
	}
	atomic_init(&engine->open, 0);
	atomic_init(&engine->stopping, false);
	response_init(&engine->fields);
	headers_prepare(&engine->fields, options);
	engine->outbox = outbox_new();
	engine->deadlines = deadlines_new();
	engine->pool = pool_new(options);
	engine->afters = afters_new();
	engine->check_replies = strcmp(options->check_replies, "on") == 0;
	if (!engine_open_services(engine) || engine->outbox == NULL ||
	    engine->deadlines == NULL || engine->pool == NULL ||
	    engine->afters == NULL || engine->fields.fields.failed) {
		engine_release(engine);
		buf_add_text(why, "no memory or descriptors for the engine");
		return LC_NO_MEMORY;
	}
	return LC_OK;
}

bool
engine_stop(struct engine *engine, int64_t until_ns)
{
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};

	atomic_store(&engine->stopping, true);
	deadlines_stop(engine->deadlines);
	if (!feed_stop(engine->feed, until_ns))
		return false;
	if (!pool_stop(engine->pool, until_ns))
		return false;
	while (atomic_load(&engine->open) > 0) {
		if (clock_mono_ns() >= until_ns)
			return false;
		nanosleep(&pause, NULL);
	}
	if (engine->flights != NULL && !flights_stop(engine->flights, until_ns))
		return false;
	return afters_stop(engine->afters, until_ns);
}

void
engine_release(struct engine *engine)
{
	afters_free(engine->afters);
	deadlines_free(engine->deadlines);
	pool_free(engine->pool);
	outbox_free(engine->outbox);
	flights_free(engine->flights);
	feed_free(engine->feed);
	events_free(engine->events);
	jobs_free(engine->jobs);
	keys_free(engine->keys);
	limiter_free(engine->limiter);
	cache_epochs_free(engine->epochs);
	cache_book_free(engine->book);
	cache_free(engine->cache);
	holds_free(engine->holds);
	response_release(&engine->fields);
	observe_stop(engine);
}
