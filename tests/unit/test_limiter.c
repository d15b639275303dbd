/* Rate limits, one asker at a time: how many, and what is said about it. */
#include "services/limiter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "base/clock.h"
#include "services/segment.h"
#include "state_dir.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define S CLOCK_NS_PER_S
#define MS CLOCK_NS_PER_MS
#define YEAR_S (INT64_C(366) * 86400)

/* For which there is room, in twice as many cells. */
enum { KEYS = 8192, CELLS = 2 * KEYS };

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
ask_bytes(const struct limiter_policy *policy, const void *key, size_t bytes,
	  int64_t cost, int64_t now_ns)
{
	struct limiter_ask one = {.policy = *policy,
				  .key = key,
				  .key_bytes = bytes,
				  .cost = cost};
	bool allowed = limiter_ask(limiter, &one, 1, now_ns);

	assert_int_equal(allowed, one.verdict.allowed);
	return one.verdict;
}

static struct limiter_verdict
ask(const struct limiter_policy *policy, uint64_t key, int64_t cost,
    int64_t now_ns)
{
	struct limiter_verdict verdict;

	verdict = ask_bytes(policy, &key, sizeof(key), cost, now_ns);
	assert_true(verdict.remaining >= 0 && verdict.reset_s >= 0);
	assert_true(verdict.allowed ? verdict.retry_after_s == 0 :
				      verdict.retry_after_s >= 1);
	return verdict;
}

struct arrivals {
	int64_t at_ns;
	int asked, admitted;
};

struct pattern {
	struct limiter_policy policy;
	int64_t cost;
	struct arrivals arrivals[6];
};

static const struct pattern patterns[] = {
	/* The burst at once, then one each time one has become free. */
	{{"a", 60, 60, 10},
	 1,
	 {{5 * S, 20, 10},
	  {6 * S - 1, 2, 0},
	  {6 * S, 2, 1},
	  {9 * S, 5, 3},
	  {69 * S, 20, 10}}},
	/* A burst of one is a steady rate. */
	{{"b", 2, 1, 1},
	 1,
	 {{S, 3, 1},
	  {S + 499 * MS, 3, 0},
	  {S + 500 * MS, 3, 1},
	  {9 * S, 3, 1}}},
	/* The whole quota at once, and again a window later. */
	{{"c", 7, 60, 7},
	 1,
	 {{S + 1, 9, 7}, {61 * S, 9, 6}, {61 * S + 1, 9, 1}, {122 * S, 9, 7}}},
	/* A burst above the limit. */
	{{"d", 1, 3600, 5}, 1, {{S, 9, 5}, {3600 * S, 9, 0}, {3601 * S, 9, 1}}},
	/* Costs: what does not fit leaves room for less. */
	{{"e", 10, 10, 10}, 4, {{S, 3, 2}, {3 * S, 3, 1}, {11 * S, 3, 2}}},
	/* More than the burst is never let through. */
	{{"f", 10, 10, 10}, 11, {{S, 3, 0}, {1000 * S, 3, 0}}},
	/* A window of which a request takes no whole number of nanoseconds. */
	{{"g", 999999999, 1, 1},
	 1,
	 {{S, 5, 1},
	  {S + 1, 5, 0},
	  {S + 2, 5, 1},
	  {S + 3, 5, 1},
	  {2 * S, 5, 1}}},
	{{"h", 1000000000, 1, 1000},
	 1,
	 {{S, 2000, 1000}, {S + 1, 5, 1}, {S + 100, 200, 99}}},
	{{"i", 1, YEAR_S, 1},
	 1,
	 {{1, 5, 1}, {YEAR_S * S, 5, 0}, {YEAR_S * S + 1, 5, 1}}},
	/* As much at once as takes 73 years to be free again. */
	{{"j", 1, YEAR_S, 1000000000}, 1, {{S, 200, 72}}},
	{{"k", 1, YEAR_S, 1000000000}, 1000000, {{S, 2, 0}}},
	{{"l", 1000000000, 1, 1000000000}, 1000000, {{S, 1100, 1000}}},
	/* A clock that is asked late takes nothing back. */
	{{"m", 10, 10, 5}, 1, {{70 * S, 9, 5}, {11 * S, 9, 0}, {71 * S, 9, 1}}},
};

