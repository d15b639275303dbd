#include "sky/rows.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sky/rows_kinds.h"

static const struct rows_method *const methods[ROWS_FORMAT__MAX] = {
	[ROWS_VOTABLE] = &rows_votable,
	[ROWS_CSV] = &rows_csv,
	[ROWS_TSV] = &rows_tsv,
	[ROWS_JSON] = &rows_json,
};

static const struct columns_column separation_column = {
	.name = "separation_deg",
	.type = COLUMNS_REAL,
	.unit = "deg",
	.ucd = "pos.angDistance",
	.doc = "The distance on the sky from the position that was asked "
	       "about.",
};

/* The columns of which there has to be exactly one, by their old UCDs. */
static const struct {
	size_t place;
	const char *old, *word;
} mains[] = {
	{COLUMNS_NAME, "ID_MAIN", "meta.id"},
	{COLUMNS_RA, "POS_EQ_RA_MAIN", "pos.eq.ra"},
	{COLUMNS_DEC, "POS_EQ_DEC_MAIN", "pos.eq.dec"},
};

enum { MAINS = sizeof(mains) / sizeof(mains[0]) };

static const char *
ours_ucd(size_t place, bool old)
{
	for (size_t i = 0; old && i < MAINS; i++)
		if (mains[i].place == place)
			return mains[i].old;
	return columns_table[place].ucd;
}

/* Whether the UCD's first word is one of those of which there is one. */
static bool
ucd_may_be_main(const char *ucd)
{
	for (size_t i = 0; i < MAINS; i++) {
		size_t length = strlen(mains[i].word);

		if (text_begins_nocase(ucd, mains[i].word) &&
		    (ucd[length] == ';' || ucd[length] == '\0'))
			return true;
	}
	return false;
}

static bool
ucd_can_stand(const char *ucd)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_.:;-";

	for (size_t i = 0; i < MAINS; i++)
		if (text_equal_nocase(ucd, mains[i].old))
			return false;
	return ucd[strspn(ucd, good)] == '\0';
}

/*
 * The UCD of a catalogue's own column: without "meta.main" where ours has
 * that, and none where it is no UCD at all.
 */
static const char *
own_ucd(const char *ucd, struct arena *arena)
{
	char *kept, *at;

	if (!ucd_can_stand(ucd))
		return "";
	if (!ucd_may_be_main(ucd))
		return ucd;
	kept = at = arena_alloc(arena, strlen(ucd) + 1);
	while (kept != NULL && *ucd != '\0') {
		size_t length = strcspn(ucd, ";");
		bool drop = length == 9 && text_begins_nocase(ucd, "meta.main");

		if (!drop) {
			if (at > kept)
				*at++ = ';';
			memcpy(at, ucd, length);
			at += length;
		}
		ucd += length + (ucd[length] == ';');
	}
	return kept;
}

/* A bit for the hash of each ID that is taken: most need not be looked for. */
struct ids {
	const struct rows *rows;
	uint64_t bits[64];
};

static uint32_t
id_hash(const char *id)
{
	uint32_t hash = 2166136261; /* FNV-1a */

	while (*id != '\0')
		hash = (hash ^ (unsigned char)*id++) * 16777619;
	return (hash >> 16 ^ hash) & 4095;
}

static void
id_take(struct ids *ids, const char *id)
{
	uint32_t hash = id_hash(id);

	ids->bits[hash / 64] |= UINT64_C(1) << hash % 64;
}

static bool
id_is_taken(const struct ids *ids, const char *id)
{
	uint32_t hash = id_hash(id);

	if ((ids->bits[hash / 64] >> hash % 64 & 1) == 0)
		return false;
	if (strcmp(id, ROWS_ID_FRAME) == 0 || strcmp(id, ROWS_ID_TABLE) == 0)
		return true;
	for (size_t i = 0; i < ids->rows->count; i++)
		if (strcmp(ids->rows->cells[i].id, id) == 0)
			return true;
	return false;
}

