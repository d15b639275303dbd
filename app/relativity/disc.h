/*
 * A thin disc around a Kerr hole, from its ISCO outwards: how much each ring
 * radiates, and how hot it is.
 *
 * Source: Page & Thorne 1974, ApJ 191, 499, equation 15n.
 */
#ifndef RELATIVITY_DISC_H
#define RELATIVITY_DISC_H

/*
 * Flux from one face at a radius, of unit accretion rate and unit mass:
 * F = (c^6 Mdot / (G^2 M^2)) times this; 0 at the ISCO and inside.  Any spin
 * of -1 to 1; relative error 1e-9, also near spin 0, where the formula is
 * 0/0; save within 1e-6 of the ISCO, where next to nothing is radiated.
 */
double disc_flux(double spin, double radius_rg);

/* Where the flux is greatest, and how great it is there. */
void disc_peak(double spin, double *radius_rg, double *flux);

/* The hottest ring's effective temperature in K; solar masses, and solar
 * masses a Julian year. */
double disc_peak_temperature_k(double spin, double mass_msun,
			       double rate_msun_yr);

/* The accretion rate at which the disc's light holds off what falls in
 * (Eddington, for hydrogen), by the spin's own efficiency. */
double disc_eddington_msun_yr(double spin, double mass_msun);

#endif
