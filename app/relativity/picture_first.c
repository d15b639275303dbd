#include "relativity/picture_first.h"

#include <math.h>

/* The shadow's radius without spin. */
#define CRITICAL_RG 5.196152422706632

/*
 * About where a star's first image lies that is `angle` from where the
 * camera looks: the weak deflection 4 / b far outside, and the exponential
 * approach to the shadow's edge.  And how much it is magnified there.
 */
static double
first_image(double angle, double *magnified)
{
	double fall = exp(-angle);
	double radius = CRITICAL_RG + fall * (4 / angle + 1.75);
	double slope = fall * (4 / (angle * angle) + 4 / angle + 1.75);

	*magnified = radius * slope / fmax(sin(angle), 0.01);
	return radius;
}

double
picture_first_magnified(const void *first, const double direction[3])
{
	const struct picture_first *view = first;
	const double *back = view->back;
	double angle =
		acos(fmin(fmax(direction[0] * back[0] + direction[1] * back[1] +
				       direction[2] * back[2],
			       -1),
			  1));
	double magnified;
	double radius = first_image(fmax(angle, 1e-6), &magnified);

	return radius > view->fov_rg / 2 ? 0 : magnified;
}
