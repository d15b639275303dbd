#include "relativity/wormhole_drawing.h"

#include <math.h>
#include <stdbool.h>

#include "relativity/constants.h"

/* So that one does not see the flatter ones' sides over one another. */
#define ELEVATION_LEAST (13 * RAD_PER_DEG)
#define ELEVATION_MOST (23 * RAD_PER_DEG)

void
wormhole_drawing_init(struct wormhole_drawing *drawing,
		      const struct wormhole *shape, double left, double top,
		      double width, double height)
{
	const struct wormhole_point *rim =
		&drawing->points[WORMHOLE_POINTS - 1];
	double elevation, high;

	*drawing = (struct wormhole_drawing){
		.shape = shape,
		.reach = wormhole_reach(shape),
		.x = left + width / 2,
		.y = top + height / 2,
	};
	wormhole_meridian(shape, drawing->reach, drawing->points);
	elevation = fmin(fmax(atan(0.8 * rim->z / rim->r), ELEVATION_LEAST),
			 ELEVATION_MOST);
	drawing->sine = sin(elevation);
	drawing->cosine = cos(elevation);
	high = rim->z * drawing->cosine + rim->r * drawing->sine;
	drawing->scale = fmin(width / (2 * rim->r), height / (2 * high));
}

void
wormhole_drawing_row(const struct wormhole_drawing *drawing, double y,
		     struct wormhole_band bands[WORMHOLE_BANDS])
{
	double up = (drawing->y - y) / drawing->scale;
	double tilt = drawing->cosine / drawing->sine;

	for (int i = 0; i < WORMHOLE_BANDS; i++) {
		const struct wormhole_point *from = &drawing->points[i];
		double r = from[0].r, wider = from[1].r - r;
		double back = up / drawing->sine - from[0].z * tilt;
		double nearer = (from[0].z - from[1].z) * tilt;
		struct wormhole_band *band = &bands[i];
		double turn;

		band->a = wider * wider - nearer * nearer;
		band->b = r * wider - back * nearer;
		band->c = r * r - back * back;
		band->end = band->c + 2 * band->b + band->a;
		band->low = fmin(band->c, band->end);
		band->high = fmax(band->c, band->end);
		turn = -band->b / band->a;
		if (!(turn > 0 && turn < 1))
			continue;
		band->low = fmin(band->low, band->c + band->b * turn);
		band->high = fmax(band->high, band->c + band->b * turn);
	}
}

static double
within(double part)
{
	return fmin(fmax(part, 0), 1);
}

int
wormhole_drawing_meet(const struct wormhole_band *band, double square,
		      double parts[2])
{
	bool once = (band->c > square) != (band->end > square);
	double root, sum, first, second;

	root = sqrt(fmax(band->b * band->b - band->a * (band->c - square), 0));
	sum = -band->b - (band->b < 0 ? -root : root);
	first = sum / band->a;
	second = sum == 0 ? first : (band->c - square) / sum;
	if (once) {
		/* The one that is on the way, but for rounding. */
		parts[0] =
			within(fabs(first - 0.5) < fabs(second - 0.5) ? first :
									second);
		return 1;
	}
	parts[0] = within(fmin(first, second));
	parts[1] = within(fmax(first, second));
	return 2;
}

void
wormhole_drawing_place(const struct wormhole_drawing *drawing, double r,
		       double z, double turn, double at[2])
{
	double up = z * drawing->cosine + r * cos(turn) * drawing->sine;

	at[0] = drawing->x + r * sin(turn) * drawing->scale;
	at[1] = drawing->y - up * drawing->scale;
}
