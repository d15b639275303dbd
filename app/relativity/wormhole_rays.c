#include "relativity/wormhole_rays.h"

#include <math.h>

#include "relativity/wormhole_legs.h"

/* Less than a double can say of an angle near 90 or 180 degrees. */
#define RIGHT_ANGLE 1e-16
#define STRAIGHT_ANGLE 2e-16

/* A camera, and a direction from it. */
struct sight {
	const struct wormhole *shape;
	double inside;   /* the cylinder between the throat and the camera */
	double distance; /* beyond the cylinder's end; 0 in it */
	double excess;   /* r - 1 */
	double cosine, sine;
	double impact;
	double open; /* 1 - B^2 */
};

static struct sight
sight_from(const struct wormhole *shape, double camera_l, double alpha_rad)
{
	double l = fabs(camera_l), square;
	struct sight sight = {.shape = shape,
			      .inside = fmin(l, shape->half_length),
			      .cosine = cos(alpha_rad),
			      .sine = sin(alpha_rad)};

	sight.distance = l - sight.inside;
	sight.excess = wormhole_legs_excess(shape, sight.distance);
	if (fabs(sight.cosine) < RIGHT_ANGLE)
		sight.cosine = 0;
	if (sight.cosine < 0 && sight.sine < STRAIGHT_ANGLE)
		sight.sine = 0;
	sight.impact = (1 + sight.excess) * sight.sine;
	square = sight.excess * (2 + sight.excess); /* r^2 - 1 */
	sight.open =
		sight.cosine * sight.cosine - square * sight.sine * sight.sine;
	return sight;
}

/* psi / B along so much of a cylinder. */
static double
sweep_cylinder(double length, double open)
{
	return length > 0 ? length / sqrt(open) : 0;
}

static double
sweep_out(const struct sight *sight)
{
	double across = (1 + sight->excess) * sight->cosine;
	double ahead = sight->shape->half_length - sight->inside;

	return sweep_cylinder(ahead, sight->open) +
	       wormhole_legs_sweep(sight->shape, sight->distance,
				   across * across, INFINITY);
}

static double
sweep_through(const struct sight *sight)
{
	double cylinder = sight->inside + sight->shape->half_length;

	return wormhole_legs_sweep(sight->shape, 0, sight->open,
				   sight->distance) +
	       sweep_cylinder(cylinder, sight->open) +
	       wormhole_legs_sweep(sight->shape, 0, sight->open, INFINITY);
}

/* In to where the ray turns, and out.  Either way is measured from where it
 * is the shorter one: none is a difference of large numbers. */
static double
sweep_back(const struct sight *sight)
{
	double radius = 1 + sight->excess;
	double excess = -sight->open / (1 + sight->impact); /* B - 1 */
	double drop = radius * sight->cosine * radius * sight->cosine /
		      (radius + sight->impact); /* r - B */
	double turn, way;

	if (excess < drop) {
		turn = wormhole_legs_turn(sight->shape, excess);
		way = sight->distance - turn;
	} else {
		way = wormhole_legs_back(sight->shape, sight->distance, drop);
		turn = sight->distance - way;
	}
	return wormhole_legs_sweep(sight->shape, turn, 0, way) +
	       wormhole_legs_sweep(sight->shape, turn, 0, INFINITY);
}

void
wormhole_ray(const struct wormhole *shape, double camera_l, double alpha_rad,
	     struct wormhole_ray *ray)
{
	struct sight sight = sight_from(shape, camera_l, alpha_rad);
	double sweep;

	ray->impact = sight.impact;
	ray->open = sight.open;
	ray->through = sight.cosine > 0 && sight.open > 0;
	if (ray->through)
		sweep = sweep_through(&sight);
	else if (sight.cosine < 0)
		sweep = sweep_out(&sight);
	else if (sight.open < 0)
		sweep = sweep_back(&sight);
	else
		sweep = INFINITY;
	ray->sweep_rad = sight.impact > 0 ? sight.impact * sweep : 0;
}

double
wormhole_sweep_whole(const struct wormhole *shape, double impact, double open)
{
	double sweep, turn;

	if (open == 0)
		return INFINITY;
	if (open > 0) {
		sweep = 2 * wormhole_legs_sweep(shape, 0, open, INFINITY) +
			sweep_cylinder(2 * shape->half_length, open);
	} else {
		turn = wormhole_legs_turn(shape, -open / (1 + impact));
		sweep = 2 * wormhole_legs_sweep(shape, turn, 0, INFINITY);
	}
	return impact * sweep;
}
