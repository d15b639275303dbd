/*
 * JSON answers that are sent as they grow, and work that is weighed by its
 * arguments.
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

#include "base/log.h"
#include "http/json_c.h"
#include "http/json_parse.h"
#include "peer.h"
#include "scene.h"
#include "../testapp.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const none[] = {NULL};

/* The text of /long's answer, which the engine has to end. */
static void
long_text(char *text, size_t room, int items, bool pooled)
{
	size_t at = (size_t)snprintf(text, room, "{\"pooled\":%s,\"items\":[",
				     pooled ? "true" : "false");

	for (int i = 0; i < items; i++)
		at += (size_t)snprintf(text + at, room - at, "%s%d",
				       i > 0 ? "," : "", i);
	snprintf(text + at, room - at, "],\"warnings\":[\"That was all.\"]}\n");
}

static void
test_pieces(void **state)
{
	static const struct {
		int items, every;
		bool pieces, pooled;
	} cases[] = {
		{0, 3, false, false},     {2, 3, false, false},
		{3, 3, true, false},      {10, 3, true, false},
		{10, 1, true, false},     {100, 7, true, false},
		{100, 101, false, false}, {101, 200, false, true},
		{101, 7, true, true},     {300, 1, true, true},
	};
	char uri[64], text[2048];
	static struct scene scene;
	struct peer peer;

	(void)state;
	scene_open(&scene, testapp_table, none, 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		snprintf(uri, sizeof(uri), "/long?items=%d&every=%d",
			 cases[i].items, cases[i].every);
		long_text(text, sizeof(text), cases[i].items, cases[i].pooled);
		peer_go(&scene.engine, &peer, false, uri);
		/* Quick work is done when it was asked for. */
		assert_true(cases[i].pooled || atomic_load(&peer.freed) == 1);
		peers_answered(&peer, 1, 200);
		assert_string_equal(peer_body(&peer), text);
		assert_true(peer_says(&peer, "Content-Type: application/json"));
		assert_int_equal(peer_says(&peer, "Content-Length: "),
				 !cases[i].pieces);
		assert_int_equal(peer_says(&peer, "ETag: "), !cases[i].pieces);
		assert_false(peer.cut);
	}
	scene_close(&scene);
}

/* The head alone, also of what would be sent in pieces or done in the pool. */
static void
test_head(void **state)
{
	static const char *const uris[] = {
		"/long?items=2", "/long?items=3&every=3",
		"/long?items=10&every=3", "/long?items=101&every=3"};
	static struct scene scene;
	struct peer peer;

	(void)state;
	scene_open(&scene, testapp_table, none, 0);
	for (size_t i = 0; i < COUNT(uris); i++) {
		peer_init(&peer);
		assert_true(peer_ask(&peer, &scene.engine, "HEAD", uris[i]));
		peers_answered(&peer, 1, 200);
		assert_string_equal(peer_body(&peer), "");
		assert_true(peer_says(&peer, "Content-Type: application/json"));
		assert_false(peer.cut);
	}
	scene_close(&scene);
}

/* ---- an answer that fails on its way */

enum { FAIL_AT = 3 };

static struct peer *leaver; /* goes away at the failing item */
static atomic_int said;     /* what lc_body_send() said last */

static const struct lc_field failing_reply[] = {
	LC_FIELD("items", LC_ANY, .doc = "Items."), LC_FIELD_END};

static enum lc_rc
failing_run(struct lc_call *call, bool pieces)
{
	struct json *json = lc_json(call);
	enum lc_rc rc = LC_OK;

	json_array_begin(json, "items");
	for (int i = 0; rc == LC_OK && i < 2 * FAIL_AT; i++) {
		json_int(json, NULL, i);
		if (i == FAIL_AT && leaver == NULL)
			return lc_fail(call, LC_UNAVAILABLE, "It broke.");
		if (i == FAIL_AT)
			leaver->deaf = true;
		if (pieces)
			rc = lc_body_send(call);
		atomic_store(&said, (int)rc);
	}
	json_array_end(json);
	return rc;
}

static enum lc_rc
early_run(struct lc_call *call, const void *args)
{
	(void)args;
	return failing_run(call, false);
}

static enum lc_rc
late_run(struct lc_call *call, const void *args)
{
	(void)args;
	return failing_run(call, true);
}

static enum lc_work
late_weigh(struct lc_call *call, const void *args)
{
	(void)call;
	(void)args;
	return LC_HEAVY;
}

static struct buf document; /* what the endpoint /document found */

static enum lc_rc
document_run(struct lc_call *call, const void *args)
{
	(void)args;
	(void)lc_json(call);
	buf_reset(&document);
	return lc_openapi(call, &document);
}

static const struct lc_example late_examples[] = {
	{"Breaks off", "/late", NULL, 200}, {.target = NULL}};

#define FAILING(where, name, ...)                           \
	static const struct lc_endpoint name##_endpoint = { \
		.method = LC_GET,                           \
		.path = where,                              \
		.tag = &testapp_tag,                        \
		.summary = where,                           \
		.deadline_ms = 2000,                        \
		.reply = failing_reply,                     \
		.run = name##_run,                          \
		__VA_ARGS__}

