/*
 * What is left when two holes have merged.
 */
#include "relativity/merger.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relativity/constants.h"
#include "relativity_cases.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static void
expect(double found, double wanted, double rel_tol)
{
	if (!(fabs(found - wanted) <= rel_tol * fabs(wanted)))
		fail_msg("%.17g, not %.17g", found, wanted);
}

static double
input(const struct relativity_case *of, const char *name)
{
	return relativity_cases_has(of, name) ?
		       relativity_cases_input(of, name) :
		       0.0;
}

static void
check_case(const struct relativity_case *of)
{
	bool precessing = relativity_cases_has(of, "tilt1");
	struct merger_binary binary = {
		.m1 = input(of, "m1"),
		.m2 = input(of, "m2"),
		.chi1 = input(of, precessing ? "chi1" : "chi1z"),
		.chi2 = input(of, precessing ? "chi2" : "chi2z"),
		.precessing = precessing,
		.tilt1_rad = input(of, "tilt1"),
		.tilt2_rad = input(of, "tilt2"),
		.delta_phi_rad = input(of, "phi12"),
	};
	struct merger_remnant remnant;

	merger_find(&binary, &remnant);
	if (precessing) {
		relativity_cases_check(of, "af_hbr_m3j4", remnant.spin_hbr);
		relativity_cases_check(of, "af_hbr_m3j4", remnant.spin);
		return;
	}
	relativity_cases_check(of, "mf_uib", remnant.mass);
	relativity_cases_check(of, "erad", remnant.radiated);
	relativity_cases_check(of, "af_uib", remnant.spin_uib);
	relativity_cases_check(of, "af_uib", remnant.spin);
	relativity_cases_check(of, "af_hbr", remnant.spin_hbr);
	relativity_cases_check(of, "chirp", remnant.chirp_mass);
}

static void
cases(void **state)
{
	(void)state;
	relativity_cases_each("merge_", check_case);
}

/* The numbers that are no fits. */
static void
plain_numbers(void **state)
{
	struct merger_binary binary = {
		.m1 = 30.0, .m2 = 10.0, .chi1 = 0.8, .chi2 = -0.4};
	struct merger_remnant remnant;

	(void)state;
	merger_find(&binary, &remnant);
	expect(remnant.mass_ratio, 1.0 / 3.0, 1e-15);
	expect(remnant.symmetric_mass_ratio, 3.0 / 16.0, 1e-15);
	expect(remnant.effective_spin, 0.5, 1e-15);
	expect(remnant.mass + remnant.radiated, 40.0, 1e-15);
	expect(remnant.spin_spread,
	       fabs(remnant.spin_uib - remnant.spin_hbr) / 2.0, 1e-15);
	expect(merger_chirp_mass(2.0, 2.0), pow(4.0, 0.4), 1e-15);
}

static void
same(const struct merger_remnant *a, const struct merger_remnant *b)
{
	expect(a->mass, b->mass, 1e-14);
	expect(a->spin_uib, b->spin_uib, 1e-14);
	expect(a->spin_hbr, b->spin_hbr, 1e-14);
	expect(a->mass_ratio, b->mass_ratio, 1e-14);
	expect(a->effective_spin, b->effective_spin, 1e-14);
}

/* The order of the holes does not matter, when all that is theirs goes along. */
static void
either_order(void **state)
{
	struct merger_binary one = {50.0, 20.0, 0.7, 0.3, true, 0.4, 1.9, 2.1};
	struct merger_binary other = {20.0, 50.0, 0.3, 0.7,
				      true, 1.9,  0.4, 2.1};
	struct merger_remnant a, b;

	(void)state;
	for (int precessing = 0; precessing < 2; precessing++) {
		one.precessing = other.precessing = precessing != 0;
		merger_find(&one, &a);
		merger_find(&other, &b);
		same(&a, &b);
	}
	other.chi1 = 0.31;
	merger_find(&other, &b);
	assert_true(fabs(a.spin - b.spin) > 1e-4);
}

/* Tilts of 0 and 180 degrees are aligned spins. */
static void
tilts_that_are_none(void **state)
{
	struct merger_binary aligned = {
		.m1 = 3.0, .m2 = 2.0, .chi1 = 0.6, .chi2 = -0.5};
	struct merger_binary tilted = {3.0, 2.0, 0.6, 0.5, true, 0.0, PI, 1.0};
	struct merger_remnant a, b;

	(void)state;
	merger_find(&aligned, &a);
	merger_find(&tilted, &b);
	same(&a, &b);
	expect(b.spin, b.spin_hbr, 0.0);
}

