#include "services/jobs.h"

#include <string.h>

#include "services/jobs_kinds.h"
#include "services/jobs_steps.h"
#include "services/jobs_turn.h"

/*
 * Statements here read and then write by number: what an UPDATE returns, and
 * what it has yet to change, SQLite keeps in tables of their own, whose making
 * costs more than all the rest.
 */

enum { JOBS_CLAIM_FREED = 1000 }; /* at most, before others get their turn */

/* ---- those whose time has come */

static enum lc_rc
jobs_claim_next(struct jobs_turn *turn, struct store_query *query, bool *row,
		int64_t *seq)
{
	enum lc_rc rc = jobs_turn_step(turn, query, row);

	if (rc != LC_OK)
		return rc;
	*seq = *row ? store_int64(query, 0) : 0;
	store_reset(query);
	return LC_OK;
}

/* What a statement's first parameters are. */
struct jobs_claim_step {
	const char *sql;
	int count;
};

/* One after the other `find` finds, `free` (?1: which one) lets go. */
static enum lc_rc
jobs_claim_free(struct jobs_turn *turn, const struct jobs_claim_step *find,
		const int64_t *numbers, const struct jobs_claim_step *free)
{
	int64_t values[] = {0, turn->now.calendar_ms, turn->now.machine_ms,
			    turn->now.boot};
	struct store_query *query;
	enum lc_rc rc = LC_OK;
	bool row = true;

	for (int i = 0; i < JOBS_CLAIM_FREED && rc == LC_OK; i++) {
		rc = jobs_turn_ask(turn, find->sql, numbers, find->count,
				   &query);
		if (rc == LC_OK)
			rc = jobs_claim_next(turn, query, &row, &values[0]);
		if (rc != LC_OK || !row)
			break;
		rc = jobs_turn_ask(turn, free->sql, values, free->count,
				   &query);
		if (rc == LC_OK)
			rc = jobs_turn_run(turn, query);
	}
	return rc;
}

#define JOBS_CLAIM_DUE(condition) \
	"SELECT seq FROM jobs INDEXED BY jobs_due WHERE " condition " LIMIT 1"

/* The delays of another boot are over, nobody knows since when. */
static enum lc_rc
jobs_claim_free_all(struct jobs_turn *turn)
{
	static const struct jobs_claim_step calendar = {
		"UPDATE jobs SET run_at_ms = NULL, ready_ms ="
		" CASE WHEN due_ms IS NULL THEN min(run_at_ms, ?2) END"
		" WHERE seq = ?1",
		2};
	static const struct jobs_claim_step machine = {
		"UPDATE jobs SET due_ms = NULL, due_boot = NULL, ready_ms ="
		" CASE WHEN run_at_ms IS NULL THEN"
		"  ?2 - iif(due_boot = ?4, ?3 - due_ms, 0) END WHERE seq = ?1",
		4};
	static const struct jobs_claim_step run_at = {
		"SELECT seq FROM jobs INDEXED BY jobs_run_at"
		" WHERE run_at_ms <= ?1 LIMIT 1",
		1};
	static const struct jobs_claim_step due[] = {
		{JOBS_CLAIM_DUE("due_boot = ?1 AND due_ms <= ?2"), 2},
		{JOBS_CLAIM_DUE("due_boot < ?1 AND due_ms NOTNULL"), 1},
		{JOBS_CLAIM_DUE("due_boot > ?1 AND due_ms NOTNULL"), 1},
	};
	const int64_t machine_now[] = {turn->now.boot, turn->now.machine_ms};
	enum lc_rc rc = jobs_claim_free(turn, &run_at, &turn->now.calendar_ms,
					&calendar);

	for (size_t i = 0; i < sizeof(due) / sizeof(*due) && rc == LC_OK; i++)
		rc = jobs_claim_free(turn, &due[i], machine_now, &machine);
	return rc;
}

/* ---- claiming */

/* What each kind that may begin one more has first. */
#define JOBS_CLAIM_HEADS                                     \
	"SELECT (SELECT seq FROM jobs INDEXED BY jobs_ready" \
	"  WHERE ready_ms IS NOT NULL AND kind = kinds.key"  \
	"  ORDER BY priority DESC, seq LIMIT 1) AS head " JOBS_KINDS_FREE

struct jobs_claim_wish {
	const struct jobs_policy *policies;
	size_t count;
	struct buf kinds;
	int64_t lease_ms;
	struct arena *arena;
};

