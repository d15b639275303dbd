#include "services/webhooks_gone.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "services/state.h"

/* Runs one statement on the file, with the URL as its first parameter. */
static enum lc_rc
statement_run(const char *state_dir, const char *sql, const char *url,
	      int64_t *changes, char *why, size_t why_bytes)
{
	struct store_query *query = NULL;
	char now[CLOCK_RFC3339_MAX];
	struct store *store;
	enum lc_rc rc = state_open(state_dir, &store, why, why_bytes);

	if (rc != LC_OK)
		return rc;
	rc = store_prepare(store, sql, &query);
	if (rc == LC_OK) {
		clock_rfc3339(now);
		store_bind_text(query, 1, url, strlen(url));
		store_bind_text(query, 2, now, strlen(now));
		rc = store_run(query);
	}
	if (rc != LC_OK)
		rc = state_failed(store, rc, why, why_bytes);
	else
		*changes = store_changes(store);
	store_finish(query);
	store_close(store);
	return rc;
}

enum lc_rc
webhooks_gone_add(const char *state_dir, const char *url, char *why,
		  size_t why_bytes)
{
	int64_t changes;

	return statement_run(state_dir,
			     "INSERT INTO webhooks_gone (url, since)"
			     " VALUES (?1, ?2) ON CONFLICT DO NOTHING",
			     url, &changes, why, why_bytes);
}

enum lc_rc
webhooks_gone_remove(const char *state_dir, const char *url, char *why,
		     size_t why_bytes)
{
	int64_t changes = 0;
	enum lc_rc rc = statement_run(state_dir,
				      "DELETE FROM webhooks_gone"
				      " WHERE url = ?1 AND ?2 IS NOT NULL",
				      url, &changes, why, why_bytes);

	if (rc != LC_OK || changes > 0)
		return rc;
	snprintf(why, why_bytes, "no webhook to this URL was answered 410");
	return LC_NOT_FOUND;
}

/* ---- reading */

static enum lc_rc
gone_ask(struct store *store, const char *sql, struct store_query **query,
	 char *why, size_t why_bytes)
{
	enum lc_rc rc = store_prepare(store, sql, query);

	return rc == LC_OK ? rc : state_failed(store, rc, why, why_bytes);
}

enum lc_rc
webhooks_gone_has(const char *state_dir, const char *url, bool *has, char *why,
		  size_t why_bytes)
{
	struct store_query *query = NULL;
	struct store *store;
	enum lc_rc rc = state_open(state_dir, &store, why, why_bytes);

	if (rc != LC_OK)
		return rc;
	rc = gone_ask(store, "SELECT 1 FROM webhooks_gone WHERE url = ?1",
		      &query, why, why_bytes);
	if (rc == LC_OK) {
		store_bind_text(query, 1, url, strlen(url));
		rc = store_step(query, has);
		if (rc != LC_OK)
			rc = state_failed(store, rc, why, why_bytes);
	}
	store_finish(query);
	store_close(store);
	return rc;
}

static void
row_tell(struct store_query *query, struct buf *row,
	 void (*each)(void *arg, const char *url, const char *since), void *arg)
{
	size_t url_length, since_length;
	const char *url = store_text(query, 0, &url_length);
	const char *since = store_text(query, 1, &since_length);

	buf_reset(row);
	buf_add(row, url, url_length);
	buf_add_char(row, '\0');
	buf_add(row, since, since_length);
	buf_add_char(row, '\0');
	if (!row->failed)
		each(arg, row->bytes, row->bytes + url_length + 1);
}

enum lc_rc
webhooks_gone_list(const char *state_dir,
		   void (*each)(void *arg, const char *url, const char *since),
		   void *arg, char *why, size_t why_bytes)
{
	struct store_query *query = NULL;
	struct store *store;
	bool there = false;
	struct buf row;
	enum lc_rc rc = state_open(state_dir, &store, why, why_bytes);

	if (rc != LC_OK)
		return rc;
	buf_init(&row);
	rc = gone_ask(store,
		      "SELECT url, since FROM webhooks_gone"
		      " ORDER BY since DESC, url",
		      &query, why, why_bytes);
	while (rc == LC_OK && !row.failed) {
		rc = store_step(query, &there);
		if (rc != LC_OK)
			rc = state_failed(store, rc, why, why_bytes);
		else if (!there)
			break;
		else
			row_tell(query, &row, each, arg);
	}
	if (rc == LC_OK && row.failed) {
		snprintf(why, why_bytes, "out of memory");
		rc = LC_NO_MEMORY;
	}
	buf_release(&row);
	store_finish(query);
	store_close(store);
	return rc;
}
