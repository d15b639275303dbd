/*
 * Conditional requests on endpoints that tell a version: what is answered
 * without any work, what splits a tag, and what writers are held to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "peer.h"
#include "scene.h"
#include "../testapp.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { TAG_BYTES = 19 };

static const char *const settings[] = {"LIGHTCONE_CHECK_REPLIES=on", NULL};

/* Asks with one more header field, in which %s is a tag; NULL: none. */
static void
ask(struct scene *scene, struct peer *peer, const char *method, const char *uri,
    const char *field, const char *tag)
{
	char verb[32], target[256], query[256], format[128], given[256];
	const char *question = strchr(uri, '?');
	char *variables[] = {verb, target, query, given, NULL};
	const char *mark = field != NULL ? strstr(field, "%s") : NULL;

	snprintf(verb, sizeof(verb), "REQUEST_METHOD=%s", method);
	snprintf(target, sizeof(target), "REQUEST_URI=%s", uri);
	snprintf(query, sizeof(query), "QUERY_STRING=%s",
		 question != NULL ? question + 1 : "");
	snprintf(format, sizeof(format), "%s", field != NULL ? field : "A=");
	if (mark != NULL)
		snprintf(given, sizeof(given), "%.*s%s%s", (int)(mark - field),
			 field, tag, mark + 2);
	else
		snprintf(given, sizeof(given), "%s", format);
	peer_init(peer);
	assert_true(peer_send(peer, &scene->engine, variables));
	assert_int_equal(atomic_load(&peer->finished), 1);
}

/* The answer's tag, with its quotes; "": none. */
static void
tag_read(const struct peer *peer, char tag[TAG_BYTES])
{
	const char *at = strstr(peer->text, "ETag: ");

	tag[0] = '\0';
	if (at != NULL)
		snprintf(tag, TAG_BYTES, "%.18s", at + 6);
}

static void
tag_of(struct scene *scene, const char *uri, char tag[TAG_BYTES])
{
	struct peer peer;

	ask(scene, &peer, "GET", uri, NULL, NULL);
	assert_int_equal(peer_status(&peer), 200);
	tag_read(&peer, tag);
	assert_int_equal(strlen(tag), TAG_BYTES - 1);
}

/* Who has it already, or wants another one, costs no work. */
static void
test_before_the_work(void **state)
{
	static const struct {
		const char *field;
		int status;
		bool runs;
	} cases[] = {
		{NULL, 200, true},
		{"HTTP_IF_NONE_MATCH=\"x\"", 200, true},
		{"HTTP_IF_NONE_MATCH=", 200, true},
		{"HTTP_IF_NONE_MATCH=%s", 304, false},
		{"HTTP_IF_NONE_MATCH=W/%s", 304, false},
		{"HTTP_IF_NONE_MATCH=\"x\", %s", 304, false},
		{"HTTP_IF_NONE_MATCH=*", 304, true},
		{"HTTP_IF_MATCH=%s", 200, true},
		{"HTTP_IF_MATCH=*", 200, true},
		{"HTTP_IF_MATCH=W/%s", 412, false},
		{"HTTP_IF_MATCH=\"x\"", 412, false},
	};
	static const char *const uris[] = {"/versioned?count=3",
					   "/versioned?format=csv", "/pieces"};
	static struct scene scene;
	char tag[TAG_BYTES], said[TAG_BYTES];

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	for (size_t i = 0; i < COUNT(uris) * COUNT(cases) * 2; i++) {
		const char *uri = uris[i / 2 % COUNT(uris)];
		const char *method = i % 2 == 0 ? "GET" : "HEAD";
		size_t at = i / 2 / COUNT(uris);
		struct peer peer;
		int before;

		tag_of(&scene, uri, tag);
		before = testapp_versioned_runs();
		ask(&scene, &peer, method, uri, cases[at].field, tag);
		if (peer_status(&peer) != cases[at].status ||
		    testapp_versioned_runs() - before != cases[at].runs)
			fail_msg("%s %s %s: %s", method, uri, cases[at].field,
				 peer.text);
		tag_read(&peer, said);
		assert_string_equal(said, cases[at].status == 412 ? "" : tag);
		assert_true(cases[at].status == 412 ||
			    peer_says(&peer, "public, max-age=60"));
		if (cases[at].status == 412)
			assert_true(
				peer_says(&peer, "If-Match does not list") ==
				(i % 2 == 0));
		else if (i % 2 == 1 || cases[at].status == 304)
			assert_string_equal(peer_body(&peer), "");
		else
			assert_string_not_equal(peer_body(&peer), "");
	}
	scene_close(&scene);
}

