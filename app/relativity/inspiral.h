/*
 * Two point masses that spiral together by gravitational waves.
 *
 * Source: Peters 1964, Phys. Rev. 136, B1224.
 */
#ifndef RELATIVITY_INSPIRAL_H
#define RELATIVITY_INSPIRAL_H

/*
 * Seconds until they meet, from a semi-major axis in metres and an
 * eccentricity of 0 to < 1; masses in solar masses.  Relative error 1e-9.
 */
double inspiral_time_s(double m1_msun, double m2_msun, double axis_m,
		       double eccentricity);

/* The same for circles, from the frequency of the waves (twice the orbit's)
 * and the chirp mass. */
double inspiral_time_from_frequency_s(double chirp_msun, double frequency_hz);

/* The semi-major axis in metres of a period in seconds (Kepler). */
double inspiral_axis_m(double m1_msun, double m2_msun, double period_s);

#endif
