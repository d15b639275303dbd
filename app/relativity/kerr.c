#include "relativity/kerr.h"

#include <math.h>

#include "relativity/constants.h"

/*
 * An orbit.  The polynomials of its radius and spin that follow have a
 * multiple root at spin = radius = 1, so they are written in what vanishes
 * there: expanded they would lose all digits.
 */
struct orbit {
	double v;    /* r^(-1/2) */
	double gap;  /* 1 - v */
	double lack; /* 1 - spin */
};

static struct orbit
orbit_at(double spin, double radius_rg)
{
	double root = sqrt(radius_rg);

	return (struct orbit){.v = 1 / root,
			      .gap = (radius_rg - 1) / (root * (1 + root)),
			      .lack = 1 - spin};
}

/* 1 - 3/r + 2a r^(-3/2): 0 for light. */
static double
timelike(struct orbit o)
{
	return o.gap * o.gap * (1 + 2 * o.v) - 2 * o.lack * o.v * o.v * o.v;
}

double
kerr_horizon_outer(double spin)
{
	return 1 + sqrt((1 - spin) * (1 + spin));
}

double
kerr_horizon_inner(double spin)
{
	return spin * spin / kerr_horizon_outer(spin);
}

double
kerr_ergosphere(double spin, double theta_rad)
{
	double along = spin * cos(theta_rad);

	return 1 + sqrt((1 - along) * (1 + along));
}

/*
 * With the cube roots p and q of 1 + a and 1 - a, 3 - Z1 is
 * (p + q)(p - q)^2, which leaves nothing to cancel at small spins.
 */
double
kerr_isco(double spin)
{
	double p = cbrt(1 + spin), q = cbrt(1 - spin);
	double difference = 2 * spin / (p * p + p * q + q * q);
	double z1 = 1 + p * q * (p + q);
	double z2 = sqrt(3 * spin * spin + z1 * z1);

	if (spin >= 1)
		return 1;
	return 3 + z2 - difference * sqrt((p + q) * (3 + z1 + 2 * z2));
}

double
kerr_photon_orbit(double spin)
{
	double root = 2 * cos(acos(-spin) / 3);

	return spin < 1 ? root * root : 1;
}

double
kerr_marginally_bound(double spin)
{
	double root = 1 + sqrt(1 - spin);

	return root * root;
}

double
kerr_frequency(double spin, double radius_rg)
{
	return 1 / (radius_rg * sqrt(radius_rg) + spin);
}

/* At spin 1 the root that light has is one of the numerators, too. */
double
kerr_energy(double spin, double radius_rg)
{
	struct orbit o = orbit_at(spin, radius_rg);
	double v = o.v, factor = 1 + v - v * v;

	if (!(radius_rg >= 1))
		return NAN;
	if (spin >= 1)
		return factor / sqrt(1 + 2 * v);
	return timelike(o) > 0 ? (o.gap * factor - o.lack * v * v * v) /
					 sqrt(timelike(o)) :
				 NAN;
}

double
kerr_angular_momentum(double spin, double radius_rg)
{
	struct orbit o = orbit_at(spin, radius_rg);
	double v = o.v, factor = 1 + v + v * v * (1 - v);

	if (!(radius_rg >= 1))
		return NAN;
	if (spin >= 1)
		return factor / (v * sqrt(1 + 2 * v));
	return timelike(o) > 0 ?
		       (o.gap * factor +
			o.lack * v * v * v * (2 * o.gap + o.lack * v)) /
			       (v * sqrt(timelike(o))) :
		       NAN;
}

double
kerr_radial_epicyclic(double spin, double radius_rg)
{
	struct orbit o = orbit_at(spin, radius_rg);
	double v = o.v, isco = kerr_isco(spin);
	double square = o.gap * o.gap * o.gap * (1 + 3 * v) -
			o.lack * v * v * v * (8 - 6 * v + 3 * o.lack * v);

	if (!(radius_rg >= isco))
		return NAN;
	if (radius_rg <= isco)
		return 0;
	return kerr_frequency(spin, radius_rg) * sqrt(fmax(0, square));
}

double
kerr_vertical_epicyclic(double spin, double radius_rg)
{
	struct orbit o = orbit_at(spin, radius_rg);
	double v = o.v;
	double square = o.gap * o.gap * (1 + 2 * v + 3 * v * v) +
			o.lack * v * v * v * (4 - 6 * v + 3 * o.lack * v);

	if (!(radius_rg >= kerr_photon_orbit(spin)))
		return NAN;
	return kerr_frequency(spin, radius_rg) * sqrt(fmax(0, square));
}

/* The energy at the ISCO is sqrt(1 - 2/(3r)), whatever the spin. */
double
kerr_efficiency(double spin)
{
	double bound = 2 / (3 * kerr_isco(spin));

	return bound / (1 + sqrt(1 - bound));
}

double
kerr_irreducible_mass(double spin)
{
	return sqrt(kerr_horizon_outer(spin) / 2);
}

double
kerr_horizon_area(double spin)
{
	return 8 * PI * kerr_horizon_outer(spin);
}

double
kerr_horizon_frequency(double spin)
{
	return spin / (2 * kerr_horizon_outer(spin));
}

double
kerr_surface_gravity(double spin)
{
	return sqrt((1 - spin) * (1 + spin)) / (2 * kerr_horizon_outer(spin));
}
