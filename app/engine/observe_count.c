/*
 * The metrics of a call, and which series they are.
 */
#include <stdio.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "engine/observe_inner.h"

enum { KEY_BITS = 32, KEY_STATUS_BITS = 10, KEY_METHOD_BITS = 4 };

_Static_assert(LC_METHOD__MAX < 1 << KEY_METHOD_BITS, "a method has room");

/* A series that is there from the start shows its first increase as well. */
static void
failures_start(struct metrics *metrics)
{
	for (int i = 0; i < LC_RC__MAX; i++)
		if (rc_status((enum lc_rc)i) >= rc_status(LC_CANCELLED))
			metrics_count(metrics, METRIC_FAILURES,
				      rc_label((enum lc_rc)i), 0);
}

void
observe_count_start(struct engine *engine)
{
	struct observer *observer = engine->observer;
	struct metrics *metrics = engine->metrics;

	for (int i = 0; i < CALL_STAGE__MAX; i++) {
		const char *name = observe_stage_name((enum call_stage)i);

		observer->stages[i] =
			metrics_series(metrics, METRIC_STAGE, &name);
	}
	failures_start(metrics);
	observer->received = metrics_series(metrics, METRIC_RECEIVED, NULL);
	observer->sent = metrics_series(metrics, METRIC_SENT, NULL);
	observer->active = metrics_series(metrics, METRIC_ACTIVE, NULL);
	observer->parked = metrics_series(metrics, METRIC_PARKED, NULL);
	observer->queued = metrics_series(metrics, METRIC_QUEUED, NULL);
	observer->computing = metrics_series(metrics, METRIC_COMPUTING, NULL);
}

/* The endpoint's place in the table, from 1; 0: there is none. */
static uint32_t
endpoint_index(const struct lc_call *call)
{
	const struct lc_endpoint *const *table = call->engine->table;
	uint32_t i = 0;

	if (call->endpoint == NULL)
		return 0;
	while (table[i] != NULL && table[i] != call->endpoint)
		i++;
	return i + 1;
}

static int
request_find(const struct lc_call *call, int status)
{
	char code[16];
	const char *values[] = {observe_method(call), observe_route(call),
				code};

	snprintf(code, sizeof(code), "%d", status);
	return metrics_series(call->engine->metrics, METRIC_REQUEST, values);
}

/* Whether it is time, and this thread's turn, to ask again for what failed. */
static bool
may_retry(struct observer *observer)
{
	const int64_t now_ns = clock_tick_ns();
	int64_t again_ns = atomic_load(&observer->again_ns);

	return now_ns >= again_ns &&
	       atomic_compare_exchange_strong(&observer->again_ns, &again_ns,
					      now_ns + CLOCK_NS_PER_S);
}

/*
 * What was met before is not looked up by its words again, unless there was
 * no series to be had then: another process may have been stopped with the
 * lock for it.
 */
static int
request_series(const struct lc_call *call)
{
	int status = observe_status(call);
	uint32_t key = ((endpoint_index(call) << KEY_METHOD_BITS |
			 (uint32_t)call->request.method)
			<< KEY_STATUS_BITS) |
		       ((uint32_t)status & ((1u << KEY_STATUS_BITS) - 1));
	struct observer *observer = call->engine->observer;
	_Atomic uint64_t *cell =
		&observer->requests[key * 2654435761u % OBSERVE_CELLS];
	uint64_t met = atomic_load_explicit(cell, memory_order_relaxed);
	int series;

	if (met >> KEY_BITS == key &&
	    ((uint32_t)met != 0 || !may_retry(observer)))
		return (int)(uint32_t)met;
	series = request_find(call, status);
	atomic_store_explicit(cell,
			      (uint64_t)key << KEY_BITS | (uint32_t)series,
			      memory_order_relaxed);
	return series;
}

static void
stages_count(const struct lc_call *call, int64_t end_ns)
{
	const struct engine *engine = call->engine;

	for (int i = 0; i < CALL_STAGE__MAX; i++) {
		int64_t from_ns, to_ns;

		if (observe_stage(call, (enum call_stage)i, end_ns, &from_ns,
				  &to_ns))
			metrics_observe(engine->metrics,
					engine->observer->stages[i],
					to_ns - from_ns, NULL);
	}
}

/* A job goes on with it, or what was kept was answered in its place. */
static bool
is_made_good(const struct lc_call *call)
{
	int status = call->watch.status;

	return !call->streaming && status >= 200 && status < 300;
}

/* A stream of events ends when its client leaves, sooner or later. */
static bool
has_heard_enough(const struct lc_call *call)
{
	return call->verdict == LC_CANCELLED && call->parked && call->streaming;
}

static void
failure_count(const struct lc_call *call)
{
	const char *const *limit = call->violated;

	if (call->verdict == LC_OK || call->verdict == LC_PARKED ||
	    is_made_good(call) || has_heard_enough(call))
		return;
	metrics_count(call->engine->metrics, METRIC_FAILURES,
		      rc_label(call->verdict), 1);
	if (call->verdict != LC_RATE)
		return;
	for (; limit != NULL && *limit != NULL; limit++)
		metrics_count(call->engine->metrics, METRIC_REFUSALS, *limit,
			      1);
}

void
observe_count(struct lc_call *call, int64_t end_ns)
{
	const struct engine *engine = call->engine;
	const struct trace_context *trace = &call->watch.trace;
	const struct metrics_exemplar exemplar = {
		.trace_high = trace->high,
		.trace_low = trace->low,
		.span = trace->span,
	};

	stages_count(call, end_ns);
	/* Jobs are counted by their worker. */
	if (call->work != NULL)
		return;
	metrics_observe(engine->metrics, request_series(call),
			end_ns - call->arrived_ns,
			trace->sampled ? &exemplar : NULL);
	if (call->request.body_length > 0)
		metrics_add(engine->metrics, engine->observer->received,
			    (int64_t)call->request.body_length);
	metrics_add(engine->metrics, engine->observer->sent,
		    call->watch.sent_bytes);
	failure_count(call);
}
