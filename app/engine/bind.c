#include "engine/bind.h"

#include <string.h>

#include "base/text.h"
#include "engine/router.h"

static const struct lc_field no_fields[] = {LC_FIELD_END};

const struct field_fault bind_repeated = {"repeated",
					  "Input should be given once"};

static const struct problem_step places[] = {
	[LC_IN_QUERY] = {.name = "query"},
	[LC_IN_PATH] = {.name = "path"},
	[LC_IN_HEADER] = {.name = "header"},
	[LC_IN_BODY] = {.name = "body"},
	/* Of what has come from nowhere. */
	[LC_IN_BOTH] = {.name = "query"},
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

		if (!field_stands_in(f, in))
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

enum lc_rc
bind_text(struct lc_call *call, const struct lc_field *field, const char *text,
	  size_t length)
{
	const struct problem_step at = {
		.before = &places[field->in],
		.name = field_wire_name(field, &call->arena)};
	char *args = call->args;
	struct field_fault fault;
	enum lc_rc rc;

	if (at.name == NULL)
		return LC_NO_MEMORY;
	if (text == NULL)
		return bind_absent(call, field, &at, args);
	rc = field_read(field, text, length, args + field->offset, &fault,
			&call->arena);
	if (rc == LC_INVALID)
		return bind_error(call, &at, &fault, text, length);
	if (rc == LC_OK && field->optional)
		*(bool *)(args + field->has_offset) = true;
	return rc;
}

static enum lc_rc
path_bind(struct lc_call *call, const struct lc_field *field)
{
	size_t length = 0;
	const char *text = router_capture(
		call->endpoint->path, call->request.path, field->name, &length);

	/* It ends where the path goes on; a text must end in NUL. */
	if (text != NULL)
		text = arena_dup(&call->arena, text, length);
	return text == NULL ? LC_NO_MEMORY :
			      bind_text(call, field, text, length);
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
	return bind_text(call, field, text, text != NULL ? strlen(text) : 0);
}

enum lc_rc
bind_request(struct lc_call *call)
{
	static enum lc_rc (*const binders[])(struct lc_call *,
					     const struct lc_field *) = {
		[LC_IN_QUERY] = bind_query,
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
		if (field_stands_in(f, LC_IN_BODY))
			body = true;
		else
			worst = bind_worse(worst, binders[f->in](call, f));
	}
	worst = bind_worse(worst, bind_query_unknown(call, fields));
	if (body && worst != LC_NO_MEMORY) {
		enum lc_rc rc = bind_body(call);

		worst = rc == LC_MEDIA_TYPE ? rc : bind_worse(worst, rc);
	}
	/* Negotiation may have found something wrong before. */
	return worst == LC_OK && call->errors != NULL ? LC_INVALID : worst;
}
