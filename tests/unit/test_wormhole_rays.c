/* Single rays: known ones, closed forms, and a plain integration. */
#include "relativity/wormhole_rays.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "relativity/constants.h"
#include "relativity_cases.h"
#include "wormhole_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
near_check(const char *what, double at, double found, double expected,
	   double tolerance)
{
	if (!(fabs(found - expected) <= tolerance * fabs(expected)))
		fail_msg("%s at %.17g: %.17g, not %.17g", what, at, found,
			 expected);
}

static void
film_case_check(const struct relativity_case *of)
{
	struct wormhole shape =
		wormhole_dneg(2 * relativity_cases_input(of, "a"),
			      relativity_cases_input(of, "W"));
	double camera_l = relativity_cases_input(of, "l_c");
	double alpha = relativity_cases_input(of, "alpha_deg") * RAD_PER_DEG;
	struct wormhole_ray ray;

	assert_string_equal(relativity_cases_word(of, "kind"), "dneg");
	wormhole_ray(&shape, camera_l, alpha, &ray);
	relativity_cases_check(of, "B", ray.impact);
	relativity_cases_check(of, "psi", ray.sweep_rad);
	assert_int_equal(ray.through, ray.impact < 1);
}

static double
whole_of(const struct wormhole *shape, double impact)
{
	return wormhole_sweep_whole(shape, impact, (1 - impact) * (1 + impact));
}

static void
ellis_case_check(const struct relativity_case *of)
{
	struct wormhole shape = wormhole_ellis();
	double impact = relativity_cases_input(of, "B");

	relativity_cases_check(of, "total", whole_of(&shape, impact));
}

static void
cases_are_met(void **state)
{
	(void)state;
	relativity_cases_each("worm_film_", film_case_check);
	relativity_cases_each("worm_ellis_", ellis_case_check);
}

/* ---- Ellis */

/* K by the arithmetic-geometric mean; `other` is sqrt(1 - k^2). */
static double
elliptic(double other)
{
	double a = 1, b = other;

	while (fabs(a - b) > 1e-15 * a) {
		double mean = (a + b) / 2;

		b = sqrt(a * b);
		a = mean;
	}
	return PI / 2 / a;
}

static void
ellis_is_elliptic(void **state)
{
	struct wormhole shape = wormhole_ellis();
	size_t checked = 0;

	(void)state;
	for (double away = 1.1e-16; away < 1; away *= 1.3, checked++) {
		double k = 1 - away, other = sqrt((1 - k) * (1 + k));

		near_check("through", k, whole_of(&shape, k),
			   2 * k * elliptic(other), 1e-13);
	}
	for (double away = 2.3e-16; away < 1e9; away *= 1.3, checked++) {
		double b = 1 + away, other = sqrt((b - 1) * (b + 1)) / b;

		near_check("back", b, whole_of(&shape, b), 2 * elliptic(other),
			   1e-13);
	}
	assert_true(checked > 300);
	assert_true(isinf(whole_of(&shape, 1)));
	assert_true(whole_of(&shape, 0) == 0);
}

/* ---- all shapes */

static long double
plain_cylinder(long double length, long double b)
{
	return length > 0 ? length * b / sqrtl((1 - b) * (1 + b)) : 0;
}

static double
plain_whole(const struct wormhole *shape, double impact)
{
	long double b = (long double)impact, turn, sweep;

	if (impact > 1) {
		turn = wormhole_plain_turn(shape, b);
		sweep = wormhole_plain_sweep(shape, turn, INFINITY, b, 0);
	} else {
		sweep = wormhole_plain_sweep(shape, 0, INFINITY, b, 1 - b) +
			plain_cylinder((long double)shape->half_length, b);
	}
	return (double)(2 * sweep);
}

static void
whole_sweeps_are_the_integrals(void **state)
{
	static const double impacts[] = {
		1e-6,     0.3,      0.9,  0.999, 1 - 1e-7, 1.5,
		1 + 1e-7, 1 + 1e-4, 1.01, 3,     100,      1e4,
	};

	(void)state;
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++)
		for (size_t j = 0; j < COUNT(impacts); j++) {
			const struct wormhole_fixture *of =
				&wormhole_fixtures()[i];

			near_check(of->name, impacts[j],
				   whole_of(&of->shape, impacts[j]),
				   plain_whole(&of->shape, impacts[j]), 1e-11);
			assert_true(isinf(whole_of(&of->shape, 1)));
		}
}

