#include "match_read.h"

#include <stdio.h>
#include <string.h>

#include "sky/angles.h"
#include "sky/coordinates.h"
#include "sky/mapping.h"
#include "sky/table.h"

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
		return lc_refuse(
			call, loc, "value_error", text,
			"This is no position, and the catalogue %s has "
			"no such name",
			catalogue_name(catalogue));
	out->ra_deg = place.ra_deg;
	out->dec_deg = place.dec_deg;
	return rc;
}

static enum lc_rc
item_take(struct lc_call *call, struct catalogue *catalogue,
	  const struct match_item *item, size_t i, struct match_position *out)
{
	char loc[48];

	out->id = item->has_id ? item->id : NULL;
	snprintf(loc, sizeof(loc), "positions.%zu%s", i,
		 item->has_coordinates ? ".coordinates" : "");
	if (item->has_coordinates && !item->has_ra_deg && !item->has_dec_deg)
		return coordinates_take(call, catalogue, item->coordinates, loc,
					out);
	if (item->has_coordinates || !item->has_ra_deg || !item->has_dec_deg)
		return lc_refuse(call, loc, "value_error", NULL,
				 "Give ra_deg and dec_deg, or coordinates, and "
				 "not both");
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
		enum lc_rc rc =
			item_take(call, catalogue, &item[i], i, &positions[i]);

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
	struct columns_value *values;
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

static enum lc_rc
row_take(struct csv_reading *reading, enum table_result result)
{
	struct match_position *position = &reading->positions[reading->count];
	const struct columns_value *values = reading->values;
	char why[MAPPING_WHY_MAX];

	if (result != TABLE_ROW)
		return line_refuse(reading, table_why(reading->table));
	if (mapping_row(reading->mapping, reading->table, reading->values, why,
			sizeof(why)) != LC_OK)
		return line_refuse(reading, why);
	if (!values[COLUMNS_RA].present || !values[COLUMNS_DEC].present)
		return line_refuse(reading, "it has no position");
	if (reading->count == MATCH_MOST)
		return lc_refuse(reading->call, "body", "too_long", NULL,
				 "There should be at most %d positions",
				 (int)MATCH_MOST);
	if (!mapping_makes_names(reading->mapping) &&
	    values[COLUMNS_NAME].present) {
		position->id = arena_dup(lc_arena(reading->call),
					 values[COLUMNS_NAME].text,
					 values[COLUMNS_NAME].length);
		if (position->id == NULL)
			return LC_NO_MEMORY;
	}
	position->ra_deg = angles_wrap_deg(values[COLUMNS_RA].real);
	position->dec_deg = values[COLUMNS_DEC].real;
	reading->count++;
	return LC_OK;
}

static enum lc_rc
rows_take(struct csv_reading *reading)
{
	size_t own = mapping_own_count(reading->mapping);
	enum lc_rc worst = LC_OK;
	enum table_result result;

	reading->values = lc_alloc(
		reading->call, (COLUMNS__MAX + own) * sizeof(*reading->values));
	reading->positions = lc_alloc(
		reading->call, (MATCH_MOST + 1) * sizeof(*reading->positions));
	if (reading->values == NULL || reading->positions == NULL)
		return LC_NO_MEMORY;
	while ((result = table_next(reading->table)) != TABLE_END) {
		enum lc_rc rc = row_take(reading, result);

		if (rc != LC_OK)
			worst = rc;
		if (rc == LC_NO_MEMORY || result == TABLE_FAILED ||
		    reading->count > MATCH_MOST ||
		    (rc != LC_OK && reading->count == MATCH_MOST))
			break;
	}
	return worst;
}

enum lc_rc
match_read_csv(struct lc_call *call, struct match_position **out, size_t *count)
{
	const struct mapping_wishes wishes = {.catalogue = "position"};
	struct csv_reading reading = {.call = call};
	char why[MAPPING_WHY_MAX];
	size_t length;
	const char *bytes = lc_body_bytes(call, &length);
	enum lc_rc rc = table_text_bytes(bytes, length, &reading.table, why,
					 sizeof(why));

	if (rc == LC_OK)
		rc = mapping_new(reading.table, &wishes, &reading.mapping, why,
				 sizeof(why));
	if (rc == LC_INVALID)
		rc = lc_refuse(call, "body", "value_error", NULL, "%s", why);
	else if (rc == LC_OK)
		rc = rows_take(&reading);
	else
		rc = lc_fail(call, rc, "%s", why);
	mapping_free(reading.mapping);
	table_close(reading.table);
	*out = reading.positions;
	*count = reading.count;
	return rc;
}
