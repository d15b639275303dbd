#include "relativity/mass_finders.h"

#include <math.h>

#include "relativity/constants.h"
#include "relativity/hawking.h"
#include "relativity/kerr.h"
#include "relativity/shadow.h"

static const struct mass_model nominal_sun = {"nominal solar mass parameter",
					      "Prsa et al. 2016, AJ 152, 41"};
static const struct mass_model shadow_calibrated = {
	"ring with calibration",
	"Event Horizon Telescope Collaboration 2019, ApJL 875, L6"};
static const struct mass_model shadow_kerr = {
	"Kerr shadow, areal diameter",
	"Bardeen 1973, in Black Holes (Les Houches), 215"};
static const struct mass_model shadow_schwarzschild = {
	"Schwarzschild shadow, 2 sqrt(27) GM/c^2",
	"Synge 1966, MNRAS 131, 463"};
static const struct mass_model schwarzschild_radius = {
	"Schwarzschild radius, 2 GM/c^2",
	"Schwarzschild 1916, Sitzungsber. Preuss. Akad. Wiss., 189"};
static const struct mass_model hawking_temperature = {
	"Hawking temperature", "Hawking 1975, Commun. Math. Phys. 43, 199"};
static const struct mass_model horizon_area = {
	"Kerr horizon area",
	"Bardeen, Carter & Hawking 1973, Commun. Math. Phys. 31, 161"};

void
mass_sizes_given(const struct mass_question *question,
		 struct mass_answer *answer, struct remarks *remarks)
{
	const struct inputs *inputs = &question->inputs;

	(void)remarks;
	mass_finders_model(answer, &nominal_sun);
	answer->mass_msun = inputs->given[INPUT_mass_msun] ?
				    inputs->value[INPUT_mass_msun] :
				    inputs->value[INPUT_mass_kg] / SUN_KG;
}

/* The shadow's diameter in gravitational radii, by what is known of it. */
static double
shadow_diameter_rg(const struct inputs *inputs, struct mass_answer *answer,
		   struct remarks *remarks)
{
	struct shadow shadow;

	if (inputs->given[INPUT_calibration]) {
		mass_finders_model(answer, &shadow_calibrated);
		return inputs->value[INPUT_calibration];
	}
	remarks_warn(remarks,
		     "calibration was not given: diameter_uas is taken as the "
		     "shadow's, but a ring that is seen is not the shadow, and "
		     "wider (about 11 gravitational radii for the rings of the "
		     "Event Horizon Telescope)");
	if (!inputs->given[INPUT_spin]) {
		mass_finders_model(answer, &shadow_schwarzschild);
		return 2 * sqrt(27);
	}
	if (!inputs->given[INPUT_inclination_deg])
		remarks_warn(remarks, "inclination_deg was not given: the "
				      "shadow is one seen from 90 degrees");
	mass_finders_model(answer, &shadow_kerr);
	shadow_find(inputs->value[INPUT_spin],
		    inputs_get(inputs, INPUT_inclination_deg, 90), &shadow);
	return shadow.areal_diameter_rg;
}

void
mass_sizes_shadow(const struct mass_question *question,
		  struct mass_answer *answer, struct remarks *remarks)
{
	const struct inputs *inputs = &question->inputs;
	double angle_rad = inputs->value[INPUT_diameter_uas] / UAS_PER_RAD;
	double distance_m = inputs->value[INPUT_distance_pc] * PARSEC_M;

	answer->mass_msun = angle_rad * distance_m / SUN_RG_M /
			    shadow_diameter_rg(inputs, answer, remarks);
}

void
mass_sizes_radius(const struct mass_question *question,
		  struct mass_answer *answer, struct remarks *remarks)
{
	(void)remarks;
	mass_finders_model(answer, &schwarzschild_radius);
	answer->mass_msun =
		question->inputs.value[INPUT_radius_m] / (2 * SUN_RG_M);
}

void
mass_sizes_temperature(const struct mass_question *question,
		       struct mass_answer *answer, struct remarks *remarks)
{
	const struct inputs *inputs = &question->inputs;
	double spin = mass_finders_spin(inputs, remarks);

	mass_finders_model(answer, &hawking_temperature);
	if (fabs(spin) >= 1) {
		remarks_refuse(remarks, "spin", "value_error",
			       "A hole of spin 1 or -1 has no temperature: "
			       "between them it does");
		return;
	}
	answer->mass_msun =
		hawking_mass_kg(inputs->value[INPUT_temperature_k], spin) /
		SUN_KG;
}

void
mass_sizes_area(const struct mass_question *question,
		struct mass_answer *answer, struct remarks *remarks)
{
	const struct inputs *inputs = &question->inputs;
	double area_rg2 = kerr_horizon_area(mass_finders_spin(inputs, remarks));

	mass_finders_model(answer, &horizon_area);
	answer->mass_msun =
		sqrt(inputs->value[INPUT_area_m2] / area_rg2) / SUN_RG_M;
}
