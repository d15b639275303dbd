#include "engine/bind.h"

#include <string.h>

#include "http/json_c.h"

/* Texts are given back as they are, the rest as JSON; NULL: no memory. */
static const char *
json_write(struct json_object *json, size_t *length)
{
	const char *text;

	if (json_object_is_type(json, json_type_string)) {
		*length = (size_t)json_object_get_string_len(json);
		return json_object_get_string(json);
	}
	text = json_object_to_json_string_ext(
		json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	*length = text != NULL ? strlen(text) : 0;
	return text;
}

const char *
bind_json_text(struct lc_call *call, struct json_object *json)
{
	size_t length;
	const char *text = json_write(json, &length);

	return text != NULL ? arena_dup(&call->arena, text, length) : NULL;
}

/* One wrong value. */
static enum lc_rc
json_refuse(struct lc_call *call, const struct problem_step *at,
	    const struct field_fault *fault, struct json_object *json)
{
	const char *text;
	size_t length;

	if (json == NULL)
		return bind_error(call, at, fault, NULL, 0);
	text = json_write(json, &length);
	if (text == NULL)
		return LC_NO_MEMORY;
	return bind_error(call, at, fault, text, length);
}

static enum lc_rc object_bind(struct lc_call *call,
			      const struct lc_field *members,
			      struct json_object *json,
			      const struct problem_step *at, char *args);
static enum lc_rc list_bind(struct lc_call *call, const struct lc_field *list,
			    struct json_object *json,
			    const struct problem_step *at, void *bound);

/* Anything, as JSON, where there is a place for it. */
static enum lc_rc
any_bind(struct lc_call *call, const struct lc_field *field,
	 struct json_object *json, void *bound)
{
	const char *text;

	if (field->bytes != sizeof(text))
		return LC_OK; /* that it was given is all that is told */
	text = json_object_to_json_string_ext(
		json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text != NULL)
		text = arena_dup(&call->arena, text, strlen(text));
	memcpy(bound, &text, sizeof(text));
	return text != NULL ? LC_OK : LC_NO_MEMORY;
}

/* One value, which is not null, into its place. */
static enum lc_rc
json_bind(struct lc_call *call, const struct lc_field *field,
	  struct json_object *json, const struct problem_step *at, void *bound)
{
	struct field_fault fault;
	enum lc_rc rc;

	if (field->type == LC_ANY)
		return any_bind(call, field, json, bound);
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

struct json_object *
bind_json_given(const struct lc_field *member, struct json_object *object,
		bool *given)
{
	/* Who fills in a form of both places may write null for nothing. */
	bool nullable =
		member->nullable || (member->in == LC_IN_BOTH &&
				     (member->optional || member->def != NULL));
	struct json_object *json = NULL;

	*given = json_object_object_get_ex(object, member->name, &json) &&
		 (json != NULL || !nullable);
	return json;
}

enum lc_rc
bind_json_member(struct lc_call *call, const struct lc_field *field,
		 struct json_object *object, const struct problem_step *before,
		 char *args)
{
	const struct problem_step at = {.before = before, .name = field->name};
	struct json_object *json;
	enum lc_rc rc;
	bool given;

	json = bind_json_given(field, object, &given);
	if (!given)
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
		if (field_stands_in(m, in) && strcmp(m->name, name) == 0)
			return m;
	return NULL;
}

/* A slip that would otherwise change things. */
enum lc_rc
bind_json_extra(struct lc_call *call, const struct lc_field *members,
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

enum lc_rc
bind_json_no_object(struct lc_call *call, struct json_object *json,
		    const struct problem_step *at)
{
	static const struct field_fault no_object = {
		"model_attributes_type", "Input should be a valid object"};

	return json_refuse(call, at, &no_object, json);
}

static enum lc_rc
object_bind(struct lc_call *call, const struct lc_field *members,
	    struct json_object *json, const struct problem_step *at, char *args)
{
	enum lc_rc worst = LC_OK;

	if (!json_object_is_type(json, json_type_object))
		return bind_json_no_object(call, json, at);
	for (const struct lc_field *m = members; m->name != NULL; m++)
		worst = bind_worse(worst,
				   bind_json_member(call, m, json, at, args));
	if (worst == LC_NO_MEMORY)
		return worst;
	/* Members do not say where they stand. */
	return bind_worse(
		worst, bind_json_extra(call, members, LC_IN_QUERY, json, at));
}
