/*
 * What it costs to ask whether an observer wants an event, as a table for
 * RESULTS.md.
 *
 *	bench_filter
 *
 * A thousand observers, each with a filter of its own, are asked for one
 * event after the other, as when events are sent: the nanoseconds of a
 * processor for each event and observer, the least of several rounds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "services/events_filter.h"

enum { OBSERVERS = 1000, EVENTS = 2000, ROUNDS = 7, AIM_NS = 100 };

static double
draw(uint64_t *seed, double most)
{
	uint64_t x = *seed += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return (double)((x ^ x >> 31) >> 11) * 0x1p-53 * most;
}

static struct tail_event *
event_new(uint64_t *seed)
{
	const struct event event = {
		.seq = 1,
		.type = EVENTS_OBJECT,
		.name = "object",
		.data = "{}",
		.length = 2,
		.placed = true,
		.ra_deg = draw(seed, 360),
		.dec_deg = draw(seed, 180) - 90,
	};
	struct tail_event *made = tail_event_new("0123456789abcdef", &event);

	if (made == NULL)
		exit(EXIT_FAILURE);
	return made;
}

/* A radius of 0: no circle. */
static void
filters_make(struct events_filter *filters, uint64_t *seed, double radius_deg)
{
	for (size_t i = 0; i < OBSERVERS; i++) {
		filters[i] = (struct events_filter){0};
		if (radius_deg > 0)
			events_filter_circle(&filters[i], draw(seed, 360),
					     draw(seed, 180) - 90, radius_deg);
	}
}

/* Of this thread, so that others' work does not count. */
static int64_t
cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * CLOCK_NS_PER_S + now.tv_nsec;
}

static void
print_row(const char *name, struct tail_event **events, uint64_t *seed,
	  double radius_deg)
{
	static struct events_filter filters[OBSERVERS];
	double asked = (double)OBSERVERS * EVENTS;
	int64_t least_ns = INT64_MAX, passed = 0;

	filters_make(filters, seed, radius_deg);
	for (int round = 0; round < ROUNDS; round++) {
		int64_t took_ns = -cpu_ns();

		passed = 0;
		for (size_t e = 0; e < EVENTS; e++)
			for (size_t i = 0; i < OBSERVERS; i++)
				passed += events_filter_passes(&filters[i],
							       events[e]);
		took_ns += cpu_ns();
		if (took_ns < least_ns)
			least_ns = took_ns;
	}
	printf("| %s | %.2f %% | %.1f | < %d |\n", name,
	       100 * (double)passed / asked, (double)least_ns / asked,
	       (int)AIM_NS);
}

int
main(void)
{
	static struct tail_event *events[EVENTS];
	uint64_t seed = 1;

	for (size_t e = 0; e < EVENTS; e++)
		events[e] = event_new(&seed);
	printf("| filter | passes | ns | aim |\n"
	       "| --- | ---: | ---: | ---: |\n");
	print_row("none", events, &seed, 0);
	print_row("a circle of 5°", events, &seed, 5);
	print_row("a circle of 60°", events, &seed, 60);
	for (size_t e = 0; e < EVENTS; e++)
		tail_event_free(events[e]);
	return EXIT_SUCCESS;
}
