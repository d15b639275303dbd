/*
 * One ray, exactly: every crossing of the equatorial plane and where it ends.
 *
 * The same equations as trace.h, by itself and with so small an error (1e-9
 * in radius and redshift, 1e-8 rad in direction, except within 1e-6 of the
 * critical curve) that it is the yardstick of the pictures.
 */
#ifndef RELATIVITY_RAY_H
#define RELATIVITY_RAY_H

#include <stddef.h>

#include "base/progress.h"
#include "base/rc.h"
#include "relativity/trace.h"

enum { RAY_CROSSINGS_MAX = 16 };

struct ray_crossing {
	int order;        /* crossings of the plane before, at any radius */
	double radius_rg; /* outside the ISCO only */
	double redshift_factor; /* observed over emitted frequency, of matter
	                           on a circular orbit */
};

struct ray {
	enum trace_end end;  /* never TRACE_DISC: the disc is transparent */
	double direction[3]; /* of TRACE_SKY, as in trace.h */
	double theta_deg, phi_deg; /* the same; from the axis, and from the
	                              camera's meridian, -180 to 180 */
	size_t crossing_count;
	struct ray_crossing crossings[RAY_CROSSINGS_MAX];
};

/* |spin| <= 1, inclination 0 to 180, |alpha| and |beta| up to 1e6; asks
 * `progress`, and returns what it says. */
enum lc_rc ray_follow(double spin, double inclination_deg, double alpha_rg,
		      double beta_rg, struct lc_progress *progress,
		      struct ray *ray) LC_CHECKED;

/*
 * Observed over emitted frequency of light with angular momentum lambda =
 * -alpha sin(i), from matter on a circular orbit at this radius >= ISCO.
 */
double ray_redshift(double spin, double radius_rg, double lambda);

#endif
