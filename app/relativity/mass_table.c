#include "relativity/mass_table.h"

#include "relativity/mass_finders.h"

#define AXIS (MASS_SET(semi_major_axis_au) | MASS_SET(semi_major_axis_mas))
#define PERIOD (MASS_SET(period_yr) | MASS_SET(period_d))

static const struct mass_needs given_needs = {
	.required = {MASS_SET(mass_msun) | MASS_SET(mass_kg)},
};
static const struct mass_needs kepler_needs = {
	.required = {AXIS, PERIOD},
	.optional = MASS_SET(companion_msun) | MASS_SET(eccentricity),
};
static const struct mass_needs radial_velocity_needs = {
	.required = {PERIOD, MASS_SET(amplitude_km_s),
		     MASS_SET(companion_msun)},
	.optional = MASS_SET(eccentricity),
};
static const struct mass_needs shadow_needs = {
	.required = {MASS_SET(diameter_uas), MASS_SET(distance_pc)},
	.optional = MASS_SET(calibration),
};
static const struct mass_needs radius_needs = {
	.required = {MASS_SET(radius_m)},
};
static const struct mass_needs temperature_needs = {
	.required = {MASS_SET(temperature_k)},
};
static const struct mass_needs area_needs = {
	.required = {MASS_SET(area_m2)},
};
static const struct mass_needs isco_needs = {
	.required = {MASS_SET(frequency_hz)},
};
static const struct mass_needs ringdown_needs = {
	.required = {MASS_SET(frequency_hz), MASS_SET(damping_time_ms)},
	.finds_spin = true,
};
static const struct mass_needs chirp_needs = {
	.required = {MASS_SET(frequency_hz),
		     MASS_SET(frequency_derivative_hz_s)},
};
static const struct mass_needs microlensing_needs = {
	.required = {MASS_SET(einstein_radius_mas), MASS_SET(parallax_mas)},
};
static const struct mass_needs m_sigma_needs = {
	.required = {MASS_SET(dispersion_km_s)},
	.takes_relation = true,
};
static const struct mass_needs merger_needs = {
	.required = {MASS_SET(m1_msun), MASS_SET(m2_msun)},
	.optional = MASS_SET(chi1) | MASS_SET(chi2) | MASS_SET(tilt1_deg) |
		    MASS_SET(tilt2_deg) | MASS_SET(delta_phi_deg) | AXIS |
		    PERIOD | MASS_SET(eccentricity),
	.finds_spin = true,
};

const struct mass_method mass_methods[] = {
	{"mass", "The mass itself, for what follows from it.",
	 "IAU 2015 Resolution B3 (Prsa et al. 2016, AJ 152, 41)", &given_needs,
	 mass_sizes_given},
	{"kepler",
	 "From an orbit's semi-major axis and period: the total mass, less the "
	 "companion's where it is given.",
	 "Kepler's third law", &kepler_needs, mass_orbits_kepler},
	{"radial_velocity",
	 "Of the unseen body, from the period and amplitude of its "
	 "companion's radial velocity and the companion's mass.",
	 "Hilditch 2001, An Introduction to Close Binary Stars, CUP, ch. 2",
	 &radial_velocity_needs, mass_orbits_radial_velocity},
	{"shadow",
	 "From the angular diameter of the shadow, or of a ring with its "
	 "calibration, and the distance.",
	 "Bardeen 1973, in Black Holes (Les Houches), 215", &shadow_needs,
	 mass_sizes_shadow},
	{"schwarzschild_radius", "From the Schwarzschild radius.",
	 "Schwarzschild 1916, Sitzungsber. Preuss. Akad. Wiss., 189",
	 &radius_needs, mass_sizes_radius},
	{"hawking_temperature", "From the Hawking temperature and the spin.",
	 "Hawking 1975, Commun. Math. Phys. 43, 199", &temperature_needs,
	 mass_sizes_temperature},
	{"horizon_area", "From the horizon's area and the spin.",
	 "Bardeen, Carter & Hawking 1973, Commun. Math. Phys. 31, 161",
	 &area_needs, mass_sizes_area},
	{"isco_frequency",
	 "From the frequency of the innermost stable orbit and the spin.",
	 "Bardeen, Press & Teukolsky 1972, ApJ 178, 347", &isco_needs,
	 mass_waves_isco},
	{"ringdown",
	 "Mass and spin from frequency and damping time of the fundamental "
	 "mode, l = m = 2.",
	 "Echeverria 1989, PRD 40, 3194; Leaver 1985, Proc. R. Soc. A 402, "
	 "285",
	 &ringdown_needs, mass_waves_ringdown},
	{"chirp",
	 "The chirp mass of an inspiral, from the waves' frequency and its "
	 "growth.",
	 "Peters & Mathews 1963, Phys. Rev. 131, 435", &chirp_needs,
	 mass_waves_chirp},
	{"microlensing",
	 "From the angular Einstein radius and the microlens parallax.",
	 "Gould 2000, ApJ 542, 785", &microlensing_needs,
	 mass_others_microlensing},
	{"m_sigma",
	 "From the velocity dispersion of the galaxy's bulge, with the "
	 "relation's scatter.",
	 "McConnell & Ma 2013, ApJ 764, 184; Gultekin et al. 2009, ApJ 698, "
	 "198",
	 &m_sigma_needs, mass_others_m_sigma},
	{"merger",
	 "Mass and spin of what two holes leave, from their masses and spins.",
	 "Jimenez-Forteza et al. 2017, PRD 95, 064024; Hofmann, Barausse & "
	 "Rezzolla 2016, ApJL 825, L19",
	 &merger_needs, mass_merger_find},
	{.name = NULL},
};

_Static_assert(sizeof(mass_methods) / sizeof(*mass_methods) <=
		       MASS_METHODS_MOST,
	       "choosing counts on it");

uint64_t
mass_table_takes(const struct mass_needs *needs)
{
	uint64_t takes = needs->optional | MASS_OF_ALL;

	for (size_t i = 0; i < MASS_GROUPS_MOST; i++)
		takes |= needs->required[i];
	return takes;
}

uint64_t
mass_table_given(const struct inputs *inputs)
{
	uint64_t given = 0;

	for (size_t i = 0; i < INPUT__MAX; i++)
		if (inputs->given[i])
			given |= UINT64_C(1) << i;
	return given;
}
