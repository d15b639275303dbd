#include "engine/table_check.h"

#include <string.h>

#include "base/text.h"
#include "engine/body_kind.h"
#include "engine/field.h"
#include "engine/negotiate.h"
#include "engine/openapi.h"
#include "engine/rates.h"
#include "engine/router.h"
#include "http/query.h"
#include "services/keys.h"
#include "services/limiter.h"

enum { EXAMPLE_PATH_MAX = 512 };

/* Whether two templates fit the same paths. */
static bool
templates_same(const char *a, const char *b)
{
	while (*a == '/' && *b == '/') {
		size_t a_length = router_segment(a);
		size_t b_length = router_segment(b);
		bool variable = router_is_variable(a, a_length);

		if (variable != router_is_variable(b, b_length) ||
		    (!variable &&
		     (a_length != b_length || memcmp(a, b, a_length) != 0)))
			return false;
		a += a_length;
		b += b_length;
	}
	return *a == *b;
}

static enum lc_rc
endpoint_fault(const struct lc_endpoint *endpoint, const char *fault,
	       struct buf *why)
{
	buf_printf(why, "%s %s: %s", method_name(endpoint->method),
		   endpoint->path != NULL ? endpoint->path : "(no path)",
		   fault);
	return LC_INVALID;
}

static const struct lc_field *
path_field(const struct lc_endpoint *endpoint, const char *name, size_t length)
{
	const struct lc_field *field = endpoint->params;

	while (field != NULL && field->name != NULL &&
	       !(field->in == LC_IN_PATH && strlen(field->name) == length &&
		 memcmp(field->name, name, length) == 0))
		field++;
	return field != NULL && field->name != NULL ? field : NULL;
}

/* Every variable of the path is a parameter, and the other way round. */
static enum lc_rc
endpoint_check_path(const struct lc_endpoint *endpoint, struct buf *why)
{
	const char *path = endpoint->path;
	size_t length;

	for (; *path == '/'; path += length) {
		length = router_segment(path);
		if (memchr(path, '{', length) == NULL &&
		    memchr(path, '}', length) == NULL)
			continue;
		if (!router_is_variable(path, length) ||
		    path_field(endpoint, path + 2, length - 3) == NULL)
			return endpoint_fault(endpoint,
					      "a variable of its path is no "
					      "whole segment, or no parameter",
					      why);
	}
	for (const struct lc_field *f = endpoint->params;
	     f != NULL && f->name != NULL; f++)
		if (f->in == LC_IN_PATH &&
		    router_capture(endpoint->path, endpoint->path, f->name,
				   &length) == NULL)
			return endpoint_fault(endpoint,
					      "its path does not name all its "
					      "parameters there",
					      why);
	return LC_OK;
}

/* No two names are the same where their case does not count. */
static bool
names_differ(const struct lc_endpoint *endpoint)
{
	const struct lc_field *fields = endpoint->params;

	for (const struct lc_field *f = fields; f != NULL && f->name != NULL;
	     f++)
		for (const struct lc_field *g = fields; g != f; g++)
			if (endpoint->any_case && fields_meet(f, g) &&
			    text_equal_nocase(f->name, g->name))
				return false;
	return true;
}

/* What wraps the parameters of a body cannot be one of them. */
static bool
can_be_wrapped(const struct lc_endpoint *endpoint)
{
	bool wraps = false, taken = false;

	for (const struct lc_field *f = endpoint->params;
	     f != NULL && f->name != NULL; f++) {
		wraps = wraps || f->in == LC_IN_BOTH;
		taken = taken || (field_stands_in(f, LC_IN_BODY) &&
				  strcmp(f->name, "params") == 0);
	}
	return !(wraps && taken);
}

static enum lc_rc
endpoint_check_params(const struct lc_endpoint *endpoint, struct buf *why)
{
	struct buf fault;
	enum lc_rc rc;

	buf_init(&fault);
	rc = fields_check(endpoint->params, endpoint->args_size, &fault);
	if (rc == LC_INVALID) {
		buf_add_char(&fault, '\0');
		rc = endpoint_fault(endpoint, fault.failed ? "" : fault.bytes,
				    why);
	}
	buf_release(&fault);
	if (rc == LC_OK && !names_differ(endpoint))
		return endpoint_fault(endpoint,
				      "two of its parameters differ in case "
				      "only",
				      why);
	if (rc == LC_OK && !can_be_wrapped(endpoint))
		return endpoint_fault(endpoint,
				      "what wraps parameters in a body is "
				      "called params as one of them",
				      why);
	return rc == LC_OK ? endpoint_check_path(endpoint, why) : rc;
}

static enum lc_rc
endpoint_check_guards(const struct lc_endpoint *endpoint, struct buf *why)
{
	for (const struct lc_guard *const *g = endpoint->guards;
	     g != NULL && *g != NULL; g++)
		if ((*g)->check == NULL || (*g)->name == NULL ||
		    (*g)->doc == NULL)
			return endpoint_fault(endpoint,
					      "a guard has no function, name "
					      "or sentence",
					      why);
		else if ((*g)->scope != NULL &&
			 keys_scope_find((*g)->scope, strlen((*g)->scope)) ==
				 KEYS_SCOPE__MAX)
			return endpoint_fault(endpoint,
					      "a guard's scope is none of keys",
					      why);
	return LC_OK;
}

