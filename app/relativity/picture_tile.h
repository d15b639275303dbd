/*
 * A tile of a picture: a rectangle of pixels with a halo around it.
 *
 * Tiles come in pairs.  Of a mirrored tile the rows are counted from the
 * bottom of the picture upwards, so that the same numbers mean the same
 * pixels but for the sign of beta.
 */
#ifndef RELATIVITY_PICTURE_TILE_H
#define RELATIVITY_PICTURE_TILE_H

#include <stddef.h>

#include "base/progress.h"
#include "base/rc.h"
#include "relativity/colour.h"
#include "relativity/picture_shade.h"
#include "relativity/picture_whole.h"

struct picture_tile {
	int column, row;            /* of the picture, where its halo begins;
	                              may be outside */
	int width, height;          /* with the halo */
	double up;                  /* 1, or -1: mirrored */
	struct picture_spot *spots; /* in rows */
	struct colour *shown;       /* what each pixel shows, without stars */
	struct colour *stars;       /* the light of stars; NULL: none */
};

/* The camera's plane at a pixel's centre, of a tile that is not mirrored. */
double picture_tile_alpha(const struct picture *picture,
			  const struct picture_tile *tile, int x);
double picture_tile_beta(const struct picture *picture,
			 const struct picture_tile *tile, int y);

/* What ray `i` has met. */
void picture_tile_spot(const struct trace_hits *hits, size_t i,
		       struct picture_spot *spot);

/* Traces both tiles of a pair. */
enum lc_rc picture_tile_trace(const struct picture *picture,
			      struct picture_tile *tile,
			      struct picture_tile *mirrored,
			      struct lc_progress *progress) LC_CHECKED;

/* Says what every pixel shows that is not at the halo's rim. */
void picture_tile_shade(const struct picture *picture,
			struct picture_tile *tile);

/* Writes the pixels without the halo. */
void picture_tile_write(const struct picture *picture,
			const struct picture_tile *tile);

#endif
