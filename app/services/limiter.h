/*
 * Rate limits that hold exactly over all processes and threads that share a
 * state directory: GCRA, the generic cell rate algorithm (ITU-T I.371).
 *
 * Each pair of a policy's name and a key has one 64-bit theoretical arrival
 * time (TAT) in STATE/limits.seg: when all of its requests will be free
 * again.  A request of cost c moves it on by c * window / limit, and is let
 * through if it then lies no further ahead than burst * window / limit.  So
 * `burst` requests may come at once, and no interval of t seconds ever has
 * more than burst + 1 + t * limit / window.  A request costs one
 * compare-and-swap for each of its policies; no lock is taken, and a process
 * may be killed at any moment.  Requests that are refused write nothing.
 *
 * A request that asks several policies is let through by all of them or
 * charged by none.  All are looked at first, so only others that ask at the
 * same moment can make one refuse after another was charged; the charge is
 * then taken back, if nobody has built on it meanwhile.  Else it stays: such a
 * race can cost a client a little, and never gives one anything.
 *
 * The table is bounded: cells in buckets of 8, two for each key that there is
 * to be room for, of 16 bytes each.  The bucket comes from a keyed hash, so
 * strangers cannot aim at one.  A new key takes the cell
 * whose TAT passed the longest ago.  If the bucket has none, the key is judged
 * as if the nearest TAT in it were its own, and when it is let through takes
 * that cell over with that TAT.  All other TATs of the bucket lie later, so a
 * key that lost its cell finds no better one when it returns: a full table is
 * stricter than it should be with newcomers, and forgives nobody.
 *
 * Time is CLOCK_MONOTONIC, which all processes of a machine share; what one
 * asks with may be up to LIMITER_LATE_S older than what others have asked
 * with.  A TAT that lies further ahead than that and the policy can bring
 * about was left by an earlier boot's clock, and counts as passed.  A nearer
 * one cannot be told from our own: after a reboot a key may find that much of
 * its burst used.  Where the power of two above a policy's burst * window / limit
 * changes (in a new configuration), its keys start afresh.
 */
#ifndef SERVICES_LIMITER_H
#define SERVICES_LIMITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIMITER_LIMIT_MAX INT64_C(1000000000)
#define LIMITER_WINDOW_MAX_S (INT64_C(366) * 86400)
#define LIMITER_BURST_MAX INT64_C(1000000000)
#define LIMITER_COST_MAX INT64_C(1000000)

/* Pairs of a policy and a key: room for the first takes 1 KB. */
#define LIMITER_KEYS_MIN INT64_C(32)
#define LIMITER_KEYS_MAX INT64_C(16777216)

enum {
	LIMITER_LATE_S = 60,
	LIMITER_NAME_MAX = 64,
	LIMITER_ASKS_MOST = 16 /* at once */
};

struct limiter;

/*
 * One limit: `limit` requests in `window_s` seconds, of which `burst` may
 * come at once.  A burst that would take more than 73 years to be free again
 * is cut to what does not.
 */
struct limiter_policy {
	const char *name;
	int64_t limit, window_s, burst;
};

struct limiter_verdict {
	bool allowed;
	int64_t remaining; /* requests of cost 1 that would be let through now */
	int64_t reset_s;   /* until all of it is free again, rounded up */
	/*
	 * After a refusal: until the same would be let through, rounded up,
	 * at least 1; else 0.  What costs more than the burst never is; for
	 * that it is when all is free.
	 */
	int64_t retry_after_s;
};

/*
 * What is wrong with a policy, or NULL; limiter_ask() takes only those with
 * which nothing is.
 */
const char *limiter_policy_fault(const struct limiter_policy *policy);

/* What one policy is asked, and what it says. */
struct limiter_ask {
	struct limiter_policy policy;
	const void *key;
	size_t key_bytes;
	int64_t cost; /* 1 to LIMITER_COST_MAX */
	struct limiter_verdict verdict;
};

/*
 * With room for so many keys, LIMITER_KEYS_MIN to LIMITER_KEYS_MAX; processes
 * that share a state directory must agree on it, for a table of another size
 * is set aside.  Never fails for the caller: where the segment cannot be had
 * (a read-only state directory) it counts in the process's own memory, and
 * `why` says so; else `why` is empty.  NULL only without memory.
 */
struct limiter *limiter_new(const char *state_dir, int64_t keys, char *why,
			    size_t why_bytes);

/* NULL is harmless. */
void limiter_free(struct limiter *limiter);

/*
 * Asks LIMITER_ASKS_MOST policies at most, no two of one name, at `now_ns` of
 * clock_mono_ns(): true if all of them let the request through.  If not, the
 * verdicts of those that would have say what they still have.  Any thread may
 * call.
 */
bool limiter_ask(struct limiter *limiter, struct limiter_ask *asks,
		 size_t count, int64_t now_ns);

#endif
