#include "relativity/wormhole_picture.h"

#include <math.h>
#include <stdlib.h>

#include "relativity/constants.h"
#include "relativity/picture_file.h"
#include "relativity/wormhole_tile.h"
#include "relativity/wormhole_whole.h"

/* The light of the far side's stars. */
static const struct colour warm = {1.25F, 0.80F, 0.45F};

/* Of the stars it is as if none were magnified: most are not. */
static double
magnified(const void *view, const double direction[3])
{
	(void)view;
	(void)direction;
	return 1;
}

/* So many stars of the sky that about as many are in view as are wanted. */
static unsigned
stars_seen(const struct wormhole_camera *camera)
{
	double a = camera->pixel * camera->width_px / 2;
	double b = camera->pixel * camera->height_px / 2;
	double view = 4 * asin(a * b / sqrt((1 + a * a) * (1 + b * b)));

	return (unsigned)fmin(PICTURE_STARS_SEEN * 4 * PI / view, 1e9);
}

static enum lc_rc
fill_stars(struct wormhole_picture *picture, struct picture_star *stars,
	   size_t star_count)
{
	const struct picture_exposure exposure = {magnified, NULL,
						  stars_seen(&picture->camera)};
	enum lc_rc rc;

	if (star_count == 0 || (picture->skies[0] != PICTURE_STARS &&
				picture->skies[1] != PICTURE_STARS))
		return LC_OK;
	rc = picture_stars_init(&picture->stars[0], stars, star_count,
				&exposure);
	picture->stars[1] = picture->stars[0];
	picture->stars[1].tint = warm;
	return rc;
}

static enum lc_rc
fill(struct wormhole_picture *picture, const struct wormhole_table *table,
     const struct wormhole_view *view, struct picture_star *stars,
     size_t star_count, struct lc_progress *progress)
{
	size_t pixels = (size_t)view->width_px * (size_t)view->height_px;
	struct wormhole_ray ray;

	picture->beyond = view->camera_l < 0;
	picture->skies[0] = view->near_sky;
	picture->skies[1] = view->far_sky;
	picture->columns =
		(view->width_px + WORMHOLE_TILE_PX - 1) / WORMHOLE_TILE_PX;
	picture->rows =
		(view->height_px + WORMHOLE_TILE_PX - 1) / WORMHOLE_TILE_PX;
	picture->pixels = malloc(3 * pixels);
	picture->lens = wormhole_lens_new(table, view->camera_l, progress);
	if (picture->pixels == NULL || picture->lens == NULL)
		return LC_NO_MEMORY;
	/* Across, the impact parameter is the radius. */
	wormhole_lens_find(picture->lens, 0, 1, &ray);
	picture->camera = wormhole_camera_of(view, ray.impact);
	return fill_stars(picture, stars, star_count);
}

struct wormhole_picture *
wormhole_picture_new(const struct wormhole_table *table,
		     const struct wormhole_view *view,
		     struct picture_star *stars, size_t star_count,
		     struct lc_progress *progress)
{
	struct wormhole_picture *picture = calloc(1, sizeof(*picture));

	if (picture == NULL)
		return NULL;
	if (fill(picture, table, view, stars, star_count, progress) != LC_OK) {
		wormhole_picture_free(picture);
		return NULL;
	}
	return picture;
}

void
wormhole_picture_free(struct wormhole_picture *picture)
{
	if (picture == NULL)
		return;
	picture_stars_release(&picture->stars[0]);
	wormhole_lens_free(picture->lens);
	free(picture->pixels);
	free(picture);
}

size_t
wormhole_picture_parts(const struct wormhole_picture *picture)
{
	return (size_t)picture->columns * (size_t)picture->rows;
}

enum lc_rc
wormhole_picture_part(struct wormhole_picture *picture, size_t part,
		      struct lc_progress *progress)
{
	size_t columns = (size_t)picture->columns;

	return wormhole_tile_make(picture, (int)(part % columns),
				  (int)(part / columns), progress);
}

const uint8_t *
wormhole_picture_pixels(const struct wormhole_picture *picture)
{
	return picture->pixels;
}

enum lc_rc
wormhole_picture_png(const struct wormhole_picture *picture, const char *words,
		     struct lc_progress *progress, struct buf *out)
{
	const struct picture_file file = {
		picture->pixels, picture->camera.width_px,
		picture->camera.height_px, "A wormhole", words};

	return picture_file_png(&file, progress, out);
}
