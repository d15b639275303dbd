/*
 * Time: a clock that only goes forward, for durations and deadlines, and
 * the time of day, for people.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_NS_PER_MS INT64_C(1000000)
#define CLOCK_NS_PER_S INT64_C(1000000000)

/* Nanoseconds on the monotonic clock; never 0. */
int64_t clock_mono_ns(void);

/*
 * The same clock at its last tick, which costs next to nothing; it is at
 * most CLOCK_TICK_MAX_NS late.
 */
int64_t clock_tick_ns(void);

#define CLOCK_TICK_MAX_NS (10 * CLOCK_NS_PER_MS)

enum { CLOCK_RFC3339_MAX = 32 };

/* The time now in UTC, e.g. "2026-03-01T12:00:00.123Z". */
void clock_rfc3339(char out[CLOCK_RFC3339_MAX]);

/* The same of a time in ms since 1970; "" where its year has no four digits. */
void clock_rfc3339_of(int64_t unix_ms, char out[CLOCK_RFC3339_MAX]);

/* The time of day, in ms since 1970. */
int64_t clock_unix_ms(void);

/*
 * The time of day, in ns since 1970, of a time by clock_mono_ns(), as the
 * calendar is set now: what lies between two times is the same by both clocks.
 */
int64_t clock_unix_of(int64_t mono_ns);

#endif
