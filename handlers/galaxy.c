/*
 * GET /galaxy: the objects around a position or a name, nearest first.
 */
#include <string.h>

#include "context.h"
#include "sky/cone.h"
#include "sky/coordinates.h"
#include "table.h"

struct galaxy_query {
	const char *coordinates;
	double radius_deg;
	int64_t limit;
	const char *catalogue;
	bool has_catalogue;
	const char *type;
	bool has_type;
	double magnitude_max;
	bool has_magnitude_max;
};

static const struct lc_param galaxy_params[] = {
	LC_PARAM(galaxy_query, coordinates, .min = "1", .max = "256",
		 .doc = "Position or name, e.g. \"M31\", \"10.68 +41.27\" or "
			"\"00:42:44 +41:16:09\"."),
	LC_PARAM(galaxy_query, radius_deg, .min = "0", .max = "180",
		 .def = "0.25", .doc = "Search radius, degrees."),
	LC_PARAM(galaxy_query, limit, .min = "1", .max = "10000", .def = "100",
		 .doc = "Most objects to return."),
	LC_PARAM_OPTIONAL(galaxy_query, catalogue, .min = "1", .max = "64",
			  .doc = "The catalogue to ask; the default one "
				 "otherwise."),
	LC_PARAM_OPTIONAL(galaxy_query, type, .choices = columns_types,
			  .doc = "Only objects of this type."),
	LC_PARAM_OPTIONAL(galaxy_query, magnitude_max, .min = "-30",
			  .max = "40",
			  .doc = "Only objects at least this bright (V, or B "
				 "where V is unknown)."),
	LC_PARAM_END};

enum { GALAXY_NEAR_MOST = 5 };

/* The point that is asked about. */
struct galaxy_target {
	const char *read_as;
	double ra_deg, dec_deg;
};

/* 422 for what is no position and no name: what was tried, what is near. */
static enum lc_rc
name_unknown(struct lc_call *call, struct catalogue *catalogue,
	     const char *text, const struct coordinates *read)
{
	struct catalogue_near near[GALAXY_NEAR_MOST];
	struct buf list;
	size_t count = 0;
	enum lc_rc rc;

	rc = catalogue_nearest_names(catalogue, text, strlen(text), near,
				     GALAXY_NEAR_MOST, &count);
	if (rc != LC_OK)
		return rc;
	buf_init(&list);
	for (size_t i = 0; i < count; i++)
		buf_printf(&list, "%s%s", i == 0 ? "; near names: " : ", ",
			   near[i].name);
	if (list.failed)
		rc = LC_NO_MEMORY;
	else
		rc = lc_refuse(
			call, "coordinates", "value_error", text,
			"Tried as a position%s%s and as a name: the catalogue "
			"%s has no such name%.*s",
			read->message[0] != '\0' ? ": " : "", read->message,
			catalogue_name(catalogue), (int)list.length,
			list.length > 0 ? list.bytes : "");
	buf_release(&list);
	return rc;
}

static enum lc_rc
target_find(struct lc_call *call, struct catalogue *catalogue, const char *text,
	    struct galaxy_target *target)
{
	struct catalogue_place place = {.id = 0};
	struct coordinates read;
	enum lc_rc rc;

	switch (coordinates_read(text, strlen(text), &read)) {
	case COORDINATES_POSITION:
		*target = (struct galaxy_target){read.form, read.ra_deg,
						 read.dec_deg};
		return LC_OK;
	case COORDINATES_ERROR:
		return lc_refuse(call, "coordinates", "value_error", text,
				 "%s (at byte %zu)", read.message, read.offset);
	case COORDINATES_NAME:
		break;
	}
	rc = catalogue_find_name(catalogue, text, strlen(text), &place);
	if (rc == LC_NOT_FOUND)
		return name_unknown(call, catalogue, text, &read);
	*target = (struct galaxy_target){"name", place.ra_deg, place.dec_deg};
	return rc;
}

static void
list_write(struct json *json, const char *name, const char *list)
{
	json_array_begin(json, name);
	while (*list != '\0') {
		size_t length = strcspn(list, "|");

		if (length > 0)
			json_bytes(json, NULL, list, length);
		list += length + (list[length] == '|');
	}
	json_array_end(json);
}

