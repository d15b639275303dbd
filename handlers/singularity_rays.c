/*
 * rays= of /singularity: where single rays go.
 */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "relativity/kerr.h"
#include "relativity/ray.h"
#include "singularity.h"

enum { RAYS_MOST = 10000 };

/* How far from the hole on the sky a ray may start. */
static const double rays_from_rg = 1e6;

static const char *const ends[] = {"horizon", "sky", "photon_orbit", NULL};

static const struct lc_field crossing_fields[] = {
	LC_FIELD("order", LC_INT,
		 .doc = "How often the ray has met the equatorial plane "
			"before."),
	LC_FIELD("radius_rg", LC_NUMBER, .doc = "Where, in GM/c2."),
	LC_FIELD("redshift_factor", LC_NUMBER,
		 .doc = "Observed over emitted frequency, of matter on a "
			"circular orbit."),
	LC_FIELD_END};

static const struct lc_field crossing_item = {.type = LC_OBJECT,
					      .members = crossing_fields};

static const struct lc_field direction_fields[] = {
	LC_FIELD("theta_deg", LC_NUMBER, .unit = "deg",
		 .doc = "From the spin axis."),
	LC_FIELD("phi_deg", LC_NUMBER, .unit = "deg",
		 .doc = "Around it, from the observer's meridian, in the "
			"direction of positive spin."),
	LC_FIELD_END};

static const struct lc_field ray_fields[] = {
	LC_FIELD("alpha_rg", LC_NUMBER, .doc = "To the right, in GM/c2."),
	LC_FIELD("beta_rg", LC_NUMBER, .doc = "Up, in GM/c2."),
	LC_FIELD("end", LC_TEXT, .choices = ends,
		 .doc = "Where the light comes from, or would; photon_orbit: "
			"it winds about the hole for ever."),
	LC_FIELD("direction", LC_OBJECT, .members = direction_fields,
		 .optional = true, .doc = "Of the sky from where it comes."),
	LC_FIELD("crossings", LC_LIST, .item = &crossing_item,
		 .doc = "Where it meets the equatorial plane outside the "
			"ISCO, from the observer on."),
	LC_FIELD_END};

const struct lc_field singularity_rays_item = {.type = LC_OBJECT,
					       .members = ray_fields};

/* One place of the text; the text of each ray goes to the next ';'. */
struct ray_text {
	const char *at;
	size_t length;
};

static bool
ray_text_next(const char **rest, struct ray_text *ray)
{
	if (*rest == NULL)
		return false;
	ray->at = *rest;
	ray->length = strcspn(*rest, ";");
	*rest = ray->at[ray->length] == ';' ? ray->at + ray->length + 1 : NULL;
	/* One at the end ends the last ray. */
	return *rest != NULL || ray->length > 0 || ray->at[-1] != ';';
}

/* A number, perhaps with spaces around it. */
static bool
number_read(const char *text, size_t length, double *out)
{
	while (length > 0 && text[0] == ' ') {
		text++;
		length--;
	}
	while (length > 0 && text[length - 1] == ' ')
		length--;
	return number_parse_double(text, length, out) == NUMBER_OK &&
	       fabs(*out) <= rays_from_rg;
}

static bool
ray_read(struct ray_text ray, double *alpha_rg, double *beta_rg)
{
	const char *comma = memchr(ray.at, ',', ray.length);
	size_t length;

	if (comma == NULL)
		return false;
	length = (size_t)(comma - ray.at);
	return number_read(ray.at, length, alpha_rg) &&
	       number_read(comma + 1, ray.length - length - 1, beta_rg);
}

enum lc_rc
singularity_rays_check(struct lc_call *call,
		       const struct singularity_args *args)
{
	const char *rest = args->rays;
	double alpha_rg, beta_rg;
	struct ray_text ray;
	size_t count = 0;
	enum lc_rc rc = LC_OK;

	while (rc == LC_OK && ray_text_next(&rest, &ray)) {
		count++;
		if (!ray_read(ray, &alpha_rg, &beta_rg))
			rc = lc_refuse(
				call, "rays", "value_error",
				arena_dup(lc_arena(call), ray.at, ray.length),
				"Ray %zu should be two numbers alpha,beta, "
				"each -1e6 to 1e6, and ';' before the next",
				count);
	}
	if (rc == LC_OK && count > RAYS_MOST)
		rc = lc_refuse(call, "rays", "too_long", NULL,
			       "There are %zu rays; %d are allowed", count,
			       (int)RAYS_MOST);
	return rc;
}

static void
ray_write(struct json *json, double alpha_rg, double beta_rg,
	  const struct ray *ray)
{
	json_object_begin(json, NULL);
	json_number(json, "alpha_rg", alpha_rg);
	json_number(json, "beta_rg", beta_rg);
	json_text(json, "end",
		  ray->end == TRACE_HORIZON ? ends[0] :
		  ray->end == TRACE_SKY     ? ends[1] :
					      ends[2]);
	if (ray->end == TRACE_SKY) {
		json_object_begin(json, "direction");
		json_number(json, "theta_deg", ray->theta_deg);
		json_number(json, "phi_deg", ray->phi_deg);
		json_object_end(json);
	}
	json_array_begin(json, "crossings");
	for (size_t i = 0; i < ray->crossing_count; i++) {
		const struct ray_crossing *crossing = &ray->crossings[i];

		json_object_begin(json, NULL);
		json_int(json, "order", crossing->order);
		json_number(json, "radius_rg", crossing->radius_rg);
		json_number(json, "redshift_factor", crossing->redshift_factor);
		json_object_end(json);
	}
	json_array_end(json);
	json_object_end(json);
}

enum lc_rc
singularity_rays_write(struct json *json, const struct singularity *it)
{
	double inclination_deg = singularity_inclination_deg(it);
	double spin = singularity_spin(it);
	const char *rest = it->args->rays;
	struct ray_text text;
	enum lc_rc rc = LC_OK;

	json_array_begin(json, "rays");
	while (rc == LC_OK && ray_text_next(&rest, &text)) {
		double alpha_rg = 0, beta_rg = 0;
		struct ray ray;

		/* It was read before. */
		if (!ray_read(text, &alpha_rg, &beta_rg))
			return LC_INTERNAL;
		rc = ray_follow(spin, inclination_deg, alpha_rg, beta_rg,
				lc_progress(it->call), &ray);
		if (rc == LC_OK)
			ray_write(json, alpha_rg, beta_rg, &ray);
	}
	json_array_end(json);
	return rc;
}
