/*
 * What is seen where a ray ends: the disc by its temperature, redshift or
 * order of image, and the sky but for its stars.
 *
 * Colours are light to be shown (colour.h), already compressed.  Physical:
 * the disc is a black body at each radius, T = T_peak (F / F_peak)^(1/4),
 * seen at g T: of that it has its hue.  Its brightness follows all its light,
 * F g^4, a little less steeply, and not only what eyes can see, which at a
 * hundred thousand degrees would hardly differ over the disc, and at two
 * thousand be seen of its hottest spot only.
 */
#ifndef RELATIVITY_PICTURE_SHADE_H
#define RELATIVITY_PICTURE_SHADE_H

#include "base/rc.h"
#include "relativity/colour.h"
#include "relativity/picture.h"
#include "relativity/trace.h"

enum { PICTURE_HEATS = 2048, PICTURE_SHADES = 2048 };

/* Where a ray ends. */
struct picture_spot {
	double direction[3]; /* of TRACE_SKY */
	float radius;        /* of TRACE_DISC */
	float tone;          /* how bright it looks, 0 to 1 */
	uint8_t end, order;  /* TRACE_LOST counts as TRACE_HORIZON */
};

struct picture_shade {
	enum picture_colour colour;
	enum picture_sky sky;
	double spin, sin_i, back[3]; /* back: where the camera looks */
	double isco;
	double heats_per_unit;
	/* Physical: T / T_peak over the radius (see picture_shade.c for its
	 * scale), and what bodies of g T / T_peak look like. */
	float heats[PICTURE_HEATS + 2];
	struct colour shades[PICTURE_SHADES + 2];
};

enum lc_rc picture_shade_init(struct picture_shade *shade,
			      const struct picture_view *view,
			      const struct trace_scene *scene) LC_CHECKED;

/* Of the ray that came from `alpha` of the camera's plane. */
struct colour picture_shade_spot(const struct picture_shade *shade,
				 double alpha, const struct picture_spot *spot);

#endif
