/*
 * The picture of a Kerr hole with its disc before the stars.
 *
 * A picture is made in parts, each by any thread and in any order, each
 * once; the parts write to places of their own.  When all are done, it is
 * written as PNG.
 */
#ifndef RELATIVITY_PICTURE_H
#define RELATIVITY_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/progress.h"
#include "base/rc.h"

enum picture_sky { PICTURE_STARS, PICTURE_GRID, PICTURE_NO_SKY };
enum picture_colour { PICTURE_PHYSICAL, PICTURE_REDSHIFT, PICTURE_ORDER };

struct picture_view {
	double spin;            /* -0.9999 to 0.9999 */
	double inclination_deg; /* 0 to 180 */
	int width_px, height_px;
	double fov_rg;             /* the view's width */
	double disc_outer_rg;      /* 0: no disc */
	double peak_temperature_k; /* of the disc's hottest ring */
	enum picture_sky sky;
	enum picture_colour colour;
};

/* A point of light; the direction is in the hole's frame (trace.h). */
struct picture_star {
	float x, y, z;
	float magnitude;
	float b_minus_v; /* NAN: not known */
};

struct picture;

/*
 * `stars` are borrowed until picture_free() and sorted in place; NULL when
 * there is no memory.
 */
struct picture *picture_new(const struct picture_view *view,
			    struct picture_star *stars, size_t star_count);
void picture_free(struct picture *picture);

size_t picture_parts(const struct picture *picture);

/* Asks `progress` at least every 10 ms; LC_NO_MEMORY, or why it stopped. */
enum lc_rc picture_part(struct picture *picture, size_t part,
			struct lc_progress *progress) LC_CHECKED;

/* The finished pixels: rows from the top, three bytes of sRGB each. */
const uint8_t *picture_pixels(const struct picture *picture);

/*
 * Writes it as PNG; `words`, in ASCII, goes into the file as its
 * description.  The progress goes on to 1 from where it is.
 * LC_NO_MEMORY, or why it stopped.
 */
enum lc_rc picture_png(const struct picture *picture, const char *words,
		       struct lc_progress *progress, struct buf *out)
	LC_CHECKED;

#endif