static void
test_patterns(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(patterns); i++) {
		const struct pattern *of = &patterns[i];

		assert_null(limiter_policy_fault(&of->policy));
		for (size_t j = 0; of->arrivals[j].asked > 0; j++) {
			const struct arrivals *now = &of->arrivals[j];
			int admitted = 0;

			for (int k = 0; k < now->asked; k++)
				admitted += ask(&of->policy, i, of->cost,
						now->at_ns)
						    .allowed;
			if (admitted != now->admitted)
				fail_msg("%s: %d instead of %d at %lld",
					 of->policy.name, admitted,
					 now->admitted, (long long)now->at_ns);
			if (j + 1 == COUNT(of->arrivals))
				break;
		}
	}
}

struct saying {
	int64_t at_ns, cost;
	struct limiter_verdict said;
};

static void
say(const struct limiter_policy *policy, const struct saying *sayings,
    size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct limiter_verdict *want = &sayings[i].said;
		struct limiter_verdict got =
			ask(policy, 0, sayings[i].cost, sayings[i].at_ns);

		if (got.allowed != want->allowed ||
		    got.remaining != want->remaining ||
		    got.reset_s != want->reset_s ||
		    got.retry_after_s != want->retry_after_s)
			fail_msg("%s %zu: %d, remaining %lld, reset %lld, "
				 "retry after %lld",
				 policy->name, i, got.allowed,
				 (long long)got.remaining,
				 (long long)got.reset_s,
				 (long long)got.retry_after_s);
	}
}

static void
test_sayings(void **state)
{
	static const struct limiter_policy slow = {"slow", 6, 60, 3};
	static const struct saying slowly[] = {
		{S, 1, {true, 2, 10, 0}},
		{S, 1, {true, 1, 20, 0}},
		{S + 1, 1, {true, 0, 30, 0}},
		{S + 1, 1, {false, 0, 30, 10}},
		{2 * S, 1, {false, 0, 29, 9}},
		{11 * S - 1, 1, {false, 0, 21, 1}},
		{11 * S, 1, {true, 0, 30, 0}},
		{31 * S, 4, {false, 2, 10, 10}},
		{31 * S, 2, {true, 0, 30, 0}},
		{61 * S, 4, {false, 3, 0, 1}},
		{61 * S, 3, {true, 0, 30, 0}},
	};
	/* No whole number of nanoseconds each, and all of it in a window. */
	static const struct limiter_policy odd = {"odd", 7, 60, 7};
	static const struct saying oddly[] = {
		{S + 3, 7, {true, 0, 60, 0}},
		{S + 3, 1, {false, 0, 60, 9}},
		{10 * S + 3, 1, {true, 0, 60, 0}},
		{70 * S + 3, 1, {true, 6, 9, 0}},
	};

	(void)state;
	say(&slow, slowly, COUNT(slowly));
	say(&odd, oddly, COUNT(oddly));
}

/* Each policy and each key has its own count; keys are all bytes. */
static void
test_apart(void **state)
{
	static const struct limiter_policy one = {"one", 1, 60, 1},
					   two = {"two", 1, 60, 1};
	static const char key[300] = "key";
	static const size_t sizes[] = {0, 3, 4, 8, 299, 300};
	struct limiter_verdict verdict;

	(void)state;
	for (int i = 0; i < 2; i++)
		for (size_t j = 0; j < COUNT(sizes); j++) {
			verdict = ask_bytes(&one, key, sizes[j], 1, S);
			assert_int_equal(verdict.allowed, i == 0);
			verdict = ask_bytes(&two, key, sizes[j], 1, S);
			assert_int_equal(verdict.allowed, i == 0);
		}
}