static bool
rates_same(const struct lc_rate *a, const struct lc_rate *b)
{
	const struct limiter_policy one = rates_declared(a);
	const struct limiter_policy other = rates_declared(b);

	return one.limit == other.limit && one.window_s == other.window_s &&
	       one.burst == other.burst && a->by == b->by;
}

/* No other limit has this one's name: not beside it, and in `table` none that
 * is another. */
static bool
rate_is_named(const struct lc_endpoint *const *table,
	      const struct lc_endpoint *endpoint, const struct lc_rate *rate)
{
	for (const struct lc_rate *r = endpoint->rates; r != rate; r++)
		if (strcmp(r->name, rate->name) == 0)
			return false;
	for (; *table != endpoint; table++)
		for (const struct lc_rate *r = (*table)->rates;
		     r != NULL && r->name != NULL; r++)
			if (strcmp(r->name, rate->name) == 0 &&
			    !rates_same(r, rate))
				return false;
	return true;
}

static enum lc_rc
endpoint_check_rates(const struct lc_endpoint *const *table,
		     const struct lc_endpoint *endpoint, struct buf *why)
{
	const struct lc_cost *cost = &endpoint->cost;
	int count = 0;

	if (cost->of != NULL &&
	    (cost->doc == NULL || cost->most < 1 ||
	     cost->most > LIMITER_COST_MAX || endpoint->rates == NULL))
		return endpoint_fault(endpoint,
				      "its cost has no sentence, no greatest "
				      "one, or no limit",
				      why);
	for (const struct lc_rate *rate = endpoint->rates;
	     rate != NULL && rate->name != NULL; rate++) {
		struct limiter_policy policy = rates_declared(rate);
		const char *fault = limiter_policy_fault(&policy);

		if (fault == NULL && !text_is_name(rate->name))
			fault = "the name of a limit has more than a-z, 0-9, "
				"- and _";
		if (fault == NULL && ++count > LIMITER_ASKS_MOST)
			fault = "it has too many limits";
		if (fault == NULL && !rate_is_named(table, endpoint, rate))
			fault = "two of its limits, or one of it and one of "
				"another endpoint that is not the same, have "
				"one name";
		if (fault != NULL)
			return endpoint_fault(endpoint, fault, why);
	}
	return LC_OK;
}

static bool
example_fits(const struct lc_endpoint *endpoint, const struct lc_example *e)
{
	char path[EXAMPLE_PATH_MAX];
	size_t length = strcspn(e->target, "?");

	if (length >= sizeof(path) || e->summary == NULL)
		return false;
	query_decode(path, e->target, length, false);
	return router_fits(endpoint->path, path);
}

/* JSON has fields, and fields have JSON. */
static bool
bodies_are_right(const struct lc_endpoint *endpoint)
{
	unsigned known = 0;
	bool fields = false;

	for (const struct body_row *r = body_kind_table; r->bit != 0; r++)
		known |= r->bit;
	for (const struct lc_field *f = endpoint->params;
	     f != NULL && f->name != NULL; f++)
		fields = fields || field_stands_in(f, LC_IN_BODY);
	return endpoint->bodies == 0 ||
	       ((endpoint->bodies & ~known) == 0 &&
		((endpoint->bodies & LC_BODY_JSON) != 0) == fields);
}

/* An endpoint's own form of problems is one that its documentation has. */
static bool
problem_is_right(const struct lc_endpoint *endpoint)
{
	static const int just_200[] = {200, 0};
	const int *status =
		endpoint->statuses != NULL ? endpoint->statuses : just_200;

	if (endpoint->problem == NULL)
		return endpoint->problem_media == NULL &&
		       endpoint->problem_status == 0;
	while (*status != 0 && *status != endpoint->problem_status)
		status++;
	return *status != 0 && endpoint->problem_media != NULL;
}

/* What is documented can be written, and its examples reach it. */
static enum lc_rc
endpoint_check_replies(const struct lc_endpoint *endpoint, struct buf *why)
{
	const struct lc_example *e = endpoint->examples;
	struct buf fault;
	int count = 0;
	enum lc_rc rc;

	if (!problem_is_right(endpoint))
		return endpoint_fault(endpoint,
				      "its own form of problems has no media "
				      "type, or a status that it never answers",
				      why);
	if (endpoint->cache.fresh_s < 0 || endpoint->cache.stale_s < 0)
		return endpoint_fault(endpoint, "its cache's time is negative",
				      why);
	for (; e != NULL && e->target != NULL; e++)
		if (++count > OPENAPI_EXAMPLES_MOST ||
		    !example_fits(endpoint, e))
			return endpoint_fault(endpoint,
					      "an example is one too many, or "
					      "has another path",
					      why);
	buf_init(&fault);
	rc = fields_check_reply(endpoint->reply, endpoint->reply_more, &fault);
	if (rc == LC_INVALID) {
		buf_add_char(&fault, '\0');
		rc = endpoint_fault(endpoint, fault.failed ? "" : fault.bytes,
				    why);
	}
	buf_release(&fault);
	return rc;
}

