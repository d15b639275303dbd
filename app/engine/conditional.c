#include "engine/conditional.h"

#include <stdio.h>
#include <string.h>

#include "engine/bind.h"
#include "http/etag.h"
#include "services/digest.h"

static void
tag_write(char tag[CALL_TAG_BYTES], uint64_t digest)
{
	snprintf(tag, CALL_TAG_BYTES, "\"%016llx\"",
		 (unsigned long long)digest);
}

/* A new program may write the same thing otherwise. */
static void
tag_of_version(char tag[CALL_TAG_BYTES], const struct lc_endpoint *endpoint,
	       unsigned format, uint64_t version)
{
	static const char program[] = LIGHTCONE_VERSION;
	uint64_t digest = digest_quick(endpoint->path, strlen(endpoint->path));

	digest = lc_mix(digest, digest_quick(program, sizeof(program)));
	tag_write(tag, lc_mix(lc_mix(digest, format), version));
}

static enum lc_rc
match_refuse(struct lc_call *call, const char *tag)
{
	return lc_fail(call, LC_PRECONDITION,
		       "If-Match does not list what is there: %s.", tag);
}

static bool
is_reading(const struct lc_call *call)
{
	return (call->request.method == LC_GET ||
		call->request.method == LC_HEAD) &&
	       !call->in_place && !bind_has_read_body(call);
}

enum lc_rc
conditional_version(struct lc_call *call)
{
	const struct lc_endpoint *endpoint = call->endpoint;
	enum lc_rc rc;

	if (endpoint->version == NULL || call->has_version)
		return LC_OK;
	rc = endpoint->version(call, call->args, &call->version);
	call->has_version = rc == LC_OK;
	return rc;
}

enum lc_rc
conditional_ask(struct lc_call *call)
{
	const struct lc_endpoint *endpoint = call->endpoint;
	const char *match = call->request.fields[REQUEST_IF_MATCH];
	const char *none_match = call->request.fields[REQUEST_IF_NONE_MATCH];
	enum lc_rc rc;

	if (endpoint->version == NULL || !is_reading(call))
		return LC_OK;
	rc = conditional_version(call);
	if (rc != LC_OK)
		return rc;
	tag_of_version(call->tag, endpoint, call->format, call->version);
	if (match != NULL && !etag_listed(match, call->tag, ETAG_STRONG))
		return match_refuse(call, call->tag);
	/* Whether there is anything, which "*" asks, only the work shows. */
	if (none_match != NULL && !etag_is_any(none_match) &&
	    etag_listed(none_match, call->tag, ETAG_WEAK))
		call->response.status = 304;
	return LC_OK;
}

/* Whether what was answered can have a tag, and by it become a 304. */
static bool
can_be_tagged(const struct lc_call *call)
{
	const struct response *response = &call->response;

	if (!is_reading(call))
		return false;
	if (call->tag[0] != '\0')
		return response->status == 200 || response->status == 304;
	return response->status == 200 && response->media_type != NULL &&
	       !call->length_unknown;
}

void
conditional_tag(struct lc_call *call)
{
	const char *body;
	size_t length;

	if (!can_be_tagged(call) || call->tag[0] != '\0')
		return;
	body = response_body(&call->response, &length);
	tag_write(call->tag, digest_quick(body, length));
}

enum lc_rc
conditional_apply(struct lc_call *call)
{
	struct response *response = &call->response;
	const char *match = call->request.fields[REQUEST_IF_MATCH];
	const char *none_match = call->request.fields[REQUEST_IF_NONE_MATCH];

	if (!can_be_tagged(call))
		return LC_OK;
	conditional_tag(call);
	if (match != NULL && !etag_listed(match, call->tag, ETAG_STRONG))
		return match_refuse(call, call->tag);
	response_field_text(response, "ETag", call->tag);
	if (none_match != NULL &&
	    etag_listed(none_match, call->tag, ETAG_WEAK)) {
		response->status = 304;
		response_no_body(response);
	}
	return LC_OK;
}

/* ---- what handlers call */

enum lc_rc
lc_precondition(struct lc_call *call, const struct lc_endpoint *reader,
		bool exists, uint64_t version)
{
	const char *match = call->request.fields[REQUEST_IF_MATCH];
	const char *none_match = call->request.fields[REQUEST_IF_NONE_MATCH];
	char tag[CALL_TAG_BYTES];

	tag_of_version(tag, reader, LC_AS_JSON, version);
	if (match != NULL && !exists)
		return lc_fail(call, LC_PRECONDITION,
			       "If-Match wants something that is not there.");
	if (match != NULL && !etag_listed(match, tag, ETAG_STRONG))
		return match_refuse(call, tag);
	if (none_match != NULL && exists &&
	    etag_listed(none_match, tag, ETAG_WEAK))
		return lc_fail(call, LC_PRECONDITION,
			       "If-None-Match lists what is there: %s.", tag);
	return LC_OK;
}

void
lc_set_version(struct lc_call *call, const struct lc_endpoint *reader,
	       uint64_t version)
{
	char tag[CALL_TAG_BYTES];

	tag_of_version(tag, reader, LC_AS_JSON, version);
	response_field_text(&call->response, "ETag", tag);
}
