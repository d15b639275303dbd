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

/*
 * Albrecht's method for y'' = f(y), five stages and sixth order (Hairer,
 * Norsett & Wanner 1993, Solving Ordinary Differential Equations I, II.14):
 * where the second to the fifth f are taken, and what comes of all five.
 */
KERNEL_INLINE vec
stage_second(vec y, vec v, const vec f[5])
{
	return vec_fma(vec_set(1.0 / 32), f[0], vec_fma(vec_set(0.25), v, y));
}

KERNEL_INLINE vec
stage_third(vec y, vec v, const vec f[5])
{
	vec sum = vec_fma(vec_set(0.5), v, y);

	sum = vec_fma(vec_set(-1.0 / 24), f[0], sum);
	return vec_fma(vec_set(1.0 / 6), f[1], sum);
}

KERNEL_INLINE vec
stage_fourth(vec y, vec v, const vec f[5])
{
	vec sum = vec_fma(vec_set(0.75), v, y);

	sum = vec_fma(vec_set(3.0 / 32), f[0], sum);
	sum = vec_fma(vec_set(1.0 / 8), f[1], sum);
	return vec_fma(vec_set(1.0 / 16), f[2], sum);
}

KERNEL_INLINE vec
stage_fifth(vec y, vec v, const vec f[5])
{
	vec sum = vec_fma(vec_set(3.0 / 7), f[1], y + v);

	sum = vec_fma(vec_set(-1.0 / 14), f[2], sum);
	return vec_fma(vec_set(1.0 / 7), f[3], sum);
}

KERNEL_INLINE void
stages_end(vec *y, vec *v, const vec f[5])
{
	vec at = vec_fma(vec_set(7.0 / 90), f[0], *y + *v);
	vec velocity = vec_fma(vec_set(7.0 / 90), f[0] + f[4], *v);

	at = vec_fma(vec_set(4.0 / 15), f[1], at);
	at = vec_fma(vec_set(1.0 / 15), f[2], at);
	*y = vec_fma(vec_set(4.0 / 45), f[3], at);
	velocity = vec_fma(vec_set(16.0 / 45), f[1] + f[3], velocity);
	*v = vec_fma(vec_set(2.0 / 15), f[2], velocity);
}

KERNEL_INLINE void
radial_step(struct radial *radial)
{
	vec u = radial->u, v = radial->v, f[5];

	f[0] = radial_pull(radial, u);
	f[1] = radial_pull(radial, stage_second(u, v, f));
	f[2] = radial_pull(radial, stage_third(u, v, f));
	f[3] = radial_pull(radial, stage_fourth(u, v, f));
	f[4] = radial_pull(radial, stage_fifth(u, v, f));
	stages_end(&radial->u, &radial->v, f);
}

KERNEL_INLINE vec
polar_factor(const struct polar *polar, vec mu)
{
	return vec_fma(mu * mu, polar->cube, polar->linear);
}

/* A step of y'' = y q, where q at the stages is known. */
KERNEL_INLINE void
component_step(vec *y, vec *v, const vec q[5])
{
	vec f[5];

	f[0] = *y * q[0];
	f[1] = stage_second(*y, *v, f) * q[1];
	f[2] = stage_third(*y, *v, f) * q[2];
	f[3] = stage_fourth(*y, *v, f) * q[3];
	f[4] = stage_fifth(*y, *v, f) * q[4];
	stages_end(y, v, f);
}

KERNEL_INLINE vec
polar_pull(const struct polar *polar, vec mu, vec *q)
{
	*q = polar_factor(polar, mu);
	return mu * *q;
}

KERNEL_INLINE void
polar_step(struct polar *polar, const bool directions)
{
	vec mu = polar->mu, nu = polar->nu, f[5], q[5];

	f[0] = polar_pull(polar, mu, &q[0]);
	f[1] = polar_pull(polar, stage_second(mu, nu, f), &q[1]);
	f[2] = polar_pull(polar, stage_third(mu, nu, f), &q[2]);
	f[3] = polar_pull(polar, stage_fourth(mu, nu, f), &q[3]);
	f[4] = polar_pull(polar, stage_fifth(mu, nu, f), &q[4]);
	stages_end(&polar->mu, &polar->nu, f);
	if (!directions)
		return;
	q[0] += polar->turn;
	q[1] += polar->turn;
	q[2] += polar->turn;
	q[3] += polar->turn;
	q[4] += polar->turn;
	component_step(&polar->x, &polar->x_v, q);
	component_step(&polar->y, &polar->y_v, q);
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
