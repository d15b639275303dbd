/*
 * Option check_replies: an answer that differs from its documentation becomes
 * a 500 that says where.  The endpoints here lie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "peer.h"
#include "scene.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const checking[] = {"LIGHTCONE_CHECK_REPLIES=on", NULL};
static const char *const trusting[] = {"LIGHTCONE_CHECK_REPLIES=off", NULL};

/* ---- what is said, and whether it fits */

/* What every answer below has besides what it is about. */
#define REST "\"ratio\":null,\"place\":{\"ra_deg\":1},\"rows\":[],\"made_0\":1"
#define RIGHT "\"count\":1," REST

struct said {
	const char *text;
	const char *where; /* it differs, and how; NULL: it does not */
};

static const struct said sayings[] = {
	{"{" RIGHT "}", NULL},
	{"{" REST ",\"count\":10.0}", NULL},
	{"{" RIGHT ",\"flag\":true,\"colour\":\"red\",\"made_1\":2}", NULL},
	{"{" RIGHT ",\"any\":[null,{\"a\":\"b\"}]}", NULL},
	{"{" RIGHT ",\"any\":null}", NULL},
	{"{" RIGHT ",\"warnings\":[\"a\",\"b\"]}", NULL},
	{"{\"count\":1,\"ratio\":2,\"place\":{\"ra_deg\":1,\"label\":\"a\"},"
	 "\"rows\":[{\"n\":[1,null,2]},{\"n\":[]}],\"made_0\":1}",
	 NULL},
	/* What is missing. */
	{"{}", "at $: count"},
	{"{" REST "}", "at $: count"},
	{"{\"count\":1,\"place\":{\"ra_deg\":1},\"rows\":[],\"made_0\":1}",
	 "at $: ratio"},
	{"{\"count\":1,\"ratio\":1,\"rows\":[],\"made_0\":1}", "at $: place"},
	{"{\"count\":1,\"ratio\":1,\"place\":{\"ra_deg\":1},\"rows\":[]}",
	 "at $: made_0"},
	{"{\"count\":1,\"ratio\":1,\"place\":{},\"rows\":[],\"made_0\":1}",
	 "at $.place: ra_deg"},
	{"{\"count\":1,\"ratio\":1,\"place\":{\"ra_deg\":1},\"rows\":"
	 "[{\"n\":[]},{}],\"made_0\":1}",
	 "at $.rows[1]: n"},
	/* What nobody described. */
	{"{" RIGHT ",\"more\":1}", "at $.more: it is not documented"},
	{"{" RIGHT ",\"made_2\":1}", "at $.made_2: it is not documented"},
	{"{" RIGHT ",\"Flag\":true}", "at $.Flag: it is not documented"},
	{"{\"count\":1,\"ratio\":1,\"place\":{\"ra_deg\":1,\"x\":2},"
	 "\"rows\":[],\"made_0\":1}",
	 "at $.place.x: it is not documented"},
	{"{\"count\":1,\"ratio\":1,\"place\":{\"ra_deg\":1},\"rows\":"
	 "[{\"n\":[],\"warnings\":[]}],\"made_0\":1}",
	 "at $.rows[0].warnings: it is not documented"},
	/* Other types. */
	{"{" REST ",\"count\":\"1\"}", "at $.count: "},
	{"{" REST ",\"count\":1.5}", "at $.count: "},
	{"{" REST ",\"count\":true}", "at $.count: "},
	{"{" REST ",\"count\":null}", "at $.count: "},
	{"{" REST ",\"count\":[1]}", "at $.count: "},
	{"{" REST ",\"count\":0}", "at $.count: "},
	{"{" REST ",\"count\":11}", "at $.count: "},
	{"{" REST ",\"count\":1e300}", "at $.count: "},
	{"{" RIGHT ",\"flag\":1}", "at $.flag: "},
	{"{" RIGHT ",\"flag\":null}", "at $.flag: "},
	{"{" RIGHT ",\"made_1\":\"2\"}", "at $.made_1: "},
	{"{\"count\":1,\"ratio\":\"1\",\"place\":{\"ra_deg\":1},\"rows\":[],"
	 "\"made_0\":1}",
	 "at $.ratio: "},
	{"{\"count\":1,\"ratio\":0,\"place\":{\"ra_deg\":1},\"rows\":[],"
	 "\"made_0\":1}",
	 "at $.ratio: Input should be greater than 0"},
	{"{\"count\":1,\"ratio\":1,\"place\":[],\"rows\":[],\"made_0\":1}",
	 "at $.place: it should be an object"},
	{"{\"count\":1,\"ratio\":1,\"place\":null,\"rows\":[],\"made_0\":1}",
	 "at $.place: it should be an object"},
	{"{\"count\":1,\"ratio\":1,\"place\":{\"ra_deg\":\"1\"},\"rows\":[],"
	 "\"made_0\":1}",
	 "at $.place.ra_deg: "},
	{"{\"count\":1,\"ratio\":1,\"place\":{\"ra_deg\":360.5},\"rows\":[],"
	 "\"made_0\":1}",
	 "at $.place.ra_deg: "},
	{"{\"count\":1,\"ratio\":1,\"place\":{\"ra_deg\":1},\"rows\":{},"
	 "\"made_0\":1}",
	 "at $.rows: it should be a list"},
	{"{\"count\":1,\"ratio\":1,\"place\":{\"ra_deg\":1},\"rows\":null,"
	 "\"made_0\":1}",
	 "at $.rows: it should be a list"},
	{"{\"count\":1,\"ratio\":1,\"place\":{\"ra_deg\":1},\"rows\":"
	 "[{\"n\":[]},[]],\"made_0\":1}",
	 "at $.rows[1]: it should be an object"},
	{"{\"count\":1,\"ratio\":1,\"place\":{\"ra_deg\":1},\"rows\":"
	 "[{\"n\":[1,2]},{\"n\":[1,2,3,\"4\"]}],\"made_0\":1}",
	 "at $.rows[1].n[3]: "},
	/* Other choices, and more than a list may hold. */
	{"{" RIGHT ",\"colour\":\"pink\"}", "at $.colour: "},
	{"{" RIGHT ",\"colour\":\"\"}", "at $.colour: "},
	{"{\"count\":1,\"ratio\":1,\"place\":{\"ra_deg\":1,"
	 "\"label\":\"longer\"},\"rows\":[],\"made_0\":1}",
	 "at $.place.label: "},
	{"{\"count\":1,\"ratio\":1,\"place\":{\"ra_deg\":1},\"rows\":"
	 "[{\"n\":[1,2,3,4,5]}],\"made_0\":1}",
	 "at $.rows[0].n: "},
	/* The engine's own member. */
	{"{" RIGHT ",\"warnings\":[1]}", "at $.warnings[0]: "},
	{"{" RIGHT ",\"warnings\":\"a\"}", "at $.warnings: "},
	/* No object, and no JSON. */
	{"[]", "at $: it should be an object"},
	{"null", "at $: it should be an object"},
	{"1", "at $: it should be an object"},
	{"", "at the text: "},
	{"{" RIGHT, "at the text: "},
	{"{" RIGHT ",\"any\":NaN}", "at the text: "},
	{"{" RIGHT ",\"count\":1}", "at the text: "},
	{"{" RIGHT ",\"any\":\"\xff\"}", "at the text: "},
};

