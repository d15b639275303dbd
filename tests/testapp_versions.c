/*
 * Endpoints that tell a version of what they answer from, and writers that
 * hold their conditions against it.
 */
#include "testapp.h"

#include <stdatomic.h>
#include <string.h>

#define TEST_TABLE(verb, where, name, ...)                                    \
	.method = verb, .path = where, .tag = &testapp_tag, .summary = where, \
	.work = LC_QUICK, .deadline_ms = 1000, .run = name##_run, __VA_ARGS__

static atomic_int runs;

int
testapp_versioned_runs(void)
{
	return atomic_load(&runs);
}

/* ---- the same arguments are the same answer */

struct versioned_query {
	int64_t count;
	double ratio;
	const char *word;
	bool has_word, flag;
	struct lc_list number;
	bool has_number;
};

static const struct lc_field number_item = LC_ITEM(double, .doc = "A number.");

static const struct lc_field versioned_params[] = {
	LC_PARAM(versioned_query, count, .min = "0", .def = "1", .doc = "Int."),
	LC_PARAM(versioned_query, ratio, .def = "0.5", .doc = "Number."),
	LC_PARAM_OPTIONAL(versioned_query, word, .max = "8", .doc = "Text."),
	LC_PARAM(versioned_query, flag, .def = "false", .doc = "Bool."),
	LC_PARAM_OPTIONAL(versioned_query, number, .item = &number_item,
			  .max = "4", .doc = "Numbers."),
	LC_FIELD_END};

static const struct lc_field versioned_reply[] = {
	LC_FIELD("count", LC_INT, .doc = "What was asked."), LC_FIELD_END};

static const enum lc_rc versioned_problems[] = {LC_NOT_FOUND, LC_OK};

static enum lc_rc
versioned_run(struct lc_call *call, const void *args)
{
	const struct versioned_query *query = args;

	atomic_fetch_add(&runs, 1);
	if (query->has_word && strcmp(query->word, "poor") == 0)
		lc_set_makeshift(call);
	if (lc_format(call) == LC_AS_CSV)
		buf_printf(lc_body(call, NULL), "count\n%lld\n",
			   (long long)query->count);
	else
		json_int(lc_json(call), "count", query->count);
	return LC_OK;
}

static enum lc_rc
versioned_version(struct lc_call *call, const void *args, uint64_t *version)
{
	const struct versioned_query *query = args;

	if (query->count == 0)
		return lc_fail(call, LC_NOT_FOUND, "There is none.");
	*version = lc_mix(1, lc_args_digest(call));
	return LC_OK;
}

const struct lc_endpoint versioned_endpoint = {TEST_TABLE(
	LC_GET, "/versioned", versioned, .params = versioned_params,
	.args_size = sizeof(struct versioned_query), .cache = {.fresh_s = 60},
	.formats = LC_AS_JSON | LC_AS_CSV, .reply = versioned_reply,
	.problems = versioned_problems, .version = versioned_version)};

/* ---- an answer in pieces */

static enum lc_rc
pieces_version(struct lc_call *call, const void *args, uint64_t *version)
{
	(void)call;
	(void)args;
	*version = 7;
	return LC_OK;
}

static enum lc_rc
pieces_run(struct lc_call *call, const void *args)
{
	enum lc_rc rc = lc_stream_begin(call, NULL);

	(void)args;
	atomic_fetch_add(&runs, 1);
	for (int i = 0; i < 3 && rc == LC_OK; i++)
		rc = lc_stream_write(call, "piece\n", 6);
	return rc;
}

const struct lc_endpoint kept_pieces_endpoint = {
	TEST_TABLE(LC_GET, "/pieces", pieces, .cache = {.fresh_s = 60},
		   .formats = LC_AS_TEXT, .version = pieces_version)};

/* ---- what can be written: each write makes another version of it */

static atomic_int thing_version = 1;

static const struct lc_field thing_reply[] = {
	LC_FIELD("version", LC_INT, .doc = "How often it was written."),
	LC_FIELD_END};

static enum lc_rc
thing_ask(struct lc_call *call, const void *args, uint64_t *version)
{
	(void)call;
	(void)args;
	*version = (uint64_t)atomic_load(&thing_version);
	return LC_OK;
}

static enum lc_rc
thing_run(struct lc_call *call, const void *args)
{
	(void)args;
	json_int(lc_json(call), "version", atomic_load(&thing_version));
	return LC_OK;
}

const struct lc_endpoint thing_get = {TEST_TABLE(
	LC_GET, "/thing", thing, .reply = thing_reply, .version = thing_ask)};

/* Writers of a test come one after the other. */
static enum lc_rc
write_run(struct lc_call *call, const void *args)
{
	int version = atomic_load(&thing_version);
	enum lc_rc rc =
		lc_precondition(call, &thing_get, true, (uint64_t)version);

	(void)args;
	if (rc != LC_OK)
		return rc;
	atomic_store(&thing_version, version + 1);
	json_int(lc_json(call), "version", version + 1);
	lc_set_version(call, &thing_get, (uint64_t)(version + 1));
	return LC_OK;
}

const struct lc_endpoint thing_put = {TEST_TABLE(
	LC_PUT, "/thing", write, .reply = thing_reply, .conditional = true)};
const struct lc_endpoint thing_delete = {TEST_TABLE(
	LC_DELETE, "/thing", write, .reply = thing_reply, .conditional = true)};
