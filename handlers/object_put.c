/*
 * PUT /galaxy/{name}: changes an object, or makes a new one.
 */
#include <string.h>

#include "change.h"
#include "object.h"
#include "object_body.h"
#include "objects.h"
#include "sky/names.h"
#include "table.h"

static const struct lc_example put_examples[] = {
	{"Without a key", "/galaxy/M31",
	 "{\"ra_deg\": 10.6847917, \"dec_deg\": 41.2690556}", 401},
	{.target = NULL}};

static const int put_statuses[] = {200, 201, 0};

static const enum lc_rc put_problems[] = {LC_PRECONDITION, LC_UNAVAILABLE,
					  LC_OK};

static const struct lc_guard *const put_guards[] = {&lc_guard_write, NULL};

/* The name as it will be shown, which must be a spelling of its key. */
static enum lc_rc
name_choose(struct change *change, const struct object_body *body)
{
	char key[NAMES_MAX_BYTES + 1];

	if (!body->has_name)
		return LC_OK;
	if (names_fold(body->name, strlen(body->name), key) == 0 ||
	    strcmp(key, change->edit.key) != 0)
		return lc_refuse(change->call, "name", "value_error",
				 body->name,
				 "The name may be spelled anew, as %s may be, "
				 "but not become another one; delete the "
				 "object and put it under its new name",
				 change->edit.name);
	change->edit.name = body->name;
	return LC_OK;
}

/* Whether the object has this name already. */
static bool
alias_is_its_own(const struct change *change, const struct catalogue_place *of)
{
	return change->exists && of->id == change->place.id;
}

/* A name that another object has would be taken from it. */
static enum lc_rc
aliases_check(struct change *change, const struct object_body *body)
{
	const char *const *aliases = body->aliases.items;
	size_t count = body->has_aliases ? body->aliases.count : 0;
	enum lc_rc worst = LC_OK;

	for (size_t i = 0; i < count; i++) {
		const struct columns_value *theirs;
		struct catalogue_place place;
		char loc[32];
		enum lc_rc rc;

		rc = catalogue_find_name(change->catalogue, aliases[i],
					 strlen(aliases[i]), &place);
		if (rc == LC_NOT_FOUND || alias_is_its_own(change, &place))
			continue;
		if (rc == LC_OK)
			rc = catalogue_object(change->catalogue, place.id,
					      lc_arena(change->call), &theirs);
		if (rc != LC_OK)
			return rc;
		snprintf(loc, sizeof(loc), "aliases.%zu", i);
		worst = lc_refuse(change->call, loc, "value_error", aliases[i],
				  "This is a name of %s",
				  theirs[COLUMNS_NAME].text);
	}
	return worst;
}

static enum lc_rc
put_make(struct change *change)
{
	const struct object_body *body = change->args;
	size_t own = change->columns->own_count;
	struct columns_value *values =
		lc_alloc(change->call, (COLUMNS__MAX + own) * sizeof(*values));
	enum lc_rc rc;

	if (values == NULL)
		return LC_NO_MEMORY;
	rc = object_body_values(change->call, body, values);
	if (rc == LC_OK)
		rc = name_choose(change, body);
	if (rc == LC_OK)
		rc = aliases_check(change, body);
	if (rc != LC_OK)
		return rc;
	values[COLUMNS_NAME].present = true;
	values[COLUMNS_NAME].text = change->edit.name;
	values[COLUMNS_NAME].length = (uint32_t)strlen(change->edit.name);
	if (change->exists)
		memcpy(values + COLUMNS__MAX, change->before + COLUMNS__MAX,
		       own * sizeof(*values));
	else
		lc_set_status(change->call, 201);
	return change_put(change, values);
}

static enum lc_rc
put_object(struct lc_call *call, struct catalogue *catalogue, const void *args)
{
	const struct object_body *body = args;
	struct catalogue_place place;
	enum lc_rc rc =
		change_make(call, catalogue, body->path_name, args, put_make);

	if (rc == LC_OK)
		rc = object_find(call, catalogue, body->path_name, &place);
	if (rc != LC_OK)
		return rc;
	lc_set_version(call, &object_endpoint,
		       catalogue_object_version(catalogue, place.id));
	return object_write(call, catalogue, place.id);
}

static enum lc_rc
object_put_run(struct lc_call *call, const void *args)
{
	const struct object_body *body = args;

	return objects_ask(call, body->has_catalogue ? body->catalogue : NULL,
			   put_object, body);
}

const struct lc_endpoint object_put_endpoint = {
	.method = LC_PUT,
	.path = "/galaxy/{name}",
	.tag = &objects_tag,
	.summary = "Changes an object, or makes a new one.",
	.details = "The body is the object as it is to be: what it does not "
		   "say is unknown from then on, but for the catalogue's own "
		   "columns, which stay. Whoever asks after the answer sees "
		   "the change; it is kept beside the catalogue and outlives "
		   "its next import.",
	.params = object_body_params,
	.args_size = sizeof(struct object_body),
	.guards = put_guards,
	.work = LC_QUICK,
	.deadline_ms = 5000,
	.conditional = true,
	.reply_more = objects_field,
	.statuses = put_statuses,
	.problems = put_problems,
	.examples = put_examples,
	.run = object_put_run,
};
