#include "relativity/hawking.h"

#include <math.h>

#include "relativity/constants.h"

/* Rates of loss of mass, dM/dt = -rate hbar c^4 / (G M)^2. */
#define RATE_PHOTONS_GRAVITONS 3.7475e-5
#define RATE_NEUTRINO 8.183e-5 /* of each of the light fields */
#define NEUTRINO_FIELDS 3.0

/* Lighter holes are hotter than these are heavy. */
#define NEUTRINO_KG 1e21
#define MASSIVE_KG 1e14

#define C4 (LIGHT_M_S * LIGHT_M_S * LIGHT_M_S * LIGHT_M_S)

/* Temperature times mass, in K kg. */
static double
temperature_mass(double spin)
{
	double root = sqrt((1.0 - spin) * (1.0 + spin));

	return HBAR_J_S * LIGHT_M_S * LIGHT_M_S * LIGHT_M_S /
	       (2.0 * PI * BOLTZMANN_J_K * NEWTON_G) * root /
	       (2.0 * (1.0 + root));
}

static double
power(double mass_kg, double spin, double temperature_k)
{
	double length_m = NEWTON_G * mass_kg / (LIGHT_M_S * LIGHT_M_S);
	double outer = 1.0 + sqrt((1.0 - spin) * (1.0 + spin));
	double square = temperature_k * temperature_k;

	return STEFAN_BOLTZMANN * square * square * 8.0 * PI * outer *
	       length_m * length_m;
}

/* Until the mass is gone, radiating at one rate all the time. */
static double
lifetime(double mass_kg, double rate)
{
	double gm = NEWTON_G * mass_kg;

	return gm * gm * mass_kg / (3.0 * rate * HBAR_J_S * C4);
}

void
hawking_find(double mass_kg, double spin, struct hawking *hawking)
{
	double rate = RATE_PHOTONS_GRAVITONS;
	double hot = rate + NEUTRINO_FIELDS * RATE_NEUTRINO;
	double late_kg = fmin(mass_kg, NEUTRINO_KG);

	hawking->temperature_k = temperature_mass(spin) / mass_kg;
	hawking->power_w = power(mass_kg, spin, hawking->temperature_k);
	/* The black body's rate: a third of 1 / (5120 pi). */
	hawking->lifetime_naive_s = lifetime(mass_kg, 1.0 / (15360.0 * PI));
	hawking->lifetime_s = lifetime(mass_kg, rate) -
			      lifetime(late_kg, rate) + lifetime(late_kg, hot);
	hawking->with_neutrinos = mass_kg < NEUTRINO_KG;
	hawking->massive_species = mass_kg < MASSIVE_KG;
	hawking->spinning = fabs(spin) > 0.0;
}

double
hawking_mass_kg(double temperature_k, double spin)
{
	if (fabs(spin) >= 1.0)
		return NAN;
	return temperature_mass(spin) / temperature_k;
}
