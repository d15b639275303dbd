#include "relativity/picture_smooth.h"

#include <math.h>

enum { SIDE = 4, SAMPLES = SIDE * SIDE, BATCH_PIXELS = TRACE_BATCH / SAMPLES };

/* The least difference in tone that makes an edge. */
#define TONE_STEP 0.06F

/* The same where a line of the grid may be missed between two pixels. */
#define LINE_RAD2 4e-4

/* How far apart the sky's directions on both sides of a pixel may be for
 * those between to be interpolated; its square, in radians. */
#define NEAR_RAD2 0.01

/* Pixels that wait for their rays. */
struct samples {
	int at[BATCH_PIXELS];
	size_t pixels;
	double alpha[TRACE_BATCH], beta[TRACE_BATCH];
};

/*
 * Where sample `i` lies in its pixel, from -1/2 to 1/2.  The grid is turned
 * a little, so that no two are in one row or column.
 */
static void
place(int i, double *x, double *y)
{
	int column = i % SIDE, row = i / SIDE;

	*x = (column * SIDE + row + 0.5) / SAMPLES - 0.5;
	*y = (row * SIDE + SIDE - 1 - column + 0.5) / SAMPLES - 0.5;
}

/* What is found among some pixels. */
struct found {
	int any, all;    /* bits of where rays ended, in any and in all */
	float low, high; /* tones */
};

/*
 * Of a pixel and those above and below it.  Orders count if there is a disc:
 * when one ray has crossed the plane once more than its neighbour, both may
 * have missed a disc that is seen from its edge.
 */
static struct found
look(const struct picture_spot *spot, int width, bool orders)
{
	struct found found = {0, ~0, 2, -1};

	for (int i = -1; i <= 1; i++) {
		const struct picture_spot *at = spot + i * width;
		int bits = at->end << 8 | (orders ? at->order : 0);

		found.any |= bits;
		found.all &= bits;
		found.low = at->tone < found.low ? at->tone : found.low;
		found.high = at->tone > found.high ? at->tone : found.high;
	}
	return found;
}

/* Whether a pixel differs from one around it, in three columns. */
static bool
is_edge(const struct picture_spot *spot, const struct found columns[3])
{
	int any = columns[0].any | columns[1].any | columns[2].any;
	int all = columns[0].all & columns[1].all & columns[2].all;
	bool steep = false;

	for (int i = 0; i < 3; i++)
		steep |= columns[i].high - spot->tone > TONE_STEP ||
			 spot->tone - columns[i].low > TONE_STEP;
	return any != all || steep;
}

static double
apart(const struct picture_spot *a, const struct picture_spot *b)
{
	double x = a->direction[0] - b->direction[0];
	double y = a->direction[1] - b->direction[1];
	double z = a->direction[2] - b->direction[2];

	return x * x + y * y + z * z;
}

/* Whether a line of the sky's grid may pass a pixel without being met. */
static bool
may_hide_line(const struct picture *picture, const struct picture_tile *tile,
	      int at)
{
	const struct picture_spot *spot = &tile->spots[at];
	int down = tile->width;

	return picture->shade.sky == PICTURE_GRID && spot->end == TRACE_SKY &&
	       (apart(spot - 1, spot + 1) > LINE_RAD2 ||
		apart(spot - down, spot + down) > LINE_RAD2);
}

/* Whether all around is one piece of sky. */
static bool
is_plain_sky(const struct picture *picture, const struct picture_tile *tile,
	     int at)
{
	const struct picture_spot *spot = &tile->spots[at];
	bool orders_count = picture->scene.disc_outer > 0;
	int down = tile->width;

	for (int y = -1; y <= 1; y++)
		for (int x = -1; x <= 1; x++) {
			const struct picture_spot *other = spot + y * down + x;

			if (other->end != TRACE_SKY ||
			    (orders_count && other->order != spot->order))
				return false;
		}
	return apart(spot - 1, spot + 1) < NEAR_RAD2 &&
	       apart(spot - down, spot + down) < NEAR_RAD2 &&
	       apart(spot - down - 1, spot + down + 1) < NEAR_RAD2;
}

static void
interpolate(const struct picture_tile *tile, int at, double x, double y,
	    struct picture_spot *between)
{
	const struct picture_spot *spot = &tile->spots[at];
	int right = x < 0 ? -1 : 1, down = y < 0 ? -tile->width : tile->width;
	double length = 0;

