#include "relativity/wormhole_sky.h"

#include <math.h>

#include "relativity/constants.h"
#include "relativity/wormhole_grid.h"

enum {
	PIECES = 32, /* the most that an arc of sky is made of */
	SAMPLES = 16 /* of a pixel between the two skies */
};

/* An arc of sky that is seen as a piece. */
#define PIECE_RAD 0.2

/* Sweeps that are larger are all the same. */
#define SWEEP_MOST 1e6

/* So close to the border between the skies sweeps change too quickly for
 * their difference to a neighbour to tell. */
#define BORDER_PX 2.5

/* A pixel is at most so much wider from corner to corner. */
#define DIAGONAL 1.2

static void
follow(const struct wormhole_picture *picture, struct wormhole_spot *spot)
{
	struct wormhole_ray ray;

	wormhole_lens_find(picture->lens, spot->look.cosine, spot->look.sine,
			   &ray);
	spot->sweep_rad = fmin(ray.sweep_rad, SWEEP_MOST);
	spot->far = picture->beyond != ray.through;
}

void
wormhole_sky_look(const struct wormhole_picture *picture, double x, double y,
		  struct wormhole_spot *spot)
{
	wormhole_camera_look(&picture->camera, x, y, &spot->look);
	follow(picture, spot);
}

void
wormhole_sky_direction(const struct wormhole_picture *picture,
		       const struct wormhole_spot *spot, double direction[3])
{
	const double *place = picture->camera.place;
	double cosine = cos(spot->sweep_rad), sine = sin(spot->sweep_rad);
	double along[3];

	wormhole_camera_along(&picture->camera, &spot->look, along);
	for (int i = 0; i < 3; i++)
		direction[i] = place[i] * cosine + along[i] * sine;
}

/* ---- the grid */

/* The plane in which a ray lies: from the camera's place, along, across. */
struct plane {
	const double *place;
	double along[3], across[3];
};

static struct plane
plane_of(const struct wormhole_picture *picture,
	 const struct wormhole_look *look)
{
	struct plane plane = {.place = picture->camera.place};
	const double *p = plane.place, *t = plane.along;

	wormhole_camera_along(&picture->camera, look, plane.along);
	plane.across[0] = p[1] * t[2] - p[2] * t[1];
	plane.across[1] = p[2] * t[0] - p[0] * t[2];
	plane.across[2] = p[0] * t[1] - p[1] * t[0];
	return plane;
}

/* A piece of sky, `long_rad` along the sweep and `wide_rad` across. */
static struct colour
piece(const struct plane *plane, bool far, double sweep_rad, double long_rad,
      double wide_rad)
{
	double cosine = cos(sweep_rad), sine = sin(sweep_rad);
	double at[3], u[3], v[3];

	for (int i = 0; i < 3; i++) {
		at[i] = plane->place[i] * cosine + plane->along[i] * sine;
		u[i] = (plane->along[i] * cosine - plane->place[i] * sine) *
		       long_rad;
		v[i] = plane->across[i] * wide_rad;
	}
	return wormhole_grid(far, at, u, v);
}

static void
add(struct colour *sum, struct colour colour, double part)
{
	float by = (float)part;

	sum->r += colour.r * by;
	sum->g += colour.g * by;
	sum->b += colour.b * by;
}

static struct colour
arc(const struct wormhole_picture *picture, const struct wormhole_spot *spot,
    double spread_rad)
{
	const struct wormhole_look *look = &spot->look;
	struct plane plane = plane_of(picture, look);
	double spread = fmin(spread_rad, 2 * PI);
	int pieces = (int)fmin(ceil(spread / PIECE_RAD), PIECES);
	double wide = spread;
	struct colour sum = {0, 0, 0};

	/* In the middle a pixel's piece of sky is as wide as long. */
	if (look->sine > look->pixel_rad)
		wide = fabs(sin(spot->sweep_rad)) / look->sine *
		       look->pixel_rad;
	if (pieces <= 1)
		return piece(&plane, spot->far, spot->sweep_rad, spread, wide);
	for (int i = 0; i < pieces; i++) {
		double sweep =
			spot->sweep_rad + ((i + 0.5) / pieces - 0.5) * spread;

		add(&sum,
		    piece(&plane, spot->far, sweep, spread / pieces, wide),
		    1.0 / pieces);
	}
	return sum;
}

