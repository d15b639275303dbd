/* The Kerr hole: known numbers, and what orbits owe to each other. */
#include "relativity/kerr.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relativity/constants.h"
#include "relativity_cases.h"

static const double spins[] = {-1,       -0.9999,  -0.9,      -0.5,  -1e-4,
			       -1e-9,    0,        1e-9,      1e-4,  0.3,
			       0.5,      0.9,      0.95,      0.998, 0.9999,
			       0.999999, 1 - 1e-9, 1 - 1e-12, 1};

enum { SPIN_COUNT = sizeof(spins) / sizeof(*spins) };

static void
near_check(const char *what, double spin, double found, double expected,
	   double tolerance)
{
	if (!(fabs(found - expected) <= tolerance * fmax(1, fabs(expected))))
		fail_msg("%s of spin %.17g: %.17g, not %.17g", what, spin,
			 found, expected);
}

static void
case_check(const struct relativity_case *of)
{
	double spin = relativity_cases_input(of, "spin");
	double isco = kerr_isco(spin);

	relativity_cases_check(of, "r_plus", kerr_horizon_outer(spin));
	relativity_cases_check(of, "r_isco", isco);
	relativity_cases_check(of, "r_photon", kerr_photon_orbit(spin));
	relativity_cases_check(of, "r_mb", kerr_marginally_bound(spin));
	relativity_cases_check(of, "efficiency", kerr_efficiency(spin));
	relativity_cases_check(of, "f_isco_hz_msun",
			       kerr_frequency(spin, isco) /
				       (2 * PI * SUN_TG_S));
}

static void
cases_are_met(void **state)
{
	(void)state;
	relativity_cases_each("kerr_", case_check);
}

/* ---- the closed forms in 50 digits, where doubles lose the most */

struct exact {
	double spin, isco, photon_orbit, efficiency, angular_momentum;
};

static const struct exact exacts[] = {
	{-1, 9, 4, 0.037749551350623726, 4.2339019740572556},
	{-0.9999, 8.999718748637661, 3.9999111102880463, 0.03775075420785207,
	 4.2338370212893068},
	{-1e-9, 6.0000000032659863, 3.0000000011547005, 0.057190958385861619,
	 3.4641016160805636},
	{1e-9, 5.9999999967340137, 2.9999999988452995, 0.057190958450011649,
	 3.4641016141949455},
	{1e-4, 5.9996733974785434, 2.9998845277238329, 0.057194166137691302,
	 3.4640073316674599},
	{0.9999, 1.0785264346464539, 1.01637427063047, 0.38204153148510923,
	 1.2405842000392968},
	{1 - 1e-12, 1.0001587609838842, 1.0000016329755439, 0.42255809193603141,
	 1.1548838379497993},
};

static void
exact_numbers_are_met(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(exacts) / sizeof(*exacts); i++) {
		const struct exact *e = &exacts[i];

		near_check("ISCO", e->spin, kerr_isco(e->spin), e->isco, 2e-15);
		near_check("photon orbit", e->spin, kerr_photon_orbit(e->spin),
			   e->photon_orbit, 2e-15);
		near_check("efficiency", e->spin, kerr_efficiency(e->spin),
			   e->efficiency, 1e-15);
		near_check("angular momentum", e->spin,
			   kerr_angular_momentum(e->spin, e->isco),
			   e->angular_momentum, 1e-14);
	}
}

/* The maximal spin is round. */
static void
maximal_spin_is_exact(void **state)
{
	(void)state;
	assert_true(kerr_isco(1) == 1 && kerr_photon_orbit(1) == 1);
	assert_true(kerr_marginally_bound(1) == 1);
	assert_true(kerr_horizon_outer(1) == 1 && kerr_horizon_inner(-1) == 1);
	assert_true(kerr_surface_gravity(1) == 0);
	near_check("energy", 1, kerr_energy(1, 1), sqrt(1.0 / 3), 1e-15);
	near_check("momentum", 1, kerr_angular_momentum(1, 1), 2 / sqrt(3),
		   1e-15);
	near_check("frequency", 1, kerr_horizon_frequency(1), 0.5, 0);
	near_check("frequency", -1, kerr_horizon_frequency(-1), -0.5, 0);
}

