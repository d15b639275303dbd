#include "relativity/picture_images.h"

#include <math.h>

/* Neighbours that differ by more, squared, in radians, do not see one piece
 * of sky. */
#define APART_RAD2 0.04

/* A star's image: a round spot, cut where it has faded. */
#define SPREAD_PX 0.6
#define CUT_PX 2

/* What is fainter is not drawn. */
#define FAINTEST 2e-3F

/* Stars are looked for a little further around than the corners are: on the
 * sphere a cell's middle is lifted. */
#define REACH 1.02

/* Cells are looked at in blocks of so many either way, unless a block sees
 * too much of the sky. */
enum { BLOCK = 8 };
#define REACH_MOST 0.3

/* A cell of sky, as seen on the plane that touches the sphere at its centre:
 * corners at from, from + along, from + across, and the sum with `twist`. */
struct cell {
	double from[2], along[2], across[2], twist[2];
	double centre[3], basis[2][3];
	double radius2; /* no corner is further from the centre */
};

static double
dot(const double a[3], const double b[3])
{
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static double
distance2(const double a[3], const double b[3])
{
	double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];

	return x * x + y * y + z * z;
}

static double
star_distance2(const struct picture_star *star, const double to[3])
{
	double direction[3] = {(double)star->x, (double)star->y,
			       (double)star->z};

	return distance2(direction, to);
}

static int
smaller(int a, int b)
{
	return a < b ? a : b;
}

/* Its centre and radius; false: there is no such cell. */
static bool
cell_bound(struct cell *cell, const struct picture_spot *const corners[4])
{
	double length = 0, *centre = cell->centre, most = 0;

	for (int i = 0; i < 3; i++) {
		centre[i] = corners[0]->direction[i] +
			    corners[1]->direction[i] +
			    corners[2]->direction[i] + corners[3]->direction[i];
		length += centre[i] * centre[i];
	}
	/* They do not point to one side, or not all to the sky. */
	if (length < 14)
		return false;
	length = 1 / sqrt(length);
	for (int i = 0; i < 3; i++)
		centre[i] *= length;
	for (int i = 0; i < 4; i++) {
		double far = distance2(corners[i]->direction, centre);

		most = far > most ? far : most;
	}
	cell->radius2 = most;
	return most < APART_RAD2 / 2;
}

static void
project(const struct cell *cell, const double direction[3], double out[2])
{
	double depth = dot(direction, cell->centre);

	out[0] = dot(direction, cell->basis[0]) / depth;
	out[1] = dot(direction, cell->basis[1]) / depth;
}

/* Corners: from, along, across, and the one opposite. */
static void
cell_span(struct cell *cell, const struct picture_spot *const corners[4])
{
	const double *c = cell->centre;
	double *u = cell->basis[0], *v = cell->basis[1], far[2], length;

	/* Any direction across will do. */
	if (fabs(c[2]) < 0.8) {
		length = sqrt(c[0] * c[0] + c[1] * c[1]);
		u[0] = -c[1] / length;
		u[1] = c[0] / length;
		u[2] = 0;
	} else {
		length = sqrt(c[1] * c[1] + c[2] * c[2]);
		u[0] = 0;
		u[1] = -c[2] / length;
		u[2] = c[1] / length;
	}
	v[0] = c[1] * u[2] - c[2] * u[1];
	v[1] = c[2] * u[0] - c[0] * u[2];
	v[2] = c[0] * u[1] - c[1] * u[0];
	project(cell, corners[0]->direction, cell->from);
	project(cell, corners[1]->direction, cell->along);
	project(cell, corners[2]->direction, cell->across);
	project(cell, corners[3]->direction, far);
	for (int i = 0; i < 2; i++) {
		cell->along[i] -= cell->from[i];
		cell->across[i] -= cell->from[i];
		cell->twist[i] = far[i] - cell->from[i] - cell->along[i] -
				 cell->across[i];
	}
}

/*
 * Where in the cell, 0 to 1 either way, a direction lies, by Newton's
 * method, and the cell's size there in steradians; false: outside.
 */
static bool
cell_place(const struct cell *cell, const double direction[3], double at[2],
	   double *size)
{
	double to[2], s, least;

	project(cell, direction, to);
	at[0] = at[1] = 0.5;
	for (int i = 0; i < 6; i++) {
		double du[2], dv[2], off[2], cross;

		for (int j = 0; j < 2; j++) {
			du[j] = cell->along[j] + at[1] * cell->twist[j];
			dv[j] = cell->across[j] + at[0] * cell->twist[j];
			off[j] = to[j] - cell->from[j] -
				 at[0] * cell->along[j] - at[1] * dv[j];
		}
		cross = du[0] * dv[1] - du[1] * dv[0];
		if (cross == 0)
			return false;
		s = (off[0] * dv[1] - off[1] * dv[0]) / cross;
		at[0] += s;
		at[1] += (du[0] * off[1] - du[1] * off[0]) / cross;
		/* A caustic would be infinitely bright. */
		least = 1e-3 * (du[0] * du[0] + du[1] * du[1] + dv[0] * dv[0] +
				dv[1] * dv[1]);
		*size = fabs(cross) > least ? fabs(cross) : least;
	}
	return at[0] >= 0 && at[0] < 1 && at[1] >= 0 && at[1] < 1;
}

/* ---- drawing */

