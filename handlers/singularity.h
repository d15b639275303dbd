/*
 * What the parts of /singularity share: its arguments, and what was found
 * from them.
 */
#ifndef HANDLERS_SINGULARITY_H
#define HANDLERS_SINGULARITY_H

#include "lightcone.h"
#include "relativity/mass.h"
#include "relativity/picture.h"

/* Of everything measured, and NAME_err beside it. */
#define SINGULARITY_MEASURED(name, ...) \
	double name;                    \
	bool has_##name;                \
	double name##_err;              \
	bool has_##name##_err;

struct singularity_args {
	const char *method;
	bool has_method;
	INPUTS_TABLE(SINGULARITY_MEASURED)
	const char *relation;
	bool has_relation;
	double star_msun, star_radius_rsun;
	const char *rays;
	bool has_rays;
	int64_t width_px, height_px;
	double fov_rg;
	bool has_fov_rg;
	double fov_uas;
	bool has_fov_uas;
	double disc_outer_rg;
	const char *sky, *colour;
	double peak_temperature_k;
	bool has_peak_temperature_k;
	double accretion_rate_msun_yr;
	bool has_accretion_rate_msun_yr;
	double ra_deg, dec_deg;
	const char *catalogue;
	bool has_catalogue;
};

/* One question, from its arguments to its answer. */
struct singularity {
	struct lc_call *call;
	const struct singularity_args *args;
	struct mass_question question;
	const struct mass_method *method; /* NULL: no mass was asked for */
	struct mass_answer answer;
	struct remarks remarks;
};

/* Where no inclination is given, the hole is seen from its equator. */
#define SINGULARITY_INCLINATION_DEG 90.0

/* The spin of what is shown: found, given, or 0. */
double singularity_spin(const struct singularity *it);
double singularity_inclination_deg(const struct singularity *it);

/* GM/c^2 in metres, and in microarcseconds; 0: not known. */
double singularity_rg_m(const struct singularity *it);
double singularity_rg_uas(const struct singularity *it);

/* ---- singularity_reply.c: the numbers */

extern const struct lc_field singularity_reply[];
void singularity_reply_write(struct json *json, const struct singularity *it);

/* ---- singularity_rays.c: where rays go */

extern const struct lc_field singularity_rays_item;

/* LC_INVALID: what is wrong with `rays` has been refused. */
enum lc_rc singularity_rays_check(struct lc_call *call,
				  const struct singularity_args *args)
	LC_CHECKED;
enum lc_rc singularity_rays_write(struct json *json,
				  const struct singularity *it) LC_CHECKED;

/* ---- singularity_picture.c: the picture as PNG */

/* LC_INVALID: what the view asks for cannot be, and has been refused. */
enum lc_rc singularity_picture_check(const struct singularity *it) LC_CHECKED;
enum lc_rc singularity_picture_write(const struct singularity *it) LC_CHECKED;

#endif
