/*
 * A vector of rays from its start to its ends: a part of trace_kernel.h.
 */
#ifndef RELATIVITY_TRACE_GROUP_H
#define RELATIVITY_TRACE_GROUP_H

#include <math.h>
#include <string.h>

#include "relativity/trace_motion.h"

/* How a ray ended, or has come so far. */
struct fate {
	mask open;
	vec end, order, radius, residual;
	vec x, y, z;
};

struct group {
	const struct trace_scene *scene;
	vec step, eta; /* a step's length; eta by its square */
	vec horizon;   /* u */
	vec drag;      /* of those that have left: all of it */
	mask moving;
	struct radial radial, radial_next;
	struct polar polar[2], polar_next[2];
	struct fate fate[2];
};

/* ---- the start, far away */

static void
polar_start(struct polar *polar, const struct trace_scene *scene, vec step,
	    vec alpha, vec beta)
{
	polar->mu = vec_set(scene->cos_i);
	polar->nu = step * beta * vec_set(scene->sin_i);
	polar->x = vec_set(scene->sin_i);
	polar->x_v = -step * beta * vec_set(scene->cos_i);
	polar->y = vec_set(0);
	polar->y_v = step * alpha;
}

static void
fate_start(struct fate *fate)
{
	*fate = (struct fate){
		.open = mask_less(vec_set(0), vec_set(1)),
		.end = vec_set(TRACE_LOST),
	};
}

/*
 * The length of a step, in Mino time.  The motion's own frequency far away
 * is the impact parameter, `size2` its square; towards the horizon it is
 * the root of u's derivative in u, which decides for rays that come close to
 * the axis and against a fast turning hole.  Steps are longer by it than
 * by the first, since nothing that is bright is there.
 */
static vec
group_step(const struct group *group, vec size2, vec linear, vec square,
	   vec cube)
{
	vec u = group->horizon;
	vec inner = vec_fma(vec_set(3) * cube, u, vec_set(2) * square);
	vec rate2 = vec_fma(u, inner, linear);
	vec most2 = vec_max(size2, rate2 * vec_set(1 / 2.25));

	return vec_set(group->scene->step) /
	       vec_sqrt(vec_max(most2, vec_set(16)));
}

static void
group_start(struct group *group, const struct trace_scene *scene,
	    const double *alphas, const double *betas)
{
	vec alpha = vec_load(alphas), beta = vec_load(betas);
	vec a = vec_set(scene->spin), a2 = a * a;
	vec lambda = -alpha * vec_set(scene->sin_i);
	vec cos2 = vec_set(scene->cos_i * scene->cos_i);
	vec eta = (alpha * alpha - a2) * cos2 + beta * beta;
	vec size2 = vec_fma(lambda, lambda, eta), linear = a2 - size2;
	vec square = vec_set(3) * ((lambda - a) * (lambda - a) + eta);
	vec cube = vec_set(-2) * a2 * eta, step, step2;

	group->scene = scene;
	group->horizon =
		vec_set(1 / (1 + sqrt((1 - scene->spin) * (1 + scene->spin))));
	step = group_step(group, size2, linear, square, cube);
	step2 = step * step;
	group->step = step;
	group->eta = eta * step2;
	group->drag = vec_set(0);
	group->moving = mask_less(vec_set(0), vec_set(1));
	group->radial = (struct radial){
		.u = vec_set(0),
		.v = step,
		.linear = linear * step2,
		.square = square * step2,
		.cube = cube * step2,
		.drag = vec_set(0),
		.a_lambda = a * lambda,
	};
	for (int side = 0; side < 2; side++) {
		polar_start(&group->polar[side], scene, step, alpha,
			    side == 0 ? beta : -beta);
		group->polar[side].linear = group->radial.linear;
		group->polar[side].cube = vec_set(-2) * a2 * step2;
		group->polar[side].turn = -a2 * step2;
		fate_start(&group->fate[side]);
	}
}

/* ---- the azimuth that comes from the hole's turning */