	*between = *spot;
	x = fabs(x);
	y = fabs(y);
	for (int i = 0; i < 3; i++) {
		double near = (1 - x) * spot->direction[i] +
			      x * spot[right].direction[i];
		double far = (1 - x) * spot[down].direction[i] +
			     x * spot[down + right].direction[i];

		between->direction[i] = (1 - y) * near + y * far;
		length += between->direction[i] * between->direction[i];
	}
	for (int i = 0; i < 3; i++)
		between->direction[i] /= sqrt(length);
}

static void
add(struct colour *sum, struct colour colour)
{
	sum->r += colour.r / SAMPLES;
	sum->g += colour.g / SAMPLES;
	sum->b += colour.b / SAMPLES;
}

static void
smooth_sky(const struct picture *picture, struct picture_tile *tile, int at)
{
	struct colour sum = {0, 0, 0};
	struct picture_spot between;
	double x, y;

	for (int i = 0; i < SAMPLES; i++) {
		place(i, &x, &y);
		interpolate(tile, at, x, y, &between);
		add(&sum, picture_shade_spot(&picture->shade, 0, &between));
	}
	tile->shown[at] = sum;
}

static void
sample(const struct picture *picture, const struct picture_tile *tile, int at,
       struct samples *samples)
{
	double alpha = picture_tile_alpha(picture, tile, at % tile->width);
	double beta = picture_tile_beta(picture, tile, at / tile->width);
	size_t to = samples->pixels * SAMPLES;
	double x, y;

	samples->at[samples->pixels++] = at;
	for (int i = 0; i < SAMPLES; i++, to++) {
		place(i, &x, &y);
		samples->alpha[to] = alpha + x * picture->pixel_rg;
		samples->beta[to] = tile->up * (beta - y * picture->pixel_rg);
	}
}

static void
trace_samples(const struct picture *picture, struct picture_tile *tile,
	      struct samples *samples)
{
	struct trace_hits hits;
	struct picture_spot spot;

	if (samples->pixels == 0)
		return;
	trace_rays(&picture->scene, samples->alpha, samples->beta,
		   samples->pixels * SAMPLES, &hits);
	for (size_t i = 0; i < samples->pixels; i++) {
		struct colour sum = {0, 0, 0};

		for (size_t j = i * SAMPLES; j < (i + 1) * SAMPLES; j++) {
			picture_tile_spot(&hits, j, &spot);
			add(&sum, picture_shade_spot(&picture->shade,
						     samples->alpha[j], &spot));
		}
		tile->shown[samples->at[i]] = sum;
	}
	samples->pixels = 0;
}

static enum lc_rc
smooth_row(const struct picture *picture, struct picture_tile *tile, int y,
	   struct samples *samples, struct lc_progress *progress)
{
	bool orders = picture->scene.disc_outer > 0;
	int from = y * tile->width + picture->halo_px;
	int to = (y + 1) * tile->width - picture->halo_px;
	const struct picture_spot *spots = tile->spots;
	struct found columns[3] = {{0},
				   look(&spots[from - 1], tile->width, orders),
				   look(&spots[from], tile->width, orders)};

	for (int at = from; at < to; at++) {
		enum lc_rc rc;

		columns[0] = columns[1];
		columns[1] = columns[2];
		columns[2] = look(&spots[at + 1], tile->width, orders);
		if (!is_edge(&spots[at], columns) &&
		    !may_hide_line(picture, tile, at))
			continue;
		if (is_plain_sky(picture, tile, at))
			smooth_sky(picture, tile, at);
		else
			sample(picture, tile, at, samples);
		rc = progress_stopped(progress);
		if (rc != LC_OK)
			return rc;
		if (samples->pixels == BATCH_PIXELS)
			trace_samples(picture, tile, samples);
	}
	return LC_OK;
}

enum lc_rc
picture_smooth(const struct picture *picture, struct picture_tile *tile,
	       struct lc_progress *progress)
{
	int halo = picture->halo_px;
	struct samples samples = {.pixels = 0};

	for (int y = halo; y < tile->height - halo; y++) {
		enum lc_rc rc =
			smooth_row(picture, tile, y, &samples, progress);

		if (rc != LC_OK)
			return rc;
	}
	trace_samples(picture, tile, &samples);
	return LC_OK;
}
