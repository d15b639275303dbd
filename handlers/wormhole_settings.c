/*
 * The settings of /wormhole: what they may be, and what they come to.
 */
#include <math.h>
#include <string.h>

#include "notify.h"
#include "stars.h"
#include "wormhole.h"

/* The domains of the theory's formulae here, in throat radii. */
static const double length_most = 200;
static const double width_least = 1e-4, width_most = 10;
static const double camera_most = 1e4;
static const double slack = 1e-12;

/* The film's wormhole, and where cameras stand: beyond the cylinder. */
static const double film_length = 0.01, film_width = 0.05;
static const double film_throat_m = 1000;
static const double usual_away = 6.25;

static const char *const presets[] = {"film", NULL};
static const char *const kinds[] = {"ellis", "dneg", NULL};
static const char *const skies[] = {"stars", "grid", "none", NULL};

static const struct lc_field ray_item =
	LC_ITEM(double, .min = "0", .max = "180", .unit = "deg",
		.doc = "The angle between a ray, as the camera sees it, and "
		       "the wormhole's middle.");

static const struct lc_field image_members[] = {
	LC_PARAM(wormhole_image, width_px, .min = "16", .max = "4096",
		 .def = "800", .nullable = true, .unit = "pix",
		 .doc = "Of the picture."),
	LC_PARAM(wormhole_image, height_px, .min = "16", .max = "4096",
		 .def = "450", .nullable = true, .unit = "pix",
		 .doc = "Of the picture."),
	LC_PARAM(wormhole_image, fov_deg, .min = "0.001", .max = "170",
		 .def = "40", .nullable = true, .unit = "deg",
		 .doc = "Width of the view."),
	LC_PARAM(wormhole_image, near_sky, .choices = skies, .def = "stars",
		 .nullable = true,
		 .doc = "What there is on the side where l is positive."),
	LC_PARAM(wormhole_image, far_sky, .choices = skies, .def = "grid",
		 .nullable = true, .doc = "What there is on the other side."),
	LC_FIELD_END};

static const struct lc_field notify_members[] = {
	LC_PARAM_OPTIONAL(wormhole_notify, webhook, .nullable = true,
			  .min = "1", .max = "2000", .format = "uri",
			  .doc = "A URL that is sent a signed message "
				 "(Standard Webhooks)."),
	LC_PARAM_OPTIONAL(wormhole_notify, email, .nullable = true, .min = "3",
			  .max = "254", .format = "email",
			  .doc = "An address that is sent a mail."),
	LC_FIELD_END};

#define OPTIONAL(name, ...)                                          \
	LC_PARAM_OPTIONAL(wormhole_settings, name, .nullable = true, \
			  __VA_ARGS__)
#define USUAL(name, usual, ...)                                           \
	LC_PARAM(wormhole_settings, name, .nullable = true, .def = usual, \
		 __VA_ARGS__)

