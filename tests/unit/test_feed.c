/*
 * The feed: calls that are parked until there are events, or to be sent all
 * that come.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/feed.h"
#include "lightcone_events.h"
#include "peer.h"
#include "scene.h"
#include "services/state.h"

enum {
	MANY = 100,
	LARGE = 60000, /* bytes of an event */
	LARGE_COUNT = 20,
	LARGE_LOOKED = (4 << 20) / LARGE + 1, /* by one poll */
	THREADS = 3,                          /* clock, feed, ear */
};

struct events_query {
	int64_t after, wait_ms, timeout;
	bool placed, stream;
};

static const struct lc_tag tag = {"test", "."};

static const struct lc_field params[] = {
	LC_PARAM(events_query, after, .def = "-1", .doc = "."),
	LC_PARAM(events_query, wait_ms, .def = "20000", .doc = "."),
	LC_PARAM(events_query, timeout, .min = "1", .def = "20000", .doc = "."),
	LC_PARAM(events_query, placed, .def = "false", .doc = "."),
	LC_PARAM(events_query, stream, .def = "false", .doc = "."),
	LC_FIELD_END};

static const struct lc_field reply[] = {LC_FIELD("events", LC_ANY, .doc = "."),
					LC_FIELD_END};

static const enum lc_rc problems[] = {LC_UNAVAILABLE, LC_OK};

static enum lc_rc
events_run(struct lc_call *call, const void *args)
{
	const struct events_query *query = args;
	const struct lc_events wanted = {
		.had = {.says = query->after >= 0, .after = query->after},
		.filter = {.placed_only = query->placed},
		.replay = 1000,
		.most = 10,
		.wait_ms = query->wait_ms,
	};

	return query->stream ? lc_events_stream(call, &wanted) :
			       lc_events_poll(call, &wanted);
}

static const struct lc_endpoint endpoint = {
	.method = LC_GET,
	.path = "/events",
	.tag = &tag,
	.summary = ".",
	.params = params,
	.args_size = sizeof(struct events_query),
	.work = LC_QUICK,
	.deadline_ms = 20000,
	.deadline_from = "timeout",
	.formats = LC_AS_JSON | LC_AS_EVENTS,
	.reply = reply,
	.problems = problems,
	.run = events_run};

static const struct lc_endpoint *const table[] = {&endpoint, NULL};

static struct peer peers[MANY];

static void
open_scene(struct scene *scene)
{
	static const char *const settings[] = {"LIGHTCONE_STREAM_CLIENTS=101",
					       NULL};

	scene_open(scene, table, settings, 2);
}

static void
go(struct scene *scene, int i, const char *query)
{
	char uri[128];

	snprintf(uri, sizeof(uri), "/events?%s", query);
	peer_go(&scene->engine, &peers[i], true, uri);
}

static void
add(struct scene *scene, const char *text, bool placed)
{
	struct event event = {.type = EVENTS_MESSAGE,
			      .data = text,
			      .length = strlen(text),
			      .placed = placed};
	char why[EVENTS_WHY_MAX] = "";

	if (events_add(scene->engine.events, &event, 1, why, sizeof(why)) !=
	    LC_OK)
		fail_msg("%s", why);
}

/* ---- those that poll */

static void
test_one_event_for_many(void **state)
{
	static struct scene scene;
	int threads;

	(void)state;
	open_scene(&scene);
	threads = scene_threads() + THREADS;
	for (int i = 0; i < MANY; i++)
		go(&scene, i, "");
	assert_int_equal(feed_count(scene.engine.feed), MANY);
	assert_true(scene_threads() <= threads);
	add(&scene, "\"here\"", false);
	UNTIL(peers_finished(peers, MANY) == MANY, PEER_SOON_MS);
	for (int i = 0; i < MANY; i++) {
		assert_true(peer_says(&peers[i], "{\"events\":[{\"seq\":1,"));
		assert_true(peer_says(&peers[i], "\"data\":\"here\"}],"));
		assert_true(peer_says(&peers[i], "\"after\":1}"));
	}
	peers_answered(peers, MANY, 200);
	UNTIL(feed_count(scene.engine.feed) == 0, PEER_SOON_MS);
	scene_close(&scene);
}

