/* Rays: where they meet the disc and the sky, by every kernel there is. */
#include "relativity/trace.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chance.h"
#include "relativity/constants.h"

static struct trace_scene
scene_of(double spin, double inclination_deg)
{
	double i = inclination_deg * RAD_PER_DEG;

	return (struct trace_scene){
		.spin = spin,
		.sin_i = inclination_deg == 0 ? 0 : sin(i),
		.cos_i = inclination_deg == 90 ? 0 : cos(i),
		.disc_inner = 1,
		.step = TRACE_STEP,
	};
}

/* ---- known places in the disc */

/* Spin 0.9 at 75 degrees, as in relativity-cases.json. */
static const struct {
	double alpha, beta, outer, radius;
	int order;
} disc_cases[] = {
	{-6, 1, 100, 5.0621350752153385, 0},
	{6, 1, 100, 3.936898989853076, 0},
	{-3, -2, 100, 8.205760945501531, 0},
	{-3, -2, 5, 2.4794210030855717, 1},
	{3, -4, 100, 15.684599624017848, 0},
	{0, 5.3, 100, 3.6020311275492127, 0},
};

static void
disc_case_check(enum trace_kernel kernel, size_t i)
{
	struct trace_scene scene = scene_of(0.9, 75);
	struct trace_hits hits;

	scene.disc_outer = disc_cases[i].outer;
	if (!trace_by(kernel, &scene, &disc_cases[i].alpha, &disc_cases[i].beta,
		      1, &hits, NULL))
		return;
	assert_int_equal(hits.end[0], TRACE_DISC);
	assert_int_equal(hits.order[0], disc_cases[i].order);
	if (!(fabs(hits.radius[0] / disc_cases[i].radius - 1) < 1e-8))
		fail_msg("%s %zu: %.10f", trace_kernel_name(kernel), i,
			 hits.radius[0]);
}

static void
known_places_in_the_disc_are_met(void **state)
{
	(void)state;
	for (int kernel = 0; kernel < TRACE_KERNEL__MAX; kernel++)
		for (size_t i = 0; i < sizeof(disc_cases) / sizeof(*disc_cases);
		     i++)
			disc_case_check((enum trace_kernel)kernel, i);
}

/* ---- known places in the sky */

/*
 * Integrated from Hamilton's equations in Boyer-Lindquist coordinates, from
 * and to a radius of 1e6, which is good to some 1e-5.
 */
static const struct {
	double spin, inclination_deg, alpha, beta, x, y, z;
} sky_cases[] = {
	{0, 60, 7, 3, -0.34858475, -0.74433662, -0.5696066},
	{0.9, 75, -6, 4, -0.5625124, 0.61695478, -0.55040585},
	{0.9, 75, 8, -2, -0.50309017, -0.85229245, 0.14317072},
	{0.5, 30, 9, 1, -0.32993594, -0.66793547, -0.66708656},
	{-0.9, 75, -8, 4, -0.52816835, 0.68336391, -0.50403568},
	{0.99, 120, 3, 7, -0.85299165, -0.20613748, -0.47949201},
	{0.9, 60, 2, 9, -0.35471108, -0.11233046, -0.9282036},
};

static void
sky_case_check(enum trace_kernel kernel, size_t i)
{
	struct trace_scene scene =
		scene_of(sky_cases[i].spin, sky_cases[i].inclination_deg);
	struct trace_hits hits;

	scene.directions = true;
	if (!trace_by(kernel, &scene, &sky_cases[i].alpha, &sky_cases[i].beta,
		      1, &hits, NULL))
		return;
	assert_int_equal(hits.end[0], TRACE_SKY);
	if (!(fabs(hits.x[0] - sky_cases[i].x) < 5e-5) ||
	    !(fabs(hits.y[0] - sky_cases[i].y) < 5e-5) ||
	    !(fabs(hits.z[0] - sky_cases[i].z) < 5e-5))
		fail_msg("%s %zu: %.8f %.8f %.8f", trace_kernel_name(kernel), i,
			 hits.x[0], hits.y[0], hits.z[0]);
}

static void
known_places_in_the_sky_are_met(void **state)
{
	(void)state;
	for (int kernel = 0; kernel < TRACE_KERNEL__MAX; kernel++)
		for (size_t i = 0; i < sizeof(sky_cases) / sizeof(*sky_cases);
		     i++)
			sky_case_check((enum trace_kernel)kernel, i);
}

/* ---- one ray is the same everywhere */

/* A scene by chance, and rays of it around the hole. */
struct crowd {
	struct trace_scene scene;
	double alpha[TRACE_BATCH], beta[TRACE_BATCH];
};

