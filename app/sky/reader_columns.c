#include <stdlib.h>
#include <string.h>

#include "sky/reader.h"

/* What the set and its columns point to is in the arena. */
struct reader_columns {
	struct columns_set set;
	struct arena arena;
};

static const char reader_sql[] =
	"SELECT known, type, name, unit, ucd, doc FROM field ORDER BY place";

static const char *
columns_text(struct arena *arena, struct store_query *row, int column)
{
	size_t length;
	const char *text = store_text(row, column, &length);

	return arena_dup(arena, text == NULL ? "" : text, length);
}

/* Reads one row into the set; LC_INVALID when it cannot be. */
static enum lc_rc
columns_read(struct reader_columns *columns, struct columns_column *own,
	     struct store_query *row)
{
	int64_t known = store_int64(row, 0), type = store_int64(row, 1);
	struct columns_column *column;

	if (known >= 0 && known < COLUMNS__MAX) {
		columns->set.present |= UINT32_C(1) << known;
		return LC_OK;
	}
	if (known != -1 || type < 0 || type >= COLUMNS_TYPE__MAX)
		return LC_INVALID;
	column = &own[columns->set.own_count++];
	column->type = (enum columns_type)type;
	column->name = columns_text(&columns->arena, row, 2);
	column->unit = columns_text(&columns->arena, row, 3);
	column->ucd = columns_text(&columns->arena, row, 4);
	column->doc = columns_text(&columns->arena, row, 5);
	return column->name == NULL || column->unit == NULL ||
			       column->ucd == NULL || column->doc == NULL ?
		       LC_NO_MEMORY :
		       LC_OK;
}

/* By walking through them: preparing one more query takes longer. */
static enum lc_rc
columns_count(struct store_query *rows, size_t *count)
{
	bool row = true;
	enum lc_rc rc;

	*count = 0;
	while ((rc = store_step(rows, &row)) == LC_OK && row)
		++*count;
	store_reset(rows);
	return rc;
}

static enum lc_rc
columns_read_all(struct catalogue *reader, struct reader_columns *columns,
		 struct store_query *rows)
{
	struct columns_column *own = NULL;
	bool row = true;
	size_t count;
	enum lc_rc rc = columns_count(rows, &count);

	if (rc != LC_OK)
		return reader_failed(reader, rc);
	own = arena_alloc(&columns->arena, count * sizeof(*own));
	if (own == NULL)
		return reader_failed(reader, LC_NO_MEMORY);
	columns->set.own = own;
	while (rc == LC_OK && (rc = store_step(rows, &row)) == LC_OK && row) {
		if (count-- == 0)
			rc = LC_INVALID;
		else
			rc = columns_read(columns, own, rows);
	}
	if (rc == LC_INVALID)
		return reader_damaged(reader);
	return rc == LC_OK ? LC_OK : reader_failed(reader, rc);
}

enum lc_rc
reader_columns(struct catalogue *reader, const struct columns_set **out)
{
	struct reader_columns *columns;
	struct store_query *rows = NULL;
	enum lc_rc rc;

	if (reader->columns != NULL) {
		*out = &reader->columns->set;
		return LC_OK;
	}
	columns = calloc(1, sizeof(*columns));
	if (columns == NULL)
		return reader_failed(reader, LC_NO_MEMORY);
	arena_init(&columns->arena, NULL, 0);
	rc = store_prepare(reader->store, reader_sql, &rows);
	if (rc != LC_OK)
		rc = reader_failed(reader, rc);
	else
		rc = columns_read_all(reader, columns, rows);
	store_finish(rows);
	if (rc != LC_OK) {
		reader_columns_free(columns);
		return rc;
	}
	reader->columns = columns;
	*out = &columns->set;
	return LC_OK;
}

void
reader_columns_free(struct reader_columns *columns)
{
	if (columns == NULL)
		return;
	arena_release(&columns->arena);
	free(columns);
}
