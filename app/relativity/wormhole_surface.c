#include "relativity/wormhole_surface.h"

#include <math.h>

#include "relativity/constants.h"

/* A line's width, as a part of the drawing's half width. */
#define LINE_WIDTH 0.0028
#define LINE_LEAST_PX 0.55

/* How much of what is behind it glass hides, seen straight and aslant. */
#define COVER_LEAST 0.30
#define COVER_MORE 0.45

/* How far the throat's light goes, in throat radii. */
#define GLOW 0.16

void
wormhole_surface_init(struct wormhole_surface *surface,
		      const struct wormhole_drawing *drawing)
{
	double half = drawing->scale * drawing->points[0].r;

	*surface = (struct wormhole_surface){
		.drawing = drawing,
		.line = fmax(LINE_WIDTH * half, LINE_LEAST_PX),
		.circles_apart = drawing->reach / WORMHOLE_CIRCLES,
		.light = {-0.48, -0.52, 0.71},
	};
}

/* A place and how the surface lies there. */
struct place {
	double l, r, x, back, slope;
	double rise; /* dz/dl */
};

static struct place
place_of(const struct wormhole_surface *surface, int point, double part,
	 double x, double back)
{
	const struct wormhole_drawing *drawing = surface->drawing;
	const struct wormhole_point *from = &drawing->points[point];
	struct place place = {
		.l = from[0].l + part * (from[1].l - from[0].l),
		.r = fmax(sqrt(x * x + back * back), 1e-9),
		.x = x,
		.back = back,
	};

	place.slope = wormhole_slope(drawing->shape, place.l);
	place.rise = sqrt(fmax(1 - place.slope * place.slope, 0));
	return place;
}

/*
 * How many pixels it is to a circle that is `l` away and to a meridian that
 * is `turn` away: the distances over their gradients in the drawing.
 */
static void
distances(const struct wormhole_surface *surface, const struct place *place,
	  double l, double turn, double px[2])
{
	const struct wormhole_drawing *drawing = surface->drawing;
	double sine = place->x / place->r, cosine = place->back / place->r;
	double x_l = place->slope * sine, x_turn = place->back;
	double up_l = place->rise * drawing->cosine +
		      place->slope * cosine * drawing->sine;
	double up_turn = -place->x * drawing->sine;
	double area = fabs(x_l * up_turn - x_turn * up_l) * drawing->scale;

	px[0] = fabs(l) * area / sqrt(x_turn * x_turn + up_turn * up_turn);
	px[1] = fabs(turn) * area / sqrt(x_l * x_l + up_l * up_l + 1e-12);
}

static double
off(double value, double step)
{
	return value - step * floor(value / step + 0.5);
}

/* How much of a pixel a line covers that is so far away. */
static double
covered(double half_width, double px)
{
	return fmin(fmax(half_width + 0.5 - px, 0), 1);
}

static double
mix(double a, double b, double part)
{
	return a + (b - a) * part;
}

static struct colour
mixed(struct colour a, struct colour b, double part)
{
	return (struct colour){(float)mix((double)a.r, (double)b.r, part),
			       (float)mix((double)a.g, (double)b.g, part),
			       (float)mix((double)a.b, (double)b.b, part)};
}

static struct colour
times(struct colour a, double by)
{
	return (struct colour){(float)((double)a.r * by),
			       (float)((double)a.g * by),
			       (float)((double)a.b * by)};
}

/* The glass without lines. */
static struct wormhole_layer
glass(const struct wormhole_surface *surface, const struct place *place)
{
	static const struct colour near = {0.07F, 0.22F, 0.62F};
	static const struct colour far = {0.62F, 0.20F, 0.05F};
	const struct wormhole_drawing *drawing = surface->drawing;
	double sine = place->x / place->r, cosine = place->back / place->r;
	/* Outward; the side that is seen counts. */
	double normal[3] = {place->rise * sine, place->rise * cosine,
			    -place->slope};
	double facing, shine = 0, side, gloss;

	facing = -normal[1] * drawing->cosine + normal[2] * drawing->sine;
	for (int i = 0; i < 3; i++)
		shine += normal[i] * surface->light[i];
	shine = fmax(facing < 0 ? -shine : shine, 0);
	gloss = pow(shine, 24);
	side = 0.5 + 0.5 * tanh(place->l * 2.5);
	return (struct wormhole_layer){
		.colour = mixed(
			times(mixed(far, near, side), 0.30 + 0.95 * shine),
			(struct colour){1, 1, 1}, 0.25 * gloss),
		.cover = (float)(COVER_LEAST +
				 COVER_MORE * pow(1 - fabs(facing), 2)),
	};
}

static void
draw_over(struct wormhole_layer *layer, struct colour colour, double part)
{
	layer->colour = mixed(layer->colour, colour, part);
	layer->cover += (float)((0.92 - (double)layer->cover) * part);
}

struct wormhole_layer
wormhole_surface_layer(const struct wormhole_surface *surface, int point,
		       double part, double x, double back)
{
	static const struct colour cold = {0.42F, 0.66F, 1.00F};
	static const struct colour warm = {1.00F, 0.62F, 0.34F};
	static const struct colour gold = {1.00F, 0.86F, 0.42F};
	struct place place = place_of(surface, point, part, x, back);
	double apart = surface->circles_apart;
	double turn_apart = 2 * PI / WORMHOLE_MERIDIANS;
	double turn = off(atan2(x, back), turn_apart);
	struct wormhole_layer layer = glass(surface, &place);
	double px[2], throat[2], line;

	distances(surface, &place, off(place.l, apart), turn, px);
	distances(surface, &place, place.l, turn, throat);
	line = fmax(covered(surface->line, px[0]),
		    covered(surface->line, px[1]));
	draw_over(&layer, place.l < 0 ? warm : cold, 0.62 * line);
	draw_over(&layer, gold, 0.45 * exp(-pow(place.l / GLOW, 2)));
	/* Where the surface is seen from its edge, gradients mislead. */
	if (fabs(place.l) * surface->drawing->scale < 8 * surface->line)
		draw_over(&layer, gold,
			  covered(2.2 * surface->line, throat[0]));
	return layer;
}