/* What a version's function refuses with is the answer. */
static void
test_no_version(void **state)
{
	static struct scene scene;
	struct peer peer;
	int before = testapp_versioned_runs();

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	ask(&scene, &peer, "GET", "/versioned?count=0", NULL, NULL);
	assert_int_equal(peer_status(&peer), 404);
	assert_true(peer_says(&peer, "There is none."));
	assert_false(peer_says(&peer, "ETag: "));
	/* Nor is it asked where something is wrong. */
	ask(&scene, &peer, "GET", "/versioned?count=x", "HTTP_IF_MATCH=\"x\"",
	    NULL);
	assert_int_equal(peer_status(&peer), 422);
	assert_int_equal(testapp_versioned_runs(), before);
	scene_close(&scene);
}

/* Without what the version tells of, the tag is that of what is there. */
static void
test_makeshift(void **state)
{
	static struct scene scene;
	char tag[TAG_BYTES], other[TAG_BYTES];
	struct peer peer;

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	tag_of(&scene, "/versioned?word=poor", tag);
	tag_of(&scene, "/versioned?word=poor&flag=1", other);
	assert_string_equal(tag, other);
	tag_of(&scene, "/versioned?word=rich", other);
	assert_string_not_equal(tag, other);
	ask(&scene, &peer, "GET", "/versioned?word=poor",
	    "HTTP_IF_NONE_MATCH=\"x\"", NULL);
	assert_int_equal(peer_status(&peer), 200);
	assert_true(peer_says(&peer, "Cache-Control: no-store"));
	scene_close(&scene);
}

static void
test_what_splits(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{"", "count=1", true},
		{"count=2&ratio=1", "ratio=1.0&count=%2B2", true},
		{"ratio=-0", "ratio=0", true},
		{"ratio=5e-1&flag=no", "", true},
		{"flag=yes", "flag=1", true},
		{"word=a%20b", "word=a+b", true},
		{"radus=1", "", true},
		{"number=1&number=2", "number=1.0&flag=0&number=2", true},
		{"format=json", "", true},
		{"", "count=2", false},
		{"", "ratio=0.25", false},
		{"", "flag=1", false},
		{"", "word=", false},
		{"word=a", "word=b", false},
		{"word=a", "word=A", false},
		{"number=1", "number=1&number=1", false},
		{"number=1&number=2", "number=2&number=1", false},
		{"number=0", "", false},
		{"count=2&ratio=1", "count=1&ratio=2", false},
		{"format=csv", "format=json", false},
	};
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		char a[TAG_BYTES], b[TAG_BYTES], uri[128];

		snprintf(uri, sizeof(uri), "/versioned?%s", cases[i].a);
		tag_of(&scene, uri, a);
		snprintf(uri, sizeof(uri), "/versioned?%s", cases[i].b);
		tag_of(&scene, uri, b);
		if ((strcmp(a, b) == 0) != cases[i].same)
			fail_msg("%s | %s: %s %s", cases[i].a, cases[i].b, a,
				 b);
	}
	scene_close(&scene);
}

