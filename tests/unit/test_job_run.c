/*
 * A job's work: requests as they were accepted, in the format they were to be
 * answered in, and functions of kinds that are in no table; how they end, how
 * long they may take, how they are stopped and watched.
 */
#include "engine/job_run.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/observe.h"
#include "scene.h"
#include "services/cache_book.h"
#include "services/trace_ring.h"
#include "../testapp.h"

struct work_args {
	int64_t ms, fail;
	const char *word;
};

/* What job functions end with, by `fail`. */
static const enum lc_rc ends[] = {LC_OK, LC_UNAVAILABLE, LC_INVALID,
				  LC_NOT_FOUND, LC_INTERNAL};

static enum lc_rc
work_run(struct lc_call *call, const void *args)
{
	const struct work_args *work = args;
	int64_t began_ns = clock_mono_ns(), left_ns;
	enum lc_rc rc = LC_OK;

	do {
		left_ns =
			began_ns + work->ms * CLOCK_NS_PER_MS - clock_mono_ns();
		progress_report(lc_progress(call), 0.5);
		rc = progress_stopped(lc_progress(call));
	} while (rc == LC_OK && left_ns > 0);
	if (rc != LC_OK)
		return rc;
	if (work->fail == 1)
		lc_retry_after(call, 77);
	if (work->fail == 2)
		return lc_refuse(call, "word", "value_error", NULL,
				 "That is no word");
	if (work->fail != 0)
		return lc_fail(call, ends[work->fail], "It failed.");
	if (lc_format(call) == LC_AS_TEXT)
		buf_add_text(lc_body(call, NULL), work->word);
	else
		json_text(lc_json(call), "word", work->word);
	return LC_OK;
}

static const struct lc_field work_params[] = {
	LC_PARAM(work_args, ms, .in = LC_IN_BODY, .min = "0", .max = "100000",
		 .def = "0", .doc = "How long."),
	LC_PARAM(work_args, fail, .in = LC_IN_BODY, .min = "0", .max = "4",
		 .def = "0", .doc = "How."),
	LC_PARAM(work_args, word, .in = LC_IN_BODY, .def = "none",
		 .doc = "What."),
	LC_FIELD_END};

static const struct lc_field work_reply[] = {
	LC_FIELD("word", LC_TEXT, .doc = "What."), LC_FIELD_END};

#define WORK_ENDPOINT(where, kind_of_work)                           \
	.method = LC_POST, .path = where, .tag = &testapp_tag,       \
	.summary = "Works.", .params = work_params,                  \
	.args_size = sizeof(struct work_args), .work = kind_of_work, \
	.deadline_ms = 10, .formats = LC_AS_JSON | LC_AS_TEXT,       \
	.reply = work_reply, .run = work_run

static const struct lc_endpoint asked = {WORK_ENDPOINT("/asked/it", LC_HEAVY)};
static const struct lc_endpoint quick = {WORK_ENDPOINT("/quick", LC_QUICK)};
static const struct lc_endpoint heavy = {WORK_ENDPOINT("/heavy", LC_HEAVY)};

/* Whoever is given it from the cache has it made anew. */
static const struct lc_field renewed_params[] = {
	LC_PARAM(work_args, ms, .min = "0", .def = "2", .doc = "How long."),
	LC_PARAM(work_args, word, .def = "none", .doc = "What."), LC_FIELD_END};

static const struct lc_endpoint renewed = {
	.method = LC_GET,
	.path = "/renewed",
	.tag = &testapp_tag,
	.summary = "Is kept.",
	.params = renewed_params,
	.args_size = sizeof(struct work_args),
	.work = LC_HEAVY,
	.deadline_ms = 1000,
	.cache = {.fresh_s = 60, .keep = {.fresh_s = 60, .early = 1e15}},
	.reply = work_reply,
	.run = work_run,
};

static const struct lc_endpoint *const table[] = {&asked, &renewed, NULL};

static const struct lc_job_kind request_kind = {
	.policy = {.kind = "asked", .attempts = 1, .timeout_ms = 60000},
	.work = &asked};
