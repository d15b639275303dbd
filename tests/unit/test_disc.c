/* The thin disc: the conservation laws behind it, known numbers, its edges. */
#include "relativity/disc.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relativity/constants.h"
#include "relativity/kerr.h"

static const double spins[] = {
	-1,    -1 + 1e-15, -0.9999,  -0.5,     -1e-4,     -1e-9,       -1e-300,
	0,     1e-300,     1e-9,     1e-4,     0.3,       0.5,         0.9,
	0.998, 0.9999,     1 - 1e-6, 1 - 1e-9, 1 - 1e-12, 1 - 0x1p-53, 1};

enum { SPIN_COUNT = sizeof(spins) / sizeof(*spins) };

static void
near_check(const char *what, double spin, double at, double found,
	   double expected, double rel_tol)
{
	if (!(fabs(found - expected) <= rel_tol * fabs(expected)))
		fail_msg("%s of spin %.17g at %.17g: %.17g, not %.17g", what,
			 spin, at, found, expected);
}

/* ---- quadrature: tanh-sinh, which no end disturbs */

typedef double integrand_fn(double spin, double at);

/* Of f over distances of 0 to `length` from an end. */
static double
integral(integrand_fn *f, double spin, double length)
{
	const double h = 1.0 / 24;
	double sum = 0;

	for (int i = -84; i <= 84; i++) {
		double t = i * h, inner = PI / 2 * sinh(t);
		double part = 1 / (1 + exp(-2 * inner));
		double weight = PI / 4 * cosh(t) / (cosh(inner) * cosh(inner));

		sum += weight * f(spin, length * part);
	}
	return sum * h * length;
}

/* ---- the conservation of energy and angular momentum */

/* (E - Omega L) dL/dr of orbits, so far from the ISCO; dE = Omega dL. */
static double
left_behind(double a, double far)
{
	double r = kerr_isco(a) + far, x = sqrt(r),
	       omega = kerr_frequency(a, r);
	double cubic = x * x * x - 3 * x + 2 * a;
	double slope = (r * r - 6 * r + 8 * a * x - 3 * a * a) /
		       (2 * r * sqrt(x * x * x) * cubic * sqrt(cubic));

	return (kerr_energy(a, r) - omega * kerr_angular_momentum(a, r)) *
	       slope / omega;
}

static double
flux_by_quadrature(double a, double r)
{
	double omega = kerr_frequency(a, r);
	double own = kerr_energy(a, r) - omega * kerr_angular_momentum(a, r);

	return 1.5 * sqrt(r) * omega * omega / (4 * PI * r * own * own) *
	       integral(left_behind, a, r - kerr_isco(a));
}

static void
flux_is_what_orbits_lose(void **state)
{
	static const double beyond[] = {0.02, 0.1, 0.7, 3, 20, 300};

	(void)state;
	/* Nearer to 1 the expanded polynomials above are lost. */
	for (size_t i = 0; spins[i] <= 0.9999; i++)
		for (size_t j = 0; j < sizeof(beyond) / sizeof(*beyond); j++) {
			double r = kerr_isco(spins[i]) * (1 + beyond[j]);

			near_check("flux", spins[i], r, disc_flux(spins[i], r),
				   flux_by_quadrature(spins[i], r), 1e-10);
		}
}

/* ---- the luminosity is the efficiency */

/* 4 pi r E F dr with r = isco / u^2. */
static double
luminosity_slope(double a, double u)
{
	double isco = kerr_isco(a), r = isco / (u * u);

	return 4 * PI * r * kerr_energy(a, r) * disc_flux(a, r) * 2 * isco /
	       (u * u * u);
}

static void
luminosity_is_the_efficiency(void **state)
{
	(void)state;
	for (size_t i = 0; i < SPIN_COUNT; i++)
		near_check("luminosity", spins[i], 0,
			   integral(luminosity_slope, spins[i], 1),
			   kerr_efficiency(spins[i]), 1e-9);
}

/* ---- known numbers */

struct known {
	double spin, radius, flux;
};

/* The closed form's integral in 60 digits. */
static const struct known knowns[] = {
	{0, 10, 1.356875463804695e-5},
	{0, 6.5, 2.363057610175079e-6},
	{0, 1e6, 1.188923132720592e-19},
	{1e-9, 10, 1.356875465918825e-5},
	{-1, 12, 3.068351066320289e-6},
	{0.9, 3, 0.0002973582366953323},
	{0.9999, 1.2, 0.01062444887363087},
	{1 - 0x1p-53, 1.01, 0.02586680182422143},
	/* At spin 1 the integral is x - 1 + 3/2 ln((x + 2) / (3x)). */
	{1, 4, 0.00073074936072467794},
};

static void
known_fluxes_are_met(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(knowns) / sizeof(*knowns); i++)
		near_check("flux", knowns[i].spin, knowns[i].radius,
			   disc_flux(knowns[i].spin, knowns[i].radius),
			   knowns[i].flux, 1e-13);
}

