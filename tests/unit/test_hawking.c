/*
 * Hawking radiation.
 */
#include "relativity/hawking.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relativity_cases.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static void
expect(double found, double wanted, double rel_tol)
{
	if (!(fabs(found - wanted) <= rel_tol * fabs(wanted)))
		fail_msg("%.17g, not %.17g", found, wanted);
}

static void
check_case(const struct relativity_case *of)
{
	double mass_kg = relativity_cases_input(of, "mass_kg");
	double spin = relativity_cases_input(of, "spin");
	struct hawking hawking;

	hawking_find(mass_kg, spin, &hawking);
	relativity_cases_check(of, "T_K", hawking.temperature_k);
	if (relativity_cases_expects(of, "t_naive_s"))
		relativity_cases_check(of, "t_naive_s",
				       hawking.lifetime_naive_s);
	if (relativity_cases_expects(of, "t_photon_graviton_s"))
		relativity_cases_check(of, "t_photon_graviton_s",
				       hawking.lifetime_s);
}

static void
cases(void **state)
{
	(void)state;
	relativity_cases_each("hawking_", check_case);
}

/* By the formulas with 40 digits (mpmath). */
static void
temperatures(void **state)
{
	struct hawking hawking;

	(void)state;
	hawking_find(1e11, 0.5, &hawking);
	expect(hawking.temperature_k, 1138813165672.555, 1e-13);
	assert_true(hawking.spinning);
	hawking_find(1.2e12, -0.99, &hawking);
	expect(hawking.temperature_k, 25279786924.57015, 1e-13);
	/* hbar c^6 / (15360 pi G^2 M^2) */
	hawking_find(1e11, 0.0, &hawking);
	expect(hawking.power_w, 35616221447.78492, 1e-13);
	assert_false(hawking.spinning);
	/* A hole that does not get cooler lives a third of M c^2 / P. */
	expect(hawking.lifetime_naive_s,
	       1e11 * 299792458.0 * 299792458.0 / hawking.power_w / 3.0, 1e-13);
}

static void
lifetimes(void **state)
{
	static const struct {
		double mass_kg, lifetime_s;
		bool with_neutrinos, massive_species;
	} list[] = {
		{1e13, 6.160252291424738e21, true, true},
		{1e20, 6.160252291424738e42, true, false},
		{2e21, 3.317626679685697e47, false, false},
	};
	struct hawking below, above;

	(void)state;
	for (size_t i = 0; i < COUNT(list); i++) {
		hawking_find(list[i].mass_kg, 0.0, &below);
		expect(below.lifetime_s, list[i].lifetime_s, 1e-12);
		assert_int_equal(below.with_neutrinos, list[i].with_neutrinos);
		assert_int_equal(below.massive_species,
				 list[i].massive_species);
	}
	hawking_find(1e21 * (1.0 - 1e-9), 0.0, &below);
	hawking_find(1e21 * (1.0 + 1e-9), 0.0, &above);
	expect(above.lifetime_s, below.lifetime_s, 1e-7);
	assert_true(below.with_neutrinos && !above.with_neutrinos);
}

static void
no_temperature(void **state)
{
	struct hawking hawking;

	(void)state;
	for (double spin = -1.0; spin < 2.0; spin += 2.0) {
		hawking_find(1e11, spin, &hawking);
		assert_true(fabs(hawking.temperature_k) <= 0.0);
		assert_true(fabs(hawking.power_w) <= 0.0);
		assert_true(isfinite(hawking.lifetime_s));
		assert_true(isnan(hawking_mass_kg(1e-9, spin)));
	}
}

/* From the Planck mass to the heaviest, and back. */
static void
mass_of_temperature(void **state)
{
	static const double masses[] = {2e-8, 1e11, 1e21, 2e30, 1e46};
	static const double spins[] = {0.0, 0.3, -0.9, 0.999999};
	struct hawking hawking;

	(void)state;
	for (size_t i = 0; i < COUNT(masses) * COUNT(spins); i++) {
		double spin = spins[i % COUNT(spins)];
		double mass_kg = masses[i / COUNT(spins)];

		hawking_find(mass_kg, spin, &hawking);
		expect(hawking_mass_kg(hawking.temperature_k, spin), mass_kg,
		       1e-15);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases),
		cmocka_unit_test(temperatures),
		cmocka_unit_test(lifetimes),
		cmocka_unit_test(no_temperature),
		cmocka_unit_test(mass_of_temperature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
