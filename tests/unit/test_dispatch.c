/*
 * A request's whole way through the engine, without a web server: what is
 * sent for which request.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json_c.h"
#include "peer.h"
#include "scene.h"
#include "../testapp.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const settings[] = {"LIGHTCONE_QUERY_MAX_BYTES=512", NULL};

/* The answer, which must have been given and freed once. */
static void
ask(struct scene *scene, struct peer *peer, const char *method, const char *uri)
{
	peer_init(peer);
	assert_true(peer_ask(peer, &scene->engine, method, uri));
	assert_int_equal(atomic_load(&peer->finished), 1);
	assert_int_equal(atomic_load(&peer->freed), 1);
	assert_int_equal(atomic_load(&scene->engine.open), 0);
	assert_true(peer->length < PEER_TEXT_MAX);
	assert_true(peer_says(peer, "X-Content-Type-Options: nosniff\r\n"));
	assert_true(peer_says(peer, "Access-Control-Allow-Origin: *\r\n"));
}

static void
test_answers(void **state)
{
	static const struct {
		const char *method, *uri;
		int status;
		const char *says[3];
	} cases[] = {
		{"GET",
		 "/typed?count=3",
		 200,
		 {"Content-Type: application/json\r\n",
		  "{\"count\":3,\"ratio\":0.5,\"word\":\"word\","
		  "\"flag\":false}\n",
		  "Cache-Control: no-cache\r\n"}},
		{"GET",
		 "/typed/?count=10&ratio=-1.5&word=a%20b&flag=ON"
		 "&colour=blue",
		 200,
		 {"{\"count\":10,\"ratio\":-1.5,\"word\":\"a b\",\"flag\":true,"
		  "\"colour\":\"blue\"}\n",
		  "Server-Timing: bind;dur="}},
		{"GET",
		 "/typed",
		 422,
		 {"application/problem+json", "[\"query\",\"count\"]",
		  "Cache-Control: no-store\r\n"}},
		{"GET",
		 "/nowhere",
		 404,
		 {"problem:not-found", "nothing at /nowhere"}},
		{"OPTIONS", "/nowhere", 404, {"not-found"}},
		{"GET", "/a%00b", 400, {"problem:bad-request"}},
		{"GET", "/%ff", 400, {"problem:bad-request"}},
		{"POST",
		 "/typed?count=3",
		 405,
		 {"Allow: GET, HEAD, OPTIONS\r\n", "not POST."}},
		{"BREW",
		 "/typed",
		 405,
		 {"Allow: GET, HEAD, OPTIONS\r\n", "not BREW."}},
		{"OPTIONS",
		 "/typed",
		 204,
		 {"Allow: GET, HEAD, OPTIONS\r\n",
		  "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"}},
	};
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct peer peer;

		ask(&scene, &peer, cases[i].method, cases[i].uri);
		if (peer_status(&peer) != cases[i].status)
			fail_msg("%s: %s", cases[i].uri, peer.text);
		for (int j = 0; j < 3 && cases[i].says[j] != NULL; j++)
			if (!peer_says(&peer, cases[i].says[j]))
				fail_msg("no %s in %s", cases[i].says[j],
					 peer.text);
		if (cases[i].status != 204)
			json_object_put(json_read(peer_body(&peer),
						  strlen(peer_body(&peer))));
	}
	scene_close(&scene);
}

/* HEAD says what GET says, and sends no body. */
static void
test_head(void **state)
{
	static const char *const uris[] = {"/typed?count=3", "/typed",
					   "/nowhere"};
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	for (size_t i = 0; i < COUNT(uris); i++) {
		struct peer get, head;
		char length[64];

		ask(&scene, &get, "GET", uris[i]);
		ask(&scene, &head, "HEAD", uris[i]);
		assert_int_equal(peer_status(&head), peer_status(&get));
		assert_string_equal(peer_body(&head), "");
		assert_memory_equal(head.text + head.length - 4, "\r\n\r\n", 4);
		snprintf(length, sizeof(length), "Content-Length: %zu\r\n",
			 strlen(peer_body(&get)));
		assert_true(peer_says(&head, length));
	}
	scene_close(&scene);
}

/* The bound of the query is what the option says. */
static void
test_long_query(void **state)
{
	static const struct {
		int length, status;
	} cases[] = {{512, 200}, {513, 414}, {9000, 414}};
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char uri[10000], length[16];
		struct peer peer;

		snprintf(uri, sizeof(uri), "/typed?count=3&%0*d",
			 cases[i].length - 8, 0);
		ask(&scene, &peer, "GET", uri);
		assert_int_equal(peer_status(&peer), cases[i].status);
		snprintf(length, sizeof(length), "%d", cases[i].length);
		assert_true(cases[i].status == 200 || peer_says(&peer, length));
	}
	scene_close(&scene);
}

/* ---- binding */

