/*
 * What others see of attempts at jobs: metrics, and spans in the trace of
 * whoever wanted the job.
 *
 * An attempt is counted by whoever writes its end: its runner, the supervisor
 * of a runner that died, or the one that finds the lease of a dead worker.
 * One thread at a time.
 */
#ifndef COMMANDS_WORK_SEEN_H
#define COMMANDS_WORK_SEEN_H

#include "commands/work_kinds.h"
#include "commands/work_words.h"
#include "services/metrics.h"
#include "services/trace.h"

struct work_seen {
	const struct work_kinds *kinds;
	struct metrics *metrics; /* both are the owner's, and may be NULL */
	struct tracer *tracer;
	struct work_series *series; /* for each kind */
};

/* False without memory. */
bool work_seen_init(struct work_seen *seen, const struct work_kinds *kinds,
		    struct metrics *metrics, struct tracer *tracer);
void work_seen_release(struct work_seen *seen);

/* A job was claimed just now: how long it has waited. */
void work_seen_claimed(const struct work_seen *seen,
		       const struct jobs_claim *claim);

/* An attempt has ended; `trace` is its span's, a traceparent, or "". */
void work_seen_ended(const struct work_seen *seen,
		     const struct jobs_claim *claim, enum work_ending ending,
		     int64_t took_ns, const char *trace);

/* An attempt whose process has died, which could not record its span. */
struct work_loss {
	size_t kind;
	enum work_ending ending; /* what became of it: WORK_LOST, or as told */
	int64_t took_ns;
	bool sampled;
	struct trace_span span;
	char trace[TRACE_PARENT_BYTES]; /* the span's; "": it has none */
};

/* Prepares its span, as it ends now, for what is done because of its end. */
void work_seen_lose(const struct work_seen *seen,
		    const struct jobs_claim *claim, int64_t took_ns,
		    struct work_loss *loss);

/* Its end is written. */
void work_seen_lost(const struct work_seen *seen, const struct work_loss *loss);

#endif
