#include "relativity/wormhole.h"

#include <math.h>

#include "relativity/constants.h"
#include "relativity/wormhole_integral.h"
#include "relativity/wormhole_legs.h"

/* The lensing width is as many M. */
#define WIDTH_BY_MASS 1.4295268191803

/* 1 - r'^2 at the stations. */
#define STATION_TILT 0.01

struct wormhole
wormhole_ellis(void)
{
	return (struct wormhole){.kind = WORMHOLE_ELLIS};
}

struct wormhole
wormhole_dneg(double length, double lensing_width)
{
	return (struct wormhole){
		.kind = WORMHOLE_DNEG,
		.half_length = length / 2,
		.mass = lensing_width / WIDTH_BY_MASS,
	};
}

/* How far outside the cylinder, in units of pi M / 2. */
static double
x_of(const struct wormhole *shape, double l)
{
	double outside = fabs(l) - shape->half_length;

	return outside > 0 ? 2 * outside / (PI * shape->mass) : 0;
}

double
wormhole_radius(const struct wormhole *shape, double l)
{
	double outside = fmax(0, fabs(l) - shape->half_length);

	return 1 + wormhole_legs_excess(shape, outside);
}

double
wormhole_slope(const struct wormhole *shape, double l)
{
	if (shape->kind == WORMHOLE_ELLIS)
		return l / hypot(1, l);
	return copysign(2 / PI * atan(x_of(shape, l)), l);
}

double
wormhole_bend(const struct wormhole *shape, double l)
{
	double x;

	if (shape->kind == WORMHOLE_ELLIS)
		return pow(1 + l * l, -1.5);
	if (fabs(l) < shape->half_length)
		return 0;
	x = x_of(shape, l);
	return 4 / (PI * PI * shape->mass * (1 + x * x));
}

double
wormhole_tilt(const struct wormhole *shape, double l)
{
	double left; /* 1 - |r'| */

	if (shape->kind == WORMHOLE_ELLIS)
		return 1 / (1 + l * l);
	left = 2 / PI * atan2(1, x_of(shape, l));
	return left * (2 - left);
}

double
wormhole_station(const struct wormhole *shape)
{
	if (shape->kind == WORMHOLE_ELLIS)
		return sqrt(1 / STATION_TILT - 1);
	return shape->half_length +
	       PI / 2 * shape->mass * tan(PI / 2 * sqrt(1 - STATION_TILT));
}

static double
height_rate(const void *shape, double l)
{
	return sqrt(wormhole_tilt(shape, l));
}

double
wormhole_height(const struct wormhole *shape, double l)
{
	double inside = fmin(fabs(l), shape->half_length);
	double distance = fabs(l) - inside, unit = PI / 2 * shape->mass;
	struct wormhole outside = *shape;
	struct wormhole_integral of = {.at = height_rate, .way = &outside};

	if (shape->kind == WORMHOLE_ELLIS)
		return asinh(l);
	outside.half_length = 0;
	of.least = fmin(unit, distance);
	of.most = fmax(unit, distance);
	return copysign(inside + wormhole_integral(&of, distance), l);
}
