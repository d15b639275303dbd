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
#include "relativity/colour.h"
#include "relativity/picture_shade.h"
#include "relativity/picture_stars.h"

/* What a rectangle of pixels sees of one sky. */
struct picture_sight {
	const struct picture_stars *stars;
	/* As picture_stars_light() measures it, where no pixel is seen
	 * aslant. */
	double pixel_area;
	/* Where that is, in pixels from the first one's centre, and a pixel's
	 * width over the distance of the plane they lie in; 0: all are seen
	 * straight. */
	double middle_x, middle_y, perspective;
	int width, height;
	/* In rows; of a pixel that does not see this sky the end is not
	 * TRACE_SKY, and its direction 0. */
	const struct picture_spot *spots;
	struct colour *light;
};

/* Adds the light of all stars to sight->light. */
enum lc_rc picture_images(const struct picture_sight *sight,
			  struct lc_progress *progress) LC_CHECKED;

#endif
