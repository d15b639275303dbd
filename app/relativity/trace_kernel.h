/*
 * The kernel of trace.h, in vectors of LANES rays.
 *
 * Included once by each trace_*.c that has said what a vector is: `vec` and
 * `mask`, their functions, LANES, and KERNEL_RUN, the name of the function
 * that comes out.  Rays go in groups of LANES; whatever happens to a ray (it
 * crosses the plane, or is over) is seen by one comparison for each step of
 * a group and then dealt with out of the way.
 */
#ifndef RELATIVITY_TRACE_KERNEL_H
#define RELATIVITY_TRACE_KERNEL_H

#include "relativity/trace_group.h"

/* All angles, in radians, that a ray may turn through: it comes nearer to
 * the critical curve than doubles tell. */
#define ANGLE_MAX 64.0

/* In the plane itself there is no crossing: the nearest ray beside it. */
#define BETA_MIN 1e-8

/* ---- steps */

/* Below 0 where something happens. */
KERNEL_INLINE vec
group_signs(const struct group *group, const struct radial *radial,
	    const struct polar *from, const struct polar *to)
{
	return vec_min(from->mu * to->mu,
		       vec_min(radial->u, group->horizon - radial->u));
}

static __attribute__((noinline)) void
group_happen(struct group *group, int sides)
{
	const struct radial *from = &group->radial, *to = &group->radial_next;
	struct quintic quintic =
		quintic_between(from->u, from->v, radial_pull(from, from->u),
				to->u, to->v, radial_pull(from, to->u));

	for (int side = 0; side < sides; side++)
		group_cross(group, side, &quintic);
	group_leave(group, &quintic, sides);
	group_stop(group, sides);
}

KERNEL_INLINE void
group_drag(struct radial *radial, const struct group *group)
{
	radial->drag +=
		drag_rate(radial, vec_set(group->scene->spin), radial->u);
}

/*
 * Takes two groups to their ends, one step of both at a time: the processor
 * works on one while the other waits for its own results.
 */
KERNEL_INLINE void
groups_run(struct group *one, struct group *two, int steps,
	   const bool directions)
{
	struct radial radial1 = one->radial, radial2 = two->radial;
	struct polar polar1 = one->polar[0], polar2 = two->polar[0];

	if (!mask_any(mask_or(one->moving, two->moving)))
		return;
	while (steps-- > 0) {
		struct radial radial1_to = radial1, radial2_to = radial2;
		struct polar polar1_to = polar1, polar2_to = polar2;
		vec signs;

		radial_step(&radial1_to);
		radial_step(&radial2_to);
		polar_step(&polar1_to, directions);
		polar_step(&polar2_to, directions);
		if (directions) {
			group_drag(&radial1_to, one);
			group_drag(&radial2_to, two);
		}
		signs = vec_min(
			group_signs(one, &radial1_to, &polar1, &polar1_to),
			group_signs(two, &radial2_to, &polar2, &polar2_to));
		if (mask_any(mask_less(signs, vec_set(0)))) {
			one->radial = radial1;
			one->radial_next = radial1_to;
			one->polar[0] = polar1;
			one->polar_next[0] = polar1_to;
			two->radial = radial2;
			two->radial_next = radial2_to;
			two->polar[0] = polar2;
			two->polar_next[0] = polar2_to;
			group_happen(one, 1);
			group_happen(two, 1);
			if (!mask_any(mask_or(one->moving, two->moving)))
				return;
			radial1_to = one->radial_next;
			radial2_to = two->radial_next;
			polar1_to = one->polar_next[0];
			polar2_to = two->polar_next[0];
		}
		radial1 = radial1_to;
		radial2 = radial2_to;
		polar1 = polar1_to;
		polar2 = polar2_to;
	}
	one->radial = radial1;
	one->polar[0] = polar1;
	two->radial = radial2;
	two->polar[0] = polar2;
}

/*
 * Takes a group with both its sides on until one side is over in all lanes;
 * returns the steps that are left.
 */
KERNEL_INLINE int
group_run_mirrored(struct group *group, int steps, const bool directions)
{
	struct radial radial = group->radial;
	struct polar up = group->polar[0], down = group->polar[1];

	while (steps-- > 0) {
		struct radial radial_to = radial;
		struct polar up_to = up, down_to = down;
		vec signs;

		radial_step(&radial_to);
		polar_step(&up_to, directions);
		polar_step(&down_to, directions);
		if (directions)
			group_drag(&radial_to, group);
		signs = vec_min(group_signs(group, &radial_to, &up, &up_to),
				down.mu * down_to.mu);
		if (mask_any(mask_less(signs, vec_set(0)))) {
			group->radial = radial;
			group->radial_next = radial_to;
			group->polar[0] = up;
			group->polar_next[0] = up_to;
			group->polar[1] = down;
			group->polar_next[1] = down_to;
			group_happen(group, 2);
			radial_to = group->radial_next;
			up_to = group->polar_next[0];
			down_to = group->polar_next[1];
		}
		radial = radial_to;
		up = up_to;
		down = down_to;
		if (!mask_any(group->fate[0].open) ||
		    !mask_any(group->fate[1].open))
			break;
	}
	group->radial = radial;
	group->polar[0] = up;
	group->polar[1] = down;
	return steps;
}

/* ---- what came of it */

static void
group_close_lost(struct group *group, int sides)
{
	group->radial_next = group->radial;
	for (int side = 0; side < sides; side++) {
		group->polar_next[side] = group->polar[side];
		if (mask_any(group->fate[side].open))
			group_close(group, side, group->fate[side].open,
				    vec_set(TRACE_LOST), vec_set(0),
				    group->radial.u, group->radial.v);
	}
}

