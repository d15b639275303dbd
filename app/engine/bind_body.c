#include "engine/bind.h"

#include <string.h>

#include "engine/body_kind.h"
#include "http/json_c.h"
#include "http/json_parse.h"

/* One wrong value; texts are given back as they are, the rest as JSON. */
static enum lc_rc
json_refuse(struct lc_call *call, const struct problem_step *at,
	    const struct field_fault *fault, struct json_object *json)
{
	const char *text;

	if (json == NULL)
		return bind_error(call, at, fault, NULL, 0);
	if (json_object_is_type(json, json_type_string))
		return bind_error(call, at, fault, json_object_get_string(json),
				  (size_t)json_object_get_string_len(json));
	text = json_object_to_json_string_ext(
		json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text == NULL)
		return LC_NO_MEMORY;
	return bind_error(call, at, fault, text, strlen(text));
}

static enum lc_rc object_bind(struct lc_call *call,
			      const struct lc_field *members,
			      struct json_object *json,
			      const struct problem_step *at, char *args);
static enum lc_rc list_bind(struct lc_call *call, const struct lc_field *list,
			    struct json_object *json,
			    const struct problem_step *at, void *bound);

/* One value, which is not null, into its place. */
static enum lc_rc
json_bind(struct lc_call *call, const struct lc_field *field,
	  struct json_object *json, const struct problem_step *at, void *bound)
{
	struct field_fault fault;
	enum lc_rc rc;

	if (field->type == LC_ANY)
		return LC_OK; /* that it was given is all that is told */
	if (field->type == LC_OBJECT)
		return object_bind(call, field->members, json, at, bound);
	if (field->type == LC_LIST)
		return list_bind(call, field, json, at, bound);
	rc = field_read_json(field, json, bound, &fault, &call->arena);
	return rc == LC_INVALID ? json_refuse(call, at, &fault, json) : rc;
}

static enum lc_rc
list_bind(struct lc_call *call, const struct lc_field *list,
	  struct json_object *json, const struct problem_step *at, void *bound)
{
	struct field_fault fault = {"list_type",
				    "Input should be a valid list"};
	enum lc_rc worst = LC_OK;
	struct lc_list *out = bound;
	size_t count;
	char *items;

	if (!json_object_is_type(json, json_type_array))
		return json_refuse(call, at, &fault, json);
	count = json_object_array_length(json);
	worst = field_count_holds(list, count, &fault, &call->arena);
	if (worst != LC_OK)
		return worst == LC_INVALID ?
			       json_refuse(call, at, &fault, json) :
			       worst;
	items = arena_alloc(&call->arena, count * list->item->bytes);
	if (items == NULL)
		return LC_NO_MEMORY;
	*out = (struct lc_list){items, count};
	for (size_t i = 0; i < count && worst != LC_NO_MEMORY &&
			   call->error_count <= BIND_ERRORS_MOST;
	     i++) {
		struct problem_step nth = {.before = at, .index = (int64_t)i};

		worst = bind_worse(
			worst, json_bind(call, list->item,
					 json_object_array_get_idx(json, i),
					 &nth, items + i * list->item->bytes));
	}
	return worst;
}

static enum lc_rc
member_bind(struct lc_call *call, const struct lc_field *field,
	    struct json_object *object, const struct problem_step *before,
	    char *args)
{
	const struct problem_step at = {.before = before, .name = field->name};
	struct json_object *json = NULL;
	enum lc_rc rc;

	if (!json_object_object_get_ex(object, field->name, &json) ||
	    (json == NULL && field->nullable))
		return bind_absent(call, field, &at, args);
	rc = json_bind(call, field, json, &at, args + field->offset);
	if (rc == LC_OK && field->optional)
		*(bool *)(args + field->has_offset) = true;
	return rc;
}

