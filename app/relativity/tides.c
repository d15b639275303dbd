#include "relativity/tides.h"

#include <math.h>

#include "relativity/constants.h"
#include "relativity/kerr.h"

double
tides_crossing_s(double mass_msun, double spin)
{
	return 2.0 * kerr_horizon_outer(spin) * SUN_TG_S * mass_msun;
}

double
tides_radius_m(double mass_msun, double star_msun, double star_radius_m)
{
	return star_radius_m * cbrt(mass_msun / star_msun);
}

double
tides_hills_msun(double star_msun, double star_radius_m)
{
	double size = star_radius_m / (2.0 * SUN_RG_M);

	return size * sqrt(size / star_msun);
}
