/* Tables of rays: the same as single ones, whatever the camera. */
#include "relativity/wormhole_rays.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "chance.h"
#include "relativity/constants.h"
#include "wormhole_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* For each of 108 cameras: 1e5 in all. */
enum { DIRECTIONS = 950 };

/* One camera, and what it is looked through. */
struct scene {
	const struct wormhole_fixture *of;
	double camera_l, radius, square; /* r, r^2 - 1 */
	bool inside;                     /* in the throat or the cylinder */
	struct wormhole_lens *lens;
};

static void
scene_check(const struct wormhole_fixture *of,
	    const struct wormhole_table *table, double camera_l,
	    void (*check)(const struct scene *scene))
{
	struct scene scene = {.of = of, .camera_l = camera_l};
	double a = of->shape.half_length, excess;

	scene.inside = fabs(camera_l) <= a;
	excess = (double)wormhole_plain_excess(
		&of->shape, (long double)fmax(0, fabs(camera_l) - a));
	scene.square = excess * (2 + excess);
	scene.radius = wormhole_radius(&of->shape, camera_l);
	scene.lens = wormhole_lens_new(table, camera_l, NULL);
	assert_non_null(scene.lens);
	check(&scene);
	wormhole_lens_free(scene.lens);
}

static void
each_scene(void (*check)(const struct scene *scene))
{
	static const double beyond[] = {0, 1e-8, 1e-4, 0.03, 1.7, 6.25, 9900};

	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++) {
		const struct wormhole_fixture *of = &wormhole_fixtures()[i];
		double a = of->shape.half_length;
		struct wormhole_table *table =
			wormhole_table_new(&of->shape, NULL);

		assert_non_null(table);
		for (size_t j = 0; j < COUNT(beyond); j++)
			scene_check(of, table, a + beyond[j], check);
		scene_check(of, table, -a / 3, check);
		scene_check(of, table, -1e4, check);
		wormhole_table_free(table);
	}
}

/*
 * 1e-6, and what the last digits of the cosine and the sine do to B, of which
 * psi is a logarithm and, in the cylinder, 1 / sqrt(1 - B^2).
 */
static double
tolerance(const struct scene *scene, double alpha)
{
	double across = scene->square * sin(alpha) * sin(alpha);
	double along = cos(alpha) * cos(alpha);
	double gap = fabs(along - across); /* |1 - B^2| */

	return 1e-6 + 1e-15 * fmax(along, across) / gap *
			      (10 + scene->of->shape.half_length / sqrt(gap));
}

static void
direction_check(const struct scene *scene, double alpha)
{
	struct wormhole_ray found, exact;

	wormhole_lens_find(scene->lens, cos(alpha), sin(alpha), &found);
	wormhole_ray(&scene->of->shape, scene->camera_l, alpha, &exact);
	if (!(fabs(found.sweep_rad - exact.sweep_rad) <=
	      tolerance(scene, alpha)) ||
	    found.through != exact.through ||
	    fabs(found.impact - exact.impact) > 1e-14 * scene->radius)
		fail_msg("%s, camera at %.17g, alpha %.17g: B %.17g, psi %.17g "
			 "%d, not %.17g, %.17g, %d",
			 scene->of->name, scene->camera_l, alpha, found.impact,
			 found.sweep_rad, found.through, exact.impact,
			 exact.sweep_rad, exact.through);
}

static double
random_direction(const struct scene *scene, struct chance *chance, int kind)
{
	double critical = scene->radius > 1 ? asin(1 / scene->radius) : PI / 2;
	double power = pow(10, -9 * chance_unit(chance));

	switch (kind) {
	case 0: /* any */
		return PI * chance_unit(chance);
	case 1: /* anywhere on the sphere */
		return acos(2 * chance_unit(chance) - 1);
	case 2:
		return critical * (1 - power);
	case 3:
		return critical * (1 + power);
	case 4: /* the straight ones, and across */
		return power;
	case 5:
		return PI - power;
	default:
		return PI / 2 * (1 + power);
	}
}

static void
random_check(const struct scene *scene)
{
	struct chance chance = {6};

	for (int i = 0; i < DIRECTIONS; i++)
		direction_check(scene, random_direction(scene, &chance, i % 7));
}

static void
lenses_show_the_exact_rays(void **state)
{
	(void)state;
	each_scene(random_check);
}

/* ---- near the critical direction */

enum { APPROACH = 3000 }; /* 100 for each power of e */

static double
sweep_at(const struct scene *scene, double cosine, double sine, bool through)
{
	struct wormhole_ray ray;

	wormhole_lens_find(scene->lens, cosine, sine, &ray);
	assert_int_equal(ray.through, through);
	return ray.sweep_rad;
}