/* One is passed over that is nowhere, by those who want places only. */
static void
test_filter(void **state)
{
	static struct scene scene;

	(void)state;
	open_scene(&scene);
	go(&scene, 0, "placed=true");
	go(&scene, 1, "");
	add(&scene, "1", false);
	peers_answered(&peers[1], 1, 200);
	assert_int_equal(atomic_load(&peers[0].finished), 0);
	add(&scene, "2", true);
	UNTIL(atomic_load(&peers[0].finished), PEER_SOON_MS);
	assert_true(peer_says(&peers[0], "[{\"seq\":2,"));
	peers_answered(peers, 1, 200);
	scene_close(&scene);
}

/* What is there already, up to so many; nothing, when the time is up. */
static void
test_times(void **state)
{
	static const struct {
		const char *query, *says;
	} cases[] = {
		{"after=0", "\"after\":10}"},
		{"after=11", "[{\"seq\":12,"},
		{"after=12&wait_ms=0", "{\"events\":[],"},
		{"after=12&wait_ms=30", "{\"events\":[],"},
		{"wait_ms=30", "\"after\":12}"},
		/* A deadline comes first, or has gone by. */
		{"timeout=250", "{\"events\":[],"},
		{"timeout=1", "{\"events\":[],"},
		{"after=12&placed=true&wait_ms=30", "\"after\":12}"},
		{"after=77", "\"after\":77,\"next\":13,\"reason\":\"future\"}"},
	};
	static struct scene scene;
	char text[8];

	(void)state;
	open_scene(&scene);
	for (int i = 1; i <= 12; i++) {
		snprintf(text, sizeof(text), "%d", i);
		add(&scene, text, false);
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		go(&scene, 0, cases[i].query);
		UNTIL(atomic_load(&peers[0].finished), PEER_SOON_MS);
		if (!peer_says(&peers[0], cases[i].says))
			fail_msg("%s: %s", cases[i].query, peers[0].text);
		assert_true(peer_says(&peers[0], "Cache-Control: no-store"));
		peers_answered(peers, 1, 200);
	}
	scene_close(&scene);
}

static char *
large_new(void)
{
	char *large = calloc(1, LARGE + 1);

	assert_non_null(large);
	memset(large, '7', LARGE);
	return large;
}

/* Much that is not wanted is not looked at in one go. */
static void
test_unwanted(void **state)
{
	static struct scene scene;
	char *large = large_new(), after[32];

	(void)state;
	open_scene(&scene);
	for (int i = 0; i < LARGE_LOOKED + 1; i++)
		add(&scene, large, false);
	go(&scene, 0, "after=0&placed=true");
	peers_answered(peers, 1, 200);
	snprintf(after, sizeof(after), "\"after\":%d}", (int)LARGE_LOOKED);
	assert_true(peer_says(&peers[0], "\"events\":[],"));
	assert_true(peer_says(&peers[0], after));
	scene_close(&scene);
	free(large);
}

/* ---- those that stream */

static void
test_stream(void **state)
{
	static struct scene scene;
	const char *at;

	(void)state;
	open_scene(&scene);
	add(&scene, "\"before\"", false);
	go(&scene, 0, "stream=true&timeout=1500");
	go(&scene, 1, "stream=true&timeout=1500&after=0");
	UNTIL(atomic_load(&peers[0].pieces) >= 3, PEER_SOON_MS);
	add(&scene, "\"now\"", false);
	UNTIL(peers_finished(peers, 2) == 2, PEER_SOON_MS);
	for (int i = 0; i < 2; i++) {
		assert_false(peers[i].cut);
		assert_true(peer_says(&peers[i], "text/event-stream"));
		assert_true(peer_says(&peers[i], "X-Accel-Buffering: no"));
		assert_true(peer_says(&peers[i], "Cache-Control: no-store"));
		assert_true(strncmp(peer_body(&peers[i]), "retry: ", 7) == 0);
		assert_int_equal(peer_says(&peers[i], "\"before\"}\n\n"), i);
		assert_true(
			peer_says(&peers[i], "\"now\"}\n\nretry: 50\nid: "));
		assert_string_equal(peers[i].text + peers[i].length - 4,
				    "-2\n\n");
	}
	/* Where it is it knows before anything happens. */
	at = strstr(peer_body(&peers[0]), "\nid: ");
	assert_non_null(at);
	assert_true(strncmp(at + 21, "-1\n\nid: ", 8) == 0);
	peers_answered(peers, 2, 200);
	scene_close(&scene);
}

