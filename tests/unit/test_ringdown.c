/*
 * How a hole rings.
 */
#include "relativity/ringdown.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relativity/leaver.h"
#include "relativity_cases.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static void
expect(double spin, double found, double wanted, double rel_tol)
{
	if (!(fabs(found - wanted) <= rel_tol * fabs(wanted)))
		fail_msg("spin %.9g: %.17g, not %.17g", spin, found, wanted);
}

static struct ringdown
mode_of(double spin)
{
	struct ringdown mode;

	if (ringdown_find(spin, &mode) != LC_OK)
		fail_msg("no mode at spin %.9g", spin);
	return mode;
}

static void
check_case(const struct relativity_case *of)
{
	struct ringdown mode = mode_of(relativity_cases_input(of, "spin"));

	relativity_cases_check(of, "re", mode.re);
	relativity_cases_check(of, "im", mode.im);
	relativity_cases_check(of, "Q", mode.quality);
}

static void
cases(void **state)
{
	(void)state;
	relativity_cases_each("qnm220_", check_case);
}

/*
 * From another solver, of 30 digits (mpmath): the radial fraction without a
 * remainder, 400 to 84,000 terms deep, until two depths agree within 1e-20;
 * the angular equation as the eigenvalue of its matrix in spin-weighted
 * spherical harmonics.  Beyond |spin| = 0.9999 the fits meet it less well.
 */
static void
another_solver(void **state)
{
	static const struct {
		double spin, re, im, re_tol, im_tol;
	} list[] = {
		{-0.99999, 0.29155401590590322, -0.088025863859294874, 1e-10,
		 1e-10},
		{-0.9999, 0.29155897991824096, -0.088026102710850715, 1e-11,
		 1e-11},
		{-0.999, 0.29160863510312388, -0.088028490327368028, 1e-11,
		 1e-11},
		{-0.99, 0.292106698596408, -0.088052276158252238, 1e-11, 1e-11},
		{-0.9, 0.29724421359058381, -0.088280659315011602, 1e-11,
		 1e-11},
		{-0.5, 0.32430731434882341, -0.089031545149418436, 1e-11,
		 1e-11},
		{-0.25, 0.34607856590858837, -0.089191086951564667, 1e-11,
		 1e-11},
		{0.25, 0.41051790984268979, -0.088047650255792168, 1e-11,
		 1e-11},
		{0.8, 0.58601697490887032, -0.075629552356061414, 1e-11, 1e-11},
		{0.95, 0.74631999871693056, -0.053149008045982495, 1e-11,
		 1e-11},
		{0.99, 0.87089265873578317, -0.02939042421923187, 1e-11, 1e-11},
		{0.999, 0.95585441962915346, -0.010530589035568674, 1e-11,
		 1e-11},
		{0.9999, 0.98567354838270042, -0.0034686730676791719, 1e-11,
		 1e-11},
		{0.99999, 0.99543171120344286, -0.0011112963555094396, 1e-10,
		 1e-7},
		{0.999999, 0.9985515487153482, -0.00035287999891246171, 1e-10,
		 1e-7},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		struct ringdown mode = mode_of(list[i].spin);

		expect(list[i].spin, mode.re, list[i].re, list[i].re_tol);
		expect(list[i].spin, mode.im, list[i].im, list[i].im_tol);
		expect(list[i].spin, mode.quality, mode.re / (-2.0 * mode.im),
		       1e-15);
	}
}

/*
 * Without spin the separation constant is 4; perturbation of the spherical
 * harmonics gives the first order, and the second is not 0.
 */
static void
separation(void **state)
{
	double complex c = 1e-4 + 2e-4 * I;
	double complex series = 4.0 - 8.0 / 3.0 * c;

	(void)state;
	assert_true(cabs(leaver_separation(0.0) - 4.0) < 1e-15);
	assert_true(cabs(leaver_separation(c) - series) < 1e-7);
	assert_true(cabs(leaver_separation(c) - series) > 1e-9);
}

/* Where one way of finding the mode ends and another begins. */
static void
seams(void **state)
{
	static const double list[] = {-1.0, -0.9999, 0.0, 0.9999};

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		struct ringdown here = mode_of(list[i]);
		struct ringdown there =
			mode_of(list[i] + (list[i] < 0.0 ? -1 : 1) *
						  (i == 0 ? -1e-13 : 1e-13));

		expect(list[i], there.re, here.re, 1e-10);
		expect(list[i], there.im, here.im, 1e-7);
	}
}

static void
ends(void **state)
{
	struct ringdown mode = mode_of(1.0);

	(void)state;
	expect(1.0, mode.re, 1.0, 0.0);
	assert_true(fabs(mode.im) <= 0.0 && isinf(mode.quality));
	mode = mode_of(nextafter(1.0, 0.0));
	expect(1.0, mode.re, 1.0, 1e-7);
	assert_true(mode.im < 0.0 && isfinite(mode.quality));
	mode = mode_of(-1.0);
	expect(-1.0, mode.quality, ringdown_quality_min(), 1e-15);
}

static void
refused(void **state)
{
	static const double spins[] = {1.0 + 1e-15, -1.0 - 1e-15, 2.0, NAN,
				       INFINITY};
	static const double qualities[] = {0.0,   -3.0, 1.656,
					   142.1, NAN,  INFINITY};
	struct ringdown mode;
	double spin;

	(void)state;
	for (size_t i = 0; i < COUNT(spins); i++)
		assert_int_equal(ringdown_find(spins[i], &mode), LC_INVALID);
	for (size_t i = 0; i < COUNT(qualities); i++)
		assert_int_equal(ringdown_spin(qualities[i], &spin),
				 LC_INVALID);
}

/* The quality grows with the spin all the way, and tells it. */
static void
quality_and_back(void **state)
{
	double before = 0.0, spin;

	(void)state;
	for (int i = -1000; i < 1000; i++) {
		double wanted = i / 1000.0;
		struct ringdown mode = mode_of(wanted);

		assert_true(mode.im < 0.0 && mode.quality > before);
		before = mode.quality;
		if (i % 20 != 0 && i != 999)
			continue;
		assert_int_equal(ringdown_spin(mode.quality, &spin), LC_OK);
		if (!(fabs(spin - wanted) < 1e-10))
			fail_msg("spin %.17g, not %.17g", spin, wanted);
	}
	assert_int_equal(ringdown_spin(mode_of(0.9999).quality, &spin), LC_OK);
	expect(0.9999, spin, 0.9999, 1e-12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases),
		cmocka_unit_test(another_solver),
		cmocka_unit_test(separation),
		cmocka_unit_test(seams),
		cmocka_unit_test(ends),
		cmocka_unit_test(refused),
		cmocka_unit_test(quality_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
