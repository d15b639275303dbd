#include "services/gcra.h"

#include "base/clock.h"

__extension__ typedef unsigned __int128 uint128;

/* value * by / over; the quotient must fit. */
static uint64_t
gcra_scale(uint64_t value, uint64_t by, uint64_t over, bool up)
{
	if (by == over)
		return value;
	return (uint64_t)(((uint128)value * by + (up ? over - 1 : 0)) / over);
}

static uint64_t
gcra_ticks(const struct gcra *gcra, uint64_t ns, bool up)
{
	return gcra_scale(ns, gcra->window_ticks, gcra->window_ns, up);
}

static uint64_t
gcra_ns(const struct gcra *gcra, uint64_t ticks)
{
	return gcra_scale(ticks, gcra->window_ns, gcra->window_ticks, true);
}

/* Whole seconds from now to then, rounded up. */
static int64_t
gcra_wait_s(uint64_t now_ns, uint64_t then_ns)
{
	const uint64_t second = (uint64_t)CLOCK_NS_PER_S;

	if (then_ns <= now_ns)
		return 0;
	return (int64_t)((then_ns - now_ns + second - 1) / second);
}

void
gcra_init(struct gcra *gcra, const struct limiter_policy *policy)
{
	const uint64_t limit = (uint64_t)policy->limit;
	uint64_t most;

	gcra->window_ns = (uint64_t)policy->window_s * (uint64_t)CLOCK_NS_PER_S;
	gcra->request_ticks = gcra->window_ns / limit;
	gcra->window_ticks = gcra->request_ticks * limit;
	/* A request takes less than one nanosecond more than its ticks. */
	most = GCRA_REACH_MAX_NS / (gcra->request_ticks + 1);
	gcra->burst = (uint64_t)policy->burst;
	if (gcra->burst > most)
		gcra->burst = most;
}

uint64_t
gcra_reach_ns(const struct gcra *gcra)
{
	return gcra->burst * (gcra->request_ticks + 1);
}

uint64_t
gcra_ask(const struct gcra *gcra, uint64_t tat_ns, bool own, uint64_t cost,
	 uint64_t now_ns, struct limiter_verdict *verdict)
{
	const uint64_t burst = gcra->burst * gcra->request_ticks;
	const uint64_t now = gcra_ticks(gcra, now_ns, false);
	/* What no burst can pay is not multiplied: it could overflow. */
	const bool payable = cost <= gcra->burst;
	const uint64_t price = payable ? cost * gcra->request_ticks : burst;
	uint64_t tat = now;

	if (tat_ns > now_ns)
		tat = gcra_ticks(gcra, tat_ns, !own);
	verdict->allowed = payable && tat - now + price <= burst;
	verdict->retry_after_s = 0;
	if (verdict->allowed) {
		tat += price;
	} else {
		verdict->retry_after_s =
			gcra_wait_s(now_ns, gcra_ns(gcra, tat + price - burst));
		if (verdict->retry_after_s < 1)
			verdict->retry_after_s = 1;
	}
	tat_ns = gcra_ns(gcra, tat);
	verdict->reset_s = gcra_wait_s(now_ns, tat_ns);
	verdict->remaining = 0;
	if (tat - now < burst)
		verdict->remaining =
			(int64_t)((burst - (tat - now)) / gcra->request_ticks);
	return verdict->allowed ? tat_ns : 0;
}
