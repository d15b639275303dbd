/* The zone index: no object within a circle is outside its ranges. */
#include "sky/zones.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "chance.h"
#include "sky/angles.h"

enum { RANGES_MAX = 2 * 180 * ZONES_PER_DEG_MAX + 1 };

static const int heights[] = {ZONES_PER_DEG_MIN, 4, 7, ZONES_PER_DEG_MAX};
enum { HEIGHTS = sizeof(heights) / sizeof(*heights) };

static struct chance chance = {88172645463325252u};

static size_t
ranges_of(int per_deg, double ra_deg, double dec_deg, double radius_deg,
	  struct zones_range *ranges)
{
	struct zones_walk walk;
	size_t count = 0;

	zones_start(&walk, per_deg, ra_deg, dec_deg, radius_deg);
	while (zones_next(&walk, &ranges[count])) {
		assert_true(ranges[count].first <= ranges[count].last);
		if (count > 0)
			assert_true(ranges[count].first >
				    ranges[count - 1].last);
		count++;
		assert_true(count < RANGES_MAX);
	}
	return count;
}

static int
is_covered(const struct zones_range *ranges, size_t count, int64_t key)
{
	for (size_t i = 0; i < count; i++)
		if (key >= ranges[i].first && key <= ranges[i].last)
			return 1;
	return 0;
}

/* The position at a distance and bearing from another. */
static void
go(double ra_deg, double dec_deg, double distance_deg, double bearing_deg,
   double *out_ra_deg, double *out_dec_deg)
{
	double d = angles_radians(distance_deg);
	double b = angles_radians(bearing_deg);
	double dec = angles_radians(dec_deg);
	double up = sin(dec) * cos(d) + cos(dec) * sin(d) * cos(b);
	double east = sin(b) * sin(d);
	double north = cos(d) * cos(dec) - sin(dec) * sin(d) * cos(b);

	*out_dec_deg = angles_degrees(atan2(up, hypot(east, north)));
	*out_ra_deg =
		angles_wrap_deg(ra_deg + angles_degrees(atan2(east, north)));
}

static void
check_circle(int per_deg, double ra_deg, double dec_deg, double radius_deg)
{
	static struct zones_range ranges[RANGES_MAX];
	size_t count = ranges_of(per_deg, ra_deg, dec_deg, radius_deg, ranges);
	double ra, dec;

	for (int i = 0; i < 120; i++) {
		double distance = i % 3 == 0 ?
					  radius_deg :
					  radius_deg * chance_unit(&chance);

		go(ra_deg, dec_deg, distance, 3 * i + chance_unit(&chance), &ra,
		   &dec);
		for (int64_t shift = 0; shift <= ZONES_SHIFT_MAX;
		     shift += ZONES_SHIFT_MAX)
			if (!is_covered(ranges, count,
					zones_key(per_deg, ra, dec) + shift))
				fail_msg("%.12f %.12f is not in the circle of "
					 "%.12f around %.12f %.12f, with %d "
					 "zones to a degree",
					 ra, dec, radius_deg, ra_deg, dec_deg,
					 per_deg);
	}
}

static void
circles_are_covered(void **state)
{
	static const double radii[] = {0,    1e-9, 1e-4, 0.1,     0.25, 0.5,
				       1,    5,    20,   45,      89.9, 90,
				       90.1, 120,  179,  179.999, 180,  200};
	static const double decs[] = {0,   0.25,  -0.25,  45,          60.25,
				      89,  89.75, 89.9,   89.9999999,  90,
				      -45, -89,   -89.75, -89.9999999, -90};
	static const double ras[] = {0,   1e-12, 0.1,
				     180, 359.9, 359.99999999999994};

	(void)state;
	for (size_t i = 0; i < sizeof(radii) / sizeof(*radii); i++)
		for (size_t j = 0; j < sizeof(decs) / sizeof(*decs); j++)
			for (size_t k = 0; k < sizeof(ras) / sizeof(*ras); k++)
				for (size_t h = 0; h < HEIGHTS; h++)
					check_circle(heights[h], ras[k],
						     decs[j], radii[i]);
}

static void
random_circles_are_covered(void **state)
{
	(void)state;
	for (int i = 0; i < 4000; i++) {
		int per_deg = heights[i % HEIGHTS];
		double dec = angles_degrees(asin(2 * chance_unit(&chance) - 1));
		double ra = 360 * chance_unit(&chance);

		check_circle(per_deg, ra, dec,
			     pow(10, 11.2 * chance_unit(&chance) - 9));
		/* The circle that just touches a pole. */
		check_circle(per_deg, ra, dec, 90 - fabs(dec));
	}
}