/* One that does not read is let go of; the other has had everything. */
static void
test_slow(void **state)
{
	static struct scene scene;
	char *large = large_new();

	(void)state;
	open_scene(&scene);
	go(&scene, 0, "stream=true");
	go(&scene, 1, "stream=true");
	UNTIL(atomic_load(&peers[0].pieces) >= 3, PEER_SOON_MS);
	UNTIL(atomic_load(&peers[1].pieces) >= 3, PEER_SOON_MS);
	atomic_store(&peers[0].blocked, true);
	for (int i = 0; i < LARGE_COUNT; i++)
		add(&scene, large, false);
	UNTIL(atomic_load(&peers[0].finished), PEER_SOON_MS);
	assert_true(peers[0].cut);
	assert_true(peers[0].length < PEER_TEXT_MAX);
	UNTIL(atomic_load(&peers[1].pieces) >= 3 + LARGE_COUNT, PEER_SOON_MS);
	scene_close(&scene);
	assert_false(peers[1].cut);
	assert_true(peers[1].length > LARGE_COUNT * LARGE);
	peers_answered(peers, 2, 200);
	free(large);
}

/* ---- ends */

static const char *const kinds[] = {"", "stream=true"};

static void
test_leaving(void **state)
{
	static struct scene scene;

	(void)state;
	open_scene(&scene);
	for (int i = 0; i < MANY; i++)
		go(&scene, i, kinds[i % 2]);
	for (int i = 0; i < MANY; i += 3)
		peer_leave(&peers[i]);
	for (int i = 0; i < MANY; i += 3)
		UNTIL(atomic_load(&peers[i].freed), PEER_SOON_MS);
	add(&scene, "1", false);
	for (int i = 1; i < MANY; i++)
		if (i % 3 != 0 && i % 2 == 0)
			UNTIL(atomic_load(&peers[i].freed), PEER_SOON_MS);
	scene_close(&scene);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(atomic_load(&peers[i].freed), 1);
		if (i % 3 != 0)
			assert_true(peer_says(&peers[i], "{\"seq\":1,"));
		peer_release(&peers[i]);
	}
}

static void
test_stop(void **state)
{
	static struct scene scene;
	int64_t begun_ns;

	(void)state;
	open_scene(&scene);
	for (int i = 0; i < MANY; i++)
		go(&scene, i, kinds[i % 2]);
	UNTIL(atomic_load(&peers[1].pieces) >= 3, PEER_SOON_MS);
	begun_ns = clock_mono_ns();
	scene_close(&scene);
	assert_true(clock_mono_ns() - begun_ns < 3 * CLOCK_NS_PER_S);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(atomic_load(&peers[i].finished), 1);
		assert_false(peers[i].cut);
		if (i % 2 == 0)
			assert_int_equal(peer_status(&peers[i]), 503);
		peer_release(&peers[i]);
	}
	assert_int_equal(peer_status(&peers[1]), 200);
}

static void
test_too_many(void **state)
{
	static struct scene scene;
	struct peer more;

	(void)state;
	open_scene(&scene);
	for (int i = 0; i < MANY; i++)
		go(&scene, i, "");
	scene.options.stream_clients = MANY;
	peer_go(&scene.engine, &more, false, "/events?stream=true");
	peers_answered(&more, 1, 503);
	peer_init(&more);
	/* The head alone waits for nothing. */
	assert_true(peer_ask(&more, &scene.engine, "HEAD", "/events"));
	peers_answered(&more, 1, 200);
	add(&scene, "1", false);
	peers_answered(peers, MANY, 200);
	scene_close(&scene);
}

