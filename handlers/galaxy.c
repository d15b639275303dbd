/*
 * GET /galaxy: the objects around a position or a name, nearest first.
 */
#include <string.h>

#include "objects.h"
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

static const struct lc_field galaxy_params[] = {
	LC_PARAM(galaxy_query, coordinates, .min = "1", .max = "256",
		 .doc = "Position or name, e.g. \"M31\", \"10.68 +41.27\" or "
			"\"00:42:44 +41:16:09\"."),
	LC_PARAM(galaxy_query, radius_deg, .min = "0", .max = "180",
		 .def = "0.25", .unit = "deg", .doc = "Search radius."),
	LC_PARAM(galaxy_query, limit, .min = "1", .max = "10000", .def = "100",
		 .doc = "Most objects to return."),
	LC_PARAM_OPTIONAL(galaxy_query, catalogue, .min = "1", .max = "64",
			  .doc = "The catalogue to ask; the default one "
				 "otherwise."),
	LC_PARAM_OPTIONAL(galaxy_query, type, .choices = columns_types,
			  .doc = "Only objects of this type."),
	LC_PARAM_OPTIONAL(galaxy_query, magnitude_max, .min = "-30",
			  .max = "40", .unit = "mag",
			  .doc = "Only objects at least this bright (V, or B "
				 "where V is unknown)."),
	LC_FIELD_END};

static const struct lc_field galaxy_object = {.type = LC_OBJECT,
					      .more = objects_field};

static const char *const galaxy_frames[] = {"icrs", NULL};

static const struct lc_field galaxy_place[] = {
	LC_FIELD("input", LC_TEXT, .doc = "What was asked."),
	LC_FIELD("read_as", LC_TEXT, .doc = "As what it was read."),
	LC_FIELD("ra_deg", LC_NUMBER, .unit = "deg", .doc = "Right ascension."),
	LC_FIELD("dec_deg", LC_NUMBER, .unit = "deg", .doc = "Declination."),
	LC_FIELD("frame", LC_TEXT, .choices = galaxy_frames,
		 .doc = "The frame of both."),
	LC_FIELD_END};

static const struct lc_field galaxy_reply[] = {
	LC_FIELD("system", LC_LIST, .item = &galaxy_object,
		 .doc = "The objects, nearest first, ties by name. What is not "
			"known is absent."),
	LC_FIELD("coordinates", LC_OBJECT, .members = galaxy_place,
		 .doc = "Where was searched."),
	LC_FIELD("radius_deg", LC_NUMBER, .unit = "deg",
		 .doc = "How far from there."),
	LC_FIELD("matched", LC_INT, .min = "0",
		 .doc = "How many there are, also beyond limit."),
	LC_FIELD("next", LC_TEXT, .nullable = true,
		 .doc = "The token of the following page; null: none."),
	LC_FIELD_END};

static const struct lc_example galaxy_examples[] = {
	{"The Andromeda Galaxy, by its name",
	 "/galaxy?coordinates=M31&radius_deg=0.25&limit=3", NULL, 200},
	{"The bright galaxies around Virgo A",
	 "/galaxy?coordinates=Virgo+A&radius_deg=2&limit=3&type=galaxy"
	 "&magnitude_max=11",
	 NULL, 200},
	{"Two inputs out of their bounds",
	 "/galaxy?coordinates=10.68,41.27&radius_deg=500&limit=0", NULL, 422},
	{.target = NULL}};

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
	const char *near;
	enum lc_rc rc = objects_near(call, catalogue, text, &near);

	if (rc != LC_OK)
		return rc;
	return lc_refuse(call, "coordinates", "value_error", text,
			 "Tried as a position%s%s and as a name: the catalogue "
			 "%s has no "
			 "such name%s",
			 read->message[0] != '\0' ? ": " : "", read->message,
			 catalogue_name(catalogue), near);
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
reply_write(struct lc_call *call, const struct galaxy_query *query,
	    const struct galaxy_target *target,
	    const struct cone_result *result, const char *catalogue)
{
	struct json *json = lc_json(call);

	json_array_begin(json, "system");
	for (size_t i = 0; i < result->count; i++) {
		json_object_begin(json, NULL);
		objects_write(json, result->rows[i].values,
			      &result->rows[i].separation_deg, catalogue);
		json_object_end(json);
	}
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
	      const void *args)
{
	const struct galaxy_query *query = args;
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
	const struct galaxy_query *query = args;

	return objects_ask(call, query->has_catalogue ? query->catalogue : NULL,
			   galaxy_search, query);
}

const struct lc_endpoint galaxy_endpoint = {
	.method = LC_GET,
	.path = "/galaxy",
	.tag = &objects_tag,
	.summary = "Objects around a position or name, nearest first.",
	.params = galaxy_params,
	.args_size = sizeof(struct galaxy_query),
	.work = LC_QUICK,
	.deadline_ms = 2000,
	.reply = galaxy_reply,
	.examples = galaxy_examples,
	.run = galaxy_run,
};
