/*
 * What the tests of the ring of spans share: spans that can be told apart and
 * seen to be whole, and a clock that is moved on.
 */
#ifndef TESTS_RING_FIXTURE_H
#define TESTS_RING_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "services/trace_ring.h"
#include "services/trace_ring_inner.h"

/*
 * The time, for a program that is linked with --wrap=clock_gettime: so many
 * times as fast as it is, and so much later.  The calendar goes on by itself,
 * but where the speed is 0: then it stands still, too.
 */
extern int64_t ring_clock_speed;
extern int64_t ring_clock_later_ms;

/* A ring that can be had. */
struct trace_ring *ring_open(const char *directory, int64_t spans);

/* The nth span of somebody, of which each byte depends on both. */
void ring_span(struct trace_span *span, uint32_t whose, uint32_t nth);

/* Whose it is, and which; false: it was altered. */
bool ring_span_is(const struct trace_span *span, uint32_t *whose,
		  uint32_t *nth);

/* Puts the nth span of somebody, and says what the ring says. */
bool ring_put(struct trace_ring *ring, uint32_t whose, uint32_t nth);

/* Takes those of somebody from the nth on, and lets them go. */
void ring_expect(struct trace_ring *ring, uint32_t whose, uint32_t nth,
		 size_t count);

/* Each place is there to be used: it is filled, refuses more, is emptied. */
void ring_expect_works(struct trace_ring *ring);

#endif
