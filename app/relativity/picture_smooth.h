/*
 * Edges without stairs: pixels that differ from a neighbour are made anew
 * from 16 rays each, spread evenly over the pixel.  Where only the sky's
 * lines make the difference, its directions are interpolated instead.
 */
#ifndef RELATIVITY_PICTURE_SMOOTH_H
#define RELATIVITY_PICTURE_SMOOTH_H

#include "base/progress.h"
#include "base/rc.h"
#include "relativity/picture_tile.h"

/* The tile has been shaded; what its edges show is bettered. */
enum lc_rc picture_smooth(const struct picture *picture,
			  struct picture_tile *tile,
			  struct lc_progress *progress) LC_CHECKED;

#endif
