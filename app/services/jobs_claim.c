#include "services/jobs.h"

#include <string.h>

#include "services/jobs_kinds.h"
#include "services/jobs_steps.h"
#include "services/jobs_turn.h"

/* ---- those whose time has come */

static enum lc_rc
jobs_claim_by_calendar(struct jobs_turn *turn)
{
	struct store_query *query;
	enum lc_rc rc = jobs_turn_query(
		turn,
		"UPDATE jobs SET run_at_ms = NULL,"
		" ready_ms = CASE WHEN due_ms IS NULL THEN run_at_ms END"
		" WHERE run_at_ms <= ?1",
		&query);

	if (rc != LC_OK)
		return rc;
	store_bind_int64(query, 1, turn->now.calendar_ms);
	return jobs_turn_run(turn, query);
}

/* The delays of another boot are over. */
static enum lc_rc
jobs_claim_by_machine(struct jobs_turn *turn)
{
	struct store_query *query;
	enum lc_rc rc = jobs_turn_query(
		turn,
		"UPDATE jobs SET due_ms = NULL, due_boot = NULL,"
		" ready_ms = CASE WHEN run_at_ms IS NULL THEN ?3 END"
		" WHERE due_ms IS NOT NULL"
		" AND (due_boot < ?1 OR due_boot > ?1"
		"  OR (due_boot = ?1 AND due_ms <= ?2))",
		&query);

	if (rc != LC_OK)
		return rc;
	store_bind_int64(query, 1, turn->now.boot);
	store_bind_int64(query, 2, turn->now.machine_ms);
	store_bind_int64(query, 3, turn->now.calendar_ms);
	return jobs_turn_run(turn, query);
}

/* ---- claiming */

/* What each kind that may begin one more has first. */
#define JOBS_CLAIM_HEADS                                     \
	"SELECT (SELECT seq FROM jobs INDEXED BY jobs_ready" \
	"  WHERE ready_ms IS NOT NULL AND kind = kinds.key"  \
	"  ORDER BY priority DESC, seq LIMIT 1) AS head"     \
	" FROM json_each(?1) AS kinds"                       \
	" WHERE kinds.value = 0 OR kinds.value >"            \
	"  (SELECT count(*) FROM jobs INDEXED BY jobs_state" \
	"   WHERE state = 'running' AND kind = kinds.key)"

struct jobs_claim_wish {
	const struct jobs_policy *policies;
	size_t count;
	struct buf kinds;
	int64_t lease_ms;
	struct arena *arena;
};

static enum lc_rc
jobs_claim_read(struct jobs_turn *turn, struct store_query *query,
		const struct jobs_claim_wish *wish, struct jobs_claim *claim)
{
	size_t length;
	const char *text = store_text(query, 2, &length);

	*claim = (struct jobs_claim){.seq = store_int64(query, 0),
				     .lease = store_int64(query, 3),
				     .attempt = store_int64(query, 4),
				     .attempts_most = store_int64(query, 5)};
	claim->policy =
		jobs_kinds_find(wish->policies, wish->count, text, length);
	text = store_text(query, 1, &length);
	if (claim->policy == NULL || length != JOBS_ID_BYTES - 1)
		return jobs_turn_refuse(turn, LC_UNAVAILABLE,
					"state.sqlite has a job that cannot "
					"be");
	memcpy(claim->id, text, length);
	text = store_text(query, 6, &length);
	claim->payload =
		arena_dup(wish->arena, text == NULL ? "" : text, length);
	return claim->payload != NULL ?
		       LC_OK :
		       jobs_turn_refuse(turn, LC_NO_MEMORY, "out of memory");
}

static enum lc_rc
jobs_claim_take(struct jobs_turn *turn, const struct jobs_claim_wish *wish,
		struct jobs_claim *claim)
{
	struct store_query *query;
	bool row;
	enum lc_rc rc = jobs_turn_query(
		turn,
		"UPDATE jobs SET state = 'running', ready_ms = NULL,"
		"  attempts = attempts + 1, lease = lease + 1, lease_ms = ?2,"
		"  lease_boot = ?3, started_ms = ?4, cancel = 0, progress = 0.0"
		" WHERE seq = (SELECT jobs.seq FROM (" JOBS_CLAIM_HEADS ")"
		"  CROSS JOIN jobs ON jobs.seq = head"
		"  ORDER BY jobs.priority DESC, jobs.seq LIMIT 1)"
		" RETURNING seq, id, kind, lease, attempts, attempts_most,"
		"  payload",
		&query);

