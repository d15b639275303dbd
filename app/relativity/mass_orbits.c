#include "relativity/mass_finders.h"

#include <math.h>

#include "relativity/constants.h"
#include "relativity/inspiral.h"

/* Newton's steps that the cubic takes: from its start, five or six do. */
#define STEPS_MOST 60

/* Orbits closer than this, in gravitational radii, are 1 % from Kepler's. */
#define CLOSE_RG 100

/* The horizon of all that is bound, without spin. */
#define HORIZON_RG 2

static const struct mass_model kepler_third_law = {
	"Kepler's third law",
	"Kepler 1619, Harmonices Mundi; IAU 2015 Resolution B3 for GM_sun"};
static const struct mass_model mass_function = {
	"spectroscopic mass function",
	"Hilditch 2001, An Introduction to Close Binary Stars, CUP, ch. 2"};

double
mass_orbits_axis_m(const struct inputs *inputs)
{
	if (inputs->given[INPUT_semi_major_axis_au])
		return inputs->value[INPUT_semi_major_axis_au] * AU_M;
	if (inputs->given[INPUT_semi_major_axis_mas])
		return inputs->value[INPUT_semi_major_axis_mas] / 1000 *
		       inputs->value[INPUT_distance_pc] * AU_M;
	return 0;
}

double
mass_orbits_period_s(const struct inputs *inputs)
{
	double observed_s = 0;

	if (inputs->given[INPUT_period_yr])
		observed_s = inputs->value[INPUT_period_yr] * YEAR_S;
	else if (inputs->given[INPUT_period_d])
		observed_s = inputs->value[INPUT_period_d] * DAY_S;
	return observed_s / mass_finders_stretch(inputs);
}

static void
warn_if_close(double axis_m, double total_msun, struct remarks *remarks)
{
	double axis_rg = axis_m / (total_msun * SUN_RG_M);

	if (axis_rg < HORIZON_RG)
		remarks_warn(remarks,
			     "The orbit would be %.3g gravitational radii "
			     "wide, which is inside a horizon: there is none, "
			     "and the mass is not to be believed",
			     axis_rg);
	else if (axis_rg < CLOSE_RG)
		remarks_warn(remarks,
			     "The orbit is %.3g gravitational radii wide: "
			     "Newton's law, by which the mass is found, is off "
			     "there by more than a per cent",
			     axis_rg);
}

void
mass_orbits_kepler(const struct mass_question *question,
		   struct mass_answer *answer, struct remarks *remarks)
{
	const struct inputs *inputs = &question->inputs;
	double axis_m = mass_orbits_axis_m(inputs);
	double rate = 2 * PI / mass_orbits_period_s(inputs);
	double companion = inputs_get(inputs, INPUT_companion_msun, 0);
	double total = axis_m * axis_m * axis_m / SUN_GM * rate * rate;

	mass_finders_model(answer, &kepler_third_law);
	answer->mass_msun = total - companion;
	if (companion > 0 && !(total > companion)) {
		remarks_refuse(remarks, "companion_msun", "value_error",
			       "The orbit's total mass is %.6g solar masses: "
			       "the companion's must be less",
			       total);
		return;
	}
	warn_if_close(axis_m, total, remarks);
	if (companion > 0) {
		answer->companion_msun = companion;
		answer->axis_m = axis_m;
		answer->orbit_eccentricity =
			inputs_get(inputs, INPUT_eccentricity, 0);
	} else if (!inputs->given[INPUT_companion_msun]) {
		remarks_warn(remarks,
			     "companion_msun was not given: the mass is the "
			     "orbit's total%s",
			     inputs->given[INPUT_eccentricity] ?
				     ", and eccentricity, which counts for "
				     "the inspiral of two, is not used" :
				     "");
	}
}

/*
 * The M that solves M^3 = k (M + m)^2.  M - k (1 + m/M)^2 grows with M and is
 * concave, so that Newton's steps from below never pass the root.
 */
static double
solve_cubic(double k, double m)
{
	double mass = fmax(k, cbrt(k) * cbrt(m) * cbrt(m));

	for (int i = 0; i < STEPS_MOST && mass > 0 && isfinite(mass); i++) {
		double ratio = 1 + m / mass;
		double slope = 1 + 2 * k * ratio * (m / mass) / mass;
		double step = (mass - k * ratio * ratio) / slope;

		mass -= step;
		if (fabs(step) <= 1e-16 * mass)
			break;
	}
	return mass;
}

/* sin i, which is exactly 0 at 180 degrees too. */
static double
sine_of_inclination(const struct inputs *inputs)
{
	double i_deg = inputs_get(inputs, INPUT_inclination_deg, 90);

	return sin(fmin(i_deg, 180 - i_deg) * RAD_PER_DEG);
}

void
mass_orbits_radial_velocity(const struct mass_question *question,
			    struct mass_answer *answer, struct remarks *remarks)
{
	const struct inputs *inputs = &question->inputs;
	double period_s = mass_orbits_period_s(inputs);
	double e = inputs_get(inputs, INPUT_eccentricity, 0);
	double companion = inputs->value[INPUT_companion_msun];
	double sine = sine_of_inclination(inputs);
	double speed = inputs->value[INPUT_amplitude_km_s] * 1000 *
		       sqrt((1 - e) * (1 + e)) / sine;
	double k = period_s * speed * speed * speed / (2 * PI * SUN_GM);

	mass_finders_model(answer, &mass_function);
	answer->is_minimum = !inputs->given[INPUT_inclination_deg];
	if (answer->is_minimum)
		remarks_warn(remarks, "inclination_deg was not given: the mass "
				      "is the least one, of an orbit that is "
				      "seen edge-on");
	if (!(sine > 0)) {
		remarks_refuse(remarks, "inclination_deg", "value_error",
			       "An orbit that is seen face-on shows no radial "
			       "velocity: any but 0 and 180 degrees would do");
		return;
	}
	answer->mass_msun = solve_cubic(k, companion);
	if (!(answer->mass_msun > 0) || !isfinite(answer->mass_msun))
		return;
	answer->orbit_eccentricity = e;
	answer->companion_msun = companion;
	answer->axis_m =
		inspiral_axis_m(answer->mass_msun, companion, period_s);
	warn_if_close(answer->axis_m, answer->mass_msun + companion, remarks);
	if (companion == 0)
		answer->axis_m = 0;
}