static const struct lc_field *
member_find(const struct lc_field *members, enum lc_place in, const char *name)
{
	for (const struct lc_field *m = members; m->name != NULL; m++)
		if (m->in == in && strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

/* Members that nobody asked for: a slip that would otherwise change things. */
static enum lc_rc
members_refuse(struct lc_call *call, const struct lc_field *members,
	       enum lc_place in, struct json_object *object,
	       const struct problem_step *before)
{
	enum lc_rc worst = LC_OK;

	json_object_object_foreach(object, name, json)
	{
		struct problem_step at = {.before = before};
		struct field_fault fault;
		enum lc_rc rc;

		if (call->error_count > BIND_ERRORS_MOST)
			break; /* no more are listed */
		if (member_find(members, in, name) != NULL)
			continue;
		/* The tree's own names are gone when the error is written. */
		at.name = arena_dup(&call->arena, name, strlen(name));
		if (at.name == NULL)
			return LC_NO_MEMORY;
		if (bind_extra(call, bind_near(members, in, name, strlen(name)),
			       &fault) != LC_OK)
			return LC_NO_MEMORY;
		rc = json_refuse(call, &at, &fault, json);
		if (rc == LC_NO_MEMORY)
			return rc;
		worst = rc;
	}
	return worst;
}

static enum lc_rc
members_bind(struct lc_call *call, const struct lc_field *members,
	     enum lc_place in, struct json_object *json,
	     const struct problem_step *at, char *args)
{
	static const struct field_fault no_object = {
		"model_attributes_type", "Input should be a valid object"};
	enum lc_rc worst = LC_OK;

	if (!json_object_is_type(json, json_type_object))
		return json_refuse(call, at, &no_object, json);
	for (const struct lc_field *m = members; m->name != NULL; m++)
		if (m->in == in)
			worst = bind_worse(
				worst, member_bind(call, m, json, at, args));
	if (worst == LC_NO_MEMORY)
		return worst;
	return bind_worse(worst, members_refuse(call, members, in, json, at));
}

static enum lc_rc
object_bind(struct lc_call *call, const struct lc_field *members,
	    struct json_object *json, const struct problem_step *at, char *args)
{
	/* Members do not say where they stand. */
	return members_bind(call, members, LC_IN_QUERY, json, at, args);
}

/* ---- the body as a whole */

static enum lc_rc
parse_refuse(struct lc_call *call, const struct json_fault *wrong)
{
	const struct problem_step at = {.before = bind_place(LC_IN_BODY),
					.index = (int64_t)wrong->offset};
	const struct request *request = &call->request;
	const char *near = request->body + wrong->offset;
	struct field_fault fault;

	if (field_fault_set(&fault, &call->arena, "json_invalid",
			    "JSON decode error at line %zu, column %zu: %s",
			    wrong->line, wrong->column,
			    wrong->message) == LC_NO_MEMORY)
		return LC_NO_MEMORY;
	return bind_error(call, &at, &fault, near,
			  request->body_length - wrong->offset);
}

/* Nothing was sent: as good as {} where nothing is required. */
static enum lc_rc
empty_bind(struct lc_call *call)
{
	static const struct field_fault missing = {"missing", "Field required"};
	const struct lc_field *fields = call->endpoint->params;
	enum lc_rc worst = LC_OK;

	for (const struct lc_field *f = fields; f->name != NULL; f++) {
		if (f->in != LC_IN_BODY)
			continue;
		if (f->def == NULL && !f->optional)
			return bind_error(call, bind_place(LC_IN_BODY),
					  &missing, NULL, 0);
		worst = bind_worse(worst,
				   bind_absent(call, f, bind_place(LC_IN_BODY),
					       call->args));
	}
	return worst;
}

/* Bytes for the function: the fields are as if they were not given. */
static enum lc_rc
bytes_bind(struct lc_call *call)
{
	enum lc_rc worst = LC_OK;

	for (const struct lc_field *f = call->endpoint->params;
	     f != NULL && f->name != NULL; f++)
		if (f->in == LC_IN_BODY && f->def != NULL)
			worst = bind_worse(worst,
					   bind_absent(call, f,
						       bind_place(LC_IN_BODY),
						       call->args));
	return worst;
}

static enum lc_rc
kind_refuse(struct lc_call *call, const char *type)
{
	struct buf list;
	enum lc_rc rc;

	buf_init(&list);
	body_kind_list(call->endpoint, &list);
	rc = list.failed ? LC_NO_MEMORY :
			   lc_fail(call, LC_MEDIA_TYPE,
				   "The body should be %.*s in UTF-8, by its "
				   "Content-Type, not %.100s.",
				   (int)list.length, list.bytes, type);
	buf_release(&list);
	return rc;
}

static enum lc_rc
json_body_bind(struct lc_call *call)
{
	const struct request *request = &call->request;
	struct json_object *json = NULL;
	struct json_fault wrong;
	enum lc_rc rc;

	if (request->body_length == 0)
		return empty_bind(call);
	rc = json_parse(request->body, request->body_length, &json, &wrong);
	if (rc == LC_OK)
		rc = members_bind(call, call->endpoint->params, LC_IN_BODY,
				  json, bind_place(LC_IN_BODY), call->args);
	else if (rc == LC_INVALID)
		rc = parse_refuse(call, &wrong);
	json_object_put(json);
	return rc;
}

enum lc_rc
bind_body(struct lc_call *call)
{
	const struct request *request = &call->request;
	const char *type = request->fields[REQUEST_CONTENT_TYPE];

	call->body_kind = body_kind_find(call->endpoint, type);
	/* A type of nothing says nothing. */
	if (call->body_kind == 0 && request->body_length == 0)
		call->body_kind = body_kind_find(call->endpoint, NULL);
	if (call->body_kind == 0)
		return kind_refuse(call, type);
	return call->body_kind == LC_BODY_JSON ? json_body_bind(call) :
						 bytes_bind(call);
}

/* ---- what handlers call */

enum lc_body_kind
lc_body_kind(const struct lc_call *call)
{
	return (enum lc_body_kind)call->body_kind;
}

const char *
lc_body_bytes(const struct lc_call *call, size_t *length)
{
	*length = call->request.body_length;
	return *length > 0 ? call->request.body : "";
}
