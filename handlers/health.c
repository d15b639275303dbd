/*
 * GET /health: whether this process can do its work, and who is with it.
 */
#include "context.h"
#include "table.h"

static bool
catalogue_write(struct json *json, const struct context *context)
{
	struct catalogue *catalogue = NULL;
	char why[CATALOGUE_WHY_MAX];
	int64_t objects = 0;
	enum lc_rc rc;

	rc = catalogue_acquire(context->catalogues, context->catalogue,
			       &catalogue, why, sizeof(why));
	json_object_begin(json, "catalogue");
	json_text(json, "name", context->catalogue);
	if (rc == LC_OK)
		rc = catalogue_count(catalogue, &objects);
	json_text(json, "state", rc == LC_OK ? "ok" : "unavailable");
	if (rc == LC_OK) {
		json_int(json, "generation", catalogue_generation(catalogue));
		json_int(json, "objects", objects);
	} else {
		json_text(json, "why",
			  catalogue != NULL ? catalogue_why(catalogue) : why);
	}
	json_object_end(json);
	catalogue_release(catalogue);
	return rc == LC_OK;
}

static void
companions_write(struct json *json, const struct companion *companion)
{
	char why[COMPANION_WHY_MAX] = "out of memory";
	bool answers;

	json_object_begin(json, "companions");
	for (; companion->name != NULL; companion++) {
		json_object_begin(json, companion->name);
		if (companion->self == NULL) {
			json_text(json, "state", "off");
		} else {
			answers = companion->probe(companion->self, why,
						   sizeof(why)) == LC_OK;
			json_text(json, "state", answers ? "ok" : "away");
			if (!answers)
				json_text(json, "why", why);
		}
		json_object_end(json);
	}
	json_object_end(json);
}

static enum lc_rc
health_run(struct lc_call *call, const void *args)
{
	const struct context *context = lc_context(call);
	struct json *json = lc_json(call);
	bool ready;

	(void)args;
	json_bool(json, "live", true);
	ready = catalogue_write(json, context);
	json_bool(json, "ready", ready);
	companions_write(json, context->companions);
	if (!ready)
		lc_set_status(call, 503);
	return LC_OK;
}

const struct lc_endpoint health_endpoint = {
	.method = LC_GET,
	.path = "/health",
	.summary = "Whether this service works, and its companions.",
	.work = LC_QUICK,
	.deadline_ms = 2000,
	.run = health_run,
};
