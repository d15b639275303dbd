/*
 * Endpoints that declare rules: header fields, guards, formats, a cache,
 * a deadline that the client may shorten.
 */
#include "testapp.h"

#include <string.h>

#define TEST_TABLE(verb, where, name, ...)                                    \
	.method = verb, .path = where, .tag = &testapp_tag, .summary = where, \
	.work = LC_QUICK, .deadline_ms = 1000, .run = name##_run, __VA_ARGS__

static const struct lc_field said_reply[] = {
	LC_FIELD("said", LC_TEXT, .doc = "What there is to say."),
	LC_FIELD_END};

static enum lc_rc
say(struct lc_call *call, const char *text)
{
	json_text(lc_json(call), "said", text);
	return LC_OK;
}

/* ---- a header field */

struct header_query {
	int64_t x_count;
};

static const struct lc_field header_params[] = {
	LC_PARAM(header_query, x_count, .in = LC_IN_HEADER, .min = "1",
		 .max = "9", .doc = "X-Count."),
	LC_FIELD_END};

static enum lc_rc
header_run(struct lc_call *call, const void *args)
{
	const struct header_query *query = args;
	const char text[] = {(char)('0' + query->x_count), '\0'};

	return say(call, text);
}

const struct lc_endpoint header_endpoint = {TEST_TABLE(
	LC_GET, "/header", header, .params = header_params,
	.args_size = sizeof(struct header_query), .reply = said_reply)};

/* ---- formats */

static enum lc_rc
formats_run(struct lc_call *call, const void *args)
{
	(void)args;
	switch (lc_format(call)) {
	case LC_AS_CSV:
		buf_add_text(lc_body(call, NULL), "said\nformats\n");
		return LC_OK;
	case LC_AS_TSV:
		buf_add_text(lc_body(call, NULL), "said\tmore\nformats\t\n");
		return LC_OK;
	case LC_AS_VOTABLE:
		buf_add_text(lc_body(call, NULL), "<VOTABLE/>\n");
		return LC_OK;
	case LC_AS_HTML:
		buf_add_text(lc_body(call, NULL), "<p>formats</p>\n");
		return LC_OK;
	default:
		return say(call, "formats");
	}
}

const struct lc_endpoint formats_endpoint = {
	TEST_TABLE(LC_GET, "/formats", formats,
		   .formats = LC_AS_JSON | LC_AS_CSV | LC_AS_HTML | LC_AS_TSV |
			      LC_AS_VOTABLE,
		   .reply = said_reply)};

const struct lc_endpoint tables_endpoint = {
	TEST_TABLE(LC_GET, "/tables", formats,
		   .formats = LC_AS_JSON | LC_AS_CSV | LC_AS_VOTABLE,
		   .default_format = LC_AS_VOTABLE, .reply = said_reply)};

/* ---- a cache and a limit */

static enum lc_rc
cached_run(struct lc_call *call, const void *args)
{
	(void)args;
	return say(call, "cached");
}

const struct lc_endpoint cached_endpoint = {TEST_TABLE(
	LC_GET, "/cached", cached, .cache = {.fresh_s = 60, .stale_s = 600},
	.reply = said_reply)};

/* ---- guards */

static const struct lc_guard *const client_guards[] = {&lc_guard_client, NULL};

static enum lc_rc
client_run(struct lc_call *call, const void *args)
{
	(void)args;
	return say(call, lc_client_of(call)->address);
}

const struct lc_endpoint client_endpoint = {
	TEST_TABLE(LC_GET, "/client", client, .guards = client_guards,
		   .reply = said_reply)};

/* Computes until it is told to stop. */
static enum lc_rc
wait_run(struct lc_call *call, const void *args)
{
	struct lc_progress *progress = lc_progress(call);
	enum lc_rc rc = LC_OK;

	(void)args;
	while (rc == LC_OK)
		rc = progress_stopped(progress);
	return rc;
}

const struct lc_endpoint waiting_endpoint = {
	.method = LC_GET,
	.path = "/wait",
	.tag = &testapp_tag,
	.summary = "Computes until its deadline.",
	.work = LC_HEAVY,
	.deadline_ms = 8000,
	.reply = said_reply,
	.run = wait_run,
};

static enum lc_rc
guarded_run(struct lc_call *call, const void *args)
{
	const struct lc_key *key = lc_key_of(call);

	(void)args;
	return say(call, key != NULL ? key->name : "nobody asked for a key");
}

static const struct lc_guard *const write_guards[] = {&lc_guard_write, NULL};

#define GUARDED(name, verb, list)                                              \
	const struct lc_endpoint name = {TEST_TABLE(verb, "/guarded", guarded, \
						    .guards = list,            \
						    .reply = said_reply)}

GUARDED(guarded_get, LC_GET, write_guards);
GUARDED(guarded_post, LC_POST, write_guards);
GUARDED(guarded_put, LC_PUT, write_guards);
GUARDED(guarded_patch, LC_PATCH, write_guards);
GUARDED(guarded_delete, LC_DELETE, write_guards);
GUARDED(open_get, LC_GET, NULL);
GUARDED(open_post, LC_POST, NULL);
GUARDED(open_put, LC_PUT, NULL);
GUARDED(open_patch, LC_PATCH, NULL);
GUARDED(open_delete, LC_DELETE, NULL);
