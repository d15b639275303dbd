#include "services/jobs.h"

#include <string.h>

#include "services/jobs_add.h"
#include "services/jobs_end.h"
#include "services/jobs_keep.h"
#include "services/jobs_kinds.h"
#include "services/jobs_steps.h"
#include "services/jobs_turn.h"

/* A calendar that was set back by more than this is believed. */
enum { JOBS_SWEEP_BACK_S = 86400 };

struct jobs_sweep {
	const struct jobs_policy *policies;
	size_t count;
	enum lc_rc (*lost)(struct store *store, void *arg,
			   const struct jobs_claim *claim, const char *error,
			   bool failed);
	void *arg;
	bool rings; /* something may be due now */
};

/* ---- lost ones */

/* For kinds that nobody here knows. */
static const struct jobs_policy jobs_sweep_unknown = {.backoff_ms = 1000,
						      .backoff_most_ms = 60000};
static const char jobs_sweep_error[] = "the worker was lost";

static enum lc_rc
jobs_sweep_read(struct jobs_turn *turn, const struct jobs_sweep *sweep,
		struct store_query *query, struct arena *arena,
		struct jobs_claim *claim)
{
	const char *text;
	size_t length;

	*claim = (struct jobs_claim){.seq = store_int64(query, 0),
				     .lease = store_int64(query, 1),
				     .attempt = store_int64(query, 2),
				     .attempts_most = store_int64(query, 5),
				     .started_ms = store_int64(query, 6),
				     .payload = ""};
	text = store_text(query, 3, &length);
	claim->policy =
		jobs_kinds_find(sweep->policies, sweep->count, text, length);
	if (claim->policy == NULL)
		claim->policy = &jobs_sweep_unknown;
	text = store_text(query, 4, &length);
	if (length == JOBS_ID_BYTES - 1)
		memcpy(claim->id, text, length);
	if (store_is_null(query, 7))
		return LC_OK;
	text = store_text(query, 7, &length);
	claim->trace = arena_dup(arena, text == NULL ? "" : text, length);
	return claim->trace != NULL ?
		       LC_OK :
		       jobs_turn_refuse(turn, LC_NO_MEMORY, "out of memory");
}

static enum lc_rc
jobs_sweep_find(struct jobs_turn *turn, const struct jobs_sweep *sweep,
		struct arena *arena, struct jobs_claim *claim, bool *row)
{
	struct store_query *query;
	enum lc_rc rc = jobs_turn_query(
		turn,
		"SELECT seq, lease, attempts, kind, id, attempts_most,"
		" started_ms, trace FROM jobs"
		" INDEXED BY jobs_running WHERE state = 'running'"
		" AND (lease_boot <> ?1 OR lease_ms < ?2) LIMIT 1",
		&query);

	if (rc != LC_OK)
		return rc;
	store_bind_int64(query, 1, turn->now.boot);
	store_bind_int64(query, 2, turn->now.machine_ms);
	rc = jobs_turn_step(turn, query, row);
	if (rc == LC_OK && *row)
		rc = jobs_sweep_read(turn, sweep, query, arena, claim);
	store_reset(query);
	return rc;
}

static enum lc_rc
jobs_sweep_payload(struct jobs_turn *turn, struct jobs_claim *claim,
		   struct arena *arena)
{
	struct store_query *query;
	const char *text;
	size_t length;
	bool row;
	enum lc_rc rc =
		jobs_turn_ask(turn, "SELECT payload FROM jobs WHERE seq = ?1",
			      &claim->seq, 1, &query);

	if (rc == LC_OK)
		rc = jobs_turn_step(turn, query, &row);
	if (rc != LC_OK)
		return rc;
	text = row ? store_text(query, 0, &length) : NULL;
	if (text != NULL)
		claim->payload = arena_dup(arena, text, length);
	store_reset(query);
	return claim->payload != NULL ?
		       LC_OK :
		       jobs_turn_refuse(turn, LC_NO_MEMORY, "out of memory");
}

/* Who wants to be told of its end is, though nobody ran it to the end. */
static enum lc_rc
jobs_sweep_tell(struct jobs_turn *turn, const struct jobs_sweep *sweep,
		struct arena *arena, struct jobs_claim *claim, bool failed)
{
	enum lc_rc rc = LC_OK;

	if (sweep->lost == NULL || claim->policy == &jobs_sweep_unknown)
		return LC_OK;
	if (failed)
		rc = jobs_sweep_payload(turn, claim, arena);
	if (rc != LC_OK)
		return rc;
	rc = sweep->lost(turn->file->store, sweep->arg, claim, jobs_sweep_error,
			 failed);
	return rc == LC_OK ?
		       rc :
		       jobs_turn_refuse(turn, rc,
					"what belongs to a lost job's end "
					"cannot be written");
}

/* *more: there was one. */
static enum lc_rc
jobs_sweep_one(struct jobs_turn *turn, struct jobs_sweep *sweep,
	       struct arena *arena, bool *more)
{
	struct jobs_claim claim;
	bool failed;
	enum lc_rc rc = jobs_sweep_find(turn, sweep, arena, &claim, more);