	if (rc != LC_OK)
		return rc;
	store_bind_text(query, 1, wish->kinds.bytes, wish->kinds.length);
	store_bind_int64(query, 2, turn->now.machine_ms + wish->lease_ms);
	store_bind_int64(query, 3, turn->now.boot);
	store_bind_int64(query, 4, turn->now.calendar_ms);
	rc = jobs_turn_step(turn, query, &row);
	if (rc == LC_OK)
		rc = row ? jobs_claim_read(turn, query, wish, claim) :
			   LC_NOT_FOUND;
	store_reset(query);
	return rc;
}

/*
 * LC_NOT_FOUND is not to undo that the time of some has come: *none is.
 */
static enum lc_rc
jobs_claim_turn(struct jobs_turn *turn, const struct jobs_claim_wish *wish,
		struct jobs_claim *claim, bool *none)
{
	enum lc_rc rc = jobs_claim_by_calendar(turn);

	if (rc == LC_OK)
		rc = jobs_claim_by_machine(turn);
	if (rc == LC_OK)
		rc = jobs_claim_take(turn, wish, claim);
	*none = rc == LC_NOT_FOUND;
	if (rc == LC_OK)
		jobs_step(JOBS_STEP_CLAIM);
	return *none ? LC_OK : rc;
}

enum lc_rc
jobs_claim(struct jobs *jobs, const struct jobs_policy *policies, size_t count,
	   int64_t lease_ms, struct arena *arena, struct jobs_claim *claim,
	   char *why, size_t why_bytes)
{
	struct jobs_claim_wish wish = {.policies = policies,
				       .count = count,
				       .lease_ms = lease_ms,
				       .arena = arena};
	struct jobs_turn turn;
	bool none = false;
	enum lc_rc rc;

	buf_init(&wish.kinds);
	jobs_kinds_write(policies, count, &wish.kinds);
	rc = wish.kinds.failed ? LC_NO_MEMORY : LC_OK;
	if (rc == LC_OK)
		rc = jobs_turn_begin(jobs, true, &turn, why, why_bytes);
	else
		snprintf(why, why_bytes, "out of memory");
	if (rc == LC_OK)
		rc = jobs_turn_end(jobs, &turn,
				   jobs_claim_turn(&turn, &wish, claim, &none));
	buf_release(&wish.kinds);
	if (rc == LC_OK && !none)
		jobs_step(JOBS_STEP_CLAIMED);
	return rc == LC_OK && none ? LC_NOT_FOUND : rc;
}

/* ---- keeping it */

static enum lc_rc
jobs_claim_renew(struct jobs_turn *turn, int64_t seq, int64_t lease,
		 int64_t lease_ms, double progress, bool *cancel)
{
	struct store_query *query;
	bool row;
	enum lc_rc rc = jobs_turn_query(
		turn,
		"UPDATE jobs SET lease_ms = ?3, lease_boot = ?4, progress = ?5"
		" WHERE seq = ?1 AND lease = ?2 AND state = 'running'"
		" RETURNING cancel",
		&query);

	if (rc != LC_OK)
		return rc;
	store_bind_int64(query, 1, seq);
	store_bind_int64(query, 2, lease);
	store_bind_int64(query, 3, turn->now.machine_ms + lease_ms);
	store_bind_int64(query, 4, turn->now.boot);
	store_bind_real(query, 5, progress);
	rc = jobs_turn_step(turn, query, &row);
	if (rc != LC_OK)
		return rc;
	*cancel = row && store_int64(query, 0) != 0;
	store_reset(query);
	if (!row)
		return jobs_turn_refuse(turn, LC_CONFLICT,
					JOBS_TURN_LEASE_IS_GONE);
	jobs_step(JOBS_STEP_BEAT);
	return LC_OK;
}

enum lc_rc
jobs_beat(struct jobs *jobs, int64_t seq, int64_t lease, int64_t lease_ms,
	  double progress, bool *cancel, char *why, size_t why_bytes)
{
	struct jobs_turn turn;
	enum lc_rc rc = jobs_turn_begin(jobs, true, &turn, why, why_bytes);

	*cancel = false;
	if (rc == LC_OK)
		rc = jobs_turn_end(jobs, &turn,
				   jobs_claim_renew(&turn, seq, lease, lease_ms,
						    progress, cancel));
	return rc;
}
