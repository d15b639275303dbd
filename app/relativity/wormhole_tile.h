/*
 * A tile of a wormhole's picture: a square of pixels with a halo around it,
 * of which its stars and its differences have to know.
 */
#ifndef RELATIVITY_WORMHOLE_TILE_H
#define RELATIVITY_WORMHOLE_TILE_H

#include "base/progress.h"
#include "base/rc.h"
#include "relativity/wormhole_whole.h"

enum { WORMHOLE_TILE_PX = 64 };

/* Makes the pixels of one; LC_NO_MEMORY, or why it stopped. */
enum lc_rc wormhole_tile_make(struct wormhole_picture *picture, int column,
			      int row, struct lc_progress *progress) LC_CHECKED;

#endif
