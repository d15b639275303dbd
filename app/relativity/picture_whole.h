/*
 * A picture from inside, for the files that make it.  While parts are made
 * only `pixels` is written to, each place by one part.
 */
#ifndef RELATIVITY_PICTURE_WHOLE_H
#define RELATIVITY_PICTURE_WHOLE_H

#include <stdint.h>

#include "relativity/picture.h"
#include "relativity/picture_shade.h"
#include "relativity/picture_stars.h"
#include "relativity/trace.h"

struct picture {
	int width_px, height_px;
	double pixel_rg; /* the width and height of a pixel */
	struct trace_scene scene;
	struct picture_shade shade;
	struct picture_stars stars; /* none: not wanted */
	int tile_px;                /* the most pixels of a tile either way */
	int halo_px;                /* around a tile, what it has to know */
	int columns, rows;          /* of pairs of tiles */
	uint8_t *pixels;
};

#endif