/* ---- the endpoints */

static const char *const colours[] = {"red", "green", NULL};
static const struct lc_field number_item = {.type = LC_INT, .nullable = true};

static const struct lc_field place_members[] = {
	LC_FIELD("ra_deg", LC_NUMBER, .min = "0", .max = "360", .doc = "RA."),
	LC_FIELD("label", LC_TEXT, .optional = true, .max = "5",
		 .doc = "A label."),
	LC_FIELD_END};

static const struct lc_field row_members[] = {
	LC_FIELD("n", LC_LIST, .item = &number_item, .max = "4",
		 .doc = "Numbers."),
	LC_FIELD_END};

static const struct lc_field row_item = {.type = LC_OBJECT,
					 .members = row_members};

static const struct lc_field reply[] = {
	LC_FIELD("count", LC_INT, .min = "1", .max = "10", .doc = "A count."),
	LC_FIELD("ratio", LC_NUMBER, .nullable = true, .above = "0",
		 .doc = "A ratio."),
	LC_FIELD("flag", LC_BOOL, .optional = true, .doc = "A flag."),
	LC_FIELD("colour", LC_TEXT, .optional = true, .choices = colours,
		 .doc = "A colour."),
	LC_FIELD("place", LC_OBJECT, .members = place_members,
		 .doc = "A place."),
	LC_FIELD("rows", LC_LIST, .item = &row_item, .doc = "Rows."),
	LC_FIELD("any", LC_ANY, .optional = true, .doc = "Anything."),
	LC_FIELD_END};

