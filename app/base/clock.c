#include "base/clock.h"

#include <stdio.h>
#include <time.h>

int64_t
clock_mono_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * CLOCK_NS_PER_S + now.tv_nsec;
}

int64_t
clock_tick_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * CLOCK_NS_PER_S + now.tv_nsec;
}

int64_t
clock_unix_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / CLOCK_NS_PER_MS;
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
