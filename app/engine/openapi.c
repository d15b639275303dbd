#include "engine/openapi.h"

#include <string.h>

#include "engine/schema.h"

static void
info_write(struct json *json)
{
	json_object_begin(json, "info");
	json_text(json, "title", "Lightcone");
	json_text(json, "version", LIGHTCONE_VERSION);
	json_text(json, "summary",
		  "Answers about the sky and about curved spacetime.");
	json_text(
		json, "description",
		"Every error is a problem document (RFC 9457), unless an "
		"operation says otherwise (x-errors); a 422 lists every wrong "
		"input. Parameters that are unknown are ignored "
		"and named in the reply's `warnings`; with the header `Prefer: "
		"handling=strict` they are errors. `Prefer: wait=N` brings a "
		"deadline forward to N seconds. Names of fields carry "
		"their units.");
	json_object_begin(json, "license");
	json_text(json, "name", "MIT");
	json_text(json, "identifier", "MIT");
	json_object_end(json);
	json_object_end(json);
}

static void
servers_write(struct json *json, const char *mount)
{
	json_array_begin(json, "servers");
	json_object_begin(json, NULL);
	json_text(json, "url", mount[0] != '\0' ? mount : "/");
	json_object_end(json);
	json_array_end(json);
}

/* Whether an earlier endpoint of the table shares the path, or the tag. */
static bool
came_before(const struct lc_endpoint *const *table, size_t at, bool tag)
{
	for (size_t i = 0; i < at; i++)
		if (tag ? table[i]->tag == table[at]->tag :
			  strcmp(table[i]->path, table[at]->path) == 0)
			return true;
	return false;
}

static void
tags_write(struct openapi *doc)
{
	const struct lc_endpoint *const *table = doc->engine->table;
	struct json *json = &doc->json;

	json_array_begin(json, "tags");
	for (size_t i = 0; table[i] != NULL; i++) {
		if (came_before(table, i, true))
			continue;
		json_object_begin(json, NULL);
		json_text(json, "name", table[i]->tag->name);
		json_text(json, "description", table[i]->tag->doc);
		json_object_end(json);
	}
	json_array_end(json);
}

static enum lc_rc
paths_write(struct openapi *doc)
{
	const struct lc_endpoint *const *table = doc->engine->table;
	enum lc_rc rc = LC_OK;

	json_object_begin(&doc->json, "paths");
	for (size_t i = 0; table[i] != NULL && rc == LC_OK; i++) {
		if (came_before(table, i, false))
			continue;
		json_object_begin(&doc->json, table[i]->path);
		for (size_t j = i; table[j] != NULL && rc == LC_OK; j++)
			if (strcmp(table[j]->path, table[i]->path) == 0)
				rc = openapi_operation(doc, table[j]);
		json_object_end(&doc->json);
	}
	json_object_end(&doc->json);
	return rc;
}

static void
problem_write_response(struct json *json, enum lc_rc rc)
{
	json_object_begin(json, rc_label(rc));
	json_text(json, "description", rc_title(rc));
	openapi_headers(json, rc_status(rc));
	json_object_begin(json, "content");
	json_object_begin(json, "application/problem+json");
	json_object_begin(json, "schema");
	json_text(json, "$ref", "#/components/schemas/Problem");
	json_object_end(json);
	json_object_end(json);
	json_object_end(json);
	json_object_end(json);
}

static void
security_write(struct json *json)
{
	json_object_begin(json, "securitySchemes");
	json_object_begin(json, "bearer");
	json_text(json, "type", "http");
	json_text(json, "scheme", "bearer");
	json_text(
		json, "description",
		"A key of `lightcone key add`, as Authorization: Bearer KEY.");
	json_object_end(json);
	json_object_begin(json, "api_key");
	json_text(json, "type", "apiKey");
	json_text(json, "in", "header");
	json_text(json, "name", "X-API-Key");
	json_text(json, "description", "The same key in a field of its own.");
	json_object_end(json);
	json_object_end(json);
}

static void
components_write(struct openapi *doc)
{
	struct json *json = &doc->json;

	json_object_begin(json, "components");
	json_object_begin(json, "schemas");
	schema_problem(json, "Problem");
	json_object_end(json);
	json_object_begin(json, "responses");
	for (int rc = 0; rc < LC_RC__MAX; rc++)
		if (doc->used[rc])
			problem_write_response(json, (enum lc_rc)rc);
	json_object_end(json);
	if (doc->secured)
		security_write(json);
	json_object_end(json);
}

enum lc_rc
openapi_write(struct engine *engine, const char *mount, struct buf *out)
{
	struct openapi doc = {.engine = engine, .mount = mount};
	enum lc_rc rc;

	arena_init(&doc.arena, NULL, 0);
	json_init(&doc.json, out);
	json_object_begin(&doc.json, NULL);
	json_text(&doc.json, "openapi", "3.1.0");
	info_write(&doc.json);
	servers_write(&doc.json, mount);
	tags_write(&doc);
	rc = paths_write(&doc);
	components_write(&doc);
	json_object_end(&doc.json);
	buf_add_char(out, '\n');
	arena_release(&doc.arena);
	return rc == LC_OK && out->failed ? LC_NO_MEMORY : rc;
}

/* ---- what handlers call */

enum lc_rc
lc_openapi(struct lc_call *call, struct buf *out)
{
	if (call->in_place)
		return lc_fail(call, LC_INTERNAL,
			       "The document cannot be its own example.");
	return openapi_write(call->engine, call->request.mount, out);
}