/* Adds a spot of light at a place of the tile, in pixels. */
static void
draw(const struct picture_sight *sight, double x, double y, struct colour light)
{
	const double rate = -0.5 / (SPREAD_PX * SPREAD_PX);
	const double rim = exp(rate * CUT_PX * CUT_PX);
	int left = (int)ceil(x - CUT_PX), top = (int)ceil(y - CUT_PX);

	for (int i = top < 0 ? 0 : top; i <= y + CUT_PX && i < sight->height;
	     i++)
		for (int j = left < 0 ? 0 : left;
		     j <= x + CUT_PX && j < sight->width; j++) {
			double off = (i - y) * (i - y) + (j - x) * (j - x);
			float part = (float)(exp(rate * off) - rim);
			struct colour *to = &sight->light[i * sight->width + j];

			if (part <= 0)
				continue;
			to->r += part * light.r;
			to->g += part * light.g;
			to->b += part * light.b;
		}
}

/* The area of a pixel at a place. */
static double
pixel_area(const struct picture_sight *sight, double x, double y)
{
	double across = (x - sight->middle_x) * sight->perspective;
	double down = (y - sight->middle_y) * sight->perspective;
	double far2 = 1 + across * across + down * down;

	return sight->pixel_area / (far2 * sqrt(far2));
}

static void
try_star(const struct picture_sight *sight, const struct cell *cell, int x,
	 int y, const struct picture_star *star)
{
	double direction[3] = {(double)star->x, (double)star->y,
			       (double)star->z};
	struct colour colour;
	double at[2], size;
	float light;

	if (!cell_place(cell, direction, at, &size))
		return;
	light = picture_stars_light(sight->stars, star,
				    pixel_area(sight, x + at[0], y + at[1]) /
					    size);
	if (light < FAINTEST)
		return;
	colour = picture_stars_colour(sight->stars, star);
	draw(sight, x + at[0], y + at[1],
	     (struct colour){colour.r * light, colour.g * light,
			     colour.b * light});
}

/* ---- looking for stars */

static void
try_cell(const struct picture_sight *sight, int x, int y)
{
	const struct picture_spot *spot = &sight->spots[y * sight->width + x];
	const struct picture_spot *const corners[4] = {
		spot, spot + 1, spot + sight->width, spot + sight->width + 1};
	struct picture_stars_search search;
	bool spanned = false;
	struct cell cell;
	size_t from, to;
	double reach;

	if (!cell_bound(&cell, corners))
		return;
	reach = REACH * sqrt(cell.radius2) + 1e-7;
	picture_stars_search(sight->stars, cell.centre, reach, &search);
	while (picture_stars_next(&search, &from, &to))
		for (; from < to; from++) {
			const struct picture_star *star =
				&sight->stars->stars[from];

			if (star_distance2(star, cell.centre) > reach * reach)
				continue;
			if (!spanned)
				cell_span(&cell, corners);
			spanned = true;
			try_star(sight, &cell, x, y, star);
		}
}

/* A rectangle of spots, from some to before others. */
struct block {
	int left, top, right, bottom;
};

/*
 * The middle of what a block sees of the sky, and how far it reaches; false:
 * nothing.
 */
static bool
block_bound(const struct picture_sight *sight, const struct block *block,
	    double centre[3], double *reach)
{
	double length, most = 0;

	centre[0] = centre[1] = centre[2] = 0;
	for (int y = block->top; y < block->bottom; y++)
		for (int x = block->left; x < block->right; x++)
			for (int i = 0; i < 3; i++)
				centre[i] += sight->spots[y * sight->width + x]
						     .direction[i];
	length = sqrt(dot(centre, centre));
	if (length <= 0)
		return false;
	for (int i = 0; i < 3; i++)
		centre[i] /= length;
	for (int y = block->top; y < block->bottom; y++)
		for (int x = block->left; x < block->right; x++) {
			const struct picture_spot *spot =
				&sight->spots[y * sight->width + x];
			double far = distance2(spot->direction, centre);

			if (spot->end == TRACE_SKY && far > most)
				most = far;
		}
	*reach = REACH * sqrt(most) + 1e-7;
	return true;
}

/* Whether there may be a star in a block: most have none. */
static bool
has_stars(const struct picture_sight *sight, const struct block *block)
{
	struct picture_stars_search search;
	double centre[3], reach;
	size_t from, to;

	if (!block_bound(sight, block, centre, &reach))
		return false;
	if (reach > REACH_MOST)
		return true;
	picture_stars_search(sight->stars, centre, reach, &search);
	while (picture_stars_next(&search, &from, &to))
		for (; from < to; from++)
			if (star_distance2(&sight->stars->stars[from],
					   centre) <= reach * reach)
				return true;
	return false;
}

enum lc_rc
picture_images(const struct picture_sight *sight, struct lc_progress *progress)
{
	for (int top = 0; top + 1 < sight->height; top += BLOCK)
		for (int left = 0; left + 1 < sight->width; left += BLOCK) {
			/* With the far corners of its last cells. */
			struct block block = {
				left, top,
				smaller(left + BLOCK + 1, sight->width),
				smaller(top + BLOCK + 1, sight->height)};
			enum lc_rc rc = progress_stopped(progress);

			if (rc != LC_OK)
				return rc;
			if (!has_stars(sight, &block))
				continue;
			for (int y = top; y + 1 < block.bottom; y++)
				for (int x = left; x + 1 < block.right; x++)
					try_cell(sight, x, y);
		}
	return LC_OK;
}
