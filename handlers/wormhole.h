/*
 * What the parts of /wormhole share: its arguments, and what they come to.
 */
#ifndef HANDLERS_WORMHOLE_H
#define HANDLERS_WORMHOLE_H

#include "lightcone.h"
#include "relativity/wormhole_picture.h"

struct wormhole_image {
	int64_t width_px, height_px;
	double fov_deg;
	const char *near_sky, *far_sky;
};

struct wormhole_notify {
	const char *webhook;
	bool has_webhook;
	const char *email;
	bool has_email;
};

struct wormhole_settings {
	const char *preset;
	bool has_preset;
	const char *kind;
	bool has_kind;
	double throat_radius_m;
	bool has_throat_radius_m;
	double length_m;
	bool has_length_m;
	double lensing_width_m;
	bool has_lensing_width_m;
	double speed_m_s;
	bool has_speed_m_s;
	double max_tidal_m_s2, body_m;
	double camera_l_m;
	bool has_camera_l_m;
	double camera_theta_deg, camera_phi_deg, look_deg;
	struct wormhole_image image;
	bool has_image;
	struct lc_list rays_deg; /* of double */
	bool has_rays_deg;
	const char *catalogue;
	bool has_catalogue;
	struct wormhole_notify notify;
	bool has_notify;
};

struct wormhole_args {
	struct wormhole_settings settings;
	int64_t timeout;
};

/* One question, with all that was left out filled in. */
struct wormhole_question {
	struct lc_call *call;
	const struct wormhole_settings *settings;
	struct wormhole shape;
	double throat_m;
	double length_m, lensing_width_m; /* dneg's */
	double camera_l;                  /* in throat radii */
};

/* ---- wormhole_settings.c: reading, presets and checks */

extern const struct lc_field wormhole_settings_members[];

/* LC_INVALID: everything that is wrong has been refused. */
enum lc_rc wormhole_settings_take(struct lc_call *call,
				  const struct wormhole_settings *settings,
				  struct wormhole_question *question)
	LC_CHECKED;

/* ---- wormhole_reply.c: the numbers */

extern const struct lc_field wormhole_reply[];
enum lc_rc wormhole_reply_write(const struct wormhole_question *question)
	LC_CHECKED;

/* ---- wormhole_seen.c: what the camera sees, in numbers */

extern const struct lc_field wormhole_camera_members[];
extern const struct lc_field wormhole_ray_item;
void wormhole_camera_write(struct json *json,
			   const struct wormhole_question *question);
/* Nothing where no rays were asked for. */
enum lc_rc wormhole_rays_write(struct json *json,
			       const struct wormhole_question *question)
	LC_CHECKED;

/* ---- wormhole_image.c: the picture, and the embedding as a drawing */

/* Whether the PNG shows stars of a catalogue; and its class (keeping.h). */
bool wormhole_image_has_stars(const struct wormhole_settings *settings);
unsigned wormhole_image_class(const struct wormhole_settings *settings);
/* What a PNG costs of the limits. */
int64_t wormhole_image_cost(const struct wormhole_settings *settings);

/* As SVG or as PNG. */
enum lc_rc wormhole_image_write(const struct wormhole_question *question)
	LC_CHECKED;

#endif
