/*
 * Jobs: work that was accepted and is not lost.  They lie in state.sqlite.
 *
 * A job has a kind, a payload (JSON) and one state; the last three are final.
 * Whoever runs a job holds a lease on it, with a number that never comes
 * again for that job: what is said of a job under another lease than its
 * present one changes nothing and gives LC_CONFLICT, so nobody finishes a
 * job twice.  A lease that is not renewed runs out, and the attempt counts as
 * failed.  Leases and delays are by the machine's own clock, which nobody
 * steps (CLOCK_BOOTTIME), and end with its boot; `run_at_ms` is by the
 * calendar.  A job is run at least once, and ends exactly once.
 *
 * What was added is on the disk when that is said.  What a worker says
 * survives its death but, when the power fails, may be said anew.
 *
 * Any thread may call; a lock is held while SQLite works.  The file is
 * opened by the first call that needs it; reading makes none.
 *
 * Failure: LC_UNAVAILABLE when state.sqlite cannot be used (a full disk, too:
 * nothing has changed then), LC_NO_MEMORY; and LC_NOT_FOUND, LC_CONFLICT,
 * LC_INVALID where it is said.  `why` (JOBS_WHY_MAX bytes) has words then.
 */
#ifndef SERVICES_JOBS_H
#define SERVICES_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/rc.h"
#include "services/jobs_policy.h"

struct jobs;
struct json;
struct store;

/* X(constant, name) */
#define JOBS_STATE_TABLE(X)            \
	X(JOBS_QUEUED, "queued")       \
	X(JOBS_RUNNING, "running")     \
	X(JOBS_SUCCEEDED, "succeeded") \
	X(JOBS_FAILED, "failed")       \
	X(JOBS_CANCELLED, "cancelled")

enum jobs_state {
#define JOBS_STATE_ENUM(constant, name) constant,
	JOBS_STATE_TABLE(JOBS_STATE_ENUM)
#undef JOBS_STATE_ENUM
		JOBS_STATE__MAX
};

enum {
	JOBS_ID_BYTES = 23, /* 16 random bytes in base64url, and a NUL */
	JOBS_WHY_MAX = 256,
	JOBS_ERROR_MAX = 500
};

const char *jobs_state_name(enum jobs_state state);
/* False: there is no such state. */
bool jobs_state_find(const char *name, enum jobs_state *state);

/* NULL without memory.  `state_dir` must live as long. */
struct jobs *jobs_new(const char *state_dir);
void jobs_free(struct jobs *jobs);

/* ---- adding */

struct jobs_order {
	const char *kind;
	const char *payload; /* JSON; ends in NUL */
	int64_t attempts;    /* at most */
	int64_t priority;
	int64_t run_at_ms;  /* since 1970; 0: at once */
	int64_t delay_ms;   /* from now; 0: none */
	const char *unique; /* one job at most of the kind that has not ended
	                       has it; NULL: none */
	const char *client; /* whose key it is */
	const char *key;    /* Idempotency-Key; NULL: none */
	const char *trace;  /* of who adds it, a traceparent; NULL: none */
};

/*
 * Adds a job and wakes a worker.  With a key that the client has used, or a
 * unique text, `id` is that of the earlier job and `existed` true; a key that
 * came with another kind or payload is LC_INVALID.
 */
enum lc_rc jobs_add(struct jobs *jobs, const struct jobs_order *order,
		    char id[JOBS_ID_BYTES], bool *existed, char *why,
		    size_t why_bytes) LC_CHECKED;

/*
 * The same within a transaction on state.sqlite that the caller has begun
 * and ends; jobs_ring() is due after it.
 */
enum lc_rc jobs_add_in(struct store *store, const struct jobs_order *order,
		       char id[JOBS_ID_BYTES], bool *existed, char *why,
		       size_t why_bytes) LC_CHECKED;

/*
 * Removes a job, and its key, that still waits for its time and that no
 * worker has ever begun; LC_CONFLICT.
 */
enum lc_rc jobs_withdraw(struct jobs *jobs, const char *id, char *why,
			 size_t why_bytes) LC_CHECKED;

/* Makes a queued job due now, and wakes a worker. */
enum lc_rc jobs_hasten(struct jobs *jobs, const char *id, char *why,
		       size_t why_bytes) LC_CHECKED;

/* ---- looking */

struct jobs_view {
	const char *id, *kind, *payload;
	int64_t number; /* its events have it; it opens nothing */
	enum jobs_state state;
	int64_t priority, attempts, attempts_most;
	double progress;    /* 0 to 1 */
	bool cancelling;    /* it was told to stop, and has not yet */
	int64_t created_ms; /* since 1970 */
	int64_t due_ms;     /* of one that waits for its time; else 0 */
	int64_t started_ms, ended_ms; /* of the last attempt; 0: not yet */
	const char *error;            /* of the last attempt; NULL: none */
	int64_t result_status;        /* HTTP's; 0: there is no result */
	const char *result_media;
	int64_t result_bytes;
};

/*
 * What everybody may know of it, as members of the object that is open, with
 * the names that GET /jobs/{id} has.
 */
void jobs_view_write(struct json *json, const struct jobs_view *view);

/* Texts are put into the arena.  LC_NOT_FOUND. */
enum lc_rc jobs_find(struct jobs *jobs, const char *id, struct arena *arena,
		     struct jobs_view *view, char *why, size_t why_bytes)
	LC_CHECKED;

struct jobs_filter {
	bool has_state;
	enum jobs_state state;
	const char *kind;  /* NULL: any */
	const char *after; /* an id: those before it in time; NULL: the newest
	                      first */
	int64_t limit;
};

