/*
 * GET /galaxy: the objects around a position or a name, nearest first.
 */
#include <string.h>

#include "galaxy_page.h"
#include "keeping.h"
#include "objects.h"
#include "sky/cone.h"
#include "table.h"
#include "target.h"
#include "usage.h"

/* A larger answer, of very many columns, goes out in pieces. */
enum { GALAXY_SEND_BYTES = 1 << 20 };

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
	const char *after;
	bool has_after;
};

static const struct lc_field galaxy_params[] = {
	LC_PARAM(
		galaxy_query, coordinates, .min = "1", .max = "256",
		.doc = "Position or name, e.g. \"M31\", \"10.68 +41.27\", "
		       "\"00:42:44 +41:16:09\" or \"galactic 121.17 -21.57\"."),
	LC_PARAM(galaxy_query, radius_deg, .min = "0", .max = "180",
		 .def = "0.25", .unit = "deg", .doc = "Search radius."),
	LC_PARAM(galaxy_query, limit, .min = "1", .max = "10000", .def = "100",
		 .doc = "Most objects to return."),
	LC_PARAM_OPTIONAL(galaxy_query, after, .min = "1", .max = "128",
			  .doc = "The page that follows the one whose 'next' "
				 "said this."),
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
		 .doc = "What 'after' takes for the following page; null: this "
			"is the last."),
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

static const enum lc_rc galaxy_problems[] = {LC_CONFLICT, LC_OK};

/* A search that was made, and what its answer is written from. */
struct galaxy_found {
	const struct galaxy_query *query;
	struct target target;
	struct cone_query cone;
	struct galaxy_page page;
	struct cone_mark mark;
	struct cone_result result;
	const char *next; /* NULL: no page follows */
};

static enum lc_rc
json_write(struct lc_call *call, struct catalogue *catalogue,
	   struct galaxy_found *found)
{
	const char *name = catalogue_name(catalogue);
	struct json *json = lc_json(call);
	const struct columns_value *values;
	const struct columns_set *columns;
	enum lc_rc rc = catalogue_columns(catalogue, &columns);

	json_array_begin(json, "system");
	for (size_t i = 0; rc == LC_OK && i < found->result.count; i++) {
		rc = cone_values(catalogue, &found->result, i, &values);
		if (rc != LC_OK)
			return rc;
		json_object_begin(json, NULL);
		objects_write(json, columns, values,
			      &found->result.rows[i].separation_deg, name,
			      false);
		json_object_end(json);
		if (json->out->length >= GALAXY_SEND_BYTES)
			rc = lc_body_send(call);
	}
	json_array_end(json);
	json_object_begin(json, "coordinates");
	json_text(json, "input", found->query->coordinates);
	json_text(json, "read_as", found->target.read_as);
	json_number(json, "ra_deg", found->target.ra_deg);
	json_number(json, "dec_deg", found->target.dec_deg);
	json_text(json, "frame", "icrs");
	json_object_end(json);
	json_number(json, "radius_deg", found->query->radius_deg);
	json_int(json, "matched", found->result.matched);
	if (found->next != NULL)
		json_text(json, "next", found->next);
	else
		json_null(json, "next");
	return rc;
}

/* The rows alone; the link to the next page goes into the header. */
static enum lc_rc
table_write(struct lc_call *call, struct catalogue *catalogue,
	    enum rows_format format, struct galaxy_found *found)
{
	const struct columns_value *values;
	struct rows_table table;
	struct rows rows;
	enum lc_rc rc = objects_table(call, catalogue, &table);

	table.separation = true;
	table.request = found->query->coordinates;
	if (rc == LC_OK)
		rc = rows_init(&rows, format, &table, lc_arena(call),
			       lc_body(call, NULL));
	if (rc != LC_OK)
		return rc;
	lc_set_field(call, "X-Matched", "%lld",
		     (long long)found->result.matched);
	if (found->next != NULL)
		lc_set_field(call, "X-Next", "%s", found->next);
	rows_begin(&rows);
	for (size_t i = 0; i < found->result.count && rc == LC_OK; i++) {
		rc = cone_values(catalogue, &found->result, i, &values);
		if (rc == LC_OK)
			rows_row(&rows, values,
				 found->result.rows[i].separation_deg);
		if (rc == LC_OK && rows.out->length >= GALAXY_SEND_BYTES)
			rc = lc_body_send(call);
	}
	rows_end(&rows, found->next != NULL, NULL);
	return rc;
}

