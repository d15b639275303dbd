#include "engine/openapi.h"

#include <stdio.h>
#include <string.h>

#include "engine/body_kind.h"
#include "engine/negotiate.h"
#include "engine/problem_form.h"
#include "engine/schema.h"

static bool
type_is_json(const char *type)
{
	size_t length = strlen(type);

	return length >= 4 && strcmp(type + length - 4, "json") == 0;
}

static bool
type_is_picture(const char *type)
{
	return strncmp(type, "image/", 6) == 0;
}

/*
 * Those that were answered as this type: JSON as it is, others as texts, and
 * no pictures.
 */
static void
examples_write(struct json *json, const struct lc_endpoint *endpoint,
	       const struct openapi_answers *answers, int status,
	       const char *type)
{
	int count = 0;

	for (size_t i = 0; i < answers->count && !type_is_picture(type); i++) {
		const struct openapi_answer *answer = &answers->list[i];
		char name[24];

		if (answer->said.status != status ||
		    answer->said.body_length == 0 ||
		    answer->said.type_length != strlen(type) ||
		    memcmp(answer->said.type, type, answer->said.type_length) !=
			    0)
			continue;
		if (count == 0)
			json_object_begin(json, "examples");
		snprintf(name, sizeof(name), "example%d", ++count);
		json_object_begin(json, name);
		json_text(json, "summary", answer->example->summary);
		if (type_is_json(type))
			json_raw(json, "value", answer->said.body,
				 answer->said.body_length);
		else
			json_bytes(json, "value", answer->said.body,
				   answer->said.body_length);
		json_object_begin(json, "x-request");
		json_text(json, "method", method_name(endpoint->method));
		json_text(json, "target", answer->example->target);
		if (answer->example->body != NULL)
			json_text(json, "body", answer->example->body);
		json_object_end(json);
		json_object_end(json);
	}
	if (count > 0)
		json_object_end(json);
}

static void
problem_content_write(struct json *json, const struct lc_endpoint *endpoint,
		      const struct openapi_answers *answers, int status)
{
	static const char type[] = "application/problem+json";

	json_object_begin(json, type);
	json_object_begin(json, "schema");
	json_text(json, "$ref", "#/components/schemas/Problem");
	json_object_end(json);
	examples_write(json, endpoint, answers, status, type);
	json_object_end(json);
}

/* A media type of which the document says no more; bytes are a string. */
static void
text_content_write(struct json *json, const struct lc_endpoint *endpoint,
		   const struct openapi_answers *answers, int status,
		   const char *type)
{
	json_object_begin(json, type);
	json_object_begin(json, "schema");
	if (!type_is_json(type))
		json_text(json, "type", "string");
	if (type_is_picture(type))
		json_text(json, "contentMediaType", type);
	json_object_end(json);
	examples_write(json, endpoint, answers, status, type);
	json_object_end(json);
}

/* A file of any kind, or of those that the table names. */
static void
file_content_write(struct json *json, const struct lc_endpoint *endpoint,
		   const struct openapi_answers *answers, int status)
{
	const char *const *type = endpoint->file_types;

	for (; type != NULL && *type != NULL; type++)
		text_content_write(json, endpoint, answers, status, *type);
	if (endpoint->file_types != NULL)
		return;
	json_object_begin(json, "*/*");
	json_object_begin(json, "schema");
	json_object_end(json);
	json_object_end(json);
}

static bool
file_types_have(const struct lc_endpoint *endpoint, const char *type)
{
	const char *const *of = endpoint->file_types;

	while (of != NULL && *of != NULL && strcmp(*of, type) != 0)
		of++;
	return of != NULL && *of != NULL;
}

