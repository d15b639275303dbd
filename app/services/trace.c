#include "services/trace.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/options.h"
#include "services/digest.h"
#include "services/trace_export.h"
#include "services/trace_ring.h"

/* ---- ids */

enum { IDS_OF_A_SEED = 4096 };

/*
 * D. Blackman and S. Vigna's xoshiro256++, one for each thread, which begins
 * anew with the kernel's random numbers now and then.
 */
struct ids {
	uint64_t state[4];
	int left; /* until that */
};

static _Thread_local struct ids ids;
static pthread_once_t ids_once = PTHREAD_ONCE_INIT;

/* A fork has one thread, this one: it must not go on with its parent's. */
static void
ids_forked(void)
{
	ids.left = 0;
}

static void
ids_watch_forks(void)
{
	/* It fails for want of memory only, in a process that just began. */
	if (pthread_atfork(NULL, NULL, ids_forked) != 0)
		abort();
}

static uint64_t
turn_left(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static uint64_t
ids_draw(void)
{
	uint64_t *s = ids.state, drawn, kept;

	if (ids.left-- == 0) {
		(void)pthread_once(&ids_once, ids_watch_forks);
		digest_random(s, sizeof(ids.state));
		ids.left = IDS_OF_A_SEED;
	}
	drawn = turn_left(s[0] + s[3], 23) + s[0];
	kept = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= kept;
	s[3] = turn_left(s[3], 45);
	return drawn;
}

/* 0 is no id. */
static uint64_t
ids_next(void)
{
	uint64_t id;

	do
		id = ids_draw();
	while (id == 0);
	return id;
}

/* ---- deciding */

struct tracer {
	struct trace_ring *ring; /* NULL: nothing is recorded */
	bool parent_based;
	uint64_t below; /* half an id's lower part must be, of 2^63 */
};

#define TRACER_ALL (UINT64_C(1) << 63)

static uint64_t
sampler_below(const char *name, const char *share)
{
	double ratio = 1;

	if (strcmp(name, "always_on") == 0)
		return TRACER_ALL;
	if (strcmp(name, "always_off") == 0)
		return 0;
	/* Options have been checked. */
	if (number_parse_double(share, strlen(share), &ratio) != NUMBER_OK)
		return 0;
	return (uint64_t)(ratio * (double)TRACER_ALL);
}

struct tracer *
tracer_new(const struct options *options, char *why, size_t why_bytes)
{
	static const char parent_based[] = "parentbased_";
	const size_t prefix = sizeof(parent_based) - 1;
	const char *name = options->trace_sampler;
	struct tracer *tracer = calloc(1, sizeof(*tracer));

	snprintf(why, why_bytes, "%s", "");
	if (tracer == NULL)
		return NULL;
	tracer->parent_based = strncmp(name, parent_based, prefix) == 0;
	tracer->below =
		sampler_below(name + (tracer->parent_based ? prefix : 0),
			      options->trace_sampler_arg);
	if (trace_export_wanted(options))
		tracer->ring = trace_ring_open(
			options->state, options->trace_queue, why, why_bytes);
	return tracer;
}

void
tracer_free(struct tracer *tracer)
{
	if (tracer == NULL)
		return;
	trace_ring_close(tracer->ring);
	free(tracer);
}

static bool
tracer_records(const struct tracer *tracer)
{
	return tracer != NULL && tracer->ring != NULL;
}

/* `sampled` is what the parent says, if there is one. */
static bool
tracer_samples(const struct tracer *tracer, const struct trace_context *context)
{
	if (tracer->parent_based && context->parent != 0)
		return context->sampled;
	return context->low >> 1 < tracer->below;
}

/* Others below are told of the span that is above us. */
static void
context_silence(struct trace_context *context)
{
	context->silent = true;
	context->caller = context->parent;
	context->caller_sampled = context->sampled;
	context->sampled = false;
}

void
tracer_begin(struct tracer *tracer, const char *parent, const char *state,
	     struct trace_context *out)
{
	if (parent != NULL && trace_parent_read(parent, out)) {
		out->parent = out->span;
		if (state != NULL && trace_state_ok(state))
			out->state = state;
	} else {
		*out = (struct trace_context){.high = ids_next(),
					      .low = ids_next()};
	}
	out->span = ids_next();
	if (tracer_records(tracer))
		out->sampled = tracer_samples(tracer, out);
	else
		context_silence(out);
}

void
tracer_child(struct tracer *tracer, const struct trace_context *parent,
	     struct trace_context *out)
{
	if ((parent->high | parent->low) == 0) {
		tracer_begin(tracer, NULL, NULL, out);
		return;
	}
	*out = *parent;
	out->parent = parent->span;
	out->span = ids_next();
	out->remote = false;
	if (!tracer_records(tracer) && !out->silent)
		context_silence(out);
}

/* ---- recording */

void
tracer_record(struct tracer *tracer, const struct trace_span *span)
{
	/* What the ring does not take it counts. */
	if (tracer_records(tracer))
		(void)trace_ring_put(tracer->ring, span);
}

const struct trace_ring *
tracer_ring(const struct tracer *tracer)
{
	return tracer != NULL ? tracer->ring : NULL;
}
