#include "services/jobs.h"

#include <stdio.h>

#include "services/jobs_kinds.h"
#include "services/jobs_turn.h"

/*
 * What is due next, by each way of waiting.  A kind of which no more may run
 * has nothing due: the end of one of its jobs rings.
 */
#define JOBS_DUE_OF_KINDS " AND kind IN (SELECT kinds.key " JOBS_KINDS_FREE ")"

static const char jobs_due_ready[] =
	"SELECT 0 " JOBS_KINDS_FREE
	" AND EXISTS (SELECT * FROM jobs INDEXED BY jobs_ready"
	"  WHERE ready_ms IS NOT NULL AND kind = kinds.key) LIMIT 1";
static const char jobs_due_calendar[] =
	"SELECT run_at_ms - ?2 FROM jobs INDEXED BY jobs_run_at"
	" WHERE run_at_ms IS NOT NULL" JOBS_DUE_OF_KINDS
	" ORDER BY run_at_ms LIMIT 1";
static const char jobs_due_machine[] =
	"SELECT due_ms - ?2 FROM jobs INDEXED BY jobs_due"
	" WHERE due_boot = ?3 AND due_ms IS NOT NULL"
	" AND run_at_ms IS NULL" JOBS_DUE_OF_KINDS " ORDER BY due_ms LIMIT 1";
static const char jobs_due_before[] =
	"SELECT 0 FROM jobs INDEXED BY jobs_due"
	" WHERE due_boot < ?2 AND due_ms IS NOT NULL"
	" AND run_at_ms IS NULL" JOBS_DUE_OF_KINDS " LIMIT 1";
static const char jobs_due_after[] =
	"SELECT 0 FROM jobs INDEXED BY jobs_due"
	" WHERE due_boot > ?2 AND due_ms IS NOT NULL"
	" AND run_at_ms IS NULL" JOBS_DUE_OF_KINDS " LIMIT 1";

static enum lc_rc
jobs_due_by(struct jobs_turn *turn, const char *sql, const struct buf *kinds,
	    const int64_t *second, const int64_t *third, int64_t *ms)
{
	struct store_query *query;
	int64_t found;
	bool row;
	enum lc_rc rc = jobs_turn_query(turn, sql, &query);

	if (rc != LC_OK)
		return rc;
	store_bind_text(query, 1, kinds->bytes, kinds->length);
	if (second != NULL)
		store_bind_int64(query, 2, *second);
	if (third != NULL)
		store_bind_int64(query, 3, *third);
	rc = jobs_turn_step(turn, query, &row);
	if (rc != LC_OK)
		return rc;
	if (row) {
		found = store_int64(query, 0) < 0 ? 0 : store_int64(query, 0);
		*ms = found < *ms ? found : *ms;
	}
	store_reset(query);
	return LC_OK;
}

static enum lc_rc
jobs_due_turn(struct jobs_turn *turn, const struct buf *kinds, int64_t *ms)
{
	const struct jobs_time *now = &turn->now;
	enum lc_rc rc;

	rc = jobs_due_by(turn, jobs_due_ready, kinds, NULL, NULL, ms);
	if (rc == LC_OK && *ms > 0)
		rc = jobs_due_by(turn, jobs_due_calendar, kinds,
				 &now->calendar_ms, NULL, ms);
	if (rc == LC_OK && *ms > 0)
		rc = jobs_due_by(turn, jobs_due_machine, kinds,
				 &now->machine_ms, &now->boot, ms);
	if (rc == LC_OK && *ms > 0)
		rc = jobs_due_by(turn, jobs_due_before, kinds, &now->boot, NULL,
				 ms);
	if (rc == LC_OK && *ms > 0)
		rc = jobs_due_by(turn, jobs_due_after, kinds, &now->boot, NULL,
				 ms);
	return rc;
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
