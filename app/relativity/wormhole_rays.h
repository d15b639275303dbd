/*
 * Light through and around a wormhole.
 *
 * A ray keeps its impact parameter B = r sin(alpha), in throat radii; B < 1
 * goes through if it is heading in, B > 1 turns at r = B.  What matters of
 * its way is psi, the angle that it sweeps around the middle: dpsi/dl =
 * B / (r sqrt(r^2 - B^2)).  There is no redshift between the two ends.
 *
 * Single rays are exact (relative error 1e-10 in psi; B = 1 itself circles
 * for ever: INFINITY).  A lens has them in a table, for pictures.
 *
 * Source: James, von Tunzelmann, Franklin & Thorne 2015, Am. J. Phys. 83,
 * 486.
 */
#ifndef RELATIVITY_WORMHOLE_RAYS_H
#define RELATIVITY_WORMHOLE_RAYS_H

#include <stdbool.h>

#include "base/progress.h"
#include "base/rc.h"
#include "relativity/wormhole.h"

struct wormhole_ray {
	double impact;    /* B, >= 0 */
	double open;      /* 1 - B^2, also where B cannot be told from 1 */
	double sweep_rad; /* psi from the camera to infinity */
	bool through;     /* ends on the other side than the camera's */
};

/*
 * The ray that is seen from camera_l (any sign; 0 counts as the near side)
 * in a direction `alpha_rad` (0 to pi) away from the one that leads straight
 * to the throat; from l = 0, to the far side.  Rays are followed backwards,
 * from the eye.
 */
void wormhole_ray(const struct wormhole *shape, double camera_l,
		  double alpha_rad, struct wormhole_ray *ray);

/* From infinity to infinity, of the impact parameter B >= 0; `open` is
 * 1 - B^2. */
double wormhole_sweep_whole(const struct wormhole *shape, double impact,
			    double open);

/*
 * A table of deflections: psi against B, from the throat or the turning
 * point out, of one geometry.  It can be shared by all cameras and threads,
 * and is worth keeping.
 */
struct wormhole_table;

/*
 * NULL when there is no memory or the work was told to stop (`progress`, as
 * to be asked).  Some milliseconds.
 */
struct wormhole_table *wormhole_table_new(const struct wormhole *shape,
					  struct lc_progress *progress);
void wormhole_table_free(struct wormhole_table *table);

/* The table as one camera needs it; the table is borrowed. */
struct wormhole_lens;

struct wormhole_lens *wormhole_lens_new(const struct wormhole_table *table,
					double camera_l,
					struct lc_progress *progress);
void wormhole_lens_free(struct wormhole_lens *lens);

/*
 * The same as wormhole_ray(), quickly (some 30 ns): error in psi 1e-6 rad.
 * Where B is nearly 1 the last digits of `cosine` and `sine` (>= 0), which
 * are alpha's, say more of psi than the lens can know.
 */
void wormhole_lens_find(const struct wormhole_lens *lens, double cosine,
			double sine, struct wormhole_ray *ray);

#endif