static void
directions_store(const struct group *group, const struct fate *fate,
		 struct trace_hits *hits, size_t at, size_t count)
{
	double x[LANES], y[LANES], z[LANES], drag[LANES];

	vec_store(x, fate->x);
	vec_store(y, fate->y);
	vec_store(z, fate->z);
	vec_store(drag, group->drag);
	for (size_t i = 0; i < count; i++) {
		double c, s;

		if (hits->end[at + i] != TRACE_SKY)
			continue;
		c = cos(drag[i]);
		s = sin(drag[i]);
		hits->x[at + i] = c * x[i] + s * y[i];
		hits->y[at + i] = c * y[i] - s * x[i];
		hits->z[at + i] = z[i];
	}
}

static void
group_store(const struct group *group, int side, struct trace_hits *hits,
	    size_t at, size_t count)
{
	const struct fate *fate = &group->fate[side];
	double end[LANES], order[LANES], radius[LANES], residual[LANES];

	vec_store(end, fate->end);
	vec_store(order, vec_min(fate->order, vec_set(TRACE_ORDER_MAX)));
	vec_store(radius, fate->radius);
	vec_store(residual, fate->residual);
	for (size_t i = 0; i < count; i++) {
		hits->end[at + i] = (uint8_t)end[i];
		hits->order[at + i] = (uint8_t)order[i];
	}
	memcpy(hits->radius + at, radius, count * sizeof(*radius));
	memcpy(hits->residual + at, residual, count * sizeof(*residual));
	if (group->scene->directions)
		directions_store(group, fate, hits, at, count);
}

/* ---- batches */

/* Whole groups of rays: the last one is repeated. */
struct batch {
	const struct trace_scene *scene;
	size_t count;
	int steps;
	double alpha[TRACE_BATCH + 2 * LANES], beta[TRACE_BATCH + 2 * LANES];
};

static void
batch_start(struct batch *batch, const struct trace_scene *scene,
	    const double *alpha, const double *beta, size_t count)
{
	batch->scene = scene;
	batch->count = count;
	batch->steps = (int)(ANGLE_MAX / scene->step);
	for (size_t i = 0; i < count + 2 * LANES; i++) {
		size_t from = i < count ? i : count - 1;

		batch->alpha[i] = alpha[from];
		batch->beta[i] = beta[from];
		if (scene->cos_i == 0 && fabs(beta[from]) < BETA_MIN)
			batch->beta[i] = BETA_MIN;
	}
}

static size_t
count_at(const struct batch *batch, size_t at)
{
	size_t left = batch->count > at ? batch->count - at : 0;

	return left < LANES ? left : LANES;
}

static void
groups_start(const struct batch *batch, size_t at, struct group groups[2])
{
	for (size_t i = 0; i < 2; i++)
		group_start(&groups[i], batch->scene,
			    batch->alpha + at + i * LANES,
			    batch->beta + at + i * LANES);
}

static void
groups_finish(struct group *one, struct group *two, int steps)
{
	if (one->scene->directions)
		groups_run(one, two, steps, true);
	else
		groups_run(one, two, steps, false);
}

static void
batch_run(const struct batch *batch, struct trace_hits *hits)
{
	struct group groups[2];

	for (size_t at = 0; at < batch->count; at += 2 * LANES) {
		groups_start(batch, at, groups);
		groups_finish(&groups[0], &groups[1], batch->steps);
		for (size_t i = 0; i < 2; i++) {
			size_t here = at + i * LANES;

			group_close_lost(&groups[i], 1);
			group_store(&groups[i], 0, hits, here,
				    count_at(batch, here));
		}
	}
}

static int
group_run_both(struct group *group, int steps)
{
	return group->scene->directions ?
		       group_run_mirrored(group, steps, true) :
		       group_run_mirrored(group, steps, false);
}

/* Puts the side that is not over in all lanes first; whether it was not. */
static bool
group_swap(struct group *group)
{
	struct polar polar = group->polar[0];
	struct fate fate = group->fate[0];

	if (mask_any(fate.open))
		return false;
	group->polar[0] = group->polar[1];
	group->polar[1] = polar;
	group->fate[0] = group->fate[1];
	group->fate[1] = fate;
	return true;
}

static void
batch_run_mirrored(const struct batch *batch, struct trace_hits *hits,
		   struct trace_hits *mirrored)
{
	struct group groups[2];
	bool swapped[2];
	int steps = 0;

	for (size_t at = 0; at < batch->count; at += 2 * LANES) {
		groups_start(batch, at, groups);
		for (size_t i = 0; i < 2; i++) {
			steps = group_run_both(&groups[i], batch->steps);
			swapped[i] = group_swap(&groups[i]);
		}
		groups_finish(&groups[0], &groups[1], steps);
		for (size_t i = 0; i < 2; i++) {
			size_t here = at + i * LANES;

			group_close_lost(&groups[i], 2);
			group_store(&groups[i], swapped[i], hits, here,
				    count_at(batch, here));
			group_store(&groups[i], !swapped[i], mirrored, here,
				    count_at(batch, here));
		}
	}
}

void
KERNEL_RUN(const struct trace_scene *scene, const double *alpha,
	   const double *beta, size_t count, struct trace_hits *hits,
	   struct trace_hits *mirrored)
{
	struct batch batch;

	if (count == 0)
		return;
	batch_start(&batch, scene, alpha, beta, count);
	if (mirrored != NULL)
		batch_run_mirrored(&batch, hits, mirrored);
	else
		batch_run(&batch, hits);
}

#endif
