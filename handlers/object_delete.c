/*
 * DELETE /galaxy/{name}: takes an object out of the catalogue.
 */
#include "change.h"
#include "object.h"
#include "objects.h"
#include "table.h"
#include "usage.h"

struct delete_query {
	const char *name;
	const char *catalogue;
	bool has_catalogue;
};

static const struct lc_field delete_params[] = {
	LC_PARAM(delete_query, name, .in = LC_IN_PATH, .min = "1", .max = "128",
		 .doc = "Any of its names."),
	LC_PARAM_OPTIONAL(delete_query, catalogue, .min = "1", .max = "64",
			  .doc = "The catalogue to change; the default one "
				 "otherwise."),
	LC_FIELD_END};

static const struct lc_field delete_reply[] = {
	LC_FIELD("deleted", LC_TEXT, .doc = "The main name of the object."),
	LC_FIELD("catalogue", LC_TEXT, .doc = "Where it was."), LC_FIELD_END};

static const struct lc_example delete_examples[] = {
	{"Without a key", "/galaxy/M31", NULL, 401}, {.target = NULL}};

static const enum lc_rc delete_problems[] = {LC_NOT_FOUND, LC_PRECONDITION,
					     LC_UNAVAILABLE, LC_OK};

static const struct lc_guard *const delete_guards[] = {&lc_guard_write, NULL};

static enum lc_rc
delete_make(struct change *change)
{
	const struct delete_query *query = change->args;
	struct json *json;
	enum lc_rc rc;

	if (!change->exists)
		return object_find(change->call, change->catalogue, query->name,
				   &change->place);
	rc = change_delete(change);
	if (rc != LC_OK)
		return rc;
	json = lc_json(change->call);
	json_text(json, "deleted", change->before[COLUMNS_NAME].text);
	json_text(json, "catalogue", catalogue_name(change->catalogue));
	return LC_OK;
}

static enum lc_rc
delete_object(struct lc_call *call, struct catalogue *catalogue,
	      const void *args)
{
	const struct delete_query *query = args;

	return change_make(call, catalogue, query->name, args, delete_make,
			   NULL);
}

static enum lc_rc
object_delete_run(struct lc_call *call, const void *args)
{
	const struct delete_query *query = args;

	return objects_ask(call, query->has_catalogue ? query->catalogue : NULL,
			   delete_object, query);
}

const struct lc_endpoint object_delete_endpoint = {
	.method = LC_DELETE,
	.path = "/galaxy/{name}",
	.tag = &objects_tag,
	.summary = "Takes an object out of the catalogue.",
	.details = "It is hidden, and stays so when the catalogue is imported "
		   "anew; PUT brings it back.",
	.params = delete_params,
	.args_size = sizeof(struct delete_query),
	.guards = delete_guards,
	.rates = usage_limits_writer,
	.work = LC_QUICK,
	.deadline_ms = 5000,
	.conditional = true,
	.reply = delete_reply,
	.problems = delete_problems,
	.examples = delete_examples,
	.run = object_delete_run,
};
