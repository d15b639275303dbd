/*
 * Whether what was kept may be given: at each boundary of the policy and of
 * what a client wants, and early by chance.
 */
#include "engine/freshness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NOW INT64_C(1700000000000)

static const struct lc_keep full = {
	.fresh_s = 60, .stale_s = 30, .error_s = 300, .absent_s = 10};
static const struct lc_keep bare = {.fresh_s = 60};
static const struct lc_keep errors = {.fresh_s = 60, .error_s = 300};
static const struct lc_keep stales = {.fresh_s = 60, .stale_s = 300};
static const struct lc_keep forever = {.fresh_s = INT64_MAX};

#define NONE FRESHNESS_NONE
#define ERROR FRESHNESS_ERROR
#define STALE FRESHNESS_STALE
#define EARLY FRESHNESS_EARLY
#define FRESH FRESHNESS_FRESH

struct judged {
	const char *field; /* Cache-Control */
	const struct lc_keep *keep;
	int64_t age_ms;
	enum freshness is, absent_is;
	int64_t left_s;
};

static const struct judged cases[] = {
	/* the policy's boundaries */
	{"", &full, 0, FRESH, FRESH, 60},
	{"", &full, 1, FRESH, FRESH, 59},
	{"", &full, 9999, FRESH, FRESH, 50},
	{"", &full, 10000, FRESH, NONE, 50},
	{"", &full, 59999, FRESH, NONE, 0},
	{"", &full, 60000, STALE, NONE, 0},
	{"", &full, 60001, STALE, NONE, -1},
	{"", &full, 61000, STALE, NONE, -1},
	{"", &full, 61001, STALE, NONE, -2},
	{"", &full, 89999, STALE, NONE, -30},
	{"", &full, 90000, ERROR, NONE, -30},
	{"", &full, 359999, ERROR, NONE, -300},
	{"", &full, 360000, NONE, NONE, -300},
	{"", &bare, 59999, FRESH, NONE, 0},
	{"", &bare, 60000, NONE, NONE, 0},
	{"", &errors, 60000, ERROR, NONE, 0},
	{"", &stales, 359999, STALE, NONE, -300},
	{"", &stales, 360000, NONE, NONE, -300},
	{"", &forever, INT64_C(1) << 50, FRESH, NONE,
	 (INT64_MAX / 4 - (INT64_C(1) << 50)) / 1000},
	/* clocks that differ, and that were set back */
	{"", &full, -1, FRESH, FRESH, 60},
	{"", &full, -5000, FRESH, FRESH, 60},
	{"", &full, -5001, NONE, NONE, 0},
	{"max-stale", &full, -5001, NONE, NONE, 0},
	{"max-age=0", &full, -5000, FRESH, FRESH, 60},
	/* nothing that was kept */
	{"no-cache", &full, 0, NONE, NONE, 0},
	{"no-cache, max-stale", &full, 70000, NONE, NONE, 0},
	/* the others are no matter of age */
	{"no-store, only-if-cached", &full, 0, FRESH, FRESH, 60},
	/* max-age; what is stale must be asked for */
	{"max-age=0", &full, 0, FRESH, FRESH, 60},
	{"max-age=0", &full, 1, ERROR, NONE, 59},
	{"max-age=0", &bare, 1, NONE, NONE, 59},
	{"max-age=20", &full, 20000, FRESH, NONE, 40},
	{"max-age=20", &full, 20001, ERROR, NONE, 39},
	{"max-age=9999", &full, 59999, FRESH, NONE, 0},
	{"max-age=9999", &full, 60000, ERROR, NONE, 0},
	{"max-age=9999, max-stale", &full, 400000, STALE, NONE, -340},
	{"max-age=70, max-stale", &full, 70000, STALE, NONE, -10},
	{"max-age=70, max-stale", &full, 70001, ERROR, NONE, -11},
	{"max-age=9223372036854775807", &full, 60000, STALE, NONE, 0},
	/* min-fresh */
	{"min-fresh=0", &full, 60000, STALE, NONE, 0},
	{"min-fresh=5", &full, 5000, FRESH, FRESH, 55},
	{"min-fresh=5", &full, 5001, FRESH, NONE, 54},
	{"min-fresh=20", &full, 40000, FRESH, NONE, 20},
	{"min-fresh=20", &full, 40001, ERROR, NONE, 19},
	{"min-fresh=20", &bare, 40001, NONE, NONE, 19},
	{"min-fresh=x", &full, 0, ERROR, NONE, 60},
	{"min-fresh=20", &full, 60000, ERROR, NONE, 0},
	/* max-stale: so much and no more, whatever the policy is */
	{"max-stale=0", &full, 59999, FRESH, NONE, 0},
	{"max-stale=0", &full, 60000, ERROR, NONE, 0},
	{"max-stale=0", &full, 60001, ERROR, NONE, -1},
	{"max-stale=10", &full, 70000, STALE, NONE, -10},
	{"max-stale=10", &full, 70001, ERROR, NONE, -11},
	{"max-stale=100", &bare, 160000, STALE, NONE, -100},
	{"max-stale=100", &bare, 160001, NONE, NONE, -101},
	{"max-stale=x", &full, 60001, ERROR, NONE, -1},
	{"max-stale", &bare, 60000, STALE, NONE, 0},
	{"max-stale", &bare, INT64_C(1) << 50, STALE, NONE,
	 60 - (INT64_C(1) << 50) / 1000 - 1},
	{"max-stale=10, min-fresh=20", &full, 50000, ERROR, NONE, 10},
};

