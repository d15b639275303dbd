#include "engine/bind.h"

#include <string.h>

#include "base/text.h"
#include "engine/negotiate.h"
#include "engine/router.h"
#include "http/query.h"

static const struct lc_field no_fields[] = {LC_FIELD_END};

const struct field_fault bind_repeated = {"repeated",
					  "Input should be given once"};

static const struct problem_step places[] = {
	[LC_IN_QUERY] = {.name = "query"},
	[LC_IN_PATH] = {.name = "path"},
	[LC_IN_HEADER] = {.name = "header"},
	[LC_IN_BODY] = {.name = "body"},
};

const struct problem_step *
bind_place(enum lc_place place)
{
	return &places[place];
}

enum lc_rc
bind_error(struct lc_call *call, const struct problem_step *at,
	   const struct field_fault *fault, const char *input,
	   size_t input_length)
{
	struct problem_step *steps;
	struct problem_error *error;
	size_t count = 0, shown;
	char *copy = NULL;

	if (call->error_count++ >= BIND_ERRORS_MOST)
		return LC_INVALID;
	for (const struct problem_step *s = at; s != NULL; s = s->before)
		count++;
	error = arena_alloc(&call->arena, sizeof(*error));
	steps = arena_alloc(&call->arena, count * sizeof(*steps));
	if (input != NULL) {
		/* One more, so that what is cut in two can be told. */
		shown = input_length > PROBLEM_INPUT_MAX ?
				PROBLEM_INPUT_MAX + 1 :
				input_length;
		copy = arena_dup(&call->arena, input, shown);
		input_length = shown;
	}
	if (error == NULL || steps == NULL || (input != NULL && copy == NULL))
		return LC_NO_MEMORY;
	/* The way there stands on the stack of whoever found it. */
	error->at = steps;
	for (; at != NULL; at = at->before, steps++) {
		*steps = *at;
		if (at->before != NULL)
			steps->before = steps + 1;
	}
	error->type = fault->type;
	error->message = fault->message;
	error->input = copy;
	error->input_length = input_length;
	*call->errors_end = error;
	call->errors_end = &error->next;
	return LC_INVALID;
}

enum lc_rc
bind_absent(struct lc_call *call, const struct lc_field *field,
	    const struct problem_step *at, void *args)
{
	static const struct field_fault missing = {"missing", "Field required"};

	if (field->def != NULL)
		return field_default(field, (char *)args + field->offset,
				     &call->arena);
	return field->optional ? LC_OK :
				 bind_error(call, at, &missing, NULL, 0);
}

const char *
bind_near(const struct lc_field *fields, enum lc_place in, const char *name,
	  size_t length)
{
	const char *nearest = NULL;
	unsigned least = BIND_NEAR_MOST + 1;

	for (const struct lc_field *f = fields; f->name != NULL; f++) {
		unsigned edits;

		if (f->in != in)
			continue;
		edits = text_distance(name, f->name, BIND_NEAR_MOST);
		/* A name with its unit left out is near as well. */
		if (edits > BIND_NEAR_MOST && length >= 3 &&
		    strncmp(name, f->name, length) == 0)
			edits = BIND_NEAR_MOST;
		if (edits < least) {
			least = edits;
			nearest = f->name;
		}
	}
	return nearest;
}

enum lc_rc
bind_extra(struct lc_call *call, const char *nearest, struct field_fault *fault)
{
	*fault = (struct field_fault){"extra_forbidden",
				      "Extra inputs are not permitted"};
	if (nearest == NULL)
		return LC_OK;
	return field_fault_set(fault, &call->arena, fault->type,
			       "%s; did you mean '%s'?", fault->message,
			       nearest) == LC_NO_MEMORY ?
		       LC_NO_MEMORY :
		       LC_OK;
}

/* ---- values that are text: query, path, header */

/* A value as it came; `bytes` is NULL where there is none. */
struct value {
	const char *bytes;
	size_t length;
};

static enum lc_rc
value_bind(struct lc_call *call, const struct lc_field *field,
	   struct value value)
{
	const struct problem_step at = {
		.before = &places[field->in],
		.name = field_wire_name(field, &call->arena)};
	char *args = call->args;
	struct field_fault fault;
	enum lc_rc rc;

