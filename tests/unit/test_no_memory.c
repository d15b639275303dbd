/*
 * Memory that runs out: each allocation of each structure, and of whole
 * calls, is refused in turn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/param.h"
#include "engine/queue.h"
#include "engine/router.h"
#include "http/problem.h"
#include "http/query.h"
#include "peer.h"
#include "scene.h"
#include "../testapp.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static enum lc_rc
verdict(bool made)
{
	return made ? LC_OK : LC_NO_MEMORY;
}

/* ---- base and http */

static enum lc_rc
arena_case(void)
{
	struct arena arena;
	bool made;

	arena_init(&arena, NULL, 0);
	made = arena_alloc(&arena, 10) != NULL &&
		arena_alloc(&arena, 5000) != NULL &&
		arena_dup(&arena, "text", 4) != NULL &&
		arena_printf(&arena, "%4096d", 1) != NULL &&
		arena_alloc(&arena, 4096) != NULL;
	if (!made && arena_alloc(&arena, 20) == NULL)
		fail_msg("the arena is of no use any more");
	arena_release(&arena);
	return verdict(made);
}

static enum lc_rc
buf_case(void)
{
	struct buf buf;
	bool failed;

	buf_init(&buf);
	for (int i = 0; i < 2000; i++) {
		buf_add_text(&buf, "text");
		buf_printf(&buf, "%d", i);
		buf_add_html(&buf, "<&>");
	}
	failed = buf.failed;
	buf_reset(&buf);
	buf_add_text(&buf, "again");
	if (buf.failed || buf.length != 5)
		fail_msg("the buffer is of no use any more");
	buf_release(&buf);
	return verdict(!failed);
}

static enum lc_rc
json_case(void)
{
	struct json json;
	struct buf buf;
	bool failed;

	buf_init(&buf);
	json_init(&json, &buf);
	json_array_begin(&json, NULL);
	for (int i = 0; i < 200; i++) {
		json_number(&json, NULL, i / 7.0);
		json_int(&json, NULL, i);
		json_text(&json, NULL, "\xc3\xa9\n");
	}
	json_array_end(&json);
	failed = buf.failed;
	buf_release(&buf);
	return verdict(!failed);
}

static char options_path[64];

static enum lc_rc
options_case(void)
{
	static const char *const environment[] = {
		"LIGHTCONE_CATALOGUE=other", "LIGHTCONE_LOG_LEVEL=error",
		"LIGHTCONE_STATE=/var/tmp", NULL};
	struct options options;
	struct buf why;
	enum lc_rc rc;

	buf_init(&why);
	rc = options_load_from(&options, options_path,
			       (char *const *)(uintptr_t)environment, &why);
	if (rc == LC_OK)
		options_release(&options);
	buf_release(&why);
	return rc;
}

static enum lc_rc
query_case(void)
{
	struct arena arena;
	struct query query;
	char text[9000];
	enum lc_rc rc;

	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < sizeof(text); i += 100)
		text[i] = '&';
	arena_init(&arena, NULL, 0);
	rc = query_parse(&query, text, sizeof(text), &arena);
	arena_release(&arena);
	return rc;
}

static enum lc_rc
request_case(void)
{
	char uri[6000], info[6000], script[] = "SCRIPT_NAME=/api";
	char *variables[] = {uri, info, script, NULL};
	struct request request;
	struct arena arena;
	enum lc_rc rc;

	snprintf(uri, sizeof(uri), "REQUEST_URI=/api/%05000d", 0);
	snprintf(info, sizeof(info), "PATH_INFO=/%05000d", 0);
	arena_init(&arena, NULL, 0);
	rc = request_read(&request, variables, &arena);
	arena_release(&arena);
	return rc;
}

static enum lc_rc
problem_case(void)
{
	struct problem_error error = {
		.in = "query", .name = "a", .type = "missing",
		.message = "Field required"};
	struct problem problem = {.rc = LC_INVALID, .errors = &error};
	struct response response;
	struct buf out;
	char detail[3000];
	bool failed;

	memset(detail, 'x', sizeof(detail));
	detail[sizeof(detail) - 1] = '\0';
	problem.detail = detail;
	response_init(&response);
	buf_init(&out);
	problem_write(&response, &problem);
	response_field(&response, "X-A", "%d", 1);
	response_head(&response, false, &out);
	failed = out.failed;
	buf_release(&out);
	response_release(&response);
	return verdict(!failed);
}

