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
	"dd { overflow-wrap: anywhere }\n"
	"dt { margin-top: 1rem; font-weight: 600 } dd { margin-left: 1.2rem }\n"
	"@media (prefers-color-scheme: dark) { body { color: #dde3ee;\n"
	"  background: #10141d } a { color: #8fb4ff } }\n"
	"</style>\n"
	"<h1>Lightcone</h1>\n"
	"<p>Answers about the sky, from real catalogues of galaxies,\n"
	"clusters, nebulae and stars, over HTTP.</p>\n";

static const struct {
	const char *target, *says;
} page_examples[] = {
	{"/galaxy?coordinates=M31", "by a name"},
	{"/galaxy?coordinates=10.68,41.27&amp;radius_deg=1",
	 "by a position in degrees, within one degree"},
	{"/galaxy?coordinates=05:35:17+-05:23:28",
	 "by hours and degrees: the Orion Nebula"},
	{"/galaxy?coordinates=Virgo+A&amp;radius_deg=2&amp;type=galaxy"
	 "&amp;magnitude_max=11",
	 "the bright galaxies around Virgo A"},
};

static enum lc_rc
home_run(struct lc_call *call, const void *args)
{
	size_t count = sizeof(page_examples) / sizeof(page_examples[0]);
	struct buf *page = lc_body(call, NULL);
	const char *mount = lc_mount(call);
	enum lc_rc rc;

	(void)args;
	buf_add_text(page, page_head);
	buf_add_text(page,
		     "<h2>Objects around a position or name</h2>\n<dl>\n");
	for (size_t i = 0; i < count; i++) {
		buf_printf(page, "<dt>%s</dt>\n<dd><a href=\"",
			   page_examples[i].says);
		buf_add_html(page, mount);
		buf_printf(page, "%s\"><code>GET %s</code></a></dd>\n",
			   page_examples[i].target, page_examples[i].target);
	}
	buf_add_text(page, "</dl>\n");
	home_catalogues(call, page);
	rc = home_publish(call, page);
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