/* ---- */

/* Skies without lines, so that the two can be told apart. */
static struct colour
plain(enum picture_sky sky, bool far)
{
	static const struct colour night[2] = {{0.0016F, 0.0024F, 0.0060F},
					       {0.0080F, 0.0038F, 0.0017F}};
	static const struct colour nothing[2] = {{0, 0, 0},
						 {0.03F, 0.03F, 0.03F}};

	return sky == PICTURE_STARS ? night[far] : nothing[far];
}

static struct colour
mixed(struct colour a, struct colour b, double part)
{
	struct colour sum = {0, 0, 0};

	add(&sum, a, 1 - part);
	add(&sum, b, part);
	return sum;
}

static struct colour
shade(const struct wormhole_picture *picture, const struct wormhole_spot *spot,
      double spread_rad)
{
	enum picture_sky sky = picture->skies[spot->far];

	return sky == PICTURE_GRID ? arc(picture, spot, spread_rad) :
				     plain(sky, spot->far);
}

/* ---- the border between the skies */

/* How many pixels it is from the border, outwards; far from it, about. */
static double
beyond_border(const struct wormhole_picture *picture,
	      const struct wormhole_look *look)
{
	double cosine = cos(picture->camera.critical_rad);
	double sine = sin(picture->camera.critical_rad);

	if (look->cosine * cosine + look->sine * sine < 0)
		return HUGE_VAL;
	return (look->sine * cosine - look->cosine * sine) / look->pixel_rad;
}

/* The same ray, closer to the middle or less. */
static struct wormhole_spot
shifted(const struct wormhole_picture *picture,
	const struct wormhole_spot *spot, double by_rad)
{
	double alpha = atan2(spot->look.sine, spot->look.cosine) + by_rad;
	struct wormhole_spot moved = *spot;

	/* Past the middle it would be on its other side, as far from it. */
	moved.look.cosine = cos(alpha);
	moved.look.sine = fabs(sin(alpha));
	follow(picture, &moved);
	return moved;
}

static struct colour
shade_samples(const struct wormhole_picture *picture,
	      const struct wormhole_spot *spot)
{
	double step = DIAGONAL * spot->look.pixel_rad / SAMPLES;
	struct wormhole_spot next = shifted(picture, spot, -step * SAMPLES / 2);
	struct colour sum = {0, 0, 0};

	for (int i = 0; i < SAMPLES; i++) {
		struct wormhole_spot middle = shifted(
			picture, spot, (i + 0.5 - 0.5 * SAMPLES) * step);
		struct wormhole_spot before = next;
		double spread;

		next = shifted(picture, spot, (i + 1 - 0.5 * SAMPLES) * step);
		spread = fabs(next.sweep_rad - before.sweep_rad);
		if (next.far != before.far)
			spread = 2 * PI;
		add(&sum, shade(picture, &middle, spread), 1.0 / SAMPLES);
	}
	return sum;
}

struct colour
wormhole_sky_shade(const struct wormhole_picture *picture,
		   const struct wormhole_spot *spot, double spread_rad)
{
	const enum picture_sky *skies = picture->skies;
	double off = beyond_border(picture, &spot->look), outside;

	if (fabs(off) > BORDER_PX)
		return shade(picture, spot, spread_rad);
	if (skies[0] == PICTURE_GRID || skies[1] == PICTURE_GRID)
		return shade_samples(picture, spot);
	outside = fmin(fmax(off + 0.5, 0), 1);
	return mixed(plain(skies[!picture->beyond], !picture->beyond),
		     plain(skies[picture->beyond], picture->beyond), outside);
}
