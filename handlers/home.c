/*
 * GET /: a page for people, which says what is here, with links that work.
 */
#include "home.h"

#include "pages.h"
#include "table.h"

static const char page_head[] =
	"<!doctype html>\n"
	"<html lang=\"en\">\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width\">\n"
	"<title>Lightcone</title>\n"
	"<style>\n"
	"body { font: 1.05rem/1.6 system-ui, sans-serif; color: #1c2330;\n"
	"  background: #fcfcfa; max-width: 42rem; margin: 3rem auto;\n"
	"  padding: 0 1rem }\n"
	"a { color: #1d4fb8 } code { font-size: .95em }\n"
	"pre { white-space: pre-wrap; font-size: .85em }\n"
	"dd { overflow-wrap: anywhere } img { max-width: 100%; height: auto }\n"
	"dt { margin-top: 1rem; font-weight: 600 } dd { margin-left: 1.2rem }\n"
	"@media (prefers-color-scheme: dark) { body { color: #dde3ee;\n"
	"  background: #10141d } a { color: #8fb4ff } }\n"
	"</style>\n"
	"<h1>Lightcone</h1>\n"
	"<p>Answers about the sky, from real catalogues of galaxies,\n"
	"clusters, nebulae and stars, about black holes and wormholes, over\n"
	"HTTP.</p>\n";

struct page_example {
	const char *target, *says;
};

static const struct page_example sky_examples[] = {
	{"/galaxy?coordinates=M31", "by a name"},
	{"/galaxy?coordinates=10.68,41.27&amp;radius_deg=1",
	 "by a position in degrees, within one degree"},
	{"/galaxy?coordinates=05:35:17+-05:23:28",
	 "by hours and degrees: the Orion Nebula"},
	{"/galaxy?coordinates=Virgo+A&amp;radius_deg=2&amp;type=galaxy"
	 "&amp;magnitude_max=11",
	 "the bright galaxies around Virgo A"},
	{.target = NULL}};

static const struct page_example hole_examples[] = {
	{"/singularity?m1_msun=36&amp;m2_msun=29",
	 "what was left when two of them merged (GW150914)"},
	{"/singularity?semi_major_axis_mas=125.06&amp;period_yr=16.0455"
	 "&amp;distance_pc=8246.7",
	 "the mass of Sagittarius A*, from the orbit of a star"},
	{"/singularity?spin=0.9&amp;inclination_deg=75&amp;rays=-6,1;6,1",
	 "where rays of light go"},
	{"/singularity?format=png&amp;spin=0.9&amp;inclination_deg=75",
	 "what it looks like"},
	{.target = NULL}};

/* Which a browser asks for when it comes into view. */
static const char hole_picture[] =
	"/singularity?format=png&amp;spin=0.9&amp;inclination_deg=80"
	"&amp;width_px=640&amp;height_px=320&amp;fov_rg=44";

static void
examples_write(struct buf *page, const char *mount,
	       const struct page_example *example)
{
	buf_add_text(page, "<dl>\n");
	for (; example->target != NULL; example++) {
		buf_printf(page, "<dt>%s</dt>\n<dd><a href=\"", example->says);
		buf_add_html(page, mount);
		buf_printf(page, "%s\"><code>GET %s</code></a></dd>\n",
			   example->target, example->target);
	}
	buf_add_text(page, "</dl>\n");
}

static void
hole_write(struct buf *page, const char *mount)
{
	buf_add_text(page, "<h2>Black holes</h2>\n<p><a href=\"");
	buf_add_html(page, mount);
	buf_printf(page,
		   "%s\"><img loading=\"lazy\" width=\"640\" "
		   "height=\"320\" alt=\"A black hole, its disc and the "
		   "stars behind it\" src=\"",
		   hole_picture);
	buf_add_html(page, mount);
	buf_printf(page, "%s\"></a></p>\n", hole_picture);
	examples_write(page, mount, hole_examples);
}

static enum lc_rc
wormhole_write(struct buf *page, const char *origin, const char *mount)
{
	if (origin == NULL)
		return LC_NO_MEMORY;
	buf_add_text(page,
		     "<h2>Wormholes</h2>\n<p>What one is like, the way through "
		     "it, what holds it open, and what is seen of it: <a "
		     "href=\"");
	buf_add_html(page, mount);
	buf_add_text(page,
		     "/docs#/POST/wormhole\"><code>POST /wormhole</code></a>. "
		     "The picture from the film Interstellar:</p>\n"
		     "<pre id=\"wormhole\"><code>curl -o wormhole.png "
		     "-H 'Content-Type: application/json' "
		     "-d '{\"settings\": {\"preset\": \"film\"}}' '");
	buf_add_html(page, origin);
	buf_add_html(page, mount);
	buf_add_text(page, "/wormhole?format=png'\n</code></pre>\n");
	return LC_OK;
}

static void
stream_write(struct buf *page, const char *origin, const char *mount)
{
	buf_add_text(page,
		     "<h2>The cosmic stream</h2>\n<p>What happens here, in one "
		     "order for all who watch: <a href=\"");
	buf_add_html(page, mount);
	buf_add_text(page,
		     "/stream\">see it as it happens</a>. For programs: <a "
		     "href=\"");
	buf_add_html(page, mount);
	buf_add_text(
		page,
		"/cosmic_stream?after=0&amp;limit=10\"><code>GET "
		"/cosmic_stream?after=0&amp;limit=10</code></a> is what was, "
		"and this what comes, and how to say something:</p>\n"
		"<pre id=\"stream\"><code>curl -N -H 'Accept: "
		"text/event-stream' '");
	buf_add_html(page, origin);
	buf_add_html(page, mount);
	buf_add_text(page, "/cosmic_stream'\n"
			   "curl -H 'Content-Type: application/json' "
			   "-d '{\"hello\": \"there\"}' '");
	buf_add_html(page, origin);
	buf_add_html(page, mount);
	buf_add_text(page, "/cosmic_stream'\n</code></pre>\n");
}

static enum lc_rc
home_run(struct lc_call *call, const void *args)
{
	struct buf *page = lc_body(call, NULL);
	const char *mount = lc_mount(call);
	enum lc_rc rc;

	(void)args;
	buf_add_text(page, page_head);
	buf_add_text(page, "<h2>Objects around a position or name</h2>\n");
	examples_write(page, mount, sky_examples);
	home_catalogues(call, page);
	rc = home_publish(call, page);
	hole_write(page, mount);
	if (rc == LC_OK)
		rc = wormhole_write(page, lc_origin(call), mount);
	if (rc == LC_OK)
		stream_write(page, lc_origin(call), mount);
	buf_add_text(page, "<h2>All of it</h2>\n<p><a href=\"");
	buf_add_html(page, mount);
	buf_add_text(page, "/docs\">The documentation</a> lists every "
			   "endpoint and lets you try it; <a href=\"");
	buf_add_html(page, mount);
	buf_add_text(
		page,
		"/openapi.json\"><code>GET /openapi.json</code></a> is the "
		"same for programs (OpenAPI 3.1).</p>\n"
		"<h2>For operators</h2>\n<p><a href=\"");
	buf_add_html(page, mount);
	buf_add_text(page, "/health\"><code>GET /health</code></a> says "
			   "whether all is well.</p>\n");
	buf_add_text(page, "</html>\n");
	return rc;
}

const struct lc_endpoint home_endpoint = {
	.method = LC_GET,
	.path = "/",
	.tag = &pages_tag,
	.summary = "What is here, for people.",
	.work = LC_QUICK,
	.deadline_ms = 2000,
	.formats = LC_AS_HTML,
	.run = home_run,
};
