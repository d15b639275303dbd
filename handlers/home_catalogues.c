#include "home.h"

#include "context.h"
#include "sky/cone.h"

enum { HOME_CATALOGUES_MOST = 100 };

struct home_list {
	struct lc_call *call;
	struct buf *page;
	int count;
};

/* A place where there is something. */
struct home_place {
	bool known;
	double ra_deg, dec_deg;
};

/* LC_NOT_FOUND, which nothing else says here: the first will do. */
static enum lc_rc
home_first(void *context, const struct columns_value *values,
	   double separation_deg)
{
	struct home_place *place = context;

	(void)separation_deg;
	*place = (struct home_place){true, values[COLUMNS_RA].real,
				     values[COLUMNS_DEC].real};
	return LC_NOT_FOUND;
}

static struct home_place
home_find_place(struct lc_call *call, struct catalogue *catalogue)
{
	const struct cone_query all = {.radius_deg = 180};
	struct home_place place = {.known = false};

	if (cone_each(catalogue, &all, lc_progress(call), lc_arena(call),
		      home_first, &place) != LC_NOT_FOUND)
		place.known = false;
	return place;
}

static void
home_fact(struct home_list *list, struct catalogue *catalogue,
	  enum facts_fact which, const char *before)
{
	const char *text = "";

	if (catalogue_fact(catalogue, which, lc_arena(list->call), &text) !=
		    LC_OK ||
	    text[0] == '\0')
		return;
	buf_add_text(list->page, before);
	buf_add_html(list->page, text);
}

static void
home_link(struct home_list *list, const char *before, const char *target)
{
	buf_printf(list->page, "%s<a href=\"", before);
	buf_add_html(list->page, lc_mount(list->call));
	buf_add_html(list->page, target);
	buf_add_text(list->page, "\"><code>GET ");
	buf_add_html(list->page, target);
	buf_add_text(list->page, "</code></a>");
}

static void
home_links(struct home_list *list, struct catalogue *catalogue)
{
	const char *name = catalogue_name(catalogue);
	struct home_place place = home_find_place(list->call, catalogue);
	const char *galaxy, *cone;

	if (!place.known)
		return;
	galaxy = arena_printf(
		lc_arena(list->call),
		"/galaxy?catalogue=%s&coordinates=%.4f,%.4f&radius_deg=1", name,
		place.ra_deg, place.dec_deg);
	cone = arena_printf(lc_arena(list->call),
			    "/cone/%s?RA=%.4f&DEC=%.4f&SR=1", name,
			    place.ra_deg, place.dec_deg);
	if (galaxy == NULL || cone == NULL) {
		list->page->failed = true;
		return;
	}
	home_link(list, "<br>\n", galaxy);
	home_link(list, "<br>\n", cone);
}

/* The licence as a whole, to be unfolded. */
static void
home_licence(struct home_list *list, struct catalogue *catalogue)
{
	const char *licence = "";

	if (catalogue_fact(catalogue, FACTS_LICENCE_TEXT, lc_arena(list->call),
			   &licence) != LC_OK ||
	    licence[0] == '\0')
		return;
	buf_add_text(list->page, "\n<details><summary>The licence as a "
				 "whole</summary>\n<pre>");
	buf_add_html(list->page, licence);
	buf_add_text(list->page, "</pre></details>");
}

static void
home_describe(struct home_list *list, struct catalogue *catalogue)
{
	struct buf *page = list->page;
	int64_t objects = 0;

	home_fact(list, catalogue, FACTS_TITLE, ": ");
	buf_add_text(page, "</dt>\n<dd>");
	if (catalogue_count(catalogue, &objects) == LC_OK)
		buf_printf(page, "%lld objects.", (long long)objects);
	home_fact(list, catalogue, FACTS_DESCRIPTION, " ");
	home_fact(list, catalogue, FACTS_LICENCE, "<br>\nLicence: ");
	home_fact(list, catalogue, FACTS_CITATION, "<br>\nTo cite: ");
	home_links(list, catalogue);
	home_licence(list, catalogue);
	buf_add_text(page, "</dd>\n");
}

