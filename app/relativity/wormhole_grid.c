#include "relativity/wormhole_grid.h"

#include <math.h>

#include "relativity/constants.h"

#define LINE (0.6 * RAD_PER_DEG) /* half of a line's width */
#define STEP (15 * RAD_PER_DEG)

/* Beyond, fewer meridians meet at the poles, and last no parallel. */
#define POLAR (75 * RAD_PER_DEG)
#define POLAR_STEP (45 * RAD_PER_DEG)
#define POLE (82.5 * RAD_PER_DEG)

/* A patch has at least this size. */
#define LEAST 1e-9

/* How much of the line from 0 to `x` is within `half` of the multiples of
 * `step`. */
static double
covered_to(double x, double half, double step)
{
	double steps = floor(x / step + 0.5), off = x - steps * step;

	return 2 * half * steps + fmin(fmax(off, -half), half);
}

/* The part of a width around `x` that is on lines. */
static double
covered(double x, double width, double half, double step)
{
	if (half >= step / 2)
		return 1;
	return (covered_to(x + width / 2, half, step) -
		covered_to(x - width / 2, half, step)) /
	       width;
}

/* The part of a width around `x` that is above 0. */
static double
above(double x, double width)
{
	return fmin(fmax(x / width + 0.5, 0), 1);
}

static double
length(double a, double b)
{
	return fmax(sqrt(a * a + b * b), LEAST);
}

static struct colour
mixed(const struct colour *a, const struct colour *b, double part)
{
	float by = (float)part;

	return (struct colour){a->r + (b->r - a->r) * by,
			       a->g + (b->g - a->g) * by,
			       a->b + (b->b - a->b) * by};
}

static struct colour
quarters(const struct colour colours[2][2], double north, double left)
{
	struct colour below = mixed(&colours[0][0], &colours[0][1], left);
	struct colour over = mixed(&colours[1][0], &colours[1][1], left);

	return mixed(&below, &over, north);
}

/* Where a patch lies, and how far it reaches. */
struct patch {
	double latitude, longitude, across; /* across: cos(latitude) */
	double high, wide;                  /* to the north and the east */
};

static struct patch
patch_of(const double at[3], const double u[3], const double v[3])
{
	double across = length(at[0], at[1]);

	return (struct patch){
		.latitude = atan2(at[2], across),
		.longitude = atan2(at[1], at[0]),
		.across = across,
		.high = length(u[2], v[2]) / across,
		.wide = length(at[0] * u[1] - at[1] * u[0],
			       at[0] * v[1] - at[1] * v[0]) /
			across,
	};
}

static double
lines(const struct patch *patch)
{
	double latitude = patch->latitude, parallels = 0, meridians;
	double step = fabs(latitude) > POLAR ? POLAR_STEP : STEP;

	if (fabs(latitude) < POLE)
		parallels = covered(latitude, patch->high, LINE, STEP);
	meridians = covered(patch->longitude, patch->wide / patch->across,
			    LINE / patch->across, step);
	return 1 - (1 - parallels) * (1 - meridians);
}

struct colour
wormhole_grid(bool far, const double direction[3], const double u[3],
	      const double v[3])
{
	/* South and north; right and left of the meridian of longitude 0. */
	static const struct colour on_line[2][2][2] = {
		{{{0.05F, 0.55F, 0.40F}, {0.30F, 0.22F, 0.85F}},
		 {{0.10F, 0.62F, 0.85F}, {0.06F, 0.26F, 0.88F}}},
		{{{0.80F, 0.10F, 0.30F}, {0.62F, 0.10F, 0.04F}},
		 {{0.88F, 0.58F, 0.06F}, {0.85F, 0.26F, 0.02F}}},
	};
	static const struct colour between[2][2][2] = {
		{{{0.004F, 0.030F, 0.024F}, {0.014F, 0.010F, 0.046F}},
		 {{0.006F, 0.030F, 0.045F}, {0.004F, 0.013F, 0.048F}}},
		{{{0.044F, 0.007F, 0.018F}, {0.034F, 0.006F, 0.004F}},
		 {{0.044F, 0.028F, 0.004F}, {0.044F, 0.014F, 0.003F}}},
	};
	struct patch patch = patch_of(direction, u, v);
	double north = above(direction[2], length(u[2], v[2]));
	double left = above(direction[1], length(u[1], v[1]));
	struct colour space = quarters(between[far], north, left);
	struct colour line = quarters(on_line[far], north, left);

	return mixed(&space, &line, lines(&patch));
}
