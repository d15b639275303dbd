#include "relativity/wormhole_matter.h"

#include <math.h>

#include "relativity/constants.h"
#include "relativity/wormhole_integral.h"

#define LIGHT2 (LIGHT_M_S * LIGHT_M_S)

void
wormhole_stress(const struct wormhole *shape, double throat_m, double l,
		struct wormhole_stress *stress)
{
	double radius = wormhole_radius(shape, l);
	double bend = wormhole_bend(shape, l);
	double tilt = wormhole_tilt(shape, l);
	double unit = LIGHT2 / throat_m * (LIGHT2 / throat_m) /
		      (8 * PI * NEWTON_G * radius * radius);

	stress->energy_density_j_m3 = (tilt - 2 * radius * bend) * unit;
	stress->radial_pressure_pa = -tilt * unit;
	stress->lateral_pressure_pa = radius * bend * unit;
	stress->null_energy_j_m3 = 0 - 2 * radius * bend * unit; /* no -0 */
}

static double
tilt_rate(const void *shape, double l)
{
	return wormhole_tilt(shape, l);
}

static double
null_rate(const void *shape, double l)
{
	return wormhole_radius(shape, l) * wormhole_bend(shape, l);
}

void
wormhole_matter(const struct wormhole *shape, double throat_m,
		struct wormhole_matter *matter)
{
	double unit = LIGHT2 / NEWTON_G * throat_m, end, tilt, null;
	/* In the cylinder 1 - r'^2 is 1 and r'' 0: it is left out. */
	struct wormhole outside = *shape;
	struct wormhole_integral of = {.way = &outside};

	if (shape->kind == WORMHOLE_ELLIS) {
		matter->energy_kg = -PI / 2 * unit;
		matter->null_energy_kg = -PI * unit;
		matter->cutoff_m = INFINITY;
		return;
	}
	outside.half_length = 0;
	end = wormhole_station(&outside);
	of.least = fmin(shape->mass, 1);
	of.most = end;
	of.at = tilt_rate;
	tilt = wormhole_integral(&of, end);
	of.at = null_rate;
	null = wormhole_integral(&of, end);
	matter->energy_kg = unit * (shape->half_length + tilt - 2 * null);
	matter->null_energy_kg = -2 * unit * null;
	matter->cutoff_m = wormhole_station(shape) * throat_m;
}
