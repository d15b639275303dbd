/*
 * Answers that the cache keeps: each says when it was made.  While there is a
 * file `recall-fails` in the state directory, making one fails.
 */
#include "testapp.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { NAP_NS = 500000 };

struct kept_query {
	const char *name;
	int64_t ms, bytes, timeout_ms;
	bool has_name, absent, noise, pieces;
};

static const struct lc_field kept_params[] = {
	LC_PARAM_OPTIONAL(kept_query, name, .max = "100",
			  .doc = "Whatever; each has an answer of its own."),
	LC_PARAM(kept_query, ms, .min = "0", .max = "1000", .def = "0",
		 .unit = "ms", .doc = "How long making it takes."),
	LC_PARAM(kept_query, bytes, .min = "0", .max = "4000000", .def = "0",
		 .doc = "How long a text to add."),
	LC_PARAM(kept_query, timeout_ms, .min = "100", .max = "60000",
		 .def = "10000", .unit = "ms", .aside = true,
		 .doc = "The deadline."),
	LC_PARAM(kept_query, absent, .def = "false",
		 .doc = "Whether there is nothing."),
	LC_PARAM(kept_query, noise, .def = "false",
		 .doc = "Whether the text is one that cannot be packed."),
	LC_PARAM(kept_query, pieces, .def = "false",
		 .doc = "Whether it is sent in pieces."),
	LC_FIELD_END};

static const struct lc_field kept_reply[] = {
	LC_FIELD("made", LC_TEXT, .doc = "By whom and when."),
	LC_FIELD("text", LC_TEXT, .doc = "As long as was asked for."),
	LC_FIELD_END};

static const enum lc_rc kept_problems[] = {LC_NOT_FOUND, LC_UNAVAILABLE, LC_OK};

static bool
shall_fail(void)
{
	const char *state = getenv("LIGHTCONE_STATE");
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/recall-fails",
		 state != NULL ? state : ".");
	return access(path, F_OK) == 0;
}

/* Takes so long, without computing. */
static enum lc_rc
kept_wait(struct lc_call *call, int64_t ms)
{
	const struct timespec nap = {.tv_nsec = NAP_NS};
	int64_t until_ns = clock_mono_ns() + ms * CLOCK_NS_PER_MS;
	enum lc_rc rc = LC_OK;

	testapp_compute_begin();
	while (rc == LC_OK && clock_mono_ns() < until_ns) {
		nanosleep(&nap, NULL);
		rc = progress_stopped(lc_progress(call));
	}
	testapp_compute_end(rc);
	return rc;
}

static enum lc_rc
text_write(struct lc_call *call, const struct kept_query *query)
{
	char *text = lc_alloc(call, (size_t)query->bytes + 1);
	uint32_t chance = 1;

	if (text == NULL)
		return LC_NO_MEMORY;
	for (int64_t i = 0; i < query->bytes; i++) {
		chance = chance * 1664525 + 1013904223;
		text[i] = (char)('a' + (query->noise ? chance >> 24 : i) % 26);
	}
	json_text(lc_json(call), "text", text);
	return query->pieces ? lc_body_send(call) : LC_OK;
}

static enum lc_rc
kept_run(struct lc_call *call, const void *args)
{
	const struct kept_query *query = args;
	enum lc_rc rc = kept_wait(call, query->ms);

	if (rc != LC_OK)
		return rc;
	if (shall_fail())
		return lc_fail(call, LC_UNAVAILABLE, "It fails, as it shall.");
	if (query->absent)
		return lc_fail(call, LC_NOT_FOUND, "There is no %s.",
			       query->has_name ? query->name : "name");
	/* One without a name is as the other. */
	json_text(lc_json(call), "made",
		  query->has_name ?
			  arena_printf(lc_arena(call), "%d %lld", (int)getpid(),
				       (long long)clock_mono_ns()) :
			  "by nobody");
	lc_set_field(call, "X-Matched", "%lld", (long long)query->ms);
	return text_write(call, query);
}

/* Of one version for ever. */
static enum lc_rc
kept_version(struct lc_call *call, const void *args, uint64_t *version)
{
	(void)call;
	(void)args;
	*version = 1;
	return LC_OK;
}

#define KEPT(name, path_, work_, version_)              \
	const struct lc_endpoint name = {               \
		.method = LC_GET,                       \
		.path = path_,                          \
		.tag = &testapp_tag,                    \
		.summary = "An answer that is kept.",   \
		.params = kept_params,                  \
		.args_size = sizeof(struct kept_query), \
		.work = work_,                          \
		.deadline_ms = 10000,                   \
		.deadline_from = "timeout_ms",          \
		.cache = {.fresh_s = 2,                 \
			  .stale_s = 2,                 \
			  .keep = {.fresh_s = 2,        \
				   .stale_s = 2,        \
				   .error_s = 60,       \
				   .absent_s = 2}},     \
		.reply = kept_reply,                    \
		.problems = kept_problems,              \
		.version = version_,                    \
		.run = kept_run,                        \
	}

KEPT(kept_quick, "/recall/quick", LC_QUICK, NULL);
KEPT(kept_heavy, "/recall/heavy", LC_HEAVY, NULL);
KEPT(kept_versioned, "/recall/versioned", LC_HEAVY, kept_version);
