#include "engine/openapi.h"

#include <stdio.h>
#include <string.h>

#include "engine/body_kind.h"
#include "engine/dispatch.h"
#include "engine/schema.h"

static bool
is_required(const struct lc_endpoint *endpoint)
{
	if (endpoint->bodies == LC_BODY_VALUE)
		return true;
	for (const struct lc_field *f = endpoint->params;
	     f != NULL && f->name != NULL; f++)
		if (f->in == LC_IN_BODY && !f->optional && f->def == NULL)
			return true;
	return false;
}

/*
 * OpenAPI 3.1 has clients disregard the body of a GET, so that one which may
 * as well be a query is not described; the operation's description tells it.
 */
static bool
is_described(const struct lc_endpoint *endpoint)
{
	bool both = false;

	if (endpoint->method != LC_GET)
		return true;
	for (const struct lc_field *f = endpoint->params;
	     f != NULL && f->name != NULL; f++) {
		if (f->in == LC_IN_BODY)
			return true;
		both = both || f->in == LC_IN_BOTH;
	}
	return !both;
}

static void
examples_write(struct json *json, const struct lc_endpoint *endpoint)
{
	int count = 0;

	for (const struct lc_example *e = endpoint->examples;
	     e != NULL && e->target != NULL; e++) {
		char name[24];

		/* What is wrong on purpose does not fit the schema. */
		if (e->body == NULL || e->status >= 400)
			continue;
		if (count == 0)
			json_object_begin(json, "examples");
		snprintf(name, sizeof(name), "example%d", ++count);
		json_object_begin(json, name);
		json_text(json, "summary", e->summary);
		json_raw(json, "value", e->body, strlen(e->body));
		json_object_end(json);
	}
	if (count > 0)
		json_object_end(json);
}

/* What comes to the function as its bytes. */
static void
bytes_write(struct json *json, const struct lc_endpoint *endpoint,
	    unsigned kind)
{
	const char *example = endpoint->body_example;

	json_object_begin(json, "schema");
	if (kind != LC_BODY_VALUE)
		json_text(json, "type", "string");
	json_object_end(json);
	if (example == NULL)
		return;
	if (kind == LC_BODY_VALUE)
		json_raw(json, "example", example, strlen(example));
	else
		json_text(json, "example", example);
}

void
openapi_body(struct openapi *doc, const struct lc_endpoint *endpoint)
{
	int64_t most = dispatch_endpoint_body_most(doc->engine, endpoint);
	unsigned kinds = body_kind_all(endpoint);
	char doc_text[48];
	struct json *json = &doc->json;

	if (kinds == 0 || !is_described(endpoint))
		return;
	json_object_begin(json, "requestBody");
	snprintf(doc_text, sizeof(doc_text), "At most %lld bytes.",
		 (long long)most);
	json_text(json, "description", doc_text);
	json_bool(json, "required", is_required(endpoint));
	json_int(json, "x-max-bytes", most);
	json_object_begin(json, "content");
	for (const struct body_row *r = body_kind_table; r->bit != 0; r++) {
		if (!(kinds & r->bit))
			continue;
		json_object_begin(json, r->type);
		if (r->bit == LC_BODY_JSON) {
			schema_body(json, "schema", endpoint);
			examples_write(json, endpoint);
		} else {
			bytes_write(json, endpoint, r->bit);
		}
		json_object_end(json);
	}
	json_object_end(json);
	json_object_end(json);
}
