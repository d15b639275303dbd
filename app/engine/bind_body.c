#include "engine/bind.h"

#include <string.h>

#include "engine/body_kind.h"
#include "http/json_c.h"
#include "http/json_parse.h"

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

/* ---- what may stand in the query as well */

static bool
is_wrapping(const struct lc_endpoint *endpoint)
{
	const struct lc_field *f = endpoint->params;

	while (f != NULL && f->name != NULL && f->in != LC_IN_BOTH)
		f++;
	return f != NULL && f->name != NULL;
}

/* The parameters of a body: itself, or what {"params": {...}} wraps. */
static struct json_object *
unwrap(const struct lc_call *call, struct json_object *json,
       const struct problem_step **place)
{
	static const struct problem_step body = {.name = "body"};
	static const struct problem_step wrapped = {.before = &body,
						    .name = "params"};
	struct json_object *inner;

	*place = bind_place(LC_IN_BODY);
	if (!is_wrapping(call->endpoint) ||
	    !json_object_is_type(json, json_type_object) ||
	    json_object_object_length(json) != 1 ||
	    !json_object_object_get_ex(json, wrapped.name, &inner) ||
	    !json_object_is_type(inner, json_type_object))
		return json;
	*place = &wrapped;
	return inner;
}

/* From the query what is there, or all of it. */
static enum lc_rc
both_from_query(struct lc_call *call, bool all)
{
	enum lc_rc worst = LC_OK;
	size_t count;

	for (const struct lc_field *f = call->endpoint->params;
	     f != NULL && f->name != NULL; f++)
		if (f->in == LC_IN_BOTH &&
		    (all || bind_query_find(call, f, &count) != NULL))
			worst = bind_worse(worst, bind_query(call, f));
	return worst;
}

static enum lc_rc
both_bind(struct lc_call *call, const struct lc_field *field,
	  struct json_object *object, const struct problem_step *before)
{
	static const struct field_fault twice = {
		"repeated", "Input should be given once; it is given in the "
			    "query and in the body"};
	const struct problem_step at = {.before = bind_place(LC_IN_QUERY),
					.name = field->name};
	const struct query_pair *pair;
	size_t count;
	bool given;

	pair = bind_query_find(call, field, &count);
	bind_json_given(field, object, &given);
	if (pair != NULL && given)
		return bind_error(call, &at, &twice, pair->value,
				  pair->value_length);
	return pair != NULL ? bind_query(call, field) :
			      bind_json_member(call, field, object, before,
					       call->args);
}

/* ---- a body of each kind */

/* Nothing was sent: as good as {} where nothing is required. */
static enum lc_rc
empty_bind(struct lc_call *call)
{
	static const struct field_fault missing = {"missing", "Field required"};
	enum lc_rc worst = both_from_query(call, true);

	for (const struct lc_field *f = call->endpoint->params; f->name != NULL;
	     f++) {
		if (f->in != LC_IN_BODY)
			continue;
		if (f->def == NULL && !f->optional)
			return bind_worse(
				worst, bind_error(call, bind_place(LC_IN_BODY),
						  &missing, NULL, 0));
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
	enum lc_rc worst = both_from_query(call, true);

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
members_bind(struct lc_call *call, struct json_object *json,
	     const struct problem_step *at)
{
	const struct lc_field *fields = call->endpoint->params;
	enum lc_rc worst = LC_OK;

	if (!json_object_is_type(json, json_type_object))
		return bind_worse(bind_json_no_object(call, json, at),
				  both_from_query(call, false));
	for (const struct lc_field *f = fields; f->name != NULL; f++)
		if (f->in == LC_IN_BOTH)
			worst = bind_worse(worst, both_bind(call, f, json, at));
		else if (f->in == LC_IN_BODY)
			worst = bind_worse(worst,
					   bind_json_member(call, f, json, at,
							    call->args));
	if (worst == LC_NO_MEMORY)
		return worst;
	return bind_worse(worst,
			  bind_json_extra(call, fields, LC_IN_BODY, json, at));
}

static enum lc_rc
json_body_bind(struct lc_call *call)
{
	const struct request *request = &call->request;
	const struct problem_step *at;
	struct json_object *json = NULL, *params;
	struct json_fault wrong;
	enum lc_rc rc;

	if (request->body_length == 0)
		return empty_bind(call);
	rc = json_parse(request->body, request->body_length, &json, &wrong);
	if (rc == LC_OK) {
		params = unwrap(call, json, &at);
		rc = members_bind(call, params, at);
	} else if (rc == LC_INVALID) {
		rc = bind_worse(parse_refuse(call, &wrong),
				both_from_query(call, false));
	}
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

bool
bind_has_read_body(const struct lc_call *call)
{
	return (call->request.method == LC_GET ||
		call->request.method == LC_HEAD) &&
	       call->body_kind != 0 && call->request.body_length > 0;
}

/* ---- where something came from */

/*
 * In the body, which is read again: a refusal is rare, and its tree would be
 * kept for all the others.
 */
static enum lc_rc
body_origin(struct lc_call *call, const struct lc_field *field,
	    const struct problem_step **place, const char **input)
{
	const struct request *request = &call->request;
	struct json_object *json = NULL, *given;
	struct json_fault wrong;
	enum lc_rc rc =
		json_parse(request->body, request->body_length, &json, &wrong);
	bool is_given;

	if (rc != LC_OK)
		return rc == LC_INVALID ? LC_OK : rc; /* it was not bound */
	given = bind_json_given(field, unwrap(call, json, place), &is_given);
	if (given != NULL) {
		*input = bind_json_text(call, given);
		rc = *input != NULL ? LC_OK : LC_NO_MEMORY;
	}
	json_object_put(json);
	return rc;
}

enum lc_rc
bind_origin(struct lc_call *call, const struct lc_field *field,
	    const struct problem_step **place, const char **input)
{
	const struct query_pair *pair = NULL;
	size_t count = 0;

	*place = bind_place(field->in);
	*input = NULL;
	/* Where nothing is wrapped the place is known. */
	if (!is_wrapping(call->endpoint))
		return LC_OK;
	if (field->in == LC_IN_BOTH)
		pair = bind_query_find(call, field, &count);
	if (pair != NULL)
		*input = count == 1 ? pair->value : NULL;
	if (pair != NULL || call->body_kind != LC_BODY_JSON ||
	    call->request.body_length == 0)
		return LC_OK;
	return body_origin(call, field, place, input);
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
