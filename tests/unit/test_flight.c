/*
 * Single flight: many calls for one answer, of which one makes it, and
 * another when that one ends without.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "chance.h"
#include "engine/flight.h"
#include "peer.h"
#include "scene.h"
#include "services/cache_book.h"

enum { PEERS = 120, KEYS = 5, ROUNDS = 12 };

struct make_query {
	int64_t key, ms, timeout;
	bool fails;
};

static const struct lc_tag tag = {"test", "."};

static const struct lc_field params[] = {
	LC_PARAM(make_query, key, .def = "0", .doc = "."),
	LC_PARAM(make_query, ms, .min = "0", .def = "0", .aside = true,
		 .doc = "."),
	LC_PARAM(make_query, timeout, .min = "1", .def = "20000", .aside = true,
		 .doc = "."),
	LC_PARAM(make_query, fails, .def = "false", .aside = true, .doc = "."),
	LC_FIELD_END};

static const struct lc_field reply[] = {LC_FIELD("nth", LC_INT, .doc = "."),
					LC_FIELD_END};

static const enum lc_rc problems[] = {LC_UNAVAILABLE, LC_OK};

/* Of the test's computations. */
static atomic_int begun, made;

static enum lc_rc
make_run(struct lc_call *call, const void *args)
{
	const struct timespec pause = {.tv_nsec = 200000};
	const struct make_query *query = args;
	int64_t until_ns = clock_mono_ns() + query->ms * CLOCK_NS_PER_MS;
	enum lc_rc rc = LC_OK;

	atomic_fetch_add(&begun, 1);
	while (rc == LC_OK && clock_mono_ns() < until_ns) {
		nanosleep(&pause, NULL);
		rc = progress_stopped(lc_progress(call));
	}
	if (rc != LC_OK)
		return rc;
	if (query->fails)
		return lc_fail(call, LC_UNAVAILABLE, "It fails.");
	json_int(lc_json(call), "nth", atomic_fetch_add(&made, 1));
	return LC_OK;
}

#define MAKES(where, ...)                                                   \
	.method = LC_GET, .path = where, .tag = &tag, .summary = ".",       \
	.params = params, .args_size = sizeof(struct make_query),           \
	.work = LC_HEAVY, .deadline_ms = 20000, .deadline_from = "timeout", \
	.reply = reply, .problems = problems, .run = make_run, __VA_ARGS__

static const struct lc_endpoint make = {
	MAKES("/make", .cache = {.fresh_s = 3600,
				 .keep = {.fresh_s = 3600, .error_s = 3600}})};

/* Whoever is given it has it made anew. */
static const struct lc_endpoint renewed = {
	MAKES("/renewed", .cache = {.fresh_s = 3600,
				    .keep = {.fresh_s = 3600, .early = 1e15}})};

static int64_t
five(struct lc_call *call, const void *args)
{
	(void)call;
	(void)args;
	return 5;
}

static const struct lc_rate twelve[] = {
	{"twelve", .limit = 12, .window_s = 36000}, LC_RATES_END};

/* So dear that two may be made. */
static const struct lc_endpoint priced = {
	MAKES("/priced", .cache = {.fresh_s = 3600, .keep = {.fresh_s = 3600}},
	      .rates = twelve, .cost = {five, 5, "five"})};

static const struct lc_endpoint *const table[] = {&make, &renewed, &priced,
						  NULL};

static struct peer peers[PEERS];

static void
open_scene(struct scene *scene)
{
	static const char *const settings[] = {
		"LIGHTCONE_CACHE=local:1M",  "LIGHTCONE_POOL_THREADS=2",
		"LIGHTCONE_HEAVY_SLOTS=2",   "LIGHTCONE_POOL_IDLE=off",
		"LIGHTCONE_HEAVY_AT_ONCE=0", NULL};

	atomic_store(&begun, 0);
	atomic_store(&made, 0);
	scene_open(scene, table, settings, 2);
}

