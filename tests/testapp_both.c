/*
 * Parameters that may come in the query or in a body, bounds that are
 * themselves outside, and answers that are pictures.
 */
#include "testapp.h"

#define TEST_TABLE(verb, where, name, ...)                                    \
	.method = verb, .path = where, .tag = &testapp_tag, .summary = where, \
	.deadline_ms = 1000, .run = name##_run, __VA_ARGS__

#define TEST_ARGS(name) \
	.params = name##_params, .args_size = sizeof(struct name##_query)

/* ---- bounds that are outside */

struct bounded_query {
	int64_t whole;
	double real, share;
	int64_t x_level;
	bool has_x_level;
};

static const struct lc_field bounded_params[] = {
	LC_PARAM(bounded_query, whole, .above = "0", .below = "10", .def = "1",
		 .doc = "Int."),
	LC_PARAM(bounded_query, real, .above = "0", .doc = "Number."),
	LC_PARAM(bounded_query, share, .min = "0", .below = "1", .def = "0.5",
		 .doc = "Number."),
	LC_PARAM_OPTIONAL(bounded_query, x_level, .in = LC_IN_HEADER,
			  .above = "-3", .max = "3", .doc = "Int."),
	LC_FIELD_END};

static const struct lc_field bounded_reply[] = {
	LC_FIELD("whole", LC_INT, .above = "0", .below = "10", .doc = "Int."),
	LC_FIELD("real", LC_NUMBER, .above = "0", .doc = "Number."),
	LC_FIELD("share", LC_NUMBER, .min = "0", .below = "1",
		 .doc = "Number."),
	LC_FIELD_END};

static enum lc_rc
bounded_run(struct lc_call *call, const void *args)
{
	const struct bounded_query *query = args;

	json_int(lc_json(call), "whole", query->whole);
	json_number(lc_json(call), "real", query->real);
	json_number(lc_json(call), "share", query->share);
	return LC_OK;
}

const struct lc_endpoint bounded_endpoint = {
	TEST_TABLE(LC_GET, "/bounded", bounded, TEST_ARGS(bounded),
		   .reply = bounded_reply)};
