#include "engine/observe.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/engine.h"
#include "engine/feed.h"
#include "engine/observe_inner.h"

/* ---- what the process has */

static const char *const message_names[LOG_COUNT__MAX] = {
#define COUNT_NAME(constant, name) [constant] = name,
	LOG_COUNT_TABLE(COUNT_NAME)
#undef COUNT_NAME
};

static void
message_counted(void *arg, enum log_count what)
{
	metrics_count(arg, METRIC_LOG, message_names[what], 1);
}

enum lc_rc
observe_open(const struct options *options, enum metrics_role role,
	     struct metrics **metrics, struct tracer **tracer, struct buf *why)
{
	const bool counts = strcmp(options->metrics, "on") == 0;
	char words[TRACE_WHY_MAX] = "";

	*metrics = NULL;
	if (counts)
		*metrics =
			metrics_new(options->state, role, words, sizeof(words));
	if (words[0] != '\0')
		log_warning("metrics count in each process for itself: %s",
			    words);
	words[0] = '\0';
	*tracer = tracer_new(options, words, sizeof(words));
	if (words[0] != '\0')
		log_warning("no span is recorded: %s", words);
	/* Those that there were none of yet are told of, too. */
	for (int i = 0; i < LOG_COUNT__MAX; i++)
		metrics_count(*metrics, METRIC_LOG, message_names[i], 0);
	log_watch(message_counted, *metrics);
	if (*tracer != NULL && (*metrics != NULL || !counts))
		return LC_OK;
	observe_close(*metrics, *tracer);
	*metrics = NULL;
	*tracer = NULL;
	buf_add_text(why, "no memory for metrics");
	return LC_NO_MEMORY;
}

void
observe_close(struct metrics *metrics, struct tracer *tracer)
{
	log_watch(NULL, NULL);
	tracer_free(tracer);
	metrics_free(metrics);
}

enum lc_rc
observe_start(struct engine *engine, enum metrics_role role, struct buf *why)
{
	enum lc_rc rc = observe_open(engine->options, role, &engine->metrics,
				     &engine->tracer, why);

	if (rc != LC_OK)
		return rc;
	engine->observer = calloc(1, sizeof(*engine->observer));
	if (engine->observer == NULL) {
		buf_add_text(why, "no memory for metrics");
		return LC_NO_MEMORY;
	}
	observe_count_start(engine);
	feed_watch(engine->feed, engine->metrics);
	return LC_OK;
}

void
observe_stop(struct engine *engine)
{
	observe_close(engine->metrics, engine->tracer);
	free(engine->observer);
}

/* ---- a call's way */

/* What nobody has asked for from outside is nobody's to see. */
static bool
is_seen(const struct lc_call *call)
{
	return call->engine->observer != NULL && !call->in_place &&
	       !call->recall.refreshes;
}

/* Jobs are none of them: nobody waits for their answers. */
static void
active_add(const struct lc_call *call, int64_t n)
{
	const struct engine *engine = call->engine;

	if (call->work == NULL)
		metrics_add(engine->metrics, engine->observer->active, n);
}

void
observe_begin(struct lc_call *call)
{
	const char *const *fields = call->request.fields;
	struct call_watch *watch = &call->watch;
	const struct engine *engine = call->engine;

	if (!is_seen(call))
		return;
	atomic_store_explicit(&watch->stages[CALL_BIND].from_ns,
			      call->arrived_ns, memory_order_relaxed);
	atomic_store_explicit(&watch->open, CALL_BIND + 1,
			      memory_order_relaxed);
	active_add(call, 1);
	if (watch->causes != NULL) {
		tracer_child(engine->tracer, watch->causes, &watch->trace);
	} else {
		if (call->work == NULL)
			watch->kind = TRACE_SERVER;
		tracer_begin(engine->tracer, fields[REQUEST_TRACEPARENT],
			     fields[REQUEST_TRACESTATE], &watch->trace);
	}
}

