/*
 * How a ray moves, a vector of rays at a time: a part of trace_kernel.h.
 *
 * Time is measured in steps, so that a step is 1 long and each ray's own
 * length of it is in the coefficients.  With them at 0, and the velocities,
 * a ray stands still.
 */
#ifndef RELATIVITY_TRACE_MOTION_H
#define RELATIVITY_TRACE_MOTION_H

#define KERNEL_INLINE static inline __attribute__((always_inline))

/* u'' = u (linear + u (square + u cube)) */
struct radial {
	vec u, v;
	vec linear, square, cube;
	vec drag; /* sum of what the hole's turning adds to the azimuth */
	vec a_lambda;
};

/* mu'' = mu (linear + mu^2 cube); (x, y) = w, w'' = w (the same + turn) */
struct polar {
	vec mu, nu;
	vec linear, cube;
	vec x, x_v, y, y_v;
	vec turn;
};

KERNEL_INLINE vec
radial_pull(const struct radial *radial, vec u)
{
	vec inner = vec_fma(u, radial->cube, radial->square);

	return u * vec_fma(u, inner, radial->linear);
}

/* Nystroem's method of three stages and fourth order. */
KERNEL_INLINE void
radial_step(struct radial *radial)
{
	vec straight = radial->u + radial->v;
	vec k1 = radial_pull(radial, radial->u);
	vec half = vec_fma(vec_set(0.5), radial->v, radial->u);
	vec k2 = radial_pull(radial, vec_fma(vec_set(0.125), k1, half));
	vec k3 = radial_pull(radial, vec_fma(vec_set(0.5), k2, straight));
	vec sum = vec_fma(vec_set(2), k2, k1);

	radial->u = vec_fma(vec_set(1.0 / 6), sum, straight);
	sum = vec_fma(vec_set(2), k2, sum) + k3;
	radial->v = vec_fma(vec_set(1.0 / 6), sum, radial->v);
}

KERNEL_INLINE vec
polar_factor(const struct polar *polar, vec mu)
{
	return vec_fma(mu * mu, polar->cube, polar->linear);
}

/* The same for y'' = y f, where f at the stages is known. */
KERNEL_INLINE void
component_step(vec *at, vec *velocity, const vec factors[3])
{
	vec straight = *at + *velocity;
	vec k1 = *at * factors[0];
	vec half = vec_fma(vec_set(0.5), *velocity, *at);
	vec k2 = vec_fma(vec_set(0.125), k1, half) * factors[1];
	vec k3 = vec_fma(vec_set(0.5), k2, straight) * factors[2];
	vec sum = vec_fma(vec_set(2), k2, k1);

	*at = vec_fma(vec_set(1.0 / 6), sum, straight);
	sum = vec_fma(vec_set(2), k2, sum) + k3;
	*velocity = vec_fma(vec_set(1.0 / 6), sum, *velocity);
}

KERNEL_INLINE void
polar_step(struct polar *polar, const bool directions)
{
	vec straight = polar->mu + polar->nu;
	vec half = vec_fma(vec_set(0.5), polar->nu, polar->mu);
	vec factors[3], stage, k1, k2, k3, sum;

	factors[0] = polar_factor(polar, polar->mu);
	k1 = polar->mu * factors[0];
	stage = vec_fma(vec_set(0.125), k1, half);
	factors[1] = polar_factor(polar, stage);
	k2 = stage * factors[1];
	stage = vec_fma(vec_set(0.5), k2, straight);
	factors[2] = polar_factor(polar, stage);
	k3 = stage * factors[2];
	sum = vec_fma(vec_set(2), k2, k1);
	polar->mu = vec_fma(vec_set(1.0 / 6), sum, straight);
	sum = vec_fma(vec_set(2), k2, sum) + k3;
	polar->nu = vec_fma(vec_set(1.0 / 6), sum, polar->nu);
	if (!directions)
		return;
	for (int i = 0; i < 3; i++)
		factors[i] += polar->turn;
	component_step(&polar->x, &polar->x_v, factors);
	component_step(&polar->y, &polar->y_v, factors);
}

/* ---- between two steps */

/* A quintic over one step, and its derivative. */
struct quintic {
	vec c[6];
};

KERNEL_INLINE struct quintic
quintic_between(vec y0, vec v0, vec a0, vec y1, vec v1, vec a1)
{
	vec c2 = vec_set(0.5) * a0;
	vec d0 = y1 - y0 - v0 - c2;
	vec d1 = v1 - v0 - a0;
	vec d2 = vec_set(0.5) * (a1 - a0);
	vec c3 = vec_set(10) * d0 - vec_set(4) * d1 + d2;
	vec c4 = vec_set(7) * d1 - vec_set(15) * d0 - vec_set(2) * d2;
	vec c5 = vec_set(6) * d0 - vec_set(3) * d1 + d2;

	return (struct quintic){{y0, v0, c2, c3, c4, c5}};
}

KERNEL_INLINE vec
quintic_value(const struct quintic *quintic, vec s)
{
	vec sum = quintic->c[5];

	for (int i = 4; i >= 0; i--)
		sum = vec_fma(sum, s, quintic->c[i]);
	return sum;
}

KERNEL_INLINE vec
quintic_slope(const struct quintic *quintic, vec s)
{
	vec sum = vec_set(5) * quintic->c[5];

	for (int i = 4; i >= 1; i--)
		sum = vec_fma(sum, s, vec_set(i) * quintic->c[i]);
	return sum;
}

/* Where it has a value that lies between those at its ends, y0 and y1. */
KERNEL_INLINE vec
quintic_root(const struct quintic *quintic, vec value, vec y0, vec y1)
{
	vec s = (value - y0) / (y1 - y0);

	for (int i = 0; i < 3; i++) {
		s -= (quintic_value(quintic, s) - value) /
		     quintic_slope(quintic, s);
		s = vec_min(vec_max(s, vec_set(0)), vec_set(1));
	}
	return s;
}

#endif