static void
content_write(struct json *json, const struct lc_endpoint *endpoint,
	      const struct openapi_answers *answers, int status)
{
	unsigned formats = negotiate_formats(endpoint);
	const char *more = status == endpoint->problem_status ?
				   endpoint->problem_media :
				   NULL;

	for (const struct format_row *r = negotiate_table; r->bit != 0; r++) {
		if (!(formats & r->bit))
			continue;
		if (more != NULL && strcmp(more, r->type) == 0)
			more = NULL;
		if (r->bit != LC_AS_JSON) {
			text_content_write(json, endpoint, answers, status,
					   r->type);
			continue;
		}
		json_object_begin(json, r->type);
		schema_reply(json, "schema", endpoint);
		examples_write(json, endpoint, answers, status, r->type);
		json_object_end(json);
	}
	if (more != NULL && !file_types_have(endpoint, more))
		text_content_write(json, endpoint, answers, status, more);
	if (formats == LC_AS_FILE)
		file_content_write(json, endpoint, answers, status);
}

/* Bodies are read, and may be refused, before the endpoint is known. */
static const enum lc_rc early[] = {
	LC_BAD_REQUEST,  LC_TIMEOUT,          LC_LENGTH_REQUIRED, LC_TOO_LARGE,
	LC_URI_TOO_LONG, LC_FIELDS_TOO_LARGE, LC_UNAVAILABLE};

enum { EARLY_COUNT = sizeof(early) / sizeof(early[0]) };

/* What option heavy_at_once may refuse. */
static bool
is_ever_heavy(const struct lc_endpoint *endpoint)
{
	return endpoint->weigh != NULL || endpoint->work == LC_HEAVY;
}

void
openapi_problems(const struct lc_endpoint *endpoint, bool problems[LC_RC__MAX])
{
	bool file = negotiate_formats(endpoint) == LC_AS_FILE;

	for (size_t i = 0; i < EARLY_COUNT; i++)
		problems[early[i]] = true;
	problems[LC_INTERNAL] = true;
	problems[LC_DEADLINE] = true;
	problems[LC_NOT_KEPT] = endpoint->cache.keep.fresh_s > 0;
	problems[LC_MEDIA_TYPE] = body_kind_all(endpoint) != 0;
	problems[LC_NOT_ACCEPTABLE] = !file;
	problems[LC_INVALID] = true; /* Prefer: handling=strict refuses any */
	problems[LC_RATE] = endpoint->rates != NULL || is_ever_heavy(endpoint);
	problems[LC_PRECONDITION] =
		endpoint->method == LC_GET || endpoint->conditional;
	for (const enum lc_rc *p = endpoint->problems; p != NULL && *p != LC_OK;
	     p++)
		problems[*p] = true;
	for (const struct lc_guard *const *g = endpoint->guards;
	     g != NULL && *g != NULL; g++)
		for (const enum lc_rc *p = (*g)->refusals;
		     p != NULL && *p != LC_OK; p++)
			problems[*p] = true;
}

/* Leaves out what never comes as a problem document. */
static void
problems_told_apart(const struct lc_endpoint *endpoint,
		    bool problems[LC_RC__MAX])
{
	bool kept[LC_RC__MAX] = {false};

	for (size_t i = 0; i < EARLY_COUNT; i++)
		kept[early[i]] = true;
	for (int rc = 0; rc < LC_RC__MAX; rc++)
		if (!kept[rc] && problem_form_fits(endpoint, (enum lc_rc)rc))
			problems[rc] = false;
}

/* The field that goes with an answer of this status; NULL: none. */
static const char *
header_of(int status, const char **doc)
{
	static const struct {
		int status;
		const char *name, *doc;
	} rows[] = {
		{202, "Location", "Where the job is."},
		{200, "ETag", "Names what is answered, for If-None-Match."},
		{401, "WWW-Authenticate", "How to send a key."},
		{405, "Allow", "The methods that there are."},
		{429, "Retry-After", "When to ask again, seconds."},
		{503, "Retry-After", "When to ask again, seconds."},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].status == status) {
			*doc = rows[i].doc;
			return rows[i].name;
		}
	return NULL;
}

void
openapi_headers(struct json *json, int status)
{
	const char *doc, *name = header_of(status, &doc);

	if (name == NULL)
		return;
	json_object_begin(json, "headers");
	json_object_begin(json, name);
	json_text(json, "description", doc);
	json_object_begin(json, "schema");
	json_text(json, "type", "string");
	json_object_end(json);
	json_object_end(json);
	json_object_end(json);
}