static void
go(struct scene *scene, int i, bool connected, const char *query)
{
	char uri[128];

	snprintf(uri, sizeof(uri), "/make?%s", query);
	peer_go(&scene->engine, &peers[i], connected, uri);
}

static int64_t
total(const struct scene *scene, enum cache_count what)
{
	return cache_book_total(scene->engine.book, what);
}

static void
test_one_for_many(void **state)
{
	static struct scene scene;

	(void)state;
	open_scene(&scene);
	for (int i = 0; i < PEERS; i++)
		go(&scene, i, false, "ms=30");
	peers_answered(peers, PEERS, 200);
	assert_int_equal(begun, 1);
	assert_int_equal(total(&scene, CACHE_COMPUTED), 1);
	assert_int_equal(total(&scene, CACHE_MISS), 1);
	assert_int_equal(total(&scene, CACHE_COLLAPSED) +
				 total(&scene, CACHE_HIT),
			 PEERS - 1);
	go(&scene, 0, false, "ms=40&timeout=500");
	UNTIL(atomic_load(&peers[0].finished), PEER_SOON_MS);
	assert_true(peer_says(&peers[0], "Lightcone; hit"));
	assert_true(peer_says(&peers[0], "{\"nth\":0}"));
	peers_answered(peers, 1, 200);
	scene_close(&scene);
}

/* The one that leads is late; the next makes it, for all that are left. */
static void
test_late_leader(void **state)
{
	static struct scene scene;

	(void)state;
	open_scene(&scene);
	go(&scene, 0, false, "ms=5000&timeout=40");
	for (int i = 1; i < 20; i++)
		go(&scene, i, false, "ms=20");
	peers_answered(&peers[1], 19, 200);
	peers_answered(peers, 1, 504);
	assert_in_range(begun, 1, 2); /* it may be late before it begins */
	assert_int_equal(made, 1);
	scene_close(&scene);
}

/* Its client leaves; so do some of those who wait. */
static void
test_leaving(void **state)
{
	static struct scene scene;

	(void)state;
	open_scene(&scene);
	for (int i = 0; i < 10; i++)
		go(&scene, i, true, i == 0 ? "ms=10000" : "ms=5");
	UNTIL(atomic_load(&begun) == 1, PEER_SOON_MS);
	for (int i = 0; i < 10; i += 3)
		peer_leave(&peers[i]);
	for (int i = 0; i < 10; i++) {
		UNTIL(atomic_load(&peers[i].freed), PEER_SOON_MS);
		assert_int_equal(peer_status(&peers[i]), i % 3 == 0 ? 0 : 200);
		peer_release(&peers[i]);
	}
	assert_int_equal(made, 1);
	scene_close(&scene);
}

/* Who makes it in another's place pays as that one did, if there is enough. */
static void
test_leaving_what_is_dear(void **state)
{
	static struct scene scene;
	struct buf why;

	(void)state;
	buf_init(&why);
	open_scene(&scene);
	assert_int_equal(engine_limit(&scene.engine, &why), LC_OK);
	for (int i = 0; i < 4; i++)
		peer_go(&scene.engine, &peers[i], true, "/priced?ms=10000");
	UNTIL(atomic_load(&begun) == 1, PEER_SOON_MS);
	peer_leave(&peers[0]);
	peers_answered(&peers[0], 1, 0);
	/* 5, and 1 for each of three; the next of them pays the rest. */
	UNTIL(atomic_load(&begun) == 2, PEER_SOON_MS);
	peer_leave(&peers[1]);
	peers_answered(&peers[1], 1, 0);
	peers_answered(&peers[2], 2, 429);
	assert_int_equal(begun, 2);
	scene_close(&scene);
}

/* An error of ours is everybody's, and is not kept. */
static void
test_failing(void **state)
{
	static struct scene scene;

	(void)state;
	open_scene(&scene);
	for (int i = 0; i < 10; i++)
		go(&scene, i, false, "ms=30&fails=true");
	peers_answered(peers, 10, 503);
	assert_in_range(begun, 1, 2); /* the last may have come too late */
	go(&scene, 0, false, "ms=0");
	peers_answered(peers, 1, 200);
	assert_int_equal(
		total(&scene, CACHE_STORED) + total(&scene, CACHE_LOST) <= 1,
		1);
	scene_close(&scene);
}

