/* The shadow: known curves, the equations behind them, and its edges. */
#include "relativity/shadow.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relativity/constants.h"
#include "relativity_cases.h"

static const double spins[] = {0,         1e-300,    1e-9, 1e-4,  0.3,
			       0.4999999, 0.5,       0.9,  0.998, 0.9999,
			       1 - 1e-9,  1 - 1e-15, 1};
static const double inclinations_deg[] = {
	0, 1e-300, 1e-6, 17, 47, 47.06, 60, 90, 90.0001, 120, 179.999, 180};

enum {
	SPIN_COUNT = sizeof(spins) / sizeof(*spins),
	INCLINATION_COUNT = sizeof(inclinations_deg) / sizeof(*inclinations_deg)
};

static void
each_view(void (*check)(double spin, double inclination_deg))
{
	for (size_t i = 0; i < SPIN_COUNT; i++)
		for (size_t j = 0; j < INCLINATION_COUNT; j++) {
			check(spins[i], inclinations_deg[j]);
			check(-spins[i], inclinations_deg[j]);
		}
}

static void
near_check(const char *what, double spin, double inclination_deg, double found,
	   double expected, double tolerance)
{
	if (!(fabs(found - expected) <= tolerance))
		fail_msg("%s of spin %.17g at %.17g deg: %.17g, not %.17g",
			 what, spin, inclination_deg, found, expected);
}

/* ---- what others find */

static void
case_check(const struct relativity_case *of)
{
	struct shadow shadow;

	shadow_find(relativity_cases_input(of, "spin"),
		    relativity_cases_input(of, "inclination_deg"), &shadow);
	relativity_cases_check(of, "alpha_min", shadow.alpha_min_rg);
	relativity_cases_check(of, "alpha_max", shadow.alpha_max_rg);
	relativity_cases_check(of, "beta_max", shadow.beta_max_rg);
	relativity_cases_check(of, "areal_diameter", shadow.areal_diameter_rg);
}

static void
cases_are_met(void **state)
{
	(void)state;
	relativity_cases_each("shadow_a", case_check);
}

struct exact {
	double spin, inclination_deg;
	struct shadow shadow; /* its areal diameter follows from the area */
};

