/*
 * Rate limits that many processes and threads ask for at once, and some of
 * them are killed while they do: never one too many, and never one too few.
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
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "services/limiter.h"
#include "services/segment.h"
#include "child.h"
#include "state_dir.h"
#include "threads.h"

#define S CLOCK_NS_PER_S

enum {
	ROOM = 8192, /* in keys */
	ASKERS = 4,
	PAIR = 2,
	KEYS = 3000,
	ROUNDS = 12,
	BURST = 3,
	HAMMERED = 50000
};

static const struct limiter_policy policy = {"a", 60, 60, BURST};
static const struct limiter_policy slow = {"slow", BURST, 3600, BURST};
static const struct limiter_policy crowd = {"crowd", 1000, 60, 1000};

/* What all askers see; time stands still within a round. */
struct scene_shared {
	atomic_int come;
	atomic_int admitted[ROUNDS][KEYS];
	atomic_int crowd_admitted;
};

static char directory[STATE_DIR_MAX];
static struct scene_shared *scene;

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	scene = mmap(NULL, sizeof(*scene), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(scene != MAP_FAILED);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	munmap(scene, sizeof(*scene));
	state_dir_remove(directory);
	return 0;
}

static struct limiter *
open_limiter(void)
{
	char why[SEGMENT_WHY_MAX] = "";
	struct limiter *limiter =
		limiter_new(directory, ROOM, why, sizeof(why));

	if (limiter == NULL || why[0] != '\0')
		fail_msg("no shared limiter: %s", why);
	return limiter;
}

static bool
ask(struct limiter *limiter, const struct limiter_policy *of, uint64_t key,
    int64_t now_ns)
{
	struct limiter_ask one = {.policy = *of,
				  .key = &key,
				  .key_bytes = sizeof(key),
				  .cost = 1};

	return limiter_ask(limiter, &one, 1, now_ns);
}

/* Keys of their own for each round, so cells are taken over all the time. */
static uint64_t
key_of(int round, int key)
{
	return (uint64_t)(round * KEYS + key);
}

static int64_t
time_of(int round)
{
	return (round + 1) * 100 * S;
}

/* Waits until so many have come. */
static void
meet(int count)
{
	atomic_fetch_add(&scene->come, 1);
	for (int i = 1; atomic_load(&scene->come) < count; i++)
		if (i % 1000 == 0)
			sched_yield();
}

/* Two ask for the same new key at the same moment, again and again. */
static void *
ask_rounds(void *arg)
{
	int met = 0;

	for (int round = 0; round < ROUNDS; round++)
		for (int key = 0; key < KEYS; key++) {
			meet(++met * PAIR);
			for (int i = 0; i < 2; i++)
				if (ask(arg, &policy, key_of(round, key),
					time_of(round)))
					atomic_fetch_add(
						&scene->admitted[round][key],
						1);
		}
	return NULL;
}

static void *
ask_crowd(void *arg)
{
	meet(ASKERS);
	for (int i = 0; i < HAMMERED; i++)
		if (ask(arg, &crowd, 0, S))
			atomic_fetch_add(&scene->crowd_admitted, 1);
	return NULL;
}

static pid_t
start(void *(*run)(void *))
{
	pid_t child = child_fork();

	if (child == 0) {
		run(open_limiter());
		_exit(EXIT_SUCCESS);
	}
	return child;
}

static void
in_processes(int count, void *(*run)(void *))
{
	pid_t children[ASKERS];
	int status;

	for (int i = 0; i < count; i++)
		children[i] = start(run);
	for (int i = 0; i < count; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
}

static void
in_threads(int count, void *(*run)(void *))
{
	struct limiter *limiter = open_limiter();
	pthread_t threads[ASKERS];

	threads_run(threads, count, run, limiter);
	threads_join(threads, count);
	limiter_free(limiter);
}

static void
check_rounds(void)
{
	int fewer = 0;

	for (int round = 0; round < ROUNDS; round++)
		for (int key = 0; key < KEYS; key++) {
			int got = atomic_load(&scene->admitted[round][key]);

			if (got > BURST)
				fail_msg("round %d, key %d: %d were let "
					 "through",
					 round, key, got);
			fewer += got < BURST;
		}
	/* Newcomers to full buckets alone; for these KEYS, one of 10,000. */
	if (fewer > ROUNDS * KEYS / 500)
		fail_msg("%d keys got less than their burst", fewer);
}

static void
test_rounds_of_processes(void **state)
{
	(void)state;
	in_processes(PAIR, ask_rounds);
	check_rounds();
}

static void
test_rounds_of_threads(void **state)
{
	(void)state;
	in_threads(PAIR, ask_rounds);
	check_rounds();
}

static void
test_crowd_of_processes(void **state)
{
	(void)state;
	in_processes(ASKERS, ask_crowd);
	assert_int_equal(atomic_load(&scene->crowd_admitted), crowd.burst);
}

static void
test_crowd_of_threads(void **state)
{
	(void)state;
	in_threads(ASKERS, ask_crowd);
	assert_int_equal(atomic_load(&scene->crowd_admitted), crowd.burst);
}

/* Asks without end, for keys that many others ask for too. */
static void *
ask_for_ever(void *arg)
{
	uint64_t key = (uint64_t)getpid();
	int64_t now = S;

	for (;;) {
		key = key * UINT64_C(6364136223846793005) + 1;
		if (now < 300 * S)
			now += CLOCK_NS_PER_MS / 10;
		ask(arg, &policy, (key >> 40) % 40000, now);
	}
	return NULL;
}

/* Who is killed leaves the limits working, and nothing for free. */
static void
test_killed(void **state)
{
	const int64_t late = INT64_C(1000000) * S;
	struct limiter *limiter = open_limiter();
	pid_t child, other = start(ask_for_ever);

	(void)state;
	for (int i = 0; i < BURST; i++)
		assert_true(ask(limiter, &slow, 0, S));
	for (int i = 0; i < 100; i++) {
		const struct timespec life = {.tv_nsec = 500000 + i * 7001};

		child = start(ask_for_ever);
		nanosleep(&life, NULL);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, NULL, 0), child);
		assert_false(ask(limiter, &slow, 0, S));
	}
	assert_int_equal(waitpid(other, NULL, WNOHANG), 0);
	kill(other, SIGKILL);
	assert_int_equal(waitpid(other, NULL, 0), other);
	for (uint64_t key = 0; key < 4000; key++)
		for (int i = 0; i < 2 * BURST; i++)
			assert_int_equal(ask(limiter, &policy, key,
					     late + (int64_t)key * S),
					 i < BURST);
	limiter_free(limiter);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_rounds_of_processes),
		IN_STATE(test_rounds_of_threads),
		IN_STATE(test_crowd_of_processes),
		IN_STATE(test_crowd_of_threads),
		IN_STATE(test_killed),
	};

	return cmocka_run_group_tests_name("limiter, shared", tests, NULL,
					   NULL);
}
