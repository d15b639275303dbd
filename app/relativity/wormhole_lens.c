#include "relativity/wormhole_rays.h"

#include <math.h>
#include <stdlib.h>

#include "relativity/wormhole_curve.h"
#include "relativity/wormhole_legs.h"
#include "relativity/wormhole_table.h"

/*
 * A direction is known by `away`: how much its cosine, outwards, is more
 * than the critical one, -sqrt(1 - 1/r^2), of rays that circle for ever.
 * psi / B is an analytic function of it on either side, with a logarithm at
 * 0 as the only singularity, also where rays turn at the camera or go
 * straight out; so its table is by the logarithm of |away|.  What the
 * cylinder adds has a pole, and is left out of the tables.
 */
struct wormhole_lens {
	double radius, square; /* r, r^2 - 1: where the camera is */
	double critical;       /* sqrt(1 - 1/r^2) */
	double ahead, behind;  /* cylinder on the way out and through */
	struct wormhole_curve out, through;
};

/* While a lens is made. */
struct grinding {
	const struct wormhole_lens *lens;
	const struct wormhole_table *table;
	double distance; /* of the camera, beyond the cylinder's end */
};

/* 1 - B^2 */
static double
open_at(const struct wormhole_lens *lens, double away)
{
	return lens->radius * lens->radius * away * (away - 2 * lens->critical);
}

static double
sweep_beyond(const struct grinding *of, double cosine)
{
	double across = of->lens->radius * cosine;

	return wormhole_legs_sweep(wormhole_table_shape(of->table),
				   of->distance, across * across, INFINITY);
}

/* psi / B without the cylinder. */
static double
sweep_at(const struct grinding *of, double away)
{
	double cosine = away - of->lens->critical;
	double open = open_at(of->lens, away);

	if (of->distance <= 0)
		return wormhole_table_sweep(of->table, open);
	if (cosine > 0)
		return sweep_beyond(of, cosine);
	/* The whole of it, less what is behind the camera. */
	return 2 * wormhole_table_sweep(of->table, open) -
	       sweep_beyond(of, cosine);
}

static double
out_at(const void *of, double place)
{
	return sweep_at(of, exp(place));
}

static double
through_at(const void *of, double place)
{
	return sweep_at(of, -exp(place));
}

static enum lc_rc
lens_grind(struct wormhole_lens *lens, const struct grinding *of,
	   struct lc_progress *progress)
{
	double least = WORMHOLE_TABLE_LEAST / (lens->radius * lens->radius);
	double low =
		log(least / (lens->critical +
			     sqrt(lens->critical * lens->critical + least)));
	/* 1 - critical, which may be tiny. */
	double most = 1 / (lens->radius * lens->radius * (1 + lens->critical));
	enum lc_rc rc;

	rc = wormhole_curve_init(&lens->out, low, log1p(lens->critical), out_at,
				 of, progress);
	if (rc == LC_OK)
		rc = wormhole_curve_init(&lens->through, low, log(most),
					 through_at, of, progress);
	return rc;
}

struct wormhole_lens *
wormhole_lens_new(const struct wormhole_table *table, double camera_l,
		  struct lc_progress *progress)
{
	const struct wormhole *shape = wormhole_table_shape(table);
	double l = fabs(camera_l), inside = fmin(l, shape->half_length);
	struct wormhole_lens *lens = calloc(1, sizeof(*lens));
	struct grinding of = {lens, table, l - inside};
	double excess = wormhole_legs_excess(shape, of.distance);

	if (lens == NULL)
		return NULL;
	lens->radius = 1 + excess;
	lens->square = excess * (2 + excess);
	lens->critical = sqrt(lens->square) / lens->radius;
	lens->ahead = shape->half_length - inside;
	lens->behind = shape->half_length + inside;
	if (lens_grind(lens, &of, progress) != LC_OK) {
		wormhole_lens_free(lens);
		return NULL;
	}
	return lens;
}

void
wormhole_lens_free(struct wormhole_lens *lens)
{
	if (lens == NULL)
		return;
	wormhole_curve_release(&lens->out);
	wormhole_curve_release(&lens->through);
	free(lens);
}

/*
 * Far away the critical cosine is nearly -1: there the difference is that of
 * the sines, divided by the sum of the cosines.
 */
static double
away_at(const struct wormhole_lens *lens, double cosine, double sine)
{
	double least = 1 / lens->radius; /* the critical sine */

	if (cosine > 0 && lens->critical > 0.5)
		return (sine - least) * (sine + least) /
		       (lens->critical + cosine);
	return lens->critical - cosine;
}

void
wormhole_lens_find(const struct wormhole_lens *lens, double cosine, double sine,
		   struct wormhole_ray *ray)
{
	double away = away_at(lens, cosine, sine), cylinder, sweep;

	ray->impact = lens->radius * sine;
	ray->open = open_at(lens, away);
	ray->through = away < 0;
	sweep = wormhole_curve_at(ray->through ? &lens->through : &lens->out,
				  log(fabs(away)));
	cylinder = ray->through ? lens->behind : lens->ahead;
	if (cylinder > 0)
		sweep += cylinder / sqrt(fabs(ray->open));
	ray->sweep_rad = ray->impact > 0 ? ray->impact * sweep : 0;
}
