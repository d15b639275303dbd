/*
 * The parts that the reply of /singularity is put together from.
 */
#ifndef HANDLERS_SINGULARITY_PARTS_H
#define HANDLERS_SINGULARITY_PARTS_H

#include "singularity.h"

/* ---- singularity_mass.c: the mass itself, and where numbers come from */

#define SINGULARITY_MASS_FIELDS                                                \
	LC_FIELD("mass", LC_NUMBER, .optional = true, .unit = "solMass",       \
		 .doc = "In the source's frame."),                             \
		LC_FIELD("mass_unit", LC_TEXT, .optional = true,               \
			 .doc = "solMass."),                                   \
		LC_FIELD("mass_kg", LC_NUMBER, .optional = true, .unit = "kg", \
			 .doc = "The same in kilograms."),                     \
		LC_FIELD("mass_uncertainty", LC_NUMBER, .optional = true,      \
			 .unit = "solMass",                                    \
			 .doc = "One standard deviation, from those of the "   \
				"inputs."),                                    \
		LC_FIELD("mass_lower", LC_NUMBER, .optional = true,            \
			 .unit = "solMass",                                    \
			 .doc = "Lower end of one standard deviation, where "  \
				"both sides differ."),                         \
		LC_FIELD("mass_upper", LC_NUMBER, .optional = true,            \
			 .unit = "solMass", .doc = "Upper end."),              \
		LC_FIELD("mass_detector", LC_NUMBER, .optional = true,         \
			 .unit = "solMass",                                    \
			 .doc = "In the detector's frame: 1 + redshift times " \
				"the mass."),                                  \
		LC_FIELD("mass_detector_uncertainty", LC_NUMBER,               \
			 .optional = true, .unit = "solMass",                  \
			 .doc = "One standard deviation of that."),            \
		LC_FIELD("mass_is_minimum", LC_BOOL, .optional = true,         \
			 .doc = "The inclination is not known, so it may be "  \
				"more."),                                      \
		LC_FIELD("spin", LC_NUMBER, .optional = true,                  \
			 .doc = "Of the hole, -1 to 1."),                      \
		LC_FIELD("spin_uncertainty", LC_NUMBER, .optional = true,      \
			 .doc = "One standard deviation."),                    \
		LC_FIELD("method", LC_TEXT, .optional = true,                  \
			 .doc = "How the mass was found."),                    \
		LC_FIELD("gravitational_radius_m", LC_NUMBER,                  \
			 .optional = true, .unit = "m", .doc = "GM/c2."),      \
		LC_FIELD("gravitational_radius_uas", LC_NUMBER,                \
			 .optional = true, .unit = "uas",                      \
			 .doc = "GM/c2 as seen from the given distance."),     \
		LC_FIELD("gravitational_time_s", LC_NUMBER, .optional = true,  \
			 .unit = "s", .doc = "GM/c3.")

void singularity_mass_write(struct json *json, const struct singularity *it);

#define SINGULARITY_MODEL_FIELDS                                               \
	LC_FIELD("models", LC_LIST, .item = &singularity_model_item,           \
		 .optional = true, .doc = "The models behind the mass."),      \
		LC_FIELD("citations", LC_LIST,                                 \
			 .item = &singularity_citation_item, .optional = true, \
			 .doc = "Where each model and formula comes from.")

extern const struct lc_field singularity_model_item;
extern const struct lc_field singularity_citation_item;
void singularity_models_write(struct json *json, const struct singularity *it);

/* ---- singularity_others.c: radiation, ringing, mergers, tides */

#define SINGULARITY_OTHER_FIELDS                                               \
	LC_FIELD("hawking", LC_OBJECT, .members = singularity_hawking,         \
		 .optional = true, .doc = "Hawking radiation."),               \
		LC_FIELD("ringdown", LC_OBJECT,                                \
			 .members = singularity_ringdown, .optional = true,    \
			 .doc = "The fundamental mode l = m = 2, n = 0."),     \
		LC_FIELD("tides", LC_OBJECT, .members = singularity_tides,     \
			 .optional = true,                                     \
			 .doc = "What becomes of a star that comes near."),    \
		LC_FIELD("merger", LC_OBJECT, .members = singularity_merger,   \
			 .optional = true, .doc = "Of method merger."),        \
		LC_FIELD("inspiral", LC_OBJECT,                                \
			 .members = singularity_inspiral, .optional = true,    \
			 .doc = "A pair on its way together by gravitational " \
				"waves.")

extern const struct lc_field singularity_hawking[];
extern const struct lc_field singularity_ringdown[];
extern const struct lc_field singularity_tides[];
extern const struct lc_field singularity_merger[];
extern const struct lc_field singularity_inspiral[];

void singularity_others_write(struct json *json, const struct singularity *it);

#endif
