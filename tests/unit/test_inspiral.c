/*
 * Two masses that spiral together, and what comes too near to one.
 */
#include "relativity/inspiral.h"
#include "relativity/tides.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relativity/constants.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static void
expect(double found, double wanted, double rel_tol)
{
	if (!(fabs(found - wanted) <= rel_tol * fabs(wanted)))
		fail_msg("%.17g, not %.17g", found, wanted);
}

static void
circles(void **state)
{
	(void)state;
	expect(inspiral_time_s(1.4398, 1.3886, 1.9490e9, 0.0),
	       5.163282048172007e16, 1e-13);
	expect(inspiral_time_s(36.0, 29.0, 1e9, 0.0), 298184315828.671, 1e-13);
	expect(inspiral_time_s(29.0, 36.0, 1e9, 0.0), 298184315828.671, 1e-13);
}

/*
 * Over the circle's time: Peters' equation 5.14 in e itself, by mpmath's
 * quadrature with 40 digits.
 */
static void
eccentric(void **state)
{
	static const struct {
		double eccentricity, ratio;
	} list[] = {
		{1e-7, 0.9999999999999635},
		{1e-5, 0.9999999996348837},
		{0.001, 0.9999963488423791},
		{0.1, 0.964001594364587},
		{0.3, 0.7106362944908224},
		{0.6171338, 0.1837047792824851},
		{0.9, 0.003407024596059119},
		{0.99, 1.668568183829914e-6},
		{0.9999, 2.002866964675667e-13},
	};
	double circle = inspiral_time_s(1.0, 2.0, 1e10, 0.0);

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++)
		expect(inspiral_time_s(1.0, 2.0, 1e10, list[i].eccentricity),
		       list[i].ratio * circle, 1e-11);
	expect(inspiral_time_s(1.0, 2.0, 1e10, 0.99999999),
	       2.044032894567917e-27 * circle, 1e-6);
	assert_true(inspiral_time_s(1.0, 2.0, 1e10, nextafter(1.0, 0.0)) > 0.0);
	/* On both sides of where the circle's time begins to serve. */
	expect(inspiral_time_s(1.0, 2.0, 1e10, 0.9999999e-6),
	       inspiral_time_s(1.0, 2.0, 1e10, 1.0000001e-6), 1e-11);
}

/* Waves have twice the orbit's frequency. */
static void
frequencies(void **state)
{
	double period_s = 2.0 / 0.01;
	double axis_m = inspiral_axis_m(36.0, 29.0, period_s);

	(void)state;
	expect(inspiral_time_from_frequency_s(28.09555579546043, 20.0),
	       0.8454834967551656, 1e-13);
	expect(inspiral_time_from_frequency_s(28.09555579546043, 0.01),
	       inspiral_time_s(36.0, 29.0, axis_m, 0.0), 1e-12);
}

static void
axes(void **state)
{
	(void)state;
	expect(inspiral_axis_m(1.0, 3.0034896e-6, 365.25636 * DAY_S),
	       149597873467.972, 1e-13);
}

static void
tides(void **state)
{
	(void)state;
	expect(tides_crossing_s(62.0, 0.68), 0.001058578149938853, 1e-13);
	expect(tides_crossing_s(62.0, -0.68), 0.001058578149938853, 1e-13);
	expect(tides_crossing_s(1.0, 1.0), 2.0 * SUN_TG_S, 1e-15);
	expect(tides_radius_m(1e6, 1.0, SUN_RADIUS_M), 69570000000.0, 1e-14);
	expect(tides_radius_m(8e6, 8.0, SUN_RADIUS_M), 69570000000.0, 1e-14);
	expect(tides_hills_msun(1.0, SUN_RADIUS_M), 114335914.3783898, 1e-13);
	expect(tides_hills_msun(0.6, 0.013 * SUN_RADIUS_M), 218787.2817482895,
	       1e-13);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(circles),     cmocka_unit_test(eccentric),
		cmocka_unit_test(frequencies), cmocka_unit_test(axes),
		cmocka_unit_test(tides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
