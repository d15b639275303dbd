#include "engine/conform.h"

#include <string.h>

#include "base/log.h"
#include "engine/field.h"
#include "engine/openapi.h"
#include "engine/schema.h"
#include "http/json_c.h"
#include "http/json_parse.h"

/* Says where, and gives up. */
static enum lc_rc
differs(struct lc_call *call, const char *where, const char *how)
{
	log_error("%s: the reply differs from its schema at %s: %s",
		  call->endpoint->path, where, how);
	return lc_fail(call, LC_INTERNAL,
		       "The reply differs from its schema at %s: %s", where,
		       how);
}

static enum lc_rc object_check(struct lc_call *call,
			       const struct lc_field *object,
			       struct json_object *json, const char *where);

static enum lc_rc
value_check(struct lc_call *call, const struct lc_field *field,
	    struct json_object *json, const char *where)
{
	union field_value value;
	struct field_fault fault;
	enum lc_rc rc = LC_OK;

	if (field->type == LC_ANY || (json == NULL && field->nullable))
		return LC_OK;
	if (field->type == LC_OBJECT)
		return object_check(call, field, json, where);
	if (field->type != LC_LIST) {
		rc = field_read_json(field, json, &value, &fault, &call->arena);
		return rc == LC_INVALID ? differs(call, where, fault.message) :
					  rc;
	}
	if (!json_object_is_type(json, json_type_array))
		return differs(call, where, "it should be a list");
	rc = field_count_holds(field, json_object_array_length(json), &fault,
			       &call->arena);
	if (rc != LC_OK)
		return rc == LC_INVALID ? differs(call, where, fault.message) :
					  rc;
	for (size_t i = 0; i < json_object_array_length(json) && rc == LC_OK;
	     i++) {
		const char *nth =
			arena_printf(&call->arena, "%s[%zu]", where, i);

		if (nth == NULL)
			return LC_NO_MEMORY;
		rc = value_check(call, field->item,
				 json_object_array_get_idx(json, i), nth);
	}
	return rc;
}

/* The member that a name means, also of those that are made. */
static bool
member_find(const struct lc_field *object, const char *name,
	    struct lc_field *found)
{
	for (const struct lc_field *m = object->members;
	     m != NULL && m->name != NULL; m++)
		if (strcmp(m->name, name) == 0) {
			*found = *m;
			return true;
		}
	for (size_t i = 0; object->more != NULL && object->more(i, found); i++)
		if (strcmp(found->name, name) == 0)
			return true;
	return false;
}

static enum lc_rc
member_needed(struct lc_call *call, const struct lc_field *member,
	      struct json_object *json, const char *where)
{
	if (member->optional ||
	    json_object_object_get_ex(json, member->name, NULL))
		return LC_OK;
	return differs(call, where, member->name);
}

static enum lc_rc
object_check(struct lc_call *call, const struct lc_field *object,
	     struct json_object *json, const char *where)
{
	struct lc_field member;
	enum lc_rc rc = LC_OK;

	if (!json_object_is_type(json, json_type_object))
		return differs(call, where, "it should be an object");
	json_object_object_foreach(json, name, value)
	{
		const char *inner =
			arena_printf(&call->arena, "%s.%s", where, name);

		if (inner == NULL)
			return LC_NO_MEMORY;
		if (!member_find(object, name, &member))
			return differs(call, inner, "it is not documented");
		rc = value_check(call, &member, value, inner);
		if (rc != LC_OK)
			return rc;
	}
	for (const struct lc_field *m = object->members;
	     m != NULL && m->name != NULL && rc == LC_OK; m++)
		rc = member_needed(call, m, json, where);
	for (size_t i = 0;
	     object->more != NULL && rc == LC_OK && object->more(i, &member);
	     i++)
		rc = member_needed(call, &member, json, where);
	return rc;
}

static bool
status_is_documented(const struct lc_call *call)
{
	const int *status = call->endpoint->statuses;

	if (status == NULL)
		return call->response.status == 200;
	while (*status != 0 && *status != call->response.status)
		status++;
	return *status != 0;
}

/* The engine's own member is no endpoint's. */
static enum lc_rc
warnings_take(struct lc_call *call, struct json_object *json)
{
	struct json_object *warnings;
	enum lc_rc rc;

	if (!json_object_object_get_ex(json, schema_warnings.name, &warnings))
		return LC_OK;
	rc = value_check(call, &schema_warnings, warnings, "$.warnings");
	json_object_object_del(json, schema_warnings.name);
	return rc;
}

enum lc_rc
conform_check(struct lc_call *call)
{
	const struct response *response = &call->response;
	struct json_object *json = NULL;
	struct lc_field reply;
	struct json_fault wrong;
	enum lc_rc rc;

	if (call->endpoint == NULL || response->media_type == NULL ||
	    call->length_unknown)
		return LC_OK; /* OPTIONS, or nothing was made */
	if (!status_is_documented(call))
		return differs(call, "status", "it is not documented");
	if (strcmp(response->media_type, "application/json") != 0)
		return LC_OK;
	rc = json_parse_own(response->body.bytes, response->body.length, &json,
			    &wrong);
	if (rc == LC_INVALID)
		return differs(call, "the text", wrong.message);
	reply = (struct lc_field){.type = LC_OBJECT,
				  .members = call->endpoint->reply,
				  .more = call->endpoint->reply_more};
	/* What a file holds, even if it is JSON, is not documented. */
	if (rc == LC_OK && call->format != LC_AS_FILE) {
		rc = warnings_take(call, json);
		if (rc == LC_OK)
			rc = object_check(call, &reply, json, "$");
	}
	json_object_put(json);
	return rc;
}

enum lc_rc
conform_problem(struct lc_call *call)
{
	bool problems[LC_RC__MAX] = {false};
	int status = rc_status(call->verdict);

	if (call->endpoint == NULL || call->verdict == LC_CANCELLED)
		return call->verdict;
	openapi_problems(call->endpoint, problems);
	for (int rc = 0; rc < LC_RC__MAX; rc++)
		if (problems[rc] && rc_status((enum lc_rc)rc) == status)
			return call->verdict;
	return differs(call, "status", "the problem is not documented");
}
