#include <math.h>
#include <stdbool.h>

#include "base/xml.h"
#include "relativity/constants.h"
#include "relativity/wormhole_axes.h"
#include "relativity/wormhole_drawing.h"
#include "relativity/wormhole_embed.h"
#include "relativity/wormhole_lines.h"
#include "relativity/wormhole_scale.h"

enum {
	WIDTH = 960,
	HEIGHT = 760,
	TOP = 64,
	LEFT = 110,
	BOTTOM = 84,
	STRIDE = 4, /* points of a filled band */
};

/* Light falls from the left: on the outside to the left, and on the inside to
 * the right. */
static const char definitions[] =
	"<defs>\n"
	"<radialGradient id=\"room\"><stop stop-color=\"#182238\"/>"
	"<stop offset=\"1\" stop-color=\"#0a0f1c\"/></radialGradient>\n"
	"<linearGradient id=\"no\"><stop stop-color=\"#79aef8\"/>"
	"<stop offset=\"1\" stop-color=\"#1f3f80\"/></linearGradient>\n"
	"<linearGradient id=\"ni\"><stop stop-color=\"#274f9c\"/>"
	"<stop offset=\"1\" stop-color=\"#6ea2ee\"/></linearGradient>\n"
	"<linearGradient id=\"fo\"><stop stop-color=\"#f2a25e\"/>"
	"<stop offset=\"1\" stop-color=\"#7a3c16\"/></linearGradient>\n"
	"<linearGradient id=\"fi\"><stop stop-color=\"#8a471c\"/>"
	"<stop offset=\"1\" stop-color=\"#e0944f\"/></linearGradient>\n"
	"</defs>\n";

static void
add_head(const struct wormhole_drawing *drawing, double throat_m,
	 struct buf *out)
{
	char title[80], words[400];

	wormhole_scale_title(drawing->shape, title, sizeof(title));
	wormhole_scale_words(drawing->shape, throat_m, drawing->reach, words,
			     sizeof(words));
	buf_printf(out,
		   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		   "height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" "
		   "aria-labelledby=\"title desc\" font-family=\"sans-serif\" "
		   "font-size=\"14\" fill=\"#b8c2da\">\n"
		   "<title id=\"title\">",
		   WIDTH, HEIGHT, WIDTH, HEIGHT);
	xml_text(out, title);
	buf_add_text(out, "</title>\n<desc id=\"desc\">");
	xml_text(out, words);
	buf_add_text(out, "</desc>\n");
	buf_add_text(out, definitions);
	buf_printf(out,
		   "<rect width=\"%d\" height=\"%d\" fill=\"#0a0f1c\"/>\n"
		   "<rect width=\"%d\" height=\"%d\" fill=\"url(#room)\"/>\n",
		   WIDTH, HEIGHT, WIDTH, HEIGHT);
	buf_printf(out,
		   "<text x=\"%d\" y=\"38\" text-anchor=\"middle\" "
		   "font-size=\"20\" fill=\"#eef2fb\">",
		   WIDTH / 2);
	xml_text(out, title);
	buf_add_text(out, "</text>\n");
}

/* ---- the surface */

/* Along a circle from one place to another, in four arcs. */
static void
add_arcs(const struct wormhole_drawing *drawing,
	 const struct wormhole_point *point, double from, double to,
	 struct buf *out)
{
	double rx = point->r * drawing->scale, ry = rx * drawing->sine, at[2];

	for (int i = 1; i <= 4; i++) {
		wormhole_drawing_place(drawing, point->r, point->z,
				       from + i * (to - from) / 4, at);
		buf_printf(out, "A%.1f %.1f 0 0 %d %.1f %.1f", rx, ry,
			   to > from, at[0], at[1]);
	}
}

/* A part of what is between two circles. */
static void
add_sector(const struct wormhole_drawing *drawing, int point, double from,
	   double to, bool outside, struct buf *out)
{
	const struct wormhole_point *inner = &drawing->points[point];
	const struct wormhole_point *outer = inner + STRIDE;
	double at[2];

	if (to - from < 1e-3)
		return;
	wormhole_drawing_place(drawing, inner->r, inner->z, from, at);
	buf_printf(out, "<path fill=\"url(#%c%c)\" d=\"M%.1f %.1f",
		   outer->l <= 0 ? 'f' : 'n', outside ? 'o' : 'i', at[0],
		   at[1]);
	add_arcs(drawing, inner, from, to, out);
	wormhole_drawing_place(drawing, outer->r, outer->z, to, at);
	buf_printf(out, "L%.1f %.1f", at[0], at[1]);
	add_arcs(drawing, outer, to, from, out);
	buf_add_text(out, "Z\"/>\n");
}

