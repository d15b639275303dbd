/*
 * Where the pixels of a wormhole's picture look, and where what they see
 * lies on the skies.
 *
 * Around the camera directions are measured along `toward` (l = 0; at l = 0
 * the far side), `right` of it and north.  A sky's directions have the
 * wormhole's axis as z.  Space has one handedness on both sides, so who
 * looks at the wormhole from the far side has west to the right.
 */
#ifndef RELATIVITY_WORMHOLE_CAMERA_H
#define RELATIVITY_WORMHOLE_CAMERA_H

#include "relativity/wormhole_picture.h"

struct wormhole_camera {
	int width_px, height_px;
	double pixel; /* a pixel's width, at distance 1 */
	/* Of toward and right: the view's middle, and its right side. */
	double ahead[2], aside[2];
	/* On a sky: the camera's own direction, and what lies along its right
	 * and north. */
	double place[3], right[3], north[3];
	double critical_rad; /* who looks closer to `toward` sees through */
};

/* `radius` is the wormhole's at the camera. */
struct wormhole_camera wormhole_camera_of(const struct wormhole_view *view,
					  double radius);

/* Where a place in the picture looks, in pixels from its upper left corner. */
struct wormhole_look {
	double cosine, sine; /* of the angle from `toward` */
	double right, north; /* the rest, a unit vector */
	double pixel_rad;    /* about a pixel's size there */
};

void wormhole_camera_look(const struct wormhole_camera *camera, double x,
			  double y, struct wormhole_look *look);

/* On a sky: the direction along which a ray is swept from the camera's. */
void wormhole_camera_along(const struct wormhole_camera *camera,
			   const struct wormhole_look *look, double along[3]);

#endif