static void
far_away_it_is_newtonian(void **state)
{
	(void)state;
	for (size_t i = 0; i < SPIN_COUNT; i++) {
		double r = 1e14;

		near_check("flux", spins[i], r, disc_flux(spins[i], r),
			   3 / (8 * PI) / (r * r * r), 1e-6);
	}
}

static void
peak_is_the_greatest(void **state)
{
	double radius, flux, last = 20;

	(void)state;
	disc_peak(0, &radius, &flux);
	near_check("radius", 0, 0, radius, 9.55092807794387, 1e-12);
	for (size_t i = 0; i < SPIN_COUNT; i++) {
		double isco = kerr_isco(spins[i]), step;

		disc_peak(spins[i], &radius, &flux);
		assert_true(radius <= last);
		last = radius;
		step = fmax((radius - isco) / 1000, 1e-9);
		if (spins[i] < 1)
			near_check("peak", spins[i], radius, flux,
				   disc_flux(spins[i], radius), 1e-9);
		assert_true(flux > disc_flux(spins[i], radius - step));
		assert_true(flux > disc_flux(spins[i], radius + step));
		for (double r = isco; r < 100; r *= 1.01)
			assert_true(disc_flux(spins[i], r) <= flux);
	}
	/* What it comes to at spin 1, just outside of the ISCO. */
	near_check("limit", 1, 1, flux, disc_flux(1, 1 + 1e-12), 1e-11);
}

/*
 * The Newtonian disc's scale of temperatures is (3 G M Mdot / (8 pi sigma
 * r^3))^(1/4) at its inner edge (Frank, King & Raine, Accretion Power), of
 * which the hottest ring has 0.488, or 0.397 in Schwarzschild's metric.
 */
static void
temperature_is_the_textbooks(void **state)
{
	double gm = 10 * SUN_GM, edge = 6 * 10 * SUN_RG_M;
	double rate = 1e-8 * SUN_KG / YEAR_S, fourth;

	(void)state;
	fourth = 3 * gm * rate /
		 (8 * PI * STEFAN_BOLTZMANN * edge * edge * edge);
	near_check("temperature", 0, 10, disc_peak_temperature_k(0, 10, 1e-8),
		   2813385.97777, 1e-11);
	near_check("temperature", 0, 10, disc_peak_temperature_k(0, 10, 1e-8),
		   0.3966428396 * sqrt(sqrt(fourth)), 1e-9);
	near_check("scaling", 0.9, 1e8, disc_peak_temperature_k(0.9, 1e8, 1),
		   disc_peak_temperature_k(0.9, 1e4, 1) / 100, 1e-14);
}

/* Eddington's luminosity is 1.26e31 W for each solar mass. */
static void
eddington_rate_is_the_textbooks(void **state)
{
	(void)state;
	for (size_t i = 0; i < SPIN_COUNT; i++) {
		double rate = disc_eddington_msun_yr(spins[i], 1e6);
		double power = rate * SUN_KG / YEAR_S *
			       kerr_efficiency(spins[i]) * LIGHT_M_S *
			       LIGHT_M_S;

		near_check("power", spins[i], 1e6, power, 1.2571e37, 1e-4);
	}
	/* 2.2e-8 of its mass a year, at the customary tenth. */
	near_check("rate", 0, 1,
		   disc_eddington_msun_yr(0, 1) * kerr_efficiency(0) / 0.1,
		   2.22e-8, 1e-3);
}

/* ---- edges */

static void
inside_it_is_dark(void **state)
{
	static const double radii[] = {-1, 0, 1e-300, 0.5, 0.999999};

	(void)state;
	for (size_t i = 0; i < SPIN_COUNT; i++) {
		double isco = kerr_isco(spins[i]);

		for (size_t j = 0; j < sizeof(radii) / sizeof(*radii); j++)
			assert_true(disc_flux(spins[i], radii[j]) == 0);
		assert_true(disc_flux(spins[i], isco) == 0);
		assert_true(disc_flux(spins[i], isco * (1 - 1e-9)) == 0);
	}
}

static void
outside_it_is_a_number(void **state)
{
	(void)state;
	for (size_t i = 0; i < SPIN_COUNT; i++) {
		double isco = kerr_isco(spins[i]);

		for (double far = DBL_EPSILON; far < 1e12; far *= 1.5)
			assert_true(disc_flux(spins[i], isco * (1 + far)) >=
				    (far < 1e-14 ? 0 : DBL_MIN));
		assert_true(disc_flux(spins[i], 1e200) == 0);
		assert_true(disc_flux(spins[i], DBL_MAX) == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flux_is_what_orbits_lose),
		cmocka_unit_test(luminosity_is_the_efficiency),
		cmocka_unit_test(known_fluxes_are_met),
		cmocka_unit_test(far_away_it_is_newtonian),
		cmocka_unit_test(peak_is_the_greatest),
		cmocka_unit_test(temperature_is_the_textbooks),
		cmocka_unit_test(eddington_rate_is_the_textbooks),
		cmocka_unit_test(inside_it_is_dark),
		cmocka_unit_test(outside_it_is_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
