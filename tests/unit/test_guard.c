/*
 * Guards: asked in their order, before anything is read, by every verb; they
 * refuse, leave values, and can be replaced.
 */
#include "engine/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "peer.h"
#include "scene.h"
#include "../testapp.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const settings[] = {NULL};

/* What the guards and the function did, in their order. */
static char trace[64];

static void
trace_add(const char *word)
{
	snprintf(trace + strlen(trace), sizeof(trace) - strlen(trace), "%s ",
		 word);
}

struct mark {
	const char *text;
};

LC_VALUE(mark, struct mark)

static enum lc_rc
first_check(struct lc_call *call, const struct lc_guard *guard)
{
	static const struct mark left = {"left"};

	trace_add(guard->name);
	return mark_put(call, &left);
}

static enum lc_rc
second_check(struct lc_call *call, const struct lc_guard *guard)
{
	trace_add(guard->name);
	return mark_of(call) != NULL ? LC_OK : LC_INTERNAL;
}

static enum lc_rc
refusing_check(struct lc_call *call, const struct lc_guard *guard)
{
	trace_add("refuses");
	return lc_fail(call, LC_FORBIDDEN, "%s says no.", guard->name);
}

#define GUARD(word)                           \
	static const struct lc_guard word = { \
		.name = #word,                \
		.doc = ".",                   \
		.check = word##_check,        \
	}

GUARD(first);
GUARD(second);
GUARD(refusing);

static const struct lc_guard *const pass[] = {&first, &second, NULL};
static const struct lc_guard *const refuse[] = {&first, &refusing, &second,
						NULL};

static enum lc_rc
marked_run(struct lc_call *call, const void *args)
{
	const struct mark *mark = mark_of(call);

	(void)args;
	trace_add("runs");
	buf_add_text(lc_body(call, NULL), mark != NULL ? mark->text : "none");
	return LC_OK;
}

#define ENDPOINT(name, verb, where, list)        \
	static const struct lc_endpoint name = { \
		.method = verb,                  \
		.path = where,                   \
		.tag = &testapp_tag,             \
		.summary = ".",                  \
		.guards = list,                  \
		.deadline_ms = 1000,             \
		.formats = LC_AS_TEXT,           \
		.run = marked_run,               \
	}

ENDPOINT(pass_get, LC_GET, "/pass", pass);
ENDPOINT(refuse_get, LC_GET, "/refuse", refuse);
ENDPOINT(refuse_put, LC_PUT, "/refuse", refuse);

static const struct lc_endpoint *const table[] = {&pass_get, &refuse_get,
						  &refuse_put, NULL};

static void
ask(struct scene *scene, struct peer *peer, const char *method, const char *uri)
{
	trace[0] = '\0';
	peer_init(peer);
	assert_true(peer_ask(peer, &scene->engine, method, uri));
	assert_int_equal(atomic_load(&peer->finished), 1);
}

static void
test_order(void **state)
{
	static const struct {
		const char *method, *uri;
		int status;
		const char *trace;
	} cases[] = {
		{"GET", "/pass", 200, "first second runs "},
		{"HEAD", "/pass", 200, "first second runs "},
		{"GET", "/refuse", 403, "first refuses "},
		{"HEAD", "/refuse", 403, "first refuses "},
		{"PUT", "/refuse", 403, "first refuses "},
		{"GET", "/refuse?format=nonsense", 403, "first refuses "},
		{"OPTIONS", "/refuse", 204, ""},
		{"POST", "/refuse", 405, ""},
		{"GET", "/nowhere", 404, ""},
	};
	static struct scene scene;
	struct peer peer;

	(void)state;
	scene_open(&scene, table, settings, 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		ask(&scene, &peer, cases[i].method, cases[i].uri);
		if (peer_status(&peer) != cases[i].status ||
		    strcmp(trace, cases[i].trace) != 0)
			fail_msg("%s %s: %s(%s)", cases[i].method, cases[i].uri,
				 peer.text, trace);
	}
	ask(&scene, &peer, "GET", "/pass");
	assert_string_equal(peer_body(&peer), "left");
	ask(&scene, &peer, "GET", "/refuse");
	assert_true(peer_says(&peer, "refusing says no."));
	scene_close(&scene);
}

/* ---- replaced, for a test's engine only */

static enum lc_rc
lenient_check(struct lc_call *call, const struct lc_guard *guard)
{
	static const struct mark left = {"lenient"};

	trace_add(guard->name); /* that of the guard it stands for */
	return mark_put(call, &left);
}

