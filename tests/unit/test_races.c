/*
 * Races for one call, thousands of times at its deadline: a result, the
 * deadline, a client that leaves, the stop.  Exactly one wins each.
 */
#include <pthread.h>
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
#include "engine/call.h"
#include "peer.h"
#include "scene.h"
#include "../testapp.h"

enum {
	BATCH = 40,
	ROUNDS = 75,
	DEADLINE_MS = 3,
	SPREAD_US = 400, /* around the deadline */
	STOP_MS = 3000,
	SOON_MS = 10000,
};

static struct peer peers[BATCH];
static struct lc_call *waiting[BATCH];
static atomic_int waiting_count, gone_count, unstopped_count;
static uint64_t random_state = 88172645463325252u;

/* Xorshift: G. Marsaglia, "Xorshift RNGs", 2003. */
static uint64_t
random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* A moment near the call's deadline. */
static int64_t
moment_near(const struct lc_call *call, uint64_t *state)
{
	int64_t apart_us = (int64_t)(random_next(state) % (2 * SPREAD_US));

	return call->progress.deadline_ns + (apart_us - SPREAD_US) * 1000;
}

static void
spin_until(int64_t moment_ns)
{
	while (clock_mono_ns() < moment_ns)
		;
}

/* ---- parked calls */

static void
race_gone(struct lc_call *call, void *arg)
{
	(void)call;
	(void)arg;
	atomic_fetch_add(&gone_count, 1);
}

static enum lc_rc
parked_run(struct lc_call *call, const void *args)
{
	enum lc_rc rc = lc_park(call, race_gone, NULL);

	(void)args;
	if (rc != LC_OK)
		return rc;
	waiting[atomic_fetch_add(&waiting_count, 1)] = call;
	return LC_PARKED;
}

static enum lc_rc
race_reply(struct lc_call *call, void *arg)
{
	(void)arg;
	json_text(lc_json(call), "won", "by the result");
	return LC_OK;
}

/* ---- heavy calls: some give an answer, some a reason, some refuse */

static enum lc_rc
heavy_run(struct lc_call *call, const void *args)
{
	uint64_t mine = (uint64_t)clock_mono_ns();

	(void)args;
	spin_until(moment_near(call, &mine));
	switch (random_next(&mine) % 4) {
	case 0:
		return lc_fail(call, LC_UNAVAILABLE, "Out of %s.", "order");
	case 1:
		return lc_refuse(call, "a", "value_error", "b", "No.");
	case 2:
		lc_warn(call, "A %s.", "warning");
		break;
	default:
		break;
	}
	return race_reply(call, NULL);
}

/* ---- heavy calls that answer in pieces */

static enum lc_rc
pieces_run(struct lc_call *call, const void *args)
{
	uint64_t mine = (uint64_t)clock_mono_ns();
	enum lc_rc rc;

	(void)args;
	spin_until(moment_near(call, &mine));
	rc = lc_stream_begin(call, "text/plain");
	for (int i = 0; i < 3 && rc == LC_OK; i++)
		rc = lc_stream_write(call, "piece\n", 6);
	return rc;
}

#define RACE_ENDPOINT(word, kind)                           \
	static const struct lc_endpoint word##_endpoint = { \
		.method = LC_GET,                           \
		.path = "/" #word,                          \
		.tag = &testapp_tag,                        \
		.formats = LC_AS_TEXT,                      \
		.summary = ".",                             \
		.work = kind,                               \
		.deadline_ms = DEADLINE_MS,                 \
		.run = word##_run}

RACE_ENDPOINT(parked, LC_QUICK);
RACE_ENDPOINT(heavy, LC_HEAVY);
RACE_ENDPOINT(pieces, LC_HEAVY);

static const struct lc_endpoint *const table[] = {
	&parked_endpoint, &heavy_endpoint, &pieces_endpoint, NULL};

static const char *const settings[] = {"LIGHTCONE_POOL_THREADS=2",
				       "LIGHTCONE_HEAVY_SLOTS=2",
				       "LIGHTCONE_POOL_QUEUE=1024", NULL};

/* How the calls of a batch ended. */
struct ends {
	int by_result, by_engine, in_silence;
};

static void
batch_ask(struct scene *scene, const char *path, bool connected)
{
	atomic_store(&waiting_count, 0);
	for (int i = 0; i < BATCH; i++) {
		peer_init(&peers[i]);
		if (connected)
			peer_connect(&peers[i]);
		assert_true(peer_ask(&peers[i], &scene->engine, "GET", path));
	}
}