/* The column's name, or one made of it: letters, digits, '_', '-' and '.'. */
static const char *
own_id(struct ids *ids, const char *name, struct arena *arena)
{
	size_t length = strlen(name), room = length + 16;
	char *id = arena_alloc(arena, room), *at = id;

	if (id == NULL)
		return NULL;
	if (text_is_digit(*name) || *name == '-' || *name == '.' ||
	    *name == '\0')
		*at++ = '_';
	for (; *name != '\0'; name++) {
		char lower = text_lower(*name);
		bool good = (lower >= 'a' && lower <= 'z') ||
			    text_is_digit(lower) || lower == '-' ||
			    lower == '.';

		*at++ = good ? *name : '_';
	}
	for (unsigned i = 2; id_is_taken(ids, id); i++)
		snprintf(at, room - (size_t)(at - id), "_%u", i);
	id_take(ids, id);
	return id;
}

static bool
ours_has(const struct rows *rows, size_t ours, const char *name)
{
	for (size_t i = 0; i < ours; i++)
		if (strcmp(rows->cells[i].column->name, name) == 0)
			return true;
	return false;
}

static bool
own_has(const struct rows *rows, const char *name)
{
	const struct columns_set *columns = rows->table->columns;

	for (size_t i = 0; i < columns->own_count; i++)
		if (strcmp(columns->own[i].name, name) == 0)
			return true;
	return false;
}

/*
 * A catalogue's own column, with a number after its name where that is one of
 * `ours`, the first columns of the table: a table of our own writing may be
 * imported, and edits may bring a column of ours.
 */
static const struct columns_column *
own_column(const struct rows *rows, size_t ours,
	   const struct columns_column *column, struct arena *arena)
{
	struct columns_column *renamed;
	unsigned number = 2;

	if (!ours_has(rows, ours, column->name))
		return column;
	renamed = arena_alloc(arena, sizeof(*renamed));
	if (renamed == NULL)
		return NULL;
	*renamed = *column;
	do
		renamed->name =
			arena_printf(arena, "%s_%u", column->name, number++);
	while (renamed->name != NULL && (ours_has(rows, ours, renamed->name) ||
					 own_has(rows, renamed->name)));
	return renamed->name == NULL ? NULL : renamed;
}

static enum rows_kind
kind_of(enum columns_type type)
{
	static const enum rows_kind kinds[COLUMNS_TYPE__MAX] = {
		[COLUMNS_TEXT] = ROWS_TEXT,       [COLUMNS_LIST] = ROWS_LIST,
		[COLUMNS_REAL] = ROWS_REAL,       [COLUMNS_SINGLE] = ROWS_REAL,
		[COLUMNS_INTEGER] = ROWS_INTEGER, [COLUMNS_BOOL] = ROWS_BOOL,
	};

	return kinds[type];
}

/* Adds a column to those that are written; what it is made of may be NULL. */
static enum lc_rc
cell_add(struct rows *rows, struct rows_cell cell, struct arena *arena)
{
	size_t room =
		ROWS_ESCAPE_MOST * strlen(cell.column->name) + 2 * ROWS_LEAD;
	char *lead = arena_alloc(arena, room);

	if (lead == NULL || cell.ucd == NULL || cell.id == NULL)
		return LC_NO_MEMORY;
	cell.lead = lead;
	cell.lead_length = rows->method->lead(lead, &cell, rows->count == 0);
	rows->most += cell.lead_length + ROWS_LEAD;
	rows->cells[rows->count++] = cell;
	return LC_OK;
}

static bool
is_asked_for(const struct rows_table *table, size_t place)
{
	if (place == COLUMNS_NAME || place == COLUMNS_RA ||
	    place == COLUMNS_DEC)
		return true;
	if ((table->columns->present >> place & 1) == 0)
		return false;
	return table->verbosity > 2 ||
	       (table->verbosity == 2 && place != COLUMNS_IDENTIFIERS);
}

