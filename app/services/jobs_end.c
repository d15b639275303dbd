#include "services/jobs_end.h"

#include <string.h>

#include "base/text.h"
#include "services/jobs_kinds.h"
#include "services/jobs_steps.h"
#include "services/jobs_turn.h"

#define JOBS_END_LEASE                                                     \
	" WHERE seq = ?1 AND lease = ?2 AND id = ?3 AND state = 'running'" \
	" RETURNING state"

/* All of them begin so. */
static enum lc_rc
jobs_end_query(struct jobs_turn *turn, const char *sql,
	       const struct jobs_claim *claim, struct store_query **out)
{
	enum lc_rc rc = jobs_turn_query(turn, sql, out);

	if (rc != LC_OK)
		return rc;
	store_bind_int64(*out, 1, claim->seq);
	store_bind_int64(*out, 2, claim->lease);
	jobs_turn_bind(*out, 3, claim->id);
	return LC_OK;
}

/* Runs it; *failed: the job has now failed for good. */
static enum lc_rc
jobs_end_run(struct jobs_turn *turn, struct store_query *query, bool *failed)
{
	const char *const name = jobs_state_name(JOBS_FAILED);
	const char *state;
	size_t length;
	bool row;
	enum lc_rc rc = jobs_turn_step(turn, query, &row);

	if (rc != LC_OK)
		return rc;
	state = store_text(query, 0, &length);
	*failed = row && length == strlen(name) &&
		  memcmp(state, name, length) == 0;
	store_reset(query);
	if (!row)
		return jobs_turn_refuse(turn, LC_CONFLICT,
					JOBS_TURN_LEASE_IS_GONE);
	return LC_OK;
}

struct jobs_end_also {
	enum lc_rc (*write)(struct store *store, void *arg);
	void *arg;
};

static enum lc_rc
jobs_end_write(struct jobs_turn *turn, const struct jobs_end_also *also)
{
	enum lc_rc rc;

	if (also->write == NULL)
		return LC_OK;
	rc = also->write(turn->file->store, also->arg);
	if (rc == LC_OK)
		return rc;
	return state_failed(turn->file->store, rc, turn->why, turn->why_bytes);
}

/* Ends the turn; who waits for what may begin now is told. */
static enum lc_rc
jobs_end_turn(struct jobs *jobs, struct jobs_turn *turn,
	      const struct jobs_claim *claim, bool rings, enum lc_rc rc)
{
	if (rc == LC_OK)
		jobs_step(JOBS_STEP_END);
	rc = jobs_turn_end(jobs, turn, rc);
	if (rc != LC_OK)
		return rc;
	jobs_step(JOBS_STEP_ENDED);
	if (rings || claim->policy->concurrency > 0)
		jobs_ring(jobs);
	return LC_OK;
}

/* ---- well */

static enum lc_rc
jobs_end_well(struct jobs_turn *turn, const struct jobs_claim *claim,
	      const struct jobs_result *result)
{
	struct store_query *query;
	bool failed;
	enum lc_rc rc = jobs_end_query(
		turn,
		"UPDATE jobs SET state = 'succeeded', ended_ms = ?4,"
		" progress = 1.0, error = NULL, cancel = 0,"
		" result_status = ?5, result_media = ?6, result_bytes = "
		"?7" JOBS_END_LEASE,
		claim, &query);

	if (rc != LC_OK)
		return rc;
	store_bind_int64(query, 4, turn->now.calendar_ms);
	store_bind_int64(query, 5, result->status);
	jobs_turn_bind(query, 6, result->status == 0 ? NULL : result->media);
	store_bind_int64(query, 7, result->status == 0 ? 0 : result->bytes);
	return jobs_end_run(turn, query, &failed);
}

enum lc_rc
jobs_succeed(struct jobs *jobs, const struct jobs_claim *claim,
	     const struct jobs_result *result,
	     enum lc_rc (*also)(struct store *store, void *arg), void *arg,
	     char *why, size_t why_bytes)
{
	const struct jobs_end_also more = {also, arg};
	struct jobs_turn turn;
	enum lc_rc rc = jobs_turn_begin(jobs, true, &turn, why, why_bytes);

	if (rc != LC_OK)
		return rc;
	rc = jobs_end_well(&turn, claim, result);
	if (rc == LC_OK)
		rc = jobs_end_write(&turn, &more);
	return jobs_end_turn(jobs, &turn, claim, also != NULL, rc);
}

