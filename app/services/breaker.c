#include "services/breaker.h"

#include "base/clock.h"

void
breaker_init(struct breaker *breaker, int64_t now_ns)
{
	atomic_init(&breaker->failures, 0);
	atomic_init(&breaker->until_ns, 0);
	atomic_init(&breaker->pause_ns, 0);
	atomic_init(&breaker->since_ns, now_ns);
	atomic_init(&breaker->trying, false);
}

bool
breaker_bad(struct breaker *breaker, bool slow, int64_t now_ns)
{
	const int64_t pause_ns = BREAKER_FIRST_MS * CLOCK_NS_PER_MS;
	int64_t closed = 0;

	if (!slow &&
	    atomic_fetch_add(&breaker->failures, 1) + 1 < BREAKER_QUICK)
		return false;
	if (!atomic_compare_exchange_strong(&breaker->until_ns, &closed,
					    now_ns + pause_ns))
		return false;
	atomic_store(&breaker->pause_ns, pause_ns);
	atomic_store(&breaker->since_ns, now_ns);
	return true;
}

bool
breaker_try(struct breaker *breaker, int64_t now_ns)
{
	const int64_t until_ns = atomic_load(&breaker->until_ns);
	bool trying = false;

	return until_ns != 0 && now_ns >= until_ns &&
	       atomic_compare_exchange_strong(&breaker->trying, &trying, true);
}

void
breaker_tried(struct breaker *breaker, bool good, int64_t now_ns)
{
	int64_t pause_ns = 2 * atomic_load(&breaker->pause_ns);

	if (pause_ns > BREAKER_MOST_MS * CLOCK_NS_PER_MS)
		pause_ns = BREAKER_MOST_MS * CLOCK_NS_PER_MS;
	if (good) {
		atomic_store(&breaker->failures, 0);
		atomic_store(&breaker->since_ns, now_ns);
		atomic_store(&breaker->until_ns, 0);
	} else {
		atomic_store(&breaker->pause_ns, pause_ns);
		atomic_store(&breaker->until_ns, now_ns + pause_ns);
	}
	atomic_store(&breaker->trying, false);
}

enum breaker_state
breaker_state(struct breaker *breaker)
{
	if (breaker_is_closed(breaker))
		return BREAKER_CLOSED;
	return atomic_load(&breaker->trying) ? BREAKER_HALF_OPEN : BREAKER_OPEN;
}

int64_t
breaker_failed_ns(struct breaker *breaker)
{
	const int64_t until_ns = atomic_load(&breaker->until_ns);

	return until_ns != 0 ? until_ns - atomic_load(&breaker->pause_ns) : 0;
}

const char *
breaker_state_name(enum breaker_state state)
{
	static const char *const names[BREAKER_STATE__MAX] = {
		[BREAKER_CLOSED] = "closed",
		[BREAKER_OPEN] = "open",
		[BREAKER_HALF_OPEN] = "half-open"};

	return names[state];
}