/* ---- the engine's parts */

static enum lc_rc
router_case(void)
{
	const char *allow;
	struct arena arena;

	arena_init(&arena, NULL, 0);
	allow = router_allow(testapp_table, "/typed", &arena);
	arena_release(&arena);
	return verdict(allow != NULL);
}

static enum lc_rc
tables_case(void)
{
	static const char *const colours[] = {"red", NULL};
	static const struct lc_param wrong = {
		.name = "colour", .type = LC_TEXT, .choices = colours,
		.def = "blue", .doc = "."};
	struct buf why;
	enum lc_rc rc;

	buf_init(&why);
	rc = param_check(&wrong, &why);
	if (rc == LC_INVALID && why.failed)
		rc = LC_NO_MEMORY;
	buf_release(&why);
	return rc == LC_INVALID ? LC_OK : rc;
}

static enum lc_rc
queue_case(void)
{
	struct queue *queue = queue_new(100);
	bool made = queue != NULL;

	queue_free(queue);
	return verdict(made);
}

static enum lc_rc
outbox_case(void)
{
	struct outbox *outbox = outbox_new();
	bool made = outbox != NULL;

	outbox_free(outbox);
	return verdict(made);
}

/* ---- whole calls, each in an engine of its own */

static struct options options;
static const char *call_uri, *call_method;
static int call_pad, call_status;

/* A long header leaves any desired room in the call's own memory. */
static enum lc_rc
call_send(struct engine *engine, struct peer *peer)
{
	char method[32], uri[256], query[256], pad[4096];
	char *variables[] = {method, uri, query, pad, NULL};
	int64_t until_ns;
	const char *question = strchr(call_uri, '?');

	snprintf(method, sizeof(method), "REQUEST_METHOD=%s", call_method);
	snprintf(uri, sizeof(uri), "REQUEST_URI=%s", call_uri);
	snprintf(query, sizeof(query), "QUERY_STRING=%s",
		 question != NULL ? question + 1 : "");
	snprintf(pad, sizeof(pad), "HTTP_X_PAD=%0*d", call_pad, 0);
	if (!peer_send(peer, engine, variables))
		return LC_NO_MEMORY;
	until_ns = scene_later(10000);
	while (atomic_load(&peer->freed) == 0) {
		outbox_act(engine->outbox);
		assert_true(clock_mono_ns() < until_ns);
	}
	assert_int_equal(atomic_load(&peer->finished), 1);
	if (peer_status(peer) == call_status)
		return LC_OK;
	if (peer_status(peer) == 503 && peer_says(peer, "Retry-After: ") &&
	    (strcmp(call_method, "HEAD") == 0 ||
	     peer_says(peer, "problem:out-of-memory")))
		return LC_NO_MEMORY;
	fail_msg("%s %s: %s", call_method, call_uri, peer->text);
	return LC_INTERNAL;
}

static enum lc_rc
call_case(void)
{
	struct engine engine;
	struct peer peer;
	struct buf why;
	enum lc_rc rc;

	buf_init(&why);
	rc = engine_init(&engine, &options, testapp_table, NULL, &why);
	buf_release(&why);
	if (rc != LC_OK)
		return rc;
	peer_init(&peer);
	rc = call_send(&engine, &peer);
	if (rc == LC_OK && call_status == 405 &&
	    !peer_says(&peer, "Allow: GET, HEAD, OPTIONS\r\n"))
		fail_msg("405 without Allow");
	while (!engine_stop(&engine, scene_later(100)))
		;
	engine_release(&engine);
	return rc;
}

