/*
 * Endpoints that send a JSON answer as it grows, that weigh their work by
 * their arguments, and that tell where they are.
 */
#include "testapp.h"

#include <sched.h>
#include <time.h>

enum { LONG_QUICK = 100 }; /* items; more are heavy work */

struct long_query {
	int64_t items, every, pause_ms;
};

static const struct lc_field long_params[] = {
	LC_PARAM(long_query, items, .min = "0", .max = "20000", .def = "10",
		 .doc = "How many items."),
	LC_PARAM(long_query, every, .min = "1", .max = "100000", .def = "3",
		 .doc = "How many of them are a piece."),
	LC_PARAM(long_query, pause_ms, .min = "0", .max = "10", .def = "0",
		 .unit = "ms", .doc = "The pause after each piece."),
	LC_FIELD_END};

static const struct lc_field long_item = {.type = LC_INT};

static const struct lc_field long_reply[] = {
	LC_FIELD("pooled", LC_BOOL, .doc = "Whether the pool did it."),
	LC_FIELD("items", LC_LIST, .item = &long_item, .doc = "The items."),
	LC_FIELD_END};

static const struct lc_example long_examples[] = {
	{"In three pieces and a rest", "/long?items=10&every=3", NULL, 200},
	{"Heavy work", "/long?items=101&every=50", NULL, 200},
	{.target = NULL}};

static enum lc_rc
long_run(struct lc_call *call, const void *args)
{
	const struct long_query *query = args;
	const struct timespec pause = {.tv_nsec = query->pause_ms * 1000000};
	struct json *json = lc_json(call);
	enum lc_rc rc = LC_OK;

	json_bool(json, "pooled", sched_getscheduler(0) == SCHED_IDLE);
	json_array_begin(json, "items");
	for (int64_t i = 0; i < query->items && rc == LC_OK; i++) {
		json_int(json, NULL, i);
		if ((i + 1) % query->every != 0)
			continue;
		rc = lc_body_send(call);
		nanosleep(&pause, NULL);
	}
	json_array_end(json);
	lc_warn(call, "That was all.");
	return rc;
}

static enum lc_work
long_weigh(struct lc_call *call, const void *args)
{
	const struct long_query *query = args;

	(void)call;
	return query->items > LONG_QUICK ? LC_HEAVY : LC_QUICK;
}

const struct lc_endpoint long_endpoint = {
	.method = LC_GET,
	.path = "/long",
	.tag = &testapp_tag,
	.summary = "A long list, in pieces.",
	.params = long_params,
	.args_size = sizeof(struct long_query),
	.weigh = long_weigh,
	.deadline_ms = 20000,
	.reply = long_reply,
	.examples = long_examples,
	.run = long_run,
};

/* ---- where the client says that we are */

static const struct lc_field origin_reply[] = {
	LC_FIELD("origin", LC_TEXT, .doc = "Scheme and host."), LC_FIELD_END};

static enum lc_rc
origin_run(struct lc_call *call, const void *args)
{
	const char *origin = lc_origin(call);

	(void)args;
	if (origin == NULL)
		return LC_NO_MEMORY;
	json_text(lc_json(call), "origin", origin);
	return LC_OK;
}

const struct lc_endpoint origin_endpoint = {
	.method = LC_GET,
	.path = "/origin",
	.tag = &testapp_tag,
	.summary = "Where the client says that we are.",
	.work = LC_QUICK,
	.deadline_ms = 1000,
	.reply = origin_reply,
	.run = origin_run,
};
