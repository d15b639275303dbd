/*
 * GET /health: whether this process can do its work, and who is with it.
 */
#include "base/clock.h"
#include "companions.h"
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
		json_int(json, "generation",
			 catalogue_version(catalogue).generation);
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
	struct companion_view view;
	char since[CLOCK_RFC3339_MAX];

	json_object_begin(json, "companions");
	for (; companion->name != NULL; companion++) {
		companion_look(companion, &view);
		json_object_begin(json, companion->name);
		json_text(json, "state", companion_states[view.state]);
		clock_rfc3339_of(view.since_ms, since);
		if (view.since_ms > 0 && since[0] != '\0')
			json_text(json, "since", since);
		if (view.state == COMPANION_AWAY)
			json_text(json, "why", view.why);
		json_object_end(json);
	}
	json_object_end(json);
}

static enum lc_rc
health_run(struct lc_call *call, const void *args)
{
	const struct context *context = lc_context(call);
	const bool stopping = lc_is_stopping(call);
	struct json *json = lc_json(call);
	bool ready;

	(void)args;
	lc_set_makeshift(call); /* who asks next may be told otherwise */
	json_bool(json, "live", true);
	ready = catalogue_write(json, context) && !stopping;
	json_bool(json, "ready", ready);
	if (stopping)
		json_bool(json, "stopping", true);
	companions_write(json, context->companions);
	if (!ready)
		lc_set_status(call, 503);
	return LC_OK;
}

const struct lc_tag operation_tag = {"operation",
				     "For those who run the service."};

static const char *const states[] = {"ok", "unavailable", NULL};

static const struct lc_field catalogue_fields[] = {
	LC_FIELD("name", LC_TEXT, .doc = "The default catalogue."),
	LC_FIELD("state", LC_TEXT, .choices = states,
		 .doc = "Whether it can be read."),
	LC_FIELD("generation", LC_INT, .optional = true,
		 .doc = "Grows with each import."),
	LC_FIELD("objects", LC_INT, .optional = true,
		 .doc = "How many objects it holds."),
	LC_FIELD("why", LC_TEXT, .optional = true,
		 .doc = "Why it cannot be read."),
	LC_FIELD_END};

static const struct lc_field companion_fields[] = {
	LC_FIELD("state", LC_TEXT, .choices = companion_states,
		 .doc = "Whether it answers; off: it is not configured."),
	LC_FIELD("since", LC_TEXT, .optional = true,
		 .doc = "Since when it has been so, as far as any process of "
			"this state directory has noticed (RFC 3339)."),
	LC_FIELD("why", LC_TEXT, .optional = true,
		 .doc = "Why it does not answer."),
	LC_FIELD_END};

static const struct lc_field companions_fields[] = {
	LC_FIELD("cache", LC_OBJECT, .members = companion_fields,
		 .optional = true, .doc = "Where answers are kept."),
	LC_FIELD("worker", LC_OBJECT, .members = companion_fields,
		 .optional = true,
		 .doc = "lightcone work, which runs jobs; where it runs now "
			"and then only, it is away in between."),
	LC_FIELD("stream", LC_OBJECT, .members = companion_fields,
		 .optional = true,
		 .doc = "lightcone stream, which serves the cosmic stream by "
			"WebSocket; without it the stream's other ways work."),
	LC_FIELD("traces", LC_OBJECT, .members = companion_fields,
		 .optional = true,
		 .doc = "The collector that lightcone work exports spans to; "
			"they wait while it is away."),
	LC_FIELD_END};

static const struct lc_field health_reply[] = {
	LC_FIELD("live", LC_BOOL, .doc = "The process runs."),
	LC_FIELD("catalogue", LC_OBJECT, .members = catalogue_fields,
		 .doc = "The default catalogue's state."),
	LC_FIELD("ready", LC_BOOL, .doc = "Requests can be answered."),
	LC_FIELD("stopping", LC_BOOL, .optional = true,
		 .doc = "The process takes no more requests; its successor "
			"does."),
	LC_FIELD("companions", LC_OBJECT, .members = companions_fields,
		 .doc = "The processes beside this one; requests succeed "
			"without them."),
	LC_FIELD_END};

static const struct lc_example health_examples[] = {
	{"All is well", "/health", NULL, 200}, {.target = NULL}};

static const int health_statuses[] = {200, 503, 0};

const struct lc_endpoint health_endpoint = {
	.method = LC_GET,
	.path = "/health",
	.tag = &operation_tag,
	.summary = "Whether this service works, and its companions.",
	.details = "200 when it can do its work, 503 when it cannot; for load "
		   "balancers the status is enough (HEAD).",
	.work = LC_QUICK,
	.deadline_ms = 2000,
	.reply = health_reply,
	.statuses = health_statuses,
	.examples = health_examples,
	.run = health_run,
};
