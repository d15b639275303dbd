/*
 * The lines on a drawn surface as paths of SVG, each apart into what is seen
 * and what the surface itself hides.
 */
#ifndef RELATIVITY_WORMHOLE_LINES_H
#define RELATIVITY_WORMHOLE_LINES_H

#include <stdbool.h>

#include "base/buf.h"
#include "relativity/wormhole_drawing.h"

/* The data of a path: the circles and meridians of one side. */
void wormhole_lines_side(const struct wormhole_drawing *drawing, bool far,
			 bool hidden, struct buf *out);

/* The same of the throat's circle. */
void wormhole_lines_throat(const struct wormhole_drawing *drawing, bool hidden,
			   struct buf *out);

#endif
