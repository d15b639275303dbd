/*
 * The numbers of /singularity: what follows from a mass and a spin.
 */
#include <math.h>
#include <string.h>

#include "relativity/constants.h"
#include "relativity/hawking.h"
#include "relativity/kerr.h"
#include "relativity/ringdown.h"
#include "relativity/shadow.h"
#include "relativity/tides.h"
#include "singularity.h"
#include "singularity_parts.h"

/* ---- lengths: in GM/c^2, in metres, and on the sky */

#define LENGTH_FIELDS(name, words)                                            \
	LC_FIELD(name "_rg", LC_NUMBER, .doc = words ", in GM/c2."),          \
		LC_FIELD(name "_m", LC_NUMBER, .optional = true, .unit = "m", \
			 .doc = words "."),                                   \
		LC_FIELD(name "_uas", LC_NUMBER, .optional = true,            \
			 .unit = "uas",                                       \
			 .doc = words ", as seen from the given distance.")

#define LENGTH_WRITE(json, it, name, rg) \
	length_write(                    \
		json, it,                \
		(const char *const[]){name "_rg", name "_m", name "_uas"}, rg)

static void
length_write(struct json *json, const struct singularity *it,
	     const char *const names[3], double rg)
{
	double metres = singularity_rg_m(it), uas = singularity_rg_uas(it);

	json_number(json, names[0], rg);
	if (metres > 0)
		json_number(json, names[1], rg * metres);
	if (uas > 0)
		json_number(json, names[2], rg * uas);
}

/* From radians for GM/c^3 to Hz; 0: there is no mass. */
static double
hertz(const struct singularity *it)
{
	return 1 / (2 * PI * it->answer.mass_msun * SUN_TG_S);
}

/* ---- horizon */

static const struct lc_field horizon_fields[] = {
	LENGTH_FIELDS("outer", "Radius of the event horizon"),
	LENGTH_FIELDS("inner", "Radius of the inner horizon"),
	LENGTH_FIELDS("ergosphere_equator",
		      "Radius of the ergosphere at the equator"),
	LENGTH_FIELDS("ergosphere_pole",
		      "Radius of the ergosphere at the poles"),
	LC_FIELD("area_m2", LC_NUMBER, .unit = "m2",
		 .doc = "Area of the event horizon."),
	LC_FIELD("irreducible_mass_msun", LC_NUMBER, .unit = "solMass",
		 .doc = "What is left when all rotation is taken out."),
	LC_FIELD("frequency_hz", LC_NUMBER, .unit = "Hz",
		 .doc = "Turns of the horizon a second."),
	LC_FIELD("surface_gravity_m_s2", LC_NUMBER, .unit = "m/s2",
		 .doc = "Surface gravity."),
	LC_FIELD("light_crossing_time_s", LC_NUMBER, .unit = "s",
		 .doc = "Diameter of the event horizon over the speed of "
			"light."),
	LC_FIELD_END};

static void
horizon_write(struct json *json, const struct singularity *it)
{
	double spin = singularity_spin(it), rg_m = singularity_rg_m(it);
	double mass = it->answer.mass_msun;

	json_object_begin(json, "horizon");
	LENGTH_WRITE(json, it, "outer", kerr_horizon_outer(spin));
	LENGTH_WRITE(json, it, "inner", kerr_horizon_inner(spin));
	LENGTH_WRITE(json, it, "ergosphere_equator",
		     kerr_ergosphere(spin, PI / 2));
	LENGTH_WRITE(json, it, "ergosphere_pole", kerr_ergosphere(spin, 0));
	json_number(json, "area_m2", kerr_horizon_area(spin) * rg_m * rg_m);
	json_number(json, "irreducible_mass_msun",
		    kerr_irreducible_mass(spin) * mass);
	json_number(json, "frequency_hz",
		    kerr_horizon_frequency(spin) * hertz(it));
	json_number(json, "surface_gravity_m_s2",
		    kerr_surface_gravity(spin) * LIGHT_M_S * LIGHT_M_S / rg_m);
	json_number(json, "light_crossing_time_s",
		    tides_crossing_s(mass, spin));
	json_object_end(json);
}

/* ---- orbits */

