#include "relativity/wormhole_axes.h"

#include <stdbool.h>
#include <stdlib.h>

#include "relativity/wormhole_scale.h"

/* Numbers have at least so much room. */
#define APART_PX 62.0

#define TICK_PX 6.0

static int
steps_of(double px)
{
	int steps = (int)(px / APART_PX);

	return steps < 2 ? 2 : steps > 10 ? 10 : steps;
}

/* A line and its ticks, relative to the drawing's middle. */
static void
add_line(const char *d, double half, double tick, int ticks, struct buf *out)
{
	bool across = *d == 'h';

	buf_printf(out, "<path fill=\"none\" stroke=\"#7e8aa8\" d=\"");
	buf_printf(out, across ? "M%.1f 0H%.1f" : "M0 %.1fV%.1f", -half, half);
	for (int i = -ticks; i <= ticks; i++)
		buf_printf(out, across ? "M%.1f 0v%.0f" : "M0 %.1fh%.0f",
			   across ? i * tick : -i * tick,
			   across ? TICK_PX : -TICK_PX);
	buf_add_text(out, "\"/>\n");
}

void
wormhole_axes_across(const struct wormhole_drawing *drawing, double throat_m,
		     double bottom, struct buf *out)
{
	double rim = drawing->points[0].r, half = rim * drawing->scale;
	struct wormhole_scale scale =
		wormhole_scale_of(rim * throat_m, steps_of(half));
	double tick = scale.step * scale.unit_m / throat_m * drawing->scale;
	int ticks = (int)(half / tick + 1e-6);

	buf_printf(out, "<g transform=\"translate(%.1f %.1f)\">\n", drawing->x,
		   bottom);
	add_line("h", half, tick, ticks, out);
	for (int i = -ticks; i <= ticks; i++)
		buf_printf(out,
			   "<text x=\"%.1f\" y=\"22\" text-anchor=\"middle\">"
			   "%.6g</text>\n",
			   i * tick, abs(i) * scale.step);
	buf_printf(out,
		   "<text y=\"42\" text-anchor=\"middle\">distance from the "
		   "axis, %s</text>\n</g>\n",
		   scale.unit);
}

void
wormhole_axes_up(const struct wormhole_drawing *drawing, double throat_m,
		 double left, struct buf *out)
{
	double high = drawing->points[WORMHOLE_POINTS - 1].z;
	double px = drawing->scale * drawing->cosine, half = high * px;
	struct wormhole_scale scale;
	double tick;
	int ticks;

	if (half < 20)
		return;
	scale = wormhole_scale_of(high * throat_m, steps_of(half));
	tick = scale.step * scale.unit_m / throat_m * px;
	ticks = (int)(half / tick + 1e-6);
	buf_printf(out, "<g transform=\"translate(%.1f %.1f)\">\n", left,
		   drawing->y);
	add_line("v", half, tick, ticks, out);
	for (int i = -ticks; i <= ticks; i++)
		buf_printf(out,
			   "<text x=\"-10\" y=\"%.1f\" text-anchor=\"end\">"
			   "%.6g</text>\n",
			   4 - i * tick, i * scale.step);
	buf_printf(out,
		   "<text x=\"-10\" y=\"%.1f\" text-anchor=\"middle\">height, "
		   "%s</text>\n</g>\n",
		   -half - 18, scale.unit);
}