static void
home_one(void *context, const char *name)
{
	struct home_list *list = context;
	const struct context *all = lc_context(list->call);
	char why[CATALOGUE_WHY_MAX];
	struct catalogue *catalogue;

	if (++list->count > HOME_CATALOGUES_MOST)
		return;
	buf_printf(list->page, "<dt id=\"catalogue-%s\"><code>%s</code>", name,
		   name);
	if (catalogue_acquire(all->catalogues, name, &catalogue, why,
			      sizeof(why)) != LC_OK) {
		buf_add_text(list->page,
			     "</dt>\n<dd>It cannot be read now.</dd>\n");
		return;
	}
	home_describe(list, catalogue);
	catalogue_release(catalogue);
}

void
home_catalogues(struct lc_call *call, struct buf *page)
{
	const struct context *context = lc_context(call);
	struct home_list list = {.call = call, .page = page};
	char why[CATALOGUE_WHY_MAX];

	buf_add_text(page, "<h2>The catalogues</h2>\n<dl>\n");
	if (catalogue_list(context->catalogues, home_one, &list, why,
			   sizeof(why)) != LC_OK)
		list.count = 0;
	buf_add_text(page, "</dl>\n");
	if (list.count == 0)
		buf_add_text(page, "<p>None can be read now.</p>\n");
	if (list.count > HOME_CATALOGUES_MOST)
		buf_printf(page, "<p>And %d more.</p>\n",
			   list.count - HOME_CATALOGUES_MOST);
}

/* Those of the README, where a test holds them against these. */
static const char publish_file[] =
	"cat > messier.csv &lt;&lt;'END'\n"
	"name,ra,dec,Vmag,discoverer,year\n"
	"M 1,05:34:31.97,+22:00:52.1,8.4,John Bevis,1731\n"
	"M 13,16:41:41.63,+36:27:40.7,5.8,Edmond Halley,1714\n"
	"M 31,00:42:44.35,+41:16:08.6,3.44,Abd al-Rahman al-Sufi,964\n"
	"M 42,05:35:16.48,-05:23:22.8,4,Nicolas-Claude Fabri de Peiresc,1610\n"
	"M 51,13:29:52.71,+47:11:42.6,8.36,Charles Messier,1773\n"
	"M 104,12:39:59.43,-11:37:23.0,8.59,Pierre Méchain,1781\n"
	"END\n"
	"LIGHTCONE_STATE=var ./lightcone import --catalogue messier "
	"--title 'Six of Messier' messier.csv\n"
	"curl '";

enum lc_rc
home_publish(struct lc_call *call, struct buf *page)
{
	const char *origin = lc_origin(call);
	const char *mount = lc_mount(call);

	if (origin == NULL)
		return LC_NO_MEMORY;
	buf_add_text(page,
		     "<h2>Publish your own catalogue</h2>\n"
		     "<p>Any table of objects will do: CSV, TSV or VOTable, "
		     "with whatever columns it has. In three commands, where "
		     "Lightcone was started by <code>./autogen.sh run</code> "
		     "(where it is installed, the second is just "
		     "<code>lightcone import</code>):</p>\n<pre id=\"publish\">"
		     "<code>");
	buf_add_text(page, publish_file);
	buf_add_html(page, origin);
	buf_add_html(page, mount);
	buf_add_text(page, "/galaxy?catalogue=messier&amp;coordinates=M13'\n"
			   "</code></pre>\n<p>TOPCAT, STILTS, Aladin and pyvo "
			   "find the same at <code>");
	buf_add_html(page, origin);
	buf_add_html(page, mount);
	buf_add_text(page, "/cone/messier</code>.</p>\n");
	return LC_OK;
}