	if (at.name == NULL)
		return LC_NO_MEMORY;
	if (value.bytes == NULL)
		return bind_absent(call, field, &at, args);
	rc = field_read(field, value.bytes, value.length, args + field->offset,
			&fault, &call->arena);
	if (rc == LC_INVALID)
		return bind_error(call, &at, &fault, value.bytes, value.length);
	if (rc == LC_OK && field->optional)
		*(bool *)(args + field->has_offset) = true;
	return rc;
}

/* Whether that is a pair's name, as the endpoint compares names. */
static bool
pair_is(const struct lc_call *call, const struct query_pair *pair,
	const char *name)
{
	return pair->name_length == strlen(name) &&
	       (memcmp(pair->name, name, pair->name_length) == 0 ||
		(call->endpoint->any_case &&
		 text_equal_nocase(pair->name, name)));
}

/* The first of the pairs with that name, and how many there are. */
static const struct query_pair *
pair_find(const struct lc_call *call, const char *name, size_t *count)
{
	const struct query *query = &call->query;
	const struct query_pair *found = NULL;

	*count = 0;
	for (size_t i = 0; i < query->count; i++) {
		const struct query_pair *pair = &query->pairs[i];

		if (!pair_is(call, pair, name))
			continue;
		if (found == NULL)
			found = pair;
		++*count;
	}
	return found;
}

static enum lc_rc
list_bind(struct lc_call *call, const struct lc_field *list,
	  const struct query_pair *pair, size_t count)
{
	const struct problem_step at = {.before = &places[LC_IN_QUERY],
					.name = list->name};
	struct lc_list *bound =
		(struct lc_list *)(void *)((char *)call->args + list->offset);
	struct field_fault fault;
	enum lc_rc rc, worst;
	char *items;

	worst = field_count_holds(list, count, &fault, &call->arena);
	if (worst == LC_INVALID)
		return bind_error(call, &at, &fault, NULL, 0);
	items = arena_alloc(&call->arena, count * list->item->bytes);
	if (items == NULL)
		return LC_NO_MEMORY;
	*bound = (struct lc_list){items, count};
	for (size_t i = 0; i < count; pair++) {
		struct problem_step nth = {.before = &at, .index = (int64_t)i};

		if (!pair_is(call, pair, list->name))
			continue;
		rc = field_read(list->item, pair->value, pair->value_length,
				items + i * list->item->bytes, &fault,
				&call->arena);
		if (rc == LC_INVALID)
			rc = bind_error(call, &nth, &fault, pair->value,
					pair->value_length);
		worst = bind_worse(worst, rc);
		i++;
	}
	if (list->optional)
		*(bool *)((char *)call->args + list->has_offset) = true;
	return worst;
}

static enum lc_rc
query_bind(struct lc_call *call, const struct lc_field *field)
{
	const struct problem_step at = {.before = &places[LC_IN_QUERY],
					.name = field->name};
	const struct query_pair *pair;
	size_t count;

	pair = pair_find(call, field->name, &count);
	if (pair == NULL)
		return value_bind(call, field, (struct value){NULL, 0});
	if (field->type == LC_LIST)
		return list_bind(call, field, pair, count);
	if (count > 1)
		return bind_error(call, &at, &bind_repeated, pair->value,
				  pair->value_length);
	return value_bind(call, field,
			  (struct value){pair->value, pair->value_length});
}

static enum lc_rc
path_bind(struct lc_call *call, const struct lc_field *field)
{
	struct value value = {.length = 0};

	value.bytes = router_capture(call->endpoint->path, call->request.path,
				     field->name, &value.length);
	/* It ends where the path goes on; a text must end in NUL. */
	if (value.bytes != NULL)
		value.bytes =
			arena_dup(&call->arena, value.bytes, value.length);
	return value.bytes == NULL ? LC_NO_MEMORY :
				     value_bind(call, field, value);
}

enum { BIND_HEADER_MAX = 64 };

