/*
 * Endpoints with limits: one, several that a request may cost more of, and
 * some by key.
 */
#include "testapp.h"

#define LIMITED(where, name, ...)                                \
	.method = LC_GET, .path = where, .tag = &testapp_tag,    \
	.summary = where, .work = LC_QUICK, .deadline_ms = 1000, \
	.reply = limits_reply, .run = name##_run, __VA_ARGS__

static const struct lc_field limits_reply[] = {
	LC_FIELD("said", LC_TEXT, .doc = "What there is to say."),
	LC_FIELD_END};

static enum lc_rc
limited_run(struct lc_call *call, const void *args)
{
	(void)args;
	json_text(lc_json(call), "said", "limited");
	return LC_OK;
}

static const struct lc_rate three_an_hour[] = {
	{"three", .limit = 3, .window_s = 3600}, LC_RATES_END};

const struct lc_endpoint limited_endpoint = {
	LIMITED("/limited", limited, .rates = three_an_hour)};

/* ---- several, and what a request costs */

struct metered_query {
	int64_t cost;
};

static const struct lc_field metered_params[] = {
	LC_PARAM(metered_query, cost, .min = "1", .max = "100", .def = "1",
		 .doc = "What it is to cost."),
	LC_FIELD_END};

static int64_t
metered_cost(struct lc_call *call, const void *args)
{
	const struct metered_query *query = args;

	(void)call;
	return query->cost;
}

static const struct lc_rate several[] = {
	{"small", .limit = 6, .window_s = 600, .burst = 12},
	{"large", .limit = 20, .window_s = 36000},
	LC_RATES_END};

#define METERED                                                              \
	.params = metered_params, .args_size = sizeof(struct metered_query), \
	.cost = {metered_cost, 100, "what `cost` says"}

const struct lc_endpoint metered_endpoint = {
	LIMITED("/metered", limited, .rates = several, METERED)};

/* ---- by key */

static const struct lc_rate by_key[] = {
	{"few", .limit = 30, .window_s = 3600},
	{"keyed", .limit = 9, .window_s = 3600, .by = LC_BY_KEY},
	LC_RATES_END};

static const struct lc_guard *const key_guards[] = {&lc_guard_write, NULL};

const struct lc_endpoint keyed_endpoint = {LIMITED(
	"/keyed", limited, .rates = by_key, .guards = key_guards, METERED)};

/* Where no guard leaves a key. */
const struct lc_endpoint unkeyed_endpoint = {
	LIMITED("/unkeyed", limited, .rates = by_key, METERED)};