	if (rc != LC_OK || !*more)
		return rc;
	rc = jobs_end_attempt(
		turn, &claim, jobs_sweep_error, false,
		jobs_kinds_backoff_ms(claim.policy, claim.attempt), &failed);
	if (rc == LC_OK)
		rc = jobs_sweep_tell(turn, sweep, arena, &claim, failed);
	sweep->rings |= rc == LC_OK;
	return rc;
}

static enum lc_rc
jobs_sweep_lost(struct jobs_turn *turn, struct jobs_sweep *sweep)
{
	struct arena arena;
	bool more = true;
	enum lc_rc rc = LC_OK;

	while (rc == LC_OK && more) {
		arena_init(&arena, NULL, 0);
		rc = jobs_sweep_one(turn, sweep, &arena, &more);
		arena_release(&arena);
	}
	return rc;
}

/* ---- periodic ones */

static enum lc_rc
jobs_sweep_tick(struct jobs_turn *turn, const char *kind, bool *there,
		int64_t *tick)
{
	struct store_query *query;
	enum lc_rc rc = jobs_turn_query(
		turn, "SELECT tick FROM periodic WHERE kind = ?1", &query);

	if (rc != LC_OK)
		return rc;
	jobs_turn_bind(query, 1, kind);
	rc = jobs_turn_step(turn, query, there);
	*tick = *there ? store_int64(query, 0) : 0;
	store_reset(query);
	return rc;
}

static enum lc_rc
jobs_sweep_set_tick(struct jobs_turn *turn, const char *kind, int64_t tick)
{
	struct store_query *query;
	enum lc_rc rc = jobs_turn_query(
		turn,
		"INSERT OR REPLACE INTO periodic (kind, tick) VALUES (?1, ?2)",
		&query);

	if (rc != LC_OK)
		return rc;
	jobs_turn_bind(query, 1, kind);
	store_bind_int64(query, 2, tick);
	return jobs_turn_run(turn, query);
}

/* One waits at most, however often its time came while nobody worked. */
static enum lc_rc
jobs_sweep_add(struct jobs_turn *turn, const struct jobs_policy *policy,
	       struct jobs_sweep *sweep)
{
	const struct jobs_order order = {.kind = policy->kind,
					 .payload = "{}",
					 .attempts = policy->attempts,
					 .priority = policy->priority,
					 .unique = "periodic"};
	char id[JOBS_ID_BYTES];
	bool existed;

	sweep->rings = true;
	return jobs_add_within(turn, &order, id, &existed);
}

/*
 * The first time a kind is seen its next multiple is waited for.  A calendar
 * that was set back a little gives no multiple twice.
 */
static enum lc_rc
jobs_sweep_periodic(struct jobs_turn *turn, const struct jobs_policy *policy,
		    struct jobs_sweep *sweep)
{
	const int64_t now = turn->now.calendar_ms / 1000 / policy->every_s;
	int64_t tick;
	bool there;
	enum lc_rc rc = jobs_sweep_tick(turn, policy->kind, &there, &tick);

	if (rc != LC_OK ||
	    (there && tick >= now &&
	     tick - now <= JOBS_SWEEP_BACK_S / policy->every_s + 1))
		return rc;
	if (there && tick < now)
		rc = jobs_sweep_add(turn, policy, sweep);
	return rc == LC_OK ? jobs_sweep_set_tick(turn, policy->kind, now) : rc;
}

/* ---- all of it */

static enum lc_rc
jobs_sweep_turn(struct jobs_turn *turn, struct jobs_sweep *sweep)
{
	enum lc_rc rc = jobs_sweep_lost(turn, sweep);

	for (size_t i = 0; i < sweep->count && rc == LC_OK; i++)
		if (sweep->policies[i].every_s > 0)
			rc = jobs_sweep_periodic(turn, &sweep->policies[i],
						 sweep);
	if (rc == LC_OK)
		jobs_step(JOBS_STEP_SWEEP);
	return rc;
}

enum lc_rc
jobs_sweep(struct jobs *jobs, const struct jobs_policy *policies, size_t count,
	   int64_t results_most_bytes,
	   enum lc_rc (*lost)(struct store *store, void *arg,
			      const struct jobs_claim *claim, const char *error,
			      bool failed),
	   void *arg, char *why, size_t why_bytes)
{
	struct jobs_sweep sweep = {
		.policies = policies, .count = count, .lost = lost, .arg = arg};
	struct jobs_turn turn;
	enum lc_rc rc = jobs_turn_begin(jobs, true, &turn, why, why_bytes);

	if (rc == LC_OK)
		rc = jobs_turn_end(jobs, &turn, jobs_sweep_turn(&turn, &sweep));
	if (rc != LC_OK)
		return rc;
	if (sweep.rings)
		jobs_ring(jobs);
	return jobs_keep(jobs, policies, count, results_most_bytes, why,
			 why_bytes);
}
