#include "services/jobs.h"

#include <stdio.h>
#include <string.h>

#include "services/jobs_turn.h"

struct jobs_tell_order {
	const char *sql; /* ?1 is the id; it returns the state */
	bool timed;      /* ?2 is now */
	const char *refusal;
};

static enum lc_rc
jobs_tell_state(struct jobs_turn *turn, struct store_query *query, bool *row,
		enum jobs_state *state)
{
	char name[16];
	size_t length;
	const char *text;
	bool known = true;
	enum lc_rc rc = jobs_turn_step(turn, query, row);

	if (rc != LC_OK)
		return rc;
	if (*row) {
		text = store_text(query, 0, &length);
		snprintf(name, sizeof(name), "%.*s", (int)length, text);
		known = jobs_state_find(name, state);
	}
	store_reset(query);
	return known ? LC_OK :
		       jobs_turn_refuse(turn, LC_UNAVAILABLE,
					"state.sqlite has a job that cannot "
					"be");
}

/* What has happened to none was to none, or to one that it is not for. */
static enum lc_rc
jobs_tell_refuse(struct jobs_turn *turn, const char *id, const char *refusal,
		 enum jobs_state *state)
{
	struct store_query *query;
	bool row;
	enum lc_rc rc = jobs_turn_query(
		turn, "SELECT state FROM jobs WHERE id = ?1", &query);

	if (rc != LC_OK)
		return rc;
	jobs_turn_bind(query, 1, id);
	rc = jobs_tell_state(turn, query, &row, state);
	if (rc != LC_OK)
		return rc;
	return row ? jobs_turn_refuse(turn, LC_CONFLICT, refusal) :
		     jobs_turn_refuse(turn, LC_NOT_FOUND,
				      "there is no such job");
}

static enum lc_rc
jobs_tell_run(struct jobs_turn *turn, const struct jobs_tell_order *order,
	      const char *id, enum jobs_state *state)
{
	struct store_query *query;
	bool row;
	enum lc_rc rc = jobs_turn_query(turn, order->sql, &query);

	if (rc != LC_OK)
		return rc;
	jobs_turn_bind(query, 1, id);
	if (order->timed)
		store_bind_int64(query, 2, turn->now.calendar_ms);
	rc = jobs_tell_state(turn, query, &row, state);
	turn->ended = rc == LC_OK && row && *state == JOBS_CANCELLED;
	if (rc != LC_OK || row)
		return rc;
	return jobs_tell_refuse(turn, id, order->refusal, state);
}

/* Where there is no file there is no job, and none is made to say so. */
static enum lc_rc
jobs_tell_begin(struct jobs *jobs, struct jobs_turn *turn, char *why,
		size_t why_bytes)
{
	struct state_mark mark;
	enum lc_rc rc = state_find(jobs->state_dir, &mark, why, why_bytes);

	if (rc == LC_OK)
		return jobs_turn_begin(jobs, false, turn, why, why_bytes);
	if (rc == LC_NOT_FOUND)
		snprintf(why, why_bytes, "there is no such job");
	return rc;
}

static enum lc_rc
jobs_tell(struct jobs *jobs, const struct jobs_tell_order *order,
	  const char *id, enum jobs_state *state, char *why, size_t why_bytes)
{
	struct jobs_turn turn;
	enum lc_rc rc = jobs_tell_begin(jobs, &turn, why, why_bytes);

	if (rc == LC_OK)
		rc = jobs_turn_end(jobs, &turn,
				   jobs_tell_run(&turn, order, id, state));
	return rc;
}

enum lc_rc
jobs_cancel(struct jobs *jobs, const char *id, enum jobs_state *state,
	    char *why, size_t why_bytes)
{
	static const struct jobs_tell_order order = {
		"UPDATE jobs SET cancel = state = 'running',"
		" ready_ms = NULL, run_at_ms = NULL, due_ms = NULL,"
		" due_boot = NULL,"
		" ended_ms = CASE state WHEN 'queued' THEN ?2 END,"
		" state = CASE state WHEN 'queued' THEN 'cancelled'"
		"  ELSE state END"
		" WHERE id = ?1 AND ended_ms IS NULL RETURNING state",
		true, "the job has ended"};
	enum lc_rc rc = jobs_tell(jobs, &order, id, state, why, why_bytes);

	/* Its worker need not wait until it says something next. */
	if (rc == LC_OK && *state == JOBS_RUNNING)
		jobs_ring(jobs);
	return rc;
}

enum lc_rc
jobs_hasten(struct jobs *jobs, const char *id, char *why, size_t why_bytes)
{
	static const struct jobs_tell_order order = {
		"UPDATE jobs SET ready_ms = coalesce(ready_ms, ?2),"
		" run_at_ms = NULL, due_ms = NULL, due_boot = NULL"
		" WHERE id = ?1 AND state = 'queued' RETURNING state",
		true, "the job does not wait for its time"};
	enum jobs_state state;
	enum lc_rc rc = jobs_tell(jobs, &order, id, &state, why, why_bytes);

	if (rc == LC_OK)
		jobs_ring(jobs);
	return rc;
}

/* The earlier of two that are not to be there at once stays ended. */
static enum lc_rc
jobs_tell_retry(struct jobs_turn *turn, const char *id)
{
	static const struct jobs_tell_order order = {
		"UPDATE OR IGNORE jobs SET state = 'queued', attempts = 0,"
		" progress = 0.0, ended_ms = NULL, ready_ms = ?2"
		" WHERE id = ?1 AND state IN ('failed', 'cancelled')"
		" RETURNING state",
		true, "only what failed or was cancelled is queued anew"};
	enum jobs_state state;
	enum lc_rc rc = jobs_tell_run(turn, &order, id, &state);

	if (rc == LC_CONFLICT &&
	    (state == JOBS_FAILED || state == JOBS_CANCELLED))
		return jobs_turn_refuse(turn, rc,
					"another job has taken its place");
	return rc;
}

enum lc_rc
jobs_retry(struct jobs *jobs, const char *id, char *why, size_t why_bytes)
{
	struct jobs_turn turn;
	enum lc_rc rc = jobs_tell_begin(jobs, &turn, why, why_bytes);

	if (rc == LC_OK)
		rc = jobs_turn_end(jobs, &turn, jobs_tell_retry(&turn, id));
	if (rc == LC_OK)
		jobs_ring(jobs);
	return rc;
}

static enum lc_rc
jobs_tell_withdraw(struct jobs_turn *turn, const char *id)
{
	static const struct jobs_tell_order order = {
		"DELETE FROM jobs"
		" WHERE id = ?1 AND state = 'queued' AND lease = 0"
		" AND ready_ms IS NULL RETURNING state",
		false, "the job is due, or was begun, or has ended"};
	struct store_query *query;
	enum jobs_state state;
	enum lc_rc rc = jobs_tell_run(turn, &order, id, &state);

	if (rc == LC_OK)
		rc = jobs_turn_query(turn, "DELETE FROM job_keys WHERE id = ?1",
				     &query);
	if (rc != LC_OK)
		return rc;
	jobs_turn_bind(query, 1, id);
	return jobs_turn_run(turn, query);
}

enum lc_rc
jobs_withdraw(struct jobs *jobs, const char *id, char *why, size_t why_bytes)
{
	struct jobs_turn turn;
	enum lc_rc rc = jobs_tell_begin(jobs, &turn, why, why_bytes);

	if (rc == LC_OK)
		rc = jobs_turn_end(jobs, &turn, jobs_tell_withdraw(&turn, id));
	return rc;
}
