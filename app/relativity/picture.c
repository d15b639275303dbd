#include "relativity/picture.h"

#include <math.h>
#include <stdlib.h>

#include "relativity/constants.h"
#include "relativity/kerr.h"
#include "relativity/picture_file.h"
#include "relativity/picture_first.h"
#include "relativity/picture_images.h"
#include "relativity/picture_smooth.h"
#include "relativity/picture_tile.h"
#include "relativity/picture_whole.h"

enum {
	TILE_SMALL_PX = 64, /* so that a small picture has parts enough */
	TILE_LARGE_PX = 128,
	LARGE_PX = 1024 * 1024
};

static struct trace_scene
scene_of(const struct picture_view *view)
{
	double deg = view->inclination_deg, isco = kerr_isco(view->spin);
	bool seen = view->disc_outer_rg > isco;
	struct trace_scene scene = {
		.spin = view->spin,
		.sin_i = sin(deg * RAD_PER_DEG),
		.cos_i = cos(deg * RAD_PER_DEG),
		.disc_inner = isco,
		.disc_outer = seen ? view->disc_outer_rg : 0,
		.step = TRACE_STEP,
	};

	if (deg == 0 || deg == 180)
		scene.sin_i = 0;
	if (deg == 90)
		scene.cos_i = 0;
	return scene;
}

static enum lc_rc
fill(struct picture *picture, const struct picture_view *view,
     struct picture_star *stars, size_t star_count)
{
	size_t pixels = (size_t)view->width_px * (size_t)view->height_px;
	/* A map of orders has a plain sky. */
	bool starry = view->sky == PICTURE_STARS && star_count > 0 &&
		      view->colour != PICTURE_ORDER;
	const struct picture_first first = {picture->shade.back, view->fov_rg};
	const struct picture_exposure exposure = {picture_first_magnified,
						  &first, PICTURE_STARS_SEEN};
	enum lc_rc rc;

	picture->scene.directions = starry || view->sky == PICTURE_GRID;
	picture->pixels = malloc(3 * pixels);
	if (picture->pixels == NULL)
		return LC_NO_MEMORY;
	rc = picture_shade_init(&picture->shade, view, &picture->scene);
	if (rc != LC_OK)
		return rc;
	picture->tile_px = pixels < LARGE_PX ? TILE_SMALL_PX : TILE_LARGE_PX;
	picture->halo_px = starry ? 2 : 1;
	picture->columns =
		(view->width_px + picture->tile_px - 1) / picture->tile_px;
	picture->rows = ((view->height_px + 1) / 2 + picture->tile_px - 1) /
			picture->tile_px;
	if (!starry)
		return LC_OK;
	return picture_stars_init(&picture->stars, stars, star_count,
				  &exposure);
}

struct picture *
picture_new(const struct picture_view *view, struct picture_star *stars,
	    size_t star_count)
{
	struct picture *picture = calloc(1, sizeof(*picture));

	if (picture == NULL)
		return NULL;
	picture->width_px = view->width_px;
	picture->height_px = view->height_px;
	picture->pixel_rg = view->fov_rg / view->width_px;
	picture->scene = scene_of(view);
	if (fill(picture, view, stars, star_count) != LC_OK) {
		picture_free(picture);
		return NULL;
	}
	return picture;
}

void
picture_free(struct picture *picture)
{
	if (picture == NULL)
		return;
	picture_stars_release(&picture->stars);
	free(picture->pixels);
	free(picture);
}

size_t
picture_parts(const struct picture *picture)
{
	return (size_t)picture->columns * (size_t)picture->rows;
}

const uint8_t *
picture_pixels(const struct picture *picture)
{
	return picture->pixels;
}

enum lc_rc
picture_png(const struct picture *picture, const char *words,
	    struct lc_progress *progress, struct buf *out)
{
	const struct picture_file file = {picture->pixels, picture->width_px,
					  picture->height_px, "A black hole",
					  words};

	return picture_file_png(&file, progress, out);
}

/* ---- a part: a pair of tiles, one above and one below the middle */

static int
least(int a, int b)
{
	return a < b ? a : b;
}

/* Where the part's upper tile lies, with its halo. */
static struct picture_tile
tile_of(const struct picture *picture, size_t part)
{
	int column = (int)(part % (size_t)picture->columns) * picture->tile_px;
	int row = (int)(part / (size_t)picture->columns) * picture->tile_px;
	int halo = picture->halo_px;

	return (struct picture_tile){
		.column = column - halo,
		.row = row - halo,
		.width = least(picture->tile_px, picture->width_px - column) +
			 2 * halo,
		.height = least(picture->tile_px,
				(picture->height_px + 1) / 2 - row) +
			  2 * halo,
		.up = 1,
	};
}

static enum lc_rc
finish_stars(const struct picture *picture, struct picture_tile *tile,
	     struct lc_progress *progress)
{
	size_t spots = (size_t)tile->width * (size_t)tile->height;
	const struct picture_sight sight = {
		.stars = &picture->stars,
		.pixel_area = picture->pixel_rg * picture->pixel_rg,
		.width = tile->width,
		.height = tile->height,
		.spots = tile->spots,
		.light = tile->stars,
	};

	memset(tile->stars, 0, spots * sizeof(*tile->stars));
	return picture_images(&sight, progress);
}

/* From where its rays have ended to its pixels. */
static enum lc_rc
finish(const struct picture *picture, struct picture_tile *tile,
       struct lc_progress *progress)
{
	enum lc_rc rc;

	picture_tile_shade(picture, tile);
	rc = picture_smooth(picture, tile, progress);
	if (rc != LC_OK)
		return rc;
	if (tile->stars != NULL) {
		rc = finish_stars(picture, tile, progress);
		if (rc != LC_OK)
			return rc;
	}
	picture_tile_write(picture, tile);
	return LC_OK;
}

enum lc_rc
picture_part(struct picture *picture, size_t part, struct lc_progress *progress)
{
	struct picture_tile tile = tile_of(picture, part), mirrored;
	size_t spots = (size_t)tile.width * (size_t)tile.height;
	enum lc_rc rc;

	tile.spots = malloc(
		spots * (2 * sizeof(*tile.spots) + 2 * sizeof(*tile.shown)));
	if (tile.spots == NULL)
		return LC_NO_MEMORY;
	tile.shown = (struct colour *)(tile.spots + 2 * spots);
	if (picture->stars.count > 0)
		tile.stars = tile.shown + spots;
	mirrored = tile;
	mirrored.up = -1;
	mirrored.spots = tile.spots + spots;
	rc = picture_tile_trace(picture, &tile, &mirrored, progress);
	if (rc == LC_OK)
		rc = finish(picture, &tile, progress);
	if (rc == LC_OK)
		rc = finish(picture, &mirrored, progress);
	free(tile.spots);
	return rc;
}
