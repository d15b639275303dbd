/* Directions and separations, against values that are known exactly. */
#include "sky/angles.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct separation_case {
	double ra1_deg, dec1_deg, ra2_deg, dec2_deg;
	double separation_deg;
};

static const struct separation_case separations[] = {
	{10.6847917, 41.2690556, 10.6847917, 41.2690556, 0},
	{0, 0, 90, 0, 90},
	{0, 0, 180, 0, 180},
	{10, 20, 190, -20, 180},
	{0, 90, 123, 90, 0},
	{0, 90, 77, -90, 180},
	{0, 0, 1e-10, 0, 1e-10},
	{359.9999, 0, 0.0001, 0, 0.0002},
	{0, 0, 179.99999999, 0, 179.99999999},
	{0, 89.9, 180, 89.9, 0.2},
	{12, -89.99999, 192, -89.99999, 0.00002},
	{0, 0, 45, 45, 60},
	{0, 60, 90, 60, 41.40962210927086},
};

static void
separations_are_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(separations) / sizeof(*separations);
	     i++) {
		const struct separation_case *s = &separations[i];
		struct angles_vector a = angles_vector(s->ra1_deg, s->dec1_deg);
		struct angles_vector b = angles_vector(s->ra2_deg, s->dec2_deg);
		double there = angles_separation_deg(a, b);
		double back = angles_separation_deg(b, a);

		if (fabs(there - s->separation_deg) > 3e-14 || there != back)
			fail_msg("case %zu: %.17g, not %.17g", i, there,
				 s->separation_deg);
	}
}

static void
same_place_is_exactly_zero(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct angles_vector a =
			angles_vector(i * 0.3599, i * 0.17 - 85);

		assert_true(angles_separation_deg(a, a) == 0);
		assert_true(fabs(a.x * a.x + a.y * a.y + a.z * a.z - 1) <
			    1e-15);
	}
}

static void
wrapping_stays_in_range(void **state)
{
	static const double cases[][2] = {
		{0, 0},       {360, 0},
		{-360, 0},    {-10, 350},
		{370, 10},    {359.99999999999994, 359.99999999999994},
		{-1e-20, 0},  {-0.0, 0},
		{720.5, 0.5}, {-180, 180},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		double wrapped = angles_wrap_deg(cases[i][0]);

		assert_true(wrapped == cases[i][1]);
		assert_false(signbit(wrapped));
	}
}

static void
radians_and_degrees_invert(void **state)
{
	(void)state;
	assert_true(fabs(angles_radians(180) - ANGLES_PI) < 1e-15);
	assert_true(fabs(angles_degrees(angles_radians(57.3)) - 57.3) < 1e-13);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(separations_are_right),
		cmocka_unit_test(same_place_is_exactly_zero),
		cmocka_unit_test(wrapping_stays_in_range),
		cmocka_unit_test(radians_and_degrees_invert),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