static void
stage_end(struct call_watch *watch, int64_t now_ns)
{
	int open =
		atomic_exchange_explicit(&watch->open, 0, memory_order_relaxed);

	if (open > 0)
		atomic_store_explicit(&watch->stages[open - 1].to_ns, now_ns,
				      memory_order_relaxed);
}

void
observe_enter(struct lc_call *call, enum call_stage stage)
{
	struct call_watch *watch = &call->watch;
	int64_t now_ns;

	if (!is_seen(call))
		return;
	now_ns = clock_mono_ns();
	stage_end(watch, now_ns);
	atomic_store_explicit(&watch->stages[stage].from_ns, now_ns,
			      memory_order_relaxed);
	atomic_store_explicit(&watch->open, (int)stage + 1,
			      memory_order_relaxed);
}

void
observe_leave(struct lc_call *call)
{
	if (is_seen(call))
		stage_end(&call->watch, clock_mono_ns());
}

void
observe_parked(struct lc_call *call)
{
	const struct engine *engine = call->engine;

	if (!is_seen(call) || atomic_exchange(&call->watch.parked, true))
		return;
	observe_enter(call, CALL_WAIT);
	metrics_add(engine->metrics, engine->observer->parked, 1);
}

void
observe_unparked(struct lc_call *call)
{
	const struct engine *engine = call->engine;

	if (is_seen(call) && atomic_exchange(&call->watch.parked, false))
		metrics_add(engine->metrics, engine->observer->parked, -1);
}

void
observe_level(const struct engine *engine, enum metric level, int64_t n)
{
	const struct observer *observer = engine->observer;

	if (observer != NULL)
		metrics_add(engine->metrics,
			    level == METRIC_QUEUED ? observer->queued :
						     observer->computing,
			    n);
}

void
observe_end(struct lc_call *call)
{
	int64_t end_ns;

	if (!is_seen(call))
		return;
	end_ns = clock_mono_ns();
	observe_unparked(call);
	observe_count(call, end_ns);
	/* Only then: where none is active all are counted. */
	active_add(call, -1);
	if (call->watch.trace.sampled)
		observe_spans(call, end_ns);
	if (call->work == NULL)
		observe_line(call, end_ns);
	observe_complain(call);
}

/* ---- what its end consists of */

bool
observe_stage(const struct lc_call *call, enum call_stage stage, int64_t end_ns,
	      int64_t *from_ns, int64_t *to_ns)
{
	const struct call_watch *watch = &call->watch;

	*from_ns = atomic_load_explicit(&watch->stages[stage].from_ns,
					memory_order_relaxed);
	*to_ns = atomic_load_explicit(&watch->stages[stage].to_ns,
				      memory_order_relaxed);
	/* It goes on, without anybody who waits for it. */
	if (*to_ns == 0)
		*to_ns = end_ns;
	/* It began while its end was told of. */
	if (*to_ns < *from_ns)
		*to_ns = *from_ns;
	return *from_ns != 0;
}

const char *
observe_stage_name(enum call_stage stage)
{
	static const char *const names[CALL_STAGE__MAX] = {
#define STAGE_NAME(constant, name) [constant] = name,
		CALL_STAGE_TABLE(STAGE_NAME)
#undef STAGE_NAME
	};

	return names[stage];
}

const char *
observe_route(const struct lc_call *call)
{
	return call->endpoint != NULL ? call->endpoint->path : "other";
}

const char *
observe_method(const struct lc_call *call)
{
	return call->request.method < LC_METHOD__MAX ?
		       method_name(call->request.method) :
		       "other";
}

int
observe_status(const struct lc_call *call)
{
	return call->watch.status != 0 ? call->watch.status :
					 rc_status(LC_CANCELLED);
}

const char *
observe_cache(const struct lc_call *call)
{
	return call->recall.asked ? cache_count_word(call->recall.outcome) :
				    NULL;
}
