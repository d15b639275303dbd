/*
 * A circuit breaker for a companion that may hang: closed while it answers,
 * open when it does not, and half open while one asker tries it again.
 *
 * A failure that took long opens it at once; BREAKER_QUICK failures that did
 * not (a refused connection), one after the other, do so too.  It stays open
 * for BREAKER_FIRST_MS, and after each failed trial for twice as long, up to
 * BREAKER_MOST_MS.
 *
 * Lock-free; any thread may call.  Times are of the monotonic clock.
 */
#ifndef SERVICES_BREAKER_H
#define SERVICES_BREAKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { BREAKER_QUICK = 3, BREAKER_FIRST_MS = 100, BREAKER_MOST_MS = 1000 };

enum breaker_state {
	BREAKER_CLOSED,
	BREAKER_OPEN,
	BREAKER_HALF_OPEN,
	BREAKER_STATE__MAX
};

struct breaker {
	atomic_uint failures;     /* quick ones since the last success */
	_Atomic int64_t until_ns; /* when it may be tried; 0: it is closed */
	_Atomic int64_t pause_ns; /* the present one */
	_Atomic int64_t since_ns; /* when it opened or closed last */
	atomic_bool trying;
};

void breaker_init(struct breaker *breaker, int64_t now_ns);

/* Whether the companion may be asked: one look. */
static inline bool
breaker_is_closed(struct breaker *breaker)
{
	return atomic_load_explicit(&breaker->until_ns, memory_order_relaxed) ==
	       0;
}

/* An ordinary question was answered. */
static inline void
breaker_good(struct breaker *breaker)
{
	if (atomic_load_explicit(&breaker->failures, memory_order_relaxed) != 0)
		atomic_store_explicit(&breaker->failures, 0,
				      memory_order_relaxed);
}

/* One was not; `slow`: that took long.  True: the breaker opens by this. */
bool breaker_bad(struct breaker *breaker, bool slow, int64_t now_ns);

/*
 * Begins a trial, if it is time for one: true to one caller, who must tell
 * breaker_tried() how it went.
 */
bool breaker_try(struct breaker *breaker, int64_t now_ns);
void breaker_tried(struct breaker *breaker, bool good, int64_t now_ns);

enum breaker_state breaker_state(struct breaker *breaker);

/* When the last question, or trial, failed, while it is open; 0: it is not. */
int64_t breaker_failed_ns(struct breaker *breaker);
const char *breaker_state_name(enum breaker_state state);

#endif
