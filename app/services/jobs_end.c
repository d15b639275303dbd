#include "services/jobs_end.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "services/jobs_kinds.h"
#include "services/jobs_lease.h"
#include "services/jobs_steps.h"

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
	snprintf(turn->why, turn->why_bytes,
		 "what belongs to the job's end cannot be written: %s",
		 store_why(turn->file->store));
	return rc;
}

static enum lc_rc
jobs_end_look(struct jobs_turn *turn, const struct jobs_claim *claim,
	      struct jobs_lease *held)
{
	return jobs_lease_look(turn, claim->seq, claim->lease, claim->id, held);
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
	const bool has = result->status != 0;
	struct jobs_lease held;
	struct store_query *query;
	enum lc_rc rc = jobs_end_look(turn, claim, &held);

	if (rc == LC_OK)
		rc = jobs_turn_ask(
			turn,
			"UPDATE jobs SET state = 'succeeded', ended_ms = ?2,"
			" progress = 1.0, error = NULL, cancel = 0,"
			" result_status = ?3, result_bytes = ?4,"
			" result_media = ?5 WHERE seq = ?1",
			(const int64_t[]){claim->seq, turn->now.calendar_ms,
					  result->status,
					  has ? result->bytes : 0},
			4, &query);
	if (rc != LC_OK)
		return rc;
	turn->ended = true;
	jobs_turn_bind(query, 5, has ? result->media : NULL);
	return jobs_turn_run(turn, query);
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

/* NULL leaves an earlier attempt's error. */
static enum lc_rc
jobs_end_over(struct jobs_turn *turn, int64_t seq, enum jobs_state state,
	      const char *error)
{
	struct store_query *query;
	enum lc_rc rc = jobs_turn_ask(
		turn,
		"UPDATE jobs SET state = ?3, ended_ms = ?2, cancel = 0,"
		" error = coalesce(?4, error) WHERE seq = ?1",
		(const int64_t[]){seq, turn->now.calendar_ms}, 2, &query);

	if (rc != LC_OK)
		return rc;
	turn->ended = true;
	jobs_turn_bind(query, 3, jobs_state_name(state));
	jobs_turn_bind(query, 4, error);
	if (error != NULL)
		store_bind_text(
			query, 4, error,
			text_utf8_cut(error, strlen(error), JOBS_ERROR_MAX));
	return jobs_turn_run(turn, query);
}

static enum lc_rc
jobs_end_again(struct jobs_turn *turn, int64_t seq, int64_t wait_ms,
	       const char *error)
{
	struct store_query *query;
	enum lc_rc rc = jobs_turn_ask(
		turn,
		"UPDATE jobs SET state = 'queued', due_ms = ?2, due_boot = ?3,"
		" progress = 0.0, error = ?4 WHERE seq = ?1",
		(const int64_t[]){seq, turn->now.machine_ms + wait_ms,
				  turn->now.boot},
		3, &query);

	if (rc != LC_OK)
		return rc;
	store_bind_text(query, 4, error,
			text_utf8_cut(error, strlen(error), JOBS_ERROR_MAX));
	return jobs_turn_run(turn, query);
}

/* Who was told to stop is not tried again, however it stopped. */
enum lc_rc
jobs_end_attempt(struct jobs_turn *turn, const struct jobs_claim *claim,
		 const char *error, bool final, int64_t wait_ms, bool *failed)
{
	struct jobs_lease held;
	enum lc_rc rc = jobs_end_look(turn, claim, &held);

	*failed = false;
	if (rc != LC_OK)
		return rc;
	if (held.cancel)
		return jobs_end_over(turn, claim->seq, JOBS_CANCELLED, error);
	*failed = final || held.attempts >= held.attempts_most;
	return *failed ? jobs_end_over(turn, claim->seq, JOBS_FAILED, error) :
			 jobs_end_again(turn, claim->seq, wait_ms, error);
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
	bool failed;
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

enum lc_rc
jobs_end_cancelled(struct jobs *jobs, const struct jobs_claim *claim,
		   enum lc_rc (*also)(struct store *store, void *arg),
		   void *arg, char *why, size_t why_bytes)
{
	const struct jobs_end_also more = {also, arg};
	struct jobs_lease held;
	struct jobs_turn turn;
	enum lc_rc rc = jobs_turn_begin(jobs, true, &turn, why, why_bytes);

	if (rc != LC_OK)
		return rc;
	rc = jobs_end_look(&turn, claim, &held);
	if (rc == LC_OK)
		rc = jobs_end_over(&turn, claim->seq, JOBS_CANCELLED, NULL);
	if (rc == LC_OK)
		rc = jobs_end_write(&turn, &more);
	return jobs_end_turn(jobs, &turn, claim, also != NULL, rc);
}

/* One that was told to stop has stopped. */
static enum lc_rc
jobs_end_give_back(struct jobs_turn *turn, const struct jobs_claim *claim)
{
	struct jobs_lease held;
	struct store_query *query;
	enum lc_rc rc = jobs_end_look(turn, claim, &held);

	if (rc != LC_OK)
		return rc;
	if (held.cancel)
		return jobs_end_over(turn, claim->seq, JOBS_CANCELLED, NULL);
	rc = jobs_turn_ask(
		turn,
		"UPDATE jobs SET state = 'queued', attempts = attempts - 1,"
		" ready_ms = ?2, started_ms = NULL, progress = 0.0"
		" WHERE seq = ?1",
		(const int64_t[]){claim->seq, turn->now.calendar_ms}, 2,
		&query);
	return rc == LC_OK ? jobs_turn_run(turn, query) : rc;
}

enum lc_rc
jobs_give_back(struct jobs *jobs, const struct jobs_claim *claim, char *why,
	       size_t why_bytes)
{
	struct jobs_turn turn;
	enum lc_rc rc = jobs_turn_begin(jobs, true, &turn, why, why_bytes);

	if (rc == LC_OK)
		rc = jobs_end_turn(jobs, &turn, claim, true,
				   jobs_end_give_back(&turn, claim));
	return rc;
}