KERNEL_INLINE vec
drag_rate(const struct radial *radial, vec spin, vec u)
{
	vec over = spin * u * vec_fma(-radial->a_lambda, u, vec_set(2));
	vec inner = vec_fma(spin * spin, u, vec_set(-2));

	return over / vec_fma(u, inner, vec_set(1));
}

/* Its derivative in time. */
static vec
drag_slope(const struct radial *radial, vec spin, vec u, vec v)
{
	vec two = vec_set(2), a2 = spin * spin;
	vec under = vec_fma(u, vec_fma(a2, u, -two), vec_set(1));
	vec over = u * vec_fma(-radial->a_lambda, u, two);
	vec over_slope = two * vec_fma(-radial->a_lambda, u, vec_set(1));
	vec under_slope = two * vec_fma(a2, u, vec_set(-1));

	return spin * v * (over_slope * under - over * under_slope) /
	       (under * under);
}

/*
 * All of it for rays that come to u = 0 with velocity v at s in this step:
 * the trapezoidal rule over whole steps and over the last part, each with
 * the derivatives at its ends (Euler & Maclaurin), which are needed nowhere
 * between.
 */
static vec
drag_all(const struct group *group, vec s, vec v)
{
	const struct radial *radial = &group->radial;
	vec spin = vec_set(group->scene->spin), zero = vec_set(0);
	vec rate = drag_rate(radial, spin, radial->u);
	vec slope = drag_slope(radial, spin, radial->u, radial->v);
	vec first = drag_slope(radial, spin, zero, group->step);
	vec last = drag_slope(radial, spin, zero, v);
	vec whole = radial->drag - vec_set(0.5) * rate -
		    vec_set(1.0 / 12) * (slope - first);
	vec part = vec_set(0.5) * s * rate +
		   vec_set(1.0 / 12) * s * s * (slope - last);

	return group->step * (whole + part);
}

/* ---- the end of a ray */

static vec
radial_residual(const struct group *group, vec u, vec v)
{
	const struct radial *radial = &group->radial;
	vec start = group->step * group->step, u2 = u * u;
	vec linear = radial->linear * u2;
	vec square = vec_set(2.0 / 3) * radial->square * u * u2;
	vec cube = vec_set(0.5) * radial->cube * u2 * u2;

	return vec_abs(v * v - start - linear - square - cube) /
	       (start + vec_abs(linear) + vec_abs(square) + vec_abs(cube));
}

static vec
polar_residual(const struct group *group, const struct polar *polar, vec mu,
	       vec nu)
{
	vec half = vec_set(0.5) * polar->cube, mu2 = mu * mu;
	vec all = group->step * group->step + vec_abs(group->eta) +
		  vec_abs(polar->linear) + vec_abs(half);
	vec should =
		vec_fma(mu2, vec_fma(mu2, half, polar->linear), group->eta);

	return vec_abs(nu * nu - should) / all;
}

static struct quintic
polar_quintic(const struct polar *from, const struct polar *to)
{
	return quintic_between(from->mu, from->nu,
			       from->mu * polar_factor(from, from->mu), to->mu,
			       to->nu, to->mu * polar_factor(from, to->mu));
}

static vec
component_value(const struct polar *from, const struct polar *to, vec y0,
		vec v0, vec y1, vec v1, vec s)
{
	vec a0 = y0 * (polar_factor(from, from->mu) + from->turn);
	vec a1 = y1 * (polar_factor(from, to->mu) + from->turn);
	struct quintic quintic = quintic_between(y0, v0, a0, y1, v1, a1);

	return quintic_value(&quintic, s);
}

/* The direction of those that end at s, less the hole's turning. */
static void
fate_direct(struct fate *fate, const struct group *group, int side, vec s,
	    mask which)
{
	const struct polar *from = &group->polar[side];
	const struct polar *to = &group->polar_next[side];
	vec x = component_value(from, to, from->x, from->x_v, to->x, to->x_v,
				s);
	vec y = component_value(from, to, from->y, from->y_v, to->y, to->y_v,
				s);
	vec z = fate->z;
	vec error = vec_abs(x * x + y * y + z * z - vec_set(1));

	fate->x = vec_select(which, x, fate->x);
	fate->y = vec_select(which, y, fate->y);
	fate->residual = vec_select(which, vec_max(error, fate->residual),
				    fate->residual);
}

