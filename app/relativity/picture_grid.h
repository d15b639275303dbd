/*
 * A sky of lines: of latitude and longitude, each 15 degrees, in the hole's
 * frame.  Each quarter of the sky (north or south of the equator, left or
 * right of the plane of the axis and the camera) has a colour of its own.
 */
#ifndef RELATIVITY_PICTURE_GRID_H
#define RELATIVITY_PICTURE_GRID_H

#include "relativity/colour.h"

/*
 * Its colour in a direction, a unit vector; `back` is where the camera looks,
 * which has a mark.
 */
struct colour picture_grid(const double direction[3], const double back[3]);

#endif
