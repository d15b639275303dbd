/*
 * A sky of lines of latitude and longitude, each 15 degrees, without stairs:
 * what a patch of it looks like on the whole.  Each quarter (north or south,
 * and of longitudes above or below 0) has a colour of its own, cold on the
 * near side and warm on the far one.
 */
#ifndef RELATIVITY_WORMHOLE_GRID_H
#define RELATIVITY_WORMHOLE_GRID_H

#include <stdbool.h>

#include "relativity/colour.h"

/*
 * Around a direction, a unit vector; `u` and `v` are the patch's sides, at
 * right angles to it, in radians.
 */
struct colour wormhole_grid(bool far, const double direction[3],
			    const double u[3], const double v[3]);

#endif