GUARD(lenient);

static void
test_replaced(void **state)
{
	static const struct guard_replacement replacements[] = {
		{&refusing, &lenient}, {NULL, NULL}};
	static struct scene scene;
	struct peer peer;

	(void)state;
	scene_open(&scene, table, settings, 0);
	scene.engine.replacements = replacements;
	ask(&scene, &peer, "PUT", "/refuse");
	assert_int_equal(peer_status(&peer), 200);
	assert_string_equal(peer_body(&peer), "lenient");
	assert_string_equal(trace, "first refusing second runs ");
	scene.engine.replacements = NULL;
	ask(&scene, &peer, "PUT", "/refuse");
	assert_int_equal(peer_status(&peer), 403);
	scene_close(&scene);
}

/* A key's guard can be replaced too: no key store is asked. */
static enum lc_rc
insider_check(struct lc_call *call, const struct lc_guard *guard)
{
	static const struct lc_key key = {"aaaaaaaa", "insider"};

	assert_string_equal(guard->scope, "write");
	return lc_key_put(call, &key);
}

GUARD(insider);

static void
test_replaced_key(void **state)
{
	static const struct guard_replacement replacements[] = {
		{&lc_guard_write, &insider}, {NULL, NULL}};
	static struct scene scene;
	struct peer peer;

	(void)state;
	scene_open(&scene, testapp_table, settings, 0);
	ask(&scene, &peer, "DELETE", "/guarded");
	assert_int_equal(peer_status(&peer), 401);
	assert_true(peer_says(&peer, "WWW-Authenticate: Bearer"));
	scene.engine.replacements = replacements;
	ask(&scene, &peer, "DELETE", "/guarded");
	assert_string_equal(peer_body(&peer), "{\"said\":\"insider\"}\n");
	scene_close(&scene);
}

/* ---- what guards and functions may also do */

/* An endpoint without a limit of its own can be told of another's. */
static enum lc_rc
limited_run(struct lc_call *call, const void *args)
{
	(void)args;
	return lc_fail(call, LC_RATE, "The other service asks us to wait.");
}

/* Parks until its deadline, which it brings forward. */
static _Atomic(struct lc_call *) brief_call;

static void
brief_gone(struct lc_call *call, void *arg)
{
	(void)arg;
	atomic_store(&brief_call, call);
}

static enum lc_rc
brief_run(struct lc_call *call, const void *args)
{
	(void)args;
	lc_shorten_deadline(call, 50);
	return lc_park(call, brief_gone, NULL) == LC_OK ? LC_PARKED :
							  LC_NO_MEMORY;
}

#define PLAIN(name, where, ms)                   \
	static const struct lc_endpoint name = { \
		.method = LC_GET,                \
		.path = where,                   \
		.tag = &testapp_tag,             \
		.summary = ".",                  \
		.deadline_ms = ms,               \
		.formats = LC_AS_TEXT,           \
		.run = name##_run,               \
	}

PLAIN(limited, "/limited", 1000);
PLAIN(brief, "/brief", 60000);

static void
test_functions(void **state)
{
	static const struct lc_endpoint *const plain[] = {&limited, NULL};
	static struct scene scene;
	struct peer peer;

	(void)state;
	scene_open(&scene, plain, settings, 0);
	ask(&scene, &peer, "GET", "/limited");
	assert_int_equal(peer_status(&peer), 429);
	assert_true(peer_says(&peer, "asks us to wait"));
	scene_close(&scene);
}

static void
test_deadline_in_function(void **state)
{
	static const struct lc_endpoint *const plain[] = {&brief, NULL};
	static struct scene scene;
	struct peer peer;

	(void)state;
	scene_open(&scene, plain, settings, 1);
	peer_init(&peer);
	assert_true(peer_ask(&peer, &scene.engine, "GET", "/brief"));
	UNTIL(atomic_load(&peer.finished) > 0, 5000);
	assert_int_equal(peer_status(&peer), 504);
	UNTIL(atomic_load(&brief_call) != NULL, 5000);
	lc_complete(atomic_load(&brief_call), NULL, NULL);
	UNTIL(atomic_load(&peer.freed) > 0, 5000);
	scene_close(&scene);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_replaced_key),
		cmocka_unit_test(test_functions),
		cmocka_unit_test(test_deadline_in_function),
	};

	return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
