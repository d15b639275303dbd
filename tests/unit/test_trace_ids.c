/*
 * Ids of traces and spans: nobody else's, be it in threads or in forks, and of
 * no pattern.
 */
#include "services/trace.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "child.h"
#include "threads.h"

enum { TRACES = 100000, DRAWERS = 4, DRAWN = 20000 };

static uint64_t (*drawn)[DRAWN]; /* shared with forks */
static atomic_int drawers;

static void
draw(int drawer)
{
	struct trace_context context, child;

	for (int i = 0; i < DRAWN; i += 4) {
		tracer_begin(NULL, NULL, NULL, &context);
		tracer_child(NULL, &context, &child);
		drawn[drawer][i] = context.high;
		drawn[drawer][i + 1] = context.low;
		drawn[drawer][i + 2] = context.span;
		drawn[drawer][i + 3] = child.span;
	}
}

static void *
draw_in_thread(void *arg)
{
	(void)arg;
	draw(atomic_fetch_add(&drawers, 1));
	return NULL;
}

static int
by_number(const void *a, const void *b)
{
	uint64_t left, right;

	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	return left < right ? -1 : left > right;
}

/* In threads, in forks of a process that has drawn some, and in their forks. */
static void
test_ids(void **state)
{
	const size_t sets = 3 * DRAWERS + 1;
	const size_t count = sets * DRAWN;
	pthread_t threads[DRAWERS];
	pid_t children[DRAWERS];
	uint64_t *all;
	int status;

	(void)state;
	drawn = mmap(NULL, count * sizeof(uint64_t), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(drawn != MAP_FAILED);
	all = &drawn[0][0];
	threads_run(threads, DRAWERS, draw_in_thread, NULL);
	threads_join(threads, DRAWERS);
	draw(3 * DRAWERS);
	for (int i = 0; i < DRAWERS; i++) {
		children[i] = child_fork();
		if (children[i] > 0)
			continue;
		draw(DRAWERS + i);
		if (fork() == 0) {
			draw(2 * DRAWERS + i);
			_exit(EXIT_SUCCESS);
		}
		_exit(wait(&status) > 0 && status == 0 ? EXIT_SUCCESS :
							 EXIT_FAILURE);
	}
	for (int i = 0; i < DRAWERS; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	qsort(all, count, sizeof(*all), by_number);
	assert_true(all[0] != 0);
	for (size_t i = 1; i < count; i++)
		assert_true(all[i] != all[i - 1]);
	assert_int_equal(munmap(drawn, count * sizeof(uint64_t)), 0);
}

/* Each bit is set in half of them. */
static void
test_bits(void **state)
{
	int set[64] = {0};
	struct trace_context context;

	(void)state;
	for (int i = 0; i < TRACES; i++) {
		tracer_begin(NULL, NULL, NULL, &context);
		for (int bit = 0; bit < 64; bit++)
			set[bit] += (int)(context.low >> bit & 1);
	}
	for (int bit = 0; bit < 64; bit++)
		if (fabs(set[bit] - TRACES / 2.0) > 3 * sqrt(TRACES))
			fail_msg("bit %d: %d of %d", bit, set[bit], TRACES);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_bits),
	};

	return cmocka_run_group_tests_name("ids of traces", tests, NULL, NULL);
}
