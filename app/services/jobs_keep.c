#include "services/jobs_keep.h"

#include <string.h>

#include "services/jobs_add.h"
#include "services/jobs_kinds.h"
#include "services/jobs_turn.h"
#include "services/results.h"

enum {
	JOBS_KEEP_BATCH = 500,
	JOBS_KEEP_BATCHES = 20,
	JOBS_KEEP_UNKNOWN_S = 7 * 86400 /* kinds that nobody here knows */
};

struct jobs_keep {
	const struct jobs_policy *policies;
	size_t policy_count;
	int64_t results_most_bytes;
	/* Those whose results go when the turn has ended well. */
	size_t count;
	char ids[JOBS_KEEP_BATCH][JOBS_ID_BYTES];
	int64_t seqs[JOBS_KEEP_BATCH];
};

static void
jobs_keep_note(struct jobs_keep *keep, struct store_query *query)
{
	size_t length;
	const char *id = store_text(query, 0, &length);
	char *out = keep->ids[keep->count];

	if (id == NULL || length >= JOBS_ID_BYTES)
		length = 0;
	else
		memcpy(out, id, length);
	out[length] = '\0';
	keep->seqs[keep->count++] = store_int64(query, 1);
}

/* ---- by age */

/* The next kind, in their order, of which something has ended. */
static enum lc_rc
jobs_keep_next_kind(struct jobs_turn *turn, struct buf *kind, bool *row)
{
	struct store_query *query;
	const char *text;
	size_t length;
	enum lc_rc rc =
		jobs_turn_query(turn,
				"SELECT kind FROM jobs INDEXED BY jobs_ended"
				" WHERE kind > ?1 AND ended_ms IS NOT NULL"
				" ORDER BY kind LIMIT 1",
				&query);

	if (rc != LC_OK)
		return rc;
	store_bind_text(query, 1, kind->length == 0 ? "" : kind->bytes,
			kind->length);
	rc = jobs_turn_step(turn, query, row);
	if (rc == LC_OK && *row) {
		text = store_text(query, 0, &length);
		buf_reset(kind);
		buf_add(kind, text, length);
		if (kind->failed)
			rc = jobs_turn_refuse(turn, LC_NO_MEMORY,
					      "out of memory");
	}
	store_reset(query);
	return rc;
}

static enum lc_rc
jobs_keep_kind(struct jobs_turn *turn, struct jobs_keep *keep,
	       const struct buf *kind)
{
	const struct jobs_policy *policy = jobs_kinds_find(
		keep->policies, keep->policy_count, kind->bytes, kind->length);
	const int64_t keep_s =
		policy == NULL ? JOBS_KEEP_UNKNOWN_S : policy->keep_s;
	struct store_query *query;
	bool row;
	enum lc_rc rc = jobs_turn_query(
		turn,
		"DELETE FROM jobs WHERE seq IN (SELECT seq FROM jobs"
		" INDEXED BY jobs_ended WHERE kind = ?1 AND ended_ms <= ?2"
		" ORDER BY ended_ms LIMIT ?3) RETURNING id, seq",
		&query);

	if (rc != LC_OK)
		return rc;
	store_bind_text(query, 1, kind->bytes, kind->length);
	store_bind_int64(query, 2, turn->now.calendar_ms - keep_s * 1000);
	store_bind_int64(query, 3, JOBS_KEEP_BATCH - (int64_t)keep->count);
	while ((rc = jobs_turn_step(turn, query, &row)) == LC_OK && row)
		jobs_keep_note(keep, query);
	store_reset(query);
	return rc;
}

static enum lc_rc
jobs_keep_by_age(struct jobs_turn *turn, struct jobs_keep *keep)
{
	struct buf kind;
	bool row = true;
	enum lc_rc rc = LC_OK;

	buf_init(&kind);
	while (rc == LC_OK && keep->count < JOBS_KEEP_BATCH) {
		rc = jobs_keep_next_kind(turn, &kind, &row);
		if (rc != LC_OK || !row)
			break;
		rc = jobs_keep_kind(turn, keep, &kind);
	}
	buf_release(&kind);
	return rc;
}

/* ---- by the bytes of results */

static enum lc_rc
jobs_keep_excess(struct jobs_turn *turn, const struct jobs_keep *keep,
		 int64_t *excess)
{
	struct store_query *query;
	bool row;
	enum lc_rc rc = jobs_turn_query(
		turn, "SELECT sum(bytes) FROM job_counts", &query);

	if (rc != LC_OK)
		return rc;
	rc = jobs_turn_step(turn, query, &row);
	if (rc == LC_OK)
		*excess = store_int64(query, 0) - keep->results_most_bytes;
	store_reset(query);
	return rc;
}