/* ---- orbits by the metric itself */

/* g^ab p_a p_b of an orbit in the plane is -1. */
static double
norm(double a, double r, double energy, double momentum)
{
	double delta = r * r - 2 * r + a * a;
	double a_big = (r * r + a * a) * (r * r + a * a) - a * a * delta;

	return (-a_big * energy * energy + 4 * a * r * energy * momentum +
		(r * r - 2 * r) * momentum * momentum) /
	       (r * r * delta);
}

static void
orbit_check(double spin, double radius)
{
	double energy = kerr_energy(spin, radius);
	double momentum = kerr_angular_momentum(spin, radius);
	double step = 1e-3 * (radius - kerr_photon_orbit(spin));
	double of_energy = kerr_energy(spin, radius + step) -
			   kerr_energy(spin, radius - step);
	double of_momentum = kerr_angular_momentum(spin, radius + step) -
			     kerr_angular_momentum(spin, radius - step);

	near_check("norm", spin, norm(spin, radius, energy, momentum), -1,
		   1e-9);
	/* The first law of orbits: dE = Omega dL. */
	near_check("dE/dL", spin, of_energy,
		   kerr_frequency(spin, radius) * of_momentum,
		   1e-5 * fabs(of_energy) + 1e-15);
}

static void
orbits_are_geodesics(void **state)
{
	(void)state;
	for (size_t i = 0; i < SPIN_COUNT; i++) {
		double isco = kerr_isco(spins[i]);

		for (double factor = 1.05; factor < 1e4; factor *= 1.7)
			orbit_check(spins[i], isco * factor);
		if (spins[i] < 0.99)
			orbit_check(spins[i],
				    (isco + kerr_photon_orbit(spins[i])) / 2);
	}
}

static void
isco_has_the_least_energy(void **state)
{
	(void)state;
	for (size_t i = 0; i < SPIN_COUNT; i++) {
		double a = spins[i], isco = kerr_isco(a);
		double energy = kerr_energy(a, isco);
		double step = 0.2 * (isco - kerr_photon_orbit(a));

		near_check("energy", a, energy, 1 - kerr_efficiency(a), 1e-14);
		near_check("slope", a, kerr_radial_epicyclic(a, isco), 0, 0);
		assert_true(kerr_energy(a, isco + 0.01) > energy);
		assert_true(a >= 1 || kerr_energy(a, isco - step) > energy);
		assert_true(a >= 1 ||
			    isnan(kerr_radial_epicyclic(a, isco - step)));
		/* Where the energy is that of rest far away. */
		if (a < 1)
			near_check("bound", a,
				   kerr_energy(a, kerr_marginally_bound(a)), 1,
				   a > 0.9999 ? 1e-7 : 1e-11);
	}
}

static void
light_orbits_where_matter_cannot(void **state)
{
	(void)state;
	for (size_t i = 0; i < SPIN_COUNT; i++) {
		double a = spins[i], r = kerr_photon_orbit(a);
		/* Light's own condition. */
		double root = sqrt(r) * (r - 3) + 2 * a;

		near_check("photon orbit", a, root, 0, 4e-15);
		assert_true(isnan(kerr_energy(a, r * (1 - 1e-6))));
		assert_true(isnan(kerr_angular_momentum(a, r * (1 - 1e-6))));
		assert_true(isnan(kerr_vertical_epicyclic(a, r * (1 - 1e-6))));
	}
	assert_true(isnan(kerr_energy(0, 0.5)) && isnan(kerr_energy(0.9, 0)));
	assert_true(isnan(kerr_radial_epicyclic(0.5, 3)));
}

/* ---- small oscillations by the effective potential */

