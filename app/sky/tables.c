#include "sky/tables.h"

#include <string.h>

#include "base/buf.h"
#include "sky/columns.h"
#include "sky/layout.h"
#include "sky/zones.h"

static const char temporary_sql[] =
	"CREATE TEMP TABLE taken (key TEXT PRIMARY KEY, line INTEGER)"
	" WITHOUT ROWID;"
	"CREATE TEMP TABLE named (key TEXT, level INTEGER, line INTEGER,"
	" shown TEXT);"
	"CREATE TEMP TABLE placed (line INTEGER PRIMARY KEY, rank INTEGER,"
	" k INTEGER);"
	"CREATE TEMP TABLE staged (line INTEGER PRIMARY KEY, k INTEGER,"
	" ordering BLOB, x REAL, y REAL, z REAL, kind INTEGER, brightness REAL,"
	" packed BLOB";

static const char rank_sql[] =
	"INSERT INTO placed (line, rank)"
	" SELECT line, row_number() OVER (ORDER BY ordering, line) FROM staged";

static const char spot_sql[] =
	"INSERT INTO spot SELECT placed.k, x, y, z, kind, brightness, rank,"
	" packed"
	" FROM placed JOIN staged USING (line) ORDER BY placed.k";

static const char names_sql[] =
	"INSERT OR IGNORE INTO name SELECT key, k, shown"
	" FROM named JOIN placed USING (line) ORDER BY key, level, line";

static const char near_sql[] =
	"INSERT INTO near SELECT length(CAST(key AS BLOB)),"
	" CAST(group_concat(key, char(10)) || char(10) AS BLOB)"
	" FROM name GROUP BY 1";

static const char facts_sql[] =
	"INSERT INTO fact VALUES"
	" ('" LAYOUT_FACT_OBJECTS "', (SELECT count(*) FROM spot)),"
	" ('" LAYOUT_FACT_NAMES "', (SELECT count(*) FROM name))";

static void
tables_columns(struct buf *sql, const char *table)
{
	for (int i = 0; i < COLUMNS__MAX; i++)
		buf_printf(sql, ", %s%s", table, columns_table[i].name);
}

static void
tables_typed_columns(struct buf *sql)
{
	for (int i = 0; i < COLUMNS__MAX; i++)
		buf_printf(sql, ", %s %s", columns_table[i].name,
			   columns_table[i].type == COLUMNS_REAL ? "REAL" :
								   "TEXT");
	buf_add_text(sql, ");");
}

/* Runs what the buffer holds, and releases it. */
static enum lc_rc
tables_exec(struct store *store, struct buf *sql)
{
	enum lc_rc rc = LC_NO_MEMORY;

	buf_add_char(sql, '\0');
	if (!sql->failed)
		rc = store_exec(store, sql->bytes);
	buf_release(sql);
	return rc;
}

enum lc_rc
tables_make(struct store *store)
{
	struct buf sql;

	buf_init(&sql);
	buf_printf(&sql,
		   "PRAGMA application_id = %d;"
		   "PRAGMA user_version = %d; BEGIN;",
		   LAYOUT_APPLICATION_HERE, LAYOUT_VERSION);
	buf_add_text(&sql, LAYOUT_SPOT LAYOUT_NAME LAYOUT_NEAR LAYOUT_FACT);
	buf_add_text(&sql, "CREATE TABLE object (k INTEGER PRIMARY KEY");
	tables_typed_columns(&sql);
	buf_add_text(&sql, temporary_sql);
	tables_typed_columns(&sql);
	return tables_exec(store, &sql);
}

/* Gives each object its key: its own, or the next that is free. */
static enum lc_rc
tables_place(struct store_query *rows, struct store_query *place)
{
	int64_t last = -1;
	enum lc_rc rc;
	bool row;

	while ((rc = store_step(rows, &row)) == LC_OK && row) {
		int64_t key = store_int64(rows, 1);

		if (last >= key + ZONES_SHIFT_MAX)
			return LC_INVALID;
		last = last >= key ? last + 1 : key;
		store_bind_int64(place, 1, store_int64(rows, 0));
		store_bind_int64(place, 2, last);
		rc = store_run(place);
		if (rc != LC_OK)
			break;
	}
	return rc;
}

static enum lc_rc
tables_place_all(struct store *store)
{
	struct store_query *rows = NULL, *place = NULL;
	enum lc_rc rc = store_prepare(
		store, "SELECT line, k FROM staged ORDER BY k, line", &rows);

	if (rc == LC_OK)
		rc = store_prepare(store,
				   "UPDATE placed SET k = ?2 WHERE line = ?1",
				   &place);
	if (rc == LC_OK)
		rc = tables_place(rows, place);
	store_finish(rows);
	store_finish(place);
	return rc;
}

static enum lc_rc
tables_fill_objects(struct store *store)
{
	struct buf sql;

	buf_init(&sql);
	buf_add_text(&sql, "INSERT INTO object SELECT placed.k");
	tables_columns(&sql, "staged.");
	buf_add_text(&sql, " FROM placed JOIN staged USING (line)"
			   " ORDER BY placed.k");
	return tables_exec(store, &sql);
}

static enum lc_rc
tables_count(struct store *store, const char *word, int64_t *out)
{
	struct store_query *query;
	enum lc_rc rc = store_prepare(
		store, "SELECT value FROM fact WHERE word = ?1", &query);
	bool row;

	if (rc != LC_OK)
		return rc;
	store_bind_text(query, 1, word, strlen(word));
	rc = store_step(query, &row);
	if (row)
		*out = store_int64(query, 0);
	store_finish(query);
	return rc;
}

enum lc_rc
tables_fill(struct store *store, int64_t *objects, int64_t *names)
{
	enum lc_rc rc = store_exec(store, rank_sql);

	if (rc == LC_OK)
		rc = tables_place_all(store);
	if (rc == LC_OK)
		rc = store_exec(store, spot_sql);
	if (rc == LC_OK)
		rc = tables_fill_objects(store);
	if (rc == LC_OK)
		rc = store_exec(store, names_sql);
	if (rc == LC_OK)
		rc = store_exec(store, near_sql);
	if (rc == LC_OK)
		rc = store_exec(store, facts_sql);
	if (rc == LC_OK)
		rc = store_exec(store, "COMMIT");
	if (rc == LC_OK)
		rc = tables_count(store, LAYOUT_FACT_OBJECTS, objects);
	if (rc == LC_OK)
		rc = tables_count(store, LAYOUT_FACT_NAMES, names);
	return rc;
}
