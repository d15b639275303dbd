#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "relativity/picture_file.h"
#include "relativity/wormhole_embed.h"
#include "relativity/wormhole_scale.h"
#include "relativity/wormhole_surface.h"

/* Where layers begin or end a pixel is made of so many samples, squared. */
enum { SAMPLES = 4 };

/* The empty rim, as a part of the picture's lesser side. */
#define RIM 0.05

/* A row of pixels as it is made. */
struct row {
	struct wormhole_drawing drawing;
	struct wormhole_surface surface;
	int width_px, height_px;
	int *above, *below; /* layers at the corners of the row's pixels */
	uint8_t *pixels;    /* of the picture */
	/* Through the middle, and through the rows of samples. */
	struct wormhole_band middle[WORMHOLE_BANDS];
	struct wormhole_band samples[SAMPLES][WORMHOLE_BANDS];
};

static struct colour
behind(const struct row *row, double x, double y)
{
	double u = x / row->width_px - 0.5, v = y / row->height_px - 0.5;
	float light = (float)exp(-2.5 * (u * u + v * v));

	return (struct colour){0.002F + 0.006F * light, 0.003F + 0.010F * light,
			       0.008F + 0.024F * light};
}

static struct colour
over(struct colour under, const struct wormhole_layer *layer)
{
	float part = layer->cover;

	return (struct colour){under.r + (layer->colour.r - under.r) * part,
			       under.g + (layer->colour.g - under.g) * part,
			       under.b + (layer->colour.b - under.b) * part};
}

/* From the undermost layer, which is the furthest, to the nearest. */
static struct colour
sample(const struct row *row, const struct wormhole_band bands[WORMHOLE_BANDS],
       double x, double y)
{
	const struct wormhole_drawing *drawing = &row->drawing;
	double across = (x - drawing->x) / drawing->scale;
	double up = (drawing->y - y) / drawing->scale;
	double square = across * across, parts[2];
	struct colour seen = behind(row, x, y);

	for (int i = 0; i < WORMHOLE_BANDS; i++) {
		const struct wormhole_point *from = &drawing->points[i];
		int count;

		if (square < bands[i].low || square >= bands[i].high)
			continue;
		count = wormhole_drawing_meet(&bands[i], square, parts);
		for (int j = 0; j < count; j++) {
			double z =
				from[0].z + parts[j] * (from[1].z - from[0].z);
			double back =
				(up - z * drawing->cosine) / drawing->sine;
			struct wormhole_layer layer = wormhole_surface_layer(
				&row->surface, i, parts[j], across, back);

			seen = over(seen, &layer);
		}
	}
	return seen;
}

/* Counts so many layers where squares are from `low` to before `high`. */
static void
count_span(const struct row *row, double low, double high, int more,
	   int *layers)
{
	double middle = row->drawing.x, scale = row->drawing.scale;
	double from = low > 0 ? sqrt(low) * scale : 0, to;

	if (high <= 0)
		return;
	to = sqrt(high) * scale;
	for (int x = (int)fmax(ceil(middle - to), 0);
	     x <= row->width_px && x <= middle + to; x++)
		if (fabs(x - middle) >= from)
			layers[x] += more;
}

/* How many layers there are at the upper corners of a row's pixels. */
static void
count_layers(const struct row *row, double y, int *layers)
{
	struct wormhole_band bands[WORMHOLE_BANDS];

	wormhole_drawing_row(&row->drawing, y, bands);
	for (int x = 0; x <= row->width_px; x++)
		layers[x] = 0;
	for (int i = 0; i < WORMHOLE_BANDS; i++) {
		const struct wormhole_band *band = &bands[i];
		double low = fmin(band->c, band->end);
		double high = fmax(band->c, band->end);

		count_span(row, band->low, low, 2, layers);
		count_span(row, low, high, 1, layers);
		count_span(row, high, band->high, 2, layers);
	}
}

static struct colour
pixel(const struct row *row, int x, int y)
{
	struct colour sum = {0, 0, 0};

	if (row->above[x] == row->above[x + 1] &&
	    row->above[x] == row->below[x] &&
	    row->above[x] == row->below[x + 1])
		return sample(row, row->middle, x + 0.5, y + 0.5);
	for (int i = 0; i < SAMPLES * SAMPLES; i++) {
		double down = y + (i / SAMPLES + 0.5) / SAMPLES;
		double along = x + (i % SAMPLES + 0.5) / SAMPLES;
		struct colour seen =
			sample(row, row->samples[i / SAMPLES], along, down);

		sum.r += seen.r / (SAMPLES * SAMPLES);
		sum.g += seen.g / (SAMPLES * SAMPLES);
		sum.b += seen.b / (SAMPLES * SAMPLES);
	}
	return sum;
}

static enum lc_rc
draw_row(struct row *row, int y, struct lc_progress *progress)
{
	uint8_t *to = row->pixels + 3 * (size_t)y * (size_t)row->width_px;
	int *layers = row->above;

	row->above = row->below;
	row->below = layers;
	count_layers(row, y + 1, row->below);
	wormhole_drawing_row(&row->drawing, y + 0.5, row->middle);
	for (int i = 0; i < SAMPLES; i++)
		wormhole_drawing_row(&row->drawing, y + (i + 0.5) / SAMPLES,
				     row->samples[i]);
	for (int x = 0; x < row->width_px; x++, to += 3) {
		enum lc_rc rc = progress_stopped(progress);

		if (rc != LC_OK)
			return rc;
		colour_bytes(pixel(row, x, y), to);
	}
	return LC_OK;
}

static enum lc_rc
draw(struct row *row, struct lc_progress *progress)
{
	double from = progress != NULL ? progress_done(progress) : 0;

	count_layers(row, 0, row->below);
	for (int y = 0; y < row->height_px; y++) {
		enum lc_rc rc = draw_row(row, y, progress);

		if (rc != LC_OK)
			return rc;
		progress_report(progress, from + 0.9 * (1 - from) * (y + 1) /
							  row->height_px);
	}
	return LC_OK;
}

static enum lc_rc
write(const struct row *row, double throat_m, struct lc_progress *progress,
      struct buf *out)
{
	char title[80], words[400];
	const struct picture_file file = {row->pixels, row->width_px,
					  row->height_px, title, words};

	wormhole_scale_title(row->drawing.shape, title, sizeof(title));
	wormhole_scale_words(row->drawing.shape, throat_m, row->drawing.reach,
			     words, sizeof(words));
	return picture_file_png(&file, progress, out);
}

enum lc_rc
wormhole_embed_png(const struct wormhole *shape, double throat_m, int width_px,
		   int height_px, struct lc_progress *progress, struct buf *out)
{
	double rim = RIM * fmin(width_px, height_px);
	size_t corners = (size_t)width_px + 1;
	int *layers = malloc(2 * corners * sizeof(*layers));
	struct row row = {
		.width_px = width_px,
		.height_px = height_px,
		.above = layers,
		.below = layers + corners,
		.pixels = malloc(3 * (size_t)width_px * (size_t)height_px),
	};
	enum lc_rc rc = LC_NO_MEMORY;

	if (layers == NULL || row.pixels == NULL)
		goto out;
	wormhole_drawing_init(&row.drawing, shape, rim, rim, width_px - 2 * rim,
			      height_px - 2 * rim);
	wormhole_surface_init(&row.surface, &row.drawing);
	rc = draw(&row, progress);
	if (rc == LC_OK)
		rc = write(&row, throat_m, progress, out);
out:
	free(layers);
	free(row.pixels);
	return rc;
}
