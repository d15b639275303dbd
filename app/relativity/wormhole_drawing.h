/*
 * How the embedded surface lies in a drawing: seen from far away and from
 * above, the near side up.
 *
 * A line of sight is known by its place in the drawing; along it, height
 * over the middle plane grows towards the eye.  Between two points of the
 * meridian the surface is a cone's, and the line may meet it twice.
 */
#ifndef RELATIVITY_WORMHOLE_DRAWING_H
#define RELATIVITY_WORMHOLE_DRAWING_H

#include "relativity/wormhole_embed.h"

enum {
	WORMHOLE_CIRCLES = 10,  /* to each side of the throat */
	WORMHOLE_MERIDIANS = 24 /* all around */
};

struct wormhole_drawing {
	const struct wormhole *shape;
	double reach;
	struct wormhole_point points[WORMHOLE_POINTS];
	double sine, cosine; /* of the eye's elevation */
	double scale;        /* of a throat radius */
	double x, y;         /* the middle's; y grows downwards */
};

/* As large as fits into a box, and in its middle. */
void wormhole_drawing_init(struct wormhole_drawing *drawing,
			   const struct wormhole *shape, double left,
			   double top, double width, double height);

enum { WORMHOLE_BANDS = WORMHOLE_POINTS - 1 };

/*
 * The surface from points[i] to points[i + 1] as the lines of sight see it
 * that are at one height of the drawing: after a part t of the way they are
 * sqrt(c + 2 b t + a t^2) from the middle, in throat radii, when they meet
 * it.
 */
struct wormhole_band {
	double a, b, c, end; /* end: at t = 1 */
	double low, high;    /* the least and the greatest square */
};

void wormhole_drawing_row(const struct wormhole_drawing *drawing, double y,
			  struct wormhole_band bands[WORMHOLE_BANDS]);

/* Where the line meets it whose square this is, from `low` to before `high`:
 * how often, 1 or 2, and after which parts of the way, in order. */
int wormhole_drawing_meet(const struct wormhole_band *band, double square,
			  double parts[2]);

/* Where a place of the surface is drawn; `turn` from the back to the right. */
void wormhole_drawing_place(const struct wormhole_drawing *drawing, double r,
			    double z, double turn, double at[2]);

#endif
