#include "match_read.h"

#include <stdio.h>
#include <string.h>

#include "sky/angles.h"
#include "sky/coordinates.h"
#include "sky/mapping.h"
#include "sky/table.h"

enum { MATCH_ID_MAX = 128 }; /* characters */

static const struct lc_field item_members[] = {
	LC_PARAM_OPTIONAL(match_item, id, .max = "128",
			  .doc = "What the answer calls it."),
	LC_PARAM_OPTIONAL(match_item, coordinates, .min = "1", .max = "256",
			  .doc = "A position or name, as GET /galaxy takes "
				 "it."),
	LC_PARAM_OPTIONAL(match_item, ra_deg, .min = "-360", .max = "360",
			  .unit = "deg", .doc = "Right ascension, ICRS."),
	LC_PARAM_OPTIONAL(match_item, dec_deg, .min = "-90", .max = "90",
			  .unit = "deg", .doc = "Declination, ICRS."),
	LC_FIELD_END};

const struct lc_field match_item_field =
	LC_ITEM(struct match_item, .members = item_members,
		.doc = "A position: ra_deg and dec_deg, or coordinates.");

/* ---- JSON */

static enum lc_rc
coordinates_take(struct lc_call *call, struct catalogue *catalogue,
		 const char *text, const char *loc, struct match_position *out)
{
	struct catalogue_place place;
	struct coordinates read;
	enum lc_rc rc;

	switch (coordinates_read(text, strlen(text), &read)) {
	case COORDINATES_POSITION:
		out->ra_deg = read.ra_deg;
		out->dec_deg = read.dec_deg;
		return LC_OK;
	case COORDINATES_ERROR:
		return lc_refuse(call, loc, "value_error", text,
				 "%s (at byte %zu)", read.message, read.offset);
	case COORDINATES_NAME:
		break;
	}
	rc = catalogue_find_name(catalogue, text, strlen(text), &place);
	if (rc == LC_NOT_FOUND)
		return lc_refuse(call, loc, "value_error", text,
				 "Tried as a position%s%s and as a name: the "
				 "catalogue %s has no such name",
				 read.message[0] != '\0' ? ": " : "",
				 read.message, catalogue_name(catalogue));
	if (rc != LC_OK)
		return rc;
	out->ra_deg = place.ra_deg;
	out->dec_deg = place.dec_deg;
	return LC_OK;
}

/* Says which member is missing, or is one too many. */
static enum lc_rc
item_refuse(struct lc_call *call, const struct match_item *item, size_t i)
{
	bool half = item->has_ra_deg != item->has_dec_deg;
	const char *member = item->has_coordinates ? ".coordinates" :
			     !half                 ? "" :
			     item->has_ra_deg      ? ".dec_deg" :
						     ".ra_deg";
	char loc[48];

	snprintf(loc, sizeof(loc), "positions.%zu%s", i, member);
	if (half && !item->has_coordinates)
		return lc_refuse(call, loc, "missing", NULL, "Field required");
	return lc_refuse(call, loc, "value_error", NULL,
			 item->has_coordinates ?
				 "Give ra_deg and dec_deg, or coordinates, and "
				 "not both" :
				 "Give ra_deg and dec_deg, or coordinates");
}

static enum lc_rc
item_take(struct lc_call *call, struct catalogue *catalogue,
	  const struct match_item *item, size_t i, struct match_position *out)
{
	char loc[48];

	out->id = item->has_id ? item->id : NULL;
	if (item->has_coordinates && !item->has_ra_deg && !item->has_dec_deg) {
		snprintf(loc, sizeof(loc), "positions.%zu.coordinates", i);
		return coordinates_take(call, catalogue, item->coordinates, loc,
					out);
	}
	if (item->has_coordinates || !item->has_ra_deg || !item->has_dec_deg)
		return item_refuse(call, item, i);
	out->ra_deg = angles_wrap_deg(item->ra_deg);
	out->dec_deg = item->dec_deg;
	return LC_OK;
}

enum lc_rc
match_read_json(struct lc_call *call, struct catalogue *catalogue,
		const struct lc_list *items, struct match_position **out)
{
	const struct match_item *item = items->items;
	struct match_position *positions =
		lc_alloc(call, (items->count + 1) * sizeof(*positions));
	enum lc_rc worst = LC_OK;

	if (positions == NULL)
		return LC_NO_MEMORY;
	*out = positions;
	for (size_t i = 0; i < items->count; i++) {
		enum lc_rc rc = progress_stopped(lc_progress(call));

		if (rc == LC_OK)
			rc = item_take(call, catalogue, &item[i], i,
				       &positions[i]);
		if (rc != LC_OK && rc != LC_INVALID)
			return rc;
		if (rc != LC_OK)
			worst = rc;
	}
	return worst;
}

/* ---- CSV */

struct csv_reading {
	struct lc_call *call;
	struct table *table;
	struct mapping *mapping;
	int id_column; /* -1: there is none */
	struct match_position *positions;
	size_t count;
};

