#include "relativity/picture_stars.h"

#include <math.h>
#include <stdlib.h>

enum {
	ROWS_MOST = 256,
	STEPS = 10,     /* of a magnitude, when counting what will be seen */
	MAGNITUDES = 80 /* and so many of them */
};

/* The brightest of the magnitudes that are counted. */
#define BRIGHTEST_MAG (-60.0)

/* What the last image that is to be seen looks like. */
#define FAINTEST_SEEN 0.12F

/* Of bright images the light grows as the flux to the power of 1 - this. */
#define SLOWER 0.4F

/* Colours are kept for this range of B-V. */
#define BLUEST (-0.4)
#define REDDEST 2.4

/* The measure of azimuth. */
static double
azimuth_of(double x, double y)
{
	double sum = fabs(x) + fabs(y), along = sum > 0 ? x / sum : 1;

	return y < 0 ? 3 + along : 1 - along;
}

static int
row_of(const struct picture_stars *stars, double z)
{
	int row = (int)((1 - z) / 2 * stars->rows);

	return row < 0 ? 0 : row < stars->rows ? row : stars->rows - 1;
}

/* Of an azimuth of -4 to 8. */
static int
column_of(const struct picture_stars *stars, double azimuth)
{
	double turn = azimuth < 0 ? 4 : azimuth >= 4 ? -4 : 0;
	int column = (int)((azimuth + turn) / 4 * stars->columns);

	return column < stars->columns ? column : stars->columns - 1;
}

/* ---- sorting */

static size_t
cell_of(const struct picture_stars *stars, const struct picture_star *star)
{
	double azimuth = azimuth_of((double)star->x, (double)star->y);

	return (size_t)row_of(stars, (double)star->z) * (size_t)stars->columns +
	       (size_t)column_of(stars, azimuth);
}

/*
 * Moves each star to its cell, in place: first[] counts how far each cell is
 * filled, next[] is where it begins in the end.
 */
static void
sort(struct picture_stars *stars, struct picture_star *list, uint32_t *next)
{
	size_t cells = (size_t)stars->rows * (size_t)stars->columns;
	uint32_t *first = stars->first, sum = 0;

	for (size_t i = 0; i < stars->count; i++)
		first[cell_of(stars, &list[i]) + 1]++;
	for (size_t i = 0; i <= cells; i++) {
		sum += first[i];
		next[i] = first[i] = sum;
	}
	for (size_t i = 0; i < cells; i++)
		while (next[i] < first[i + 1]) {
			struct picture_star star = list[next[i]];
			size_t cell = cell_of(stars, &star);

			if (cell == i) {
				next[i]++;
				continue;
			}
			list[next[i]] = list[next[cell]];
			list[next[cell]++] = star;
		}
}

static enum lc_rc
index_stars(struct picture_stars *stars, struct picture_star *list)
{
	double rows = sqrt((double)stars->count);
	size_t cells;
	uint32_t *next;

	stars->rows = rows < 1 ? 1 : rows > ROWS_MOST ? ROWS_MOST : (int)rows;
	stars->columns = 2 * stars->rows;
	cells = (size_t)stars->rows * (size_t)stars->columns;
	stars->first = calloc(cells + 1, sizeof(*stars->first));
	next = calloc(cells + 1, sizeof(*next));
	if (stars->first == NULL || next == NULL) {
		free(next);
		picture_stars_release(stars);
		return LC_NO_MEMORY;
	}
	sort(stars, list, next);
	free(next);
	return LC_OK;
}

/* ---- searching */

void
picture_stars_search(const struct picture_stars *stars, const double centre[3],
		     double reach, struct picture_stars_search *search)
{
	double across2 = centre[0] * centre[0] + centre[1] * centre[1];
	double azimuth, half;

	*search = (struct picture_stars_search){
		.stars = stars,
		.row = row_of(stars, centre[2] + reach),
		.last_row = row_of(stars, centre[2] - reach),
		.end = stars->columns,
	};
	/* All around, near a pole. */
	if (across2 < 4 * reach * reach)
		return;
	/* Half the angle is asin(reach / across) at most, and the measure of
	 * azimuth does not grow faster than the angle. */
	half = 1.1 * reach / sqrt(across2);
	azimuth = azimuth_of(centre[0], centre[1]);
	search->column = column_of(stars, azimuth - half);
	search->end = column_of(stars, azimuth + half) + 1;
	if (search->end <= search->column)
		search->end += stars->columns;
}

