/*
 * GET /galaxy/{name}: one object, by any of its names.
 */
#include "object.h"

#include <string.h>

#include "objects.h"
#include "table.h"
#include "usage.h"

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

enum lc_rc
object_find(struct lc_call *call, struct catalogue *catalogue, const char *name,
	    struct catalogue_place *place)
{
	const char *near;
	enum lc_rc rc =
		catalogue_find_name(catalogue, name, strlen(name), place);

	if (rc != LC_NOT_FOUND)
		return rc;
	rc = objects_near(call, catalogue, name, &near);
	return rc != LC_OK ? rc :
			     lc_fail(call, LC_NOT_FOUND,
				     "The catalogue %s has no object named "
				     "%.256s%s",
				     catalogue_name(catalogue), name, near);
}

enum lc_rc
object_write(struct lc_call *call, struct catalogue *catalogue, int64_t id)
{
	const struct columns_value *values;
	const struct columns_set *columns;
	enum lc_rc rc = catalogue_columns(catalogue, &columns);

	if (rc == LC_OK)
		rc = catalogue_object(catalogue, id, lc_arena(call), &values);
	if (rc == LC_OK)
		objects_write(lc_json(call), columns, values, NULL,
			      catalogue_name(catalogue), true);
	return rc;
}

static enum lc_rc
object_read(struct lc_call *call, struct catalogue *catalogue, const void *args)
{
	const struct object_query *query = args;
	struct catalogue_place place;
	enum lc_rc rc = object_find(call, catalogue, query->name, &place);

	return rc == LC_OK ? object_write(call, catalogue, place.id) : rc;
}

static enum lc_rc
object_run(struct lc_call *call, const void *args)
{
	const struct object_query *query = args;

	return objects_ask(call, query->has_catalogue ? query->catalogue : NULL,
			   object_read, query);
}

/* What is asked, and where its version goes. */
struct object_asked {
	const struct object_query *query;
	uint64_t *version;
};

static enum lc_rc
object_look(struct lc_call *call, struct catalogue *catalogue, const void *args)
{
	const struct object_asked *asked = args;
	struct catalogue_place place;
	enum lc_rc rc =
		object_find(call, catalogue, asked->query->name, &place);

	if (rc == LC_OK)
		*asked->version = catalogue_object_version(catalogue, place.id);
	return rc;
}

/* The object's own: neither how it was named nor other objects change it. */
static enum lc_rc
object_version(struct lc_call *call, const void *args, uint64_t *version)
{
	const struct object_asked asked = {args, version};

	return objects_ask(call,
			   asked.query->has_catalogue ? asked.query->catalogue :
							NULL,
			   object_look, &asked);
}

const struct lc_endpoint object_endpoint = {
	.method = LC_GET,
	.path = "/galaxy/{name}",
	.tag = &objects_tag,
	.summary = "One object, by any of its names.",
	.params = object_params,
	.args_size = sizeof(struct object_query),
	.rates = usage_limits,
	.work = LC_QUICK,
	.deadline_ms = 2000,
	.reply_more = objects_field,
	.problems = object_problems,
	.examples = object_examples,
	.version = object_version,
	.run = object_run,
};
