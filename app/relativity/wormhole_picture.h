/*
 * What a camera sees near a wormhole: two skies, one of each side.
 *
 * A picture is made in parts, each by any thread and in any order, each
 * once; when all are done it is written as PNG.  The camera stands at l on
 * the wormhole's axis system: theta from the north pole, phi the longitude;
 * it looks `look_deg` away from the wormhole, turned to its right (0: at
 * the wormhole, 180: away from it), north being up.
 */
#ifndef RELATIVITY_WORMHOLE_PICTURE_H
#define RELATIVITY_WORMHOLE_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/progress.h"
#include "base/rc.h"
#include "relativity/picture.h"
#include "relativity/wormhole_rays.h"

struct wormhole_view {
	double camera_l; /* in throat radii; below 0: the far side */
	double theta_deg, phi_deg;
	double look_deg;
	int width_px, height_px;
	double fov_deg; /* the view's width, above 0, at most 170 */
	enum picture_sky near_sky, far_sky;
};

struct wormhole_picture;

/*
 * `table` is borrowed until the picture is freed, and so are `stars`, those
 * of the near side's sky and, turned about and warmer, of the far one; they
 * are sorted in place.  NULL when there is no memory, or `progress` has stopped
 * the work.
 */
struct wormhole_picture *wormhole_picture_new(
	const struct wormhole_table *table, const struct wormhole_view *view,
	struct picture_star *stars, size_t star_count,
	struct lc_progress *progress);
void wormhole_picture_free(struct wormhole_picture *picture);

size_t wormhole_picture_parts(const struct wormhole_picture *picture);

/* Asks `progress` at least every 10 ms; LC_NO_MEMORY, or why it stopped. */
enum lc_rc wormhole_picture_part(struct wormhole_picture *picture, size_t part,
				 struct lc_progress *progress) LC_CHECKED;

/* The finished pixels: rows from the top, three bytes of sRGB each. */
const uint8_t *wormhole_picture_pixels(const struct wormhole_picture *picture);

/* As picture_png(). */
enum lc_rc wormhole_picture_png(const struct wormhole_picture *picture,
				const char *words, struct lc_progress *progress,
				struct buf *out) LC_CHECKED;

#endif
