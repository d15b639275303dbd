#include "engine/router.h"

#include <string.h>

#include "engine/param.h"

static enum lc_rc
endpoint_fault(const struct lc_endpoint *endpoint, const char *fault,
	       struct buf *why)
{
	buf_printf(why, "%s %s: %s", method_name(endpoint->method),
		   endpoint->path != NULL ? endpoint->path : "(no path)",
		   fault);
	return LC_INVALID;
}

/* A parameter's fields lie in the struct, and its name is its own. */
static enum lc_rc
param_check_place(const struct lc_endpoint *endpoint,
		  const struct lc_param *param, struct buf *fault)
{
	size_t end = param->offset + param_field_bytes(param);

	if (end > endpoint->args_size ||
	    (param->optional && param->has_offset >= endpoint->args_size)) {
		buf_printf(fault, "parameter %s lies outside of args_size",
			   param->name);
		return LC_INVALID;
	}
	for (const struct lc_param *p = endpoint->params; p != param; p++)
		if (strcmp(p->name, param->name) == 0) {
			buf_printf(fault, "parameter %s stands there twice",
				   param->name);
			return LC_INVALID;
		}
	return LC_OK;
}

static enum lc_rc
endpoint_check_params(const struct lc_endpoint *endpoint, struct buf *why)
{
	struct buf fault;
	enum lc_rc rc = LC_OK;

	buf_init(&fault);
	for (const struct lc_param *p = endpoint->params;
	     rc == LC_OK && p != NULL && p->name != NULL; p++) {
		rc = param_check(p, &fault);
		if (rc == LC_OK)
			rc = param_check_place(endpoint, p, &fault);
	}
	if (rc == LC_INVALID) {
		buf_add_char(&fault, '\0');
		rc = endpoint_fault(endpoint, fault.failed ? "" : fault.bytes,
				    why);
	}
	buf_release(&fault);
	return rc;
}

static enum lc_rc
endpoint_check(const struct lc_endpoint *endpoint, struct buf *why)
{
	size_t length;

	if (endpoint->path == NULL || endpoint->path[0] != '/')
		return endpoint_fault(endpoint, "its path must begin with /",
				      why);
	length = strlen(endpoint->path);
	if (length > 1 && endpoint->path[length - 1] == '/')
		return endpoint_fault(endpoint, "its path ends in /", why);
	if (endpoint->run == NULL)
		return endpoint_fault(endpoint, "it has no function", why);
	if (endpoint->method >= LC_METHOD__MAX || endpoint->method == LC_HEAD ||
	    endpoint->method == LC_OPTIONS)
		return endpoint_fault(endpoint,
				      "the engine answers that "
				      "method by itself",
				      why);
	if (endpoint->deadline_ms <= 0)
		return endpoint_fault(endpoint, "it has no deadline", why);
	if (endpoint->summary == NULL)
		return endpoint_fault(endpoint, "it has no summary", why);
	return endpoint_check_params(endpoint, why);
}

enum lc_rc
router_check(const struct lc_endpoint *const *table, struct buf *why)
{
	for (size_t i = 0; table[i] != NULL; i++) {
		enum lc_rc rc = endpoint_check(table[i], why);

		if (rc != LC_OK)
			return rc;
		for (size_t j = 0; j < i; j++)
			if (table[i]->method == table[j]->method &&
			    strcmp(table[i]->path, table[j]->path) == 0)
				return endpoint_fault(table[i],
						      "it stands in the table "
						      "twice",
						      why);
	}
	return LC_OK;
}

enum lc_rc
router_find(const struct lc_endpoint *const *table, enum lc_method method,
	    const char *path, const struct lc_endpoint **endpoint)
{
	bool known = false;

	*endpoint = NULL;
	if (method == LC_HEAD)
		method = LC_GET;
	for (size_t i = 0; table[i] != NULL; i++) {
		if (strcmp(table[i]->path, path) != 0)
			continue;
		known = true;
		if (table[i]->method == method) {
			*endpoint = table[i];
			return LC_OK;
		}
	}
	return known ? LC_METHOD : LC_NOT_FOUND;
}

const char *
router_allow(const struct lc_endpoint *const *table, const char *path,
	     struct arena *arena)
{
	const char *allow = "OPTIONS";

	for (size_t i = 0; allow != NULL && table[i] != NULL; i++) {
		if (strcmp(table[i]->path, path) != 0)
			continue;
		allow = arena_printf(
			arena, "%s, %s%s", method_name(table[i]->method),
			table[i]->method == LC_GET ? "HEAD, " : "", allow);
	}
	return allow;
}
