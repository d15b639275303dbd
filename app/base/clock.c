#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t
clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * CLOCK_NS_PER_S + now.tv_nsec;
}

int64_t
clock_mono_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

int64_t
clock_tick_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC_COARSE);
}

int64_t
clock_unix_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / CLOCK_NS_PER_MS;
}

/*
 * Both clocks' times at one tick differ by exactly as much as the clocks do,
 * so what is read here does not depend on how long reading takes.
 */
int64_t
clock_unix_of(int64_t mono_ns)
{
	int64_t tick_ns, unix_ns;
	int tries = 3;

	do {
		tick_ns = clock_ns(CLOCK_MONOTONIC_COARSE);
		unix_ns = clock_ns(CLOCK_REALTIME_COARSE);
	} while (clock_ns(CLOCK_MONOTONIC_COARSE) != tick_ns && --tries > 0);
	return mono_ns + (unix_ns - tick_ns);
}

void
clock_rfc3339_of(int64_t unix_ms, char out[CLOCK_RFC3339_MAX])
{
	int64_t ms = unix_ms % 1000;
	time_t seconds = (time_t)(unix_ms / 1000);
	struct tm utc;
	char day[24];

	if (ms < 0) {
		ms += 1000;
		seconds--;
	}
	out[0] = '\0';
	if (gmtime_r(&seconds, &utc) == NULL || utc.tm_year < -1900 ||
	    utc.tm_year > 9999 - 1900)
		return;
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(out, CLOCK_RFC3339_MAX, "%s.%03dZ", day, (int)ms);
}

void
clock_rfc3339(char out[CLOCK_RFC3339_MAX])
{
	clock_rfc3339_of(clock_unix_ms(), out);
}