static void
small_circles_have_few_ranges(void **state)
{
	struct zones_range ranges[RANGES_MAX];

	(void)state;
	assert_true(ranges_of(4, 10, 41.1, 0.5, ranges) <= 5);
	assert_true(ranges[0].last - ranges[0].first < INT64_C(1) << 37);
	for (size_t h = 0; h < HEIGHTS; h++) {
		int per_deg = heights[h];
		size_t most = (size_t)(2 * per_deg);

		assert_int_equal(ranges_of(per_deg, 10, 41.123, 0, ranges), 1);
		assert_int_equal(ranges_of(per_deg, 10, 90, 1, ranges), 1);
		assert_int_equal(ranges_of(per_deg, 10, 20, 180, ranges), 1);
		assert_true(ranges_of(per_deg, 10, 20, 1, ranges) <= most + 2);
		/* Over RA 0 each zone has two. */
		assert_true(ranges_of(per_deg, 0, 20, 1, ranges) <=
			    2 * most + 4);
	}
}

/*
 * Each zone has a width of its own: the ranges together are hardly larger
 * than the circle, also over a pole.
 */
static void
ranges_hold_little_else(void **state)
{
	static const double decs[] = {0, -30, 60, 75, 89, -90};
	static struct zones_range ranges[RANGES_MAX];
	const double radius_deg = 20;
	const double circle =
		2 * ANGLES_PI * (1 - cos(angles_radians(radius_deg)));

	(void)state;
	for (size_t i = 0; i < sizeof(decs) / sizeof(*decs); i++) {
		size_t count = ranges_of(4, 123, decs[i], radius_deg, ranges);
		double area = 0;

		for (size_t r = 0; r < count; r++) {
			int64_t zone = ranges[r].first >> 45;
			int64_t end = ranges[r].last >> 45;
			double south = angles_radians((double)zone / 4 - 90);
			double north =
				angles_radians((double)(end + 1) / 4 - 90);
			double part = zone < end ?
					      1 :
					      ldexp((double)(ranges[r].last -
							     ranges[r].first),
						    -44);

			area += (sin(north) - sin(south)) * 2 * ANGLES_PI *
				(part < 1 ? part : 1);
		}
		if (area < circle || area > 1.1 * circle)
			fail_msg("around %g: %g of the circle", decs[i],
				 area / circle);
	}
}

static void
keys_rise_with_position(void **state)
{
	(void)state;
	for (size_t h = 0; h < HEIGHTS; h++) {
		int n = heights[h];

		assert_int_equal(zones_key(n, 0, -90), 0);
		assert_true(zones_key(n, 359.99999999999994, 0) <
			    zones_key(n, 0, 1));
		/* Shifted from there, it is still in its zone. */
		assert_true(zones_key(n, 359.99999999999994, 0) +
				    ZONES_SHIFT_MAX <
			    zones_key(n, 0, 1));
		assert_true(zones_key(n, 1, 10) < zones_key(n, 1.0000001, 10));
		assert_int_equal(zones_key(n, 0, 90) >> 45, 180 * n - 1);
	}
}

static void
zones_suit_the_density(void **state)
{
	int last = 0;

	(void)state;
	assert_int_equal(zones_for_density(0), ZONES_PER_DEG_MIN);
	assert_int_equal(zones_for_density(0.3), ZONES_PER_DEG_MIN);
	assert_int_equal(zones_for_density(50), 1);
	assert_int_equal(zones_for_density(51), 2);
	assert_int_equal(zones_for_density(800), 4);
	assert_int_equal(zones_for_density(1e6), ZONES_PER_DEG_MAX);
	assert_int_equal(zones_for_density(1e300), ZONES_PER_DEG_MAX);
	assert_int_equal(zones_for_density((double)NAN), ZONES_PER_DEG_MIN);
	for (double density = 1e-3; density < 1e6; density *= 1.1) {
		int per_deg = zones_for_density(density);

		assert_true(per_deg >= last);
		last = per_deg;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(circles_are_covered),
		cmocka_unit_test(random_circles_are_covered),
		cmocka_unit_test(small_circles_have_few_ranges),
		cmocka_unit_test(ranges_hold_little_else),
		cmocka_unit_test(keys_rise_with_position),
		cmocka_unit_test(zones_suit_the_density),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
