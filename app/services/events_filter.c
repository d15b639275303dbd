#include "services/events_filter.h"

#include <math.h>

/* What rounding may do to the square of a chord, and to that of no chord. */
#define CHORD2_SLACK 1e-14
#define CHORD2_LEAST 1e-30

void
events_filter_circle(struct events_filter *filter, double ra_deg,
		     double dec_deg, double radius_deg)
{
	double half = sin(radius_deg * (M_PI / 360));

	filter->circle = true;
	events_place(ra_deg, dec_deg, filter->centre);
	filter->chord2_max =
		4 * half * half + CHORD2_SLACK * half + CHORD2_LEAST;
}
