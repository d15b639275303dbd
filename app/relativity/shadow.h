/*
 * The shadow of a Kerr hole: the critical curve on a distant observer's sky.
 *
 * alpha points to the observer's right, seen with the spin axis up, and beta
 * up, both in gravitational radii; the side that moves towards the observer
 * is at alpha < 0 for positive spin.  Any spin of -1 to 1 (a negative one
 * mirrors the curve) and any inclination of 0 to 180 degrees.
 *
 * Source: Bardeen 1973, in Black Holes (Les Houches), p. 215.
 */
#ifndef RELATIVITY_SHADOW_H
#define RELATIVITY_SHADOW_H

#include <stddef.h>

struct shadow {
	double alpha_min_rg, alpha_max_rg; /* left and right end */
	double beta_max_rg;                /* the upper end; the lower is - */
	double area_rg2;
	double areal_diameter_rg; /* of the disc with the same area */
	double mean_diameter_rg;  /* twice the mean distance from the centre */
	double centre_alpha_rg;   /* of area; beta of it is 0 */
};

struct shadow_point {
	double alpha_rg, beta_rg;
};

/* Errors are below 1e-9 of the radius. */
void shadow_find(double spin, double inclination_deg, struct shadow *shadow);

/*
 * `count` points (at least 8) around the curve, counterclockwise from its
 * right end, evenly spaced in angle as seen from its centre; the first does
 * not come again at the end.
 */
void shadow_curve(double spin, double inclination_deg,
		  struct shadow_point *points, size_t count);

#endif
