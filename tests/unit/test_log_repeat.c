/* Messages that come again and again. */
#include "base/log_repeat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#include "base/clock.h"

enum { THREADS = 4, MESSAGES = 20000 };

#define S CLOCK_NS_PER_S

static struct log_repeats *
repeats_new(void)
{
	struct log_repeats *repeats = calloc(1, sizeof(*repeats));

	assert_non_null(repeats);
	lock_init(&repeats->lock);
	return repeats;
}

static void
repeats_free(struct log_repeats *repeats)
{
	lock_release(&repeats->lock);
	free(repeats);
}

/* How many of so many may be written. */
static int
say(struct log_repeats *repeats, const char *format, const char *words,
    int times, int64_t now_ns)
{
	int written = 0;

	for (int i = 0; i < times; i++)
		written += log_repeat_may(repeats, format, words, LOG_WARNINGS,
					  now_ns);
	return written;
}

static const char disk[] = "the disk is %d %% full";

static void
test_window(void **state)
{
	struct log_repeats *repeats = repeats_new();
	struct log_left_out out;

	(void)state;
	assert_int_equal(say(repeats, disk, "x", 15, 1 * S), 15);
	assert_int_equal(say(repeats, disk, "y", 15, 5 * S), 5);
	assert_int_equal(say(repeats, disk, "the last", 1, 9 * S), 0);
	assert_false(log_repeat_take(repeats, 11 * S - 1, false, &out));
	assert_true(log_repeat_take(repeats, 11 * S, false, &out));
	assert_int_equal(out.count, 11);
	assert_int_equal(out.level, LOG_WARNINGS);
	assert_string_equal(out.words, "the last");
	assert_false(log_repeat_take(repeats, 11 * S, true, &out));
	/* A new one begins with the next. */
	assert_int_equal(say(repeats, disk, "x", 30, 15 * S), LOG_REPEAT_MOST);
	assert_int_equal(say(repeats, disk, "x", 1, 24 * S), 0);
	/* At the end no time need be over, and it goes on all the same. */
	assert_true(log_repeat_take(repeats, 24 * S, true, &out));
	assert_int_equal(out.count, 11);
	assert_int_equal(say(repeats, disk, "x", 1, 24 * S), 0);
	assert_int_equal(say(repeats, disk, "x", 1, 26 * S), 0);
	assert_true(log_repeat_take(repeats, 26 * S, false, &out));
	assert_int_equal(out.count, 2);
	assert_int_equal(say(repeats, disk, "x", 1, 26 * S), 1);
	repeats_free(repeats);
}

struct same_case {
	const char *a, *a_words, *b, *b_words;
	bool same;
};

static const char of_both[] = "%s: %s", of_one[] = "%.*s", of_id[] = "%08llx";

static const struct same_case same_cases[] = {
	{disk, "97", disk, "98", true},
	{of_both, "/a: gone", of_both, "/a: gone", true},
	{of_both, "/a: gone", of_both, "/b: gone", false},
	{of_both, "/a: gone", of_one, "/a: gone", true},
	{of_id, "00000001", of_id, "00000002", false},
	{disk, "97", "the disk is full", "97", false},
};

static void
test_sameness(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(same_cases) / sizeof(*same_cases); i++) {
		const struct same_case *c = &same_cases[i];
		struct log_repeats *repeats = repeats_new();

		say(repeats, c->a, c->a_words, LOG_REPEAT_MOST, S);
		assert_int_equal(say(repeats, c->b, c->b_words, 1, S),
				 !c->same);
		repeats_free(repeats);
	}
}

/* Whoever is counted stays while there are others to give way. */
static void
test_many(void **state)
{
	struct log_repeats *repeats = repeats_new();
	struct log_left_out out;
	char words[32];

	(void)state;
	assert_int_equal(say(repeats, disk, "x", 25, S), LOG_REPEAT_MOST);
	for (int i = 0; i < 10 * LOG_REPEAT_PLACES; i++) {
		snprintf(words, sizeof(words), "job %d", i);
		assert_int_equal(say(repeats, "%s", words, 1, 2 * S), 1);
	}
	assert_int_equal(say(repeats, disk, "x", 1, 3 * S), 0);
	assert_true(log_repeat_take(repeats, 3 * S, true, &out));
	assert_int_equal(out.count, 6);
	repeats_free(repeats);
}

/* More are left out than there are places. */
static void
test_too_many(void **state)
{
	struct log_repeats *repeats = repeats_new();
	struct log_left_out out;
	char words[32];
	int found = 0;

	(void)state;
	for (int i = 0; i < 2 * LOG_REPEAT_PLACES; i++) {
		snprintf(words, sizeof(words), "trouble %d", i);
		assert_int_equal(say(repeats, "%s", words, 30, i + 1),
				 LOG_REPEAT_MOST);
	}
	while (log_repeat_take(repeats, S, true, &out)) {
		assert_int_equal(out.count, 10);
		found++;
	}
	assert_int_equal(found, LOG_REPEAT_PLACES);
	assert_int_equal(repeats->left_out, 0);
	repeats_free(repeats);
}

/* ---- threads */

struct talker {
	struct log_repeats *repeats;
	int written;
};

static void *
talk(void *arg)
{
	struct talker *talker = arg;

	talker->written = say(talker->repeats, disk, "x", MESSAGES, S);
	return NULL;
}

static void
test_threads(void **state)
{
	struct log_repeats *repeats = repeats_new();
	struct talker talkers[THREADS];
	pthread_t threads[THREADS];
	struct log_left_out out;
	int written = 0;

	(void)state;
	for (int i = 0; i < THREADS; i++) {
		talkers[i].repeats = repeats;
		assert_int_equal(
			pthread_create(&threads[i], NULL, talk, &talkers[i]),
			0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		written += talkers[i].written;
	}
	assert_int_equal(written, LOG_REPEAT_MOST);
	assert_true(log_repeat_take(repeats, S, true, &out));
	assert_int_equal(out.count, THREADS * MESSAGES - LOG_REPEAT_MOST);
	repeats_free(repeats);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_window),  cmocka_unit_test(test_sameness),
		cmocka_unit_test(test_many),    cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