/*
 * From either side, 1 - B from 1/3 to 3e-14: psi only grows, and by what its
 * neighbours let expect; where cells meet there is no step.
 */
static void
approach_check(const struct scene *scene, bool through)
{
	double before = 0, last = 0;

	for (int i = 110; i < APPROACH; i++) {
		double gap = exp(-i / 100.0) * (through ? -1 : 1);
		double sine = (1 + gap) / scene->radius;
		double cosine = sqrt((1 - sine) * (1 + sine));
		double now, growth = last - before;
		double noise =
			1e-9 + 1e-15 / fabs(gap) *
				       (10 + scene->of->shape.half_length /
						     sqrt(fabs(gap)));

		/* Where rays turn near the camera they are others. */
		if (gap > (scene->radius - 1) / 5)
			continue;
		now = sweep_at(scene, cosine, sine, through);
		if (before > 0 && (now < last - noise ||
				   now - last > 1.1 * growth + 1e-5 + noise ||
				   now - last < 0.9 * growth - 1e-5 - noise))
			fail_msg("%s, camera at %.17g, B - 1 %.17g: psi %.17g "
				 "after %.17g and %.17g",
				 scene->of->name, scene->camera_l, gap, now,
				 last, before);
		before = last;
		last = now;
	}
}

static void
near_critical_check(const struct scene *scene)
{
	/* In the throat B is not more than 1. */
	if (scene->radius > 1)
		approach_check(scene, false);
	if (scene->radius > 1.0001)
		approach_check(scene, true);
}

static void
sweeps_grow_towards_the_critical_ray(void **state)
{
	(void)state;
	each_scene(near_critical_check);
}

static void
special_check(const struct scene *scene)
{
	struct wormhole_ray ray, exact;

	wormhole_lens_find(scene->lens, 1, 0, &ray);
	assert_true(ray.impact == 0 && ray.sweep_rad == 0 && ray.through);
	wormhole_lens_find(scene->lens, -1, 0, &ray);
	assert_true(ray.impact == 0 && ray.sweep_rad == 0 && !ray.through);
	wormhole_lens_find(scene->lens, 0, 1, &ray);
	assert_true(ray.impact == scene->radius && !ray.through);
	assert_int_equal(isinf(ray.sweep_rad) != 0, scene->inside);
	/* As much as a float's rounding beyond a circle. */
	wormhole_ray(&scene->of->shape, scene->camera_l, 1e-9, &exact);
	wormhole_lens_find(scene->lens, 1 + 1e-7, 1e-9, &ray);
	assert_true(ray.through);
	assert_true(fabs(ray.sweep_rad - exact.sweep_rad) < 1e-6);
	wormhole_lens_find(scene->lens, -1 - 1e-7, 1e-9, &ray);
	assert_true(!ray.through && ray.sweep_rad < 1e-6);
}

static void
special_directions(void **state)
{
	(void)state;
	each_scene(special_check);
}

/* ---- no memory, and no time */

static enum lc_rc
make(struct lc_progress *of_table, struct lc_progress *of_lens)
{
	struct wormhole shape = wormhole_dneg(1, 1);
	struct wormhole_table *table = wormhole_table_new(&shape, of_table);
	struct wormhole_lens *lens = NULL;

	if (table != NULL)
		lens = wormhole_lens_new(table, 5, of_lens);
	wormhole_table_free(table);
	wormhole_lens_free(lens);
	return lens == NULL ? LC_NO_MEMORY : LC_OK;
}

static enum lc_rc
make_all(void)
{
	return make(NULL, NULL);
}

static void
no_memory_is_said(void **state)
{
	(void)state;
	alloc_fail_each(&(struct alloc_case){"a lens", make_all, false});
}

static void
work_is_stopped(void **state)
{
	struct lc_progress fine, late, stopped;

	(void)state;
	progress_init(&fine, INT64_MAX);
	progress_init(&late, 1);
	progress_init(&stopped, 0);
	progress_stop(&stopped, LC_CANCELLED);
	assert_int_equal(make(&fine, &fine), LC_OK);
	assert_true(fine.asked > 500);
	assert_int_equal(make(&late, NULL), LC_NO_MEMORY);
	assert_true(late.asked <= 64);
	progress_init(&late, 1);
	assert_int_equal(make(NULL, &late), LC_NO_MEMORY);
	assert_true(late.asked <= 64);
	assert_int_equal(make(&stopped, NULL), LC_NO_MEMORY);
	assert_int_equal(make(NULL, &stopped), LC_NO_MEMORY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lenses_show_the_exact_rays),
		cmocka_unit_test(sweeps_grow_towards_the_critical_ray),
		cmocka_unit_test(special_directions),
		cmocka_unit_test(no_memory_is_said),
		cmocka_unit_test(work_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
