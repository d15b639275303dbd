#include "commands/work_seen.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

/* Found when they are first counted in; -1 before. */
struct work_series {
	int wait;
	int runs[WORK_ENDING__MAX];
};

static const char *const seen_outcomes[WORK_ENDING__MAX] = {
	[WORK_SUCCEEDED] = "succeeded", [WORK_AGAIN] = "retried",
	[WORK_FAILED] = "failed",       [WORK_CANCELLED] = "cancelled",
	[WORK_GIVEN_BACK] = "returned", [WORK_LOST] = "lost"};

bool
work_seen_init(struct work_seen *seen, const struct work_kinds *kinds,
	       struct metrics *metrics, struct tracer *tracer)
{
	*seen = (struct work_seen){
		.kinds = kinds, .metrics = metrics, .tracer = tracer};
	/* Of no kind there is memory, too. */
	seen->series = calloc(kinds->count + 1, sizeof(*seen->series));
	for (size_t i = 0; seen->series != NULL && i < kinds->count; i++) {
		seen->series[i].wait = -1;
		for (int k = 0; k < WORK_ENDING__MAX; k++)
			seen->series[i].runs[k] = -1;
	}
	return seen->series != NULL;
}

void
work_seen_release(struct work_seen *seen)
{
	free(seen->series);
	seen->series = NULL;
}

/* ---- metrics */

static const char *
seen_kind(const struct work_seen *seen, size_t kind)
{
	return seen->kinds->policies[kind].kind;
}

static void
seen_wait(const struct work_seen *seen, size_t kind, int64_t ns,
	  const struct metrics_exemplar *exemplar)
{
	int *series = &seen->series[kind].wait;
	const char *value = seen_kind(seen, kind);

	if (*series < 0)
		*series =
			metrics_series(seen->metrics, METRIC_JOB_WAIT, &value);
	metrics_observe(seen->metrics, *series, ns, exemplar);
}

static void
seen_run(const struct work_seen *seen, size_t kind, enum work_ending ending,
	 int64_t ns, const struct metrics_exemplar *exemplar)
{
	int *series = &seen->series[kind].runs[ending];
	const char *values[] = {seen_kind(seen, kind), seen_outcomes[ending]};

	if (*series < 0)
		*series = metrics_series(seen->metrics, METRIC_JOB_RUN, values);
	metrics_observe(seen->metrics, *series, ns, exemplar);
}

/* What a span is to whom looks at a number; NULL: nobody can see it. */
static const struct metrics_exemplar *
exemplar_of(const struct trace_context *context,
	    struct metrics_exemplar *exemplar)
{
	*exemplar = (struct metrics_exemplar){.trace_high = context->high,
					      .trace_low = context->low,
					      .span = context->span};
	return context->sampled ? exemplar : NULL;
}

/* ---- spans */

/* Below the claim's cause; false: it has none. */
static bool
seen_below(const struct work_seen *seen, const struct jobs_claim *claim,
	   struct trace_context *out)
{
	struct trace_context cause;

	*out = (struct trace_context){.sampled = false};
	if (claim->trace == NULL || !trace_parent_read(claim->trace, &cause))
		return false;
	tracer_child(seen->tracer, &cause, out);
	return true;
}

static void
seen_span(const struct trace_context *context, enum trace_kind trace_kind,
	  const char *what, const struct jobs_claim *claim, int64_t took_ns,
	  struct trace_span *span)
{
	const int64_t now_ns = clock_mono_ns();
	char name[TRACE_NAME_MAX];

	snprintf(name, sizeof(name), "%s %s", what, claim->policy->kind);
	trace_span_init(span, context, trace_kind, name);
	trace_span_times(span, now_ns - took_ns, now_ns);
	trace_span_text(span, TRACE_JOB_KIND, claim->policy->kind);
	trace_span_int(span, TRACE_JOB_NUMBER, claim->seq);
	trace_span_int(span, TRACE_JOB_ATTEMPT, claim->attempt);
}

/* ---- both */

/*
 * When a job was due is known in whole ms, the earlier one; but a span must
 * not begin before its cause.
 */
void
work_seen_claimed(const struct work_seen *seen, const struct jobs_claim *claim)
{
	const size_t kind = work_kinds_index(seen->kinds, claim->policy);
	const int64_t later_ms = claim->wait_ms > 0 ? claim->wait_ms - 1 : 0;
	struct metrics_exemplar exemplar;
	struct trace_context context;
	struct trace_span span;

	if (seen_below(seen, claim, &context) && context.sampled) {
		seen_span(&context, TRACE_INTERNAL, "queued", claim,
			  later_ms * CLOCK_NS_PER_MS, &span);
		tracer_record(seen->tracer, &span);
	}
	seen_wait(seen, kind, claim->wait_ms * CLOCK_NS_PER_MS,
		  exemplar_of(&context, &exemplar));
}

void
work_seen_ended(const struct work_seen *seen, const struct jobs_claim *claim,
		enum work_ending ending, int64_t took_ns, const char *trace)
{
	const size_t kind = work_kinds_index(seen->kinds, claim->policy);
	struct trace_context context = {.sampled = false};
	struct metrics_exemplar exemplar;

	if (!trace_parent_read(trace, &context))
		context.sampled = false;
	seen_run(seen, kind, ending, took_ns, exemplar_of(&context, &exemplar));
}

void
work_seen_lose(const struct work_seen *seen, const struct jobs_claim *claim,
	       int64_t took_ns, struct work_loss *loss)
{
	struct trace_context context;

	*loss = (struct work_loss){
		.kind = work_kinds_index(seen->kinds, claim->policy),
		.ending = WORK_LOST,
		.took_ns = took_ns};
	if (!seen_below(seen, claim, &context))
		return;
	trace_parent_write(&context, loss->trace);
	loss->sampled = context.sampled;
	seen_span(&context, TRACE_CONSUMER, "job", claim, took_ns, &loss->span);
	loss->span.failed = true;
	trace_span_text(&loss->span, TRACE_ERROR_TYPE,
			seen_outcomes[WORK_LOST]);
}

void
work_seen_lost(const struct work_seen *seen, const struct work_loss *loss)
{
	struct trace_context context = {.sampled = false};
	struct metrics_exemplar exemplar;

	if (loss->sampled) {
		context = (struct trace_context){.high = loss->span.high,
						 .low = loss->span.low,
						 .span = loss->span.span,
						 .sampled = true};
		tracer_record(seen->tracer, &loss->span);
	}
	seen_run(seen, loss->kind, loss->ending, loss->took_ns,
		 exemplar_of(&context, &exemplar));
}