/* With one word of Cache-Control. */
static void
go_saying(struct scene *scene, int i, const char *query, const char *control)
{
	char uri[128], question[128], field[128];
	char method[] = "REQUEST_METHOD=GET", script[] = "SCRIPT_NAME=";
	char *variables[] = {method, uri, question, script, field, NULL};

	snprintf(uri, sizeof(uri), "REQUEST_URI=/make?%s", query);
	snprintf(question, sizeof(question), "QUERY_STRING=%s", query);
	snprintf(field, sizeof(field), "HTTP_CACHE_CONTROL=%s", control);
	peer_init(&peers[i]);
	assert_true(peer_send(&peers[i], &scene->engine, variables));
}

/* Who waited, and would take what is too old, need not take the error. */
static void
test_failing_for_who_has_another(void **state)
{
	static struct scene scene;

	(void)state;
	open_scene(&scene);
	go(&scene, 0, false, "ms=1");
	peers_answered(peers, 1, 200);
	assert_true(
		flights_stop(scene.engine.flights, scene_later(PEER_SOON_MS)));
	go_saying(&scene, 0, "ms=200&fails=true", "no-cache");
	go_saying(&scene, 1, "ms=200&fails=true", "min-fresh=7200");
	UNTIL(peers_finished(peers, 2) == 2, PEER_SOON_MS);
	assert_true(peer_says(&peers[1], "fwd-status=503"));
	assert_true(peer_says(&peers[1], "{\"nth\":0}"));
	peers_answered(peers, 1, 503);
	peers_answered(&peers[1], 1, 200);
	assert_int_equal(begun, 2);
	scene_close(&scene);
}

/* Whatever ends how: each is answered once, and let go of once. */
static void
test_storm(void **state)
{
	static struct scene scene;
	char query[96];
	struct chance chance = {7};

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		open_scene(&scene);
		for (int i = 0; i < PEERS; i++) {
			snprintf(query, sizeof(query),
				 "key=%d&ms=%d&timeout=%d&fails=%s",
				 (int)(chance_unit(&chance) * KEYS),
				 (int)(chance_unit(&chance) * 4),
				 1 + (int)(chance_unit(&chance) * 40),
				 chance_unit(&chance) < 0.1 ? "true" : "false");
			go(&scene, i, chance_unit(&chance) < 0.5, query);
			if (peers[i].near >= 0 && chance_unit(&chance) < 0.3)
				peer_leave(&peers[i]);
		}
		/* Every other time the process stops in the middle. */
		for (int i = 0; round % 2 == 0 && i < PEERS; i++)
			UNTIL(atomic_load(&peers[i].freed), PEER_SOON_MS);
		scene_close(&scene);
		for (int i = 0; i < PEERS; i++) {
			assert_int_equal(peers[i].finished, 1);
			assert_int_equal(peers[i].freed, 1);
			peer_release(&peers[i]);
		}
	}
}

/* The process stops while the keeper begins what nobody waits for. */
static void
test_stop_while_renewed(void **state)
{
	static struct scene scene;
	char uri[64];

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		open_scene(&scene);
		for (int i = 0; i < 2 * PEERS; i++) {
			if (i == PEERS)
				peers_answered(peers, PEERS, 200);
			snprintf(uri, sizeof(uri), "/renewed?ms=1&key=%d",
				 i % PEERS);
			peer_go(&scene.engine, &peers[i % PEERS], false, uri);
		}
		assert_true(total(&scene, CACHE_HIT) > 0);
		scene_close(&scene);
		peers_answered(peers, PEERS, 200);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_for_many),
		cmocka_unit_test(test_late_leader),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_leaving_what_is_dear),
		cmocka_unit_test(test_failing),
		cmocka_unit_test(test_failing_for_who_has_another),
		cmocka_unit_test(test_storm),
		cmocka_unit_test(test_stop_while_renewed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
