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
 * compare-and-swap; no lock is taken, and a process may be killed at any
 * moment.  Requests that are refused write nothing.
 *
 * The table is bounded: LIMITER_BUCKETS of 8 cells.  The bucket comes from
 * a keyed hash, so strangers cannot aim at one.  A new key takes the cell
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

enum { LIMITER_BUCKETS = 2048, LIMITER_LATE_S = 60, LIMITER_NAME_MAX = 64 };

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

/*
 * Never fails for the caller: where the segment cannot be had (a read-only
 * state directory) it counts in the process's own memory, and `why` says so;
 * else `why` is empty.  NULL only without memory.
 */
struct limiter *limiter_new(const char *state_dir, char *why, size_t why_bytes);

/* NULL is harmless. */
void limiter_free(struct limiter *limiter);

/*
 * Asks for a request of cost 1 to LIMITER_COST_MAX, at `now_ns` of
 * clock_mono_ns().  Any thread may call.
 */
void limiter_ask(struct limiter *limiter, const struct limiter_policy *policy,
		 const void *key, size_t key_bytes, int64_t cost,
		 int64_t now_ns, struct limiter_verdict *verdict);

#endif
