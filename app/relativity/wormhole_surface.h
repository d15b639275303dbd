/*
 * What a place of the embedded surface looks like in a picture: glass, lit
 * from the left and above, with circles and meridians on it; cold on the
 * near side and warm on the far one, with the throat marked.
 */
#ifndef RELATIVITY_WORMHOLE_SURFACE_H
#define RELATIVITY_WORMHOLE_SURFACE_H

#include "relativity/colour.h"
#include "relativity/wormhole_drawing.h"

struct wormhole_surface {
	const struct wormhole_drawing *drawing;
	double line;          /* half a line's width, in pixels */
	double circles_apart; /* proper distance, in throat radii */
	double light[3];      /* right, back, up */
};

struct wormhole_layer {
	struct colour colour; /* as to be shown */
	float cover;          /* how much it hides, 0 to 1 */
};

/* `drawing` is borrowed and measured in pixels. */
void wormhole_surface_init(struct wormhole_surface *surface,
			   const struct wormhole_drawing *drawing);

/* On the way from one point of the meridian to the next, after `part` of it;
 * `x` and `back` are from the axis, in throat radii. */
struct wormhole_layer wormhole_surface_layer(
	const struct wormhole_surface *surface, int point, double part,
	double x, double back);

#endif