/*
 * Sigma^2 (dr/dtau)^2 = R with R(r) = (E(r^2+a^2) - aL)^2 - Delta(r^2 +
 * (L-aE)^2): kappa^2 = -R''/2 / r^4 / (dt/dtau)^2.
 */
static double
radial_square(double a, double r, double u_t)
{
	double e = kerr_energy(a, r), l = kerr_angular_momentum(a, r);
	double p = e * (r * r + a * a) - a * l, delta = r * r - 2 * r + a * a;
	double k = r * r + (l - a * e) * (l - a * e);
	double curved = 2 * (2 * e * r) * (2 * e * r) + 4 * e * p -
			(2 * k + 2 * (2 * r - 2) * (2 * r) + 2 * delta);

	return -curved / 2 / (r * r * r * r * u_t * u_t);
}

/* Sigma^2 (dtheta/dtau)^2 = Q - cos^2 (a^2 (1-E^2) + L^2/sin^2). */
static double
vertical_square(double a, double r, double u_t)
{
	double e = kerr_energy(a, r), l = kerr_angular_momentum(a, r);

	return (a * a * (1 - e * e) + l * l) / (r * r * r * r * u_t * u_t);
}

static void
epicycles_follow_from_the_potential(void **state)
{
	(void)state;
	for (size_t i = 0; i < SPIN_COUNT; i++)
		for (double f = 1.3; f < 1e3; f *= 1.9) {
			double a = spins[i], r = kerr_isco(a) * f;
			double delta = r * r - 2 * r + a * a;
			double e = kerr_energy(a, r);
			double l = kerr_angular_momentum(a, r);
			double u_t = ((r * r + a * a + 2 * a * a / r) * e -
				      2 * a * l / r) /
				     delta;
			double radial = kerr_radial_epicyclic(a, r);
			double vertical = kerr_vertical_epicyclic(a, r);

			near_check("radial", a,
				   radial * radial / radial_square(a, r, u_t),
				   1, 1e-7);
			near_check("vertical", a,
				   vertical * vertical /
					   vertical_square(a, r, u_t),
				   1, 1e-9);
		}
}

static void
schwarzschild_epicycles(void **state)
{
	(void)state;
	near_check("radial", 0, kerr_radial_epicyclic(0, 8),
		   kerr_frequency(0, 8) / 2, 1e-15);
	near_check("vertical", 0, kerr_vertical_epicyclic(0, 8),
		   kerr_frequency(0, 8), 1e-15);
}

/* ---- the horizon */

/* Smarr: M = kappa A / 4 pi + 2 Omega J. */
static void
horizon_obeys_smarr(void **state)
{
	(void)state;
	for (size_t i = 0; i < SPIN_COUNT; i++) {
		double a = spins[i], area = kerr_horizon_area(a);
		double irreducible = kerr_irreducible_mass(a);

		near_check("mass", a,
			   kerr_surface_gravity(a) * area / (4 * PI) +
				   2 * kerr_horizon_frequency(a) * a,
			   1, 1e-14);
		near_check("area", a, 16 * PI * irreducible * irreducible, area,
			   1e-15);
		near_check("horizons", a,
			   kerr_horizon_outer(a) + kerr_horizon_inner(a), 2,
			   1e-15);
		near_check("ergosphere", a, kerr_ergosphere(a, 0),
			   kerr_horizon_outer(a), 1e-15);
		near_check("ergosphere", a, kerr_ergosphere(a, PI / 2), 2,
			   1e-15);
	}
	near_check("inner", 1e-9, kerr_horizon_inner(1e-9) * 1e18, 0.5, 1e-15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_are_met),
		cmocka_unit_test(exact_numbers_are_met),
		cmocka_unit_test(maximal_spin_is_exact),
		cmocka_unit_test(orbits_are_geodesics),
		cmocka_unit_test(isco_has_the_least_energy),
		cmocka_unit_test(light_orbits_where_matter_cannot),
		cmocka_unit_test(epicycles_follow_from_the_potential),
		cmocka_unit_test(schwarzschild_epicycles),
		cmocka_unit_test(horizon_obeys_smarr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