/* ---- badly */

#define JOBS_END_OVER "(cancel OR ?5 OR attempts >= attempts_most)"

/* Who was told to stop is not tried again, however it stopped. */
enum lc_rc
jobs_end_attempt(struct jobs_turn *turn, const struct jobs_claim *claim,
		 const char *error, bool final, int64_t wait_ms, bool *failed)
{
	struct store_query *query;
	enum lc_rc rc = jobs_end_query(
		turn,
		"UPDATE jobs SET error = ?4, progress = 0.0, cancel = 0,"
		" state = CASE WHEN cancel THEN 'cancelled'"
		"  WHEN " JOBS_END_OVER " THEN 'failed' ELSE 'queued' END,"
		" ended_ms = CASE WHEN " JOBS_END_OVER " THEN ?6 END,"
		" due_ms = CASE WHEN NOT " JOBS_END_OVER " THEN ?7 END,"
		" due_boot = CASE WHEN NOT " JOBS_END_OVER
		" THEN ?8 END" JOBS_END_LEASE,
		claim, &query);

	if (rc != LC_OK)
		return rc;
	store_bind_text(query, 4, error,
			text_utf8_cut(error, strlen(error), JOBS_ERROR_MAX));
	store_bind_int64(query, 5, final);
	store_bind_int64(query, 6, turn->now.calendar_ms);
	store_bind_int64(query, 7, turn->now.machine_ms + wait_ms);
	store_bind_int64(query, 8, turn->now.boot);
	return jobs_end_run(turn, query, failed);
}

enum lc_rc
jobs_fail(struct jobs *jobs, const struct jobs_claim *claim, const char *error,
	  bool final, int64_t delay_ms,
	  enum lc_rc (*also)(struct store *store, void *arg), void *arg,
	  char *why, size_t why_bytes)
{
	const struct jobs_end_also more = {also, arg};
	const int64_t backoff_ms =
		jobs_kinds_backoff_ms(claim->policy, claim->attempt);
	struct jobs_turn turn;
	bool failed = false;
	enum lc_rc rc = jobs_turn_begin(jobs, true, &turn, why, why_bytes);

	if (rc != LC_OK)
		return rc;
	rc = jobs_end_attempt(&turn, claim, error, final,
			      delay_ms > backoff_ms ? delay_ms : backoff_ms,
			      &failed);
	if (rc == LC_OK && failed)
		rc = jobs_end_write(&turn, &more);
	return jobs_end_turn(jobs, &turn, claim, true, rc);
}

/* ---- neither */

static enum lc_rc
jobs_end_plainly(struct jobs *jobs, const struct jobs_claim *claim,
		 const char *sql, char *why, size_t why_bytes)
{
	struct store_query *query;
	struct jobs_turn turn;
	bool failed;
	enum lc_rc rc = jobs_turn_begin(jobs, true, &turn, why, why_bytes);

	if (rc != LC_OK)
		return rc;
	rc = jobs_end_query(&turn, sql, claim, &query);
	if (rc == LC_OK) {
		store_bind_int64(query, 4, turn.now.calendar_ms);
		rc = jobs_end_run(&turn, query, &failed);
	}
	return jobs_end_turn(jobs, &turn, claim, true, rc);
}

enum lc_rc
jobs_end_cancelled(struct jobs *jobs, const struct jobs_claim *claim, char *why,
		   size_t why_bytes)
{
	return jobs_end_plainly(jobs, claim,
				"UPDATE jobs SET state = 'cancelled',"
				" ended_ms = ?4, cancel = 0" JOBS_END_LEASE,
				why, why_bytes);
}

/* One that was told to stop has stopped. */
enum lc_rc
jobs_give_back(struct jobs *jobs, const struct jobs_claim *claim, char *why,
	       size_t why_bytes)
{
	return jobs_end_plainly(
		jobs, claim,
		"UPDATE jobs SET attempts = attempts - 1, started_ms = NULL,"
		" progress = 0.0, cancel = 0,"
		" state = CASE WHEN cancel THEN 'cancelled' ELSE 'queued' END,"
		" ended_ms = CASE WHEN cancel THEN ?4 END,"
		" ready_ms = CASE WHEN NOT cancel THEN ?4 END" JOBS_END_LEASE,
		why, why_bytes);
}
