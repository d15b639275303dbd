/*
 * The matter that holds a wormhole open: where it is exotic, how dense, and
 * how much there is of it.  SI units; a density is a rest observer's.
 *
 * Source: Morris & Thorne 1988, Am. J. Phys. 56, 395.
 */
#ifndef RELATIVITY_WORMHOLE_MATTER_H
#define RELATIVITY_WORMHOLE_MATTER_H

#include "relativity/wormhole.h"

struct wormhole_stress {
	double energy_density_j_m3; /* (1 - r'^2 - 2 r r'') c^4 / (8 pi G r^2) */
	double radial_pressure_pa;  /* (r'^2 - 1) c^4 / (8 pi G r^2) */
	double lateral_pressure_pa; /* r'' c^4 / (8 pi G r) */
	double null_energy_j_m3;    /* the first two's sum: < 0 is exotic */
};

/* At l, in throat radii. */
void wormhole_stress(const struct wormhole *shape, double throat_m, double l,
		     struct wormhole_stress *stress);

struct wormhole_matter {
	double energy_kg;      /* integral of the energy density over proper
	                          volume, over c^2 */
	double null_energy_kg; /* of energy density + radial pressure */
	double cutoff_m;       /* |l| to which they go; INFINITY: everywhere */
};

/* Ellis: everywhere, in closed form.  Dneg, which has no end: to the
 * stations.  Relative error 1e-9. */
void wormhole_matter(const struct wormhole *shape, double throat_m,
		     struct wormhole_matter *matter);

#endif
