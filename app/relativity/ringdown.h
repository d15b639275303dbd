/*
 * How a disturbed hole rings: its fundamental quasinormal mode l = m = 2,
 * n = 0.
 *
 * The mode is found by Leaver's continued fractions for each question, from
 * a start that a fit gives; 1e-9 relative below |spin| = 0.9999.  A negative
 * spin is a hole that turns against the disturbance.  At spin 1 the mode
 * does not decay (omega = 1), and there is nothing to iterate.
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

/* The least quality of all spins: that at spin -1. */
double ringdown_quality_min(void);

/*
 * The spin that rings with this quality; LC_INVALID for one below the least
 * or so high that the spin is beyond 0.9999.
 */
enum lc_rc ringdown_spin(double quality, double *spin) LC_CHECKED;

#endif