bool
picture_stars_next(struct picture_stars_search *search, size_t *from,
		   size_t *to)
{
	const struct picture_stars *stars = search->stars;
	const uint32_t *first;

	if (search->row > search->last_row)
		return false;
	first = &stars->first[(size_t)search->row * (size_t)stars->columns];
	if (search->over > 0) {
		*from = first[0];
		*to = first[search->over];
		search->over = 0;
		search->row++;
	} else if (search->end > stars->columns) {
		*from = first[search->column];
		*to = first[stars->columns];
		search->over = search->end - stars->columns;
	} else {
		*from = first[search->column];
		*to = first[search->end];
		search->row++;
	}
	return true;
}

/* ---- exposure */

static double
flux(const struct picture_star *star)
{
	return exp2(-0.4 * 3.321928094887362 * (double)star->magnitude);
}

/* The flux of the last image that is to be seen. */
static double
expose(const struct picture_stars *stars,
       const struct picture_exposure *exposure)
{
	unsigned counts[STEPS * MAGNITUDES] = {0}, seen = 0;
	int step, last = 0;
	double at;

	for (size_t i = 0; i < stars->count; i++) {
		const struct picture_star *star = &stars->stars[i];
		double direction[3] = {(double)star->x, (double)star->y,
				       (double)star->z};
		double magnified =
			exposure->magnified(exposure->view, direction);

		if (magnified <= 0)
			continue;
		at = ((double)star->magnitude - 2.5 * log10(magnified) -
		      BRIGHTEST_MAG) *
		     STEPS;
		if (at > -1 && at < STEPS * MAGNITUDES)
			counts[(int)at]++;
	}
	for (step = 0; step < STEPS * MAGNITUDES && seen < exposure->seen;
	     step++)
		if (counts[step] > 0) {
			seen += counts[step];
			last = step;
		}
	return pow(10, -0.4 * (BRIGHTEST_MAG + (double)last / STEPS));
}

float
picture_stars_light(const struct picture_stars *stars,
		    const struct picture_star *star, double magnified)
{
	float over = (float)fmin(flux(star) * magnified / stars->unit, 1e12);

	/* As the flux where that is low, and slower where it is high: images
	 * differ in flux as no screen could show. */
	return FAINTEST_SEEN * over * powf(1 + over, -SLOWER);
}

/* ---- */

static struct colour
own_colour(const struct picture_stars *stars, const struct picture_star *star)
{
	double index = (double)star->b_minus_v, place;

	if (isnan(index))
		return (struct colour){1, 1, 1};
	place = (index - BLUEST) / (REDDEST - BLUEST) *
		(PICTURE_STAR_COLOURS - 1);
	return stars->colours[(
		int)(fmin(fmax(place, 0), PICTURE_STAR_COLOURS - 1) + 0.5)];
}

struct colour
picture_stars_colour(const struct picture_stars *stars,
		     const struct picture_star *star)
{
	struct colour own = own_colour(stars, star), tint = stars->tint;

	return (struct colour){own.r * tint.r, own.g * tint.g, own.b * tint.b};
}

enum lc_rc
picture_stars_init(struct picture_stars *stars, struct picture_star *list,
		   size_t count, const struct picture_exposure *exposure)
{
	*stars = (struct picture_stars){
		.stars = list, .count = count, .tint = {1, 1, 1}};
	if (index_stars(stars, list) != LC_OK)
		return LC_NO_MEMORY;
	stars->unit = expose(stars, exposure);
	for (int i = 0; i < PICTURE_STAR_COLOURS; i++)
		stars->colours[i] = colour_star(
			BLUEST +
			(REDDEST - BLUEST) * i / (PICTURE_STAR_COLOURS - 1));
	return LC_OK;
}

void
picture_stars_release(struct picture_stars *stars)
{
	free(stars->first);
	*stars = (struct picture_stars){.first = NULL};
}
