/*
 * The two clocks of jobs: the calendar, which people set, and the machine's
 * own, which also counts while it sleeps, is never set, and begins anew with
 * each boot.
 */
#ifndef SERVICES_JOBS_TIME_H
#define SERVICES_JOBS_TIME_H

#include <stdint.h>

struct jobs_time {
	int64_t calendar_ms; /* since 1970 */
	int64_t machine_ms;  /* since some moment of this boot */
	int64_t boot;        /* which boot it is */
};

/* The boot is asked for when it is 0. */
void jobs_time_now(struct jobs_time *now);

#endif
