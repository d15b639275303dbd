/* The zone index: no object within a circle is outside its ranges. */
#include "sky/zones.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sky/angles.h"

enum { RANGES_MAX = 2 * ZONES_COUNT + 1 };

static uint64_t random_state = 88172645463325252u;

static double
random_unit(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (double)(random_state >> 11) / 9007199254740992.0;
}

static size_t
ranges_of(double ra_deg, double dec_deg, double radius_deg,
	  struct zones_range *ranges)
{
	struct zones_walk walk;
	size_t count = 0;

	zones_start(&walk, ra_deg, dec_deg, radius_deg);
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
check_circle(double ra_deg, double dec_deg, double radius_deg)
{
	static struct zones_range ranges[RANGES_MAX];
	size_t count = ranges_of(ra_deg, dec_deg, radius_deg, ranges);
	double ra, dec;

	for (int i = 0; i < 360; i++) {
		double distance =
			i % 3 == 0 ? radius_deg : radius_deg * random_unit();

		go(ra_deg, dec_deg, distance, i + random_unit(), &ra, &dec);
		for (int64_t shift = 0; shift <= ZONES_SHIFT_MAX;
		     shift += ZONES_SHIFT_MAX)
			if (!is_covered(ranges, count,
					zones_key(ra, dec) + shift))
				fail_msg("%.12f %.12f is not in the circle of "
					 "%.12f around %.12f %.12f",
					 ra, dec, radius_deg, ra_deg, dec_deg);
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
				check_circle(ras[k], decs[j], radii[i]);
}

static void
random_circles_are_covered(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		double dec = angles_degrees(asin(2 * random_unit() - 1));
		double ra = 360 * random_unit();

		check_circle(ra, dec, pow(10, 6 * random_unit() - 4));
		/* The circle that just touches a pole. */
		check_circle(ra, dec, 90 - fabs(dec));
	}
}

static void
small_circles_have_few_ranges(void **state)
{
	struct zones_range ranges[RANGES_MAX];

	(void)state;
	assert_true(ranges_of(10, 41.1, 0.5, ranges) <= 5);
	assert_true(ranges[0].last - ranges[0].first < INT64_C(1) << 37);
	assert_int_equal(ranges_of(10, 41.1, 0, ranges), 1);
	assert_int_equal(ranges_of(10, 90, 1, ranges), 1);
	assert_int_equal(ranges_of(10, 20, 180, ranges), 1);
}

static void
keys_rise_with_position(void **state)
{
	(void)state;
	assert_int_equal(zones_key(0, -90), 0);
	assert_true(zones_key(359.99999999999994, 0) < zones_key(0, 1));
	assert_true(zones_key(1, 10) < zones_key(1.0000001, 10));
	assert_int_equal(zones_key(0, 90) >> 45, ZONES_COUNT - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(circles_are_covered),
		cmocka_unit_test(random_circles_are_covered),
		cmocka_unit_test(small_circles_have_few_ranges),
		cmocka_unit_test(keys_rise_with_position),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