/* Closes `which` rays of a side at s in this step, where u and v are. */
static void
group_close(struct group *group, int side, mask which, vec end, vec s, vec u,
	    vec v)
{
	struct fate *fate = &group->fate[side];
	struct polar *from = &group->polar[side];
	struct polar *to = &group->polar_next[side];
	struct quintic quintic = polar_quintic(from, to);
	vec mu = quintic_value(&quintic, s), nu = quintic_slope(&quintic, s);
	vec zero = vec_set(0);
	vec residual = vec_max(radial_residual(group, u, v),
			       polar_residual(group, from, mu, nu));

	fate->open = mask_without(fate->open, which);
	fate->end = vec_select(which, end, fate->end);
	fate->radius = vec_select(which, vec_set(1) / u, fate->radius);
	fate->residual = vec_select(which, residual, fate->residual);
	fate->z = vec_select(which, mu, fate->z);
	if (group->scene->directions)
		fate_direct(fate, group, side, s, which);
	to->mu = vec_select(which, zero, to->mu);
	to->nu = vec_select(which, zero, to->nu);
	to->linear = vec_select(which, zero, to->linear);
	to->cube = vec_select(which, zero, to->cube);
}

/* ---- what happens in a step */

static void
group_cross(struct group *group, int side, const struct quintic *radial)
{
	const struct trace_scene *scene = group->scene;
	struct fate *fate = &group->fate[side];
	struct polar *from = &group->polar[side];
	struct polar *to = &group->polar_next[side];
	struct quintic quintic = polar_quintic(from, to);
	mask over =
		mask_and(fate->open, mask_less(from->mu * to->mu, vec_set(0)));
	vec s, u, v;
	mask hit;

	if (!mask_any(over))
		return;
	s = quintic_root(&quintic, vec_set(0), from->mu, to->mu);
	u = quintic_value(radial, s);
	v = quintic_slope(radial, s);
	over = mask_and(over, mask_less(vec_set(0), u));
	over = mask_and(over, mask_less(u, group->horizon));
	hit = mask_less(vec_set(1), u * vec_set(scene->disc_outer));
	hit = mask_and(hit,
		       mask_less(u * vec_set(scene->disc_inner), vec_set(1)));
	hit = mask_and(hit, over);
	fate->order +=
		vec_select(mask_without(over, hit), vec_set(1), vec_set(0));
	if (mask_any(hit))
		group_close(group, side, hit, vec_set(TRACE_DISC), s, u, v);
}

/* Rays that have come to the horizon or back to where it is far. */
static void
group_leave(struct group *group, const struct quintic *quintic, int sides)
{
	const struct radial *from = &group->radial, *to = &group->radial_next;
	mask sky = mask_less(to->u, vec_set(0));
	mask horizon = mask_less(group->horizon, to->u);
	vec end = vec_select(sky, vec_set(TRACE_SKY), vec_set(TRACE_HORIZON));
	vec u = vec_select(sky, vec_set(0), group->horizon), v, s;
	mask gone = mask_and(group->moving, mask_or(sky, horizon));

	if (!mask_any(gone))
		return;
	s = quintic_root(quintic, u, from->u, to->u);
	v = quintic_slope(quintic, s);
	for (int side = 0; side < sides; side++)
		group_close(group, side, mask_and(gone, group->fate[side].open),
			    end, s, u, v);
	group->drag = vec_select(gone, drag_all(group, s, v), group->drag);
	group->radial_next.u = vec_select(gone, u, to->u);
}

static void
group_stop(struct group *group, int sides)
{
	struct radial *radial = &group->radial_next;
	mask moving = group->fate[0].open;
	vec zero = vec_set(0);

	if (sides == 2)
		moving = mask_or(moving, group->fate[1].open);
	group->moving = moving;
	radial->v = vec_select(moving, radial->v, zero);
	radial->linear = vec_select(moving, radial->linear, zero);
	radial->square = vec_select(moving, radial->square, zero);
	radial->cube = vec_select(moving, radial->cube, zero);
}
#endif
