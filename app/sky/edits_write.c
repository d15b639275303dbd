#include "sky/edits_write.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "sky/edits_json.h"

static const char *const edits_write_sql[EDITS_WRITE__MAX] = {
	[EDITS_WRITE_NUMBER] =
		"SELECT max(?1, 1 + coalesce("
		" (SELECT max(generation) FROM generations), 0))",
	[EDITS_WRITE_REMOVE] =
		"DELETE FROM edits WHERE catalogue = ?1 AND key = ?2",
	[EDITS_WRITE_INSERT] =
		"INSERT INTO edits"
		" (seq, catalogue, key, name, deleted, time, who)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	[EDITS_WRITE_VALUE] =
		"INSERT INTO edit_values (seq, place, field, value)"
		" VALUES (?1, ?2, ?3, ?4)",
	[EDITS_WRITE_RAISE] =
		"INSERT INTO generations"
		" (catalogue, generation, dropped) VALUES (?1, ?2, ?3)"
		" ON CONFLICT (catalogue) DO UPDATE"
		" SET generation = ?2, dropped = max(dropped, ?3)",
	[EDITS_WRITE_DROP] = "DELETE FROM edits WHERE catalogue = ?1",
	[EDITS_WRITE_HISTORY] =
		"INSERT INTO history (seq, catalogue, key, name,"
		" action, time, who, before, after)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
};

void
edits_write_release(struct edits_write *write)
{
	for (int i = 0; i < EDITS_WRITE__MAX; i++)
		store_finish(write->queries[i]);
	store_close(write->store);
	buf_release(&write->before);
	buf_release(&write->after);
	*write = (struct edits_write){0};
}

/* The query, prepared when it is first asked for. */
static enum lc_rc
edits_write_query(struct edits_write *write, enum edits_write_query which,
		  struct store_query **out)
{
	enum lc_rc rc = LC_OK;

	if (write->queries[which] == NULL)
		rc = store_prepare(write->store, edits_write_sql[which],
				   &write->queries[which]);
	*out = write->queries[which];
	return rc;
}

static void
edits_write_bind(struct store_query *query, int at, const char *text)
{
	store_bind_text(query, at, text, strlen(text));
}

/* A change as all its rows have it. */
struct edits_write_line {
	int64_t seq;
	char time[CLOCK_RFC3339_MAX];
	const char *action;
};

static enum lc_rc
edits_write_line(struct edits_write *write, const char *action,
		 struct edits_write_line *line)
{
	struct store_query *query;
	enum lc_rc rc = edits_write_query(write, EDITS_WRITE_NUMBER, &query);
	struct timespec now;
	bool row;

	if (rc != LC_OK)
		return rc;
	clock_gettime(CLOCK_REALTIME, &now);
	clock_rfc3339(line->time);
	line->action = action;
	store_bind_int64(query, 1,
			 (int64_t)now.tv_sec * 1000 +
				 now.tv_nsec / CLOCK_NS_PER_MS);
	rc = store_step(query, &row);
	line->seq = store_int64(query, 0);
	store_reset(query);
	return rc;
}

static enum lc_rc
edits_write_remove(struct edits_write *write, const struct edit *edit)
{
	struct store_query *query;
	enum lc_rc rc = edits_write_query(write, EDITS_WRITE_REMOVE, &query);

	if (rc != LC_OK)
		return rc;
	edits_write_bind(query, 1, edit->catalogue);
	edits_write_bind(query, 2, edit->key);
	return store_run(query);
}

static enum lc_rc
edits_write_insert(struct edits_write *write, const struct edit *edit,
		   const struct edits_write_line *line, bool deleted)
{
	struct store_query *query;
	enum lc_rc rc = edits_write_query(write, EDITS_WRITE_INSERT, &query);

	if (rc != LC_OK)
		return rc;
	store_bind_int64(query, 1, line->seq);
	edits_write_bind(query, 2, edit->catalogue);
	edits_write_bind(query, 3, edit->key);
	edits_write_bind(query, 4, edit->name);
	store_bind_int64(query, 5, deleted);
	edits_write_bind(query, 6, line->time);
	edits_write_bind(query, 7, edit->who);
	return store_run(query);
}

static void
edits_write_bind_value(struct store_query *query, int at,
		       enum columns_type type,
		       const struct columns_value *value)
{
	switch (type) {
	case COLUMNS_REAL:
	case COLUMNS_SINGLE:
		store_bind_real(query, at, value->real);
		break;
	case COLUMNS_INTEGER:
		store_bind_int64(query, at, value->integer);
		break;
	case COLUMNS_BOOL:
		store_bind_int64(query, at, value->truth);
		break;
	default:
		store_bind_text(query, at, value->text, value->length);
		break;
	}
}

