/*
 * Heavy slots: never more held than there are, and those of a killed process
 * come back.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/slots.h"
#include "scene.h"
#include "threads.h"

static char directory[64];
static atomic_int holding, holding_most, turns;
static const int slots_wanted = 1;

static void *
slots_user(void *arg)
{
	struct lc_progress progress;
	struct slots slots;

	(void)arg;
	progress_init(&progress, 0);
	slots_open(&slots, directory, slots_wanted);
	for (int i = 0; i < 40; i++) {
		if (slots_take(&slots, &progress) != LC_OK)
			continue;
		if (atomic_fetch_add(&holding, 1) > 0)
			atomic_store(&holding_most, 2);
		sched_yield();
		atomic_fetch_sub(&holding, 1);
		slots_give(&slots);
		atomic_fetch_add(&turns, 1);
	}
	slots_close(&slots);
	return NULL;
}

static void
test_slots_exclude(void **state)
{
	struct lc_progress progress;
	struct slots one, other;
	pthread_t threads[3];

	(void)state;
	atomic_store(&turns, 0);
	threads_run(threads, 3, slots_user, NULL);
	threads_join(threads, 3);
	assert_int_equal(atomic_load(&turns), 3 * 40);
	assert_int_equal(atomic_load(&holding_most), 0);
	/* With two slots both may hold, and each its own. */
	progress_init(&progress, 0);
	slots_open(&one, directory, 2);
	slots_open(&other, directory, 2);
	assert_int_equal(slots_take(&one, &progress), LC_OK);
	assert_int_equal(slots_take(&other, &progress), LC_OK);
	assert_int_not_equal(one.held, other.held);
	slots_give(&one);
	slots_close(&one);
	slots_close(&other);
}

/* Who waits for a slot is stopped like who computes. */
static void
test_slots_stopped(void **state)
{
	struct lc_progress free_run, late;
	struct slots one, other;
	int64_t begun = clock_mono_ns();

	(void)state;
	progress_init(&free_run, 0);
	progress_init(&late, begun + 10 * CLOCK_NS_PER_MS);
	slots_open(&one, directory, 1);
	slots_open(&other, directory, 1);
	assert_int_equal(slots_take(&one, &free_run), LC_OK);
	assert_int_equal(slots_take(&other, &late), LC_DEADLINE);
	assert_int_equal(other.held, -1);
	slots_give(&one);
	assert_int_equal(slots_take(&other, &free_run), LC_OK);
	slots_close(&one);
	slots_close(&other);
	/* No directory: no bound over processes, and no failure. */
	slots_open(&one, "/nonexistent", 1);
	assert_int_equal(slots_take(&one, &free_run), LC_OK);
	slots_give(&one);
	slots_close(&one);
}

static void *
heir_run(void *arg)
{
	struct lc_progress progress;
	struct slots slots;

	progress_init(&progress, scene_later(5000));
	slots_open(&slots, directory, 1);
	if (slots_take(&slots, &progress) == LC_OK)
		*(_Atomic int64_t *)arg = clock_mono_ns();
	slots_close(&slots);
	return NULL;
}

/* A slot that a call waits for is not for who only wants to help. */
static void
test_slots_tried(void **state)
{
	struct slots one, other;
	_Atomic int64_t taken_ns = 0;
	struct lc_progress progress;
	pthread_t heir;

	(void)state;
	progress_init(&progress, 0);
	slots_open(&one, directory, 1);
	slots_open(&other, directory, 2);
	assert_int_equal(slots_take(&one, &progress), LC_OK);
	assert_true(slots_try(&other));
	assert_int_equal(other.held, 1);
	slots_give(&other);
	assert_false(slots_awaited(&other));
	threads_run(&heir, 1, heir_run, &taken_ns);
	UNTIL(slots_awaited(&other), 5000);
	assert_false(slots_try(&other));
	assert_int_equal(other.held, -1);
	slots_give(&one);
	threads_join(&heir, 1);
	assert_true(atomic_load(&taken_ns) > 0);
	assert_false(slots_awaited(&other));
	assert_true(slots_try(&other));
	assert_int_equal(other.held, 0);
	assert_false(slots_try(&one));
	slots_close(&one);
	slots_close(&other);
	/* Where nothing is bounded nobody waits. */
	slots_open(&one, "/nonexistent", 1);
	assert_false(slots_awaited(&one));
	assert_true(slots_try(&one));
	slots_close(&one);
}

/* Holds the slot and says so; never returns. */
static void
child_hold(int told)
{
	struct lc_progress progress;
	struct slots slots;

	progress_init(&progress, 0);
	slots_open(&slots, directory, 1);
	if (slots_take(&slots, &progress) != LC_OK || write(told, "h", 1) != 1)
		_exit(EXIT_FAILURE);
	for (;;)
		pause();
}

static void
test_slots_of_the_killed(void **state)
{
	const struct timespec moment = {.tv_nsec = 20 * CLOCK_NS_PER_MS};
	_Atomic int64_t taken_ns = 0;
	int64_t killed_ns;
	pthread_t heir;
	int ends[2];
	pid_t child;
	char said;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		child_hold(ends[1]);
	assert_int_equal(read(ends[0], &said, 1), 1);
	threads_run(&heir, 1, heir_run, &taken_ns);
	nanosleep(&moment, NULL);
	assert_true(atomic_load(&taken_ns) == 0);
	killed_ns = clock_mono_ns();
	kill(child, SIGKILL);
	threads_join(&heir, 1);
	assert_true(atomic_load(&taken_ns) >= killed_ns);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots_of_the_killed),
		cmocka_unit_test(test_slots_exclude),
		cmocka_unit_test(test_slots_stopped),
		cmocka_unit_test(test_slots_tried),
	};
	char path[128];
	int failed;

	snprintf(directory, sizeof(directory), "/tmp/slots-XXXXXX");
	if (mkdtemp(directory) == NULL)
		return EXIT_FAILURE;
	failed = cmocka_run_group_tests_name("slots", tests, NULL, NULL);
	snprintf(path, sizeof(path), "%s/slots.lock", directory);
	unlink(path);
	rmdir(directory);
	return failed;
}