static const struct limiter_policy faulty[] = {
	{NULL, 1, 1, 1},
	{"", 1, 1, 1},
	{"0123456789012345678901234567890123456789012345678901234567890123", 1,
	 1, 1},
	{"a", 0, 1, 1},
	{"a", 1000000001, 1, 1},
	{"a", 1, 0, 1},
	{"a", 1, YEAR_S + 1, 1},
	{"a", 1, 1, 0},
	{"a", 1, 1, 1000000001},
	{"a", -1, 1, 1},
	{"a", 1, INT64_MIN, 1},
	{"a", 1, 1, INT64_MAX},
};

static void
test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(faulty); i++)
		assert_non_null(limiter_policy_fault(&faulty[i]));
}

/* What is said comes true, for policies at the ends of their bounds. */
static void
check_extreme(const struct limiter_policy *policy, int64_t cost, int64_t now)
{
	struct limiter_verdict verdict;

	for (int round = 0; round < 5; round++) {
		verdict = ask(policy, 0, cost, now);
		if (verdict.allowed)
			continue;
		assert_true(verdict.remaining < cost);
		now += verdict.retry_after_s * S;
		if (cost <= policy->burst && cost < 72)
			assert_true(ask(policy, 0, cost, now).allowed);
	}
	/* When all is free, nothing is used. */
	now += ask(policy, 0, cost, now).reset_s * S;
	verdict = ask(policy, 0, 1, now);
	assert_true(verdict.allowed);
	assert_true(verdict.remaining == policy->burst - 1 ||
		    policy->burst * policy->window_s / policy->limit >
			    72 * YEAR_S);
}

static void
test_extremes(void **state)
{
	static const int64_t limits[] = {1, 2, 3, 999999937, 1000000000};
	static const int64_t windows[] = {1, 7, 60, YEAR_S};
	static const int64_t bursts[] = {1, 2, 1000000, 1000000000};
	static const int64_t costs[] = {1, 2, 1000000};
	static const int64_t times[] = {0, 1, S, 70 * YEAR_S * S};
	const size_t all = COUNT(limits) * COUNT(windows) * COUNT(bursts) *
			   COUNT(costs) * COUNT(times);
	struct limiter *shared = limiter;
	char why[SEGMENT_WHY_MAX];

	(void)state;
	for (size_t i = 0; i < all; i++) {
		struct limiter_policy policy = {"a", 0, 0, 0};
		size_t at = i;
		int64_t cost;

		policy.limit = limits[at % COUNT(limits)];
		at /= COUNT(limits);
		policy.window_s = windows[at % COUNT(windows)];
		at /= COUNT(windows);
		policy.burst = bursts[at % COUNT(bursts)];
		at /= COUNT(bursts);
		cost = costs[at % COUNT(costs)];
		at /= COUNT(costs);
		limiter = limiter_new("/nonexistent", KEYS, why, sizeof(why));
		assert_non_null(limiter);
		check_extreme(&policy, cost, times[at]);
		limiter_free(limiter);
	}
	limiter = shared;
}

static void
test_reboot(void **state)
{
	static const struct limiter_policy policy = {"a", 60, 60, 30};
	const int64_t before = 500000 * S, after = 3 * S;

	(void)state;
	for (int i = 0; i < 40; i++)
		assert_int_equal(ask(&policy, 1, 1, before).allowed, i < 30);
	/* A clock that is late is no reboot. */
	assert_false(ask(&policy, 1, 1, before - 59 * S).allowed);
	for (int i = 0; i < 40; i++)
		assert_int_equal(ask(&policy, 1, 1, after).allowed, i < 30);
	/* What the old clock has left is in nobody's way. */
	for (uint64_t key = 0; key < 50000; key++)
		ask(&policy, key, 1, before);
	for (uint64_t key = 100000; key < 100500; key++)
		assert_int_equal(ask(&policy, key, 1, after).remaining, 29);
}

