#include "engine/openapi.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/field.h"
#include "engine/negotiate.h"
#include "engine/rates.h"
#include "engine/router.h"
#include "engine/schema.h"
#include "http/query.h"

/* ---- names */

/* "getGalaxyByName" for GET /galaxy/{name}. */
static void
operation_id_write(struct openapi *doc, const struct lc_endpoint *endpoint)
{
	const char *c;
	bool begins = true;
	struct buf id;

	buf_init(&id);
	for (c = method_name(endpoint->method); *c != '\0'; c++)
		buf_add_char(&id, text_lower(*c));
	if (strcmp(endpoint->path, "/") == 0)
		buf_add_text(&id, "Home");
	for (c = endpoint->path; *c != '\0'; c++) {
		bool letter = (*c >= 'a' && *c <= 'z') ||
			      (*c >= 'A' && *c <= 'Z') || text_is_digit(*c);

		if (*c == '{')
			buf_add_text(&id, "By");
		if (letter)
			buf_add_char(&id, begins ? text_upper(*c) : *c);
		begins = !letter;
	}
	json_bytes(&doc->json, "operationId", id.bytes, id.length);
	if (id.failed)
		doc->json.out->failed = true;
	buf_release(&id);
}

static const char both_words[] =
	"Parameters may come in the query, or some or all of them as members "
	"of a JSON body, also of GET: an object, or {\"params\": {...}}. "
	"An answer to a GET with a body is not to be stored. ";

/* "At most, from an address: 100 in 60 s (`minute`), …". */
static void
limits_write(const struct openapi *doc, const struct lc_rate *rate,
	     enum lc_rate_by by, const char *whose, struct buf *text)
{
	const char *between = "";

	for (; rate != NULL && rate->name != NULL; rate++) {
		struct limiter_policy policy = rates_policy(doc->engine, rate);

		if (rate->by != by)
			continue;
		if (between[0] == '\0')
			buf_printf(text, "At most, %s: ", whose);
		buf_printf(text, "%s%lld in %lld s", between,
			   (long long)policy.limit, (long long)policy.window_s);
		if (policy.burst != policy.limit)
			buf_printf(text, ", %lld at once,",
				   (long long)policy.burst);
		buf_printf(text, " (`%s`)", policy.name);
		between = ", ";
	}
	if (between[0] != '\0')
		buf_add_text(text, ". ");
}

static void
description_write(struct openapi *doc, const struct lc_endpoint *endpoint)
{
	struct buf text;

	buf_init(&text);
	if (endpoint->details != NULL)
		buf_printf(&text, "%s\n\n", endpoint->details);
	for (const struct lc_guard *const *g = endpoint->guards;
	     g != NULL && *g != NULL; g++)
		buf_printf(&text, "%s ", (*g)->doc);
	limits_write(doc, endpoint->rates, LC_BY_ADDRESS, "from an address",
		     &text);
	limits_write(doc, endpoint->rates, LC_BY_KEY, "with a key", &text);
	if (endpoint->cost.of != NULL)
		buf_printf(&text, "A request costs %s. ", endpoint->cost.doc);
	if (endpoint->any_case)
		buf_add_text(&text, "Names of parameters are taken in any "
				    "case; unknown ones are ignored. ");
	for (const struct lc_field *f = endpoint->params;
	     f != NULL && f->name != NULL; f++)
		if (f->in == LC_IN_BOTH) {
			buf_add_text(&text, both_words);
			break;
		}
	if (endpoint->problem != NULL)
		buf_printf(&text, "Errors are told with status %d as %s. ",
			   endpoint->problem_status, endpoint->problem_media);
	if (endpoint->deadline_from != NULL)
		buf_printf(&text, "Answers within `%s` ms, or with a 504.",
			   endpoint->deadline_from);
	else
		buf_printf(&text, "Answers within %lld ms, or with a 504.",
			   (long long)endpoint->deadline_ms);
	json_bytes(&doc->json, "description", text.bytes, text.length);
	if (text.failed)
		doc->json.out->failed = true;
	buf_release(&text);
}

/* ---- the request */

