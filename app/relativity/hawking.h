/*
 * Hawking radiation: how hot a hole is and how long it lasts.
 *
 * Sources: Hawking 1975, Commun. Math. Phys. 43, 199; Page 1976, Phys. Rev.
 * D 13, 198 (rates with greybody factors, for a hole without spin).
 */
#ifndef RELATIVITY_HAWKING_H
#define RELATIVITY_HAWKING_H

#include <stdbool.h>

struct hawking {
	double temperature_k;
	double power_w;          /* as a black body of the horizon's area */
	double lifetime_naive_s; /* as such a black body, in geometric optics */
	double lifetime_s;       /* with greybody factors: as photons and
	                            gravitons, and with three light neutrino
	                            fields once below 1e21 kg */
	bool with_neutrinos;     /* it is below that mass already */
	bool massive_species;    /* below 1e14 kg: other particles appear */
	bool spinning;           /* the lifetimes are those without spin */
};

/* `mass_kg` > 0, spin -1 to 1; at |spin| = 1 the temperature is 0. */
void hawking_find(double mass_kg, double spin, struct hawking *hawking);

/* The mass in kg whose temperature it is; NAN at |spin| = 1. */
double hawking_mass_kg(double temperature_k, double spin);

#endif