FAILING("/early", early, .work = LC_QUICK);
FAILING("/late", late, .work = LC_QUICK, .examples = late_examples);
FAILING("/document", document, .work = LC_QUICK);

static const struct lc_endpoint late_heavy_endpoint = {
	.method = LC_GET,
	.path = "/late/heavy",
	.tag = &testapp_tag,
	.summary = "/late/heavy",
	.deadline_ms = 2000,
	.reply = failing_reply,
	.weigh = late_weigh,
	.run = late_run,
};

static const struct lc_endpoint *const failing_table[] = {
	&early_endpoint,    &late_endpoint, &late_heavy_endpoint,
	&document_endpoint, &long_endpoint, NULL};

/* Before the first piece it is a problem; after it nobody sees a whole. */
static void
test_failure(void **state)
{
	static const struct {
		const char *uri, *body;
		bool cut;
	} cases[] = {
		{"/early", "{\"type\":\"urn:lightcone:problem:", false},
		{"/late", "{\"items\":[0,1,2", true},
		{"/late/heavy", "{\"items\":[0,1,2", true},
	};
	static struct scene scene;
	struct peer peer;

	(void)state;
	scene_open(&scene, failing_table, none, 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		peer_go(&scene.engine, &peer, false, cases[i].uri);
		peers_answered(&peer, 1, cases[i].cut ? 200 : 503);
		assert_int_equal(peer.cut, cases[i].cut);
		if (cases[i].cut)
			assert_string_equal(peer_body(&peer), cases[i].body);
		else
			assert_memory_equal(peer_body(&peer), cases[i].body,
					    strlen(cases[i].body));
		assert_int_equal(peer_says(&peer, "It broke."), !cases[i].cut);
	}
	scene_close(&scene);
}

/* The function is told, and nothing more is written. */
static void
test_left(void **state)
{
	static const char *const uris[] = {"/late", "/late/heavy"};
	static struct scene scene;
	struct peer peer;

	(void)state;
	scene_open(&scene, failing_table, none, 1);
	leaver = &peer;
	for (size_t i = 0; i < 2 * COUNT(uris); i++) {
		bool at_once = i >= COUNT(uris);

		atomic_store(&said, LC_OK);
		peer_init(&peer);
		peer.deaf = at_once;
		assert_true(peer_ask(&peer, &scene.engine, "GET",
				     uris[i % COUNT(uris)]));
		peers_answered(&peer, 1, at_once ? 0 : 200);
		assert_int_equal(atomic_load(&said), LC_CANCELLED);
		assert_true(peer.cut);
		assert_string_equal(peer_body(&peer),
				    at_once ? "" : "{\"items\":[0,1,2");
	}
	leaver = NULL;
	scene_close(&scene);
}

static void
test_deadline(void **state)
{
	static const char *const settings[] = {"LIGHTCONE_DEADLINE_MAX_MS=100",
					       NULL};
	static struct scene scene;
	struct json_object *json;
	struct json_fault fault;
	struct peer peer;
	int tries = 10;

	(void)state;
	scene_open(&scene, testapp_table, settings, 1);
	/* On a busy machine it may be over before there is a processor. */
	do {
		peer_go(&scene.engine, &peer, false,
			"/long?items=20000&every=10&pause_ms=1");
		UNTIL(atomic_load(&peer.freed) > 0, PEER_SOON_MS);
	} while (peer_status(&peer) == 504 && --tries > 0);
	assert_int_equal(peer_status(&peer), 200);
	assert_true(peer.cut);
	assert_false(peer_says(&peer, "horizon"));
	assert_true(peer.length < PEER_TEXT_MAX);
	assert_int_equal(json_parse(peer_body(&peer), strlen(peer_body(&peer)),
				    &json, &fault),
			 LC_INVALID);
	scene_close(&scene);
}

/* ---- examples, which are asked in place */

static void
test_in_place(void **state)
{
	static const char heavy_head[] = "{\"pooled\":false,\"items\":[0,1,";
	char text[2048];
	static struct scene scene;
	struct json_object *json = NULL;
	struct json_fault fault;
	struct peer peer;

	(void)state;
	buf_init(&document);
	scene_open(&scene, failing_table, none, 0);
	peer_go(&scene.engine, &peer, false, "/document");
	/* What the examples stream is not for who asks for the document. */
	peers_answered(&peer, 1, 200);
	assert_string_equal(peer_body(&peer), "{}\n");
	assert_int_equal(
		json_parse(document.bytes, document.length, &json, &fault),
		LC_OK);
	json_object_put(json);
	buf_add_char(&document, '\0');
	assert_false(document.failed);
	for (int items = 10; items <= 101; items += 91) {
		long_text(text, sizeof(text), items, false);
		text[strlen(text) - 1] = '\0';
		assert_memory_equal(text, heavy_head, sizeof(heavy_head) - 1);
		assert_non_null(strstr(document.bytes, text));
	}
	/* Half an answer is no example. */
	assert_null(strstr(document.bytes, "{\"items\":[0"));
	assert_null(strstr(document.bytes, "Breaks off"));
	buf_release(&document);
	scene_close(&scene);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_left),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_in_place),
	};

	log_set_level(LOG_ERROR_ONLY);
	return cmocka_run_group_tests_name("pieces", tests, NULL, NULL);
}