static enum lc_rc
line_refuse(const struct csv_reading *reading, const char *why)
{
	char loc[48];

	snprintf(loc, sizeof(loc), "body.%lld",
		 (long long)table_line(reading->table));
	return lc_refuse(reading->call, loc, "value_error", NULL, "%s", why);
}

static size_t
characters(const char *text, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static enum lc_rc
id_take(const struct csv_reading *reading, struct match_position *position)
{
	const struct table_cell *cell;

	position->id = NULL;
	if (reading->id_column < 0)
		return LC_OK;
	cell = &table_cells(reading->table)[reading->id_column];
	if (!cell->present)
		return LC_OK;
	if (characters(cell->text, cell->length) > MATCH_ID_MAX)
		return line_refuse(reading,
				   "its id has more than 128 characters");
	position->id =
		arena_dup(lc_arena(reading->call), cell->text, cell->length);
	return position->id == NULL ? LC_NO_MEMORY : LC_OK;
}

/* A row that can be read; `converted`: it was not UTF-8. */
static enum lc_rc
row_take(struct csv_reading *reading, bool converted)
{
	struct match_position *position = &reading->positions[reading->count];
	struct columns_value values[COLUMNS__MAX];
	char why[MAPPING_WHY_MAX];
	enum lc_rc rc;

	if (converted)
		return line_refuse(reading, "the row is not UTF-8");
	if (mapping_row(reading->mapping, reading->table, values, why,
			sizeof(why)) != LC_OK)
		return line_refuse(reading, why);
	rc = id_take(reading, position);
	if (rc != LC_OK)
		return rc;
	position->ra_deg = angles_wrap_deg(values[COLUMNS_RA].real);
	position->dec_deg = values[COLUMNS_DEC].real;
	reading->count++;
	return LC_OK;
}

/* All rows, at most MATCH_MOST, whatever is wrong with them. */
static enum lc_rc
rows_take(struct csv_reading *reading)
{
	struct table *table = reading->table;
	int64_t converted = table_converted(table);
	enum lc_rc worst = LC_OK;
	enum table_result result;

	reading->positions = lc_alloc(reading->call,
				      MATCH_MOST * sizeof(*reading->positions));
	if (reading->positions == NULL)
		return LC_NO_MEMORY;
	for (int rows = 0; (result = table_next(table)) != TABLE_END; rows++) {
		enum lc_rc rc;

		if (result == TABLE_FAILED)
			return lc_fail(reading->call, LC_INTERNAL, "%s",
				       table_why(table));
		if (rows == MATCH_MOST)
			return lc_refuse(reading->call, "body", "too_long",
					 NULL,
					 "There should be at most %d positions",
					 (int)MATCH_MOST);
		if (result == TABLE_BAD)
			rc = line_refuse(reading, table_why(table));
		else
			rc = row_take(reading,
				      table_converted(table) > converted);
		converted = table_converted(table);
		if (rc != LC_OK && rc != LC_INVALID)
			return rc;
		if (rc != LC_OK)
			worst = rc;
	}
	return worst;
}

static enum lc_rc
table_take(struct csv_reading *reading, char *why, size_t why_bytes)
{
	const struct mapping_wishes wishes = {.positions_only = true};
	size_t length;
	const char *bytes = lc_body_bytes(reading->call, &length);
	enum lc_rc rc;

	rc = table_text_bytes(bytes, length, &reading->table, why, why_bytes);
	if (rc == LC_OK)
		rc = mapping_new(reading->table, &wishes, &reading->mapping,
				 why, why_bytes);
	if (rc != LC_OK)
		return rc;
	reading->id_column = table_find(reading->table, "id", 2);
	if (reading->id_column < 0)
		reading->id_column = mapping_name_column(reading->mapping);
	return LC_OK;
}

/* What comes before the rows, and the words for it if it is wrong. */
static enum lc_rc
csv_begin(struct csv_reading *reading)
{
	size_t length;
	const char *bytes = lc_body_bytes(reading->call, &length);
	size_t spaces = 0;
	char why[MAPPING_WHY_MAX];
	enum lc_rc rc;

	if (length == 0)
		return lc_refuse(reading->call, "body", "missing", NULL,
				 "Field required");
	while (spaces < length && memchr(" \t\r\n", bytes[spaces], 4) != NULL)
		spaces++;
	if (spaces < length && bytes[spaces] == '{')
		return lc_refuse(reading->call, "body", "value_error", NULL,
				 "This is no CSV; is it JSON, of which the "
				 "Content-Type is application/json?");
	rc = table_take(reading, why, sizeof(why));
	if (rc == LC_INVALID)
		return lc_refuse(reading->call, "body", "value_error", NULL,
				 "%s", why);
	return rc == LC_OK ? rc : lc_fail(reading->call, rc, "%s", why);
}

enum lc_rc
match_read_csv(struct lc_call *call, struct match_position **out, size_t *count)
{
	struct csv_reading reading = {.call = call};
	enum lc_rc rc = csv_begin(&reading);

	if (rc == LC_OK)
		rc = rows_take(&reading);
	mapping_free(reading.mapping);
	table_close(reading.table);
	*out = reading.positions;
	*count = reading.count;
	return rc;
}
