/*
 * How exact the pictures' rays are: invariants, the shadow, the poles, the
 * plane, and single rays.
 */
#include "relativity/trace.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chance.h"
#include "relativity/constants.h"
#include "relativity/kerr.h"
#include "relativity/ray.h"
#include "relativity/shadow.h"

static struct trace_scene
scene_of(double spin, double inclination_deg)
{
	double i = inclination_deg * RAD_PER_DEG;

	return (struct trace_scene){
		.spin = spin,
		.sin_i = inclination_deg == 0 ? 0 : sin(i),
		.cos_i = inclination_deg == 90 ? 0 : cos(i),
		.disc_inner = kerr_isco(spin),
		.step = TRACE_STEP,
	};
}

/* ---- the invariants */

static void
invariants_hold(void **state)
{
	enum { ROUNDS = 4000 }; /* a million rays */
	struct chance chance = {20260104};
	double alpha[TRACE_BATCH], beta[TRACE_BATCH];
	struct trace_hits hits;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		double spin = 0.9999 * (2 * chance_unit(&chance) - 1);
		struct trace_scene scene =
			scene_of(spin, 180 * chance_unit(&chance));

		scene.directions = true;
		scene.disc_outer = round % 2 == 0 ? 20 : 0;
		for (size_t i = 0; i < TRACE_BATCH; i++) {
			alpha[i] = 30 * chance_unit(&chance) - 15;
			beta[i] = 30 * chance_unit(&chance) - 15;
		}
		trace_rays(&scene, alpha, beta, TRACE_BATCH, &hits);
		for (size_t i = 0; i < TRACE_BATCH; i++)
			if (hits.end[i] == TRACE_LOST ||
			    !(hits.residual[i] < 1e-6))
				fail_msg("spin %.9g, sin i %.9g, (%.9g, %.9g): "
					 "end %d, %.2e",
					 spin, scene.sin_i, alpha[i], beta[i],
					 hits.end[i], hits.residual[i]);
	}
}

/* ---- the shadow */

enum { DIRECTIONS = 180 };

/* Bisects the shadow's edge in directions over half a turn around a point of
 * the axis beta = 0; the other half is the same. */
static double
shadow_area(const struct trace_scene *scene, double centre)
{
	double alpha[DIRECTIONS], beta[DIRECTIONS], radius[DIRECTIONS];
	double angle, area = 0;
	struct trace_hits hits;

	for (size_t i = 0; i < DIRECTIONS; i++)
		radius[i] = 5;
	for (double half = 2.5; half > 1e-9; half /= 2) {
		for (size_t i = 0; i < DIRECTIONS; i++) {
			angle = PI * ((double)i + 0.5) / DIRECTIONS;
			alpha[i] = centre + radius[i] * cos(angle);
			beta[i] = radius[i] * sin(angle);
		}
		trace_rays(scene, alpha, beta, DIRECTIONS, &hits);
		for (size_t i = 0; i < DIRECTIONS; i++)
			radius[i] +=
				hits.end[i] == TRACE_HORIZON ? half : -half;
	}
	for (size_t i = 0; i < DIRECTIONS; i++)
		area += radius[i] * radius[i] * PI / DIRECTIONS;
	return area;
}

static void
the_shadow_is_bardeens(void **state)
{
	static const double spins[] = {0, 0.5, 0.9, 0.998};
	static const double inclinations[] = {17, 60, 90};

	(void)state;
	for (size_t k = 0; k < 12; k++) {
		struct trace_scene scene =
			scene_of(spins[k / 3], inclinations[k % 3]);
		struct shadow shadow;
		double area;

		shadow_find(spins[k / 3], inclinations[k % 3], &shadow);
		area = shadow_area(&scene, shadow.centre_alpha_rg);
		if (!(fabs(area / shadow.area_rg2 - 1) < 1e-5))
			fail_msg("spin %g at %g degrees: %.9g, not %.9g",
				 spins[k / 3], inclinations[k % 3], area,
				 shadow.area_rg2);
	}
}

/* ---- over the poles and along the plane */