static const struct {
	const char *query;
	const char *errors[6]; /* NAME:TYPE, in the table's order */
} bindings[] = {
	{"", {"count:missing"}},
	{"count=0", {"count:greater_than_equal"}},
	{"count=11", {"count:less_than_equal"}},
	{"count=1&count=1", {"count:repeated"}},
	{"count=1&count=x&count=2", {"count:repeated"}},
	{"count=x&ratio=2&word=a&flag=perhaps&colour=pink",
	 {"count:int_parsing", "ratio:less_than_equal", "word:string_too_short",
	  "flag:bool_parsing", "colour:enum"}},
	{"colour=pink&flag=perhaps&word=123456789&ratio=-2&count=",
	 {"count:int_parsing", "ratio:greater_than_equal",
	  "word:string_too_long", "flag:bool_parsing", "colour:enum"}},
	{"count=1&word=a%00b&ratio=%ff&colour=%c3%28",
	 {"ratio:string_unicode", "word:string_nul", "colour:string_unicode"}},
	{"count=1%00", {"count:string_nul"}},
	{"Count=1", {"count:missing"}},
	{"count%00=1", {"count:missing"}},
	{"ratio=&word=",
	 {"count:missing", "ratio:float_parsing", "word:string_too_short"}},
	{"count=1&colour=", {"colour:enum"}},
	{"word=%22%3c%c3%a9%22%5c%22", {"count:missing"}},
	{"count=%22%c3%a9%22%7d%5c", {"count:int_parsing"}},
};

static void
error_compare(struct json_object *error, const char *wanted)
{
	struct json_object *loc, *type, *msg;
	char text[128];

	assert_true(json_object_object_get_ex(error, "loc", &loc));
	assert_true(json_object_object_get_ex(error, "type", &type));
	assert_true(json_object_object_get_ex(error, "msg", &msg));
	assert_int_equal(json_object_array_length(loc), 2);
	assert_string_equal(
		json_object_get_string(json_object_array_get_idx(loc, 0)),
		"query");
	snprintf(text, sizeof(text), "%s:%s",
		 json_object_get_string(json_object_array_get_idx(loc, 1)),
		 json_object_get_string(type));
	assert_string_equal(text, wanted);
	assert_true(json_object_get_string_len(msg) > 0);
}

static void
test_all_errors(void **state)
{
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	for (size_t i = 0; i < COUNT(bindings); i++) {
		struct json_object *object, *errors;
		struct peer peer;
		char uri[512];
		size_t at = 0;

		snprintf(uri, sizeof(uri), "/typed?%s", bindings[i].query);
		ask(&scene, &peer, "GET", uri);
		assert_int_equal(peer_status(&peer), 422);
		object = json_read(peer_body(&peer), strlen(peer_body(&peer)));
		assert_true(
			json_object_object_get_ex(object, "errors", &errors));
		for (; bindings[i].errors[at] != NULL; at++)
			error_compare(json_object_array_get_idx(errors, at),
				      bindings[i].errors[at]);
		assert_int_equal(json_object_array_length(errors), at);
		json_object_put(object);
	}
	scene_close(&scene);
}

/* What is unknown changes nothing, and is named with what was meant. */
static void
test_warnings(void **state)
{
	static const struct {
		const char *query;
		const char *warnings[3];
	} cases[] = {
		{"", {NULL}},
		{"&", {NULL}},
		{"&colour=red", {NULL}},
		{"&colr=red",
		 {"The parameter 'colr' is unknown and was ignored; did you "
		  "mean 'colour'?"}},
		{"&rat=1",
		 {"The parameter 'rat' is unknown and was ignored; "
		  "did you mean 'ratio'?"}},
		{"&zzzzzz=1&COUNT=2",
		 {"The parameter 'zzzzzz' is unknown and was ignored.",
		  "The parameter 'COUNT' is unknown and was ignored."}},
		{"&=1", {"The parameter '' is unknown and was ignored."}},
		{"&%c3%a9%22=1",
		 {"The parameter '\xc3\xa9\"' is unknown and was ignored."}},
		{"&w%ffrdwrd=1",
		 {"The parameter 'w\xef\xbf\xbdrdwrd' is unknown and was "
		  "ignored."}},
	};
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json_object *object, *warnings = NULL;
		struct peer peer;
		char uri[512];
		size_t at = 0;

		snprintf(uri, sizeof(uri), "/typed?count=3%s", cases[i].query);
		ask(&scene, &peer, "GET", uri);
		assert_int_equal(peer_status(&peer), 200);
		object = json_read(peer_body(&peer), strlen(peer_body(&peer)));
		json_object_object_get_ex(object, "warnings", &warnings);
		for (; cases[i].warnings[at] != NULL; at++)
			assert_string_equal(json_object_get_string(
						    json_object_array_get_idx(
							    warnings, at)),
					    cases[i].warnings[at]);
		assert_true(warnings != NULL || at == 0);
		assert_true(warnings == NULL ||
			    json_object_array_length(warnings) == at);
		json_object_put(object);
	}
	scene_close(&scene);
}

/* A peer that does not take the answer is let go like any other. */
static void
test_deaf(void **state)
{
	static struct scene scene;
	struct peer peer;

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	peer_init(&peer);
	peer.deaf = true;
	assert_true(peer_ask(&peer, &scene.engine, "GET", "/typed?count=3"));
	assert_int_equal(atomic_load(&peer.finished), 1);
	assert_int_equal(atomic_load(&peer.freed), 1);
	assert_int_equal(peer.length, 0);
	scene_close(&scene);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_long_query),
		cmocka_unit_test(test_all_errors),
		cmocka_unit_test(test_warnings),
		cmocka_unit_test(test_deaf),
	};

	return cmocka_run_group_tests_name("dispatch", tests, NULL, NULL);
}