/* The inside is seen of what is behind, and the outside of the rest. */
static void
add_band(const struct wormhole_drawing *drawing, int point, struct buf *out)
{
	const struct wormhole_point *from = &drawing->points[point];
	const struct wormhole_point *to = from + STRIDE;
	double lean = (from->r - to->r) * drawing->sine /
		      ((to->z - from->z) * drawing->cosine);
	double split = acos(fmin(fmax(lean, -1), 1));

	add_sector(drawing, point, -split, split, false, out);
	add_sector(drawing, point, split, 2 * PI - split, true, out);
}

/* What is higher is nearer to the eye. */
static void
add_surface(const struct wormhole_drawing *drawing, struct buf *out)
{
	buf_add_text(out, "<g fill-opacity=\"0.42\">\n");
	for (int i = 0; i < WORMHOLE_BANDS; i += STRIDE)
		add_band(drawing, i, out);
	buf_add_text(out, "</g>\n");
}

static void
add_lines(const struct wormhole_drawing *drawing, bool hidden, struct buf *out)
{
	buf_printf(out,
		   "<g fill=\"none\" stroke-width=\"%s\" opacity=\"%s\">\n",
		   hidden ? "0.9" : "1.2", hidden ? "0.45" : "0.85");
	buf_add_text(out, "<path stroke=\"#ffbf8f\" d=\"");
	wormhole_lines_side(drawing, true, hidden, out);
	buf_add_text(out, "\"/>\n<path stroke=\"#9cc3ff\" d=\"");
	wormhole_lines_side(drawing, false, hidden, out);
	buf_add_text(out, "\"/>\n");
	buf_add_text(out, "<path stroke=\"#ffe08a\" stroke-width=\"3\" d=\"");
	wormhole_lines_throat(drawing, hidden, out);
	buf_add_text(out, "\"/>\n</g>\n");
}

/* ---- the words */

static void
add_labels(const struct wormhole_drawing *drawing, double throat_m,
	   struct buf *out)
{
	const struct wormhole_point *rim =
		&drawing->points[WORMHOLE_POINTS - 1];
	double high = rim->z * drawing->cosine + rim->r * drawing->sine;
	double right = drawing->x + drawing->scale;
	char throat[64];

	wormhole_scale_length(throat_m, throat, sizeof(throat));
	buf_printf(
		out,
		"<path stroke=\"#ffe08a\" d=\"M%.1f %.1fh28\"/>\n"
		"<g paint-order=\"stroke\" stroke=\"#0a0f1c\" "
		"stroke-width=\"4\" stroke-linejoin=\"round\">\n"
		"<text x=\"%.1f\" y=\"%.1f\" fill=\"#ffe08a\">throat, radius "
		"%s</text>\n",
		right + 6, drawing->y, right + 40, drawing->y + 5, throat);
	buf_printf(out,
		   "<text x=\"%.1f\" y=\"%.1f\" fill=\"#9cc3ff\" "
		   "text-anchor=\"middle\">near side</text>\n"
		   "<text x=\"%.1f\" y=\"%.1f\" fill=\"#ffbf8f\" "
		   "text-anchor=\"middle\">far side</text>\n</g>\n",
		   drawing->x, drawing->y - high * drawing->scale - 8,
		   drawing->x, drawing->y + high * drawing->scale + 18);
}

void
wormhole_embed_svg(const struct wormhole *shape, double throat_m,
		   struct buf *out)
{
	struct wormhole_drawing drawing;

	wormhole_drawing_init(&drawing, shape, LEFT, TOP + 10,
			      WIDTH - LEFT - LEFT / 2,
			      HEIGHT - TOP - BOTTOM - 20);
	add_head(&drawing, throat_m, out);
	add_lines(&drawing, true, out);
	add_surface(&drawing, out);
	add_lines(&drawing, false, out);
	wormhole_axes_up(&drawing, throat_m, LEFT - 40, out);
	wormhole_axes_across(&drawing, throat_m, HEIGHT - BOTTOM + 30, out);
	add_labels(&drawing, throat_m, out);
	buf_add_text(out, "</svg>\n");
}
