#include "ring_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "chance.h"

enum { WORKS = 0xfffff, ROUNDS = 3 };

int64_t ring_clock_speed = 1;
int64_t ring_clock_later_ms;

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	int64_t ns = CLOCK_NS_PER_S;

	if (ring_clock_speed > 0) {
		if (__real_clock_gettime(clock, now) != 0)
			return -1;
		if (clock != CLOCK_MONOTONIC)
			return 0;
		ns = (int64_t)now->tv_sec * CLOCK_NS_PER_S + now->tv_nsec;
	}
	ns = ns * ring_clock_speed + ring_clock_later_ms * CLOCK_NS_PER_MS;
	now->tv_sec = (time_t)(ns / CLOCK_NS_PER_S);
	now->tv_nsec = (long)(ns % CLOCK_NS_PER_S);
	return 0;
}

struct trace_ring *
ring_open(const char *directory, int64_t spans)
{
	char why[TRACE_WHY_MAX] = "";
	struct trace_ring *ring =
		trace_ring_open(directory, spans, why, sizeof(why));

	if (ring == NULL)
		fail_msg("no ring: %s", why);
	return ring;
}

void
ring_span(struct trace_span *span, uint32_t whose, uint32_t nth)
{
	struct chance chance = {(uint64_t)whose << 32 | (nth + 1)};
	uint64_t words[RING_WORDS];

	for (size_t i = 0; i < RING_WORDS; i++)
		words[i] = chance_bits(&chance);
	memcpy(span, words, sizeof(*span));
	span->high = whose;
	span->low = nth;
	span->kind = TRACE_SERVER;
	span->failed = span->remote = false;
	span->attributes = TRACE_ROOM;
	span->state = 0;
	span->name[TRACE_NAME_MAX - 1] = '\0';
}

bool
ring_span_is(const struct trace_span *span, uint32_t *whose, uint32_t *nth)
{
	struct trace_span same;

	*whose = (uint32_t)span->high;
	*nth = (uint32_t)span->low;
	ring_span(&same, *whose, *nth);
	return memcmp(&same, span, sizeof(same)) == 0;
}

bool
ring_put(struct trace_ring *ring, uint32_t whose, uint32_t nth)
{
	struct trace_span span;

	ring_span(&span, whose, nth);
	return trace_ring_put(ring, &span);
}

void
ring_expect(struct trace_ring *ring, uint32_t whose, uint32_t nth, size_t count)
{
	/* One more, to see that there is none. */
	struct trace_span *spans = calloc(count + 1, sizeof(*spans));
	size_t passed, got;
	uint32_t by, which;

	assert_non_null(spans);
	got = trace_ring_take(ring, spans, count + 1, &passed);
	if (got != count)
		fail_msg("%zu spans of %u, not %zu", got, whose, count);
	for (size_t i = 0; i < count; i++) {
		assert_true(ring_span_is(&spans[i], &by, &which));
		assert_int_equal(by, whose);
		assert_int_equal(which, nth + i);
	}
	trace_ring_let_go(ring, passed);
	assert_int_equal(trace_ring_waiting(ring), 0);
	free(spans);
}

void
ring_expect_works(struct trace_ring *ring)
{
	const int64_t dropped = trace_ring_count(ring, TRACE_DROPPED);
	const uint32_t count = (uint32_t)ring->count;

	for (uint32_t round = 0; round < ROUNDS; round++) {
		for (uint32_t i = 0; i < count; i++)
			if (!ring_put(ring, WORKS, i))
				fail_msg("place %u of %u refuses", i, count);
		assert_false(ring_put(ring, WORKS, count));
		assert_int_equal(trace_ring_waiting(ring), count);
		ring_expect(ring, WORKS, 0, count);
	}
	assert_int_equal(trace_ring_count(ring, TRACE_DROPPED),
			 dropped + ROUNDS);
}