static const struct lc_job_kind renewed_kind = {
	.policy = {.kind = "renewed", .attempts = 1, .timeout_ms = 60000},
	.work = &renewed};
static const struct lc_job_kind quick_kind = {
	.policy = {.kind = "quick", .attempts = 1, .timeout_ms = 60000},
	.work = &quick};
static const struct lc_job_kind heavy_kind = {
	.policy = {.kind = "heavy", .attempts = 1, .timeout_ms = 60000},
	.work = &heavy};
static const struct lc_job_kind short_kind = {
	.policy = {.kind = "short", .attempts = 1, .timeout_ms = 100},
	.work = &heavy};

#define REQUEST(accept, target, body)                                        \
	"{\"method\":\"POST\",\"origin\":\"https://example.org\",\"mount\":" \
	"\"/api\",\"target\":\"" target "\",\"accept\":\"" accept            \
	"\",\"body\":\"" body "\",\"email\":\"a@example.org\"}"

static double seen;
static struct lc_progress *to_stop;

static void
tick(void *arg, double done)
{
	assert_string_equal(arg, "arg");
	seen = done;
	if (to_stop != NULL && done > 0)
		progress_stop(to_stop, LC_CANCELLED);
}

static void
run(struct scene *scene, const struct lc_job_kind *kind, const char *payload,
    struct job_outcome *outcome)
{
	struct lc_progress stop;
	char arg[] = "arg";

	progress_init(&stop, 0);
	if (to_stop != NULL)
		to_stop = &stop;
	job_outcome_init(outcome);
	job_run(&scene->engine,
		&(struct job_given){.kind = kind, .payload = payload}, &stop,
		tick, arg, outcome);
	assert_int_equal(atomic_load(&scene->engine.open), 0);
}

static const char *const nothing[] = {NULL};
static const char *const narrow[] = {"LIGHTCONE_QUERY_MAX_BYTES=64", NULL};

