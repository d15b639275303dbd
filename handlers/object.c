/*
 * GET /galaxy/{name}: one object, by any of its names.
 */
#include <string.h>

#include "objects.h"
#include "table.h"

struct object_query {
	const char *name;
	const char *catalogue;
	bool has_catalogue;
};

static const struct lc_field object_params[] = {
	LC_PARAM(object_query, name, .in = LC_IN_PATH, .min = "1", .max = "256",
		 .doc = "Any of its names, in any spelling, e.g. \"NGC 224\"."),
	LC_PARAM_OPTIONAL(object_query, catalogue, .min = "1", .max = "64",
			  .doc = "The catalogue to ask; the default one "
				 "otherwise."),
	LC_FIELD_END};

static const struct lc_example object_examples[] = {
	{"The Crab Nebula", "/galaxy/M1", NULL, 200},
	{"A slip of the pen", "/galaxy/Andromda", NULL, 404},
	{.target = NULL}};

static const enum lc_rc object_problems[] = {LC_NOT_FOUND, LC_OK};

static enum lc_rc
object_read(struct lc_call *call, struct catalogue *catalogue, const void *args)
{
	const struct object_query *query = args;
	const char *name = query->name;
	struct catalogue_place place;
	struct columns_value *values;
	const char *near;
	enum lc_rc rc;

	rc = catalogue_find_name(catalogue, name, strlen(name), &place);
	if (rc == LC_NOT_FOUND) {
		rc = objects_near(call, catalogue, name, &near);
		return rc != LC_OK ?
			       rc :
			       lc_fail(call, LC_NOT_FOUND,
				       "The catalogue %s has no object named "
				       "%.256s%s",
				       catalogue_name(catalogue), name, near);
	}
	if (rc == LC_OK)
		rc = catalogue_object(catalogue, place.id, lc_arena(call),
				      &values);
	if (rc == LC_OK)
		objects_write(lc_json(call), values, NULL,
			      catalogue_name(catalogue));
	return rc;
}

static enum lc_rc
object_run(struct lc_call *call, const void *args)
{
	const struct object_query *query = args;

	return objects_ask(call, query->has_catalogue ? query->catalogue : NULL,
			   object_read, query);
}

const struct lc_endpoint object_endpoint = {
	.method = LC_GET,
	.path = "/galaxy/{name}",
	.tag = &objects_tag,
	.summary = "One object, by any of its names.",
	.params = object_params,
	.args_size = sizeof(struct object_query),
	.work = LC_QUICK,
	.deadline_ms = 2000,
	.reply_more = objects_field,
	.problems = object_problems,
	.examples = object_examples,
	.run = object_run,
};
