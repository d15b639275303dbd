/*
 * The clock's thread: among many deadlines, also equal ones, each call is
 * ended at its own, never before and soon after.
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
#include "engine/call.h"
#include "peer.h"
#include "scene.h"
#include "../testapp.h"

enum {
	CALLS = 400,
	LEAD_MS = 1000, /* in which all of them begin, on the slowest machine */
	STEP_MS = 10,
	STEPS = 12,
	LATE_MS = 20, /* as promised */
	TRIES = 10,   /* on a machine that does other things as well */
};

static struct peer peers[CALLS];
static struct lc_call *waiting[CALLS];
static int64_t deadlines_ns[CALLS];
static int begun;
static uint64_t random_state = 88172645463325252u;

/* Xorshift: G. Marsaglia, "Xorshift RNGs", 2003. */
static int
random_below(int bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (int)(random_state % (uint64_t)bound);
}

static enum lc_rc
wait_run(struct lc_call *call, const void *args)
{
	enum lc_rc rc;

	(void)args;
	call->progress.deadline_ns = deadlines_ns[begun];
	waiting[begun++] = call;
	rc = lc_park(call, NULL, NULL);
	return rc == LC_OK ? LC_PARKED : rc;
}

static const struct lc_endpoint wait_endpoint = {
	.method = LC_GET,
	.path = "/wait",
	.tag = &testapp_tag,
	.formats = LC_AS_TEXT,
	.summary = "Waits.",
	.work = LC_QUICK,
	.deadline_ms = 60000,
	.run = wait_run,
};

static const struct lc_endpoint *const table[] = {&wait_endpoint, NULL};
static const char *const nothing[] = {NULL};

static enum lc_rc
empty_reply(struct lc_call *call, void *arg)
{
	(void)arg;
	lc_json(call);
	return LC_OK;
}

/* Every third call is completed at once, in whatever order they stand. */
static bool
completed_at_once(int i)
{
	return i % 3 == 1;
}

/* How late the latest answer was. */
static int64_t
round_of_calls(struct scene *scene)
{
	int64_t first_ns = scene_later(LEAD_MS), latest_ns = 0;

	begun = 0;
	for (int i = 0; i < CALLS; i++) {
		/* A third share one: more than are ended at a stroke. */
		int step = i % 3 == 0 ? STEPS / 2 : random_below(STEPS);

		deadlines_ns[i] = first_ns + step * STEP_MS * CLOCK_NS_PER_MS;
		peer_go(&scene->engine, &peers[i], i % 5 == 0, "/wait");
	}
	for (int i = 0; i < CALLS; i++)
		if (completed_at_once(i))
			assert_true(lc_complete(waiting[i], empty_reply, NULL));
	for (int i = 0; i < CALLS; i++)
		UNTIL(atomic_load(&peers[i].finished) > 0, PEER_SOON_MS);
	for (int i = 0; i < CALLS; i++) {
		int64_t late_ns = peers[i].finished_ns - deadlines_ns[i];

		if (completed_at_once(i)) {
			peers_answered(&peers[i], 1, 200);
			continue;
		}
		assert_false(lc_complete(waiting[i], empty_reply, NULL));
		peers_answered(&peers[i], 1, 504);
		assert_true(late_ns >= 0);
		if (late_ns > latest_ns)
			latest_ns = late_ns;
	}
	return latest_ns;
}

static void
test_each_at_its_own(void **state)
{
	int64_t best_ns = INT64_MAX;
	static struct scene scene;

	(void)state;
	scene_open(&scene, table, nothing, 2);
	for (int i = 0; i < TRIES && best_ns > LATE_MS * CLOCK_NS_PER_MS; i++) {
		int64_t latest_ns = round_of_calls(&scene);

		if (latest_ns < best_ns)
			best_ns = latest_ns;
	}
	assert_in_range(best_ns, 0, LATE_MS * CLOCK_NS_PER_MS);
	scene_close(&scene);
}

/* A later one first, then an earlier one: the earlier is not kept waiting. */
static void
test_earlier_after_later(void **state)
{
	static struct scene scene;

	(void)state;
	scene_open(&scene, table, nothing, 1);
	begun = 0;
	deadlines_ns[0] = scene_later(60000);
	deadlines_ns[1] = scene_later(30);
	peer_go(&scene.engine, &peers[0], false, "/wait");
	peer_go(&scene.engine, &peers[1], false, "/wait");
	UNTIL(atomic_load(&peers[1].finished) > 0, PEER_SOON_MS);
	assert_int_equal(atomic_load(&peers[0].finished), 0);
	assert_true(lc_complete(waiting[0], empty_reply, NULL));
	assert_false(lc_complete(waiting[1], empty_reply, NULL));
	peers_answered(&peers[0], 1, 200);
	peers_answered(&peers[1], 1, 504);
	scene_close(&scene);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_at_its_own),
		cmocka_unit_test(test_earlier_after_later),
	};

	return cmocka_run_group_tests_name("deadlines", tests, NULL, NULL);
}
