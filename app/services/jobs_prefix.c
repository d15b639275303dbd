#include "services/jobs_prefix.h"

#include <string.h>

#include "services/jobs_turn.h"

/* '~' comes after all that is in an id. */
static const char prefix_sql[] =
	"SELECT id FROM jobs WHERE id >= ?1 AND id < ?1 || '~' LIMIT 2";

/* The first row, if it is the only one. */
static enum lc_rc
prefix_read(struct jobs_turn *turn, struct store_query *query,
	    char id[JOBS_ID_BYTES])
{
	const char *text;
	size_t length;
	bool row;
	enum lc_rc rc = jobs_turn_step(turn, query, &row);

	if (rc != LC_OK)
		return rc;
	text = row ? store_text(query, 0, &length) : NULL;
	if (text == NULL || length >= JOBS_ID_BYTES) {
		store_reset(query);
		return LC_NOT_FOUND;
	}
	memcpy(id, text, length);
	id[length] = '\0';
	rc = jobs_turn_step(turn, query, &row);
	store_reset(query);
	return rc == LC_OK && row ? LC_CONFLICT : rc;
}

enum lc_rc
jobs_prefix_find(struct jobs *jobs, const char *prefix, char id[JOBS_ID_BYTES],
		 char *why, size_t why_bytes)
{
	struct store_query *query;
	struct jobs_turn turn;
	enum lc_rc rc = jobs_turn_look(jobs, &turn, why, why_bytes);

	if (rc != LC_OK)
		return rc;
	rc = jobs_turn_query(&turn, prefix_sql, &query);
	if (rc == LC_OK) {
		jobs_turn_bind(query, 1, prefix);
		rc = prefix_read(&turn, query, id);
	}
	return jobs_turn_looked(jobs, rc);
}
