#include "relativity/picture_shade.h"

#include <math.h>

#include "relativity/disc.h"
#include "relativity/picture_grid.h"

/* How bright a body at the peak temperature is that does not move. */
#define EXPOSURE 1.3

/*
 * All of a body's light goes as the fourth power of its temperature; a
 * little less is shown, as films do, so that the disc's rim is still seen.
 */
#define POWER 3.2

/* The table of shades ends at so many times the peak temperature. */
#define HOTTEST 4.0

/* Cooler bodies have the same red, and light that numbers cannot hold. */
#define COOLEST_K 400.0

/* Behind a map of orders, to tell the sky from the shadow. */
static const struct colour dark_grey = {0.03F, 0.03F, 0.03F};
static const struct colour black = {0, 0, 0};

/*
 * The table's scale.  Just outside of the ISCO the temperature grows as the
 * root of the distance from it, and far outside it changes slowly; this is
 * linear in the one and ends at 1 in the other.
 */
static double
scale(double isco, double radius)
{
	double root = radius > isco ? sqrt(radius - isco) : 0;

	return root / (root + 1);
}

static double
unscale(double isco, double scaled)
{
	double root = scaled / (1 - scaled);

	return isco + root * root;
}

static void
fill_heats(struct picture_shade *shade, double outer)
{
	double end = scale(shade->isco, outer), radius, peak;

	disc_peak(shade->spin, &radius, &peak);
	shade->heats_per_unit = PICTURE_HEATS / end;
	for (int i = 0; i <= PICTURE_HEATS; i++) {
		radius = unscale(shade->isco, end * i / PICTURE_HEATS);
		shade->heats[i] =
			(float)pow(disc_flux(shade->spin, radius) / peak, 0.25);
	}
	shade->heats[PICTURE_HEATS + 1] = shade->heats[PICTURE_HEATS];
}

static enum lc_rc
fill_shades(struct picture_shade *shade, double peak_k)
{
	struct colour_bodies *bodies = colour_bodies_new(peak_k);

	if (bodies == NULL)
		return LC_NO_MEMORY;
	for (int i = 0; i <= PICTURE_SHADES + 1; i++) {
		double heat = HOTTEST * i / PICTURE_SHADES;
		struct colour light =
			colour_body(bodies, fmax(heat * peak_k, COOLEST_K));
		double strength = 0.2126 * (double)light.r +
				  0.7152 * (double)light.g +
				  0.0722 * (double)light.b;
		float by = 0;

		if (strength > 0)
			by = (float)(EXPOSURE * pow(heat, POWER) / strength);
		shade->shades[i] = colour_compress((struct colour){
			light.r * by, light.g * by, light.b * by});
	}
	colour_bodies_free(bodies);
	return LC_OK;
}

enum lc_rc
picture_shade_init(struct picture_shade *shade, const struct picture_view *view,
		   const struct trace_scene *scene)
{
	*shade = (struct picture_shade){
		.colour = view->colour,
		.sky = view->sky,
		.spin = view->spin,
		.sin_i = scene->sin_i,
		.back = {-scene->sin_i, 0, -scene->cos_i},
		.isco = scene->disc_inner,
	};
	if (view->colour != PICTURE_PHYSICAL || scene->disc_outer <= 0)
		return LC_OK;
	fill_heats(shade, scene->disc_outer);
	return fill_shades(shade, view->peak_temperature_k);
}

static double
heat(const struct picture_shade *shade, double radius)
{
	double place = scale(shade->isco, radius) * shade->heats_per_unit;
	int i = place < PICTURE_HEATS ? (int)place : PICTURE_HEATS;
	double low = (double)shade->heats[i];

	return low + ((double)shade->heats[i + 1] - low) * (place - i);
}

static struct colour
body(const struct picture_shade *shade, double heat)
{
	double place = heat * (PICTURE_SHADES / HOTTEST);
	int i = place < PICTURE_SHADES ? (int)place : PICTURE_SHADES;
	float part = place < PICTURE_SHADES ? (float)(place - i) : 0;
	const struct colour *low = &shade->shades[i], *high = low + 1;

	return (struct colour){low->r + (high->r - low->r) * part,
			       low->g + (high->g - low->g) * part,
			       low->b + (high->b - low->b) * part};
}

static struct colour
disc(const struct picture_shade *shade, double alpha,
     const struct picture_spot *spot)
{
	double r = (double)spot->radius, turn = 1 / (r * sqrt(r));
	double lambda = -alpha * shade->sin_i, g;

	if (shade->colour == PICTURE_ORDER)
		return colour_order(spot->order);
	g = 1 - 3 / r + 2 * shade->spin * turn;
	g = (g > 0 ? sqrt(g) : 0) / (1 + (shade->spin - lambda) * turn);
	return shade->colour == PICTURE_REDSHIFT ?
		       colour_redshift(g) :
		       body(shade, g * heat(shade, r));
}

struct colour
picture_shade_spot(const struct picture_shade *shade, double alpha,
		   const struct picture_spot *spot)
{
	if (spot->end == TRACE_DISC)
		return disc(shade, alpha, spot);
	if (spot->end != TRACE_SKY || shade->sky == PICTURE_NO_SKY)
		return black;
	if (shade->sky == PICTURE_GRID)
		return picture_grid(spot->direction, shade->back);
	return shade->colour == PICTURE_ORDER ? dark_grey : black;
}