static enum lc_rc
found_write(struct lc_call *call, struct catalogue *catalogue,
	    struct galaxy_found *found)
{
	switch (lc_format(call)) {
	case LC_AS_CSV:
		return table_write(call, catalogue, ROWS_CSV, found);
	case LC_AS_TSV:
		return table_write(call, catalogue, ROWS_TSV, found);
	case LC_AS_VOTABLE:
		return table_write(call, catalogue, ROWS_VOTABLE, found);
	default:
		return json_write(call, catalogue, found);
	}
}

/* Turns what was asked into the search's own words. */
static enum lc_rc
found_prepare(struct lc_call *call, struct catalogue *catalogue,
	      struct galaxy_found *found)
{
	const struct galaxy_query *query = found->query;
	struct cone_query *cone = &found->cone;
	enum lc_rc rc = LC_OK;

	*cone = (struct cone_query){
		.radius_deg = query->radius_deg,
		.limit = query->limit,
		.type = query->has_type ? query->type : NULL,
		.has_magnitude_max = query->has_magnitude_max,
		.magnitude_max = query->magnitude_max,
	};
	found->page = (struct galaxy_page){catalogue_name(catalogue),
					   catalogue_version(catalogue),
					   query->coordinates, cone};
	if (query->has_after) {
		cone->after = &found->mark;
		rc = galaxy_page_read(call, query->after, &found->page,
				      &found->mark);
	}
	if (rc == LC_OK)
		rc = target_find(call, catalogue, "coordinates",
				 query->coordinates, &found->target);
	cone->ra_deg = found->target.ra_deg;
	cone->dec_deg = found->target.dec_deg;
	return rc;
}

static enum lc_rc
galaxy_search(struct lc_call *call, struct catalogue *catalogue,
	      const void *args)
{
	struct galaxy_found found = {.query = args};
	char next[GALAXY_PAGE_MAX];
	enum lc_rc rc = found_prepare(call, catalogue, &found);

	if (rc != LC_OK)
		return rc;
	rc = cone_search(catalogue, &found.cone, lc_progress(call),
			 lc_arena(call), &found.result);
	if (rc == LC_NOT_FOUND)
		return lc_refuse(call, "after", "value_error",
				 found.query->after,
				 "This is no token of a page");
	if (rc != LC_OK)
		return rc;
	if (found.result.more && found.result.count > 0) {
		galaxy_page_write(&found.page,
				  &found.result.rows[found.result.count - 1],
				  next);
		found.next = next;
	}
	return found_write(call, catalogue, &found);
}

static enum lc_rc
galaxy_run(struct lc_call *call, const void *args)
{
	const struct galaxy_query *query = args;

	return objects_ask(call, query->has_catalogue ? query->catalogue : NULL,
			   galaxy_search, query);
}

static enum lc_rc
galaxy_version(struct lc_call *call, const void *args, uint64_t *version)
{
	const struct galaxy_query *query = args;

	return objects_version(
		call, query->has_catalogue ? query->catalogue : NULL, version);
}

static unsigned
galaxy_class(const struct lc_call *call, const void *args)
{
	const struct galaxy_query *query = args;

	return keeping_amount(
		objects_class(call,
			      query->has_catalogue ? query->catalogue : NULL,
			      query->radius_deg),
		(double)query->limit);
}

static enum lc_work
galaxy_weigh(struct lc_call *call, const void *args)
{
	const struct galaxy_query *query = args;

	return objects_weigh(call,
			     query->has_catalogue ? query->catalogue : NULL,
			     query->radius_deg, 1);
}

static int64_t
galaxy_cost(struct lc_call *call, const void *args)
{
	const struct galaxy_query *query = args;

	return objects_cost(call,
			    query->has_catalogue ? query->catalogue : NULL,
			    query->radius_deg, 1);
}

const struct lc_endpoint galaxy_endpoint = {
	.method = LC_GET,
	.path = "/galaxy",
	.tag = &objects_tag,
	.summary = "Objects around a position or name, nearest first.",
	.details = "As a table (csv, tsv, votable) the answer has the rows "
		   "only; how many match, and the token of the following "
		   "page, are then in the fields X-Matched and X-Next.",
	.params = galaxy_params,
	.args_size = sizeof(struct galaxy_query),
	.weigh = galaxy_weigh,
	.rates = usage_limits,
	.cost = {galaxy_cost, OBJECTS_COST_MOST, OBJECTS_COST},
	.deadline_ms = 10000,
	.cache = {.keep = KEEPING_BY_VERSION(galaxy_class)},
	.formats = LC_AS_JSON | LC_AS_CSV | LC_AS_TSV | LC_AS_VOTABLE,
	.reply = galaxy_reply,
	.problems = galaxy_problems,
	.examples = galaxy_examples,
	.version = galaxy_version,
	.run = galaxy_run,
};
