#include "relativity/wormhole_legs.h"

#include <math.h>

#include "relativity/constants.h"
#include "relativity/wormhole_integral.h"

enum { NEWTON_MOST = 60 };

#define NEWTON_ENOUGH 4e-16

/* A start, and what is always needed of it. */
struct leg {
	const struct wormhole *shape;
	double start, spare;
	double radius;
	double unit, x, atan_x; /* Dneg: the place is x units out */
};

static double
unit_of(const struct wormhole *shape)
{
	return PI / 2 * shape->mass;
}

static struct leg
leg_from(const struct wormhole *shape, double start, double spare)
{
	struct leg leg = {.shape = shape, .start = start, .spare = spare};

	leg.radius = 1 + wormhole_legs_excess(shape, start);
	leg.unit = 1;
	if (shape->kind == WORMHOLE_DNEG) {
		leg.unit = unit_of(shape);
		leg.x = start / leg.unit;
		leg.atan_x = atan(leg.x);
	}
	return leg;
}

/*
 * r(start + t) - r(start).  By the difference of two arcus tangens nothing
 * cancels but what is smaller than the first term.
 */
static double
leg_rise(const struct leg *leg, double t)
{
	double x = leg->x, dx = t / leg->unit;
	double turned = dx / (1 + x * (x + dx));
	double grown = dx * (2 * x + dx) / (1 + x * x);

	if (leg->shape->kind == WORMHOLE_ELLIS)
		return t * (2 * leg->start + t) /
		       (leg->radius + hypot(1, leg->start + t));
	return leg->shape->mass *
	       (dx * leg->atan_x + (x + dx) * atan(turned) - log1p(grown) / 2);
}

double
wormhole_legs_excess(const struct wormhole *shape, double distance)
{
	double x;

	if (shape->kind == WORMHOLE_ELLIS)
		return distance * distance / (1 + hypot(1, distance));
	x = distance / unit_of(shape);
	return shape->mass * (x * atan(x) - log1p(x * x) / 2);
}

/*
 * r is convex and less than its first term: Newton's second place is beyond
 * the one that is looked for, and the others come down to it.
 */
double
wormhole_legs_turn(const struct wormhole *shape, double excess)
{
	double height, x;

	if (shape->kind == WORMHOLE_ELLIS)
		return sqrt(excess * (2 + excess));
	height = excess / shape->mass;
	x = sqrt(2 * height);
	for (int i = 0; i < NEWTON_MOST && x > 0; i++) {
		double over = x * atan(x) - log1p(x * x) / 2 - height;
		double step = over / atan(x);

		x -= step;
		if (fabs(step) <= NEWTON_ENOUGH * x)
			break;
	}
	return x * unit_of(shape);
}

/* Seen backwards r is concave: Newton's places come up to the right one. */
double
wormhole_legs_back(const struct wormhole *shape, double distance, double drop)
{
	double back = 0, radius = 1 + wormhole_legs_excess(shape, distance);
	double lost = drop * (2 * radius - drop); /* of r^2 */

	if (shape->kind == WORMHOLE_ELLIS)
		return lost / (distance + sqrt(distance * distance - lost));
	for (int i = 0; i < NEWTON_MOST; i++) {
		struct leg leg = leg_from(shape, distance - back, 0);
		double step = drop - leg_rise(&leg, back);

		step /= 2 / PI * leg.atan_x;
		back += step;
		if (fabs(step) <= NEWTON_ENOUGH * back)
			break;
	}
	return back;
}

static double
leg_rate(const void *way, double t)
{
	const struct leg *leg = way;
	double rise = leg_rise(leg, t), radius = leg->radius + rise;

	return 1 /
	       (radius * sqrt(rise * (2 * leg->radius + rise) + leg->spare));
}

/* Where the spare begins to be less than what r^2 has grown. */
static double
leg_slack(const struct leg *leg, double slope)
{
	double bend = 2 / PI / (leg->unit * (1 + leg->x * leg->x));
	double grown = 2 * leg->radius * slope;

	if (leg->shape->kind == WORMHOLE_ELLIS)
		bend = pow(leg->radius, -3);
	return leg->spare / (grown + sqrt(leg->radius * bend * leg->spare));
}

double
wormhole_legs_sweep(const struct wormhole *shape, double start, double spare,
		    double length)
{
	struct leg leg = leg_from(shape, start, spare);
	struct wormhole_integral of = {.at = leg_rate, .way = &leg};
	double slope = leg.atan_x * 2 / PI;

	if (shape->kind == WORMHOLE_ELLIS)
		slope = start / leg.radius;
	if (spare <= 0 && start <= 0)
		return INFINITY;
	of.most = leg.radius + sqrt(leg.radius * leg.unit) + start + leg.unit;
	of.least = fmin(leg.radius, hypot(start, leg.unit));
	if (start > 0)
		of.least = fmin(of.least, start);
	if (spare > 0)
		of.least = fmin(of.least, leg_slack(&leg, slope));
	return wormhole_integral(&of, length);
}