static enum lc_rc
ours_add(struct rows *rows, struct arena *arena)
{
	const struct rows_table *table = rows->table;
	enum lc_rc rc = LC_OK;

	for (size_t i = 0; i < COLUMNS__MAX && rc == LC_OK; i++) {
		const struct columns_column *column = &columns_table[i];
		struct rows_cell cell = {
			.kind = kind_of(column->type),
			.place = i,
			.column = column,
			.ucd = ours_ucd(i, table->old_ucds),
			.id = column->name,
			.position = i == COLUMNS_RA || i == COLUMNS_DEC,
		};

		if (is_asked_for(table, i))
			rc = cell_add(rows, cell, arena);
		if (rc != LC_OK || i != COLUMNS_DEC || !table->separation)
			continue;
		cell = (struct rows_cell){
			.kind = ROWS_SEPARATION,
			.column = &separation_column,
			.ucd = separation_column.ucd,
			.id = separation_column.name,
		};
		rc = cell_add(rows, cell, arena);
	}
	return rc;
}

static enum lc_rc
own_add(struct rows *rows, struct arena *arena)
{
	const struct columns_set *columns = rows->table->columns;
	const size_t ours = rows->count;
	struct ids ids = {.rows = rows};
	enum lc_rc rc = LC_OK;

	id_take(&ids, ROWS_ID_FRAME);
	id_take(&ids, ROWS_ID_TABLE);
	for (size_t i = 0; i < ours; i++)
		id_take(&ids, rows->cells[i].id);
	for (size_t i = 0; i < columns->own_count && rc == LC_OK; i++) {
		const struct columns_column *column =
			own_column(rows, ours, &columns->own[i], arena);
		struct rows_cell cell;

		if (column == NULL)
			return LC_NO_MEMORY;
		cell = (struct rows_cell){
			.kind = kind_of(column->type),
			.place = COLUMNS__MAX + i,
			.column = column,
			.ucd = own_ucd(column->ucd, arena),
			.id = own_id(&ids, column->name, arena),
			.own = true,
		};

		rc = cell_add(rows, cell, arena);
	}
	return rc;
}

enum lc_rc
rows_init(struct rows *rows, enum rows_format format,
	  const struct rows_table *table, struct arena *arena, struct buf *out)
{
	size_t most = COLUMNS__MAX + 1 + table->columns->own_count;
	enum lc_rc rc;

	*rows = (struct rows){
		.method = methods[format],
		.table = table,
		.cells = arena_alloc(arena, most * sizeof(*rows->cells)),
		.out = out,
		.most = ROWS_AROUND,
	};
	if (rows->cells == NULL)
		return LC_NO_MEMORY;
	rc = ours_add(rows, arena);
	if (rc == LC_OK && table->verbosity > 1)
		rc = own_add(rows, arena);
	return rc;
}

void
rows_begin(struct rows *rows)
{
	rows->method->begin(rows);
}

void
rows_row(struct rows *rows, const struct columns_value *values,
	 double separation_deg)
{
	size_t texts = 0;
	char *room;

	for (size_t i = 0; i < rows->count; i++) {
		const struct rows_cell *cell = &rows->cells[i];

		if (cell->kind <= ROWS_LIST && values[cell->place].present)
			texts += values[cell->place].length;
	}
	room = buf_room(rows->out, rows->most + ROWS_ESCAPE_MOST * texts);
	if (room == NULL)
		return;
	rows->out->length +=
		(size_t)(rows->method->row(rows, room, values, separation_deg) -
			 room);
	rows->any = true;
}

void
rows_end(struct rows *rows, bool overflow, const char *error)
{
	rows->method->end(rows, overflow, error);
}

void
rows_error(enum rows_format format, const char *message, struct buf *out)
{
	methods[format]->error(message, out);
}

const char *
rows_media_type(enum rows_format format)
{
	return methods[format]->media_type;
}