/*
 * The parameter's value in the endpoint's first example, if that is not of
 * what is wrong; NULL: none.
 */
static const char *
example_value(struct openapi *doc, const struct lc_endpoint *endpoint,
	      const struct lc_field *field)
{
	const char *target, *query, *value;
	struct query pairs;
	size_t length;
	char *path;

	if (endpoint->examples == NULL || endpoint->examples->target == NULL ||
	    endpoint->examples->status == 422)
		return NULL;
	target = endpoint->examples->target;
	query = target + strcspn(target, "?");
	if (field->in == LC_IN_PATH) {
		path = arena_dup(&doc->arena, target, (size_t)(query - target));
		if (path == NULL)
			return NULL;
		query_decode(path, target, (size_t)(query - target), false);
		value = router_capture(endpoint->path, path, field->name,
				       &length);
		return value != NULL ? arena_dup(&doc->arena, value, length) :
				       NULL;
	}
	if (*query == '\0' || !field_stands_in(field, LC_IN_QUERY) ||
	    query_parse(&pairs, query + 1, strlen(query + 1), &doc->arena) !=
		    LC_OK)
		return NULL;
	for (size_t i = 0; i < pairs.count; i++)
		if (strcmp(pairs.pairs[i].name, field->name) == 0)
			return pairs.pairs[i].value;
	return NULL;
}

static void
parameter_write(struct openapi *doc, const struct lc_endpoint *endpoint,
		const struct lc_field *field)
{
	static const char *const places[] = {[LC_IN_QUERY] = "query",
					     [LC_IN_BOTH] = "query",
					     [LC_IN_PATH] = "path",
					     [LC_IN_HEADER] = "header"};
	const char *example = example_value(doc, endpoint, field);
	struct json *json = &doc->json;
	const char *name = field_wire_name(field, &doc->arena);
	bool required = !field->optional && field->def == NULL;
	bool both = field->in == LC_IN_BOTH;
	struct lc_field query = *field; /* where nothing can be null */

	if (name == NULL)
		json->out->failed = true;
	json_object_begin(json, NULL);
	json_text(json, "name", name != NULL ? name : "");
	json_text(json, "in", places[field->in]);
	json_text(json, "description", field->doc);
	json_bool(json, "required",
		  required && (!both || endpoint->method == LC_GET));
	if (both) {
		json_bool(json, "x-also-in-body", true);
		json_bool(json, "x-required", required);
		query.nullable = false;
	}
	schema_field(json, "schema", &query);
	if (example != NULL && field_is_plain(field))
		schema_value(json, "example", field, example);
	json_object_end(json);
}

/* The engine's own parameter, where there is a choice. */
static void
format_write(struct json *json, const struct lc_endpoint *endpoint)
{
	const char *word = negotiate_row(negotiate_default(endpoint))->word;
	char doc[96];

	snprintf(doc, sizeof(doc),
		 "What the answer should be; weighs more than Accept. Without "
		 "either it is %s.",
		 word);
	json_object_begin(json, NULL);
	json_text(json, "name", "format");
	json_text(json, "in", "query");
	json_text(json, "description", doc);
	json_bool(json, "required", false);
	json_object_begin(json, "schema");
	json_text(json, "type", "string");
	json_array_begin(json, "enum");
	for (const struct format_row *r = negotiate_table; r->bit != 0; r++)
		if (negotiate_formats(endpoint) & r->bit)
			json_text(json, NULL, r->word);
	json_array_end(json);
	json_object_end(json);
	json_object_end(json);
}

/* What lc_precondition() reads. */
static const struct lc_field conditions[] = {
	LC_FIELD("if_match", LC_TEXT, .in = LC_IN_HEADER, .optional = true,
		 .doc = "An ETag that what is there must still have, or * if "
			"there must be something; else 412."),
	LC_FIELD("if_none_match", LC_TEXT, .in = LC_IN_HEADER, .optional = true,
		 .doc = "An ETag that what is there must not have, or * if "
			"there must be nothing; else 412."),
	LC_FIELD_END};