/* What lies in the plane is added as vectors: (0.25 * 0.6) twice, or not. */
static void
in_the_plane(void **state)
{
	struct merger_binary binary = {1.0,  1.0,      0.6,      0.6,
				       true, PI / 2.0, PI / 2.0, 0.0};
	const double still = 0.686369879389307; /* merge_1_1_0_0 */
	struct merger_remnant remnant;

	(void)state;
	merger_find(&binary, &remnant);
	expect(remnant.spin_uib, hypot(still, 0.3), 1e-12);
	expect(remnant.mass, 1.9031678857113175, 1e-12);
	binary.delta_phi_rad = PI;
	merger_find(&binary, &remnant);
	expect(remnant.spin_uib, still, 1e-12);
	binary.delta_phi_rad = -PI / 2.0;
	merger_find(&binary, &remnant);
	expect(remnant.spin_uib, hypot(still, 0.15 * sqrt(2.0)), 1e-12);
}

static void
extrapolated(void **state)
{
	static const struct {
		double m1, m2, chi1, chi2;
		bool is;
	} list[] = {
		{18.0, 1.0, 0.95, -0.95, false}, {18.1, 1.0, 0, 0, true},
		{1.0, 18.1, 0, 0, true},         {1.0, 1.0, 0.951, 0, true},
		{1.0, 1.0, 0, -0.951, true},     {1.0, 1.0, 0, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		struct merger_binary binary = {.m1 = list[i].m1,
					       .m2 = list[i].m2,
					       .chi1 = list[i].chi1,
					       .chi2 = list[i].chi2};
		struct merger_remnant remnant;

		merger_find(&binary, &remnant);
		assert_int_equal(remnant.extrapolated, list[i].is);
	}
}

static void
bounded(const struct merger_binary *binary)
{
	double total = binary->m1 + binary->m2;
	struct merger_remnant remnant;

	merger_find(binary, &remnant);
	assert_true(fabs(remnant.spin_uib) <= 1.0);
	assert_true(fabs(remnant.spin_hbr) <= 1.0);
	assert_true(remnant.mass > 0.88 * total && remnant.mass <= total);
	assert_true(remnant.radiated >= 0.0);
}

/* The greatest spins, any ratio: all is finite, and no spin is beyond 1. */
static void
greatest_spins(void **state)
{
	static const double ratios[] = {1.0,  0.999, 0.5,  0.1,
					0.02, 0.012, 1e-4, 1e-13};
	static const double spins[] = {-1.0, 0.0, 1.0};
	static const double tilts[] = {0.0, 0.46, PI / 2.0, 1.86, PI};

	(void)state;
	for (size_t r = 0; r < COUNT(ratios); r++) {
		struct merger_binary binary = {.m1 = 1.0, .m2 = ratios[r]};

		for (size_t i = 0; i < 9; i++) {
			binary.precessing = false;
			binary.chi1 = spins[i / 3];
			binary.chi2 = spins[i % 3];
			bounded(&binary);
		}
		for (size_t i = 0; i < 25; i++) {
			binary.precessing = true;
			binary.chi1 = binary.chi2 = 1.0;
			binary.tilt1_rad = tilts[i / 5];
			binary.tilt2_rad = tilts[i % 5];
			bounded(&binary);
		}
	}
}

/* BMR2012 at equal masses is its own coefficients, and near UIB2016. */
static void
test_models_of_the_mass(void **state)
{
	const struct merger_binary still = {.m1 = 1, .m2 = 1};
	const struct merger_binary some[] = {
		{.m1 = 36, .m2 = 29},
		{.m1 = 3, .m2 = 1, .chi1 = 0.6, .chi2 = -0.4},
		{.m1 = 1, .m2 = 1, .chi1 = 0.8, .chi2 = 0.8},
		{.m1 = 10, .m2 = 1, .chi1 = -0.5, .chi2 = 0.2},
	};
	struct merger_remnant remnant;

	(void)state;
	merger_find(&still, &remnant);
	assert_true(fabs(remnant.mass_bmr - 2 * (1 - 0.04827)) < 1e-14);
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		double total = some[i].m1 + some[i].m2;

		merger_find(&some[i], &remnant);
		assert_true(remnant.mass_spread > 1e-6 * total);
		assert_true(remnant.mass_spread < 4e-3 * total);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_models_of_the_mass),
		cmocka_unit_test(cases),
		cmocka_unit_test(plain_numbers),
		cmocka_unit_test(either_order),
		cmocka_unit_test(tilts_that_are_none),
		cmocka_unit_test(in_the_plane),
		cmocka_unit_test(extrapolated),
		cmocka_unit_test(greatest_spins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