/* Members that are made: one must be there, one may. */
static bool
reply_more(size_t i, struct lc_field *field)
{
	static const char *const names[] = {"made_0", "made_1"};

	if (i >= COUNT(names))
		return false;
	*field = (struct lc_field){.name = names[i],
				   .type = LC_INT,
				   .optional = i > 0,
				   .doc = "Made."};
	return true;
}

struct said_query {
	int64_t which, status;
};

static const struct lc_field said_params[] = {
	LC_PARAM(said_query, which, .min = "0", .max = "99", .def = "0",
		 .doc = "Which saying."),
	LC_PARAM(said_query, status, .min = "200", .max = "599", .def = "200",
		 .doc = "The status."),
	LC_FIELD_END};

static enum lc_rc
said_run(struct lc_call *call, const void *args)
{
	const struct said_query *query = args;

	buf_add_text(lc_body(call, "application/json"),
		     sayings[query->which].text);
	lc_set_status(call, (int)query->status);
	return LC_OK;
}

static enum lc_rc
lines_run(struct lc_call *call, const void *args)
{
	(void)args;
	buf_add_text(lc_body(call, NULL), "nothing,documented\n");
	return LC_OK;
}

/* By the writer, which the engine closes; the member is never described. */
static enum lc_rc
written_run(struct lc_call *call, const void *args)
{
	const struct said_query *query = args;

	json_int(lc_json(call), query->which == 0 ? "made_0" : "made_9", 1);
	return LC_OK;
}

static enum lc_rc
refused_run(struct lc_call *call, const void *args)
{
	(void)args;
	json_int(lc_json(call), "undocumented", 1);
	return lc_fail(call, LC_NOT_FOUND, "There is none.");
}

static const struct lc_field made_reply[] = {
	LC_FIELD("made_0", LC_INT, .doc = "Made."), LC_FIELD_END};

static const struct lc_tag lies_tag = {"lies", "What differs."};
static const int two_statuses[] = {200, 201, 0};
static const enum lc_rc refusals[] = {LC_NOT_FOUND, LC_OK};

#define LIAR(word, function, ...)                           \
	static const struct lc_endpoint word##_endpoint = { \
		.method = LC_GET,                           \
		.path = "/" #word,                          \
		.tag = &lies_tag,                           \
		.summary = #word,                           \
		.params = said_params,                      \
		.args_size = sizeof(struct said_query),     \
		.work = LC_QUICK,                           \
		.deadline_ms = 1000,                        \
		.run = function,                            \
		__VA_ARGS__}

LIAR(said, said_run, .reply = reply, .reply_more = reply_more);
LIAR(twofold, said_run, .reply = reply, .reply_more = reply_more,
     .statuses = two_statuses);
LIAR(lines, lines_run, .formats = LC_AS_CSV);
LIAR(written, written_run, .reply = made_reply);
LIAR(refused, refused_run, .reply = made_reply, .problems = refusals);
LIAR(unlisted, refused_run, .reply = made_reply);

static const struct lc_endpoint *const lies[] = {
	&said_endpoint,
	&twofold_endpoint,
	&lines_endpoint,
	&written_endpoint,
	&refused_endpoint,
	&unlisted_endpoint,
	NULL,
};

/* ---- asking them */

static void
ask(struct scene *scene, struct peer *peer, const char *method, const char *uri)
{
	peer_init(peer);
	assert_true(peer_ask(peer, &scene->engine, method, uri));
	assert_int_equal(atomic_load(&peer->finished), 1);
	assert_true(peer->length < PEER_TEXT_MAX);
}

/* The answer must have the status, and say a text unless that is NULL. */
static void
expect(struct scene *scene, const char *method, const char *uri, int status,
       const char *says)
{
	struct peer peer;

	ask(scene, &peer, method, uri);
	if (peer_status(&peer) != status ||
	    (says != NULL && !peer_says(&peer, says)))
		fail_msg("%s %s: not %d with \"%s\" but %s", method, uri,
			 status, says != NULL ? says : "", peer.text);
}

