/*
 * The arithmetic of GCRA: no state, no clock, no memory; limiter.h says what
 * it is for.
 *
 * TATs are whole nanoseconds, but window / limit need not be.  So a policy
 * counts in ticks of its own, of 1 to 2 ns, of which a request takes a whole
 * number: nothing is rounded from one request to the next.  A time in ticks
 * becomes the next whole nanosecond, from which rounding down gives it back.
 */
#ifndef SERVICES_GCRA_H
#define SERVICES_GCRA_H

#include <stdbool.h>
#include <stdint.h>

#include "services/limiter.h"

/* No policy looks further ahead: 73 years. */
#define GCRA_REACH_MAX_NS (UINT64_C(1) << 61)

struct gcra {
	uint64_t window_ns;
	uint64_t window_ticks; /* at most window_ns, and over half of it */
	uint64_t request_ticks;
	uint64_t burst; /* requests */
};

/* The policy must have no fault. */
void gcra_init(struct gcra *gcra, const struct limiter_policy *policy);

/* No TAT that the policy produces lies further ahead. */
uint64_t gcra_reach_ns(const struct gcra *gcra);

/*
 * Judges a request; returns the new TAT, which is later than `now_ns` and
 * `tat_ns`, or 0 when the request is refused.  `own`: the TAT was returned by
 * this function for the same policy; any other is rounded up.  A cost of 0
 * tells what there is.  Times are below 2^62 ns.
 */
uint64_t gcra_ask(const struct gcra *gcra, uint64_t tat_ns, bool own,
		  uint64_t cost, uint64_t now_ns,
		  struct limiter_verdict *verdict);

#endif