const struct lc_field wormhole_settings_members[] = {
	OPTIONAL(preset, .choices = presets,
		 .doc = "film: the wormhole of the film Interstellar, seen by "
			"its camera; its throat has a radius of 1 km where "
			"none is given."),
	OPTIONAL(kind, .choices = kinds,
		 .doc = "ellis: r2 = l2 + the throat's radius squared; dneg: "
			"a cylinder that opens over the lensing width. May be "
			"left out: length_m and lensing_width_m mean dneg, "
			"neither of them ellis."),
	OPTIONAL(throat_radius_m, .min = "1e-35", .max = "1e30", .unit = "m",
		 .doc = "Radius of the throat; required without a preset."),
	OPTIONAL(length_m, .min = "0", .max = "1e33", .unit = "m",
		 .doc = "Length of the cylinder, 2a, to 200 throat radii; "
			"dneg's, and required of it."),
	OPTIONAL(lensing_width_m, .above = "0", .max = "1e32", .unit = "m",
		 .doc = "By how much the radius grows from the cylinder's end "
			"to where the embedding is at 45 degrees, from 0.0001 "
			"to 10 throat radii; dneg's, and required of it."),
	OPTIONAL(speed_m_s, .min = "1e-9", .below = "299792458", .unit = "m/s",
		 .doc = "The traveller's, by the stations' clocks and rulers; "
			"the greatest that tides allow where it is left out."),
	USUAL(max_tidal_m_s2, "9.80665", .min = "1e-9", .max = "1e12",
	      .unit = "m/s2",
	      .doc = "The greatest tidal acceleration that the traveller is "
		     "to bear."),
	USUAL(body_m, "2", .min = "1e-9", .max = "1e9", .unit = "m",
	      .doc = "The traveller's size, over which tides are counted."),
	OPTIONAL(camera_l_m, .min = "-1e34", .max = "1e34", .unit = "m",
		 .doc = "Proper distance of the camera from the middle, "
			"negative on the far side, to 10,000 throat radii; "
			"6.25 throat radii beyond the cylinder's end where it "
			"is left out."),
	USUAL(camera_theta_deg, "90", .min = "0", .max = "180", .unit = "deg",
	      .doc = "Angle of the camera from the skies' north pole."),
	USUAL(camera_phi_deg, "0", .min = "-360", .max = "360", .unit = "deg",
	      .doc = "Longitude of the camera; as right ascensions are on "
		     "the skies."),
	USUAL(look_deg, "0", .min = "-360", .max = "360", .unit = "deg",
	      .doc = "How far to the right of the wormhole's middle the "
		     "camera looks; 180: away from it."),
	OPTIONAL(image, .members = image_members,
		 .doc = "The picture that the camera takes."),
	OPTIONAL(rays_deg, .item = &ray_item, .min = "1", .max = "10000",
		 .unit = "deg",
		 .doc = "Rays to follow, by their angles at the camera from "
			"the wormhole's middle."),
	OPTIONAL(catalogue, .min = "1", .max = "64",
		 .doc = "The catalogue whose brightest objects are the stars; "
			"the default one otherwise."),
	OPTIONAL(notify, .members = notify_members, .aside = true,
		 .doc = "Whom to tell when the job is done, of a request with "
			"Prefer: respond-async; ignored otherwise."),
	LC_FIELD_END};

static enum lc_rc
worse(enum lc_rc a, enum lc_rc b)
{
	return a != LC_OK ? a : b;
}

/* ---- what goes together */

static const char kind_param[] = "settings.kind";
static const char throat_param[] = "settings.throat_radius_m";
static const char length_param[] = "settings.length_m";
static const char width_param[] = "settings.lensing_width_m";
static const char camera_param[] = "settings.camera_l_m";
static const char catalogue_param[] = "settings.catalogue";

static enum lc_rc
preset_excludes(struct lc_call *call, const char *preset, const char *param,
		bool given)
{
	if (!given)
		return LC_OK;
	return lc_refuse(call, param, "value_error", NULL,
			 "Preset %s has one of its own: leave out "
			 "settings.preset or %s",
			 preset, param);
}

static enum lc_rc
preset_check(struct lc_call *call, const struct wormhole_settings *settings)
{
	const char *preset = settings->preset;
	enum lc_rc rc;

	rc = preset_excludes(call, preset, kind_param, settings->has_kind);
	rc = worse(preset_excludes(call, preset, length_param,
				   settings->has_length_m),
		   rc);
	return worse(preset_excludes(call, preset, width_param,
				     settings->has_lensing_width_m),
		     rc);
}

static enum lc_rc
missing(struct lc_call *call, const char *param, bool given)
{
	if (given)
		return LC_OK;
	return lc_refuse(call, param, "missing", NULL, "Field required");
}

static enum lc_rc
ellis_excludes(struct lc_call *call, const char *param, bool given)
{
	if (!given)
		return LC_OK;
	return lc_refuse(call, param, "value_error", NULL,
			 "An Ellis wormhole has none: leave out %s, or give "
			 "settings.kind as dneg",
			 param);
}

