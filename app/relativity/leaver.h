/*
 * Leaver's continued fractions for gravitational waves (s = -2, l = m = 2)
 * around a Kerr hole: whether a frequency is a quasinormal one.
 *
 * Units G = c = M = 1.  A negative spin stands for m = -2 and |spin|.
 *
 * Sources: Leaver 1985, Proc. R. Soc. A 402, 285; the remainder of the radial
 * fraction: Nollert 1993, Phys. Rev. D 47, 5253.
 */
#ifndef RELATIVITY_LEAVER_H
#define RELATIVITY_LEAVER_H

#include <complex.h>

/*
 * 0 where omega is the frequency of the fundamental mode.  For |spin| < 1
 * and frequencies near it; a zero is right to 1e-12.  It takes steps in
 * proportion to 1 / sqrt(1 - spin^2): 50 to 100 at spins up to 0.5, and 1,500
 * at 0.9999, 6,600 at -0.9999.
 */
double complex leaver_mismatch(double spin, double complex omega);

/* The separation constant A where spin times omega is c. */
double complex leaver_separation(double complex c);

#endif
