/*
 * Calls that wait, compute and are ended: parked calls hold no thread, each
 * is answered once, whoever gets there first.
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

#include "base/clock.h"
#include "base/log.h"
#include "peer.h"
#include "scene.h"
#include "../testapp.h"

enum {
	MANY = 2000,
	MANY_CONNECTED = 200,
	FEW = 20,
	SOON_MS = 10000,   /* for what needs no time of its own */
	CANCEL_MS = 50,    /* as promised */
	CANCEL_TRIES = 10, /* on a machine that does other things as well */
};

static const char *const one_thread[] = {
	"LIGHTCONE_POOL_THREADS=1", "LIGHTCONE_HEAVY_SLOTS=1",
	"LIGHTCONE_POOL_QUEUE=2", NULL};

static struct peer many[MANY];

static struct testapp_counts
counts(void)
{
	struct testapp_counts now;

	testapp_count(&now);
	return now;
}

static void
ask(struct scene *scene, struct peer *peer, bool connected, const char *uri)
{
	peer_init(peer);
	if (connected)
		peer_connect(peer);
	assert_true(peer_ask(peer, &scene->engine, "GET", uri));
}

static int
finished(const struct peer *peers, int count)
{
	int sum = 0;

	for (int i = 0; i < count; i++)
		sum += atomic_load(&peers[i].finished);
	return sum;
}

/* Each was answered with the status, once, and let go. */
static void
answered(struct peer *peers, int count, int status)
{
	UNTIL(finished(peers, count) >= count, SOON_MS);
	for (int i = 0; i < count; i++) {
		UNTIL(atomic_load(&peers[i].freed) > 0, SOON_MS);
		assert_int_equal(atomic_load(&peers[i].finished), 1);
		assert_int_equal(atomic_load(&peers[i].freed), 1);
		if (peer_status(&peers[i]) != status)
			fail_msg("%d: %s", i, peers[i].text);
		peer_release(&peers[i]);
	}
}

static void
test_park_many(void **state)
{
	static struct scene scene;
	int threads;

	(void)state;
	scene_open(&scene, testapp_table, one_thread, 1);
	testapp_start();
	ask(&scene, &many[0], true, "/park?wait_ms=60000");
	threads = scene_threads();
	for (int i = 1; i < MANY; i++)
		ask(&scene, &many[i], i < MANY_CONNECTED,
		    "/park?wait_ms=60000");
	assert_int_equal(scene_threads(), threads);
	assert_int_equal(counts().parked, MANY);
	assert_int_equal(atomic_load(&scene.engine.open), MANY);
	assert_int_equal(finished(many, MANY), 0);
	testapp_stop();
	answered(many, MANY, 200);
	assert_int_equal(counts().parked, 0);
	assert_true(peer_says(&many[MANY - 1], "{\"parked_ms\":"));
	scene_close(&scene);
}

/* An answer comes when it is due: not at once, and not at the deadline. */
static void
test_park_short(void **state)
{
	static struct scene scene;
	int64_t begun;

	(void)state;
	scene_open(&scene, testapp_table, one_thread, 2);
	testapp_start();
	begun = clock_mono_ns();
	for (int i = 0; i < FEW; i++)
		ask(&scene, &many[i], true, "/park?wait_ms=30");
	answered(many, FEW, 200);
	assert_true(clock_mono_ns() - begun >= 30 * CLOCK_NS_PER_MS);
	assert_true(clock_mono_ns() - begun < 5 * CLOCK_NS_PER_S);
	testapp_stop();
	scene_close(&scene);
}

/* Nobody completes it: its deadline, 300 ms, ends it. */
static void
test_park_deadline(void **state)
{
	int gone = counts().gone;
	static struct scene scene;
	int64_t begun;

	(void)state;
	scene_open(&scene, testapp_table, one_thread, 1);
	testapp_start();
	begun = clock_mono_ns();
	for (int i = 0; i < FEW; i++)
		ask(&scene, &many[i], i % 2 == 0, "/never");
	answered(many, FEW, 504);
	assert_true(clock_mono_ns() - begun >= 300 * CLOCK_NS_PER_MS);
	assert_true(peer_says(&many[0], "Beyond the event horizon!"));
	assert_true(peer_says(&many[0], "\"elapsed_ms\":3"));
	assert_int_equal(counts().gone - gone, FEW);
	assert_int_equal(counts().parked, 0);
	testapp_stop();
	scene_close(&scene);
}

