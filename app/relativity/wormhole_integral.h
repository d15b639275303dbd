/*
 * Integrals along a way on which something happens at several scales that
 * may be many powers of ten apart.
 *
 * The substitution is u = log t between the scales, with tails that grow
 * twice exponentially: where the function is analytic for Re t > 0, and t^p
 * with p >= -1/2 before the first scale, the trapezoidal rule is good to
 * about 1e-14.
 */
#ifndef RELATIVITY_WORMHOLE_INTEGRAL_H
#define RELATIVITY_WORMHOLE_INTEGRAL_H

struct wormhole_integral {
	double (*at)(const void *way, double t);
	const void *way;
	double least, most; /* the scales, in t: 0 < least <= most */
};

/*
 * From t = 0 to `length`, which may be INFINITY for what falls off as t^-2
 * or faster.
 */
double wormhole_integral(const struct wormhole_integral *of, double length);

#endif