/* ---- another log, or none */

static void
remove_state(const struct scene *scene)
{
	static const char *const names[] = {"state.sqlite", "state.sqlite-wal",
					    "state.sqlite-shm"};
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", scene->state, names[i]);
		unlink(path);
	}
}

static void
test_another_log(void **state)
{
	static struct scene scene;

	(void)state;
	open_scene(&scene);
	add(&scene, "\"old\"", false);
	go(&scene, 0, "");
	go(&scene, 1, "stream=true");
	UNTIL(atomic_load(&peers[1].pieces) >= 3, PEER_SOON_MS);
	remove_state(&scene);
	add(&scene, "\"new\"", false);
	UNTIL(atomic_load(&peers[0].finished), PEER_SOON_MS);
	assert_true(peer_says(&peers[0], "\"data\":\"new\"}],"));
	assert_true(peer_says(&peers[0], "\"reason\":\"epoch\"}"));
	peers_answered(peers, 1, 200);
	UNTIL(atomic_load(&peers[1].pieces) >= 4, PEER_SOON_MS);
	scene_close(&scene);
	assert_true(peer_says(&peers[1], "\"reason\":\"epoch\"}\n\nid: "));
	assert_true(peer_says(&peers[1], "\"data\":\"new\"}\n\n"));
	peers_answered(&peers[1], 1, 200);
}

/* What went while readers were on their way to it is told of, too. */
static void
test_missing(void **state)
{
	static const char missing[] =
		"BEGIN IMMEDIATE;"
		"INSERT INTO events (time_ms, type, total, data)"
		" VALUES (0, 'message', 100, '2'), (0, 'message', 200, '3');"
		"DELETE FROM events WHERE data = '2';"
		"COMMIT";
	static const char told[] =
		"\"after\":1,\"next\":3,\"reason\":\"gone\"}";
	static struct scene scene;
	struct store *store;
	char why[EVENTS_WHY_MAX];

	(void)state;
	open_scene(&scene);
	add(&scene, "1", false);
	go(&scene, 0, "");
	go(&scene, 1, "stream=true");
	UNTIL(atomic_load(&peers[1].pieces) >= 3, PEER_SOON_MS);
	assert_int_equal(state_open(scene.state, &store, why, sizeof(why)),
			 LC_OK);
	assert_int_equal(store_exec(store, missing), LC_OK);
	store_close(store);
	events_ring(scene.engine.events);
	UNTIL(atomic_load(&peers[0].finished), PEER_SOON_MS);
	UNTIL(atomic_load(&peers[1].pieces) >= 4, PEER_SOON_MS);
	scene_close(&scene);
	for (int i = 0; i < 2; i++) {
		assert_true(peer_says(&peers[i], told));
		assert_true(peer_says(&peers[i], "\"data\":3}"));
	}
	peers_answered(peers, 2, 200);
}

static void
test_no_log(void **state)
{
	static struct scene scene;
	char path[128];
	FILE *file;

	(void)state;
	open_scene(&scene);
	snprintf(path, sizeof(path), "%s/state.sqlite", scene.state);
	add(&scene, "1", false);
	go(&scene, 0, "wait_ms=300");
	go(&scene, 1, "stream=true&timeout=1500");
	UNTIL(atomic_load(&peers[1].pieces) >= 3, PEER_SOON_MS);
	remove_state(&scene);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("This is no database, however long one looks at it.", file);
	fclose(file);
	events_ring(scene.engine.events);
	peers_answered(peers, 1, 503);
	go(&scene, 0, "stream=true");
	peers_answered(peers, 1, 503);
	go(&scene, 0, "after=1");
	peers_answered(peers, 1, 503);
	peers_answered(&peers[1], 1, 200);
	assert_false(peers[1].cut);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_event_for_many),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_unwanted),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_another_log),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_no_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
