/*
 * Which events an observer wants: of some types, or in a circle of sky.
 * Asking takes some nanoseconds, as it is done for each event and observer.
 */
#ifndef SERVICES_EVENTS_FILTER_H
#define SERVICES_EVENTS_FILTER_H

#include <stdbool.h>

#include "services/events_tail.h"

/* All zeros: it wants all. */
struct events_filter {
	unsigned types;   /* bits of enum events_type; 0: all of them */
	bool placed_only; /* none that are nowhere */
	bool circle;
	double centre[3];  /* on the unit sphere */
	double chord2_max; /* the radius as a chord's length, squared */
};

/* A radius of 0 to 180 degrees; events that are nowhere pass, too. */
void events_filter_circle(struct events_filter *filter, double ra_deg,
			  double dec_deg, double radius_deg);

static inline bool
events_filter_passes(const struct events_filter *filter,
		     const struct tail_event *event)
{
	double x, y, z;

	if (filter->types != 0 && (filter->types >> event->type & 1) == 0)
		return false;
	if (!event->placed)
		return !filter->placed_only;
	if (!filter->circle)
		return true;
	x = event->place[0] - filter->centre[0];
	y = event->place[1] - filter->centre[1];
	z = event->place[2] - filter->centre[2];
	return x * x + y * y + z * z <= filter->chord2_max;
}

#endif