static const struct lc_field epicyclic_fields[] = {
	LENGTH_FIELDS("radius", "Radius of the orbit"),
	LC_FIELD("orbital_hz", LC_NUMBER, .unit = "Hz",
		 .doc = "Orbital frequency."),
	LC_FIELD("radial_hz", LC_NUMBER, .unit = "Hz",
		 .doc = "Radial epicyclic frequency."),
	LC_FIELD("vertical_hz", LC_NUMBER, .unit = "Hz",
		 .doc = "Vertical epicyclic frequency."),
	LC_FIELD("periastron_precession_hz", LC_NUMBER, .unit = "Hz",
		 .doc = "Orbital less radial frequency."),
	LC_FIELD("nodal_precession_hz", LC_NUMBER, .unit = "Hz",
		 .doc = "Orbital less vertical frequency (Lense-Thirring)."),
	LC_FIELD_END};

static const struct lc_field epicyclic_item = {.type = LC_OBJECT,
					       .members = epicyclic_fields};

#define ORBIT_FIELDS                                                         \
	LENGTH_FIELDS("isco", "Radius of the innermost stable circular "     \
			      "orbit"),                                      \
		LENGTH_FIELDS("photon_orbit", "Radius of the photon orbit"), \
		LENGTH_FIELDS("marginally_bound",                            \
			      "Radius of the marginally bound orbit"),       \
		LC_FIELD("isco_frequency_hz", LC_NUMBER, .unit = "Hz",       \
			 .doc = "Orbital frequency at the ISCO."),           \
		LC_FIELD("isco_frequency_observed_hz", LC_NUMBER,            \
			 .optional = true, .unit = "Hz",                     \
			 .doc = "The same with the redshift."),              \
		LC_FIELD("efficiency", LC_NUMBER,                            \
			 .doc = "What matter radiates of its rest energy "   \
				"on its way to the ISCO."),                  \
		LC_FIELD("epicyclic", LC_LIST, .item = &epicyclic_item,      \
			 .doc = "Frequencies from the ISCO outwards.")

static const struct lc_field other_fields[] = {ORBIT_FIELDS, LC_FIELD_END};

static const struct lc_field orbits_fields[] = {
	ORBIT_FIELDS,
	LC_FIELD("retrograde", LC_OBJECT, .members = other_fields,
		 .optional = true,
		 .doc = "The same for orbits against the hole's rotation."),
	LC_FIELD("prograde", LC_OBJECT, .members = other_fields,
		 .optional = true,
		 .doc = "In its place where the spin is negative, for then "
			"the ones before are retrograde."),
	LC_FIELD_END};

static void
epicyclic_write(struct json *json, const struct singularity *it, double spin)
{
	static const double factors[] = {1, 1.5, 2, 3, 5, 10};
	double isco = kerr_isco(spin), hz = hertz(it);

	json_array_begin(json, "epicyclic");
	for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++) {
		double r = factors[i] * isco;
		double orbital = kerr_frequency(spin, r) * hz;
		double radial =
			i == 0 ? 0 : kerr_radial_epicyclic(spin, r) * hz;
		double vertical = kerr_vertical_epicyclic(spin, r) * hz;

		json_object_begin(json, NULL);
		LENGTH_WRITE(json, it, "radius", r);
		json_number(json, "orbital_hz", orbital);
		json_number(json, "radial_hz", radial);
		json_number(json, "vertical_hz", vertical);
		json_number(json, "periastron_precession_hz", orbital - radial);
		json_number(json, "nodal_precession_hz", orbital - vertical);
		json_object_end(json);
	}
	json_array_end(json);
}

static void
orbit_members(struct json *json, const struct singularity *it, double spin)
{
	double isco = kerr_isco(spin);
	double hz = kerr_frequency(spin, isco) * hertz(it);

	LENGTH_WRITE(json, it, "isco", isco);
	LENGTH_WRITE(json, it, "photon_orbit", kerr_photon_orbit(spin));
	LENGTH_WRITE(json, it, "marginally_bound", kerr_marginally_bound(spin));
	json_number(json, "isco_frequency_hz", hz);
	if (it->args->has_redshift)
		json_number(json, "isco_frequency_observed_hz",
			    hz / (1 + it->args->redshift));
	json_number(json, "efficiency", kerr_efficiency(spin));
	epicyclic_write(json, it, spin);
}

static void
orbits_write(struct json *json, const struct singularity *it)
{
	double spin = singularity_spin(it);

	json_object_begin(json, "orbits");
	orbit_members(json, it, spin);
	json_object_begin(json, spin < 0 ? "prograde" : "retrograde");
	orbit_members(json, it, -spin);
	json_object_end(json);
	json_object_end(json);
}

/* ---- shadow */

