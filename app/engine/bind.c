#include "engine/bind.h"

#include <string.h>

#include "base/text.h"
#include "engine/param.h"
#include "http/query.h"

enum { BIND_NEAR_MOST = 2 };

static enum lc_rc
error_add(struct lc_call *call, const char *param, const char *type,
	  const char *message, const char *input, size_t input_length)
{
	struct problem_error *error = arena_alloc(&call->arena, sizeof(*error));

	if (error == NULL)
		return LC_NO_MEMORY;
	*error = (struct problem_error){.in = "query",
					.name = param,
					.type = type,
					.message = message,
					.input = input,
					.input_length = input_length};
	*call->errors_end = error;
	call->errors_end = &error->next;
	return LC_INVALID;
}

/* The pair of that name, and how many there are of it. */
static const struct query_pair *
pair_find(const struct query *query, const char *name, size_t *count)
{
	const struct query_pair *found = NULL;
	size_t length = strlen(name);

	*count = 0;
	for (size_t i = 0; i < query->count; i++) {
		const struct query_pair *pair = &query->pairs[i];

		if (pair->name_length != length ||
		    memcmp(pair->name, name, length) != 0)
			continue;
		if (found == NULL)
			found = pair;
		++*count;
	}
	return found;
}

static enum lc_rc
param_absent(struct lc_call *call, const struct lc_param *param, void *field)
{
	struct param_fault fault;

	if (param->def != NULL)
		return param_read(param, param->def, strlen(param->def), field,
				  &fault, &call->arena);
	if (param->optional)
		return LC_OK;
	return error_add(call, param->name, "missing", "Field required", NULL,
			 0);
}

static enum lc_rc
param_bind(struct lc_call *call, const struct lc_param *param,
	   const struct query *query)
{
	char *args = call->args;
	const struct query_pair *pair;
	struct param_fault fault;
	size_t count;
	enum lc_rc rc;

	pair = pair_find(query, param->name, &count);
	if (pair == NULL)
		return param_absent(call, param, args + param->offset);
	if (count > 1)
		return error_add(call, param->name, "repeated",
				 "Input should be given once", pair->value,
				 pair->value_length);
	rc = param_read(param, pair->value, pair->value_length,
			args + param->offset, &fault, &call->arena);
	if (rc == LC_INVALID)
		return error_add(call, param->name, fault.type, fault.message,
				 pair->value, pair->value_length);
	if (rc == LC_OK && param->optional)
		*(bool *)(args + param->has_offset) = true;
	return rc;
}

static const struct lc_param no_params[] = {LC_PARAM_END};

static void
unknown_warn(struct lc_call *call, const struct lc_param *params,
	     const struct query_pair *pair)
{
	const char *nearest = NULL;
	unsigned least = BIND_NEAR_MOST + 1;
	size_t shown =
		text_utf8_cut(pair->name, pair->name_length, PROBLEM_INPUT_MAX);

	for (const struct lc_param *p = params; p->name != NULL; p++) {
		unsigned edits =
			text_distance(pair->name, p->name, BIND_NEAR_MOST);

		/* A name with its unit left out is near as well. */
		if (edits > BIND_NEAR_MOST && pair->name_length >= 3 &&
		    strncmp(pair->name, p->name, pair->name_length) == 0)
			edits = BIND_NEAR_MOST;
		if (edits < least) {
			least = edits;
			nearest = p->name;
		}
	}
	if (nearest != NULL)
		lc_warn(call,
			"The parameter '%.*s' is unknown and was "
			"ignored; did you mean '%s'?",
			(int)shown, pair->name, nearest);
	else
		lc_warn(call,
			"The parameter '%.*s' is unknown and was "
			"ignored.",
			(int)shown, pair->name);
}

static bool
param_known(const struct lc_param *params, const struct query_pair *pair)
{
	for (const struct lc_param *p = params; p->name != NULL; p++)
		if (strlen(p->name) == pair->name_length &&
		    memcmp(p->name, pair->name, pair->name_length) == 0)
			return true;
	return false;
}

static void
unknown_warn_all(struct lc_call *call, const struct lc_param *params,
		 const struct query *query)
{
	int warned = 0;

	for (size_t i = 0; i < query->count && warned < BIND_WARN_MOST; i++)
		if (!param_known(params, &query->pairs[i])) {
			unknown_warn(call, params, &query->pairs[i]);
			warned++;
		}
}

enum lc_rc
bind_query(struct lc_call *call)
{
	const struct lc_param *params = call->endpoint->params;
	enum lc_rc rc, worst = LC_OK;
	struct query query;

	if (params == NULL)
		params = no_params;
	rc = query_parse(&query, call->request.query,
			 call->request.query_length, &call->arena);
	if (rc != LC_OK)
		return rc;
	if (call->endpoint->args_size > 0) {
		call->args =
			arena_alloc(&call->arena, call->endpoint->args_size);
		if (call->args == NULL)
			return LC_NO_MEMORY;
	}
	for (const struct lc_param *p = params; p->name != NULL; p++) {
		rc = param_bind(call, p, &query);
		if (rc == LC_NO_MEMORY)
			return rc;
		if (rc != LC_OK)
			worst = rc;
	}
	unknown_warn_all(call, params, &query);
	return worst;
}

/* ---- what handlers call */

enum lc_rc
lc_refuse(struct lc_call *call, const char *param, const char *type,
	  const char *input, const char *format, ...)
{
	const char *message;
	va_list list;

	va_start(list, format);
	message = arena_vprintf(&call->arena, format, list);
	va_end(list);
	if (message == NULL)
		return LC_NO_MEMORY;
	return error_add(call, param, type, message, input,
			 input != NULL ? strlen(input) : 0);
}

void
lc_warn(struct lc_call *call, const char *format, ...)
{
	struct problem_warning *warning =
		arena_alloc(&call->arena, sizeof(*warning));
	va_list list;

	if (warning == NULL)
		return; /* a warning is not worth a failure */
	va_start(list, format);
	warning->text = arena_vprintf(&call->arena, format, list);
	va_end(list);
	if (warning->text == NULL)
		return;
	*call->warnings_end = warning;
	call->warnings_end = &warning->next;
}