/* Bardeen's integrals in 50 digits; the straight line of spin 1 apart. */
static const struct exact exacts[] = {
	{1.0,
	 90.0,
	 {.alpha_min_rg = -2.0,
	  .alpha_max_rg = 7.0,
	  .beta_max_rg = 5.196152422706632,
	  .area_rg2 = 76.24624457096985,
	  .mean_diameter_rg = 9.838333301683034,
	  .centre_alpha_rg = 2.287900254830518}},
	{1.0,
	 60.0,
	 {.alpha_min_rg = -2.309401076758503,
	  .alpha_max_rg = 6.729728708940712,
	  .beta_max_rg = 5.120531191625937,
	  .area_rg2 = 75.08875773057813,
	  .mean_diameter_rg = 9.767316725175537,
	  .centre_alpha_rg = 2.027214867981533}},
	{1.0,
	 47.06,
	 {.alpha_min_rg = -2.731988558667742,
	  .alpha_max_rg = 6.454504847600504,
	  .beta_max_rg = 5.049271065685803,
	  .area_rg2 = 74.438265278444,
	  .mean_diameter_rg = 9.729616125986673,
	  .centre_alpha_rg = 1.735266836749668}},
	{1.0,
	 17.0,
	 {.alpha_min_rg = -4.086919442282628,
	  .alpha_max_rg = 5.507799147191606,
	  .beta_max_rg = 4.86954860359823,
	  .area_rg2 = 73.4323101634318,
	  .mean_diameter_rg = 9.669242117035748,
	  .centre_alpha_rg = 0.7038243565928194}},
	{0.9999,
	 90.0,
	 {.alpha_min_rg = -2.024561677005387,
	  .alpha_max_rg = 6.999833332345653,
	  .beta_max_rg = 5.196152422706632,
	  .area_rg2 = 76.31730332754039,
	  .mean_diameter_rg = 9.843453432154681,
	  .centre_alpha_rg = 2.283736455323806}},
	{0.9999,
	 60.0,
	 {.alpha_min_rg = -2.332103985983606,
	  .alpha_max_rg = 6.729589450021038,
	  .beta_max_rg = 5.120547067408479,
	  .area_rg2 = 75.14431337686255,
	  .mean_diameter_rg = 9.77129891938385,
	  .centre_alpha_rg = 2.023881583893037}},
	{0.0001,
	 60.0,
	 {.alpha_min_rg = -5.195979214738979,
	  .alpha_max_rg = 5.196325624900782,
	  .beta_max_rg = 5.196152421984944,
	  .area_rg2 = 84.82300158801956,
	  .mean_diameter_rg = 10.39230484180482,
	  .centre_alpha_rg = 0.000173205080877169}},
	{0.5,
	 45.0,
	 {.alpha_min_rg = -4.392468328231909,
	  .alpha_max_rg = 5.843577700969553,
	  .beta_max_rg = 5.159241571687692,
	  .area_rg2 = 82.96158994771926,
	  .mean_diameter_rg = 10.27760279101057,
	  .centre_alpha_rg = 0.7234790648844675}},
	{0.9,
	 1.0e-6,
	 {.alpha_min_rg = -4.916063344381913,
	  .alpha_max_rg = 4.916063416074749,
	  .beta_max_rg = 4.916063380228331,
	  .area_rg2 = 75.92500329841372,
	  .mean_diameter_rg = 9.832126760456662,
	  .centre_alpha_rg = 3.584641812822833e-8}},
	{0.998,
	 89.5,
	 {.alpha_min_rg = -2.110963798616069,
	  .alpha_max_rg = 6.996590269655739,
	  .beta_max_rg = 5.196130526949155,
	  .area_rg2 = 76.60445407171493,
	  .mean_diameter_rg = 9.863751956322791,
	  .centre_alpha_rg = 2.264320992627031}},
	{0.99999999999999989,
	 90.0,
	 {.alpha_min_rg = -2.000000025809568,
	  .alpha_max_rg = 7.0,
	  .beta_max_rg = 5.196152422706632,
	  .area_rg2 = 76.24624464118994,
	  .mean_diameter_rg = 9.838333306777162,
	  .centre_alpha_rg = 2.287900250881513}},
};

static void
exact_numbers_are_met(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(exacts) / sizeof(*exacts); i++) {
		double a = exacts[i].spin, deg = exacts[i].inclination_deg;
		const struct shadow *e = &exacts[i].shadow;
		struct shadow shadow;

		shadow_find(a, deg, &shadow);
		near_check("left end", a, deg, shadow.alpha_min_rg,
			   e->alpha_min_rg, 4e-12);
		near_check("right end", a, deg, shadow.alpha_max_rg,
			   e->alpha_max_rg, 1e-13);
		near_check("top", a, deg, shadow.beta_max_rg, e->beta_max_rg,
			   1e-13);
		near_check("area", a, deg, shadow.area_rg2, e->area_rg2, 1e-11);
		near_check("areal diameter", a, deg, shadow.areal_diameter_rg,
			   2 * sqrt(e->area_rg2 / PI), 1e-12);
		near_check("mean diameter", a, deg, shadow.mean_diameter_rg,
			   e->mean_diameter_rg, 1e-11);
		near_check("centre", a, deg, shadow.centre_alpha_rg,
			   e->centre_alpha_rg, 1e-12);
	}
}

/* ---- circles */

