/*
 * A job's work, done by an engine: the request that was accepted, or the
 * kind's own function, with its payload as the body.  Nothing is sent
 * anywhere; limits, guards and the client's deadline were seen to when it
 * was accepted.
 */
#ifndef ENGINE_JOB_RUN_H
#define ENGINE_JOB_RUN_H

#include "base/buf.h"
#include "base/progress.h"
#include "engine/engine.h"
#include "services/trace.h"

struct job_given {
	const struct lc_job_kind *kind;
	const char *payload;
	int64_t number, attempt; /* which it is, for its span */
	/* Of who wants it done, a traceparent, or NULL: the work's own span is
	 * below that one. */
	const char *trace;
};

struct job_outcome {
	enum lc_rc rc;
	int status;       /* HTTP's */
	const char *type; /* of the body; or NULL */
	const char *body; /* what was answered; of a failure, the problem */
	size_t body_length;
	const char *words;     /* why it failed */
	int64_t retry_after_s; /* that the function asked for; 0: nothing */
	/* Of a request: whom to tell (or NULL), and where the application was
	 * reached, "https://example.org/api"; else NULL. */
	const char *webhook, *email, *base;
	/* The work's own span, for what is done because of its end; "": none. */
	char trace[TRACE_PARENT_BYTES];
	/* What all that lies in. */
	struct buf text;
	struct arena arena;
};

void job_outcome_init(struct job_outcome *outcome);
void job_outcome_release(struct job_outcome *outcome);

/*
 * Runs it to its end on this thread and those of the engine's pool, no longer
 * than the policy's timeout.  `stop` stops it (LC_CANCELLED, LC_STOPPING);
 * `tick` is told how far it is, 0 to 1, every 50 ms or so while others work.
 * One thread at a time may call.
 */
void job_run(struct engine *engine, const struct job_given *given,
	     struct lc_progress *stop, void (*tick)(void *arg, double done),
	     void *arg, struct job_outcome *outcome);

#endif