/* A deadline that a parameter tells is one that is always there. */
static bool
deadline_is_right(const struct lc_endpoint *endpoint)
{
	const struct lc_field *field = endpoint->params;

	if (endpoint->deadline_from == NULL)
		return endpoint->deadline_ms > 0;
	while (field != NULL && field->name != NULL &&
	       strcmp(field->name, endpoint->deadline_from) != 0)
		field++;
	return field != NULL && field->name != NULL && field->type == LC_INT &&
	       !field->optional && field->bytes == sizeof(int64_t) &&
	       field->min != NULL && field->min[0] != '-' &&
	       endpoint->deadline_ms > 0;
}

/* What is kept of a request that goes on as a job is JSON. */
static bool
job_is_right(const struct lc_endpoint *endpoint)
{
	const struct lc_job_kind *kind = endpoint->job;

	return kind == NULL ||
	       (kind->work != NULL && kind->policy.kind != NULL &&
		kind->policy.attempts > 0 && kind->policy.timeout_ms > 0 &&
		(body_kind_all(endpoint) & ~(unsigned)LC_BODY_JSON) == 0);
}

/* POST may be a question that is too long for an address. */
static bool
is_reader(const struct lc_endpoint *endpoint)
{
	return endpoint->method == LC_GET ||
	       (endpoint->method == LC_POST && !endpoint->conditional);
}

/*
 * What our cache may keep, and how long: without a version no longer than
 * others may, who cannot know better.
 */
static bool
keep_is_right(const struct lc_endpoint *endpoint)
{
	const struct lc_keep *keep = &endpoint->cache.keep;
	const bool is_kept = keep->fresh_s > 0;

	if (keep->fresh_s < 0 || keep->stale_s < 0 || keep->error_s < 0 ||
	    keep->absent_s < 0 || !(keep->early >= 0))
		return false;
	if (!is_kept)
		return keep->stale_s == 0 && keep->error_s == 0 &&
		       keep->absent_s == 0;
	if (endpoint->version == NULL && endpoint->method == LC_GET &&
	    keep->fresh_s > endpoint->cache.fresh_s)
		return false;
	return is_reader(endpoint) && !endpoint->cache.is_private;
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
	if ((endpoint->version != NULL && !is_reader(endpoint)) ||
	    (endpoint->conditional && endpoint->method == LC_GET))
		return endpoint_fault(endpoint,
				      "only what reads tells a version, and "
				      "only writers are conditional",
				      why);
	if (!keep_is_right(endpoint))
		return endpoint_fault(endpoint,
				      "what it keeps is a secret, no reader's, "
				      "or for a time that is none",
				      why);
	if (!deadline_is_right(endpoint))
		return endpoint_fault(endpoint,
				      "it has no deadline, or none that its "
				      "parameter must tell",
				      why);
	if (!job_is_right(endpoint))
		return endpoint_fault(endpoint,
				      "the kind of its jobs has no work, no "
				      "policy, or cannot keep its bodies",
				      why);
	if (endpoint->summary == NULL || endpoint->tag == NULL)
		return endpoint_fault(endpoint, "it has no summary or no tag",
				      why);
	if ((negotiate_formats(endpoint) & LC_AS_JSON) &&
	    endpoint->reply == NULL && endpoint->reply_more == NULL)
		return endpoint_fault(endpoint,
				      "its JSON reply is not described", why);
	if (endpoint->body_max_bytes < 0 ||
	    (endpoint->body_max_bytes > 0 && body_kind_all(endpoint) == 0))
		return endpoint_fault(endpoint,
				      "its limit of bodies is negative, or it "
				      "takes none",
				      why);
	if (!bodies_are_right(endpoint))
		return endpoint_fault(endpoint,
				      "its kinds of bodies are unknown, or "
				      "JSON is none and it has fields there",
				      why);
	if (endpoint->default_format != 0 &&
	    ((negotiate_formats(endpoint) & endpoint->default_format) == 0 ||
	     negotiate_row(endpoint->default_format)->bit == 0))
		return endpoint_fault(endpoint,
				      "its default format is none of its "
				      "formats",
				      why);
	if (endpoint_check_guards(endpoint, why) != LC_OK ||
	    endpoint_check_replies(endpoint, why) != LC_OK)
		return LC_INVALID;
	return endpoint_check_params(endpoint, why);
}

enum lc_rc
table_check(const struct lc_endpoint *const *table, struct buf *why)
{
	for (size_t i = 0; table[i] != NULL; i++) {
		enum lc_rc rc = endpoint_check(table[i], why);

		if (rc == LC_OK)
			rc = endpoint_check_rates(table, table[i], why);
		if (rc != LC_OK)
			return rc;
		for (size_t j = 0; j < i; j++)
			if (table[i]->method == table[j]->method &&
			    templates_same(table[i]->path, table[j]->path))
				return endpoint_fault(table[i],
						      "it stands in the table "
						      "twice",
						      why);
	}
	return LC_OK;
}