static void
circle_check(double spin, double inclination_deg)
{
	double radius = 3 * sqrt(3);
	struct shadow shadow;

	if (inclination_deg < 1e-9 || inclination_deg >= 180) {
		/* Light of the orbit through the poles: lambda = 0. */
		double a2 = spin * spin, third = 1 - a2 / 3;
		double angle = acos(fmin(1, (1 - a2) / (third * sqrt(third))));
		double r = 1 + 2 * sqrt(third) * cos(angle / 3);

		radius = (r * r + a2) / sqrt(r * r - 2 * r + a2);
	} else if (fabs(spin) > 1e-100) {
		return;
	}
	shadow_find(spin, inclination_deg, &shadow);
	near_check("left end", spin, inclination_deg, shadow.alpha_min_rg,
		   -radius, 1e-13);
	near_check("right end", spin, inclination_deg, shadow.alpha_max_rg,
		   radius, 1e-13);
	near_check("top", spin, inclination_deg, shadow.beta_max_rg, radius,
		   1e-13);
	near_check("area", spin, inclination_deg, shadow.area_rg2,
		   PI * radius * radius, 1e-11);
	near_check("mean", spin, inclination_deg, shadow.mean_diameter_rg,
		   2 * radius, 1e-12);
	near_check("centre", spin, inclination_deg, shadow.centre_alpha_rg, 0,
		   1e-13);
}

static void
circles_are_round(void **state)
{
	(void)state;
	each_view(circle_check);
}

/* ---- the points of the curve */

enum { POINT_COUNT = 512 };

/*
 * R(r) = r^4 + (a^2 - lambda^2 - eta) r^2 + 2 (eta + (lambda - a)^2) r -
 * a^2 eta of the light that comes there touches 0 outside of the horizon.
 */
static void
critical_check(double a, double inclination_deg, struct shadow_point point)
{
	double i = inclination_deg * RAD_PER_DEG;
	double lambda = -point.alpha_rg * sin(i);
	double eta =
		point.beta_rg * point.beta_rg +
		cos(i) * cos(i) * (point.alpha_rg * point.alpha_rg - a * a);
	double p = a * a - lambda * lambda - eta;
	double q = 2 * (eta + (lambda - a) * (lambda - a));
	double r = 6;

	for (int n = 0; n < 100; n++)
		r -= (4 * r * r * r + 2 * p * r + q) / (12 * r * r + 2 * p);
	assert_true(r >= 1 - 1e-6);
	near_check("R", a, inclination_deg,
		   r * r * r * r + p * r * r + q * r - a * a * eta, 0, 1e-11);
}

static double
distance(const struct shadow *shadow, struct shadow_point point)
{
	return hypot(point.alpha_rg - shadow->centre_alpha_rg, point.beta_rg);
}

static void
curve_check(double spin, double inclination_deg)
{
	static struct shadow_point points[POINT_COUNT];
	struct shadow shadow;
	double around = 0, area = 0;

	shadow_find(spin, inclination_deg, &shadow);
	shadow_curve(spin, inclination_deg, points, POINT_COUNT);
	for (int k = 0; k < POINT_COUNT; k++) {
		double rho = distance(&shadow, points[k]);
		double angle = 2 * PI * k / POINT_COUNT;

		critical_check(spin, inclination_deg, points[k]);
		near_check("x", spin, inclination_deg,
			   points[k].alpha_rg - shadow.centre_alpha_rg,
			   rho * cos(angle), 1e-11);
		near_check("y", spin, inclination_deg, points[k].beta_rg,
			   rho * sin(angle), 1e-11);
		around += rho / POINT_COUNT;
		area += PI * rho * rho / POINT_COUNT;
	}
	/* Near spin 1 the curve bends too suddenly for so few points. */
	near_check("area", spin, inclination_deg, shadow.area_rg2, area,
		   fabs(spin) <= 0.9 ? 1e-10 : 1e-2);
	near_check("mean", spin, inclination_deg, shadow.mean_diameter_rg,
		   2 * around, fabs(spin) <= 0.9 ? 1e-11 : 1e-3);
	near_check("right end", spin, inclination_deg, points[0].alpha_rg,
		   shadow.alpha_max_rg, 0);
	near_check("left end", spin, inclination_deg,
		   points[POINT_COUNT / 2].alpha_rg, shadow.alpha_min_rg, 0);
}