static enum freshness
judge(const struct judged *c, bool absent, int64_t *left_s)
{
	struct cache_control control;
	const struct freshness_asked asked = {.keep = c->keep,
					      .control = &control,
					      .absent = absent,
					      .made_ms = NOW - c->age_ms,
					      .cost_ms = 1000,
					      .now_ms = NOW,
					      .chance = 0.5};

	cache_control_read(&control, c->field, NULL);
	return freshness_judge(&asked, left_s);
}

static void
test_cases(void **state)
{
	int64_t left_s, absent_left_s;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct judged *c = &cases[i];
		enum freshness is = judge(c, false, &left_s);
		enum freshness absent = judge(c, true, &absent_left_s);

		if (is != c->is || left_s != c->left_s ||
		    absent != c->absent_is)
			fail_msg("\"%s\" at %lld ms: %d, absent %d, left %lld",
				 c->field, (long long)c->age_ms, is, absent,
				 (long long)left_s);
	}
}

/* Times that no clock has are no more than times. */
static void
test_hostile_times(void **state)
{
	static const struct {
		int64_t made_ms, now_ms;
		enum freshness is;
		int64_t age_s;
	} times[] = {
		{INT64_MIN, INT64_MAX, NONE, INT64_MAX / 1000},
		{INT64_MIN, NOW, NONE, INT64_MAX / 1000},
		{INT64_MAX, INT64_MIN, NONE, 0},
		{INT64_MAX, NOW, NONE, 0},
		{NOW, NOW + 1999, FRESH, 1},
		{NOW, NOW + 2000, FRESH, 2},
		{NOW, NOW - 1, FRESH, 0},
		{0, 0, FRESH, 0},
	};
	struct cache_control control;
	int64_t left_s;

	(void)state;
	cache_control_read(&control, NULL, NULL);
	for (size_t i = 0; i < COUNT(times); i++) {
		const struct freshness_asked asked = {.keep = &full,
						      .control = &control,
						      .made_ms =
							      times[i].made_ms,
						      .now_ms = times[i].now_ms,
						      .chance = 1};

		assert_int_equal(freshness_judge(&asked, &left_s), times[i].is);
		assert_int_equal(
			freshness_age_s(times[i].made_ms, times[i].now_ms),
			times[i].age_s);
	}
}

/* At how many of a thousand chances an answer is made anew early. */
static int
early_of(double early, int64_t cost_ms, int64_t age_ms, const char *field)
{
	const struct lc_keep keep = {
		.fresh_s = 60, .stale_s = 60, .early = early};
	struct cache_control control;
	int64_t left_s;
	int count = 0;

	cache_control_read(&control, field, NULL);
	for (int i = 1; i <= 1000; i++) {
		const struct freshness_asked asked = {.keep = &keep,
						      .control = &control,
						      .made_ms = NOW - age_ms,
						      .cost_ms = cost_ms,
						      .now_ms = NOW,
						      .chance = i / 1000.0};
		enum freshness is = freshness_judge(&asked, &left_s);

		count += is == FRESHNESS_EARLY;
		if (age_ms >= 60000)
			assert_true(is <= FRESHNESS_STALE);
		else if (is != FRESHNESS_EARLY)
			assert_int_equal(is, FRESHNESS_FRESH);
	}
	return count;
}

static void
test_early(void **state)
{
	static const int64_t costs[] = {0, 1, 100, 1000, 10000, 100000};
	static const int64_t ages[] = {0, 30000, 50000, 59000, 59900, 59999};
	int last_age[COUNT(costs)] = {0};

	(void)state;
	for (size_t age = 0; age < COUNT(ages); age++) {
		int last = 0;

		for (size_t cost = 0; cost < COUNT(costs); cost++) {
			int of = early_of(1, costs[cost], ages[age], NULL);

			/* Never less by being dearer, older, or asked to. */
			assert_true(of >= last);
			assert_true(of >= last_age[cost]);
			assert_true(early_of(2, costs[cost], ages[age], NULL) >=
				    of);
			assert_int_equal(
				early_of(0, costs[cost], ages[age], NULL), 0);
			last = last_age[cost] = of;
		}
	}
	/* The chance is exp(-left / cost). */
	assert_int_equal(early_of(1, 1000, 59000, NULL), 367);
	assert_int_equal(early_of(2, 1000, 59000, NULL), 606);
	assert_int_equal(early_of(1, 10000, 50000, NULL), 367);
	assert_int_equal(early_of(1, 0, 59999, NULL), 0);
	assert_int_equal(early_of(1, -1000, 59999, NULL), 0);
	/* Not after the end. */
	assert_int_equal(early_of(1, 1000, 60000, NULL), 0);
	assert_int_equal(early_of(1, 1000, 61000, NULL), 0);
	/* It is given all the same, so it must be what the client takes. */
	assert_int_equal(early_of(1, 1000, 59000, "max-age=59"), 367);
}

static void
test_kept(void **state)
{
	(void)state;
	assert_int_equal(freshness_kept_s(&full, false), 360);
	assert_int_equal(freshness_kept_s(&stales, false), 360);
	assert_int_equal(freshness_kept_s(&bare, false), 60);
	assert_int_equal(freshness_kept_s(&full, true), 10);
	assert_int_equal(freshness_kept_s(&bare, true), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_hostile_times),
		cmocka_unit_test(test_early),
		cmocka_unit_test(test_kept),
	};

	return cmocka_run_group_tests_name("freshness", tests, NULL, NULL);
}