static void
test_parts(void **state)
{
	static const struct alloc_case cases[] = {
		{"arena", arena_case, false},
		{"buf", buf_case, false},
		{"json", json_case, false},
		{"options", options_case, false},
		{"query", query_case, false},
		{"request", request_case, false},
		{"problem", problem_case, false},
		{"router", router_case, false},
		{"tables", tables_case, false},
		{"queue", queue_case, false},
		{"outbox", outbox_case, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		alloc_fail_each(&cases[i]);
}

static void
test_calls(void **state)
{
	static const struct {
		const char *method, *uri;
		int status;
		bool bears; /* a warning is not worth a failure */
	} cases[] = {
		{"GET", "/typed?count=3&word=a%20b", 200, false},
		{"HEAD", "/typed?count=3&flag=1&colour=red", 200, false},
		{"GET", "/typed?count=3&contu=4&contu=5", 200, true},
		{"GET", "/typed?count=x&ratio=x&word=x&flag=x&colour=x", 422,
		 false},
		{"GET", "/nowhere", 404, true},
		{"POST", "/typed", 405, true},
		{"OPTIONS", "/typed", 204, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct alloc_case one = {cases[i].uri, call_case,
					 cases[i].bears};

		call_method = cases[i].method;
		call_uri = cases[i].uri;
		call_status = cases[i].status;
		for (call_pad = 1; call_pad < 3000; call_pad += 150)
			alloc_fail_each(&one);
	}
}

/* Calls that other threads have a part in. */
static void
test_shared_calls(void **state)
{
	static const char *const uris[] = {"/park?wait_ms=0",
					   "/compute?cpu_ms=0",
					   "/stream?chunks=2&every_ms=0"};

	(void)state;
	testapp_start();
	for (size_t i = 0; i < COUNT(uris); i++) {
		struct alloc_case one = {uris[i], call_case, false};

		call_method = "GET";
		call_uri = uris[i];
		call_status = 200;
		for (call_pad = 1; call_pad < 3000; call_pad += 1450)
			alloc_fail_each(&one);
	}
	testapp_stop();
}

/* ---- an answer in pieces whose head finds no memory */

static atomic_int headless_rc;

static enum lc_rc
headless_run(struct lc_call *call, const void *args)
{
	enum lc_rc rc;

	(void)args;
	alloc_fail_arm(1);
	rc = lc_stream_begin(call, "text/plain");
	atomic_store(&headless_rc, alloc_fail_disarm() ? (int)rc : LC_OK);
	return rc;
}

static void
test_stream_begin(void **state)
{
	static const struct lc_endpoint quick = {
		.method = LC_GET, .path = "/quick", .summary = "Streams.",
		.work = LC_QUICK, .deadline_ms = 2000, .run = headless_run};
	static const struct lc_endpoint heavy = {
		.method = LC_GET, .path = "/heavy", .summary = "Streams.",
		.work = LC_HEAVY, .deadline_ms = 2000, .run = headless_run};
	static const struct lc_endpoint *const table[] = {
		&quick, &heavy, NULL};
	static const char *const none[] = {NULL};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		static struct scene scene;
		struct peer peer;

		scene_open(&scene, table, none, 1);
		peer_init(&peer);
		assert_true(peer_ask(&peer, &scene.engine, "GET",
				     table[i]->path));
		UNTIL(atomic_load(&peer.freed) > 0, 4000);
		assert_int_equal(atomic_load(&headless_rc), LC_NO_MEMORY);
		assert_int_equal(atomic_load(&peer.finished), 1);
		assert_int_equal(peer_status(&peer), 503);
		scene_close(&scene);
	}
}

int
main(void)
{
	static const char text[] = "catalogue = one\ncache = off\n";
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_shared_calls),
		cmocka_unit_test(test_stream_begin),
	};
	static char *const nothing[] = {NULL};
	int file, failed;
	struct buf why;

	snprintf(options_path, sizeof(options_path), "/tmp/options-XXXXXX");
	file = mkstemp(options_path);
	if (file < 0 || write(file, text, sizeof(text) - 1) < 0)
		return EXIT_FAILURE;
	close(file);
	log_set_level(LOG_ERROR_ONLY);
	buf_init(&why);
	if (options_load_from(&options, NULL, nothing, &why) != LC_OK)
		return EXIT_FAILURE;
	options.state = "/nonexistent"; /* then slots are not counted */
	failed = cmocka_run_group_tests_name("no memory", tests, NULL, NULL);
	options_release(&options);
	buf_release(&why);
	unlink(options_path);
	return failed;
}
