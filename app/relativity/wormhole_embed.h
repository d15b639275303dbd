/*
 * The embedding diagram: the equatorial plane as a surface in flat space,
 * r(l) from the axis and z(l) high, from one station's side to the other's.
 */
#ifndef RELATIVITY_WORMHOLE_EMBED_H
#define RELATIVITY_WORMHOLE_EMBED_H

#include <stddef.h>

#include "base/buf.h"
#include "base/progress.h"
#include "base/rc.h"
#include "relativity/wormhole.h"

struct wormhole_point {
	double l, r, z; /* in throat radii */
};

enum { WORMHOLE_POINTS = 121 };

/*
 * Points along one meridian from -reach to reach, WORMHOLE_POINTS of them,
 * closer together where it bends; symmetric, and the middle one is the
 * throat.
 */
void wormhole_meridian(const struct wormhole *shape, double reach,
		       struct wormhole_point points[WORMHOLE_POINTS]);

/* How far diagrams go, in throat radii: where the shape can be seen. */
double wormhole_reach(const struct wormhole *shape);

/*
 * The diagram as a drawing, with a scale in metres and what is shown in
 * words (for people who cannot see it, too); failure is the buf's own.
 */
void wormhole_embed_svg(const struct wormhole *shape, double throat_m,
			struct buf *out);

/* The same as PNG; LC_NO_MEMORY, or why `progress` stopped it. */
enum lc_rc wormhole_embed_png(const struct wormhole *shape, double throat_m,
			      int width_px, int height_px,
			      struct lc_progress *progress, struct buf *out)
	LC_CHECKED;

#endif
