/*
 * Radiation, ringing, mergers and tides in the reply of /singularity.
 */
#include <math.h>

#include "relativity/constants.h"
#include "relativity/hawking.h"
#include "relativity/inspiral.h"
#include "relativity/ringdown.h"
#include "relativity/tides.h"
#include "singularity_parts.h"

/* ---- Hawking radiation */

const struct lc_field singularity_hawking[] = {
	LC_FIELD("temperature_k", LC_NUMBER, .unit = "K",
		 .doc = "Temperature."),
	LC_FIELD("power_w", LC_NUMBER, .unit = "W",
		 .doc = "Radiated by a black body of the horizon's area."),
	LC_FIELD("lifetime_s", LC_NUMBER, .unit = "s",
		 .doc = "With greybody factors: photons and gravitons, and "
			"neutrinos where it is hot enough; without spin."),
	LC_FIELD("lifetime_yr", LC_NUMBER, .unit = "yr",
		 .doc = "The same in Julian years."),
	LC_FIELD("lifetime_naive_s", LC_NUMBER, .unit = "s",
		 .doc = "As a black body of the horizon's area, which is what "
			"is often quoted."),
	LC_FIELD("neutrinos", LC_BOOL,
		 .doc = "Whether the lifetime counts three light neutrinos."),
	LC_FIELD_END};

static void
hawking_write(struct json *json, const struct singularity *it)
{
	struct hawking hawking;

	hawking_find(it->answer.mass_msun * SUN_KG, singularity_spin(it),
		     &hawking);
	json_object_begin(json, "hawking");
	json_number(json, "temperature_k", hawking.temperature_k);
	json_number(json, "power_w", hawking.power_w);
	json_number(json, "lifetime_s", hawking.lifetime_s);
	json_number(json, "lifetime_yr", hawking.lifetime_s / YEAR_S);
	json_number(json, "lifetime_naive_s", hawking.lifetime_naive_s);
	json_bool(json, "neutrinos", hawking.with_neutrinos);
	json_object_end(json);
	if (hawking.spinning)
		lc_warn(it->call, "The Hawking lifetimes are those of a hole "
				  "without spin.");
	if (hawking.massive_species)
		lc_warn(it->call, "So light a hole also radiates massive "
				  "particles: it lasts less long than its "
				  "Hawking lifetime.");
}

/* ---- the ringdown */

const struct lc_field singularity_ringdown[] = {
	LC_FIELD("frequency_hz", LC_NUMBER, .unit = "Hz",
		 .doc = "Frequency at the source."),
	LC_FIELD("frequency_observed_hz", LC_NUMBER, .optional = true,
		 .unit = "Hz", .doc = "With the redshift."),
	LC_FIELD("damping_time_ms", LC_NUMBER, .nullable = true, .unit = "ms",
		 .doc = "In which the amplitude falls to 1/e; null: never."),
	LC_FIELD("damping_time_observed_ms", LC_NUMBER, .nullable = true,
		 .optional = true, .unit = "ms", .doc = "With the redshift."),
	LC_FIELD("quality_factor", LC_NUMBER, .nullable = true,
		 .doc = "Pi times frequency times damping time."),
	LC_FIELD("omega_re", LC_NUMBER,
		 .doc = "Angular frequency in c3/GM, real part."),
	LC_FIELD("omega_im", LC_NUMBER,
		 .doc = "Imaginary part; negative: it decays."),
	LC_FIELD_END};

static void
ringdown_write(struct json *json, const struct singularity *it)
{
	double time_s = it->answer.mass_msun * SUN_TG_S;
	double z = it->args->has_redshift ? it->args->redshift : 0;
	double hz, damping_ms;
	struct ringdown mode;

	if (ringdown_find(singularity_spin(it), &mode) != LC_OK) {
		lc_warn(it->call, "The ringdown of a hole with this spin "
				  "could not be found.");
		return;
	}
	hz = mode.re / (2 * PI * time_s);
	damping_ms = -1e3 * time_s / mode.im;
	json_object_begin(json, "ringdown");
	json_number(json, "frequency_hz", hz);
	if (it->args->has_redshift)
		json_number(json, "frequency_observed_hz", hz / (1 + z));
	json_number(json, "damping_time_ms", damping_ms);
	if (it->args->has_redshift)
		json_number(json, "damping_time_observed_ms",
			    damping_ms * (1 + z));
	json_number(json, "quality_factor", mode.quality);
	json_number(json, "omega_re", mode.re);
	json_number(json, "omega_im", mode.im);
	json_object_end(json);
}

