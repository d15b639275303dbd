/*
 * The images of stars in a tile.
 *
 * Four neighbouring pixels whose rays all reach the sky span a cell of it,
 * in which stars are looked for; a star's place in the cell is that of its
 * image among the pixels.  Lensing keeps surface brightness, so an image is
 * as bright as its cell of pixels is larger than its cell of sky.  A star
 * that is seen several times is found in several cells.
 */
#ifndef RELATIVITY_PICTURE_IMAGES_H
#define RELATIVITY_PICTURE_IMAGES_H

#include "base/progress.h"
#include "base/rc.h"
#include "relativity/picture_tile.h"

/* Adds the light of all stars to tile->stars. */
enum lc_rc picture_images(const struct picture *picture,
			  struct picture_tile *tile,
			  struct lc_progress *progress) LC_CHECKED;

#endif
