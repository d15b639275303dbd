/*
 * Heavy work that had to wait waits once more, and not without end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/courtesy.h"

/* The thread does not run for so long; milliseconds that are waited then. */
static const struct {
	int64_t lost_ms;
	bool stopped;
	int64_t least_ms, most_ms; /* most: before others disturb us */
} cases[] = {
	{0, false, 0, 1},
	{30, false, 45, 75},
	{200, false, COURTESY_MOST_MS, COURTESY_MOST_MS + 60},
	{200, true, 0, 1},
};

static double
wait_ms(int64_t lost_ms, bool stopped)
{
	const struct timespec lost = {.tv_nsec = lost_ms * CLOCK_NS_PER_MS};
	int64_t before_ns = courtesy_waited_ns(), begin_ns;
	struct lc_progress progress;

	progress_init(&progress, 0);
	if (stopped)
		progress_stop(&progress, LC_CANCELLED);
	if (lost_ms > 0)
		nanosleep(&lost, NULL);
	begin_ns = clock_mono_ns();
	courtesy_wait(before_ns, &progress);
	return (double)(clock_mono_ns() - begin_ns) / CLOCK_NS_PER_MS;
}

static void
test_courtesy(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double least = 1e9;

		/* Of some, lest a busy machine is taken for us. */
		for (int turn = 0; turn < 3 && least > (double)cases[i].most_ms;
		     turn++) {
			double ms = wait_ms(cases[i].lost_ms, cases[i].stopped);

			assert_true(ms >= (double)cases[i].least_ms);
			least = ms < least ? ms : least;
		}
		assert_true(least <= (double)cases[i].most_ms);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_courtesy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