/* The same by r, B and alpha as everybody would do it. */
static void
plain_ray(const struct wormhole *shape, double camera_l, double alpha_rad,
	  struct wormhole_ray *ray)
{
	long double a = (long double)shape->half_length;
	long double l = fabsl((long double)camera_l), out = l > a ? l - a : 0;
	long double inside = fminl(l, a), alpha = (long double)alpha_rad;
	long double radius = 1 + wormhole_plain_excess(shape, out);
	long double b = radius * sinl(alpha), sweep, turn;

	ray->impact = (double)b;
	ray->through = cosl(alpha) > 0 && b < 1;
	if (ray->through) {
		sweep = wormhole_plain_sweep(shape, 0, out, b, 1 - b) +
			plain_cylinder(inside + a, b) +
			wormhole_plain_sweep(shape, 0, INFINITY, b, 1 - b);
	} else if (cosl(alpha) > 0) {
		turn = wormhole_plain_turn(shape, b);
		sweep = wormhole_plain_sweep(shape, turn, out, b, 0) +
			wormhole_plain_sweep(shape, turn, INFINITY, b, 0);
	} else {
		sweep = plain_cylinder(a - inside, b) +
			wormhole_plain_sweep(shape, out, INFINITY, b,
					     radius - b);
	}
	ray->sweep_rad = (double)sweep;
}

/* How much of B's own rounding is in psi. */
static double
rounding(double impact)
{
	return 4e-16 / fmin(1, fabs(1 - impact));
}

static void
ray_check(const struct wormhole_fixture *of, double camera_l, double alpha)
{
	struct wormhole_ray found, plain;
	double tolerance;

	wormhole_ray(&of->shape, camera_l, alpha, &found);
	plain_ray(&of->shape, camera_l, alpha, &plain);
	tolerance = 1e-11 + rounding(plain.impact);
	if (!(fabs(found.sweep_rad - plain.sweep_rad) <=
	      tolerance * plain.sweep_rad) ||
	    fabs(found.impact - plain.impact) > 1e-14 * plain.impact ||
	    found.through != plain.through)
		fail_msg("%s, camera at %.17g, alpha %.17g: B %.17g, psi %.17g "
			 "%d, not %.17g, %.17g, %d",
			 of->name, camera_l, alpha, found.impact,
			 found.sweep_rad, found.through, plain.impact,
			 plain.sweep_rad, plain.through);
}

static void
camera_check(const struct wormhole_fixture *of, double camera_l)
{
	static const double degrees[] = {0.01,   1,   10,  45,  80,    89.999,
					 90.001, 100, 135, 170, 179.99};
	double radius = wormhole_radius(&of->shape, camera_l);

	for (size_t i = 0; i < COUNT(degrees); i++)
		ray_check(of, camera_l, degrees[i] * RAD_PER_DEG);
	if (radius > 1)
		for (double away = 1e-6; away < 0.1; away *= 10) {
			ray_check(of, camera_l, asin((1 - away) / radius));
			if ((1 + away) / radius < 1)
				ray_check(of, camera_l,
					  asin((1 + away) / radius));
			ray_check(of, camera_l, PI - asin((1 - away) / radius));
		}
}

static void
rays_are_the_integrals(void **state)
{
	static const double outside[] = {1e-5, 0.003, 0.2, 6.25, 300, 1e4};

	(void)state;
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++) {
		const struct wormhole_fixture *of = &wormhole_fixtures()[i];
		double a = of->shape.half_length;

		camera_check(of, 0);
		camera_check(of, a);
		camera_check(of, -a / 2);
		for (size_t j = 0; j < COUNT(outside); j++)
			camera_check(of, j % 2 == 0 ? a + outside[j] :
						      -a - outside[j]);
	}
}

/* ---- special directions and places */

