/*
 * The stop of an engine: whoever waits or computes is told to come again, in
 * time, and so is whoever comes too late.
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
#include "peer.h"
#include "scene.h"
#include "../testapp.h"

static const char *const one_thread[] = {"LIGHTCONE_POOL_THREADS=1",
					 "LIGHTCONE_HEAVY_SLOTS=1",
					 "LIGHTCONE_POOL_QUEUE=2", NULL};

static struct peer many[105];

static int
computing(void)
{
	struct testapp_counts now;

	testapp_count(&now);
	return now.computing;
}

static void
test_stop(void **state)
{
	static struct scene scene;
	int64_t begun;

	(void)state;
	scene_open(&scene, testapp_table, one_thread, 1);
	testapp_start();
	for (int i = 0; i < 100; i++)
		peer_go(&scene.engine, &many[i], i % 2 == 0,
			"/park?wait_ms=60000");
	peer_go(&scene.engine, &many[100], true, "/compute?cpu_ms=60000");
	UNTIL(computing() == 1, PEER_SOON_MS);
	peer_go(&scene.engine, &many[101], true, "/compute?cpu_ms=60000");
	peer_go(&scene.engine, &many[102], false, "/compute?cpu_ms=60000");
	begun = clock_mono_ns();
	assert_true(engine_stop(&scene.engine, scene_later(PEER_SOON_MS)));
	assert_true(clock_mono_ns() - begun < CLOCK_NS_PER_S);
	assert_int_equal(peers_finished(many, 103), 103);
	assert_int_equal(computing(), 0);
	/* Who comes now is told the same, and quick ones are still served. */
	peer_go(&scene.engine, &many[103], true, "/park?wait_ms=1");
	peer_go(&scene.engine, &many[104], true, "/compute?cpu_ms=1");
	peers_answered(many, 105, 503);
	for (int i = 0; i < 105; i++) {
		assert_true(peer_says(&many[i], "problem:stopping"));
		assert_true(peer_says(&many[i], "Retry-After: 2\r\n"));
	}
	peer_go(&scene.engine, &many[0], true, "/typed?count=1");
	peers_answered(many, 1, 200);
	testapp_stop();
	scene_close(&scene);
}

/* As long as an answer is not sent, the engine has not stopped. */
static void
test_stop_unsent(void **state)
{
	static struct scene scene;

	(void)state;
	scene_open(&scene, testapp_table, one_thread, 0);
	testapp_start();
	peer_go(&scene.engine, &many[0], true, "/park?wait_ms=60000");
	assert_false(engine_stop(&scene.engine, scene_later(30)));
	while (outbox_act(scene.engine.outbox))
		;
	assert_true(engine_stop(&scene.engine, scene_later(PEER_SOON_MS)));
	testapp_stop();
	while (outbox_act(scene.engine.outbox))
		;
	peers_answered(many, 1, 503);
	scene_close(&scene);
}

static atomic_bool stubborn_runs, stubborn_may_end;

static enum lc_rc
stubborn_run(struct lc_call *call, const void *args)
{
	(void)args;
	(void)call;
	atomic_store(&stubborn_runs, true);
	while (!atomic_load(&stubborn_may_end))
		;
	return LC_OK;
}

/* Work that does not ask: its client is told, the stop says that it runs. */
static void
test_stop_stubborn(void **state)
{
	static const struct lc_endpoint stubborn = {.method = LC_GET,
						    .path = "/stubborn",
						    .tag = &testapp_tag,
						    .formats = LC_AS_TEXT,
						    .summary = "Runs.",
						    .work = LC_HEAVY,
						    .deadline_ms = 60000,
						    .run = stubborn_run};
	static const struct lc_endpoint *const table[] = {&stubborn, NULL};
	static struct scene scene;
	int64_t begun;

	(void)state;
	atomic_store(&stubborn_runs, false);
	atomic_store(&stubborn_may_end, false);
	scene_open(&scene, table, one_thread, 1);
	peer_go(&scene.engine, &many[0], true, "/stubborn");
	UNTIL(atomic_load(&stubborn_runs), PEER_SOON_MS);
	begun = clock_mono_ns();
	assert_false(engine_stop(&scene.engine, scene_later(100)));
	assert_in_range(clock_mono_ns() - begun, 100 * CLOCK_NS_PER_MS,
			2 * CLOCK_NS_PER_S);
	UNTIL(atomic_load(&many[0].finished) == 1, PEER_SOON_MS);
	assert_int_equal(atomic_load(&many[0].freed), 0);
	atomic_store(&stubborn_may_end, true);
	peers_answered(many, 1, 503);
	scene_close(&scene);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_stop_unsent),
		cmocka_unit_test(test_stop_stubborn),
	};

	return cmocka_run_group_tests_name("stop", tests, NULL, NULL);
}