static void
curves_are_critical(void **state)
{
	(void)state;
	each_view(curve_check);
}

/* Odd counts have no point at the left end, and mirror all the same. */
static void
few_points_are_points(void **state)
{
	struct shadow_point nine[9], mirrored[9];

	(void)state;
	shadow_curve(0.9, 60, nine, 9);
	shadow_curve(-0.9, 60, mirrored, 9);
	for (int k = 0; k < 9; k++)
		critical_check(-0.9, 60, mirrored[k]);
	for (int k = 1; k < 9; k++) {
		near_check("pair", 0.9, 60, nine[k].beta_rg,
			   -nine[9 - k].beta_rg, 0);
		near_check("pair", -0.9, 60, mirrored[k].alpha_rg,
			   mirrored[9 - k].alpha_rg, 0);
	}
	assert_true(nine[4].beta_rg > 0 && mirrored[4].beta_rg > 0);
}

/* Seen from the side, light at r = 1 leaves a maximal hole in a line. */
static void
maximal_spin_has_a_straight_side(void **state)
{
	static struct shadow_point points[POINT_COUNT];
	int straight = 0;

	(void)state;
	shadow_curve(1, 90, points, POINT_COUNT);
	for (int k = 0; k < POINT_COUNT; k++) {
		double s2 = points[k].alpha_rg + 2, s = sqrt(fmax(0, s2));
		double beta2 = points[k].beta_rg * points[k].beta_rg;

		if (points[k].alpha_rg < 0 && beta2 < 3 - 1e-4) {
			near_check("line", 1, 90, s2, 0, 1e-11);
			straight++;
		} else if (beta2 > 3 + 1e-4) {
			near_check("curve", 1, 90,
				   (1 + s) * (1 + s) * (1 + s) * (3 - s), beta2,
				   1e-6);
		}
	}
	/* atan(sqrt(3) / 4.2879) of half a turn */
	assert_in_range(straight, 61, 63);
}

/* ---- symmetries */

static void
mirror_check(double spin, double inclination_deg)
{
	struct shadow one, other, below;

	shadow_find(spin, inclination_deg, &one);
	shadow_find(-spin, inclination_deg, &other);
	shadow_find(spin, 180 - inclination_deg, &below);
	near_check("mirror", spin, inclination_deg, one.alpha_min_rg,
		   -other.alpha_max_rg, 0);
	near_check("mirror", spin, inclination_deg, one.alpha_max_rg,
		   -other.alpha_min_rg, 0);
	near_check("mirror", spin, inclination_deg, one.centre_alpha_rg,
		   -other.centre_alpha_rg, 0);
	near_check("mirror", spin, inclination_deg, one.area_rg2,
		   other.area_rg2, 0);
	near_check("below", spin, inclination_deg, one.alpha_min_rg,
		   below.alpha_min_rg, 1e-12);
	near_check("below", spin, inclination_deg, one.area_rg2, below.area_rg2,
		   1e-11);
	assert_true(one.alpha_min_rg < one.centre_alpha_rg &&
		    one.centre_alpha_rg < one.alpha_max_rg &&
		    one.beta_max_rg > 4.8 && one.beta_max_rg < 5.2);
}

static void
views_mirror(void **state)
{
	(void)state;
	each_view(mirror_check);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_are_met),
		cmocka_unit_test(exact_numbers_are_met),
		cmocka_unit_test(circles_are_round),
		cmocka_unit_test(curves_are_critical),
		cmocka_unit_test(few_points_are_points),
		cmocka_unit_test(maximal_spin_has_a_straight_side),
		cmocka_unit_test(views_mirror),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
