/*
 * Pieces of a light ray's way outside of the cylinder, on one side.
 *
 * Places are distances from the cylinder's end (Ellis: from the throat), in
 * throat radii.  A sweep is given per impact parameter, psi / B, so that it
 * also has a value for B = 0.
 */
#ifndef RELATIVITY_WORMHOLE_LEGS_H
#define RELATIVITY_WORMHOLE_LEGS_H

#include "relativity/wormhole.h"

/* r - 1 at a distance, without a loss of digits near the throat. */
double wormhole_legs_excess(const struct wormhole *shape, double distance);

/* The distance at which r - 1 = excess >= 0. */
double wormhole_legs_turn(const struct wormhole *shape, double excess);

/*
 * How far before `distance` the radius is less by `drop`, which may be half
 * of r - 1 there at most.
 */
double wormhole_legs_back(const struct wormhole *shape, double distance,
			  double drop);

/*
 * psi / B from `start` outwards over `length`, which may be INFINITY.
 * `spare` is r^2 - B^2 at the start, >= 0; 0 where the ray turns.  INFINITY
 * where it circles.
 */
double wormhole_legs_sweep(const struct wormhole *shape, double start,
			   double spare, double length);

#endif