static enum lc_rc
edits_write_insert_values(struct edits_write *write, const struct edit *edit,
			  int64_t seq)
{
	const size_t count = COLUMNS__MAX + edit->columns->own_count;
	struct store_query *query;
	enum lc_rc rc = edits_write_query(write, EDITS_WRITE_VALUE, &query);

	for (size_t i = 0; i < count && rc == LC_OK; i++) {
		const struct columns_column *column =
			i < COLUMNS__MAX ?
				&columns_table[i] :
				&edit->columns->own[i - COLUMNS__MAX];

		if (i == COLUMNS_NAME || !edit->values[i].present)
			continue;
		store_bind_int64(query, 1, seq);
		store_bind_int64(query, 2, (int64_t)i);
		edits_write_bind(query, 3, column->name);
		edits_write_bind_value(query, 4, column->type,
				       &edit->values[i]);
		rc = store_run(query);
	}
	return rc;
}

static enum lc_rc
edits_write_raise(struct edits_write *write, const char *catalogue,
		  int64_t generation, int64_t dropped)
{
	struct store_query *query;
	enum lc_rc rc = edits_write_query(write, EDITS_WRITE_RAISE, &query);

	if (rc != LC_OK)
		return rc;
	edits_write_bind(query, 1, catalogue);
	store_bind_int64(query, 2, generation);
	store_bind_int64(query, 3, dropped);
	return store_run(query);
}

static void
edits_write_bind_lines(struct store_query *query, int at,
		       const struct buf *lines)
{
	if (lines->length == 0)
		store_bind_null(query, at);
	else
		store_bind_text(query, at, lines->bytes, lines->length);
}

static enum lc_rc
edits_write_note(struct edits_write *write, const struct edit *edit,
		 const struct edits_write_line *line, bool deleted)
{
	struct store_query *query;
	enum lc_rc rc = edits_write_query(write, EDITS_WRITE_HISTORY, &query);

	if (rc != LC_OK)
		return rc;
	buf_reset(&write->before);
	buf_reset(&write->after);
	edits_json_write(&write->before, NULL, edit->before, edit->columns);
	if (!deleted)
		edits_json_write(&write->after, edit->name, edit->values,
				 edit->columns);
	if (write->before.failed || write->after.failed)
		return LC_NO_MEMORY;
	store_bind_int64(query, 1, line->seq);
	edits_write_bind(query, 2, edit->catalogue);
	edits_write_bind(query, 3, edit->key);
	edits_write_bind(query, 4, edit->name);
	edits_write_bind(query, 5, line->action);
	edits_write_bind(query, 6, line->time);
	edits_write_bind(query, 7, edit->who);
	edits_write_bind_lines(query, 8, &write->before);
	edits_write_bind_lines(query, 9, &write->after);
	return store_run(query);
}

enum lc_rc
edits_write_change(struct edits_write *write, const struct edit *edit,
		   bool deleted, int64_t *seq)
{
	struct edits_write_line line;
	enum lc_rc rc =
		edits_write_line(write, deleted ? "delete" : "put", &line);

	if (rc == LC_OK)
		rc = edits_write_remove(write, edit);
	if (rc == LC_OK)
		rc = edits_write_insert(write, edit, &line, deleted);
	if (rc == LC_OK && !deleted)
		rc = edits_write_insert_values(write, edit, line.seq);
	if (rc == LC_OK)
		rc = edits_write_raise(write, edit->catalogue, line.seq, 0);
	if (rc == LC_OK)
		rc = edits_write_note(write, edit, &line, deleted);
	if (rc == LC_OK)
		*seq = line.seq;
	return rc;
}

enum lc_rc
edits_write_drop(struct edits_write *write, const char *catalogue,
		 const char *who, int64_t *dropped)
{
	const struct edit all = {
		.catalogue = catalogue, .key = "", .name = "", .who = who};
	struct store_query *query;
	struct edits_write_line line;
	enum lc_rc rc = edits_write_query(write, EDITS_WRITE_DROP, &query);

	if (rc != LC_OK)
		return rc;
	edits_write_bind(query, 1, catalogue);
	rc = store_run(query);
	*dropped = store_changes(write->store);
	if (rc != LC_OK || *dropped == 0)
		return rc;
	rc = edits_write_line(write, "drop", &line);
	if (rc == LC_OK)
		rc = edits_write_raise(write, catalogue, line.seq, line.seq);
	return rc == LC_OK ? edits_write_note(write, &all, &line, true) : rc;
}
