#include "relativity/wormhole_embed.h"

#include <math.h>

#include "relativity/constants.h"

enum { MIDDLE = WORMHOLE_POINTS / 2, HALVINGS = 100 };

/* Diagrams go to where the radius is so many throat radii. */
#define REACH_RADIUS 4.0

/*
 * What grows evenly from point to point, 0 to 2: by half the proper
 * distance, which is the drawn one, too, and by half the angle by which the
 * curve has turned.
 */
static double
progress_at(const struct wormhole *shape, double reach, double l)
{
	double turned = asin(fmin(wormhole_slope(shape, l), 1));

	return l / reach + turned / (PI / 2);
}

/* Where the progress is so much of what it is at `reach`. */
static double
place(const struct wormhole *shape, double reach, double part)
{
	double goal = part * progress_at(shape, reach, reach);
	double low = 0, high = reach;

	for (int i = 0; i < HALVINGS; i++) {
		double middle = (low + high) / 2;

		if (progress_at(shape, reach, middle) < goal)
			low = middle;
		else
			high = middle;
	}
	return high;
}

void
wormhole_meridian(const struct wormhole *shape, double reach,
		  struct wormhole_point points[WORMHOLE_POINTS])
{
	for (int i = 0; i <= MIDDLE; i++) {
		double l = i == 0 ? 0 :
			   i == MIDDLE ?
				    reach :
				    place(shape, reach, (double)i / MIDDLE);
		double r = wormhole_radius(shape, l);
		double z = i == 0 ? 0 : wormhole_height(shape, l);

		points[MIDDLE - i] = (struct wormhole_point){-l, r, -z};
		points[MIDDLE + i] = (struct wormhole_point){l, r, z};
	}
	points[MIDDLE].l = points[MIDDLE].z = 0;
}

double
wormhole_reach(const struct wormhole *shape)
{
	double low = shape->half_length, high = low + 1;

	while (wormhole_radius(shape, high) < REACH_RADIUS)
		high += high - low;
	for (int i = 0; i < HALVINGS; i++) {
		double middle = (low + high) / 2;

		if (wormhole_radius(shape, middle) < REACH_RADIUS)
			low = middle;
		else
			high = middle;
	}
	return high;
}