static bool
is_dneg(const struct wormhole_settings *settings)
{
	if (settings->has_kind)
		return strcmp(settings->kind, "dneg") == 0;
	return settings->has_preset || settings->has_length_m ||
	       settings->has_lensing_width_m;
}

static enum lc_rc
kind_check(struct lc_call *call, const struct wormhole_settings *settings)
{
	enum lc_rc (*check)(struct lc_call * call, const char *param,
			    bool given) =
		is_dneg(settings) ? missing : ellis_excludes;
	enum lc_rc rc =
		missing(call, throat_param, settings->has_throat_radius_m);

	rc = worse(check(call, length_param, settings->has_length_m), rc);
	return worse(check(call, width_param, settings->has_lensing_width_m),
		     rc);
}

/* ---- what is in range of what */

/* In throat radii; the words have the range in metres too. */
static enum lc_rc
range_check(const struct wormhole_question *question, const char *param,
	    double value, double least, double most)
{
	double throat_m = question->throat_m;

	/* What is given in metres may be off by its last digits. */
	if (value >= least - slack * fabs(least) &&
	    value <= most + slack * fabs(most))
		return LC_OK;
	return lc_refuse(question->call, param, "value_error",
			 arena_printf(lc_arena(question->call), "%.15g",
				      value * throat_m),
			 "%s should be from %.15g to %.15g m, %g to %g throat "
			 "radii; this is %.6g throat radii",
			 param, least * throat_m, most * throat_m, least, most,
			 value);
}

static enum lc_rc
dneg_take(struct wormhole_question *question)
{
	const struct wormhole_settings *settings = question->settings;
	double throat_m = question->throat_m, length, width;
	enum lc_rc rc;

	question->length_m = settings->has_preset ? film_length * throat_m :
						    settings->length_m;
	question->lensing_width_m = settings->has_preset ?
					    film_width * throat_m :
					    settings->lensing_width_m;
	length = question->length_m / throat_m;
	width = question->lensing_width_m / throat_m;
	rc = range_check(question, length_param, length, 0, length_most);
	rc = worse(range_check(question, width_param, width, width_least,
			       width_most),
		   rc);
	if (rc == LC_OK)
		question->shape = wormhole_dneg(length, width);
	return rc;
}

static enum lc_rc
camera_take(struct wormhole_question *question)
{
	const struct wormhole_settings *settings = question->settings;

	question->camera_l = question->shape.half_length + usual_away;
	if (!settings->has_camera_l_m)
		return LC_OK;
	question->camera_l = settings->camera_l_m / question->throat_m;
	return range_check(question, camera_param, question->camera_l,
			   -camera_most, camera_most);
}

/* Also of a request that nobody need be told of, so that errors show early. */
static enum lc_rc
told_check(struct lc_call *call, const struct wormhole_notify *notify)
{
	enum lc_rc rc = LC_OK;

	if (notify->has_webhook)
		rc = notify_check(call, "settings.notify.webhook",
				  notify->webhook);
	if (notify->has_email)
		rc = worse(notify_check_mail(call, "settings.notify.email",
					     notify->email),
			   rc);
	return rc;
}

enum lc_rc
wormhole_settings_take(struct lc_call *call,
		       const struct wormhole_settings *settings,
		       struct wormhole_question *question)
{
	enum lc_rc rc;

	*question = (struct wormhole_question){
		.call = call,
		.settings = settings,
		.shape = wormhole_ellis(),
		.throat_m = settings->has_throat_radius_m ?
				    settings->throat_radius_m :
				    film_throat_m,
	};
	rc = settings->has_preset ? preset_check(call, settings) :
				    kind_check(call, settings);
	if (rc == LC_OK && is_dneg(settings))
		rc = dneg_take(question);
	/* Where the camera may stand depends on the throat alone. */
	if (settings->has_preset || settings->has_throat_radius_m)
		rc = worse(camera_take(question), rc);
	if (settings->has_catalogue)
		rc = worse(
			stars_check(call, catalogue_param, settings->catalogue),
			rc);
	return worse(told_check(call, &settings->notify), rc);
}