/* ---- tides */

const struct lc_field singularity_tides[] = {
	LC_FIELD("star_msun", LC_NUMBER, .unit = "solMass",
		 .doc = "The star's mass."),
	LC_FIELD("star_radius_rsun", LC_NUMBER, .unit = "solRad",
		 .doc = "Its radius."),
	LC_FIELD("tidal_radius_rg", LC_NUMBER,
		 .doc = "Where it is torn apart, in GM/c2."),
	LC_FIELD("tidal_radius_m", LC_NUMBER, .unit = "m",
		 .doc = "The same in metres."),
	LC_FIELD("hills_mass_msun", LC_NUMBER, .unit = "solMass",
		 .doc = "The heaviest hole without spin that tears it apart "
			"before swallowing it."),
	LC_FIELD_END};

static void
tides_write(struct json *json, const struct singularity *it)
{
	double star_msun = it->args->star_msun;
	double star_m = it->args->star_radius_rsun * SUN_RADIUS_M;
	double mass_msun = it->answer.mass_msun;
	double radius_m = tides_radius_m(mass_msun, star_msun, star_m);

	json_object_begin(json, "tides");
	json_number(json, "star_msun", star_msun);
	json_number(json, "star_radius_rsun", it->args->star_radius_rsun);
	json_number(json, "tidal_radius_rg", radius_m / singularity_rg_m(it));
	json_number(json, "tidal_radius_m", radius_m);
	json_number(json, "hills_mass_msun",
		    tides_hills_msun(star_msun, star_m));
	json_object_end(json);
}

/* ---- mergers */

const struct lc_field singularity_merger[] = {
	LC_FIELD("final_mass_msun", LC_NUMBER, .unit = "solMass",
		 .doc = "The remnant's mass (UIB2016)."),
	LC_FIELD("final_mass_bmr2012_msun", LC_NUMBER, .unit = "solMass",
		 .doc = "The remnant's mass by BMR2012."),
	LC_FIELD("final_mass_spread_msun", LC_NUMBER, .unit = "solMass",
		 .doc = "Half of what the models differ by."),
	LC_FIELD("final_spin", LC_NUMBER, .doc = "The remnant's spin."),
	LC_FIELD("final_spin_uib2016", LC_NUMBER, .doc = "By UIB2016."),
	LC_FIELD("final_spin_hbr2016", LC_NUMBER, .doc = "By HBR2016 M3J4."),
	LC_FIELD("final_spin_spread", LC_NUMBER,
		 .doc = "Half of what the models differ by."),
	LC_FIELD("radiated_msun", LC_NUMBER, .unit = "solMass",
		 .doc = "Energy that left as gravitational waves."),
	LC_FIELD("radiated_j", LC_NUMBER, .unit = "J",
		 .doc = "The same in joules."),
	LC_FIELD("total_mass_msun", LC_NUMBER, .unit = "solMass",
		 .doc = "Of both before."),
	LC_FIELD("chirp_mass_msun", LC_NUMBER, .unit = "solMass",
		 .doc = "Chirp mass in the source's frame."),
	LC_FIELD("chirp_mass_detector_msun", LC_NUMBER, .optional = true,
		 .unit = "solMass", .doc = "In the detector's frame."),
	LC_FIELD("mass_ratio", LC_NUMBER,
		 .doc = "The lighter over the heavier."),
	LC_FIELD("symmetric_mass_ratio", LC_NUMBER,
		 .doc = "Product of the masses over the total squared."),
	LC_FIELD("effective_spin", LC_NUMBER,
		 .doc = "Spins along the orbit's axis, weighed by mass."),
	LC_FIELD("extrapolated", LC_BOOL,
		 .doc = "Whether the fits are used beyond the simulations "
			"that they were made from."),
	LC_FIELD_END};

