/*
 * What a mass may be computed from: every measured input, with its unit and
 * the range that is allowed.
 *
 * From this one table come the endpoint's parameters, the checks of the
 * methods and their uncertainties: NAME_err is one standard deviation.
 */
#ifndef RELATIVITY_INPUTS_H
#define RELATIVITY_INPUTS_H

#include <stdbool.h>

/*
 * X(name, unit, above, min, max, below, what it is): above and below are
 * exclusive bounds, min and max inclusive ones, as text or NULL.
 */
#define INPUTS_TABLE(X)                                                        \
	X(mass_msun, "solMass", "0", NULL, "1e15", NULL, "The mass itself.")   \
	X(mass_kg, "kg", NULL, "1e-8", "1e46", NULL,                           \
	  "The mass itself; the least is about the Planck mass.")              \
	X(semi_major_axis_au, "au", "0", NULL, "1e12", NULL,                   \
	  "Semi-major axis of the relative orbit.")                            \
	X(semi_major_axis_mas, "mas", "0", NULL, "3.6e6", NULL,                \
	  "The same as seen from distance_pc.")                                \
	X(period_yr, "yr", "0", NULL, "1e12", NULL,                            \
	  "Orbital period in Julian years.")                                   \
	X(period_d, "d", "0", NULL, "1e14", NULL, "Orbital period in days.")   \
	X(companion_msun, "solMass", NULL, "0", "1e12", NULL,                  \
	  "Mass of the companion that is seen.")                               \
	X(amplitude_km_s, "km/s", "0", NULL, "1e5", NULL,                      \
	  "Semi-amplitude of the companion's radial velocity.")                \
	X(eccentricity, "", NULL, "0", NULL, "1", "Of the orbit.")             \
	X(diameter_uas, "uas", "0", NULL, "1e12", NULL,                        \
	  "Angular diameter of the shadow, or of a ring with calibration.")    \
	X(calibration, "", "0", NULL, "1000", NULL,                            \
	  "Diameter in gravitational radii of what was measured: about 11 "    \
	  "for the rings of the Event Horizon Telescope.")                     \
	X(radius_m, "m", "0", NULL, "1e20", NULL, "Schwarzschild radius.")     \
	X(temperature_k, "K", "0", NULL, "1e32", NULL, "Hawking temperature.") \
	X(area_m2, "m2", "0", NULL, "1e40", NULL, "Area of the horizon.")      \
	X(frequency_hz, "Hz", "0", NULL, "1e20", NULL,                         \
	  "Of the orbit at the ISCO, of the ringdown, or of the waves of an "  \
	  "inspiral, by the method.")                                          \
	X(damping_time_ms, "ms", "0", NULL, "1e20", NULL,                      \
	  "In which the ringdown falls to 1/e.")                               \
	X(frequency_derivative_hz_s, "Hz/s", "0", NULL, "1e30", NULL,          \
	  "How fast the waves' frequency grows.")                              \
	X(einstein_radius_mas, "mas", "0", NULL, "1e6", NULL,                  \
	  "Angular Einstein radius of a microlens.")                           \
	X(parallax_mas, "", "0", NULL, "1e6", NULL,                            \
	  "Microlens parallax pi_E: relative parallax over Einstein radius.")  \
	X(dispersion_km_s, "km/s", "0", NULL, "3000", NULL,                    \
	  "Stellar velocity dispersion of the galaxy's bulge.")                \
	X(m1_msun, "solMass", NULL, "1e-38", "1e14", NULL, "One hole's mass.") \
	X(m2_msun, "solMass", NULL, "1e-38", "1e14", NULL, "The other's.")     \
	X(chi1, "", NULL, "-1", "1", NULL,                                     \
	  "Spin of the first: along the orbit's axis, or its magnitude where " \
	  "tilts are given.")                                                  \
	X(chi2, "", NULL, "-1", "1", NULL, "Spin of the second.")              \
	X(tilt1_deg, "deg", NULL, "0", "180", NULL,                            \
	  "Angle of the first spin from the orbit's axis.")                    \
	X(tilt2_deg, "deg", NULL, "0", "180", NULL, "Of the second.")          \
	X(delta_phi_deg, "deg", NULL, "-360", "360", NULL,                     \
	  "Angle between the spins in the orbit's plane.")                     \
	X(spin, "", NULL, "-1", "1", NULL,                                     \
	  "Spin of the hole; negative: what orbits it goes the other way.")    \
	X(inclination_deg, "deg", NULL, "0", "180", NULL,                      \
	  "Of the spin axis, or of the orbit, to the line of sight.")          \
	X(distance_pc, "pc", NULL, "1e-12", "1e11", NULL,                      \
	  "Distance of the hole; with a redshift, the angular diameter one.")  \
	X(redshift, "", NULL, "0", "100", NULL,                                \
	  "Cosmological redshift: frequencies and times are observed ones.")

enum input {
#define INPUTS_ENUM(name, ...) INPUT_##name,
	INPUTS_TABLE(INPUTS_ENUM)
#undef INPUTS_ENUM
		INPUT__MAX
};

struct inputs {
	double value[INPUT__MAX];
	bool given[INPUT__MAX];
	double error[INPUT__MAX]; /* one sigma; 0: exact */
	bool error_given[INPUT__MAX];
};

/* "mass_msun" */
const char *inputs_name(enum input input);

/* "mass_msun_err" */
const char *inputs_error_name(enum input input);

/* The value, or `otherwise` when it was not given. */
double inputs_get(const struct inputs *inputs, enum input input,
		  double otherwise);

/* Whether a value lies in the table's range; NaN does not. */
bool inputs_in_range(enum input input, double value);

#endif
