#include "relativity/wormhole_scale.h"

#include <math.h>
#include <stdio.h>

#include "relativity/constants.h"

static const struct {
	const char *unit;
	double unit_m;
} units[] = {
	{"fm", 1e-15},
	{"pm", 1e-12},
	{"nm", 1e-9},
	{"um", 1e-6},
	{"mm", 1e-3},
	{"m", 1},
	{"km", 1e3},
	{"million km", 1e9},
	{"AU", AU_M},
	{"light years", LIGHT_M_S *YEAR_S},
	{"million light years", 1e6 * LIGHT_M_S *YEAR_S},
};

enum { UNITS = sizeof(units) / sizeof(units[0]) };

/* The largest unit of which there is at least one, or the least of all. */
static int
unit_of(double length_m)
{
	int unit = UNITS - 1;

	while (unit > 0 && length_m < units[unit].unit_m * (1 - 1e-9))
		unit--;
	return unit;
}

struct wormhole_scale
wormhole_scale_of(double length_m, int steps)
{
	int unit = unit_of(length_m);
	double about = length_m / units[unit].unit_m / steps;
	double ten = pow(10, floor(log10(about))), part = about / ten;

	return (struct wormhole_scale){
		.unit = units[unit].unit,
		.unit_m = units[unit].unit_m,
		.step = ten * (part < 1.5 ? 1 :
			       part < 3.5 ? 2 :
			       part < 7.5 ? 5 :
					    10),
	};
}

void
wormhole_scale_length(double length_m, char *text, size_t room)
{
	int unit = unit_of(length_m);

	snprintf(text, room, "%.4g %s", length_m / units[unit].unit_m,
		 units[unit].unit);
}

void
wormhole_scale_title(const struct wormhole *shape, char *text, size_t room)
{
	snprintf(text, room, "Embedding diagram of %s wormhole",
		 shape->kind == WORMHOLE_ELLIS ? "an Ellis" : "a Dneg");
}

void
wormhole_scale_words(const struct wormhole *shape, double throat_m,
		     double reach, char *text, size_t room)
{
	char throat[64], end[64], rim[64], length[64], middle[160] = "";

	wormhole_scale_length(throat_m, throat, sizeof(throat));
	wormhole_scale_length(reach * throat_m, end, sizeof(end));
	wormhole_scale_length(wormhole_radius(shape, reach) * throat_m, rim,
			      sizeof(rim));
	if (shape->half_length > 0) {
		wormhole_scale_length(2 * shape->half_length * throat_m, length,
				      sizeof(length));
		snprintf(middle, sizeof(middle),
			 ", which is a cylinder %s long", length);
	}
	snprintf(text, room,
		 "The space of the equatorial plane as a surface: two sheets, "
		 "the near side above and the far side below, joined by a "
		 "throat of radius %s%s. The sheets are shown to a proper "
		 "distance of %s from the throat's middle, where the radius "
		 "is %s.",
		 throat, middle, end, rim);
}
