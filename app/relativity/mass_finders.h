/*
 * The methods' formulas, as struct mass_method has them: from inputs that
 * mass_choose() has let pass to the mass and what else the method tells.
 *
 * They write the mass of the source's frame and nothing of the uncertainty,
 * but for m_sigma, whose relation scatters.  A mass that numbers do not hold
 * comes out as infinite, 0 or NaN: mass_find() refuses it.
 */
#ifndef RELATIVITY_MASS_FINDERS_H
#define RELATIVITY_MASS_FINDERS_H

#include "relativity/mass.h"

#define MASS_FINDER(name)                               \
	void name(const struct mass_question *question, \
		  struct mass_answer *answer, struct remarks *remarks)

MASS_FINDER(mass_orbits_kepler);
MASS_FINDER(mass_orbits_radial_velocity);
MASS_FINDER(mass_sizes_given);
MASS_FINDER(mass_sizes_shadow);
MASS_FINDER(mass_sizes_radius);
MASS_FINDER(mass_sizes_temperature);
MASS_FINDER(mass_sizes_area);
MASS_FINDER(mass_waves_isco);
MASS_FINDER(mass_waves_ringdown);
MASS_FINDER(mass_waves_chirp);
MASS_FINDER(mass_merger_find);
MASS_FINDER(mass_others_microlensing);
MASS_FINDER(mass_others_m_sigma);

/* The orbit that was given, at the source; 0: none was. */
double mass_orbits_axis_m(const struct inputs *inputs);
double mass_orbits_period_s(const struct inputs *inputs);

/* What several of them do: 1 + z, */
double mass_finders_stretch(const struct inputs *inputs);

/* the spin, or 0 with a warning, */
double mass_finders_spin(const struct inputs *inputs, struct remarks *remarks);

/* and the naming of a model. */
void mass_finders_model(struct mass_answer *answer,
			const struct mass_model *model);

#endif
