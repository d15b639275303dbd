#include "services/jobs_add.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "services/digest.h"
#include "services/jobs_steps.h"
#include "services/jobs_turn.h"

enum { JOBS_ADD_RANDOM = 16 };

static void
jobs_add_id(char id[JOBS_ID_BYTES])
{
	unsigned char random[JOBS_ADD_RANDOM];

	/* One that begins with '-' would be taken for an option. */
	do {
		digest_random(random, sizeof(random));
		sodium_bin2base64(id, JOBS_ID_BYTES, random, sizeof(random),
				  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	} while (id[0] == '-');
}

static int64_t
jobs_add_digest(const struct jobs_order *order)
{
	const uint64_t parts[] = {
		digest_quick(order->kind, strlen(order->kind)),
		digest_quick(order->payload, strlen(order->payload))};

	return (int64_t)digest_quick(parts, sizeof(parts));
}

/* Reads the first column of the present row, if it is an id. */
static bool
jobs_add_found(struct store_query *query, bool row, char id[JOBS_ID_BYTES])
{
	size_t length = 0;
	const char *text = row ? store_text(query, 0, &length) : NULL;

	if (text == NULL || length != JOBS_ID_BYTES - 1)
		return false;
	memcpy(id, text, length);
	id[length] = '\0';
	return true;
}

/* Whether the client has used the key within a day, and for the same. */
static enum lc_rc
jobs_add_find_key(struct jobs_turn *turn, const struct jobs_order *order,
		  char id[JOBS_ID_BYTES], bool *existed)
{
	struct store_query *query;
	bool row = false, same = true;
	enum lc_rc rc = jobs_turn_query(
		turn,
		"SELECT id, digest FROM job_keys"
		" WHERE client = ?1 AND key = ?2 AND created_ms > ?3",
		&query);

	if (rc != LC_OK)
		return rc;
	jobs_turn_bind(query, 1, order->client);
	jobs_turn_bind(query, 2, order->key);
	store_bind_int64(query, 3, turn->now.calendar_ms - JOBS_ADD_KEY_MS);
	rc = jobs_turn_step(turn, query, &row);
	if (rc == LC_OK) {
		*existed = jobs_add_found(query, row, id);
		same = store_int64(query, 1) == jobs_add_digest(order);
	}
	store_reset(query);
	if (*existed && !same)
		return jobs_turn_refuse(turn, LC_INVALID,
					"this Idempotency-Key was used for "
					"another request");
	return rc;
}

static enum lc_rc
jobs_add_find_unique(struct jobs_turn *turn, const struct jobs_order *order,
		     char id[JOBS_ID_BYTES], bool *existed)
{
	struct store_query *query;
	bool row = false;
	enum lc_rc rc = jobs_turn_query(
		turn,
		"SELECT id FROM jobs"
		" WHERE kind = ?1 AND unique_key = ?2 AND ended_ms IS NULL",
		&query);

	if (rc != LC_OK)
		return rc;
	jobs_turn_bind(query, 1, order->kind);
	jobs_turn_bind(query, 2, order->unique);
	rc = jobs_turn_step(turn, query, &row);
	*existed = rc == LC_OK && jobs_add_found(query, row, id);
	store_reset(query);
	return rc;
}

static enum lc_rc
jobs_add_row(struct jobs_turn *turn, const struct jobs_order *order,
	     const char id[JOBS_ID_BYTES])
{
	const bool runs_later = order->run_at_ms > turn->now.calendar_ms;
	struct store_query *query;
	enum lc_rc rc = jobs_turn_query(
		turn,
		"INSERT INTO jobs (id, kind, state, priority, attempts,"
		"  attempts_most, ready_ms, run_at_ms, due_ms, due_boot, lease,"
		"  cancel, progress, created_ms, result_status, result_bytes,"
		"  unique_key, payload, trace)"
		" VALUES (?1, ?2, 'queued', ?3, 0, ?4, ?5, ?6, ?7, ?8, 0, 0,"
		"  0.0, ?9, 0, 0, ?10, ?11, ?12)",
		&query);

	if (rc != LC_OK)
		return rc;
	jobs_turn_bind(query, 1, id);
	jobs_turn_bind(query, 2, order->kind);
	store_bind_int64(query, 3, order->priority);
	store_bind_int64(query, 4, order->attempts);
	for (int at = 5; at <= 8; at++)
		store_bind_null(query, at);
	if (runs_later)
		store_bind_int64(query, 6, order->run_at_ms);
	if (order->delay_ms > 0) {
		store_bind_int64(query, 7,
				 turn->now.machine_ms + order->delay_ms);
		store_bind_int64(query, 8, turn->now.boot);
	} else if (!runs_later) {
		store_bind_int64(query, 5, turn->now.calendar_ms);
	}
	store_bind_int64(query, 9, turn->now.calendar_ms);
	jobs_turn_bind(query, 10, order->unique);
	jobs_turn_bind(query, 11, order->payload);
	jobs_turn_bind(query, 12, order->trace);
	return jobs_turn_run(turn, query);
}

/* One that is older than a day goes. */
static enum lc_rc
jobs_add_key(struct jobs_turn *turn, const struct jobs_order *order,
	     const char id[JOBS_ID_BYTES])
{
	struct store_query *query;
	enum lc_rc rc = jobs_turn_query(turn,
					"INSERT OR REPLACE INTO job_keys"
					" (client, key, digest, id, created_ms)"
					" VALUES (?1, ?2, ?3, ?4, ?5)",
					&query);

	if (rc != LC_OK)
		return rc;
	jobs_turn_bind(query, 1, order->client);
	jobs_turn_bind(query, 2, order->key);
	store_bind_int64(query, 3, jobs_add_digest(order));
	jobs_turn_bind(query, 4, id);
	store_bind_int64(query, 5, turn->now.calendar_ms);
	return jobs_turn_run(turn, query);
}

enum lc_rc
jobs_add_within(struct jobs_turn *turn, const struct jobs_order *order,
		char id[JOBS_ID_BYTES], bool *existed)
{
	enum lc_rc rc = LC_OK;

	assert(order->attempts >= 1);
	assert(order->key == NULL || order->client != NULL);
	*existed = false;
	if (order->key != NULL)
		rc = jobs_add_find_key(turn, order, id, existed);
	if (rc != LC_OK || *existed)
		return rc;
	if (order->unique != NULL)
		rc = jobs_add_find_unique(turn, order, id, existed);
	if (rc == LC_OK && !*existed) {
		jobs_add_id(id);
		rc = jobs_add_row(turn, order, id);
	}
	if (rc == LC_OK && order->key != NULL)
		rc = jobs_add_key(turn, order, id);
	if (rc == LC_OK)
		jobs_step(JOBS_STEP_ADD);
	return rc;
}

static enum lc_rc
jobs_add_said(enum lc_rc rc, char id[JOBS_ID_BYTES], bool *existed)
{
	if (rc != LC_OK) {
		id[0] = '\0';
		*existed = false;
	}
	return rc;
}

enum lc_rc
jobs_add_in(struct store *store, const struct jobs_order *order,
	    char id[JOBS_ID_BYTES], bool *existed, char *why, size_t why_bytes)
{
	struct state_file file = {.store = store};
	struct jobs_turn turn = {
		.file = &file, .why = why, .why_bytes = why_bytes};
	enum lc_rc rc;

	jobs_time_now(&turn.now);
	rc = jobs_add_within(&turn, order, id, existed);
	return jobs_add_said(rc, id, existed);
}

enum lc_rc
jobs_add(struct jobs *jobs, const struct jobs_order *order,
	 char id[JOBS_ID_BYTES], bool *existed, char *why, size_t why_bytes)
{
	struct jobs_turn turn;
	enum lc_rc rc = jobs_turn_begin(jobs, false, &turn, why, why_bytes);

	*existed = false;
	if (rc == LC_OK)
		rc = jobs_turn_end(jobs, &turn,
				   jobs_add_within(&turn, order, id, existed));
	if (rc == LC_OK && !*existed) {
		jobs_step(JOBS_STEP_ADDED);
		jobs_ring(jobs);
	}
	return jobs_add_said(rc, id, existed);
}
