#include "relativity/colour.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

/* The temperatures of the table, evenly spaced in their logarithm; hotter
 * bodies differ from the hottest one in brightness only. */
#define COOLEST_K 100.0
#define HOTTEST_K 1e7
enum { BODIES = 2048 };

/* As bright as anything is; it is white long before. */
#define BRIGHTEST 1e6

#define SECOND_RADIATION_NM_K 1.438776877e7 /* hc/k */

struct colour_bodies {
	struct colour bodies[BODIES + 1];
};

static const struct colour white = {1, 1, 1};

/* ---- what the eye sees of a spectrum */

/* One bump of a matching function, with a width for each of its sides. */
static double
lobe(double nm, double height, double middle, double left, double right)
{
	double t = (nm - middle) / (nm < middle ? left : right);

	return height * exp(-t * t / 2);
}

static double
match_y(double nm)
{
	return lobe(nm, 0.821, 568.8, 46.9, 40.5) +
	       lobe(nm, 0.286, 530.9, 16.3, 31.1);
}

/*
 * Beyond 660 nm the eye tells no colours apart, and x is 2.769 y; the lobes
 * would end in green, of which cool bodies have most of their light.
 */
static double
match_x(double nm)
{
	if (nm > 660)
		return 2.769 * match_y(nm);
	return lobe(nm, 1.056, 599.8, 37.9, 31.0) +
	       lobe(nm, 0.362, 442.0, 16.0, 26.7) +
	       lobe(nm, -0.065, 501.1, 20.4, 26.2);
}

static double
match_z(double nm)
{
	return lobe(nm, 1.217, 437.0, 11.8, 36.0) +
	       lobe(nm, 0.681, 459.0, 26.0, 13.8);
}

/* Planck's law, in any unit. */
static double
planck(double nm, double temperature_k)
{
	double um = nm / 1000;

	return 1 / (um * um * um * um * um *
		    expm1(SECOND_RADIATION_NM_K / (nm * temperature_k)));
}

/* The matching functions at a few wavelengths, which is what costs. */
enum { WAVELENGTHS = 48 };

struct observer {
	double nm[WAVELENGTHS], x[WAVELENGTHS], y[WAVELENGTHS], z[WAVELENGTHS];
};

static void
observe(struct observer *observer)
{
	for (int i = 0; i < WAVELENGTHS; i++) {
		double nm = 360 + 10 * i;

		observer->nm[i] = nm;
		observer->x[i] = match_x(nm);
		observer->y[i] = match_y(nm);
		observer->z[i] = match_z(nm);
	}
}

/*
 * A body's colour with luminance 1, and its luminance.  What sRGB cannot
 * show (the red of cool bodies is purer than its own) is brought to the edge
 * of what it can.
 */
static struct colour
body(const struct observer *observer, double temperature_k, double *luminance)
{
	double x = 0, y = 0, z = 0, r, g, b, shown;

	for (int i = 0; i < WAVELENGTHS; i++) {
		double light = planck(observer->nm[i], temperature_k);

		x += light * observer->x[i];
		y += light * observer->y[i];
		z += light * observer->z[i];
	}
	*luminance = y;
	x /= y;
	z /= y;
	r = fmax(3.2404542 * x - 1.5371385 - 0.4985314 * z, 0);
	g = fmax(-0.9692660 * x + 1.8760108 + 0.0415560 * z, 0);
	b = fmax(0.0556434 * x - 0.2040259 + 1.0572252 * z, 0);
	shown = 0.2126729 * r + 0.7151522 * g + 0.0721750 * b;
	return (struct colour){(float)(r / shown), (float)(g / shown),
			       (float)(b / shown)};
}

static struct colour
times(struct colour colour, float by)
{
	return (struct colour){colour.r * by, colour.g * by, colour.b * by};
}

/* From one colour to another, `part` of the way. */
static struct colour
between(struct colour from, struct colour to, float part)
{
	return (struct colour){from.r + (to.r - from.r) * part,
			       from.g + (to.g - from.g) * part,
			       from.b + (to.b - from.b) * part};
}

/* ---- black bodies and stars */

struct colour_bodies *
colour_bodies_new(double white_k)
{
	struct colour_bodies *bodies = malloc(sizeof(*bodies));
	struct observer observer;
	double unit, luminance;

	if (bodies == NULL)
		return NULL;
	observe(&observer);
	body(&observer, fmin(fmax(white_k, COOLEST_K), HOTTEST_K), &unit);
	if (white_k > HOTTEST_K)
		unit *= white_k / HOTTEST_K;
	for (int i = 0; i <= BODIES; i++) {
		double t = COOLEST_K *
			   pow(HOTTEST_K / COOLEST_K, (double)i / BODIES);
		struct colour colour = body(&observer, t, &luminance);

		bodies->bodies[i] =
			times(colour, (float)fmin(luminance / unit, BRIGHTEST));
	}
	return bodies;
}

