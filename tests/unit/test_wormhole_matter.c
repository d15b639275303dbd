/* The matter: local densities, and their integrals. */
#include "relativity/wormhole_matter.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relativity/constants.h"
#include "wormhole_fixture.h"

#define C2 (LIGHT_M_S * LIGHT_M_S)

static void
near_check(const char *what, double at, double found, double expected,
	   double tolerance)
{
	if (!(fabs(found - expected) <= tolerance))
		fail_msg("%s at %.17g: %.17g, not %.17g", what, at, found,
			 expected);
}

static void
ellis_is_known(void **state)
{
	struct wormhole shape = wormhole_ellis();
	struct wormhole_stress stress;
	struct wormhole_matter matter;
	double unit = C2 * 1000 / NEWTON_G;

	(void)state;
	wormhole_matter(&shape, 1000, &matter);
	near_check("energy", 0, matter.energy_kg / unit, -PI / 2, 1e-15);
	near_check("null", 0, matter.null_energy_kg / unit, -PI, 1e-15);
	assert_true(isinf(matter.cutoff_m));
	/* energy density = radial pressure = -lateral pressure */
	for (double l = 0; l < 1e4; l = 1.5 * l + 0.1) {
		double density = -C2 * C2 / (8 * PI * NEWTON_G * 1e6) /
				 ((1 + l * l) * (1 + l * l));

		wormhole_stress(&shape, 1000, l, &stress);
		near_check("density", l, stress.energy_density_j_m3 / density,
			   1, 1e-13);
		near_check("radial", l, stress.radial_pressure_pa / density, 1,
			   1e-13);
		near_check("lateral", l, stress.lateral_pressure_pa / density,
			   -1, 1e-13);
		near_check("null", l, stress.null_energy_j_m3 / density, 2,
			   1e-13);
	}
}

/*
 * Nothing but curvature: conservation, p_r' = -2 r'/r (p_r - p_t), which
 * holds as nothing is pulled (there is no redshift).
 */
static void
stress_is_conserved(void **state)
{
	(void)state;
	for (size_t i = 0; i < WORMHOLE_FIXTURES; i++)
		for (double out = 1e-3; out < 1e3; out *= 2.3) {
			const struct wormhole *shape =
				&wormhole_fixtures()[i].shape;
			double l = shape->half_length + out, step = 1e-4 * out;
			struct wormhole_stress here, up, down;
			double slope = wormhole_slope(shape, l);
			double radius = wormhole_radius(shape, l);
			double gain;

			wormhole_stress(shape, 2, l, &here);
			wormhole_stress(shape, 2, l + step, &up);
			wormhole_stress(shape, 2, -l + step, &down);
			gain = (up.radial_pressure_pa -
				down.radial_pressure_pa) /
			       (2 * step);
			near_check("conservation", l, gain,
				   -2 * slope / radius *
					   (here.radial_pressure_pa -
					    here.lateral_pressure_pa),
				   1e-6 * fabs(here.radial_pressure_pa) / out);
			near_check("sum", l,
				   here.energy_density_j_m3 +
					   here.radial_pressure_pa,
				   here.null_energy_j_m3,
				   1e-14 * fabs(here.radial_pressure_pa) +
					   1e-14 * fabs(here.null_energy_j_m3));
			assert_true(here.null_energy_j_m3 < 0);
		}
}

struct shell {
	const struct wormhole *shape;
	bool null; /* the null energy, not the density */
};

/* With G = c = 1, for a throat of 1 m. */
static long double
shell_rate(const void *way, long double t)
{
	const struct shell *of = way;
	struct wormhole_stress stress;
	double l = of->shape->half_length + (double)t;
	double radius = wormhole_radius(of->shape, l);

	wormhole_stress(of->shape, 1, l, &stress);
	return (long double)((of->null ? stress.null_energy_j_m3 :
					 stress.energy_density_j_m3) *
			     4 * PI * radius * radius * NEWTON_G / (C2 * C2));
}

static void
matter_is_the_integral(void **state)
{
	(void)state;
	for (size_t i = 1; i < WORMHOLE_FIXTURES; i++) {
		const struct wormhole *shape = &wormhole_fixtures()[i].shape;
		double a = shape->half_length;
		double end = wormhole_station(shape);
		struct shell null = {shape, true}, density = {shape, false};
		double nulls =
			2 * (double)wormhole_plain_integral(
				    shell_rate, &null, (long double)(end - a));
		double sum = 2 * (double)wormhole_plain_integral(
					 shell_rate, &density,
					 (long double)(end - a));
		struct wormhole_matter matter;

		wormhole_matter(shape, 7, &matter);
		near_check(wormhole_fixtures()[i].name, end,
			   matter.null_energy_kg * NEWTON_G / C2 / 7, nulls,
			   1e-9 * fabs(nulls));
		/* The cylinder: 1 / (8 pi r^2) along 2a. */
		near_check(wormhole_fixtures()[i].name, end,
			   matter.energy_kg * NEWTON_G / C2 / 7, sum + a,
			   1e-9 * (fabs(sum) + a));
		near_check("cut-off", end, matter.cutoff_m, 7 * end,
			   1e-14 * end);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ellis_is_known),
		cmocka_unit_test(stress_is_conserved),
		cmocka_unit_test(matter_is_the_integral),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