static void
batch_end(struct ends *ends)
{
	for (int i = 0; i < BATCH; i++) {
		struct peer *peer = &peers[i];

		UNTIL(atomic_load(&peer->freed) > 0, SOON_MS);
		assert_int_equal(atomic_load(&peer->finished), 1);
		assert_int_equal(atomic_load(&peer->freed), 1);
		switch (peer_status(peer)) {
		case 504:
			ends->by_engine++;
			break;
		case 200:
		case 422:
			ends->by_result++;
			break;
		case 503:
			if (peer_says(peer, "Out of order."))
				ends->by_result++;
			else if (peer_says(peer, "problem:stopping"))
				ends->by_engine++;
			else
				fail_msg("%s", peer->text);
			break;
		default:
			if (peer->length > 0)
				fail_msg("%s", peer->text);
			ends->in_silence++;
		}
		peer_release(peer);
	}
}

static void
test_parked(void **state)
{
	struct ends ends = {0, 0, 0};
	static struct scene scene;
	int won = 0;

	(void)state;
	atomic_store(&gone_count, 0);
	scene_open(&scene, table, settings, 1);
	for (int round = 0; round < ROUNDS; round++) {
		bool connected = round % 2 == 0;

		batch_ask(&scene, "/parked", connected);
		assert_int_equal(atomic_load(&waiting_count), BATCH);
		for (int i = 0; i < BATCH; i++) {
			spin_until(moment_near(waiting[i], &random_state));
			/* Peers and calls are in the same order. */
			if (connected && i % 4 == 0)
				peer_leave(&peers[i]);
			won += lc_complete(waiting[i], race_reply, NULL);
		}
		batch_end(&ends);
	}
	assert_int_equal(ends.by_result, won);
	assert_int_equal(ends.by_engine + ends.in_silence,
			 BATCH * ROUNDS - won);
	assert_int_equal(atomic_load(&gone_count), BATCH * ROUNDS - won);
	/* Otherwise there was no race. */
	assert_true(ends.by_result > ROUNDS && ends.by_engine > ROUNDS);
	scene_close(&scene);
}

static void
race_heavy(const char *path)
{
	struct ends ends = {0, 0, 0};
	static struct scene scene;

	scene_open(&scene, table, settings, 2);
	for (int round = 0; round < ROUNDS; round++) {
		bool connected = round % 2 == 0;

		batch_ask(&scene, path, connected);
		for (int i = 0; connected && i < BATCH; i += 4)
			peer_leave(&peers[i]);
		batch_end(&ends);
	}
	assert_int_equal(ends.by_result + ends.by_engine + ends.in_silence,
			 BATCH * ROUNDS);
	assert_true(ends.by_result > 0 && ends.by_engine > 0);
	scene_close(&scene);
}

static void
test_heavy(void **state)
{
	(void)state;
	race_heavy("/heavy");
}

static void
test_pieces(void **state)
{
	(void)state;
	race_heavy("/pieces");
}

/* The stop comes while calls are begun, computed, completed and expire. */
static int64_t stop_ns;

static void *
stopper_run(void *arg)
{
	struct scene *scene = arg;

	spin_until(stop_ns);
	if (!engine_stop(&scene->engine, scene_later(STOP_MS)))
		atomic_fetch_add(&unstopped_count, 1);
	return NULL;
}

static void
test_stop(void **state)
{
	struct ends ends = {0, 0, 0};

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		static struct scene scene;
		pthread_t stopper;
		int count;

		scene_open(&scene, table, settings, 2);
		stop_ns = scene_later(DEADLINE_MS) -
			  (int64_t)(random_next(&random_state) % 2000) * 1000;
		assert_int_equal(
			pthread_create(&stopper, NULL, stopper_run, &scene), 0);
		batch_ask(&scene, round % 2 == 0 ? "/parked" : "/heavy", true);
		count = atomic_load(&waiting_count);
		for (int i = 0; i < count; i++) {
			spin_until(moment_near(waiting[i], &random_state));
			lc_complete(waiting[i], race_reply, NULL);
		}
		pthread_join(stopper, NULL);
		assert_int_equal(atomic_load(&unstopped_count), 0);
		UNTIL(atomic_load(&scene.engine.open) == 0, SOON_MS);
		/* What no thread came to work on is let go of here. */
		scene_close(&scene);
		batch_end(&ends);
	}
	assert_int_equal(ends.by_result + ends.by_engine, BATCH * ROUNDS);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parked),
		cmocka_unit_test(test_heavy),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests_name("races", tests, NULL, NULL);
}
