/*
 * GET /openapi.json: what all endpoints take and give, for programs.
 */
#include "pages.h"
#include "table.h"
#include "usage.h"

static const struct lc_field openapi_reply[] = {
	LC_FIELD("openapi", LC_TEXT, .doc = "The version of the format."),
	LC_FIELD("info", LC_ANY, .doc = "Title, version and licence."),
	LC_FIELD("servers", LC_ANY, .doc = "Where the application answers."),
	LC_FIELD("tags", LC_ANY, .doc = "The groups of endpoints."),
	LC_FIELD("paths", LC_ANY, .doc = "The endpoints."),
	LC_FIELD("components", LC_ANY, .doc = "What they share."),
	LC_FIELD_END};

static enum lc_rc
openapi_run(struct lc_call *call, const void *args)
{
	(void)args;
	return lc_openapi(call, lc_body(call, NULL));
}

const struct lc_endpoint openapi_endpoint = {
	.method = LC_GET,
	.path = "/openapi.json",
	.tag = &pages_tag,
	.summary = "This interface as OpenAPI 3.1, for programs.",
	.rates = usage_limits,
	.work = LC_QUICK,
	.deadline_ms = 5000,
	.reply = openapi_reply,
	.run = openapi_run,
};