static void
test_mix(void **state)
{
	(void)state;
	assert_true(lc_mix(1, 2) == lc_mix(1, 2));
	assert_true(lc_mix(1, 2) != lc_mix(2, 1));
	assert_true(lc_mix(0, 0) != 0);
	assert_true(lc_mix(lc_mix(1, 2), 3) != lc_mix(1, lc_mix(2, 3)));
}

/* ---- nested arguments, and writers */

struct deep_point {
	double x;
	const char *label;
	bool has_label;
};

struct deep_args {
	struct lc_list points;
	struct deep_point at;
};

static const struct lc_field deep_members[] = {
	LC_PARAM(deep_point, x, .doc = "."),
	LC_PARAM_OPTIONAL(deep_point, label, .doc = "."), LC_FIELD_END};
static const struct lc_field deep_item =
	LC_ITEM(struct deep_point, .members = deep_members, .doc = ".");
static const struct lc_field deep_params[] = {
	LC_PARAM(deep_args, points, .in = LC_IN_BODY, .item = &deep_item,
		 .doc = "."),
	LC_PARAM(deep_args, at, .in = LC_IN_BODY, .members = deep_members,
		 .doc = "."),
	LC_FIELD_END};

/* Whether there is something, and in which version, stands in the path. */
struct writer_args {
	bool exists;
	int64_t version;
};

static const struct lc_field writer_params[] = {
	LC_PARAM(writer_args, exists, .in = LC_IN_PATH, .doc = "."),
	LC_PARAM(writer_args, version, .in = LC_IN_PATH, .doc = "."),
	LC_FIELD_END};

static enum lc_rc
deep_run(struct lc_call *call, const void *args)
{
	(void)args;
	buf_printf(lc_body(call, NULL), "%016llx",
		   (unsigned long long)lc_args_digest(call));
	return LC_OK;
}

static enum lc_rc
reader_version(struct lc_call *call, const void *args, uint64_t *version)
{
	const struct writer_args *writer = args;

	(void)call;
	*version = (uint64_t)writer->version;
	return LC_OK;
}

static const struct lc_field reader_reply[] = {
	LC_FIELD("x", LC_INT, .doc = "."), LC_FIELD_END};

static enum lc_rc
reader_run(struct lc_call *call, const void *args)
{
	(void)args;
	json_int(lc_json(call), "x", 1);
	return LC_OK;
}

#define TABLE(verb, where, name, ...)                                       \
	.method = verb, .path = where, .tag = &testapp_tag, .summary = ".", \
	.deadline_ms = 1000, .run = name##_run, __VA_ARGS__

static const struct lc_endpoint reader = {
	TABLE(LC_GET, "/{exists}/{version}", reader, .params = writer_params,
	      .args_size = sizeof(struct writer_args), .reply = reader_reply,
	      .version = reader_version)};

static enum lc_rc
writer_run(struct lc_call *call, const void *args)
{
	const struct writer_args *writer = args;
	uint64_t version = (uint64_t)writer->version;
	enum lc_rc rc = lc_precondition(call, &reader, writer->exists, version);

	if (rc != LC_OK)
		return rc;
	lc_set_version(call, &reader, version + 1);
	return reader_run(call, args);
}

static const struct lc_endpoint writer = {
	TABLE(LC_PUT, "/{exists}/{version}", writer, .params = writer_params,
	      .args_size = sizeof(struct writer_args), .reply = reader_reply,
	      .conditional = true)};

static const struct lc_endpoint deep = {
	TABLE(LC_POST, "/deep", deep, .params = deep_params,
	      .args_size = sizeof(struct deep_args), .formats = LC_AS_TEXT)};

static const struct lc_endpoint *const own_table[] = {&reader, &writer, &deep,
						      NULL};

