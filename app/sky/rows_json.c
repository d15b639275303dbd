/*
 * Tables written as JSON.
 */
#include "base/json.h"
#include "sky/rows_kinds.h"

_Static_assert((int)JSON_QUOTE_MOST <= (int)ROWS_ESCAPE_MOST &&
		       (int)JSON_QUOTE_SLACK <= (int)ROWS_LEAD,
	       "quoted text has room in a row");

/* An array of the texts: a bar takes as much room as three bytes may. */
static char *
json_list(char *at, const char *list, size_t length)
{
	const char *end = list + length;
	bool any = false;

	*at++ = '[';
	while (list < end) {
		const char *bar = memchr(list, '|', (size_t)(end - list));
		const char *stop = bar != NULL ? bar : end;

		if (stop > list) {
			if (any)
				*at++ = ',';
			any = true;
			at = json_quote(at, list, (size_t)(stop - list));
		}
		list = stop + 1;
	}
	*at++ = ']';
	return at;
}

static const struct rows_style style = {
	.text = json_quote,
	.list = json_list,
	.truth = {"false", "true"},
};

/* The comma is there always: what is first leaves it out. */
static size_t
json_lead(char *room, const struct rows_cell *cell, bool first)
{
	char *at = room;

	(void)first;
	*at++ = ',';
	at = json_quote(at, cell->column->name, strlen(cell->column->name));
	*at++ = ':';
	return (size_t)(at - room);
}

static void
fact(struct json *json, const char *name, const char *text)
{
	if (*text != '\0')
		json_text(json, name, text);
}

static void
column(struct json *json, const struct rows_cell *cell)
{
	static const char *const words[COLUMNS_TYPE__MAX] = {
		[COLUMNS_TEXT] = "string",     [COLUMNS_LIST] = "array",
		[COLUMNS_REAL] = "number",     [COLUMNS_SINGLE] = "number",
		[COLUMNS_INTEGER] = "integer", [COLUMNS_BOOL] = "boolean",
	};

	json_object_begin(json, NULL);
	json_text(json, "name", cell->column->name);
	json_text(json, "datatype", words[cell->column->type]);
	fact(json, "unit", cell->column->unit);
	fact(json, "ucd", cell->ucd);
	fact(json, "description", cell->column->doc);
	if (cell->own)
		json_bool(json, "own", true);
	json_object_end(json);
}

static void
json_begin(struct rows *rows)
{
	const struct rows_table *table = rows->table;
	struct json json;

	json_init(&json, rows->out);
	json_object_begin(&json, NULL);
	json_text(&json, "catalogue", table->catalogue);
	fact(&json, "title", table->title);
	fact(&json, "description", table->description);
	fact(&json, "licence", table->licence);
	fact(&json, "citation", table->citation);
	fact(&json, "request", table->request);
	json_array_begin(&json, "columns");
	for (size_t i = 0; i < rows->count; i++)
		column(&json, &rows->cells[i]);
	json_array_end(&json);
	json_array_begin(&json, "rows");
}

static char *
json_row(struct rows *rows, char *at, const struct columns_value *values,
	 double separation_deg)
{
	static const char own_lead[] = ",\"columns\":{";
	size_t skip = 1; /* the comma: nothing is before it */
	bool own = false;

	memcpy(at, rows->any ? ",\n{" : "\n{ ", 3);
	at += rows->any ? 3 : 2;
	for (size_t i = 0; i < rows->count; i++) {
		const struct rows_cell *cell = &rows->cells[i];

		if (!rows_present(cell, values))
			continue;
		if (cell->own && !own) {
			memcpy(at, own_lead + skip, sizeof(own_lead) - 1);
			at += sizeof(own_lead) - 1 - skip;
			skip = 1;
			own = true;
		}
		at = rows_lead(at, cell, skip);
		at = rows_value(at, cell, values, separation_deg, &style);
		skip = 0;
	}
	memcpy(at, "}}", 2);
	return at + (own ? 2 : 1);
}

static void
json_end(struct rows *rows, bool overflow, const char *error)
{
	struct json json;

	buf_add_text(rows->out, overflow ? "\n],\"overflow\":true" :
					   "\n],\"overflow\":false");
	if (error != NULL) {
		buf_add_char(rows->out, ',');
		json_init(&json, rows->out);
		json_text(&json, "error", error);
	}
	buf_add_text(rows->out, "}\n");
}

static void
json_error(const char *message, struct buf *out)
{
	struct json json;

	json_init(&json, out);
	json_object_begin(&json, NULL);
	json_text(&json, "error", message);
	json_object_end(&json);
	buf_add_char(out, '\n');
}

const struct rows_method rows_json = {
	.media_type = "application/json",
	.lead = json_lead,
	.begin = json_begin,
	.row = json_row,
	.end = json_end,
	.error = json_error,
};
