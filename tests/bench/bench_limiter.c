/*
 * What a decision of the limiter costs, as a table for RESULTS.md.
 *
 *	bench_limiter
 *
 * For one policy and for three, and for as many keys as there are in each row,
 * which come in random order: the nanoseconds of a processor that a decision
 * takes, the clock's reading included, when the request is let through and when
 * it is refused; the least of several rounds.  The table has room for a million
 * pairs of a policy and a key, in a fresh directory below /tmp.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "services/limiter.h"
#include "services/segment.h"

enum {
	POLICIES = 3,
	KEYS = 1000000,
	ROUNDS = 7,
	DECISIONS = 1000000,
	AIM_NS = 1000
};

/* Wide ones, which let all through, and narrow ones, which soon do not. */
static const struct limiter_policy wide[POLICIES] = {
	{"burst", 1000000000, 10, 1000000000},
	{"minute", 1000000000, 60, 1000000000},
	{"day", 1000000000, 86400, 1000000000}};
static const struct limiter_policy narrow[POLICIES] = {
	{"few", 1, 86400, 1}, {"fewer", 1, 86400, 1}, {"fewest", 1, 86400, 1}};

static uint64_t
draw(uint64_t *seed)
{
	uint64_t x = *seed += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static bool
decide(struct limiter *limiter, const struct limiter_policy *policies,
       size_t count, uint64_t key)
{
	/* As long as an address. */
	const uint64_t address[2] = {key, 0};
	struct limiter_ask asks[POLICIES];

	for (size_t i = 0; i < count; i++)
		asks[i] = (struct limiter_ask){.policy = policies[i],
					       .key = address,
					       .key_bytes = sizeof(address),
					       .cost = 1};
	return limiter_ask(limiter, asks, count, clock_mono_ns());
}

/* Of this thread, so that others' work does not count. */
static int64_t
cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * CLOCK_NS_PER_S + now.tv_nsec;
}

/* Nanoseconds; `allowed` counts those that were let through. */
static double
measure(struct limiter *limiter, const struct limiter_policy *policies,
	size_t count, uint64_t keys, int64_t *allowed)
{
	int64_t least_ns = INT64_MAX;
	uint64_t seed = 1;

	/* Each has its cells, and has used what there is. */
	for (uint64_t key = 0; key < keys; key++)
		decide(limiter, policies, count, key);
	*allowed = 0;
	for (int round = 0; round < ROUNDS; round++) {
		int64_t took_ns = -cpu_ns();

		for (int i = 0; i < DECISIONS; i++)
			*allowed += decide(limiter, policies, count,
					   draw(&seed) % keys);
		took_ns += cpu_ns();
		if (took_ns < least_ns)
			least_ns = took_ns;
	}
	return (double)least_ns / DECISIONS;
}

static void
table_remove(const char *directory)
{
	static const char *const names[] = {"limits.seg", "limits.seg.lock"};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
}

static void
print_row(const char *directory, size_t count, uint64_t keys)
{
	char why[SEGMENT_WHY_MAX];
	struct limiter *limiter =
		limiter_new(directory, KEYS, why, sizeof(why));
	int64_t passed, refused;
	double passes_ns, refuses_ns;

	if (limiter == NULL)
		exit(EXIT_FAILURE);
	passes_ns = measure(limiter, wide, count, keys, &passed);
	refuses_ns = measure(limiter, narrow, count, keys, &refused);
	printf("| %zu | %llu | %.0f | %.0f | < %d |\n", count,
	       (unsigned long long)keys, passes_ns, refuses_ns, (int)AIM_NS);
	if (passed < (int64_t)ROUNDS * DECISIONS * 99 / 100 || refused > 0)
		printf("(%lld were let through, and %lld of the others)\n",
		       (long long)passed, (long long)refused);
	limiter_free(limiter);
	table_remove(directory);
}

int
main(void)
{
	static const uint64_t keys[] = {1, 1000, 100000, KEYS};
	char directory[] = "/tmp/bench-limiter-XXXXXX";

	if (mkdtemp(directory) == NULL)
		return EXIT_FAILURE;
	printf("| policies | keys | let through, ns | refused, ns | aim |\n"
	       "| ---: | ---: | ---: | ---: | ---: |\n");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		for (size_t count = 1; count <= POLICIES; count += 2)
			print_row(directory, count,
				  keys[i] < KEYS ? keys[i] : KEYS / count);
	return rmdir(directory) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
