#include "relativity/mass_finders.h"

#include <math.h>

#include "relativity/constants.h"
#include "relativity/inspiral.h"

static const struct mass_model uib2016 = {
	"UIB2016", "Jimenez-Forteza et al. 2017, PRD 95, 064024"};
static const struct mass_model hbr2016 = {
	"HBR2016 M3J4", "Hofmann, Barausse & Rezzolla 2016, ApJL 825, L19"};

static void
read_binary(const struct inputs *inputs, struct merger_binary *binary)
{
	binary->m1 = inputs->value[INPUT_m1_msun];
	binary->m2 = inputs->value[INPUT_m2_msun];
	binary->chi1 = inputs_get(inputs, INPUT_chi1, 0);
	binary->chi2 = inputs_get(inputs, INPUT_chi2, 0);
	binary->precessing = inputs->given[INPUT_tilt1_deg];
	binary->tilt1_rad =
		inputs_get(inputs, INPUT_tilt1_deg, 0) * RAD_PER_DEG;
	binary->tilt2_rad =
		inputs_get(inputs, INPUT_tilt2_deg, 0) * RAD_PER_DEG;
	binary->delta_phi_rad =
		inputs_get(inputs, INPUT_delta_phi_deg, 0) * RAD_PER_DEG;
}

static void
read_orbit(const struct inputs *inputs, struct mass_answer *answer)
{
	const struct merger_binary *binary = &answer->binary;
	double period_s = mass_orbits_period_s(inputs);

	answer->axis_m = mass_orbits_axis_m(inputs);
	if (period_s > 0)
		answer->axis_m =
			inspiral_axis_m(binary->m1, binary->m2, period_s);
	if (answer->axis_m > 0) {
		answer->companion_msun = fmin(binary->m1, binary->m2);
		answer->orbit_eccentricity =
			inputs_get(inputs, INPUT_eccentricity, 0);
	}
}

void
mass_merger_find(const struct mass_question *question,
		 struct mass_answer *answer, struct remarks *remarks)
{
	const struct inputs *inputs = &question->inputs;

	mass_finders_model(answer, &uib2016);
	mass_finders_model(answer, &hbr2016);
	answer->is_merger = true;
	read_binary(inputs, &answer->binary);
	read_orbit(inputs, answer);
	if (!inputs->given[INPUT_chi1] && !inputs->given[INPUT_chi2])
		remarks_warn(remarks, "chi1 and chi2 were not given: the holes "
				      "are taken as without spin");
	merger_find(&answer->binary, &answer->remnant);
	if (answer->remnant.extrapolated)
		remarks_warn(remarks, "The fits to the merger are extrapolated "
				      "beyond a mass ratio of 18 or a spin of "
				      "0.95");
	answer->mass_msun = answer->remnant.mass;
	answer->spin = answer->remnant.spin;
	answer->has_spin = answer->spin_found = true;
}