static void
how_they_end(void **state)
{
	static const struct {
		const char *name;
		const struct lc_job_kind *kind;
		const char *payload;
		enum lc_rc rc;
		int status;
		const char *type, *body, *words;
	} cases[] = {
		{"a request", &request_kind,
		 REQUEST("application/json", "/asked/it",
			 "{\\\"word\\\": \\\"w\\\"}"),
		 LC_OK, 200, "application/json", "{\"word\":\"w\"}\n", NULL},
		{"its format", &request_kind,
		 REQUEST("text/plain", "/asked%2Fit?x=%20",
			 "{\\\"word\\\": \\\"w\\\"}"),
		 LC_OK, 200, "text/plain", "w", NULL},
		{"one that is longer escaped than it was", &request_kind,
		 REQUEST("text/plain",
			 "/asked/it?x=%22%22%22%22%22%22%22%22%22%22%22%22%22"
			 "%22%22%22%22%22%22%22%22%22",
			 "{\\\"word\\\": \\\"w\\\"}"),
		 LC_OK, 200, "text/plain", "w", NULL},
		{"one that became wrong", &request_kind,
		 REQUEST("application/json", "/asked/it", "{\\\"ms\\\": -1}"),
		 LC_INVALID, 422, "application/problem+json", NULL,
		 "Some of the input is wrong; see errors. Input should be "
		 "greater than or equal to 0."},
		{"one to nothing", &request_kind,
		 REQUEST("application/json", "/gone", "{}"), LC_NOT_FOUND, 404,
		 "application/problem+json", NULL,
		 "There is nothing at /gone."},
		{"no request", &request_kind, "{\"method\": \"POST\"}",
		 LC_INVALID, 422, "application/problem+json", NULL,
		 "Invalid input"},
		{"no JSON", &request_kind, "{", LC_INVALID, 422,
		 "application/problem+json", NULL, "Invalid input"},
		{"quick", &quick_kind, "{\"word\": \"q\"}", LC_OK, 200,
		 "application/json", "{\"word\":\"q\"}\n", NULL},
		{"heavy", &heavy_kind, "{\"word\": \"h\", \"ms\": 20}", LC_OK,
		 200, "application/json", "{\"word\":\"h\"}\n", NULL},
		{"again", &quick_kind, "{\"fail\": 1}", LC_UNAVAILABLE, 503,
		 "application/problem+json", NULL, "It failed."},
		{"refused", &heavy_kind, "{\"fail\": 2}", LC_INVALID, 422,
		 "application/problem+json", NULL,
		 "Some of the input is wrong; see errors. That is no word."},
		{"not there", &heavy_kind, "{\"fail\": 3}", LC_NOT_FOUND, 404,
		 "application/problem+json", NULL, "It failed."},
		{"broken", &quick_kind, "{\"fail\": 4}", LC_INTERNAL, 500,
		 "application/problem+json", NULL, "It failed."},
		{"too long", &short_kind, "{\"ms\": 50000}", LC_DEADLINE, 504,
		 "application/problem+json", NULL,
		 "It took longer than 100 ms."},
	};
	struct job_outcome outcome;
	struct scene scene;

	(void)state;
	scene_open(&scene, table, narrow, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		run(&scene, cases[i].kind, cases[i].payload, &outcome);
		if (outcome.rc != cases[i].rc ||
		    outcome.status != cases[i].status || outcome.type == NULL ||
		    strcmp(outcome.type, cases[i].type) != 0)
			fail_msg("%s: %s %d %s: %.*s", cases[i].name,
				 rc_label(outcome.rc), outcome.status,
				 outcome.type != NULL ? outcome.type : "-",
				 (int)outcome.text.length, outcome.text.bytes);
		if (cases[i].body != NULL) {
			assert_int_equal(outcome.body_length,
					 strlen(cases[i].body));
			assert_memory_equal(outcome.body, cases[i].body,
					    outcome.body_length);
		}
		if (cases[i].words != NULL)
			assert_string_equal(outcome.words, cases[i].words);
		assert_int_equal(outcome.retry_after_s,
				 cases[i].rc == LC_UNAVAILABLE ? 77 : 0);
		job_outcome_release(&outcome);
	}
	scene_close(&scene);
}

static void
whom_to_tell(void **state)
{
	struct job_outcome outcome;
	struct scene scene;

	(void)state;
	scene_open(&scene, table, nothing, 0);
	run(&scene, &request_kind,
	    REQUEST("application/json", "/asked/it", "{}"), &outcome);
	assert_string_equal(outcome.base, "https://example.org/api");
	assert_string_equal(outcome.email, "a@example.org");
	assert_null(outcome.webhook);
	job_outcome_release(&outcome);
	run(&scene, &quick_kind, "{}", &outcome);
	assert_null(outcome.base);
	assert_null(outcome.email);
	job_outcome_release(&outcome);
	scene_close(&scene);
}

/* It is told how far it is, and stopped when it is told to. */
static void
watched_and_stopped(void **state)
{
	struct job_outcome outcome;
	struct lc_progress anything;
	struct scene scene;

	(void)state;
	scene_open(&scene, table, nothing, 0);
	seen = 0;
	to_stop = &anything;
	run(&scene, &heavy_kind, "{\"ms\": 100000}", &outcome);
	to_stop = NULL;
	assert_int_equal(outcome.rc, LC_CANCELLED);
	assert_true(seen == 0.5);
	job_outcome_release(&outcome);
	scene_close(&scene);
}

/*
 * What was kept is a job's result as well; nobody would empty the outbox for
 * what is made anew after it.
 */
