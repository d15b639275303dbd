/*
 * The Kerr metric's horizons and its circular orbits in the equatorial plane.
 *
 * Units G = c = M = 1: lengths in gravitational radii GM/c^2, times in
 * GM/c^3, frequencies in radians for such a time.  The spin is -1 to 1;
 * orbits go in the direction of positive spin, so a negative one gives the
 * retrograde orbits of a hole with |spin|.  Nothing fails in that range; no
 * function keeps state.
 *
 * Source: Bardeen, Press & Teukolsky 1972, ApJ 178, 347.
 */
#ifndef RELATIVITY_KERR_H
#define RELATIVITY_KERR_H

/* The outer (event) and the inner (Cauchy) horizon. */
double kerr_horizon_outer(double spin);
double kerr_horizon_inner(double spin);

/* The static limit at an angle from the axis, in radians. */
double kerr_ergosphere(double spin, double theta_rad);

/* The innermost stable, the photon, and the marginally bound orbit. */
double kerr_isco(double spin);
double kerr_photon_orbit(double spin);
double kerr_marginally_bound(double spin);

/*
 * Of an orbit at a radius: angular frequency as seen from far away, specific
 * energy and angular momentum (NAN where there is no timelike orbit), and
 * the radial and vertical epicyclic frequency (NAN where it is unstable).
 */
double kerr_frequency(double spin, double radius_rg);
double kerr_energy(double spin, double radius_rg);
double kerr_angular_momentum(double spin, double radius_rg);
double kerr_radial_epicyclic(double spin, double radius_rg);
double kerr_vertical_epicyclic(double spin, double radius_rg);

/* 1 - energy at the ISCO: what a disc radiates of the mass that falls in. */
double kerr_efficiency(double spin);

/* Of the mass, what cannot be taken out (Christodoulou 1970). */
double kerr_irreducible_mass(double spin);

/* The horizon's area, angular frequency and surface gravity. */
double kerr_horizon_area(double spin);
double kerr_horizon_frequency(double spin);
double kerr_surface_gravity(double spin);

#endif