static void
special_directions(void **state)
{
	(void)state;
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++) {
		const struct wormhole *shape = &wormhole_fixtures()[i].shape;
		struct wormhole_ray ray;

		for (int l = -3; l <= 3; l++) {
			wormhole_ray(shape, l, 0, &ray);
			assert_true(ray.impact == 0 && ray.sweep_rad == 0);
			assert_true(ray.through);
			wormhole_ray(shape, l, PI, &ray);
			assert_true(ray.impact == 0 && ray.sweep_rad == 0);
			assert_false(ray.through);
		}
		/* Across the throat: it never leaves. */
		wormhole_ray(shape, 0, PI / 2, &ray);
		assert_true(ray.impact == 1 && isinf(ray.sweep_rad));
		wormhole_ray(shape, -shape->half_length, 90 * RAD_PER_DEG,
			     &ray);
		assert_true(ray.impact == 1 && isinf(ray.sweep_rad));
		/* Across the way in front of it: half of the whole. */
		wormhole_ray(shape, shape->half_length + 2, PI / 2, &ray);
		assert_false(ray.through);
		near_check("across", 2, 2 * ray.sweep_rad,
			   wormhole_sweep_whole(shape, ray.impact, ray.open),
			   1e-12);
	}
}

/* From the throat both sides look the same. */
static void
sides_are_alike(void **state)
{
	(void)state;
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++)
		for (double alpha = 0.05; alpha < PI / 2; alpha += 0.1) {
			const struct wormhole *shape =
				&wormhole_fixtures()[i].shape;
			struct wormhole_ray ahead, behind, far;

			wormhole_ray(shape, 0, alpha, &ahead);
			wormhole_ray(shape, 0, PI - alpha, &behind);
			assert_true(ahead.through && !behind.through);
			near_check("behind", alpha, behind.sweep_rad,
				   ahead.sweep_rad, 1e-12);
			wormhole_ray(shape, 2.5, alpha, &ahead);
			wormhole_ray(shape, -2.5, alpha, &far);
			assert_memory_equal(&ahead.sweep_rad, &far.sweep_rad,
					    sizeof(double));
			assert_int_equal(ahead.through, far.through);
		}
}

/* In the cylinder B is 1 to many digits, and psi is still right: with k =
 * a / |cos alpha| it grows as the ways there do. */
static void
nearly_across_the_cylinder(void **state)
{
	struct wormhole shape = wormhole_dneg(4, 1);
	double last = 0;

	(void)state;
	for (double away = 1e-3; away > 1e-14; away /= 10) {
		struct wormhole_ray ray;
		double cylinder = 3 * sin(PI / 2 - away) / cos(PI / 2 - away);

		wormhole_ray(&shape, 1, PI / 2 - away, &ray);
		assert_true(ray.through);
		assert_true(ray.sweep_rad > cylinder);
		assert_true(ray.sweep_rad - cylinder <
			    60 + 1e-14 * ray.sweep_rad);
		assert_true(ray.sweep_rad > 5 * last);
		last = ray.sweep_rad;
	}
}

/* Where B is 1 to all its digits the whole sweep is still that of the ray: from
 * the middle it is half of it. */
static void
nearly_critical_rays_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++)
		for (double away = 1e-3; away > 1e-15; away /= 10)
			for (int side = -1; side <= 1; side += 2) {
				const struct wormhole *shape =
					&wormhole_fixtures()[i].shape;
				struct wormhole_ray ray;

				wormhole_ray(shape, 0, PI / 2 + side * away,
					     &ray);
				assert_true(isfinite(ray.sweep_rad));
				near_check("whole", away,
					   wormhole_sweep_whole(
						   shape, ray.impact, ray.open),
					   2 * ray.sweep_rad, 1e-12);
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_are_met),
		cmocka_unit_test(ellis_is_elliptic),
		cmocka_unit_test(whole_sweeps_are_the_integrals),
		cmocka_unit_test(rays_are_the_integrals),
		cmocka_unit_test(special_directions),
		cmocka_unit_test(sides_are_alike),
		cmocka_unit_test(nearly_across_the_cylinder),
		cmocka_unit_test(nearly_critical_rays_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