static enum lc_rc
header_bind(struct lc_call *call, const struct lc_field *field)
{
	char variable[BIND_HEADER_MAX + 8] = "HTTP_";
	size_t at = strlen(variable);
	const char *text;

	for (const char *c = field->name; *c != '\0' && at < BIND_HEADER_MAX;
	     c++)
		variable[at++] = *c == '-' ? '_' : text_upper(*c);
	variable[at] = '\0';
	text = request_variable(&call->request, variable);
	return value_bind(
		call, field,
		(struct value){text, text != NULL ? strlen(text) : 0});
}

/* ---- what was not asked for */

static bool
pair_known(const struct lc_call *call, const struct lc_field *fields,
	   const struct query_pair *pair)
{
	for (const struct lc_field *f = fields; f->name != NULL; f++)
		if (f->in == LC_IN_QUERY && pair_is(call, pair, f->name))
			return true;
	return negotiate_is_parameter(call->endpoint, pair->name,
				      pair->name_length);
}

static enum lc_rc
unknown_refuse(struct lc_call *call, const struct query_pair *pair,
	       const char *nearest)
{
	const struct problem_step at = {.before = &places[LC_IN_QUERY],
					.name = pair->name};
	struct field_fault fault;

	if (bind_extra(call, nearest, &fault) != LC_OK)
		return LC_NO_MEMORY;
	return bind_error(call, &at, &fault, pair->value, pair->value_length);
}

static void
unknown_warn(struct lc_call *call, const struct query_pair *pair,
	     const char *nearest)
{
	int shown = (int)text_utf8_cut(pair->name, pair->name_length,
				       PROBLEM_INPUT_MAX);

	if (nearest != NULL)
		lc_warn(call,
			"The parameter '%.*s' is unknown and was ignored; did "
			"you mean '%s'?",
			shown, pair->name, nearest);
	else
		lc_warn(call,
			"The parameter '%.*s' is unknown and was ignored.",
			shown, pair->name);
}

static enum lc_rc
unknown_find(struct lc_call *call, const struct lc_field *fields)
{
	enum lc_rc worst = LC_OK;
	int warned = 0;

	if (call->endpoint->any_case && !call->prefer.strict)
		return LC_OK;
	for (size_t i = 0; i < call->query.count; i++) {
		const struct query_pair *pair = &call->query.pairs[i];
		const char *nearest;

		if (pair_known(call, fields, pair))
			continue;
		nearest = bind_near(fields, LC_IN_QUERY, pair->name,
				    pair->name_length);
		if (call->prefer.strict)
			worst = bind_worse(worst,
					   unknown_refuse(call, pair, nearest));
		else if (warned++ < BIND_WARN_MOST)
			unknown_warn(call, pair, nearest);
	}
	return worst;
}

enum lc_rc
bind_request(struct lc_call *call)
{
	static enum lc_rc (*const binders[])(struct lc_call *,
					     const struct lc_field *) = {
		[LC_IN_QUERY] = query_bind,
		[LC_IN_PATH] = path_bind,
		[LC_IN_HEADER] = header_bind,
	};
	const struct lc_endpoint *endpoint = call->endpoint;
	const struct lc_field *fields = endpoint->params;
	enum lc_rc worst = LC_OK;
	bool body = endpoint->bodies != 0;

	if (fields == NULL)
		fields = no_fields;
	if (endpoint->args_size > 0) {
		call->args = arena_alloc(&call->arena, endpoint->args_size);
		if (call->args == NULL)
			return LC_NO_MEMORY;
	}
	for (const struct lc_field *f = fields; f->name != NULL; f++) {
		if (f->in == LC_IN_BODY)
			body = true;
		else
			worst = bind_worse(worst, binders[f->in](call, f));
	}
	worst = bind_worse(worst, unknown_find(call, fields));
	if (body && worst != LC_NO_MEMORY) {
		enum lc_rc rc = bind_body(call);

		worst = rc == LC_MEDIA_TYPE ? rc : bind_worse(worst, rc);
	}
	/* Negotiation may have found something wrong before. */
	return worst == LC_OK && call->errors != NULL ? LC_INVALID : worst;
}
