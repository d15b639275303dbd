/*
 * How a disturbed hole rings: its fundamental quasinormal mode l = m = 2,
 * n = 0.
 *
 * The mode is found by Leaver's continued fractions for each question, from
 * a start that a fit gives; 1e-9 relative up to |spin| = 0.9999.  Beyond, the
 * fractions converge too slowly, and fits to them tell it: omega within 1e-10
 * relative, and its imaginary part within 1e-7 of itself.  A negative spin is
 * a hole that turns against the disturbance.  At spin 1 the mode does not
 * decay (omega = 1, the quality is INFINITY).
 *
 * A call takes 3 to 10 us up to |spin| = 0.99, then more: 60 us at 0.9999
 * and 0.2 ms at -0.9999.
 *
 * Source: Leaver 1985, Proc. R. Soc. A 402, 285.
 */
#ifndef RELATIVITY_RINGDOWN_H
#define RELATIVITY_RINGDOWN_H

#include "base/rc.h"

/* omega = re + i im in units of c^3/GM; the amplitude goes as
 * exp(-i omega t), so im < 0. */
struct ringdown {
	double re, im;
	double quality; /* re / (-2 im) */
};

/* LC_INVALID when the iteration does not settle, or |spin| > 1. */
enum lc_rc ringdown_find(double spin, struct ringdown *mode) LC_CHECKED;

/* The least quality of all spins: that at spin -1; and the greatest that
 * ringdown_spin() finds a spin for: that at 0.9999. */
double ringdown_quality_min(void);
double ringdown_quality_max(void);

/*
 * The spin that rings with this quality, within 1e-10; LC_INVALID for one
 * below the least or so high that the spin is beyond 0.9999.
 */
enum lc_rc ringdown_spin(double quality, double *spin) LC_CHECKED;

#endif