void
colour_bodies_free(struct colour_bodies *bodies)
{
	free(bodies);
}

struct colour
colour_body(const struct colour_bodies *bodies, double temperature_k)
{
	static const double per_e = BODIES / 11.512925464970229; /* ln 1e5 */
	const struct colour *at = bodies->bodies;
	double place;
	int i;

	if (!(temperature_k >= COOLEST_K))
		return (struct colour){0, 0, 0};
	if (temperature_k >= HOTTEST_K)
		return times(at[BODIES],
			     (float)fmin(temperature_k / HOTTEST_K, BRIGHTEST));
	place = log(temperature_k / COOLEST_K) * per_e;
	i = (int)place < BODIES ? (int)place : BODIES - 1;
	return between(at[i], at[i + 1], (float)(place - i));
}

struct colour
colour_star(double b_minus_v)
{
	double index = fmin(fmax(b_minus_v, -0.4), 6);
	double temperature_k =
		4600 * (1 / (0.92 * index + 1.7) + 1 / (0.92 * index + 0.62));
	struct observer observer;
	double luminance;

	if (isnan(b_minus_v))
		return white;
	observe(&observer);
	return body(&observer, temperature_k, &luminance);
}

/* ---- scales */

struct colour
colour_redshift(double factor)
{
	static const struct {
		double log2;
		struct colour colour;
	} stops[] = {
		{-2.0, {0.05F, 0.00F, 0.00F}},  {-1.0, {0.45F, 0.01F, 0.01F}},
		{-0.5, {0.85F, 0.13F, 0.03F}},  {-0.2, {0.95F, 0.50F, 0.22F}},
		{0.0, {0.95F, 0.95F, 0.95F}},   {0.2, {0.35F, 0.62F, 0.95F}},
		{0.5, {0.06F, 0.25F, 0.90F}},   {1.0, {0.02F, 0.04F, 0.55F}},
		{2.0, {0.005F, 0.005F, 0.12F}},
	};
	const size_t last = sizeof(stops) / sizeof(stops[0]) - 1;
	double log2_factor = factor > 0 ? log2(factor) : -INFINITY;
	size_t i = 0;

	if (log2_factor <= stops[0].log2)
		return stops[0].colour;
	if (log2_factor >= stops[last].log2)
		return stops[last].colour;
	while (log2_factor >= stops[i + 1].log2)
		i++;
	return between(stops[i].colour, stops[i + 1].colour,
		       (float)((log2_factor - stops[i].log2) /
			       (stops[i + 1].log2 - stops[i].log2)));
}

struct colour
colour_order(int order)
{
	static const struct colour orders[] = {
		{0.093F, 0.456F, 0.815F}, {0.791F, 0.347F, 0.000F},
		{0.000F, 0.342F, 0.171F}, {0.665F, 0.112F, 0.000F},
		{0.604F, 0.191F, 0.386F}, {0.871F, 0.776F, 0.054F},
		{0.800F, 0.800F, 0.800F},
	};
	const int last = sizeof(orders) / sizeof(orders[0]) - 1;

	return orders[order < 0 ? 0 : order < last ? order : last];
}

/* ---- on to bytes */

struct colour
colour_compress(struct colour linear)
{
	float most = linear.r > linear.g ? linear.r : linear.g, shown, over;

	most = most > linear.b ? most : linear.b;
	if (!(most > 0))
		return (struct colour){0, 0, 0};
	shown = 1 / sqrtf(1 + most * most);
	linear = times(linear, shown);
	if (most <= 1)
		return linear;
	over = (most - 1) / (most + 3);
	return between(linear, times(white, most * shown), over * over);
}

struct colour
colour_over(struct colour shown, struct colour light)
{
	if (light.r + light.g + light.b <= 0)
		return shown;
	light = colour_compress(light);
	return (struct colour){shown.r + light.r * (1 - shown.r),
			       shown.g + light.g * (1 - shown.g),
			       shown.b + light.b * (1 - shown.b)};
}

/*
 * The transfer of sRGB is a power of 1/2.4; as a polynomial in the fourth
 * root it is within 4e-5 of that, and takes no call of a function.
 */
static inline uint8_t
byte(float shown)
{
	float root, encoded;

	if (!(shown > 0.0031308F))
		return shown > 0 ? (uint8_t)(shown * 12.92F * 255 + 0.5F) : 0;
	if (shown >= 1)
		return 255;
	root = sqrtf(sqrtf(shown));
	encoded = -0.06461157F +
		  root * (0.1961361F +
			  root * (1.122681F +
				  root * (-0.3355007F + root * 0.08132963F)));
	return (uint8_t)(encoded * 255 + 0.5F);
}

void
colour_bytes(struct colour shown, uint8_t bytes[3])
{
	bytes[0] = byte(shown.r);
	bytes[1] = byte(shown.g);
	bytes[2] = byte(shown.b);
}
