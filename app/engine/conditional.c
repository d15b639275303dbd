#include "engine/conditional.h"

#include <stdio.h>

#include "http/etag.h"
#include "services/digest.h"

enum { CONDITIONAL_TAG_BYTES = 24 };

static bool
can_be_tagged(const struct lc_call *call)
{
	return (call->request.method == LC_GET ||
		call->request.method == LC_HEAD) &&
	       call->response.status == 200 &&
	       call->response.media_type != NULL && !call->length_unknown &&
	       !call->in_place;
}

enum lc_rc
conditional_apply(struct lc_call *call)
{
	struct response *response = &call->response;
	const char *match = call->request.fields[REQUEST_IF_MATCH];
	const char *none_match = call->request.fields[REQUEST_IF_NONE_MATCH];
	char tag[CONDITIONAL_TAG_BYTES];
	uint64_t digest;

	if (!can_be_tagged(call))
		return LC_OK;
	digest = digest_quick(response->body.bytes, response->body.length);
	snprintf(tag, sizeof(tag), "\"%016llx\"", (unsigned long long)digest);
	if (match != NULL && !etag_listed(match, tag, ETAG_STRONG))
		return lc_fail(call, LC_PRECONDITION,
			       "If-Match does not list what is there: %s.",
			       tag);
	response_field_text(response, "ETag", tag);
	if (none_match != NULL && etag_listed(none_match, tag, ETAG_WEAK)) {
		response->status = 304;
		response->media_type = NULL;
		buf_reset(&response->body);
	}
	return LC_OK;
}