static void
crowd_make(struct crowd *crowd, struct chance *chance)
{
	crowd->scene = scene_of(2 * chance_unit(chance) - 1,
				180 * chance_unit(chance));
	crowd->scene.disc_outer = 20 * chance_unit(chance);
	crowd->scene.directions = true;
	for (size_t i = 0; i < TRACE_BATCH; i++) {
		crowd->alpha[i] = 30 * chance_unit(chance) - 15;
		crowd->beta[i] = 30 * chance_unit(chance) - 15;
	}
}

/* Whether a ray's results are within so much of another's. */
static bool
hit_same(const struct trace_hits *a, size_t i, const struct trace_hits *b,
	 size_t j, double error)
{
	if (a->end[i] != b->end[j] || a->order[i] != b->order[j])
		return false;
	if (a->end[i] == TRACE_DISC)
		return fabs(a->radius[i] - b->radius[j]) <=
		       error * a->radius[i];
	return a->end[i] != TRACE_SKY || (fabs(a->x[i] - b->x[j]) <= error &&
					  fabs(a->y[i] - b->y[j]) <= error &&
					  fabs(a->z[i] - b->z[j]) <= error);
}

/* Beside the critical curve a last digit grows: a ray in thousands. */
static void
kernels_agree(void **state)
{
	struct chance chance = {20260101};
	struct trace_hits expected, found;
	size_t different[TRACE_KERNEL__MAX] = {0};
	struct crowd crowd;

	(void)state;
	for (int round = 0; round < 100; round++) {
		crowd_make(&crowd, &chance);
		trace_by(TRACE_BASELINE, &crowd.scene, crowd.alpha, crowd.beta,
			 TRACE_BATCH, &expected, NULL);
		for (int k = TRACE_AVX2; k < TRACE_KERNEL__MAX; k++) {
			if (!trace_by((enum trace_kernel)k, &crowd.scene,
				      crowd.alpha, crowd.beta, TRACE_BATCH,
				      &found, NULL))
				continue;
			for (size_t i = 0; i < TRACE_BATCH; i++)
				different[k] += !hit_same(&expected, i, &found,
							  i, 1e-9);
		}
	}
	for (int k = 0; k < TRACE_KERNEL__MAX; k++)
		if (different[k] > 5)
			fail_msg("%s: %zu rays",
				 trace_kernel_name((enum trace_kernel)k),
				 different[k]);
}

static void
mirrored_rays_are_those_with_the_other_beta(void **state)
{
	struct chance chance = {20260102};
	struct trace_hits up, down, alone, below;
	struct crowd crowd;
	double beta[TRACE_BATCH];

	(void)state;
	for (int round = 0; round < 60; round++) {
		enum trace_kernel k =
			(enum trace_kernel)(round % TRACE_KERNEL__MAX);

		crowd_make(&crowd, &chance);
		for (size_t i = 0; i < TRACE_BATCH; i++)
			beta[i] = -crowd.beta[i];
		if (!trace_by(k, &crowd.scene, crowd.alpha, crowd.beta,
			      TRACE_BATCH, &up, &down))
			continue;
		trace_by(k, &crowd.scene, crowd.alpha, crowd.beta, TRACE_BATCH,
			 &alone, NULL);
		trace_by(k, &crowd.scene, crowd.alpha, beta, TRACE_BATCH,
			 &below, NULL);
		for (size_t i = 0; i < TRACE_BATCH; i++)
			if (!hit_same(&up, i, &alone, i, 1e-11) ||
			    !hit_same(&down, i, &below, i, 1e-11))
				fail_msg("%s: %zu of round %d",
					 trace_kernel_name(k), i, round);
	}
}

/* Also beside others, and where a batch does not fill the vectors. */
static void
a_ray_does_not_know_its_batch(void **state)
{
	struct chance chance = {20260103};
	struct trace_hits all, some;
	struct crowd crowd;

	(void)state;
	for (size_t count = 1; count <= TRACE_BATCH; count += 1 + count / 9) {
		enum trace_kernel k =
			(enum trace_kernel)(count % TRACE_KERNEL__MAX);
		size_t from = chance_below(&chance, TRACE_BATCH - count + 1);

		crowd_make(&crowd, &chance);
		if (!trace_by(k, &crowd.scene, crowd.alpha, crowd.beta,
			      TRACE_BATCH, &all, NULL))
			continue;
		trace_by(k, &crowd.scene, crowd.alpha + from, crowd.beta + from,
			 count, &some, NULL);
		for (size_t i = 0; i < count; i++)
			assert_true(hit_same(&all, from + i, &some, i, 0));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_places_in_the_disc_are_met),
		cmocka_unit_test(known_places_in_the_sky_are_met),
		cmocka_unit_test(kernels_agree),
		cmocka_unit_test(mirrored_rays_are_those_with_the_other_beta),
		cmocka_unit_test(a_ray_does_not_know_its_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
