/*
 * Several policies that are asked at once: all let a request through, or none
 * counts it, also where many processes ask for the same at the same moment.
 */
#include "services/limiter.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "services/segment.h"
#include "child.h"
#include "state_dir.h"

#define S CLOCK_NS_PER_S

enum {
	ROOM = 8192,
	POLICIES = 3,
	ASKERS = 4,
	BURST = 20000,
	TRIES = 20000,
	CROWD_KEYS = 20000
};

static char directory[STATE_DIR_MAX];
static atomic_int *shared; /* who has come, and what was let through */

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	shared = mmap(NULL, 2 * sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	munmap(shared, 2 * sizeof(*shared));
	state_dir_remove(directory);
	return 0;
}

static struct limiter *
open_limiter(int64_t keys)
{
	char why[SEGMENT_WHY_MAX] = "";
	struct limiter *limiter =
		limiter_new(directory, keys, why, sizeof(why));

	if (limiter == NULL || why[0] != '\0')
		fail_msg("no shared limiter: %s", why);
	return limiter;
}

/* Fills in who asks. */
static bool
ask(struct limiter *limiter, struct limiter_ask *asks, size_t count,
    const uint64_t *key, int64_t now_ns)
{
	for (size_t i = 0; i < count; i++) {
		asks[i].key = key;
		asks[i].key_bytes = sizeof(*key);
		if (asks[i].cost == 0)
			asks[i].cost = 1;
	}
	return limiter_ask(limiter, asks, count, now_ns);
}

/* What is asked of each, and what each says: let through, and what is left. */
struct step {
	int64_t at_s;
	int64_t cost[POLICIES];
	bool allowed[POLICIES];
	int64_t remaining[POLICIES], reset_s[POLICIES];
};

static void
test_all_or_none(void **state)
{
	static const struct step steps[] = {
		{1, {1, 1, 1}, {1, 1, 1}, {3, 9, 99}, {1, 10, 10}},
		{1, {1, 4, 1}, {1, 1, 1}, {2, 5, 98}, {2, 50, 20}},
		/* Who refuses is told apart, and what the others have. */
		{1, {1, 6, 1}, {1, 0, 1}, {2, 5, 98}, {2, 50, 20}},
		{1, {3, 6, 99}, {0, 0, 0}, {2, 5, 98}, {2, 50, 20}},
		{1, {2, 5, 98}, {1, 1, 1}, {0, 0, 0}, {4, 100, 1000}},
		{2, {1, 1, 1}, {1, 0, 0}, {1, 0, 0}, {3, 99, 999}},
		{11, {1, 1, 1}, {1, 1, 1}, {3, 0, 0}, {1, 100, 1000}},
	};
	struct limiter_ask asks[POLICIES] = {
		{.policy = {"second", 1, 1, 4}},
		{.policy = {"minute", 10, 100, 10}},
		{.policy = {"hour", 100, 1000, 100}}};
	struct limiter *limiter = open_limiter(ROOM);
	const uint64_t key = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		bool all = true;

		for (int j = 0; j < POLICIES; j++) {
			asks[j].cost = steps[i].cost[j];
			all = all && steps[i].allowed[j];
		}
		assert_int_equal(
			ask(limiter, asks, POLICIES, &key, steps[i].at_s * S),
			all);
		for (int j = 0; j < POLICIES; j++) {
			const struct limiter_verdict *said = &asks[j].verdict;

			if (said->allowed != steps[i].allowed[j] ||
			    said->remaining != steps[i].remaining[j] ||
			    said->reset_s != steps[i].reset_s[j] ||
			    (said->retry_after_s > 0) == said->allowed)
				fail_msg("step %zu, policy %d: %d, %lld left, "
					 "reset %lld",
					 i, j, said->allowed,
					 (long long)said->remaining,
					 (long long)said->reset_s);
		}
	}
	assert_true(ask(limiter, asks, 0, &key, S));
	limiter_free(limiter);
}

/*
 * Two policies that are used up at the same moment, and half of the askers
 * have them the other way round: so each of the two often is charged before
 * the other refuses.
 */
static void
compete(int number)
{
	struct limiter *limiter = open_limiter(ROOM);
	struct limiter_ask asks[2] = {
		{.policy = {number % 2 == 0 ? "a" : "b", BURST, 3600, BURST}},
		{.policy = {number % 2 == 0 ? "b" : "a", BURST, 3600, BURST}}};
	const uint64_t key = 1;

	atomic_fetch_add(&shared[0], 1);
	while (atomic_load(&shared[0]) < ASKERS)
		;
	for (int i = 0; i < TRIES; i++)
		if (ask(limiter, asks, 2, &key, S))
			atomic_fetch_add(&shared[1], 1);
	limiter_free(limiter);
}

/* Others take the cells of keys that come and go, and what they give back. */
static void
crowd(int number)
{
	struct limiter *limiter = open_limiter(LIMITER_KEYS_MIN);
	uint64_t key = (uint64_t)number;
	struct limiter_ask asks[3] = {{.policy = {"one", 3, 1000, 3}},
				      {.policy = {"two", 4, 1000, 4}},
				      {.policy = {"three", 5, 1000, 5}}};

	for (int i = 0; i < CROWD_KEYS; i++) {
		key = key * UINT64_C(6364136223846793005) + 1;
		key %= 200;
		ask(limiter, asks, 3, &key, S + i * 1000);
	}
	limiter_free(limiter);
}

static void
in_processes(void (*run)(int number))
{
	pid_t children[ASKERS];
	int status;

	for (int i = 0; i < ASKERS; i++) {
		children[i] = child_fork();
		if (children[i] == 0) {
			run(i);
			_exit(EXIT_SUCCESS);
		}
	}
	for (int i = 0; i < ASKERS; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
}

static void
test_competing(void **state)
{
	struct limiter_ask asks[2] = {{.policy = {"a", BURST, 3600, BURST}},
				      {.policy = {"b", BURST, 3600, BURST}}};
	struct limiter *limiter = open_limiter(ROOM);
	const uint64_t key = 1;
	int64_t admitted;

	(void)state;
	in_processes(compete);
	admitted = atomic_load(&shared[1]);
	assert_false(ask(limiter, asks, 2, &key, S));
	/* Never one more; and what is lost to races is next to nothing. */
	assert_in_range(admitted, BURST - BURST / 100, BURST);
	for (int i = 0; i < 2; i++)
		assert_in_range(asks[i].verdict.remaining, 0, BURST - admitted);
	limiter_free(limiter);
}

/* Whatever the table has gone through, an offender is not let through. */
static void
test_crowded(void **state)
{
	struct limiter *limiter = open_limiter(LIMITER_KEYS_MIN);
	struct limiter_ask hard = {.policy = {"hard", 1000, 1000, 1000},
				   .cost = 1000};
	const uint64_t key = 12345;

	(void)state;
	assert_true(ask(limiter, &hard, 1, &key, S));
	in_processes(crowd);
	hard.cost = 2;
	assert_false(ask(limiter, &hard, 1, &key, S + CROWD_KEYS * 1000));
	/* When all has passed, all may again. */
	hard.cost = 1000;
	assert_true(ask(limiter, &hard, 1, &key, 10000 * S));
	limiter_free(limiter);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_all_or_none),
		IN_STATE(test_competing),
		IN_STATE(test_crowded),
	};

	return cmocka_run_group_tests_name("limiter, several", tests, NULL,
					   NULL);
}