static enum lc_rc
jobs_keep_oldest(struct jobs_turn *turn, struct jobs_keep *keep, int64_t excess)
{
	struct store_query *query;
	bool row;
	enum lc_rc rc =
		jobs_turn_query(turn,
				"SELECT id, seq, result_bytes FROM jobs"
				" INDEXED BY jobs_result WHERE result_bytes > 0"
				" ORDER BY ended_ms",
				&query);

	while (rc == LC_OK && excess > 0 && keep->count < JOBS_KEEP_BATCH) {
		rc = jobs_turn_step(turn, query, &row);
		if (rc != LC_OK || !row)
			break;
		excess -= store_int64(query, 2);
		jobs_keep_note(keep, query);
	}
	if (rc == LC_OK)
		store_reset(query);
	return rc;
}

static enum lc_rc
jobs_keep_by_bytes(struct jobs_turn *turn, struct jobs_keep *keep)
{
	const size_t first = keep->count;
	struct store_query *query;
	int64_t excess;
	enum lc_rc rc = jobs_keep_excess(turn, keep, &excess);

	if (rc == LC_OK && excess > 0)
		rc = jobs_keep_oldest(turn, keep, excess);
	if (rc == LC_OK)
		rc = jobs_turn_query(
			turn,
			"UPDATE jobs SET result_status = 0, result_bytes = 0,"
			" result_media = NULL WHERE seq = ?1",
			&query);
	for (size_t i = first; i < keep->count && rc == LC_OK; i++) {
		store_bind_int64(query, 1, keep->seqs[i]);
		rc = jobs_turn_run(turn, query);
	}
	return rc;
}

/* ---- all of it */

static enum lc_rc
jobs_keep_keys(struct jobs_turn *turn)
{
	struct store_query *query;
	enum lc_rc rc = jobs_turn_query(
		turn, "DELETE FROM job_keys WHERE created_ms <= ?1", &query);

	if (rc != LC_OK)
		return rc;
	store_bind_int64(query, 1, turn->now.calendar_ms - JOBS_ADD_KEY_MS);
	return jobs_turn_run(turn, query);
}

static enum lc_rc
jobs_keep_batch(struct jobs *jobs, struct jobs_keep *keep, char *why,
		size_t why_bytes)
{
	struct jobs_turn turn;
	enum lc_rc rc = jobs_turn_begin(jobs, true, &turn, why, why_bytes);

	if (rc != LC_OK)
		return rc;
	keep->count = 0;
	rc = jobs_keep_keys(&turn);
	if (rc == LC_OK)
		rc = jobs_keep_by_age(&turn, keep);
	if (rc == LC_OK)
		rc = jobs_keep_by_bytes(&turn, keep);
	rc = jobs_turn_end(jobs, &turn, rc);
	/* jobs_tidy() finds one that stays when we die here. */
	for (size_t i = 0; i < keep->count && rc == LC_OK; i++)
		results_remove(jobs->state_dir, keep->ids[i]);
	return rc;
}

enum lc_rc
jobs_keep(struct jobs *jobs, const struct jobs_policy *policies, size_t count,
	  int64_t results_most_bytes, char *why, size_t why_bytes)
{
	struct jobs_keep keep = {.policies = policies,
				 .policy_count = count,
				 .results_most_bytes = results_most_bytes};
	enum lc_rc rc;
	int batches = 0;

	/* Others write between the batches, and at the next sweep it goes on. */
	do
		rc = jobs_keep_batch(jobs, &keep, why, why_bytes);
	while (rc == LC_OK && keep.count == JOBS_KEEP_BATCH &&
	       ++batches < JOBS_KEEP_BATCHES);
	return rc;
}

/* ---- what was left behind */

/* No id comes again: what has no job now will have none. */
static bool
jobs_tidy_knows(void *arg, const char *id)
{
	struct jobs *jobs = arg;
	struct store_query *query;
	struct jobs_turn turn;
	char why[JOBS_WHY_MAX];
	bool row = true;
	enum lc_rc rc = jobs_turn_look(jobs, &turn, why, sizeof(why));

	if (rc != LC_OK)
		return true;
	rc = jobs_turn_query(&turn, "SELECT 1 FROM jobs WHERE id = ?1", &query);
	if (rc == LC_OK) {
		jobs_turn_bind(query, 1, id);
		rc = jobs_turn_step(&turn, query, &row);
		store_reset(query);
	}
	return jobs_turn_looked(jobs, rc) != LC_OK || row;
}

void
jobs_tidy(struct jobs *jobs)
{
	results_tidy(jobs->state_dir, jobs_tidy_knows, jobs);
}
