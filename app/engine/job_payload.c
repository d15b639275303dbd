#include "engine/job_payload.h"

#include <string.h>

#include "engine/caller.h"
#include "engine/negotiate.h"
#include "http/json_c.h"
#include "http/json_parse.h"

/* What may stand in a path or a query by itself. */
static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
static const char plain_in_query[] = "%!$&'()*+,;=:@?";

/* The text with everything else as %XX. */
static void
escaped_add(struct buf *out, const char *text, size_t length, const char *more)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte != '\0' && (strchr(plain, byte) != NULL ||
				     strchr(more, byte) != NULL)) {
			buf_add_char(out, (char)byte);
			continue;
		}
		buf_add_char(out, '%');
		buf_add_char(out, digits[byte >> 4]);
		buf_add_char(out, digits[byte & 15]);
	}
}

static void
target_write(struct json *json, const struct request *request)
{
	struct buf target;

	buf_init(&target);
	escaped_add(&target, request->path, strlen(request->path), "");
	if (request->query_length > 0) {
		buf_add_char(&target, '?');
		escaped_add(&target, request->query, request->query_length,
			    plain_in_query);
	}
	json_bytes(json, "target", target.failed ? "" : target.bytes,
		   target.length);
	json->out->failed = json->out->failed || target.failed;
	buf_release(&target);
}

const char *
job_payload_write(struct lc_call *call, const struct lc_notify *notify)
{
	const struct request *request = &call->request;
	const char *origin = caller_origin(call), *text = NULL;
	struct json json;
	struct buf out;

	if (origin == NULL)
		return NULL;
	buf_init(&out);
	json_init(&json, &out);
	json_object_begin(&json, NULL);
	json_text(&json, "method", method_name(request->method));
	json_text(&json, "origin", origin);
	json_text(&json, "mount", request->mount);
	target_write(&json, request);
	json_text(&json, "accept", negotiate_row(call->format)->type);
	if (request->body_length > 0)
		json_bytes(&json, "body", request->body, request->body_length);
	if (notify->webhook != NULL)
		json_text(&json, "webhook", notify->webhook);
	if (notify->email != NULL)
		json_text(&json, "email", notify->email);
	json_object_end(&json);
	if (!out.failed)
		text = arena_dup(&call->arena, out.bytes, out.length);
	buf_release(&out);
	return text;
}

/* A member's text, in the arena; *rc tells of one that must be and is not. */
static const char *
text_of(struct json_object *json, const char *name, bool optional,
	struct arena *arena, enum lc_rc *rc)
{
	struct json_object *member = NULL;
	const char *text;

	if (!json_object_object_get_ex(json, name, &member) ||
	    !json_object_is_type(member, json_type_string)) {
		if (!optional || member != NULL)
			*rc = LC_INVALID;
		return NULL;
	}
	text = arena_dup(arena, json_object_get_string(member),
			 (size_t)json_object_get_string_len(member));
	if (text == NULL)
		*rc = LC_NO_MEMORY;
	return text;
}

enum lc_rc
job_payload_read(const char *text, struct arena *arena, struct job_payload *out)
{
	struct json_object *json;
	struct json_fault fault;
	enum lc_rc rc = json_parse_own(text, strlen(text), &json, &fault);

	if (rc != LC_OK)
		return rc;
	out->method = text_of(json, "method", false, arena, &rc);
	out->origin = text_of(json, "origin", false, arena, &rc);
	out->mount = text_of(json, "mount", false, arena, &rc);
	out->target = text_of(json, "target", false, arena, &rc);
	out->accept = text_of(json, "accept", false, arena, &rc);
	out->body = text_of(json, "body", true, arena, &rc);
	out->webhook = text_of(json, "webhook", true, arena, &rc);
	out->email = text_of(json, "email", true, arena, &rc);
	json_object_put(json);
	return rc;
}
