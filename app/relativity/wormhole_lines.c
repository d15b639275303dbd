#include "relativity/wormhole_lines.h"

#include <math.h>
#include <stdio.h>

#include "relativity/constants.h"

enum {
	PIECES = 180, /* of a circle, each seen or hidden as a whole */
	ARC = 45,     /* the most of them in one arc */
	STRIDE = 3,   /* so many points apart are those of a drawn meridian */
	MIDDLE = WORMHOLE_POINTS / 2
};

/* What is less high above a place, as a part of all, is the place itself. */
#define SAME 0.02

/* Whether the surface passes in front of a place of its own. */
static bool
is_hidden(const struct wormhole_drawing *drawing, double r, double z,
	  double turn)
{
	double above = z + SAME * drawing->points[WORMHOLE_POINTS - 1].z;
	double across = r * sin(turn), square = across * across, at[2];
	struct wormhole_band bands[WORMHOLE_BANDS];

	wormhole_drawing_place(drawing, r, z, turn, at);
	wormhole_drawing_row(drawing, at[1], bands);
	for (int i = WORMHOLE_BANDS - 1; i >= 0; i--) {
		const struct wormhole_point *from = &drawing->points[i];
		double parts[2];
		int count;

		if (square < bands[i].low || square >= bands[i].high)
			continue;
		count = wormhole_drawing_meet(&bands[i], square, parts);
		return from[0].z + parts[count - 1] * (from[1].z - from[0].z) >
		       above;
	}
	return false;
}

static void
move_to(const struct wormhole_drawing *drawing, double r, double z, double turn,
	const char *command, struct buf *out)
{
	double at[2];

	wormhole_drawing_place(drawing, r, z, turn, at);
	buf_printf(out, "%s%.1f %.1f", command, at[0], at[1]);
}

static void
add_arc(const struct wormhole_drawing *drawing, double r, double z, double turn,
	struct buf *out)
{
	char command[64];

	snprintf(command, sizeof(command), "A%.1f %.1f 0 0 1 ",
		 r * drawing->scale, r * drawing->scale * drawing->sine);
	move_to(drawing, r, z, turn, command, out);
}

static void
add_circle(const struct wormhole_drawing *drawing, double l, bool hidden,
	   struct buf *out)
{
	double r = wormhole_radius(drawing->shape, l);
	double z = l == 0 ? 0 : wormhole_height(drawing->shape, l);
	int drawn = 0;

	for (int i = 0; i < PIECES; i++) {
		double piece = 2 * PI / PIECES, turn = i * piece;
		bool wanted =
			is_hidden(drawing, r, z, turn + piece / 2) == hidden;

		if (wanted && drawn == 0)
			move_to(drawing, r, z, turn, "M", out);
		if (drawn == ARC || (!wanted && drawn > 0)) {
			add_arc(drawing, r, z, turn, out);
			drawn = 0;
		}
		drawn += wanted;
	}
	if (drawn > 0)
		add_arc(drawing, r, z, 2 * PI, out);
}

/* From the throat outwards. */
static void
add_meridian(const struct wormhole_drawing *drawing, bool far, double turn,
	     bool hidden, struct buf *out)
{
	const struct wormhole_point *points = drawing->points;
	int step = far ? -STRIDE : STRIDE;
	bool drawing_on = false;

	for (int i = MIDDLE; i != (far ? 0 : WORMHOLE_POINTS - 1); i += step) {
		const struct wormhole_point *from = &points[i];
		const struct wormhole_point *to = &points[i + step];
		bool wanted = is_hidden(drawing, (from->r + to->r) / 2,
					(from->z + to->z) / 2, turn) == hidden;

		if (wanted && !drawing_on)
			move_to(drawing, from->r, from->z, turn, "M", out);
		if (wanted)
			move_to(drawing, to->r, to->z, turn, "L", out);
		drawing_on = wanted;
	}
}

void
wormhole_lines_side(const struct wormhole_drawing *drawing, bool far,
		    bool hidden, struct buf *out)
{
	double apart = drawing->reach / WORMHOLE_CIRCLES;

	for (int i = 1; i <= WORMHOLE_CIRCLES; i++)
		add_circle(drawing, far ? -i * apart : i * apart, hidden, out);
	for (int i = 0; i < WORMHOLE_MERIDIANS; i++)
		add_meridian(drawing, far, i * 2 * PI / WORMHOLE_MERIDIANS,
			     hidden, out);
}

void
wormhole_lines_throat(const struct wormhole_drawing *drawing, bool hidden,
		      struct buf *out)
{
	add_circle(drawing, 0, hidden, out);
}
