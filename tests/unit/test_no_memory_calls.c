/*
 * Whole calls, each in an engine of its own, while memory runs out: each
 * allocation is refused in turn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "base/clock.h"
#include "base/log.h"
#include "peer.h"
#include "scene.h"
#include "../testapp.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct options options;
static const char *call_uri, *call_method, *call_body;
static int call_pad, call_status;
static bool call_own; /* then memory that is missing is told there, too */

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
	if (call_own && peer_says(peer, "<ERROR>503 Out of memory"))
		return LC_NO_MEMORY;
	if (peer->cut)
		return LC_NO_MEMORY;
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
	if (rc == LC_OK) {
		rc = engine_limit(&engine, &why);
		if (rc != LC_OK)
			engine_release(&engine);
	}
	buf_release(&why);
	if (rc != LC_OK)
		return rc;
	peer_init(&peer);
	peer.body = call_body;
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
		{"GET", "/long?items=2000&every=1000", 200, true},
		{"GET", "/long?items=90&every=9", 200, true},
		{"HEAD", "/long?items=90&every=9", 200, true},
		{"GET", "/origin", 200, false},
		{"GET", "/nowhere", 404, true},
		/* an example that finds no memory is left out */
		{"GET", "/openapi.json", 200, true},
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

/* Bodies, guards and what is made on demand. */
static void
test_declared_calls(void **state)
{
	static const struct {
		const char *method, *uri, *body;
		int status;
		bool bears; /* an example that cannot be had is left out */
	} cases[] = {
		{"POST", "/nested",
		 "{\"settings\":{\"throat_radius_m\":2,\"image\":{},"
		 "\"rays_deg\":[1,2]},\"points\":[{\"ra_deg\":1,"
		 "\"dec_deg\":2,\"label\":\"x\"}],\"rows\":[[1],[]]}",
		 200, false},
		{"POST", "/nested",
		 "{\"settings\":{\"kind\":7,\"rays_deg\":[1,null,\"x\"],"
		 "\"spni\":1},\"points\":[{\"ra_deg\":-1}]}",
		 422, false},
		{"POST", "/either", "{\"items\":[{\"value\":13}]}", 422, false},
		{"POST", "/body", "{\"timeout\": 5,}", 422, false},
		{"POST", "/body", "{\"mail\":\"a\",\"timeot\":1}", 422, false},
		{"GET", "/both?spin=0.5", "{\"mass_kg\":5,\"number\":[1]}", 200,
		 false},
		{"GET", "/both?spin=1&flag=x", "{\"params\":{\"spin\":0}}", 422,
		 false},
		{"POST", "/both",
		 "{\"params\":{\"mass_kg\":5,\"word\":\"word\"}}", 422, false},
		{"GET", "/shelves/Top/items/100", NULL, 422, false},
		{"GET", "/listed?number=1&number=x", NULL, 422, false},
		{"GET", "/formats?format=xml", NULL, 422, false},
		{"GET", "/versioned?word=a&number=1&count=0", NULL, 404, false},
		{"PUT", "/thing", NULL, 200, false},
		{"GET", "/client", NULL, 200, false},
		{"PUT", "/guarded", NULL, 401, true},
		{"GET", "/openapi.json", NULL, 200, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct alloc_case one = {cases[i].uri, call_case,
					 cases[i].bears};

		call_method = cases[i].method;
		call_uri = cases[i].uri;
		call_body = cases[i].body;
		call_status = cases[i].status;
		for (call_pad = 1; call_pad < 3000; call_pad += 1450)
			alloc_fail_each(&one);
	}
	call_body = NULL;
}

/* What is told in an endpoint's own form, if there is memory for it. */
static void
test_own_form(void **state)
{
	static struct alloc_case one = {"/search", call_case, false};

	(void)state;
	call_method = "GET";
	call_uri = "/search?RA=x&VERB=9&word=123456789";
	call_status = 200;
	call_own = true;
	for (call_pad = 1; call_pad < 3000; call_pad += 450)
		alloc_fail_each(&one);
	call_own = false;
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
	static const struct lc_endpoint quick = {.method = LC_GET,
						 .path = "/quick",
						 .tag = &testapp_tag,
						 .formats = LC_AS_TEXT,
						 .summary = "Streams.",
						 .work = LC_QUICK,
						 .deadline_ms = 2000,
						 .run = headless_run};
	static const struct lc_endpoint heavy = {.method = LC_GET,
						 .path = "/heavy",
						 .tag = &testapp_tag,
						 .formats = LC_AS_TEXT,
						 .summary = "Streams.",
						 .work = LC_HEAVY,
						 .deadline_ms = 2000,
						 .run = headless_run};
	static const struct lc_endpoint *const table[] = {&quick, &heavy, NULL};
	static const char *const none[] = {NULL};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		static struct scene scene;
		struct peer peer;

		scene_open(&scene, table, none, 1);
		peer_init(&peer);
		assert_true(
			peer_ask(&peer, &scene.engine, "GET", table[i]->path));
		UNTIL(atomic_load(&peer.freed) > 0, 4000);
		assert_int_equal(atomic_load(&headless_rc), LC_NO_MEMORY);
		assert_int_equal(atomic_load(&peer.finished), 1);
		assert_int_equal(peer_status(&peer), 503);
		scene_close(&scene);
	}
}

/* With limits, which bear it that they are counted by one process alone. */
static void
test_limited(void **state)
{
	static const struct {
		const char *uri;
		int status;
	} cases[] = {
		{"/metered?cost=3", 200},
		{"/metered?cost=13", 429},
		{"/unkeyed?cost=9", 200},
	};

	(void)state;
	options.rate = "on";
	call_method = "GET";
	call_body = NULL;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct alloc_case one = {cases[i].uri, call_case, true};

		call_uri = cases[i].uri;
		call_status = cases[i].status;
		for (call_pad = 1; call_pad < 3000; call_pad += 300)
			alloc_fail_each(&one);
	}
	options.rate = "off";
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_limited),
		cmocka_unit_test(test_declared_calls),
		cmocka_unit_test(test_own_form),
		cmocka_unit_test(test_shared_calls),
		cmocka_unit_test(test_stream_begin),
	};
	static char *const nothing[] = {NULL};
	struct buf why;
	int failed;

	log_set_level(LOG_ERROR_ONLY);
	buf_init(&why);
	if (options_load_from(&options, NULL, nothing, &why) != LC_OK)
		return EXIT_FAILURE;
	options.state = "/nonexistent"; /* then slots are not counted */
	options.rate = "off";
	options.rate_keys = 32;
	failed = cmocka_run_group_tests_name("no memory, calls", tests, NULL,
					     NULL);
	options_release(&options);
	buf_release(&why);
	return failed;
}