static void
test_writers(void **state)
{
	static const struct {
		const char *uri, *field;
		int status;
		bool names; /* the tag that is there */
	} cases[] = {
		{"/1/5", NULL, 200, false},
		{"/1/5", "HTTP_IF_MATCH=%s", 200, false},
		{"/1/5", "HTTP_IF_MATCH=\"x\", %s", 200, false},
		{"/1/5", "HTTP_IF_MATCH=*", 200, false},
		{"/1/5", "HTTP_IF_MATCH=W/%s", 412, true},
		{"/1/6", "HTTP_IF_MATCH=%s", 412, true},
		{"/1/5", "HTTP_IF_MATCH=", 412, true},
		{"/0/5", "HTTP_IF_MATCH=%s", 412, false},
		{"/0/5", "HTTP_IF_MATCH=*", 412, false},
		{"/0/5", "HTTP_IF_NONE_MATCH=*", 200, false},
		{"/0/5", "HTTP_IF_NONE_MATCH=%s", 200, false},
		{"/1/5", "HTTP_IF_NONE_MATCH=*", 412, true},
		{"/1/5", "HTTP_IF_NONE_MATCH=W/%s", 412, true},
		{"/1/6", "HTTP_IF_NONE_MATCH=%s", 200, false},
	};
	static struct scene scene;
	char five[TAG_BYTES], six[TAG_BYTES], tag[TAG_BYTES];

	(void)state;
	scene_open(&scene, own_table, settings, 0);
	tag_of(&scene, "/1/5", five);
	tag_of(&scene, "/1/6", six);
	assert_string_not_equal(five, six);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *there =
			strcmp(cases[i].uri, "/1/6") == 0 ? six : five;
		struct peer peer;
		char name[32];

		ask(&scene, &peer, "PUT", cases[i].uri, cases[i].field, five);
		/* As it stands in JSON, with its quotes escaped. */
		snprintf(name, sizeof(name), "\\\"%.16s\\\"", there + 1);
		if (peer_status(&peer) != cases[i].status ||
		    peer_says(&peer, name) != cases[i].names)
			fail_msg("%zu: %s", i, peer.text);
		tag_read(&peer, tag);
		if (cases[i].status == 200 && strcmp(there, five) == 0)
			assert_string_equal(tag, six);
		else if (cases[i].status != 200)
			assert_string_equal(tag, "");
	}
	scene_close(&scene);
}

static void
test_deep_arguments(void **state)
{
	static const char *const bodies[] = {
		"{\"points\":[],\"at\":{\"x\":1}}",
		"{\"at\":{\"x\":1},\"points\":[]}", /* as the one before */
		"{\"points\":[{\"x\":1}],\"at\":{\"x\":1}}",
		"{\"points\":[{\"x\":1,\"label\":\"\"}],\"at\":{\"x\":1}}",
		"{\"points\":[{\"x\":1,\"label\":\"a\"}],\"at\":{\"x\":1}}",
		"{\"points\":[{\"x\":1}],\"at\":{\"x\":1,\"label\":\"a\"}}",
		"{\"points\":[{\"x\":1},{\"x\":1}],\"at\":{\"x\":1}}",
	};
	static struct scene scene;
	char digests[COUNT(bodies)][32];

	(void)state;
	scene_open(&scene, own_table, settings, 0);
	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct peer peer;

		peer_init(&peer);
		peer.body = bodies[i];
		assert_true(peer_ask(&peer, &scene.engine, "POST", "/deep"));
		assert_int_equal(peer_status(&peer), 200);
		snprintf(digests[i], sizeof(digests[i]), "%.16s",
			 peer_body(&peer));
		for (size_t j = 0; j < i; j++)
			if ((strcmp(digests[i], digests[j]) == 0) !=
			    (i == 1 && j == 0))
				fail_msg("%s | %s", bodies[j], bodies[i]);
	}
	scene_close(&scene);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before_the_work),
		cmocka_unit_test(test_no_version),
		cmocka_unit_test(test_makeshift),
		cmocka_unit_test(test_what_splits),
		cmocka_unit_test(test_mix),
		cmocka_unit_test(test_writers),
		cmocka_unit_test(test_deep_arguments),
	};

	return cmocka_run_group_tests_name("conditional", tests, NULL, NULL);
}
