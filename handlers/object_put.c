/*
 * PUT /galaxy/{name}: changes an object, or makes a new one.
 */
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "object.h"
#include "object_body.h"
#include "objects.h"
#include "table.h"
#include "usage.h"

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
	static const char param[] = "body.name";
	char key[NAMES_MAX_BYTES + 1];
	enum lc_rc rc;

	if (!body->has_name)
		return LC_OK;
	rc = change_fold(change->call, param, body->name, key);
	if (rc == LC_OK && strcmp(key, change->edit.key) != 0)
		return lc_refuse(change->call, param, "value_error", body->name,
				 "The name may be spelled anew, as %s may be, "
				 "but not become another one; delete the "
				 "object and put it under its new name",
				 change->edit.name);
	if (rc == LC_OK)
		change->edit.name = body->name;
	return rc;
}

/* Whether the object had the name in a list before, shared or not. */
static bool
list_has(const struct change *change, int column, const char *key)
{
	const char *at = change->exists ? change->before[column].text : NULL;
	char folded[NAMES_MAX_BYTES + 1];

	if (at == NULL || !change->before[column].present)
		return false;
	while (*at != '\0') {
		size_t length = strcspn(at, "|");

		if (names_fold(at, length, folded) > 0 &&
		    strcmp(folded, key) == 0)
			return true;
		at += length + (at[length] == '|');
	}
	return false;
}

/* A name that another object has would be taken from it. */
static enum lc_rc
name_check(struct change *change, const char *param, const char *name)
{
	struct catalogue *catalogue = change->catalogue;
	const struct columns_value *theirs;
	struct catalogue_place place;
	char key[NAMES_MAX_BYTES + 1];
	enum lc_rc rc = change_fold(change->call, param, name, key);

	if (rc != LC_OK)
		return rc;
	rc = catalogue_find_name(catalogue, name, strlen(name), &place);
	if (rc == LC_NOT_FOUND)
		return LC_OK;
	if (rc == LC_OK && ((change->exists && place.id == change->place.id) ||
			    list_has(change, COLUMNS_ALIASES, key) ||
			    list_has(change, COLUMNS_IDENTIFIERS, key)))
		return LC_OK;
	if (rc == LC_OK)
		rc = catalogue_object(catalogue, place.id,
				      lc_arena(change->call), &theirs);
	return rc != LC_OK ? rc :
			     lc_refuse(change->call, param, "value_error", name,
				       "This is a name of %s",
				       theirs[COLUMNS_NAME].text);
}

/* The first failure that is no refusal ends it; refusals are gathered. */
static enum lc_rc
names_check(struct change *change, const char *member, bool has,
	    const struct lc_list *list)
{
	const char *const *names = list->items;
	enum lc_rc worst = LC_OK;

	for (size_t i = 0; has && i < list->count; i++) {
		char param[32];
		enum lc_rc rc;

		snprintf(param, sizeof(param), "%s.%zu", member, i);
		rc = name_check(change, param, names[i]);
		if (rc != LC_OK && rc != LC_INVALID)
			return rc;
		if (rc != LC_OK)
			worst = rc;
	}
	return worst;
}

/* All that is wrong with the names, at once. */
static enum lc_rc
put_check(struct change *change, const struct object_body *body)
{
	enum lc_rc rcs[4] = {LC_OK};

	rcs[0] = name_choose(change, body);
	rcs[1] = names_check(change, "aliases", body->has_aliases,
			     &body->aliases);
	rcs[2] = names_check(change, "identifiers", body->has_identifiers,
			     &body->identifiers);
	if (body->has_own_catalogue &&
	    strcmp(body->own_catalogue, catalogue_name(change->catalogue)) != 0)
		rcs[3] = lc_refuse(change->call, "body.catalogue",
				   "value_error", body->own_catalogue,
				   "The catalogue that is changed is %s",
				   catalogue_name(change->catalogue));
	for (size_t i = 1; i < sizeof(rcs) / sizeof(*rcs); i++)
		if (rcs[0] == LC_OK ||
		    (rcs[0] == LC_INVALID && rcs[i] != LC_OK))
			rcs[0] = rcs[i];
	return rcs[0];
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
	rc = put_check(change, body);
	if (rc == LC_OK)
		rc = object_body_values(change->call, body, values);
	if (rc != LC_OK)
		return rc;
	if (body->has_columns)
		lc_warn(change->call, "columns: the catalogue's own columns "
				      "stay as they were.");
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
	enum lc_rc rc = change_make(call, catalogue, body->path_name, args,
				    put_make, &place);

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
		   "columns, which stay; what a GET says can be put back "
		   "without the member columns. Whoever asks after the answer "
		   "sees "
		   "the change; it is kept beside the catalogue and outlives "
		   "its next import.",
	.params = object_body_params,
	.args_size = sizeof(struct object_body),
	.guards = put_guards,
	.rates = usage_limits_writer,
	.work = LC_QUICK,
	.deadline_ms = 5000,
	.conditional = true,
	.reply_more = objects_field,
	.statuses = put_statuses,
	.problems = put_problems,
	.examples = put_examples,
	.run = object_put_run,
};
