#include "sky/edits.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "services/state.h"

enum { EDITS_SCHEMA = 2 /* the first that has edits */ };

#define EDITS_CHANGES                                                        \
	"SELECT seq, catalogue, key, name, action, time, who, before, after" \
	" FROM history"
#define EDITS_LATEST " ORDER BY seq DESC LIMIT ?3"

/* Opens state.sqlite; *out is NULL when there are no edits in it. */
static enum lc_rc
edits_open_read(const char *state_dir, struct store **out, char *why,
		size_t why_bytes)
{
	int64_t version = 0;
	enum lc_rc rc = state_open_read(state_dir, out, why, why_bytes);

	if (rc == LC_NOT_FOUND)
		return LC_OK;
	if (rc != LC_OK)
		return rc;
	rc = store_pragma(*out, "PRAGMA user_version", &version);
	if (rc != LC_OK)
		rc = state_failed(*out, rc, why, why_bytes);
	if (rc != LC_OK || version < EDITS_SCHEMA) {
		store_close(*out);
		*out = NULL;
	}
	return rc;
}

enum lc_rc
edits_count(const char *state_dir, const char *catalogue, int64_t *count,
	    char *why, size_t why_bytes)
{
	struct store_query *query;
	struct store *store;
	bool row;
	enum lc_rc rc = edits_open_read(state_dir, &store, why, why_bytes);

	*count = 0;
	if (rc != LC_OK || store == NULL)
		return rc;
	rc = store_prepare(store,
			   "SELECT count(*) FROM edits WHERE catalogue = ?1",
			   &query);
	if (rc == LC_OK) {
		store_bind_text(query, 1, catalogue, strlen(catalogue));
		rc = store_step(query, &row);
		*count = store_int64(query, 0);
	}
	if (rc != LC_OK)
		rc = state_failed(store, rc, why, why_bytes);
	store_finish(query);
	store_close(store);
	return rc;
}

/* Copies the columns, each with a NUL, so that they are texts. */
static enum lc_rc
edits_change_read(struct store_query *query, struct buf *texts,
		  struct edits_change *change)
{
	const char **const all[] = {&change->catalogue, &change->key,
				    &change->name,      &change->action,
				    &change->time,      &change->who,
				    &change->before,    &change->after};
	const size_t count = sizeof(all) / sizeof(*all);
	size_t starts[sizeof(all) / sizeof(*all)];

	buf_reset(texts);
	for (size_t i = 0; i < count; i++) {
		size_t length;
		const char *text = store_text(query, (int)i + 1, &length);

		starts[i] = texts->length;
		buf_add(texts, text, length);
		buf_add_char(texts, '\0');
	}
	if (texts->failed)
		return LC_NO_MEMORY;
	for (size_t i = 0; i < count; i++)
		*all[i] = texts->bytes + starts[i];
	change->seq = store_int64(query, 0);
	return LC_OK;
}

static const char *
edits_history_sql(const char *catalogue, const char *key)
{
	if (catalogue == NULL)
		return EDITS_CHANGES EDITS_LATEST;
	if (key == NULL)
		return EDITS_CHANGES " WHERE catalogue = ?1" EDITS_LATEST;
	return EDITS_CHANGES
		" WHERE catalogue = ?1 AND key IN (?2, '')" EDITS_LATEST;
}

enum lc_rc
edits_history(const char *state_dir, const char *catalogue, const char *key,
	      int64_t most,
	      void (*each)(void *context, const struct edits_change *change),
	      void *context, char *why, size_t why_bytes)
{
	struct edits_change change;
	struct store_query *query;
	struct store *store;
	struct buf texts;
	bool row;
	enum lc_rc rc = edits_open_read(state_dir, &store, why, why_bytes);

	if (rc != LC_OK || store == NULL)
		return rc;
	buf_init(&texts);
	rc = store_prepare(store, edits_history_sql(catalogue, key), &query);
	if (rc != LC_OK)
		goto out;
	if (catalogue != NULL)
		store_bind_text(query, 1, catalogue, strlen(catalogue));
	if (catalogue != NULL && key != NULL)
		store_bind_text(query, 2, key, strlen(key));
	store_bind_int64(query, 3, most);
	while ((rc = store_step(query, &row)) == LC_OK && row) {
		rc = edits_change_read(query, &texts, &change);
		if (rc != LC_OK)
			break;
		each(context, &change);
	}
out:
	if (rc != LC_OK)
		rc = state_failed(store, rc, why, why_bytes);
	store_finish(query);
	buf_release(&texts);
	store_close(store);
	return rc;
}
