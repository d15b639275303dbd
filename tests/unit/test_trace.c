/* Rays: where they meet the disc and the sky, by every kernel there is. */
#include "relativity/trace.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_places_in_the_disc_are_met),
		cmocka_unit_test(known_places_in_the_sky_are_met),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