/* The table, and the count in it, outlive the process. */
static void
test_kept(void **state)
{
	static const struct limiter_policy policy = {"a", 60, 60, 5};
	char why[SEGMENT_WHY_MAX];

	(void)state;
	assert_int_equal(ask(&policy, 1, 5, S).remaining, 0);
	limiter_free(limiter);
	limiter = limiter_new(directory, KEYS, why, sizeof(why));
	assert_non_null(limiter);
	assert_false(ask(&policy, 1, 1, S).allowed);
	limiter_free(NULL);
}

static void
test_private(void **state)
{
	static const struct limiter_policy policy = {"a", 60, 60, 5};
	char why[SEGMENT_WHY_MAX] = "";
	struct limiter *shared = limiter;

	(void)state;
	limiter = limiter_new("/nonexistent", KEYS, why, sizeof(why));
	assert_non_null(limiter);
	assert_string_equal(why,
			    "the state directory: No such file or directory");
	for (int i = 0; i < 9; i++)
		assert_int_equal(ask(&policy, 1, 1, S).allowed, i < 5);
	limiter_free(limiter);
	limiter = shared;
	assert_true(ask(&policy, 1, 1, S).allowed);
}

/*
 * Offenders who have used all of theirs stay refused, and the others get all
 * of theirs, while strangers come and go in passed cells.
 */
static void
test_churn(void **state)
{
	static const struct limiter_policy hard = {"hard", 10, 3600, 10},
					   easy = {"easy", 100, 1, 20};
	int64_t now = S;

	(void)state;
	for (uint64_t key = 0; key < 500; key++)
		assert_true(ask(&hard, key, 10, now).allowed);
	for (uint64_t key = 1000; key < 200000; key++) {
		now += MS;
		assert_int_equal(ask(&easy, key, 1, now).remaining, 19);
	}
	for (uint64_t key = 0; key < 500; key++)
		assert_false(ask(&hard, key, 6, now).allowed);
}

/* Nor are they forgiven when there are more active keys than cells. */
static void
test_overfull(void **state)
{
	static const struct limiter_policy near = {"near", 10, 1, 10},
					   far = {"far", 10, 100, 9};
	const int64_t now = S;
	int admitted = 0;

	(void)state;
	for (uint64_t key = 0; key < 500; key++)
		assert_true(ask(&near, key, 10, now).allowed);
	/* Theirs are the nearest, and so the first to be taken over. */
	for (uint64_t key = 10000; key < 310000; key++)
		admitted += ask(&far, key, 1, now).allowed;
	/* No cell lets its keys have more than one of them could have. */
	assert_in_range(admitted, CELLS, 9 * CELLS);
	for (int i = 0; i < 3; i++)
		for (uint64_t key = 0; key < 500; key++)
			assert_false(ask(&near, key, 1, now).allowed);
	/* Once they have passed, everybody may again. */
	for (uint64_t key = 0; key < 500; key++)
		assert_true(ask(&near, key, 10, now + 1000 * S).allowed);
}

static enum lc_rc
limiter_case(void)
{
	struct limiter_ask one = {.policy = {"a", 60, 60, 5},
				  .key = "a",
				  .key_bytes = 1,
				  .cost = 1};
	char why[SEGMENT_WHY_MAX] = "";
	struct limiter *made = limiter_new(directory, KEYS, why, sizeof(why));

	if (made == NULL) {
		assert_string_equal(why, "out of memory");
		return LC_NO_MEMORY;
	}
	assert_true(limiter_ask(made, &one, 1, S));
	limiter_free(made);
	return LC_OK;
}

static void
test_no_memory(void **state)
{
	const struct alloc_case of = {"limiter", limiter_case, true};

	(void)state;
	alloc_fail_each(&of);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_patterns),  IN_STATE(test_sayings),
		IN_STATE(test_apart),     IN_STATE(test_faults),
		IN_STATE(test_extremes),  IN_STATE(test_reboot),
		IN_STATE(test_kept),      IN_STATE(test_private),
		IN_STATE(test_churn),     IN_STATE(test_overfull),
		IN_STATE(test_no_memory),
	};

	return cmocka_run_group_tests_name("limiter", tests, NULL, NULL);
}
