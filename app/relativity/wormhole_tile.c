#include "relativity/wormhole_tile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "relativity/picture_images.h"
#include "relativity/trace.h"
#include "relativity/wormhole_sky.h"

enum { HALO_PX = 2 };

struct tile {
	int column, row;   /* of the picture, where the halo begins */
	int width, height; /* with the halo */
	struct wormhole_spot *spots;
	struct picture_spot *directions; /* of one sky at a time */
	struct colour *light;            /* of stars; NULL: none */
};

static int
least(int a, int b)
{
	return a < b ? a : b;
}

/* ---- where rays end */

static enum lc_rc
look(const struct wormhole_picture *picture, struct tile *tile,
     struct lc_progress *progress)
{
	struct wormhole_spot *spot = tile->spots;

	for (int y = 0; y < tile->height; y++) {
		enum lc_rc rc = progress_stopped(progress);

		if (rc != LC_OK)
			return rc;
		for (int x = 0; x < tile->width; x++, spot++)
			wormhole_sky_look(picture, tile->column + x + 0.5,
					  tile->row + y + 0.5, spot);
	}
	return LC_OK;
}

/* By how much the sweeps of two neighbours differ, on the same side of what a
 * pixel shows. */
static double
spread(const struct wormhole_spot *spot, int step)
{
	double most = 0;

	for (int i = -step; i <= step; i += 2 * step)
		if (spot[i].far == spot->far)
			most = fmax(most,
				    fabs(spot[i].sweep_rad - spot->sweep_rad));
	return most;
}

/* ---- stars */

/* The far sky has left and right exchanged: seen from within it, they are as
 * they are on the near one. */
static bool
fill_directions(const struct wormhole_picture *picture, struct tile *tile,
		bool far)
{
	int count = tile->width * tile->height;
	bool any = false;

	for (int i = 0; i < count; i++) {
		const struct wormhole_spot *spot = &tile->spots[i];
		struct picture_spot *to = &tile->directions[i];

		*to = (struct picture_spot){.end = TRACE_HORIZON};
		if (spot->far != far)
			continue;
		to->end = TRACE_SKY;
		wormhole_sky_direction(picture, spot, to->direction);
		if (far)
			to->direction[1] = -to->direction[1];
		any = true;
	}
	return any;
}

static enum lc_rc
add_stars(const struct wormhole_picture *picture, struct tile *tile, bool far,
	  struct lc_progress *progress)
{
	const struct wormhole_camera *camera = &picture->camera;
	const struct picture_sight sight = {
		.stars = &picture->stars[far],
		.pixel_area = camera->pixel * camera->pixel,
		.middle_x = 0.5 * camera->width_px - 0.5 - tile->column,
		.middle_y = 0.5 * camera->height_px - 0.5 - tile->row,
		.perspective = camera->pixel,
		.width = tile->width,
		.height = tile->height,
		.spots = tile->directions,
		.light = tile->light,
	};

	if (picture->skies[far] != PICTURE_STARS ||
	    !fill_directions(picture, tile, far))
		return LC_OK;
	return picture_images(&sight, progress);
}

/* ---- */

static enum lc_rc
write_pixels(struct wormhole_picture *picture, const struct tile *tile,
	     struct lc_progress *progress)
{
	int width = picture->camera.width_px;

	for (int y = HALO_PX; y < tile->height - HALO_PX; y++) {
		int at = y * tile->width + HALO_PX;
		size_t row = (size_t)(tile->row + y) * (size_t)width;
		size_t first = row + (size_t)(tile->column + HALO_PX);
		uint8_t *to = picture->pixels + 3 * first;

		for (int x = HALO_PX; x < tile->width - HALO_PX;
		     x++, at++, to += 3) {
			const struct wormhole_spot *spot = &tile->spots[at];
			double along = spread(spot, 1);
			double down = spread(spot, tile->width);
			struct colour shown;
			enum lc_rc rc = progress_stopped(progress);

			if (rc != LC_OK)
				return rc;
			shown = wormhole_sky_shade(
				picture, spot,
				sqrt(along * along + down * down));
			if (tile->light != NULL)
				shown = colour_over(shown, tile->light[at]);
			colour_bytes(shown, to);
		}
	}
	return LC_OK;
}

static enum lc_rc
make(struct wormhole_picture *picture, struct tile *tile,
     struct lc_progress *progress)
{
	enum lc_rc rc = look(picture, tile, progress);

	if (rc == LC_OK && tile->light != NULL)
		rc = add_stars(picture, tile, false, progress);
	if (rc == LC_OK && tile->light != NULL)
		rc = add_stars(picture, tile, true, progress);
	if (rc == LC_OK)
		rc = write_pixels(picture, tile, progress);
	return rc;
}

enum lc_rc
wormhole_tile_make(struct wormhole_picture *picture, int column, int row,
		   struct lc_progress *progress)
{
	const struct wormhole_camera *camera = &picture->camera;
	int x = column * WORMHOLE_TILE_PX, y = row * WORMHOLE_TILE_PX;
	struct tile tile = {
		.column = x - HALO_PX,
		.row = y - HALO_PX,
		.width = least(WORMHOLE_TILE_PX, camera->width_px - x) +
			 2 * HALO_PX,
		.height = least(WORMHOLE_TILE_PX, camera->height_px - y) +
			  2 * HALO_PX,
	};
	size_t count = (size_t)tile.width * (size_t)tile.height;
	bool starry = picture->stars[0].count > 0;
	enum lc_rc rc = LC_NO_MEMORY;

	tile.spots = malloc(count * sizeof(*tile.spots));
	if (starry) {
		tile.directions = malloc(count * sizeof(*tile.directions));
		tile.light = calloc(count, sizeof(*tile.light));
	}
	if (tile.spots != NULL &&
	    (!starry || (tile.directions != NULL && tile.light != NULL)))
		rc = make(picture, &tile, progress);
	free(tile.spots);
	free(tile.directions);
	free(tile.light);
	return rc;
}
