/*
 * Rate limits under arrivals that nobody has thought of, against the
 * definition itself: what has been let through since any earlier arrival.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "services/limiter.h"
#include "services/segment.h"

__extension__ typedef __int128 int128;

enum { TRIALS = 1500, ARRIVALS = 150, SLACK_NS = 2 };

/* What was let through, and when. */
struct history {
	int64_t at_ns[ARRIVALS], cost[ARRIVALS];
	int count;
};

/* A generator of our own, so that a failure can be had again. */
static uint64_t
draw(uint64_t *seed, uint64_t below)
{
	uint64_t x = *seed += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return (x ^ x >> 31) % below;
}

/* 1 to `most`, as often small as large. */
static int64_t
draw_wide(uint64_t *seed, int64_t most)
{
	int64_t value = (int64_t)draw(seed, UINT64_C(1) << draw(seed, 31)) + 1;

	return value > most ? most : value;
}

static struct limiter_policy
draw_policy(uint64_t *seed)
{
	struct limiter_policy policy = {.name = "generated"};

	policy.limit = draw_wide(seed, LIMITER_LIMIT_MAX);
	policy.window_s = draw_wide(seed, LIMITER_WINDOW_MAX_S);
	policy.burst = draw_wide(seed, draw(seed, 2) ? 20 : LIMITER_BURST_MAX);
	/* Not one whose burst is cut. */
	while (policy.burst > 1 &&
	       (int128)policy.burst * policy.window_s / policy.limit >
		       70 * LIMITER_WINDOW_MAX_S)
		policy.burst /= 2;
	return policy;
}

/* Together, or about as far apart as the policy wants, or far off. */
static int64_t
draw_pause(uint64_t *seed, const struct limiter_policy *policy)
{
	const int64_t each =
		policy->window_s * CLOCK_NS_PER_S / policy->limit + 1;

	switch (draw(seed, 4)) {
	case 0:
		return 0;
	case 1:
		return (int64_t)draw(seed, 4);
	case 2:
		return (int64_t)draw(seed, 4) * each;
	default:
		return (int64_t)draw(seed, (uint64_t)each * 3);
	}
}

/* The requests that are free, times the window in nanoseconds. */
static int128
brute_free(const struct history *history, const struct limiter_policy *policy,
	   int64_t now_ns)
{
	const int128 window = (int128)policy->window_s * CLOCK_NS_PER_S;
	int128 sum = 0, least = policy->burst * window;

	for (int i = history->count - 1; i >= 0; i--) {
		int128 left = 0;

		sum += history->cost[i];
		left = (policy->burst - sum) * window +
		       (int128)policy->limit * (now_ns - history->at_ns[i]);
		if (left < least)
			least = left;
	}
	return least;
}

static void
check_trial(struct limiter *limiter, uint64_t trial)
{
	uint64_t seed = trial;
	const struct limiter_policy policy = draw_policy(&seed);
	const int128 window = (int128)policy.window_s * CLOCK_NS_PER_S;
	const int128 slack = (int128)policy.limit * SLACK_NS;
	const bool whole = window % policy.limit == 0;
	struct history history = {.count = 0};
	int64_t now = 1 + (int64_t)draw(&seed, UINT64_C(1) << 58);

	for (int i = 0; i < ARRIVALS; i++) {
		const int64_t cost = draw_wide(&seed, draw(&seed, 4) ? 1 : 5);
		struct limiter_ask one = {.policy = policy,
					  .key = &trial,
					  .key_bytes = sizeof(trial),
					  .cost = cost};
		struct limiter_verdict verdict;
		int128 left, after;

		now += draw_pause(&seed, &policy);
		left = brute_free(&history, &policy, now);
		limiter_ask(limiter, &one, 1, now);
		verdict = one.verdict;
		after = left - (verdict.allowed ? cost * window : 0);
		if (verdict.allowed) {
			history.at_ns[history.count] = now;
			history.cost[history.count++] = cost;
		}
		if (verdict.allowed ?
			    after < (whole ? 0 : -slack) :
			    left >= cost * window + (whole ? 0 : slack))
			fail_msg("trial %llu, arrival %d: %s",
				 (unsigned long long)trial, i,
				 verdict.allowed ? "let through" : "refused");
		if (verdict.remaining * window > after + slack ||
		    (verdict.remaining + 1) * window <= after - slack)
			fail_msg("trial %llu, arrival %d: %lld remaining",
				 (unsigned long long)trial, i,
				 (long long)verdict.remaining);
	}
}

static void
test_generated(void **state)
{
	char why[SEGMENT_WHY_MAX];
	struct limiter *limiter;

	(void)state;
	for (uint64_t trial = 0; trial < TRIALS; trial++) {
		limiter = limiter_new("/nonexistent", LIMITER_KEYS_MIN, why,
				      sizeof(why));
		assert_non_null(limiter);
		check_trial(limiter, trial);
		limiter_free(limiter);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_generated),
	};

	return cmocka_run_group_tests_name("limiter, generated", tests, NULL,
					   NULL);
}