static void
row_write(struct json *json, const struct cone_row *row, const char *catalogue)
{
	json_object_begin(json, NULL);
	for (int i = 0; i < COLUMNS_SHOWN; i++) {
		const struct columns_column *column = &columns_table[i];
		const struct columns_value *value = &row->values[i];

		if (!value->present)
			continue;
		if (column->type == COLUMNS_REAL)
			json_number(json, column->name, value->real);
		else if (column->type == COLUMNS_LIST)
			list_write(json, column->name, value->text);
		else
			json_bytes(json, column->name, value->text,
				   value->length);
		if (i == COLUMNS_DEC)
			json_number(json, "separation_deg",
				    row->separation_deg);
	}
	json_text(json, "catalogue", catalogue);
	json_object_end(json);
}

static void
reply_write(struct lc_call *call, const struct galaxy_query *query,
	    const struct galaxy_target *target,
	    const struct cone_result *result, const char *catalogue)
{
	struct json *json = lc_json(call);

	json_array_begin(json, "system");
	for (size_t i = 0; i < result->count; i++)
		row_write(json, &result->rows[i], catalogue);
	json_array_end(json);
	json_object_begin(json, "coordinates");
	json_text(json, "input", query->coordinates);
	json_text(json, "read_as", target->read_as);
	json_number(json, "ra_deg", target->ra_deg);
	json_number(json, "dec_deg", target->dec_deg);
	json_text(json, "frame", "icrs");
	json_object_end(json);
	json_number(json, "radius_deg", query->radius_deg);
	json_int(json, "matched", result->matched);
	json_null(json, "next");
}

static enum lc_rc
galaxy_search(struct lc_call *call, struct catalogue *catalogue,
	      const struct galaxy_query *query)
{
	struct galaxy_target target = {.read_as = NULL};
	struct cone_result result;
	struct cone_query cone;
	enum lc_rc rc;

	rc = target_find(call, catalogue, query->coordinates, &target);
	if (rc != LC_OK)
		return rc;
	cone = (struct cone_query){
		.ra_deg = target.ra_deg,
		.dec_deg = target.dec_deg,
		.radius_deg = query->radius_deg,
		.limit = query->limit,
		.type = query->has_type ? query->type : NULL,
		.has_magnitude_max = query->has_magnitude_max,
		.magnitude_max = query->magnitude_max,
	};
	rc = cone_search(catalogue, &cone, lc_progress(call), lc_arena(call),
			 &result);
	if (rc == LC_OK)
		reply_write(call, query, &target, &result,
			    catalogue_name(catalogue));
	return rc;
}

static enum lc_rc
galaxy_run(struct lc_call *call, const void *args)
{
	const struct context *context = lc_context(call);
	const struct galaxy_query *query = args;
	struct catalogue *catalogue;
	char why[CATALOGUE_WHY_MAX];
	const char *name =
		query->has_catalogue ? query->catalogue : context->catalogue;
	bool is_default = strcmp(name, context->catalogue) == 0;
	enum lc_rc rc;

	rc = catalogue_acquire(context->catalogues, name, &catalogue, why,
			       sizeof(why));
	if (rc == LC_NOT_FOUND && is_default)
		rc = LC_UNAVAILABLE; /* that it is missing is our fault */
	if (rc == LC_NOT_FOUND)
		return lc_refuse(call, "catalogue", "value_error", name, "%s",
				 why);
	if (rc != LC_OK)
		return lc_fail(call, rc, "%s", why);
	rc = galaxy_search(call, catalogue, query);
	if (rc == LC_UNAVAILABLE)
		rc = lc_fail(call, rc, "%s", catalogue_why(catalogue));
	catalogue_release(catalogue);
	return rc;
}

const struct lc_endpoint galaxy_endpoint = {
	.method = LC_GET,
	.path = "/galaxy",
	.summary = "Objects around a position or name, nearest first.",
	.params = galaxy_params,
	.args_size = sizeof(struct galaxy_query),
	.work = LC_QUICK,
	.deadline_ms = 2000,
	.run = galaxy_run,
};
