#include "relativity/mass_rules.h"

#include "relativity/mass_table.h"

#define AXIS (MASS_SET(semi_major_axis_au) | MASS_SET(semi_major_axis_mas))
#define PERIOD (MASS_SET(period_yr) | MASS_SET(period_d))
#define TILTS \
	(MASS_SET(tilt1_deg) | MASS_SET(tilt2_deg) | MASS_SET(delta_phi_deg))

static void
check_spellings(uint64_t given, struct remarks *remarks)
{
	static const enum input pairs[][2] = {
		{INPUT_mass_msun, INPUT_mass_kg},
		{INPUT_semi_major_axis_au, INPUT_semi_major_axis_mas},
		{INPUT_period_yr, INPUT_period_d},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		uint64_t both =
			UINT64_C(1) << pairs[i][0] | UINT64_C(1) << pairs[i][1];

		if ((given & both) == both)
			remarks_refuse(remarks, inputs_name(pairs[i][1]),
				       "value_error",
				       "%s and %s are the same in two units: "
				       "give one of them",
				       inputs_name(pairs[i][0]),
				       inputs_name(pairs[i][1]));
	}
}

static void
check_errors(const struct inputs *inputs, struct remarks *remarks)
{
	for (size_t i = 0; i < INPUT__MAX; i++)
		if (inputs->error_given[i] && !inputs->given[i])
			remarks_refuse(remarks,
				       inputs_error_name((enum input)i),
				       "value_error",
				       "It is the uncertainty of %s, which was "
				       "not given",
				       inputs_name((enum input)i));
}

static void
check_distance(uint64_t given, struct remarks *remarks)
{
	if ((given & MASS_SET(semi_major_axis_mas)) &&
	    !(given & MASS_SET(distance_pc)))
		remarks_refuse(remarks, "distance_pc", "missing",
			       "semi_major_axis_mas needs distance_pc");
}

/* Tilts are of spins, and of both. */
static void
check_tilts(const struct inputs *inputs, uint64_t given,
	    struct remarks *remarks)
{
	static const enum input needed[] = {INPUT_tilt1_deg, INPUT_tilt2_deg,
					    INPUT_chi1, INPUT_chi2};
	static const enum input spins[] = {INPUT_chi1, INPUT_chi2};

	if (!(given & TILTS))
		return;
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++)
		if (!inputs->given[needed[i]])
			remarks_refuse(remarks, inputs_name(needed[i]),
				       "missing",
				       "Tilted spins need chi1, chi2, "
				       "tilt1_deg and tilt2_deg");
	for (size_t i = 0; i < sizeof(spins) / sizeof(*spins); i++)
		if (inputs_get(inputs, spins[i], 0) < 0)
			remarks_refuse(remarks, inputs_name(spins[i]),
				       "value_error",
				       "With tilts it is the spin's magnitude, "
				       "0 to 1");
}

/* A merger's orbit is told once, and an eccentricity is of an orbit. */
static void
check_orbit(uint64_t given, struct remarks *remarks)
{
	if (!(given & MASS_SET(m1_msun)))
		return;
	if ((given & AXIS) && (given & PERIOD))
		remarks_refuse(remarks,
			       given & MASS_SET(period_d) ? "period_d" :
							    "period_yr",
			       "value_error",
			       "The masses and a semi-major axis give the "
			       "period: give one of the two");
	if ((given & MASS_SET(eccentricity)) && !(given & (AXIS | PERIOD)))
		remarks_refuse(remarks, "eccentricity", "value_error",
			       "It is of an orbit: give semi_major_axis_au or "
			       "period_d too");
}

void
mass_rules_check(const struct mass_method *method,
		 const struct mass_question *question, struct remarks *remarks)
{
	const struct inputs *inputs = &question->inputs;
	uint64_t given =
		mass_table_given(inputs) & mass_table_takes(method->needs);

	check_spellings(given, remarks);
	check_errors(inputs, remarks);
	check_distance(given, remarks);
	check_tilts(inputs, given, remarks);
	check_orbit(given, remarks);
}