/* The client closes: nothing is said, and all is let go. */
static void
test_park_left(void **state)
{
	int gone = counts().gone;
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, one_thread, 1);
	testapp_start();
	for (int i = 0; i < FEW; i++)
		ask(&scene, &many[i], true, "/park?wait_ms=60000");
	for (int i = 0; i < FEW; i += 2)
		peer_leave(&many[i]);
	UNTIL(finished(many, FEW) == FEW / 2, SOON_MS);
	UNTIL(counts().gone - gone == FEW / 2, SOON_MS);
	testapp_stop();
	for (int i = 0; i < FEW; i++) {
		UNTIL(atomic_load(&many[i].freed) > 0, SOON_MS);
		assert_int_equal(many[i].length == 0, i % 2 == 0);
	}
	for (int i = 0; i < FEW; i++)
		answered(&many[i], 1, i % 2 == 0 ? 0 : 200);
	scene_close(&scene);
}

/* ---- heavy work */

static void
test_heavy(void **state)
{
	int computed = counts().computed;
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, one_thread, 2);
	ask(&scene, &many[0], true, "/compute?cpu_ms=1");
	answered(many, 1, 200);
	assert_true(peer_says(&many[0], "{\"computed_ms\":1}"));
	assert_true(peer_says(&many[0], "Server-Timing: bind;dur="));
	assert_int_equal(counts().computed - computed, 1);
	scene_close(&scene);
}

/* Two may wait behind the one that runs; the next is told to come again. */
static void
test_heavy_queue(void **state)
{
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, one_thread, 1);
	ask(&scene, &many[0], true, "/compute?cpu_ms=60000");
	UNTIL(counts().computing == 1, SOON_MS);
	ask(&scene, &many[1], true, "/compute?cpu_ms=60000");
	ask(&scene, &many[2], true, "/compute?cpu_ms=60000");
	assert_int_equal(pool_queued(scene.engine.pool), 2);
	ask(&scene, &many[3], true, "/compute?cpu_ms=1");
	answered(&many[3], 1, 503);
	assert_true(peer_says(&many[3], "Retry-After: 2\r\n"));
	assert_true(peer_says(&many[3], "problem:queue-full"));
	assert_int_equal(finished(many, 3), 0);
	for (int i = 0; i < 3; i++)
		peer_leave(&many[i]);
	for (int i = 0; i < 3; i++)
		answered(&many[i], 1, 0);
	assert_int_equal(pool_queued(scene.engine.pool), 0);
	ask(&scene, &many[0], false, "/compute?cpu_ms=1");
	answered(many, 1, 200);
	scene_close(&scene);
}

/* From the client's leaving to the work's return. */
static void
test_heavy_left(void **state)
{
	int64_t best_us = INT64_MAX;
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, one_thread, 1);
	for (int i = 0; i < CANCEL_TRIES && best_us > CANCEL_MS * 1000; i++) {
		int cancelled = counts().cancelled;
		int64_t left_us;

		ask(&scene, &many[0], true, "/compute?cpu_ms=60000");
		UNTIL(counts().computing == 1, SOON_MS);
		left_us = clock_mono_ns() / 1000;
		peer_leave(&many[0]);
		UNTIL(counts().cancelled > cancelled, SOON_MS);
		if (counts().last_cancelled_us - left_us < best_us)
			best_us = counts().last_cancelled_us - left_us;
		answered(many, 1, 0);
		assert_int_equal(many[0].length, 0);
	}
	assert_in_range(best_us, 0, CANCEL_MS * 1000);
	scene_close(&scene);
}

/* At its deadline the answer is sent though the work still runs, or waits. */
static void
test_heavy_deadline(void **state)
{
	static const char *const settings[] = {
		"LIGHTCONE_POOL_THREADS=1", "LIGHTCONE_HEAVY_SLOTS=1",
		"LIGHTCONE_DEADLINE_MAX_MS=60", NULL};
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, settings, 1);
	for (int i = 0; i < FEW; i++)
		ask(&scene, &many[i], i % 2 == 0, "/compute?cpu_ms=60000");
	answered(many, FEW, 504);
	assert_true(peer_says(&many[0], "\"progress\":0"));
	UNTIL(counts().computing == 0, SOON_MS);
	scene_close(&scene);
}

