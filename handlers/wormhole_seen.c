/*
 * What the camera of /wormhole sees, in numbers: the mouth, and single rays.
 */
#include <math.h>

#include "relativity/constants.h"
#include "wormhole.h"

static const char *const sides[] = {"through", "bounce", "circle", NULL};

const struct lc_field wormhole_camera_members[] = {
	LC_FIELD("l_m", LC_NUMBER, .unit = "m",
		 .doc = "Its proper distance from the middle; negative: it "
			"stands on the far side."),
	LC_FIELD("r_m", LC_NUMBER, .unit = "m",
		 .doc = "The radius r there: it stands on a sphere with the "
			"area 4 pi r2."),
	LC_FIELD("theta_deg", LC_NUMBER, .unit = "deg",
		 .doc = "Its angle from the skies' north pole."),
	LC_FIELD("phi_deg", LC_NUMBER, .unit = "deg", .doc = "Its longitude."),
	LC_FIELD("look_deg", LC_NUMBER, .unit = "deg",
		 .doc = "How far to the right of the middle it looks."),
	LC_FIELD("mouth_radius_deg", LC_NUMBER, .unit = "deg",
		 .doc = "Radius of the mouth as the camera sees it: within, "
			"the other side is seen."),
	LC_FIELD_END};

static const struct lc_field ray_members[] = {
	LC_FIELD("angle_deg", LC_NUMBER, .unit = "deg",
		 .doc = "Between the ray at the camera and the middle."),
	LC_FIELD("impact_parameter_m", LC_NUMBER, .unit = "m",
		 .doc = "B = r sin(angle), which stays the same along the "
			"ray."),
	LC_FIELD("sweep_rad", LC_NUMBER, .nullable = true, .unit = "rad",
		 .doc = "The angle psi that it sweeps around the middle, from "
			"the camera to infinity; null: it has no end."),
	LC_FIELD("sweep_total_rad", LC_NUMBER, .nullable = true, .unit = "rad",
		 .doc = "The same from infinity to infinity, of the whole ray "
			"with this impact parameter."),
	LC_FIELD("deflection_deg", LC_NUMBER, .nullable = true, .unit = "deg",
		 .doc = "The total deflection of that whole ray: how much it "
			"sweeps beyond a straight line, which sweeps 180 "
			"degrees past the wormhole and 0 through it."),
	LC_FIELD("side", LC_TEXT, .choices = sides,
		 .doc = "Where the light comes from. through: the side other "
			"than the camera's; bounce: its own side; circle: "
			"nowhere, for it winds about the throat for ever."),
	LC_FIELD_END};

const struct lc_field wormhole_ray_item = {.type = LC_OBJECT,
					   .members = ray_members};

void
wormhole_camera_write(struct json *json,
		      const struct wormhole_question *question)
{
	const struct wormhole_settings *settings = question->settings;
	double r = wormhole_radius(&question->shape, question->camera_l);

	json_object_begin(json, "camera");
	json_number(json, "l_m", question->camera_l * question->throat_m);
	json_number(json, "r_m", r * question->throat_m);
	json_number(json, "theta_deg", settings->camera_theta_deg);
	json_number(json, "phi_deg", settings->camera_phi_deg);
	json_number(json, "look_deg", settings->look_deg);
	json_number(json, "mouth_radius_deg",
		    asin(fmin(1 / r, 1)) / RAD_PER_DEG);
	json_object_end(json);
}

static void
ray_write(struct json *json, const struct wormhole_question *question,
	  double angle_deg)
{
	double whole, straight;
	struct wormhole_ray ray;

	wormhole_ray(&question->shape, question->camera_l,
		     angle_deg * RAD_PER_DEG, &ray);
	whole = wormhole_sweep_whole(&question->shape, ray.impact, ray.open);
	straight = ray.open < 0 ? PI : 0;
	json_object_begin(json, NULL);
	json_number(json, "angle_deg", angle_deg);
	json_number(json, "impact_parameter_m",
		    ray.impact * question->throat_m);
	json_number(json, "sweep_rad", ray.sweep_rad);
	json_number(json, "sweep_total_rad", whole);
	json_number(json, "deflection_deg", (whole - straight) / RAD_PER_DEG);
	json_text(json, "side",
		  isinf(ray.sweep_rad) ? sides[2] : sides[ray.through ? 0 : 1]);
	json_object_end(json);
}

enum lc_rc
wormhole_rays_write(struct json *json, const struct wormhole_question *question)
{
	const struct lc_list *list = &question->settings->rays_deg;
	struct lc_progress *progress = lc_progress(question->call);
	const double *angles_deg = list->items;
	enum lc_rc rc = LC_OK;

	if (!question->settings->has_rays_deg)
		return LC_OK;
	json_array_begin(json, "rays");
	for (size_t i = 0; rc == LC_OK && i < list->count; i++) {
		ray_write(json, question, angles_deg[i]);
		progress_report(progress, (double)i / (double)list->count);
		rc = progress_stopped(progress);
	}
	json_array_end(json);
	return rc;
}
