/*
 * What the engine's services have counted, for the page of metrics: asked for
 * when somebody looks.
 */
#include "engine/engine.h"
#include "services/cache_book.h"
#include "services/events.h"
#include "services/jobs.h"
#include "services/metrics.h"
#include "services/trace_ring.h"

enum { MS_PER_S = 1000 };

/* Each answer of an endpoint that keeps any is one of the first. */
static void
cache_tell(const struct engine *engine, struct metrics_page *page)
{
	if (engine->book == NULL)
		return;
	for (int i = 0; i < CACHE_COUNT__MAX; i++) {
		enum cache_count what = (enum cache_count)i;

		metrics_page_put_one(
			page,
			what < CACHE_COMPUTED ? METRIC_CACHE :
						METRIC_CACHE_WORK,
			(double)cache_book_total(engine->book, what),
			cache_count_word(what));
	}
}

static void
jobs_tell(const struct engine *engine, struct metrics_page *page)
{
	struct jobs_counts counts;
	char why[JOBS_WHY_MAX];

	if (jobs_count(engine->jobs, &counts, why, sizeof(why)) != LC_OK)
		return;
	for (int i = 0; i < JOBS_STATE__MAX; i++)
		metrics_page_put_one(page, METRIC_JOBS, (double)counts.of[i],
				     jobs_state_name((enum jobs_state)i));
	metrics_page_put(page, METRIC_JOBS_OLDEST,
			 (double)counts.oldest_due_ms / MS_PER_S, NULL);
}

static void
events_tell(const struct engine *engine, struct metrics_page *page)
{
	struct events_position position;
	char why[EVENTS_WHY_MAX];

	if (events_peek(engine->events, &position, why, sizeof(why)) != LC_OK)
		return;
	metrics_page_put(page, METRIC_EVENTS, (double)position.last, NULL);
	metrics_page_put(page, METRIC_EVENTS_KEPT,
			 (double)(position.last + 1 - position.first), NULL);
}

static void
spans_tell(const struct engine *engine, struct metrics_page *page)
{
	const struct trace_ring *ring = tracer_ring(engine->tracer);
	static const struct {
		enum metric metric;
		enum trace_count count;
		const char *name;
	} counts[] = {
		{METRIC_SPANS, TRACE_RECORDED, "recorded"},
		{METRIC_SPANS, TRACE_DROPPED, "dropped"},
		{METRIC_SPANS, TRACE_TORN, "torn"},
		{METRIC_SPANS, TRACE_EXPORTED, "exported"},
		{METRIC_SPANS, TRACE_REFUSED, "refused"},
		{METRIC_EXPORTS, TRACE_SENT_WELL, "accepted"},
		{METRIC_EXPORTS, TRACE_SENT_PARTLY, "partly"},
		{METRIC_EXPORTS, TRACE_SENT_AGAIN, "retried"},
		{METRIC_EXPORTS, TRACE_SENT_IN_VAIN, "refused"},
	};

	if (ring == NULL)
		return;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		metrics_page_put_one(
			page, counts[i].metric,
			(double)trace_ring_count(ring, counts[i].count),
			counts[i].name);
	metrics_page_put(page, METRIC_SPANS_QUEUED,
			 (double)trace_ring_waiting(ring), NULL);
}

struct metrics_page *
lc_metrics_page(struct lc_call *call)
{
	const struct engine *engine = call->engine;
	struct metrics_page *page =
		metrics_page_new(engine->metrics, &call->arena);

	if (page == NULL)
		return NULL;
	cache_tell(engine, page);
	jobs_tell(engine, page);
	events_tell(engine, page);
	spans_tell(engine, page);
	metrics_page_put_one(page, METRIC_BUILD, 1, LIGHTCONE_VERSION);
	return page;
}