/* An answer in pieces ends with its client, and not with a second answer. */
static void
test_stream(void **state)
{
	static const char *const settings[] = {
		"LIGHTCONE_POOL_THREADS=1", "LIGHTCONE_DEADLINE_MAX_MS=60",
		NULL};
	static const char uri[] = "/stream?chunks=100000&every_ms=1&bytes=10";
	int stopped = counts().streams_stopped;
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, settings, 1);
	ask(&scene, &many[0], true, "/stream?chunks=3&every_ms=0&bytes=10");
	answered(many, 1, 200);
	assert_string_equal(peer_body(&many[0]),
			    ".........\n.........\n.........\n");
	assert_false(peer_says(&many[0], "Content-Length"));
	ask(&scene, &many[0], true, uri);
	answered(many, 1, 200);
	assert_int_equal(counts().streams_stopped - stopped, 1);
	peer_init(&many[0]);
	many[0].deaf = true;
	assert_true(peer_ask(&many[0], &scene.engine, "GET", uri));
	answered(many, 1, 0);
	assert_int_equal(counts().streams_stopped - stopped, 2);
	scene_close(&scene);
}

/* ---- the stop */

static void
test_stop(void **state)
{
	static struct scene scene;
	int64_t begun;

	(void)state;
	scene_open(&scene, testapp_table, one_thread, 1);
	testapp_start();
	for (int i = 0; i < 100; i++)
		ask(&scene, &many[i], i % 2 == 0, "/park?wait_ms=60000");
	ask(&scene, &many[100], true, "/compute?cpu_ms=60000");
	UNTIL(counts().computing == 1, SOON_MS);
	ask(&scene, &many[101], true, "/compute?cpu_ms=60000");
	ask(&scene, &many[102], false, "/compute?cpu_ms=60000");
	begun = clock_mono_ns();
	assert_true(engine_stop(&scene.engine, scene_later(SOON_MS)));
	assert_true(clock_mono_ns() - begun < CLOCK_NS_PER_S);
	assert_int_equal(finished(many, 103), 103);
	assert_int_equal(counts().computing, 0);
	/* Who comes now is told the same, and quick ones are still served. */
	ask(&scene, &many[103], true, "/park?wait_ms=1");
	ask(&scene, &many[104], true, "/compute?cpu_ms=1");
	answered(many, 105, 503);
	for (int i = 0; i < 105; i++) {
		assert_true(peer_says(&many[i], "problem:stopping"));
		assert_true(peer_says(&many[i], "Retry-After: 2\r\n"));
	}
	ask(&scene, &many[0], true, "/typed?count=1");
	answered(many, 1, 200);
	testapp_stop();
	scene_close(&scene);
}

static atomic_bool stubborn_may_end;

static enum lc_rc
stubborn_run(struct lc_call *call, const void *args)
{
	(void)args;
	(void)call;
	while (!atomic_load(&stubborn_may_end))
		;
	return LC_OK;
}

/* Work that does not ask: its client is told, the stop says that it runs. */
static void
test_stop_stubborn(void **state)
{
	static const struct lc_endpoint stubborn = {
		.method = LC_GET, .path = "/stubborn", .summary = "Runs.",
		.work = LC_HEAVY, .deadline_ms = 60000, .run = stubborn_run};
	static const struct lc_endpoint *const table[] = {&stubborn, NULL};
	static struct scene scene;
	int64_t begun;

	(void)state;
	atomic_store(&stubborn_may_end, false);
	scene_open(&scene, table, one_thread, 1);
	ask(&scene, &many[0], true, "/stubborn");
	UNTIL(pool_queued(scene.engine.pool) == 0, SOON_MS);
	begun = clock_mono_ns();
	assert_false(engine_stop(&scene.engine, scene_later(100)));
	assert_in_range(clock_mono_ns() - begun, 100 * CLOCK_NS_PER_MS,
			2 * CLOCK_NS_PER_S);
	UNTIL(atomic_load(&many[0].finished) == 1, SOON_MS);
	assert_int_equal(atomic_load(&many[0].freed), 0);
	atomic_store(&stubborn_may_end, true);
	answered(many, 1, 503);
	scene_close(&scene);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_park_many),
		cmocka_unit_test(test_park_short),
		cmocka_unit_test(test_park_deadline),
		cmocka_unit_test(test_park_left),
		cmocka_unit_test(test_heavy),
		cmocka_unit_test(test_heavy_queue),
		cmocka_unit_test(test_heavy_left),
		cmocka_unit_test(test_heavy_deadline),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_stop_stubborn),
	};

	log_set_level(LOG_WARNINGS);
	return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
