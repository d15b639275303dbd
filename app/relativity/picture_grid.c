#include "relativity/picture_grid.h"

#include <math.h>
#include <stdbool.h>

#include "relativity/constants.h"

#define LINE_DEG 0.6 /* half of a line's width */
#define MARK_DEG 2.5 /* radius of the mark */

/* Fewer meridians meet at the poles. */
#define POLAR_DEG 75.0

/* How far it is to the nearest multiple of `step`, of -360 to 360. */
static double
off(double deg, double step)
{
	double steps = deg / step;

	return fabs(steps - ((int)(steps + 1000.5) - 1000)) * step;
}

static bool
on_line(const double direction[3])
{
	double latitude = asin(fmin(fmax(direction[2], -1), 1)) / RAD_PER_DEG;
	double across = sqrt(fmax(1 - direction[2] * direction[2], 0));
	double longitude;

	if (off(latitude, 15) < LINE_DEG && fabs(latitude) < 89)
		return true;
	longitude = atan2(direction[1], direction[0]) / RAD_PER_DEG;
	return off(longitude, fabs(latitude) > POLAR_DEG ? 45 : 15) * across <
	       LINE_DEG;
}

struct colour
picture_grid(const double direction[3], const double back[3])
{
	static const struct colour mark = {0.9F, 0.9F, 0.9F};
	static const struct colour lines[2][2] = {
		{{0.05F, 0.30F, 0.75F}, {0.70F, 0.33F, 0.02F}},
		{{0.03F, 0.45F, 0.22F}, {0.55F, 0.10F, 0.38F}},
	};
	static const struct colour between[2][2] = {
		{{0.006F, 0.018F, 0.040F}, {0.036F, 0.020F, 0.006F}},
		{{0.005F, 0.026F, 0.015F}, {0.030F, 0.009F, 0.024F}},
	};
	double toward = direction[0] * back[0] + direction[1] * back[1] +
			direction[2] * back[2];
	bool south = direction[2] < 0, right = direction[1] >= 0;

	if (toward > cos(MARK_DEG * RAD_PER_DEG))
		return mark;
	return on_line(direction) ? lines[south][right] : between[south][right];
}