static void
reply_write(struct json *json, const struct lc_endpoint *endpoint,
	    const struct openapi_answers *answers, int status, bool problem)
{
	char name[24];

	snprintf(name, sizeof(name), "%d", status);
	json_object_begin(json, name);
	json_text(json, "description", status_phrase(status));
	if (status != 200 || endpoint->method == LC_GET ||
	    endpoint->conditional)
		openapi_headers(json, status);
	json_object_begin(json, "content");
	content_write(json, endpoint, answers, status);
	if (problem)
		problem_content_write(json, endpoint, answers, status);
	json_object_end(json);
	json_object_end(json);
}

/* Inline where there is an example; else one for all. */
static void
problem_reply_write(struct openapi *doc, const struct lc_endpoint *endpoint,
		    const struct openapi_answers *answers, enum lc_rc rc)
{
	struct json *json = &doc->json;
	char text[96];
	bool any = false;

	for (size_t i = 0; i < answers->count; i++)
		any = any || answers->list[i].said.status == rc_status(rc);
	snprintf(text, sizeof(text), "%d", rc_status(rc));
	json_object_begin(json, text);
	if (any) {
		json_text(json, "description", rc_title(rc));
		openapi_headers(json, rc_status(rc));
		json_object_begin(json, "content");
		problem_content_write(json, endpoint, answers, rc_status(rc));
		json_object_end(json);
	} else {
		snprintf(text, sizeof(text), "#/components/responses/%s",
			 rc_label(rc));
		json_text(json, "$ref", text);
		doc->used[rc] = true;
	}
	json_object_end(json);
}

/* What async_reply() writes. */
static const struct lc_field job_fields[] = {
	LC_FIELD("id", LC_TEXT, .doc = "Of the job; whoever has it may ask."),
	LC_FIELD("state", LC_TEXT,
		 .doc = "queued, unless it was there before."),
	LC_FIELD("job", LC_TEXT, .doc = "Where it can be asked for."),
	LC_FIELD_END};

static void
job_reply_write(struct json *json)
{
	static const struct lc_endpoint shape = {.reply = job_fields};

	json_object_begin(json, "202");
	json_text(json, "description",
		  "Accepted: the work goes on as a job, which Location names.");
	openapi_headers(json, 202);
	json_object_begin(json, "content");
	json_object_begin(json, "application/json");
	schema_reply(json, "schema", &shape);
	json_object_end(json);
	json_object_end(json);
	json_object_end(json);
}

void
openapi_replies(struct openapi *doc, const struct lc_endpoint *endpoint,
		const struct openapi_answers *answers)
{
	static const int just_200[] = {200, 0};
	const int *statuses =
		endpoint->statuses != NULL ? endpoint->statuses : just_200;
	bool problems[LC_RC__MAX] = {false};

	openapi_problems(endpoint, problems);
	problems_told_apart(endpoint, problems);
	json_object_begin(&doc->json, "responses");
	for (const int *s = statuses; *s != 0; s++) {
		bool problem = false;

		for (int rc = 0; rc < LC_RC__MAX; rc++)
			if (problems[rc] && rc_status((enum lc_rc)rc) == *s) {
				problem = true;
				problems[rc] = false;
			}
		reply_write(&doc->json, endpoint, answers, *s, problem);
	}
	if (endpoint->job != NULL)
		job_reply_write(&doc->json);
	if (endpoint->method == LC_GET) {
		json_object_begin(&doc->json, "304");
		json_text(&doc->json, "description", status_phrase(304));
		json_object_end(&doc->json);
	}
	for (int rc = 0; rc < LC_RC__MAX; rc++) {
		if (!problems[rc])
			continue;
		problem_reply_write(doc, endpoint, answers, (enum lc_rc)rc);
		/* Several problems may have one status: 503, for example. */
		for (int same = rc + 1; same < LC_RC__MAX; same++)
			if (rc_status((enum lc_rc)same) ==
			    rc_status((enum lc_rc)rc))
				problems[same] = false;
	}
	json_object_end(&doc->json);
}