static void
merger_write(struct json *json, const struct singularity *it)
{
	const struct merger_binary *binary = &it->answer.binary;
	const struct merger_remnant *remnant = &it->answer.remnant;
	double joules = SUN_KG * LIGHT_M_S * LIGHT_M_S;

	json_object_begin(json, "merger");
	json_number(json, "final_mass_msun", remnant->mass);
	json_number(json, "final_mass_bmr2012_msun", remnant->mass_bmr);
	json_number(json, "final_mass_spread_msun", remnant->mass_spread);
	json_number(json, "final_spin", remnant->spin);
	json_number(json, "final_spin_uib2016", remnant->spin_uib);
	json_number(json, "final_spin_hbr2016", remnant->spin_hbr);
	json_number(json, "final_spin_spread", remnant->spin_spread);
	json_number(json, "radiated_msun", remnant->radiated);
	json_number(json, "radiated_j", remnant->radiated * joules);
	json_number(json, "total_mass_msun", binary->m1 + binary->m2);
	json_number(json, "chirp_mass_msun", remnant->chirp_mass);
	if (it->args->has_redshift)
		json_number(json, "chirp_mass_detector_msun",
			    remnant->chirp_mass * (1 + it->args->redshift));
	json_number(json, "mass_ratio", remnant->mass_ratio);
	json_number(json, "symmetric_mass_ratio",
		    remnant->symmetric_mass_ratio);
	json_number(json, "effective_spin", remnant->effective_spin);
	json_bool(json, "extrapolated", remnant->extrapolated);
	json_object_end(json);
}

/* ---- inspirals */

/* Where no orbit is given: from so many GM/c^2 of both masses. */
static const double inspiral_from_rg = 100;

const struct lc_field singularity_inspiral[] = {
	LC_FIELD("semi_major_axis_m", LC_NUMBER, .optional = true, .unit = "m",
		 .doc = "From which it begins; where no orbit is given, 100 "
			"GM/c2 of both together."),
	LC_FIELD("eccentricity", LC_NUMBER, .optional = true,
		 .doc = "Of the orbit at its beginning."),
	LC_FIELD(
		"time_s", LC_NUMBER, .nullable = true, .unit = "s",
		.doc = "Until both meet, as point masses, at the source; null: "
		       "never."),
	LC_FIELD("time_yr", LC_NUMBER, .nullable = true, .unit = "yr",
		 .doc = "The same in Julian years."),
	LC_FIELD("time_observed_s", LC_NUMBER, .nullable = true,
		 .optional = true, .unit = "s", .doc = "With the redshift."),
	LC_FIELD_END};

static void
inspiral_write(struct json *json, const struct singularity *it)
{
	const struct mass_answer *answer = &it->answer;
	double m1 = answer->is_merger ? answer->binary.m1 : answer->mass_msun;
	double m2 =
		answer->is_merger ? answer->binary.m2 : answer->companion_msun;
	double axis_m = answer->axis_m > 0 ?
				answer->axis_m :
				inspiral_from_rg * (m1 + m2) * SUN_RG_M;
	double stretch = it->args->has_redshift ? 1 + it->args->redshift : 1;
	double time_s = answer->coalescence_s / stretch;

	json_object_begin(json, "inspiral");
	if (answer->is_hole) {
		json_number(json, "semi_major_axis_m", axis_m);
		json_number(json, "eccentricity", answer->orbit_eccentricity);
		time_s = inspiral_time_s(m1, m2, axis_m,
					 answer->orbit_eccentricity);
	}
	json_number(json, "time_s", time_s);
	json_number(json, "time_yr", time_s / YEAR_S);
	if (it->args->has_redshift)
		json_number(json, "time_observed_s", time_s * stretch);
	json_object_end(json);
}

void
singularity_others_write(struct json *json, const struct singularity *it)
{
	const struct mass_answer *answer = &it->answer;

	if (it->method == NULL)
		return;
	if (answer->is_hole) {
		hawking_write(json, it);
		ringdown_write(json, it);
		tides_write(json, it);
	}
	if (answer->is_merger)
		merger_write(json, it);
	if (answer->is_merger || answer->companion_msun > 0 || !answer->is_hole)
		inspiral_write(json, it);
}