/* A column of pixels against itself in steps four times finer. */
static void
column_check(struct trace_scene scene, double alpha)
{
	double alphas[TRACE_BATCH], betas[TRACE_BATCH];
	struct trace_hits hits, finer;

	for (size_t i = 0; i < TRACE_BATCH; i++) {
		alphas[i] = alpha;
		betas[i] = 30 * ((double)i + 0.5) / TRACE_BATCH - 15;
	}
	trace_rays(&scene, alphas, betas, TRACE_BATCH, &hits);
	scene.step /= 4;
	trace_rays(&scene, alphas, betas, TRACE_BATCH, &finer);
	for (size_t i = 0; i < TRACE_BATCH; i++) {
		double lambda = -alpha * scene.sin_i, g, fine_g;

		assert_int_equal(hits.end[i], finer.end[i]);
		assert_int_equal(hits.order[i], finer.order[i]);
		if (hits.end[i] == TRACE_SKY) {
			assert_true(fabs(hits.x[i] - finer.x[i]) < 1e-5);
			assert_true(fabs(hits.y[i] - finer.y[i]) < 1e-5);
			assert_true(fabs(hits.z[i] - finer.z[i]) < 1e-5);
		}
		if (hits.end[i] != TRACE_DISC)
			continue;
		g = ray_redshift(scene.spin, hits.radius[i], lambda);
		fine_g = ray_redshift(scene.spin, finer.radius[i], lambda);
		assert_true(fabs(g - fine_g) < 1e-6);
	}
}

static void
nothing_breaks_over_the_poles(void **state)
{
	static const double spins[] = {0, 0.5, 0.9, 0.9999, -0.9999};
	static const double inclinations[] = {0, 1e-6, 20, 75, 90, 163, 180};

	(void)state;
	for (size_t k = 0; k < 35; k++)
		for (int side = -1; side <= 1; side++) {
			struct trace_scene scene =
				scene_of(spins[k / 7], inclinations[k % 7]);

			if (inclinations[k % 7] == 180)
				scene.sin_i = 0;
			scene.disc_outer = 20;
			scene.directions = true;
			column_check(scene, side * 30.0 / 1024);
			column_check(scene, side * 1e-9);
		}
}

/* A ray in the plane is the limit of those above it. */
static void
rays_in_the_plane_are_those_beside_it(void **state)
{
	struct trace_scene scene = scene_of(0.9, 90);
	const double betas[3] = {0, -0.0, 1e-6};

	(void)state;
	scene.disc_outer = 100;
	for (double alpha = -15; alpha <= 15; alpha += 0.37) {
		const double alphas[3] = {alpha, alpha, alpha};
		struct trace_hits hits;

		trace_rays(&scene, alphas, betas, 3, &hits);
		for (size_t i = 0; i < 2; i++) {
			assert_int_equal(hits.end[i], hits.end[2]);
			assert_int_equal(hits.order[i], hits.order[2]);
			assert_true(hits.end[i] != TRACE_DISC ||
				    fabs(hits.radius[i] - hits.radius[2]) <=
					    1e-6 * hits.radius[2]);
		}
	}
}

/* ---- single rays */

static void
single_rays_agree(void **state)
{
	struct chance chance = {20260105};

	(void)state;
	for (int i = 0; i < 3000; i++) {
		double spin = 2 * chance_unit(&chance) - 1;
		double inclination_deg = 180 * chance_unit(&chance);
		double alpha = 30 * chance_unit(&chance) - 15;
		double beta = 30 * chance_unit(&chance) - 15;
		struct trace_scene scene = scene_of(spin, inclination_deg);
		struct trace_hits hits;
		struct ray ray;

		scene.disc_outer = 1e9;
		trace_rays(&scene, &alpha, &beta, 1, &hits);
		assert_int_equal(ray_follow(spin, inclination_deg, alpha, beta,
					    NULL, &ray),
				 LC_OK);
		assert_int_equal(hits.end[0] == TRACE_DISC,
				 ray.crossing_count > 0);
		if (ray.crossing_count == 0) {
			assert_int_equal(hits.end[0], ray.end);
			continue;
		}
		assert_int_equal(hits.order[0], ray.crossings[0].order);
		if (!(fabs(hits.radius[0] / ray.crossings[0].radius_rg - 1) <
		      1e-8 + 1e-8 * ray.crossings[0].radius_rg))
			fail_msg("spin %.9g at %.9g: %.9g %.9g: %.12g", spin,
				 inclination_deg, alpha, beta, hits.radius[0]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(invariants_hold),
		cmocka_unit_test(the_shadow_is_bardeens),
		cmocka_unit_test(nothing_breaks_over_the_poles),
		cmocka_unit_test(rays_in_the_plane_are_those_beside_it),
		cmocka_unit_test(single_rays_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