static void
test_sayings(void **state)
{
	static struct scene scene;

	(void)state;
	scene_open(&scene, lies, checking, 0);
	for (size_t i = 0; i < COUNT(sayings); i++) {
		const struct said *said = &sayings[i];
		char uri[64];

		snprintf(uri, sizeof(uri), "/said?which=%zu", i);
		if (said->where == NULL) {
			expect(&scene, "GET", uri, 200, said->text);
			continue;
		}
		expect(&scene, "GET", uri, 500, said->where);
		expect(&scene, "GET", uri, 500, "problem:internal");
		expect(&scene, "GET", uri, 500, "Cache-Control: no-store\r\n");
	}
	scene_close(&scene);
}

/* With the option off nothing is looked at, which is the default. */
static void
test_switched_off(void **state)
{
	static const char *const nothing[] = {NULL};
	const char *const *settings[] = {trusting, nothing};

	(void)state;
	for (size_t s = 0; s < COUNT(settings); s++) {
		static struct scene scene;

		scene_open(&scene, lies, settings[s], 0);
		for (size_t i = 0; i < COUNT(sayings); i++) {
			char uri[64];

			snprintf(uri, sizeof(uri), "/said?which=%zu", i);
			expect(&scene, "GET", uri, 200, sayings[i].text);
		}
		expect(&scene, "GET", "/said?status=201", 201, NULL);
		expect(&scene, "GET", "/written?which=1", 200, "made_9");
		scene_close(&scene);
	}
}

static void
test_statuses(void **state)
{
	static const struct {
		const char *uri;
		int status;
		const char *says;
	} cases[] = {
		{"/said?status=200", 200, "made_0"},
		{"/said?status=201", 500, "at status: it is not documented"},
		{"/said?status=503", 500, "at status: it is not documented"},
		{"/twofold?status=200", 200, "made_0"},
		{"/twofold?status=201", 201, "made_0"},
		{"/twofold?status=202", 500, "at status: it is not documented"},
		/* Also of another status it is the same JSON. */
		{"/twofold?status=201&which=7", 500, "at $: count"},
	};
	static struct scene scene;

	(void)state;
	scene_open(&scene, lies, checking, 0);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect(&scene, "GET", cases[i].uri, cases[i].status,
		       cases[i].says);
	scene_close(&scene);
}

/* HEAD finds out what GET would, and says it without a body. */
static void
test_head(void **state)
{
	static struct scene scene;
	struct peer peer;

	(void)state;
	scene_open(&scene, lies, checking, 0);
	ask(&scene, &peer, "HEAD", "/said?which=7");
	assert_int_equal(peer_status(&peer), 500);
	assert_string_equal(peer_body(&peer), "");
	ask(&scene, &peer, "HEAD", "/said");
	assert_int_equal(peer_status(&peer), 200);
	assert_string_equal(peer_body(&peer), "");
	scene_close(&scene);
}

/* What the engine writes by itself, and what is no JSON, is never at fault. */
static void
test_what_is_not_the_handlers(void **state)
{
	static const struct {
		const char *method, *uri;
		int status;
		const char *says;
	} cases[] = {
		{"GET", "/written", 200, "{\"made_0\":1}\n"},
		{"GET", "/written?unknown=1", 200, "\"warnings\":[\"The"},
		{"GET", "/written?which=1", 500, "at $.made_9: "},
		{"GET", "/written?which=1&unknown=1", 500, "at $.made_9: "},
		{"GET", "/lines", 200, "nothing,documented\n"},
		{"GET", "/refused", 404, "There is none."},
		{"GET", "/unlisted", 500, "the problem is not documented"},
		{"GET", "/said?which=x", 422, "int_parsing"},
		{"GET", "/nowhere", 404, "problem:not-found"},
		{"POST", "/said", 405, "problem:method-not-allowed"},
		{"OPTIONS", "/said", 204, "Allow: GET, HEAD, OPTIONS\r\n"},
	};
	static struct scene scene;

	(void)state;
	scene_open(&scene, lies, checking, 0);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect(&scene, cases[i].method, cases[i].uri, cases[i].status,
		       cases[i].says);
	scene_close(&scene);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sayings),
		cmocka_unit_test(test_switched_off),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_what_is_not_the_handlers),
	};

	return cmocka_run_group_tests_name("conform", tests, NULL, NULL);
}