enum { SHADOW_POINTS = 72 };

static const struct lc_field curve_number = {.type = LC_NUMBER};
static const struct lc_field curve_point = {.type = LC_LIST,
					    .item = &curve_number};

static const struct lc_field shadow_fields[] = {
	LC_FIELD("inclination_deg", LC_NUMBER, .unit = "deg",
		 .doc = "Between the spin axis and the line of sight; 90 "
			"where none was given."),
	LENGTH_FIELDS("alpha_min", "Left end, on the approaching side"),
	LENGTH_FIELDS("alpha_max", "Right end"),
	LENGTH_FIELDS("beta_max", "Upper end; the lower is its mirror image"),
	LENGTH_FIELDS("areal_diameter",
		      "Diameter of the circle of the same area"),
	LENGTH_FIELDS("mean_diameter", "Mean diameter"),
	LENGTH_FIELDS("centre_alpha", "Centre of the area"),
	LC_FIELD("curve_rg", LC_LIST, .item = &curve_point,
		 .doc = "The critical curve, as pairs of alpha (right) and "
			"beta (up, along the spin axis) in GM/c2, "
			"counterclockwise from the right end."),
	LC_FIELD("curve_uas", LC_LIST, .item = &curve_point, .optional = true,
		 .unit = "uas",
		 .doc = "The same as seen from the given distance."),
	LC_FIELD_END};

static void
curve_write(struct json *json, const char *name,
	    const struct shadow_point points[SHADOW_POINTS], double unit)
{
	json_array_begin(json, name);
	for (size_t i = 0; i < SHADOW_POINTS; i++) {
		json_array_begin(json, NULL);
		json_number(json, NULL, points[i].alpha_rg * unit);
		json_number(json, NULL, points[i].beta_rg * unit);
		json_array_end(json);
	}
	json_array_end(json);
}

static void
curves_write(struct json *json, const struct singularity *it)
{
	double uas = singularity_rg_uas(it);
	struct shadow_point points[SHADOW_POINTS];

	shadow_curve(singularity_spin(it), singularity_inclination_deg(it),
		     points, SHADOW_POINTS);
	curve_write(json, "curve_rg", points, 1);
	if (uas > 0)
		curve_write(json, "curve_uas", points, uas);
}

static void
shadow_write(struct json *json, const struct singularity *it)
{
	double spin = singularity_spin(it);
	double inclination_deg = singularity_inclination_deg(it);
	struct shadow shadow;

	shadow_find(spin, inclination_deg, &shadow);
	json_object_begin(json, "shadow");
	json_number(json, "inclination_deg", inclination_deg);
	LENGTH_WRITE(json, it, "alpha_min", shadow.alpha_min_rg);
	LENGTH_WRITE(json, it, "alpha_max", shadow.alpha_max_rg);
	LENGTH_WRITE(json, it, "beta_max", shadow.beta_max_rg);
	LENGTH_WRITE(json, it, "areal_diameter", shadow.areal_diameter_rg);
	LENGTH_WRITE(json, it, "mean_diameter", shadow.mean_diameter_rg);
	LENGTH_WRITE(json, it, "centre_alpha", shadow.centre_alpha_rg);
	curves_write(json, it);
	json_object_end(json);
}

/* ---- all of it, in the order of the documentation */

const struct lc_field singularity_reply[] = {
	SINGULARITY_MASS_FIELDS,
	LC_FIELD("horizon", LC_OBJECT, .members = horizon_fields,
		 .optional = true, .doc = "The horizons."),
	LC_FIELD("orbits", LC_OBJECT, .members = orbits_fields,
		 .optional = true,
		 .doc = "Circular orbits in the equatorial plane."),
	LC_FIELD("shadow", LC_OBJECT, .members = shadow_fields,
		 .optional = true, .doc = "The shadow on the sky."),
	SINGULARITY_OTHER_FIELDS,
	LC_FIELD("rays", LC_LIST, .item = &singularity_rays_item,
		 .optional = true, .doc = "Where the rays go, in their order."),
	SINGULARITY_MODEL_FIELDS,
	LC_FIELD_END};

void
singularity_reply_write(struct json *json, const struct singularity *it)
{
	singularity_mass_write(json, it);
	if (it->method != NULL && it->answer.is_hole) {
		horizon_write(json, it);
		orbits_write(json, it);
		shadow_write(json, it);
	}
	singularity_others_write(json, it);
	singularity_models_write(json, it);
}
