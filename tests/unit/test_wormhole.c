/* Shapes of wormholes: what they owe to their definitions. */
#include "relativity/wormhole.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relativity/constants.h"
#include "wormhole_fixture.h"

static void
near_check(const char *what, double at, double found, double expected,
	   double tolerance)
{
	if (!(fabs(found - expected) <= tolerance * fabs(expected)))
		fail_msg("%s at %.17g: %.17g, not %.17g", what, at, found,
			 expected);
}

static void
known_shapes(void **state)
{
	struct wormhole film = wormhole_dneg(0.01, 0.05);
	struct wormhole ellis = wormhole_ellis();

	(void)state;
	near_check("radius", 6.255, wormhole_radius(&film, 6.255),
		   7.04944106932, 1e-12);
	near_check("mouth, degrees", 6.255,
		   asin(1 / wormhole_radius(&film, 6.255)) / RAD_PER_DEG,
		   8.1552140, 1e-8);
	near_check("station", 0, wormhole_station(&film), 6.982645, 1e-7);
	near_check("x", 0,
		   (wormhole_station(&film) - 0.005) / (PI / 2 * film.mass),
		   127.00222, 1e-7);
	near_check("W", 0, film.mass * 1.4295268191803, 0.05, 1e-15);
	near_check("radius", 3, wormhole_radius(&ellis, -3), sqrt(10), 1e-15);
	near_check("station", 0, wormhole_station(&ellis), sqrt(99), 1e-15);
	near_check("bend", 0, wormhole_bend(&ellis, 0), 1, 1e-15);
}

static void
throats_are_flat(void **state)
{
	(void)state;
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++) {
		const struct wormhole *shape = &wormhole_fixtures()[i].shape;
		double a = shape->half_length;

		assert_true(wormhole_radius(shape, 0) == 1);
		assert_true(wormhole_radius(shape, -a) == 1);
		assert_true(wormhole_slope(shape, 0) == 0);
		assert_true(wormhole_slope(shape, a) == 0);
		assert_true(wormhole_height(shape, 0) == 0);
		if (a > 0) {
			assert_true(wormhole_bend(shape, a / 2) == 0);
			near_check("height", a, wormhole_height(shape, -a / 2),
				   -a / 2, 1e-15);
		}
		if (shape->kind == WORMHOLE_DNEG)
			near_check("bend", a, wormhole_bend(shape, -a),
				   4 / (PI * PI * shape->mass), 1e-15);
	}
}

/* r, r', r'' and z' by differences of r, r' and z. */
static void
derivatives(void **state)
{
	(void)state;
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++)
		for (double out = 1e-5; out < 2e4; out *= 3) {
			const struct wormhole *shape =
				&wormhole_fixtures()[i].shape;
			double l = shape->half_length + out, step = out * 1e-4;
			double up = l + step, down = l - step;
			double slope = wormhole_slope(shape, l);
			double steep = sqrt((1 - slope) * (1 + slope));
			/* Of the differences of what is near a. */
			double by = 1e-6 + 1e-13 * l / step;

			near_check("radius", l, wormhole_radius(shape, l) - 1,
				   (double)wormhole_plain_excess(
					   shape, (long double)out),
				   1e-12 +
					   1e-15 * wormhole_radius(shape, l) /
						   (wormhole_radius(shape, l) -
						    1) +
					   1e-15 * l / out);
			near_check(
				"bend", l, wormhole_bend(shape, l),
				(wormhole_slope(shape, up) -
				 wormhole_slope(shape, down)) /
					(up - down),
				by + 1e-15 / (wormhole_bend(shape, l) * step));
			near_check("steepness", l, steep,
				   (wormhole_height(shape, up) -
				    wormhole_height(shape, down)) /
					   (up - down),
				   by);
			assert_true(wormhole_radius(shape, l) ==
				    wormhole_radius(shape, -l));
			assert_true(wormhole_slope(shape, l) ==
				    -wormhole_slope(shape, -l));
			assert_true(wormhole_height(shape, l) ==
				    -wormhole_height(shape, -l));
		}
}

static long double
steepness(const void *of, long double t)
{
	const struct wormhole *shape = of;
	long double pi = 3.14159265358979323846264338327950288L, less;

	if (shape->kind == WORMHOLE_ELLIS)
		return 1 / sqrtl(1 + t * t);
	less = 2 / pi * atan2l(pi * (long double)shape->mass, 2 * t);
	return sqrtl(less * (2 - less));
}

static void
heights_are_integrals(void **state)
{
	(void)state;
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++)
		for (double out = 1e-6; out < 2e4; out *= 4.7) {
			const struct wormhole *shape =
				&wormhole_fixtures()[i].shape;
			double a = shape->half_length;
			double expected =
				a + (double)wormhole_plain_integral(
					    steepness, shape, (long double)out);

			near_check("height", a + out,
				   wormhole_height(shape, a + out), expected,
				   1e-12);
		}
}

/* The stations are where it is said, and so is the slope. */
static void
stations_are_nearly_flat(void **state)
{
	(void)state;
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++) {
		const struct wormhole *shape = &wormhole_fixtures()[i].shape;
		double slope = wormhole_slope(shape, wormhole_station(shape));

		near_check("1 - r'^2", 0, (1 - slope) * (1 + slope), 0.01,
			   1e-10);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_shapes),
		cmocka_unit_test(throats_are_flat),
		cmocka_unit_test(derivatives),
		cmocka_unit_test(heights_are_integrals),
		cmocka_unit_test(stations_are_nearly_flat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
