/*
 * The scales beside a drawing, in units that suit them.
 */
#ifndef RELATIVITY_WORMHOLE_AXES_H
#define RELATIVITY_WORMHOLE_AXES_H

#include "base/buf.h"
#include "relativity/wormhole_drawing.h"

/* Distances from the axis, along y = `bottom`. */
void wormhole_axes_across(const struct wormhole_drawing *drawing,
			  double throat_m, double bottom, struct buf *out);

/* Heights, along x = `left`; nothing where they could not be read. */
void wormhole_axes_up(const struct wormhole_drawing *drawing, double throat_m,
		      double left, struct buf *out);

#endif
