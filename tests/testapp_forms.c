/*
 * What the clients of an older protocol need: errors in the protocol's own
 * form, and names in any case; and a body that is JSON or something else.
 */
#include "testapp.h"

#include <stdio.h>
#include <string.h>

struct search_query {
	double ra, sr;
	int64_t verb;
	const char *word;
	bool has_word;
	struct lc_list band;
	bool has_band;
};

static const struct lc_field band_item = LC_ITEM(int64_t, .doc = "A number.");

static const struct lc_field search_params[] = {
	LC_PARAM_AS(search_query, ra, "RA", .min = "0", .max = "360",
		    .doc = "Right ascension."),
	LC_PARAM_AS(search_query, sr, "SR", .min = "0", .max = "180",
		    .def = "1", .doc = "Radius."),
	LC_PARAM_AS(search_query, verb, "VERB", .min = "1", .max = "3",
		    .def = "2", .doc = "Verbosity."),
	LC_PARAM_OPTIONAL(search_query, band, .item = &band_item, .max = "3",
			  .doc = "Numbers."),
	LC_PARAM_OPTIONAL(search_query, word, .max = "8", .doc = "A word."),
	LC_FIELD_END};

static const struct lc_field search_reply[] = {
	LC_FIELD("ra", LC_NUMBER, .doc = "What was bound."),
	LC_FIELD("sr", LC_NUMBER, .doc = "What was bound."), LC_FIELD_END};

static const enum lc_rc search_problems[] = {LC_NOT_FOUND, LC_OK};

static enum lc_rc
search_run(struct lc_call *call, const void *args)
{
	const struct search_query *query = args;

	if (query->has_word && strcmp(query->word, "nothing") == 0)
		return lc_fail(call, LC_NOT_FOUND, "There is nothing.");
	if (query->has_word && strcmp(query->word, "wrong") == 0)
		return lc_refuse(call, "word", "value_error", query->word,
				 "Another word, please");
	if (lc_format(call) == LC_AS_JSON) {
		json_number(lc_json(call), "ra", query->ra);
		json_number(lc_json(call), "sr", query->sr);
	} else {
		buf_printf(lc_body(call, NULL),
			   "<RA>%g</RA><SR>%g</SR><BANDS>%zu</BANDS>\n",
			   query->ra, query->sr, query->band.count);
	}
	return LC_OK;
}

static void
search_problem(const struct lc_problem_view *problem, struct buf *out)
{
	buf_printf(out, "<ERROR>%d %s: %s", problem->status, problem->title,
		   problem->detail);
	for (size_t i = 0; i < problem->error_count; i++)
		buf_printf(out, "; %s: %s", problem->errors[i].loc,
			   problem->errors[i].msg);
	buf_add_text(out, "</ERROR>\n");
}

const struct lc_endpoint search_endpoint = {
	.method = LC_GET,
	.path = "/search",
	.tag = &testapp_tag,
	.summary = "Tells errors as an older protocol does.",
	.params = search_params,
	.args_size = sizeof(struct search_query),
	.any_case = true,
	.work = LC_QUICK,
	.deadline_ms = 1000,
	.formats = LC_AS_VOTABLE | LC_AS_JSON,
	.default_format = LC_AS_VOTABLE,
	.reply = search_reply,
	.problems = search_problems,
	.problem = search_problem,
	.problem_status = 200,
	.problem_media = "application/x-votable+xml",
	.run = search_run,
};

/* ---- a body of either kind */

struct either_item {
	int64_t value;
	const char *label;
	bool has_label;
};

struct either_query {
	struct lc_list items;
	int64_t scale;
};

static const struct lc_field either_members[] = {
	LC_PARAM(either_item, value, .min = "0", .max = "1000",
		 .doc = "A value."),
	LC_PARAM_OPTIONAL(either_item, label, .max = "8", .doc = "A label."),
	LC_FIELD_END};

static const struct lc_field either_row = LC_ITEM(
	struct either_item, .members = either_members, .doc = "An item.");

static const struct lc_field either_params[] = {
	LC_PARAM(either_query, items, .in = LC_IN_BODY, .item = &either_row,
		 .min = "1", .max = "10000", .doc = "Items."),
	LC_PARAM(either_query, scale, .in = LC_IN_BODY, .min = "1", .max = "9",
		 .def = "2", .doc = "A factor."),
	LC_FIELD_END};

static const struct lc_field either_reply[] = {
	LC_FIELD("kind", LC_TEXT, .doc = "As what it came."),
	LC_FIELD("count", LC_INT, .doc = "How many items or lines."),
	LC_FIELD("sum", LC_INT, .doc = "Of the values."),
	LC_FIELD("labels", LC_INT, .doc = "How many have one."),
	LC_FIELD("scale", LC_INT, .doc = "What was bound."),
	LC_FIELD_END};

static void
either_write(struct lc_call *call, const struct either_query *query)
{
	const struct either_item *item = query->items.items;
	struct json *json = lc_json(call);
	int64_t sum = 0, labels = 0;

	for (size_t i = 0; i < query->items.count; i++) {
		sum += item[i].value * query->scale;
		labels += item[i].has_label;
	}
	json_int(json, "sum", sum);
	json_int(json, "labels", labels);
	json_int(json, "scale", query->scale);
}

/* Each line must have one comma. */
static enum lc_rc
either_lines(struct lc_call *call, int64_t *count)
{
	size_t length;
	const char *at = lc_body_bytes(call, &length), *end = at + length;
	enum lc_rc rc = LC_OK;

	for (*count = 0; at < end; ++*count) {
		const char *line = memchr(at, '\n', (size_t)(end - at));
		char place[32];

		if (line == NULL)
			line = end;
		if (memchr(at, ',', (size_t)(line - at)) == NULL) {
			snprintf(place, sizeof(place), "body.%lld",
				 (long long)*count + 1);
			rc = lc_refuse(call, place, "value_error", NULL,
				       "A line should have a comma");
		}
		at = line + (line < end);
	}
	return rc;
}

static enum lc_rc
either_run(struct lc_call *call, const void *args)
{
	const struct either_query *query = args;
	bool csv = lc_body_kind(call) == LC_BODY_CSV;
	int64_t count = (int64_t)query->items.count;
	enum lc_rc rc = csv ? either_lines(call, &count) : LC_OK;

	if (rc != LC_OK)
		return rc;
	for (size_t i = 0; i < query->items.count; i++)
		if (((const struct either_item *)query->items.items)[i].value ==
		    13)
			return lc_refuse(call, "items.0.value", "value_error",
					 "13", "Another value, please");
	json_text(lc_json(call), "kind", csv ? "csv" : "json");
	json_int(lc_json(call), "count", count);
	either_write(call, query);
	return LC_OK;
}

const struct lc_endpoint either_endpoint = {
	.method = LC_POST,
	.path = "/either",
	.tag = &testapp_tag,
	.summary = "Takes JSON and CSV.",
	.params = either_params,
	.args_size = sizeof(struct either_query),
	.bodies = LC_BODY_JSON | LC_BODY_CSV,
	.body_max_bytes = 2 << 20,
	.work = LC_QUICK,
	.deadline_ms = 2000,
	.reply = either_reply,
	.run = either_run,
};
