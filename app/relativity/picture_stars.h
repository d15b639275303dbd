/*
 * The stars of a sky, to be found by direction, and how bright to show them.
 *
 * They lie in cells: rows of equal height in z, so of equal area, and
 * columns around the axis.  The columns are counted in a measure of azimuth
 * that grows from 0 to 4 around the circle and takes no trigonometry.
 */
#ifndef RELATIVITY_PICTURE_STARS_H
#define RELATIVITY_PICTURE_STARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "relativity/colour.h"
#include "relativity/picture.h"

enum {
	PICTURE_STAR_COLOURS = 64,
	PICTURE_STARS_SEEN = 1500 /* that a picture shows, as a rule */
};

struct picture_stars {
	const struct picture_star *stars; /* by cell */
	size_t count;
	int rows, columns;
	uint32_t *first; /* of each cell, and one more */
	double unit;     /* see picture_stars_light() */
	struct colour colours[PICTURE_STAR_COLOURS];
	struct colour tint; /* of all of them: 1, 1, 1, unless it is changed */
};

/* What a picture is to show of a sky. */
struct picture_exposure {
	/* About how much the first image of what is in a direction is
	 * magnified, as for picture_stars_light(); 0: it is out of view. */
	double (*magnified)(const void *view, const double direction[3]);
	const void *view;
	unsigned seen; /* about so many images */
};

/*
 * Sorts the stars and chooses how bright to show them.  LC_NO_MEMORY, and
 * then there is nothing to release.
 */
enum lc_rc picture_stars_init(struct picture_stars *stars,
			      struct picture_star *list, size_t count,
			      const struct picture_exposure *exposure)
	LC_CHECKED;
void picture_stars_release(struct picture_stars *stars);

/* A search for the stars around a direction. */
struct picture_stars_search {
	const struct picture_stars *stars;
	int row, last_row;
	int column, end; /* of the columns, modulo their number */
	int over;        /* columns at the circle's beginning, still to do */
};

/* Begins a search within `reach` (a chord, at most 0.5) of a unit vector. */
void picture_stars_search(const struct picture_stars *stars,
			  const double centre[3], double reach,
			  struct picture_stars_search *search);

/*
 * The next stars, from one to before another: all that are within reach are
 * among them, and others.  False: there are no more.
 */
bool picture_stars_next(struct picture_stars_search *search, size_t *from,
			size_t *to);

/*
 * How bright the middle of an image is, linear; about 0 for what cannot be
 * seen.  `magnified` is the area on which a steradian of sky is seen, in what the
 * picture measures areas in (gravitational radii squared, steradians).
 */
float picture_stars_light(const struct picture_stars *stars,
			  const struct picture_star *star, double magnified);

struct colour picture_stars_colour(const struct picture_stars *stars,
				   const struct picture_star *star);

#endif
