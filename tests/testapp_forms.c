/*
 * What the clients of an older protocol need: errors in the protocol's own
 * form, and names in any case.
 */
#include "testapp.h"

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
