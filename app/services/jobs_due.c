#include "services/jobs.h"

#include <stdio.h>

#include "services/jobs_kinds.h"
#include "services/jobs_turn.h"

/*
 * A kind that runs as often as it may has nothing due: the end of one of its
 * jobs rings.
 */
static enum lc_rc
jobs_due_turn(struct jobs_turn *turn, const struct buf *kinds, int64_t *ms)
{
	struct store_query *query;
	bool row;
	enum lc_rc rc = jobs_turn_query(
		turn,
		"WITH kinds AS (SELECT key, EXISTS (SELECT * FROM jobs"
		"  INDEXED BY jobs_ready"
		"  WHERE ready_ms IS NOT NULL AND kind = key) AS ready"
		" FROM json_each(?1) WHERE value = 0 OR value >"
		"  (SELECT count(*) FROM jobs INDEXED BY jobs_state"
		"   WHERE state = 'running' AND kind = key))"
		"SELECT min(wait) FROM ("
		" SELECT 0 AS wait FROM kinds WHERE ready"
		" UNION ALL SELECT * FROM (SELECT run_at_ms - ?2 FROM jobs"
		"  WHERE run_at_ms IS NOT NULL"
		"  AND kind IN (SELECT key FROM kinds)"
		"  ORDER BY run_at_ms LIMIT 1)"
		" UNION ALL SELECT * FROM (SELECT due_ms - ?3 FROM jobs"
		"  WHERE due_boot = ?4 AND due_ms IS NOT NULL"
		"  AND run_at_ms IS NULL"
		"  AND kind IN (SELECT key FROM kinds)"
		"  ORDER BY due_ms LIMIT 1)"
		" UNION ALL SELECT * FROM (SELECT 0 FROM jobs"
		"  WHERE (due_boot < ?4 OR due_boot > ?4)"
		"  AND due_ms IS NOT NULL AND run_at_ms IS NULL"
		"  AND kind IN (SELECT key FROM kinds) LIMIT 1))",
		&query);

	if (rc != LC_OK)
		return rc;
	store_bind_text(query, 1, kinds->bytes, kinds->length);
	store_bind_int64(query, 2, turn->now.calendar_ms);
	store_bind_int64(query, 3, turn->now.machine_ms);
	store_bind_int64(query, 4, turn->now.boot);
	rc = jobs_turn_step(turn, query, &row);
	if (rc != LC_OK)
		return rc;
	if (!store_is_null(query, 0))
		*ms = store_int64(query, 0) < 0 ? 0 : store_int64(query, 0);
	store_reset(query);
	return LC_OK;
}

enum lc_rc
jobs_due_in(struct jobs *jobs, const struct jobs_policy *policies, size_t count,
	    int64_t *ms, char *why, size_t why_bytes)
{
	struct jobs_turn turn;
	struct buf kinds;
	enum lc_rc rc = LC_NO_MEMORY;

	*ms = INT64_MAX;
	buf_init(&kinds);
	jobs_kinds_write(policies, count, &kinds);
	if (kinds.failed)
		snprintf(why, why_bytes, "out of memory");
	else
		rc = jobs_turn_look(jobs, &turn, why, why_bytes);
	if (rc == LC_OK)
		rc = jobs_turn_looked(jobs, jobs_due_turn(&turn, &kinds, ms));
	buf_release(&kinds);
	return rc == LC_NOT_FOUND ? LC_OK : rc;
}