/*
 * Newest first, into the arena; LC_NOT_FOUND when `after` is not there any
 * more.  *more: there are further ones.
 */
enum lc_rc jobs_list(struct jobs *jobs, const struct jobs_filter *filter,
		     struct arena *arena, struct jobs_view **views,
		     size_t *count, bool *more, char *why, size_t why_bytes)
	LC_CHECKED;

struct jobs_counts {
	int64_t of[JOBS_STATE__MAX];
	int64_t oldest_due_ms; /* how long the oldest that is due has waited */
};

enum lc_rc jobs_count(struct jobs *jobs, struct jobs_counts *counts, char *why,
		      size_t why_bytes) LC_CHECKED;

/* ---- telling a job something */

/*
 * Cancels: at once when it waits, soon when it runs; *state is what it is
 * then.  One that had ended is LC_CONFLICT, LC_NOT_FOUND none.
 */
enum lc_rc jobs_cancel(struct jobs *jobs, const char *id,
		       enum jobs_state *state, char *why, size_t why_bytes)
	LC_CHECKED;

/* Queues one that failed or was cancelled anew, with all its attempts. */
enum lc_rc jobs_retry(struct jobs *jobs, const char *id, char *why,
		      size_t why_bytes) LC_CHECKED;

/* ---- working */

struct jobs_claim {
	int64_t seq, lease;
	char id[JOBS_ID_BYTES];
	const struct jobs_policy *policy;
	const char *payload; /* in the arena */
	const char *trace;   /* the order's, there too; NULL: none */
	int64_t attempt, attempts_most;
	int64_t started_ms; /* since 1970 */
	int64_t wait_ms;    /* since it was due, by the calendar */
};

/*
 * Takes the next job that is due, of the kinds in `policies`, for a lease of
 * `lease_ms`.  LC_NOT_FOUND, without words: there is none now.
 */
enum lc_rc jobs_claim(struct jobs *jobs, const struct jobs_policy *policies,
		      size_t count, int64_t lease_ms, struct arena *arena,
		      struct jobs_claim *claim, char *why, size_t why_bytes)
	LC_CHECKED;

/* Renews the lease; *cancel: it was told to stop. */
enum lc_rc jobs_beat(struct jobs *jobs, int64_t seq, int64_t lease,
		     int64_t lease_ms, double progress, bool *cancel, char *why,
		     size_t why_bytes) LC_CHECKED;

struct jobs_result {
	int64_t status; /* 0: there is none */
	const char *media;
	int64_t bytes; /* they lie in results/ID already */
};

/* Ends it well; in the same transaction `also` (NULL: none) writes what
 * belongs to it, and is undone with it. */
enum lc_rc jobs_succeed(struct jobs *jobs, const struct jobs_claim *claim,
			const struct jobs_result *result,
			enum lc_rc (*also)(struct store *store, void *arg),
			void *arg, char *why, size_t why_bytes) LC_CHECKED;

/*
 * Ends the attempt badly, with a reason in words: the job waits for its next
 * attempt, `delay_ms` at least, or has failed, when `final` or there is none
 * left; then `also` writes in the same transaction.
 */
enum lc_rc jobs_fail(struct jobs *jobs, const struct jobs_claim *claim,
		     const char *error, bool final, int64_t delay_ms,
		     enum lc_rc (*also)(struct store *store, void *arg),
		     void *arg, char *why, size_t why_bytes) LC_CHECKED;

/* Ends one that was told to stop as cancelled; `also` as above. */
enum lc_rc jobs_end_cancelled(struct jobs *jobs, const struct jobs_claim *claim,
			      enum lc_rc (*also)(struct store *store,
						 void *arg),
			      void *arg, char *why, size_t why_bytes)
	LC_CHECKED;

/* Gives it back as if it had not been begun. */
enum lc_rc jobs_give_back(struct jobs *jobs, const struct jobs_claim *claim,
			  char *why, size_t why_bytes) LC_CHECKED;

/*
 * What any worker does every second or so: attempts whose lease has run out
 * count as failed ("the worker was lost"), periodic jobs that are due are
 * added, and what was kept long enough is removed: jobs, keys of a day, and
 * the oldest results beyond `results_most_bytes`.
 *
 * Of each such attempt at a job of these kinds `lost` (NULL: nobody) is told
 * in the same transaction, and writes there what belongs to it; it may not use
 * `jobs`.  `failed`: the job has failed so for good; only then the claim has
 * its payload.
 */
enum lc_rc jobs_sweep(struct jobs *jobs, const struct jobs_policy *policies,
		      size_t count, int64_t results_most_bytes,
		      enum lc_rc (*lost)(struct store *store, void *arg,
					 const struct jobs_claim *claim,
					 const char *error, bool failed),
		      void *arg, char *why, size_t why_bytes) LC_CHECKED;

/*
 * What a worker does now and then: removes what was left in results/ by
 * processes that died, and belongs to no job that there is.
 */
void jobs_tidy(struct jobs *jobs);

/* How long until something is due, in ms; INT64_MAX: nothing is queued. */
enum lc_rc jobs_due_in(struct jobs *jobs, const struct jobs_policy *policies,
		       size_t count, int64_t *ms, char *why, size_t why_bytes)
	LC_CHECKED;

/* ---- waking: a bell that all processes of the state directory hear */

/* How often it has rung; 0 where it cannot be heard. */
uint32_t jobs_heard(struct jobs *jobs);

/* Waits until it has rung since `heard`, or for so long, or a signal. */
void jobs_wait(struct jobs *jobs, uint32_t heard, int64_t ms);

void jobs_ring(struct jobs *jobs);

#endif
