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
#include "engine/slots.h"
#include "peer.h"
#include "scene.h"
#include "../testapp.h"

enum {
	MANY = 2000,
	MANY_CONNECTED = 200,
	FEW = 20,
	CANCEL_MS = 50,    /* as promised */
	CANCEL_TRIES = 10, /* on a machine that does other things as well */
};

static const char *const one_thread[] = {
	"LIGHTCONE_POOL_THREADS=1", "LIGHTCONE_HEAVY_SLOTS=1",
	"LIGHTCONE_POOL_QUEUE=2", "LIGHTCONE_POOL_IDLE=off", NULL};

static struct peer many[MANY];

/* The test application's, with a deadline that no machine reaches. */
static struct lc_endpoint patient;

static const struct lc_endpoint *const *
patient_table(void)
{
	static const struct lc_endpoint *table[] = {&patient, NULL};

	for (size_t i = 0; testapp_table[i] != NULL; i++)
		if (strcmp(testapp_table[i]->path, "/compute") == 0)
			patient = *testapp_table[i];
	assert_non_null(patient.run);
	patient.deadline_ms = 60000;
	return table;
}

static struct testapp_counts
counts(void)
{
	struct testapp_counts now;

	testapp_count(&now);
	return now;
}

static void
test_park_many(void **state)
{
	static struct scene scene;
	int threads;

	(void)state;
	scene_open(&scene, testapp_table, one_thread, 1);
	testapp_start();
	peer_go(&scene.engine, &many[0], true, "/park?wait_ms=60000");
	threads = scene_threads();
	for (int i = 1; i < MANY; i++)
		peer_go(&scene.engine, &many[i], i < MANY_CONNECTED,
			"/park?wait_ms=60000");
	assert_int_equal(scene_threads(), threads);
	assert_int_equal(counts().parked, MANY);
	assert_int_equal(atomic_load(&scene.engine.open), MANY);
	assert_int_equal(peers_finished(many, MANY), 0);
	testapp_stop();
	peers_answered(many, MANY, 200);
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
		peer_go(&scene.engine, &many[i], true, "/park?wait_ms=30");
	peers_answered(many, FEW, 200);
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
		peer_go(&scene.engine, &many[i], i % 2 == 0, "/never");
	peers_answered(many, FEW, 504);
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
		peer_go(&scene.engine, &many[i], true, "/park?wait_ms=60000");
	for (int i = 0; i < FEW; i += 2)
		i % 4 == 0 ? peer_leave(&many[i]) : peer_hang_up(&many[i]);
	UNTIL(peers_finished(many, FEW) == FEW / 2, PEER_SOON_MS);
	UNTIL(counts().gone - gone == FEW / 2, PEER_SOON_MS);
	testapp_stop();
	for (int i = 0; i < FEW; i++) {
		UNTIL(atomic_load(&many[i].freed) > 0, PEER_SOON_MS);
		assert_int_equal(many[i].length == 0, i % 2 == 0);
	}
	for (int i = 0; i < FEW; i++)
		peers_answered(&many[i], 1, i % 2 == 0 ? 0 : 200);
	scene_close(&scene);
}

/* ---- heavy work */

static void
test_heavy(void **state)
{
	int computed = counts().computed;
	struct lc_progress progress;
	static struct scene scene;
	struct slots slots;

	(void)state;
	scene_open(&scene, testapp_table, one_thread, 2);
	peer_go(&scene.engine, &many[0], true, "/compute?cpu_ms=1");
	peers_answered(many, 1, 200);
	assert_true(peer_says(&many[0], "{\"computed_ms\":1}"));
	assert_true(peer_says(&many[0], "Server-Timing: bind;dur="));
	assert_int_equal(counts().computed - computed, 1);
	/* The slot is free again for other processes. */
	progress_init(&progress, scene_later(PEER_SOON_MS));
	slots_open(&slots, scene.state, 1);
	assert_int_equal(slots_take(&slots, &progress), LC_OK);
	slots_close(&slots);
	scene_close(&scene);
}

