/*
 * A table with room for a million keys: its size, that it holds them, and that
 * four million strangers free no offender.
 */
#include "services/limiter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/clock.h"
#include "services/segment.h"
#include "state_dir.h"

#define S CLOCK_NS_PER_S

enum {
	KEYS = 1000000,
	STRANGERS = 4 * KEYS,
	OFFENDERS = 1000,
	TABLE_MOST_BYTES = 64000000
};

static char directory[STATE_DIR_MAX];
static struct limiter *limiter;

static int
set_up(void **state)
{
	char why[SEGMENT_WHY_MAX] = "?";

	(void)state;
	state_dir_make(directory);
	limiter = limiter_new(directory, KEYS, why, sizeof(why));
	assert_non_null(limiter);
	assert_string_equal(why, "");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	limiter_free(limiter);
	state_dir_remove(directory);
	return 0;
}

static struct limiter_verdict
ask(const struct limiter_policy *policy, uint64_t key, int64_t cost,
    int64_t now_ns)
{
	struct limiter_ask one = {.policy = *policy,
				  .key = &key,
				  .key_bytes = sizeof(key),
				  .cost = cost};

	limiter_ask(limiter, &one, 1, now_ns);
	return one.verdict;
}

/* A million that have used half, of which nearly all are told apart. */
static void
test_room(void **state)
{
	static const struct limiter_policy policy = {"a", 10, 3600, 10};
	char path[STATE_DIR_MAX + 16];
	struct stat status;
	int own = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/limits.seg", directory);
	assert_int_equal(stat(path, &status), 0);
	assert_in_range(status.st_size, KEYS, TABLE_MOST_BYTES - 1);
	for (uint64_t key = 0; key < KEYS; key++)
		own += ask(&policy, key, 5, S).remaining == 5;
	assert_in_range(own, KEYS - KEYS / 50, KEYS);
	for (uint64_t key = 0; key < KEYS; key += 100)
		assert_false(ask(&policy, key, 6, S).allowed);
}

/* They come while the offenders' time is not over, and fill all twice. */
static void
test_flood(void **state)
{
	static const struct limiter_policy hard = {"hard", 10, 3600, 10},
					   usual = {"usual", 10, 7200, 10};
	int64_t now = S;

	(void)state;
	for (uint64_t key = 0; key < OFFENDERS; key++)
		assert_true(ask(&hard, key, 10, now).allowed);
	for (uint64_t key = 0; key < STRANGERS; key++) {
		now += 10000; /* 40 s in all */
		ask(&usual, OFFENDERS + key, 1, now);
	}
	for (uint64_t key = 0; key < OFFENDERS; key++)
		assert_false(ask(&hard, key, 1, now).allowed);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_room),
		IN_STATE(test_flood),
	};

	return cmocka_run_group_tests_name("limiter, large", tests, NULL, NULL);
}
