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

void
clock_rfc3339(char out[CLOCK_RFC3339_MAX])
{
	struct timespec now;
	struct tm utc;
	char day[24];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(out, CLOCK_RFC3339_MAX, "%s.%03dZ", day,
		 (int)(now.tv_nsec / CLOCK_NS_PER_MS));
}