/* Two may wait behind the one that runs; the next is told to come again. */
static void
test_heavy_queue(void **state)
{
	static struct scene scene;

	(void)state;
	scene_open(&scene, patient_table(), one_thread, 1);
	peer_go(&scene.engine, &many[0], true, "/compute?cpu_ms=60000");
	UNTIL(counts().computing == 1, PEER_SOON_MS);
	peer_go(&scene.engine, &many[1], true, "/compute?cpu_ms=60000");
	peer_go(&scene.engine, &many[2], true, "/compute?cpu_ms=60000");
	assert_int_equal(pool_queued(scene.engine.pool), 2);
	peer_go(&scene.engine, &many[3], true, "/compute?cpu_ms=1");
	peers_answered(&many[3], 1, 503);
	assert_true(peer_says(&many[3], "Retry-After: 2\r\n"));
	assert_true(peer_says(&many[3], "problem:queue-full"));
	assert_int_equal(peers_finished(many, 3), 0);
	for (int i = 0; i < 3; i++)
		peer_leave(&many[i]);
	for (int i = 0; i < 3; i++)
		peers_answered(&many[i], 1, 0);
	assert_int_equal(pool_queued(scene.engine.pool), 0);
	peer_go(&scene.engine, &many[0], false, "/compute?cpu_ms=1");
	peers_answered(many, 1, 200);
	scene_close(&scene);
}

/* From the client's leaving to the work's return. */
static void
test_heavy_left(void **state)
{
	int64_t best_us = INT64_MAX, give_up_ns = scene_later(PEER_SOON_MS);
	static struct scene scene;

	(void)state;
	scene_open(&scene, patient_table(), one_thread, 1);
	while (best_us > CANCEL_MS * 1000 && clock_mono_ns() < give_up_ns) {
		int cancelled = counts().cancelled;
		int64_t left_us;

		peer_go(&scene.engine, &many[0], true, "/compute?cpu_ms=60000");
		UNTIL(counts().computing == 1, PEER_SOON_MS);
		left_us = clock_mono_ns() / 1000;
		peer_leave(&many[0]);
		UNTIL(counts().cancelled > cancelled, PEER_SOON_MS);
		if (counts().last_cancelled_us - left_us < best_us)
			best_us = counts().last_cancelled_us - left_us;
		peers_answered(many, 1, 0);
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
		peer_go(&scene.engine, &many[i], i % 2 == 0,
			"/compute?cpu_ms=60000");
	peers_answered(many, FEW, 504);
	assert_true(peer_says(&many[0], "\"progress\":0"));
	UNTIL(counts().computing == 0, PEER_SOON_MS);
	scene_close(&scene);
}

/* An answer in pieces ends with its client, and not with a second answer. */
static void
test_stream(void **state)
{
	static const char uri[] = "/stream?chunks=100000&every_ms=1&bytes=10";
	int stopped = counts().streams_stopped;
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, one_thread, 1);
	peer_go(&scene.engine, &many[0], true,
		"/stream?chunks=3&every_ms=0&bytes=10");
	peers_answered(many, 1, 200);
	assert_string_equal(peer_body(&many[0]),
			    ".........\n.........\n.........\n");
	assert_false(peer_says(&many[0], "Content-Length"));
	peer_init(&many[0]);
	many[0].deaf = true;
	assert_true(peer_ask(&many[0], &scene.engine, "GET", uri));
	peers_answered(many, 1, 0);
	assert_int_equal(counts().streams_stopped - stopped, 1);
	scene_close(&scene);
}

/* Its deadline ends it too, without a 504 in the middle. */
static void
test_stream_deadline(void **state)
{
	static const char *const settings[] = {"LIGHTCONE_POOL_THREADS=1",
					       "LIGHTCONE_DEADLINE_MAX_MS=60",
					       NULL};
	int status = 504;
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, settings, 1);
	/* On a busy machine it may be over before there is a processor. */
	for (int i = 0; i < CANCEL_TRIES && status == 504; i++) {
		peer_go(&scene.engine, &many[0], true,
			"/stream?chunks=100000&every_ms=1&bytes=10");
		UNTIL(atomic_load(&many[0].freed) > 0, PEER_SOON_MS);
		status = peer_status(&many[0]);
		peers_answered(many, 1, status);
	}
	assert_int_equal(status, 200);
	assert_memory_equal(peer_body(&many[0]), ".........\n", 10);
	assert_false(peer_says(&many[0], "deadline"));
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
		cmocka_unit_test(test_stream_deadline),
	};

	log_set_level(LOG_WARNINGS);
	return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