/* Both texts, in the arena. */
static enum lc_rc
jobs_claim_texts(struct jobs_turn *turn, struct store_query *query,
		 const struct jobs_claim_wish *wish, struct jobs_claim *claim)
{
	size_t length;
	const char *text = store_text(query, 6, &length);

	claim->payload =
		arena_dup(wish->arena, text == NULL ? "" : text, length);
	if (!store_is_null(query, 7)) {
		text = store_text(query, 7, &length);
		claim->trace = arena_dup(wish->arena, text == NULL ? "" : text,
					 length);
	}
	if (claim->payload == NULL ||
	    (claim->trace == NULL && !store_is_null(query, 7)))
		return jobs_turn_refuse(turn, LC_NO_MEMORY, "out of memory");
	return LC_OK;
}

/* A calendar that was set back makes no wait of less than nothing. */
static int64_t
jobs_claim_wait_ms(const struct jobs_turn *turn, struct store_query *query)
{
	int64_t wait_ms = turn->now.calendar_ms - store_int64(query, 8);

	return wait_ms > 0 ? wait_ms : 0;
}

static enum lc_rc
jobs_claim_read(struct jobs_turn *turn, struct store_query *query,
		const struct jobs_claim_wish *wish, struct jobs_claim *claim)
{
	size_t length;
	const char *text = store_text(query, 2, &length);

	*claim = (struct jobs_claim){
		.seq = store_int64(query, 0),
		.lease = store_int64(query, 3) + 1,
		.attempt = store_int64(query, 4) + 1,
		.attempts_most = store_int64(query, 5),
		.started_ms = turn->now.calendar_ms,
		.wait_ms = jobs_claim_wait_ms(turn, query),
	};
	claim->policy =
		jobs_kinds_find(wish->policies, wish->count, text, length);
	text = store_text(query, 1, &length);
	if (claim->policy == NULL || length != JOBS_ID_BYTES - 1)
		return jobs_turn_refuse(turn, LC_UNAVAILABLE,
					"state.sqlite has a job that cannot "
					"be");
	memcpy(claim->id, text, length);
	return jobs_claim_texts(turn, query, wish, claim);
}

static enum lc_rc
jobs_claim_find(struct jobs_turn *turn, const struct jobs_claim_wish *wish,
		struct jobs_claim *claim)
{
	struct store_query *query;
	bool row;
	enum lc_rc rc = jobs_turn_query(
		turn,
		"SELECT seq, id, kind, lease, attempts, attempts_most, payload,"
		" trace, ready_ms"
		" FROM (" JOBS_CLAIM_HEADS ") CROSS JOIN jobs ON seq = head"
		" ORDER BY priority DESC, seq LIMIT 1",
		&query);

	if (rc != LC_OK)
		return rc;
	store_bind_text(query, 1, wish->kinds.bytes, wish->kinds.length);
	rc = jobs_turn_step(turn, query, &row);
	if (rc == LC_OK)
		rc = row ? jobs_claim_read(turn, query, wish, claim) :
			   LC_NOT_FOUND;
	store_reset(query);
	return rc;
}

static enum lc_rc
jobs_claim_take(struct jobs_turn *turn, const struct jobs_claim_wish *wish,
		struct jobs_claim *claim)
{
	struct store_query *query;
	enum lc_rc rc = jobs_claim_find(turn, wish, claim);

	if (rc == LC_OK)
		rc = jobs_turn_ask(
			turn,
			"UPDATE jobs SET state = 'running', ready_ms = NULL,"
			" lease = ?2, attempts = ?3, lease_ms = ?4,"
			" lease_boot = ?5, started_ms = ?6, progress = 0.0"
			" WHERE seq = ?1",
			(const int64_t[]){
				claim->seq, claim->lease, claim->attempt,
				turn->now.machine_ms + wish->lease_ms,
				turn->now.boot, turn->now.calendar_ms},
			6, &query);
	return rc == LC_OK ? jobs_turn_run(turn, query) : rc;
}

/*
 * LC_NOT_FOUND is not to undo that the time of some has come: *none is.
 */
static enum lc_rc
jobs_claim_turn(struct jobs_turn *turn, const struct jobs_claim_wish *wish,
		struct jobs_claim *claim, bool *none)
{
	enum lc_rc rc = jobs_claim_free_all(turn);

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
