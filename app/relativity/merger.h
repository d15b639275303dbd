/*
 * What is left when two holes have merged: fits to numerical relativity,
 * without the recoil.
 *
 * Sources: UIB2016, Jimenez-Forteza et al. 2017, Phys. Rev. D 95, 064024
 * (radiated energy, final spin of aligned binaries); HBR2016, Hofmann,
 * Barausse & Rezzolla 2016, ApJL 825, L19, fit M3J4 (final spin, also of
 * precessing ones); BMR2012, Barausse, Morozova & Rezzolla 2012, ApJ 758, 63,
 * equation 18 (radiated energy).
 */
#ifndef RELATIVITY_MERGER_H
#define RELATIVITY_MERGER_H

#include <stdbool.h>

struct merger_binary {
	double m1, m2;               /* any order, any unit of mass, > 0 */
	double chi1, chi2;           /* aligned: -1 to 1; precessing: 0 to 1 */
	bool precessing;             /* then the angles count */
	double tilt1_rad, tilt2_rad; /* from the orbit's axis */
	double delta_phi_rad;        /* between the spins, in the plane */
};

struct merger_remnant {
	double mass;        /* in the unit of m1 (UIB2016, aligned parts) */
	double mass_bmr;    /* the same by BMR2012 */
	double mass_spread; /* half of how far these differ */
	double radiated;    /* energy as mass */
	double chirp_mass;
	double mass_ratio; /* lighter over heavier */
	double symmetric_mass_ratio;
	double effective_spin; /* chi_eff */
	double spin;           /* HBR2016 where they precess, else UIB2016;
	                          < 0: against the orbit */
	double spin_uib;       /* with in-plane spins added in quadrature */
	double spin_hbr;
	double spin_spread; /* half of how far the models differ */
	bool extrapolated;  /* ratio beyond 18, or a spin beyond 0.95 */
};

/*
 * Of masses > 0 and spins within bounds; relative error 1e-12.  Where a fit
 * gives a final spin beyond 1, which it does by a thousandth for precessing
 * spins near 1, it is 1.
 */
void merger_find(const struct merger_binary *binary,
		 struct merger_remnant *remnant);

/* (m1 m2)^(3/5) / (m1 + m2)^(1/5) */
double merger_chirp_mass(double m1, double m2);

#endif
