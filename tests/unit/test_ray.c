/* Single rays: known crossings and directions, and how they end. */
#include "relativity/ray.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relativity/constants.h"
#include "relativity_cases.h"

static struct ray
ray_of(double spin, double inclination_deg, double alpha, double beta)
{
	struct ray ray;

	assert_int_equal(
		ray_follow(spin, inclination_deg, alpha, beta, NULL, &ray),
		LC_OK);
	return ray;
}

/* ---- the disc */

static void
disc_case_check(const struct relativity_case *of)
{
	struct ray ray = ray_of(relativity_cases_input(of, "spin"),
				relativity_cases_input(of, "inclination_deg"),
				relativity_cases_input(of, "alpha"),
				relativity_cases_input(of, "beta"));
	double order = relativity_cases_input(of, "order");
	double radius = relativity_cases_expected(of, "r");
	double redshift = relativity_cases_expected(of, "g");

	for (size_t i = 0; i < ray.crossing_count; i++) {
		const struct ray_crossing *crossing = &ray.crossings[i];

		if (crossing->order != order)
			continue;
		if (fabs(crossing->radius_rg / radius - 1) < 1e-11 &&
		    fabs(crossing->redshift_factor / redshift - 1) < 1e-11)
			return;
		fail_msg("%s: %.15f %.15f", of->id, crossing->radius_rg,
			 crossing->redshift_factor);
	}
	fail_msg("%s: no such crossing", of->id);
}

static void
known_crossings_are_found(void **state)
{
	(void)state;
	relativity_cases_each("disc_", disc_case_check);
}

/* The second image of the disc comes after a crossing inside the ISCO. */
static void
crossings_inside_the_isco_are_counted_only(void **state)
{
	size_t hidden = 0;

	(void)state;
	for (double beta = 2; beta < 8; beta += 0.05) {
		struct ray ray = ray_of(0, 85, 0.5, beta);
		int before = -1;

		for (size_t i = 0; i < ray.crossing_count; i++) {
			assert_true(ray.crossings[i].radius_rg >= 6);
			assert_true(ray.crossings[i].order > before);
			before = ray.crossings[i].order;
		}
		hidden += ray.crossing_count > 0 && ray.crossings[0].order > 0;
	}
	assert_true(hidden > 0);
}

/* ---- the sky */

/*
 * Where light comes from, by Hamilton's equations in Boyer-Lindquist
 * coordinates, integrated from and to a radius of 1e6.
 */
static const struct {
	double spin, inclination_deg, alpha, beta, direction[3];
} sky_cases[] = {
	{0, 60, 7, 3, {-0.34858475, -0.74433662, -0.5696066}},
	{0.9, 75, -6, 4, {-0.5625124, 0.61695478, -0.55040585}},
	{0.9, 75, 8, -2, {-0.50309017, -0.85229245, 0.14317072}},
	{0.5, 30, 9, 1, {-0.32993594, -0.66793547, -0.66708656}},
	{-0.9, 75, -8, 4, {-0.52816835, 0.68336391, -0.50403568}},
	{0.99, 120, 3, 7, {-0.85299165, -0.20613748, -0.47949201}},
	{0.9, 60, 2, 9, {-0.35471108, -0.11233046, -0.9282036}},
};

static void
known_directions_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sky_cases) / sizeof(*sky_cases); i++) {
		const double *direction = sky_cases[i].direction;
		struct ray ray =
			ray_of(sky_cases[i].spin, sky_cases[i].inclination_deg,
			       sky_cases[i].alpha, sky_cases[i].beta);
		double phi = atan2(direction[1], direction[0]) / RAD_PER_DEG;

		assert_int_equal(ray.end, TRACE_SKY);
		for (int k = 0; k < 3; k++)
			if (!(fabs(ray.direction[k] - direction[k]) < 5e-5))
				fail_msg("%zu: %d: %.9f", i, k,
					 ray.direction[k]);
		assert_true(fabs(ray.phi_deg - phi) < 5e-3);
		assert_true(fabs(cos(ray.theta_deg * RAD_PER_DEG) -
				 ray.direction[2]) < 1e-12);
	}
}

/* 4/b + 15 pi/(4 b^2) from a point mass, and no turning of the plane. */
static void
light_far_from_a_hole_is_bent_as_by_a_point(void **state)
{
	(void)state;
	for (double b = 1e3; b <= 1e6; b *= 10) {
		struct ray ray = ray_of(0, 90, b, 0);
		double bent = atan2(-ray.direction[1], -ray.direction[0]);

		assert_int_equal(ray.end, TRACE_SKY);
		assert_true(fabs(ray.direction[2]) < 1e-11);
		assert_true(fabs(bent - 4 / b - 15 * PI / (4 * b * b)) <
			    200 / (b * b * b) + 1e-11);
	}
}

/* ---- how rays end */

static const struct {
	const char *what;
	double spin, inclination_deg, alpha, beta;
	enum trace_end end;
	int crossings; /* -1: any */
} end_cases[] = {
	{"along the axis", 0.9, 0, 0, 0, TRACE_HORIZON, 0},
	{"along the axis from below", -0.9, 180, 0, 0, TRACE_HORIZON, 0},
	{"into the middle", 0.5, 60, 0, 0, TRACE_HORIZON, 0},
	{"into the middle in the plane", 0.5, 90, 0, 0, TRACE_HORIZON, -1},
	{"inside the shadow", 0, 90, 5.19, 0, TRACE_HORIZON, -1},
	{"outside the shadow", 0, 90, 5.20, 0, TRACE_SKY, 1},
	{"in the plane", 0.9, 90, -7, 0, TRACE_SKY, 1},
	{"approaching side of an extreme hole", 1, 90, -2.001, 0, TRACE_SKY,
	 -1},
	{"its other side", 1, 90, 6.9, 0, TRACE_HORIZON, -1},
	{"its other side mirrored", -1, 90, -6.9, 0, TRACE_HORIZON, -1},
	{"over the pole", 0.998, 60, 0, 8, TRACE_SKY, 1},
	{"far away", 0.9, 75, 1e6, -1e6, TRACE_SKY, 1},
};

static void
rays_end_where_they_must(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(end_cases) / sizeof(*end_cases); i++) {
		struct ray ray =
			ray_of(end_cases[i].spin, end_cases[i].inclination_deg,
			       end_cases[i].alpha, end_cases[i].beta);

		if (ray.end != end_cases[i].end ||
		    (end_cases[i].crossings >= 0 &&
		     ray.crossing_count != (size_t)end_cases[i].crossings))
			fail_msg("%s: end %d, %zu crossings", end_cases[i].what,
				 (int)ray.end, ray.crossing_count);
	}
}

static void
rays_stop_when_told(void **state)
{
	struct lc_progress progress;
	struct ray ray;

	(void)state;
	progress_init(&progress, 0);
	progress_stop(&progress, LC_CANCELLED);
	assert_int_equal(ray_follow(0.9, 75, 6, 1, &progress, &ray),
			 LC_CANCELLED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_crossings_are_found),
		cmocka_unit_test(crossings_inside_the_isco_are_counted_only),
		cmocka_unit_test(known_directions_are_found),
		cmocka_unit_test(light_far_from_a_hole_is_bent_as_by_a_point),
		cmocka_unit_test(rays_end_where_they_must),
		cmocka_unit_test(rays_stop_when_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