static void
what_was_kept(void **state)
{
	static const char *const kept[] = {"LIGHTCONE_CACHE=local:1M", NULL};
	static const char body[] = "{\"word\":\"none\"}\n";
	static const char payload[] =
		"{\"method\":\"GET\",\"origin\":\"https://example.org\","
		"\"mount\":\"\",\"target\":\"/renewed\","
		"\"accept\":\"application/json\"}";
	struct job_outcome outcome;
	struct scene scene;

	(void)state;
	scene_open(&scene, table, kept, 0);
	for (int tries = 0; cache_book_total(scene.engine.book, CACHE_HIT) == 0;
	     tries++) {
		assert_in_range(tries, 0, 1000); /* the keeper takes a while */
		run(&scene, &renewed_kind, payload, &outcome);
		assert_int_equal(outcome.status, 200);
		assert_memory_equal(outcome.body, body, sizeof(body) - 1);
		job_outcome_release(&outcome);
	}
	assert_int_equal(cache_book_total(scene.engine.book, CACHE_REFRESHED),
			 0);
	scene_close(&scene);
}

/* ---- in whose trace it is */

#define OF_TRACE "0af7651916cd43dd8448eb211c80319c"

static const struct traced {
	const char *name, *trace;
	const char *given; /* how the outcome's begins */
	const char *flags; /* and how it ends */
	bool recorded;
	uint64_t parent;
} traced[] = {
	{"of a request that is recorded", "00-" OF_TRACE "-b7ad6b7169203331-01",
	 "00-" OF_TRACE "-", "-01", true, 0xb7ad6b7169203331},
	{"of one that is not", "00-" OF_TRACE "-b7ad6b7169203331-00",
	 "00-" OF_TRACE "-", "-00", false, 0},
	{"of nobody's", NULL, "00-", "-01", true, 0},
	{"of nothing that can be read", "of a friend", "00-", "-01", true, 0},
};

static void
trace_check(struct trace_ring *ring, const struct traced *want,
	    const char *trace)
{
	char own[TRACE_PARENT_BYTES], id[17];
	struct trace_span spans[8];
	size_t passed, count = trace_ring_take(ring, spans, 8, &passed);
	bool found = false;

	trace_ring_let_go(ring, passed);
	assert_int_equal(strncmp(trace, want->given, strlen(want->given)), 0);
	assert_string_equal(trace + strlen(trace) - 3, want->flags);
	snprintf(own, sizeof(own), "%.16s", trace + 36);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(spans[i].name, "job heavy") != 0)
			continue;
		found = true;
		trace_span_id_write(spans[i].span, id);
		assert_string_equal(id, own);
		assert_true(spans[i].parent == want->parent);
		assert_int_equal(spans[i].kind, TRACE_CONSUMER);
		assert_false(spans[i].remote);
	}
	assert_int_equal(found, want->recorded);
}

static void
whose_it_is(void **state)
{
	static const char *const recorded[] = {"LIGHTCONE_TRACES=otlp",
					       "LIGHTCONE_TRACE_SAMPLER="
					       "parentbased_always_on",
					       NULL};
	char words[TRACE_WHY_MAX];
	struct trace_ring *ring;
	struct scene scene;
	struct buf why;

	(void)state;
	scene_open(&scene, table, recorded, 0);
	buf_init(&why);
	assert_int_equal(observe_start(&scene.engine, METRICS_RUNNER, &why),
			 LC_OK);
	ring = trace_ring_open(scene.state, scene.options.trace_queue, words,
			       sizeof(words));
	assert_true(trace_ring_lock(ring, scene.state));
	for (size_t i = 0; i < sizeof(traced) / sizeof(traced[0]); i++) {
		struct job_outcome outcome;

		job_outcome_init(&outcome);
		job_run(&scene.engine,
			&(struct job_given){.kind = &heavy_kind,
					    .payload = "{}",
					    .trace = traced[i].trace},
			NULL, tick, (char[]){"arg"}, &outcome);
		assert_int_equal(outcome.rc, LC_OK);
		trace_check(ring, &traced[i], outcome.trace);
		job_outcome_release(&outcome);
	}
	trace_ring_close(ring);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_they_end),
		cmocka_unit_test(whom_to_tell),
		cmocka_unit_test(watched_and_stopped),
		cmocka_unit_test(what_was_kept),
		cmocka_unit_test(whose_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