/* What engine/async.h reads. */
static const struct lc_field asynchronous[] = {
	LC_FIELD("prefer", LC_TEXT, .in = LC_IN_HEADER, .optional = true,
		 .doc = "respond-async: 202 at once, and the work goes on as a "
			"job; \"respond-async, wait=N\": unless it is done "
			"in N seconds."),
	LC_FIELD("idempotency_key", LC_TEXT, .in = LC_IN_HEADER,
		 .optional = true,
		 .doc = "With respond-async: the same text makes no second job "
			"within a day."),
	LC_FIELD_END};

static void
parameters_write(struct openapi *doc, const struct lc_endpoint *endpoint)
{
	json_array_begin(&doc->json, "parameters");
	for (const struct lc_field *f = endpoint->params;
	     f != NULL && f->name != NULL; f++)
		if (f->in != LC_IN_BODY)
			parameter_write(doc, endpoint, f);
	if (negotiate_has_choice(endpoint))
		format_write(&doc->json, endpoint);
	for (const struct lc_field *f = conditions;
	     endpoint->conditional && f->name != NULL; f++)
		parameter_write(doc, endpoint, f);
	for (const struct lc_field *f = asynchronous;
	     endpoint->job != NULL && f->name != NULL; f++)
		parameter_write(doc, endpoint, f);
	json_array_end(&doc->json);
}

/* ---- all of it */

static void
guards_write(struct openapi *doc, const struct lc_endpoint *endpoint)
{
	static const char *const schemes[] = {"bearer", "api_key"};
	struct json *json = &doc->json;
	const char *scope = NULL;

	for (const struct lc_guard *const *g = endpoint->guards;
	     g != NULL && *g != NULL; g++)
		if ((*g)->scope != NULL)
			scope = (*g)->scope;
	json_array_begin(json, "security");
	for (int i = 0; i < 2 && scope != NULL; i++) {
		json_object_begin(json, NULL);
		json_array_begin(json, schemes[i]);
		json_text(json, NULL, scope);
		json_array_end(json);
		json_object_end(json);
		doc->secured = true;
	}
	json_array_end(json);
}

/* Where errors are no problem documents. */
static void
errors_write(struct json *json, const struct lc_endpoint *endpoint)
{
	if (endpoint->problem == NULL)
		return;
	json_object_begin(json, "x-errors");
	json_int(json, "status", endpoint->problem_status);
	json_text(json, "media", endpoint->problem_media);
	json_object_end(json);
}

static enum lc_rc
answers_ask(struct openapi *doc, const struct lc_endpoint *endpoint,
	    struct openapi_answers *answers)
{
	enum lc_rc rc = LC_OK;

	for (const struct lc_example *e = endpoint->examples;
	     e != NULL && e->target != NULL && rc == LC_OK &&
	     answers->count < OPENAPI_EXAMPLES_MOST;
	     e++)
		rc = openapi_ask(doc, endpoint, e,
				 &answers->list[answers->count++]);
	return rc;
}

enum lc_rc
openapi_operation(struct openapi *doc, const struct lc_endpoint *endpoint)
{
	struct openapi_answers answers = {.count = 0};
	char method[8] = "";
	enum lc_rc rc = answers_ask(doc, endpoint, &answers);

	for (size_t i = 0; i < strlen(method_name(endpoint->method)); i++)
		method[i] = text_lower(method_name(endpoint->method)[i]);
	json_object_begin(&doc->json, method);
	json_text(&doc->json, "summary", endpoint->summary);
	operation_id_write(doc, endpoint);
	json_array_begin(&doc->json, "tags");
	json_text(&doc->json, NULL, endpoint->tag->name);
	json_array_end(&doc->json);
	description_write(doc, endpoint);
	guards_write(doc, endpoint);
	parameters_write(doc, endpoint);
	openapi_body(doc, endpoint);
	openapi_replies(doc, endpoint, &answers);
	errors_write(&doc->json, endpoint);
	if (endpoint->any_case)
		json_bool(&doc->json, "x-any-case", true);
	json_object_end(&doc->json);
	for (size_t i = 0; i < answers.count; i++)
		buf_release(&answers.list[i].text);
	return rc;
}
