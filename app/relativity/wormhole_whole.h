/*
 * A wormhole's picture from inside, for the files that make it.  While parts
 * are made only `pixels` is written to, each place by one part.
 */
#ifndef RELATIVITY_WORMHOLE_WHOLE_H
#define RELATIVITY_WORMHOLE_WHOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "relativity/picture_stars.h"
#include "relativity/wormhole_camera.h"
#include "relativity/wormhole_picture.h"

struct wormhole_picture {
	struct wormhole_camera camera;
	struct wormhole_lens *lens;
	bool beyond;                   /* the camera is on the far side */
	enum picture_sky skies[2];     /* near, far */
	struct picture_stars stars[2]; /* of one list, and one index */
	int columns, rows;             /* of tiles */
	uint8_t *pixels;
};

/* What a ray from a place of the picture meets. */
struct wormhole_spot {
	struct wormhole_look look;
	double sweep_rad; /* finite */
	bool far;         /* the sky */
};

#endif
