#include "relativity/picture_tile.h"

#include <math.h>

double
picture_tile_alpha(const struct picture *picture,
		   const struct picture_tile *tile, int x)
{
	return (tile->column + x + 0.5 - 0.5 * picture->width_px) *
	       picture->pixel_rg;
}

double
picture_tile_beta(const struct picture *picture,
		  const struct picture_tile *tile, int y)
{
	return (0.5 * picture->height_px - (tile->row + y) - 0.5) *
	       picture->pixel_rg;
}

void
picture_tile_spot(const struct trace_hits *hits, size_t i,
		  struct picture_spot *spot)
{
	uint8_t end = hits->end[i] == TRACE_LOST ? TRACE_HORIZON : hits->end[i];

	*spot = (struct picture_spot){.end = end, .order = hits->order[i]};
	if (end == TRACE_DISC) {
		spot->radius = (float)hits->radius[i];
	} else if (end == TRACE_SKY) {
		spot->direction[0] = hits->x[i];
		spot->direction[1] = hits->y[i];
		spot->direction[2] = hits->z[i];
	}
}

enum lc_rc
picture_tile_trace(const struct picture *picture, struct picture_tile *tile,
		   struct picture_tile *mirrored, struct lc_progress *progress)
{
	size_t count = (size_t)tile->width * (size_t)tile->height;
	double alpha[TRACE_BATCH], beta[TRACE_BATCH];
	struct trace_hits hits, below;

	for (size_t from = 0, some; from < count; from += some) {
		enum lc_rc rc = progress_stopped(progress);

		if (rc != LC_OK)
			return rc;
		some = count - from < TRACE_BATCH ? count - from : TRACE_BATCH;
		for (size_t i = 0; i < some; i++) {
			int at = (int)(from + i);

			alpha[i] = picture_tile_alpha(picture, tile,
						      at % tile->width);
			beta[i] = picture_tile_beta(picture, tile,
						    at / tile->width);
		}
		trace_mirrored(&picture->scene, alpha, beta, some, &hits,
			       &below);
		for (size_t i = 0; i < some; i++) {
			picture_tile_spot(&hits, i, &tile->spots[from + i]);
			picture_tile_spot(&below, i,
					  &mirrored->spots[from + i]);
		}
	}
	return LC_OK;
}

void
picture_tile_shade(const struct picture *picture, struct picture_tile *tile)
{
	int rim = picture->halo_px - 1;

	for (int y = rim; y < tile->height - rim; y++)
		for (int x = rim; x < tile->width - rim; x++) {
			int at = y * tile->width + x;
			struct picture_spot *spot = &tile->spots[at];
			struct colour shown = picture_shade_spot(
				&picture->shade,
				picture_tile_alpha(picture, tile, x), spot);

			tile->shown[at] = shown;
			spot->tone =
				sqrtf((shown.r + 2 * shown.g + shown.b) / 4);
		}
}

void
picture_tile_write(const struct picture *picture,
		   const struct picture_tile *tile)
{
	int halo = picture->halo_px;

	for (int y = halo; y < tile->height - halo; y++) {
		int row = tile->up > 0 ? tile->row + y :
					 picture->height_px - 1 - tile->row - y;
		uint8_t *to = picture->pixels +
			      3 * ((size_t)row * (size_t)picture->width_px +
				   (size_t)(tile->column + halo));

		for (int x = halo; x < tile->width - halo; x++, to += 3) {
			int at = y * tile->width + x;
			struct colour shown = tile->shown[at];

			if (tile->stars != NULL)
				shown = colour_over(shown, tile->stars[at]);
			colour_bytes(shown, to);
		}
	}
}
