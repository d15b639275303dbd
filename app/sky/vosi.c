#include "sky/vosi.h"

#include "base/shortest.h"
#include "base/xml.h"
#include "sky/rows_kinds.h"

#define IVOA_XML "http://www.ivoa.net/xml/"

/* What a cone search is asked with, in VODataService's words. */
static const struct vosi_param {
	const char *name, *use, *std, *doc, *unit, *ucd, *type;
} params[] = {
	{"RA", "required", "true", "Right ascension of the centre, ICRS.",
	 "deg", "pos.eq.ra", "real"},
	{"DEC", "required", "true", "Declination of the centre, ICRS.", "deg",
	 "pos.eq.dec", "real"},
	{"SR", "required", "true",
	 "Radius of the cone; with 0 the columns are answered, and no rows.",
	 "deg", "pos.angDistance", "real"},
	{"VERB", "optional", "true",
	 "Which columns: 1 the least, 2 the usual ones, 3 all.", "", "",
	 "integer"},
	{"MAXREC", "optional", "false",
	 "Most rows to return; with 0 the columns are answered, and no rows.",
	 "", "", "integer"},
	{"RESPONSEFORMAT", "optional", "false",
	 "The reply's format: votable, csv, tsv or json.", "", "", "string"},
	{"UCD", "optional", "false",
	 "The words of name and position: 1, as the protocol has them, or "
	 "1plus.",
	 "", "", "string"},
};

static void
start(struct buf *out, const char *root, const char *space)
{
	buf_add_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<vosi:");
	buf_add_text(out, root);
	buf_add_text(out, "\n xmlns:vosi=\"" IVOA_XML);
	buf_add_text(out, space);
	buf_add_text(out, "\"\n xmlns:vr=\"" IVOA_XML "VOResource/v1.0\""
			  "\n xmlns:vs=\"" IVOA_XML "VODataService/v1.1\""
			  "\n xmlns:cs=\"" IVOA_XML "ConeSearch/v1.0\""
			  "\n xmlns:xsi=\"http://www.w3.org/2001/"
			  "XMLSchema-instance\">\n");
}

static void
finish(struct buf *out, const char *root)
{
	buf_add_text(out, "</vosi:");
	buf_add_text(out, root);
	buf_add_text(out, ">\n");
}

static void
number(struct buf *out, const char *name, double value)
{
	char text[SHORTEST_MAX];

	shortest_format(value, text);
	xml_element(out, name, text);
}

/* One of the documents here, at `tail` after the service's own address. */
static void
document(const struct vosi_service *service, const char *id, const char *tail,
	 struct buf *out)
{
	buf_add_text(out, "<capability");
	xml_attribute(out, "standardID", id);
	buf_add_text(out, ">\n<interface xsi:type=\"vs:ParamHTTP\" "
			  "role=\"std\">\n<accessURL use=\"full\">");
	xml_text(out, service->url);
	buf_add_text(out, tail);
	buf_add_text(out, "</accessURL>\n</interface>\n</capability>\n");
}

static void
param(struct buf *out, const struct vosi_param *of)
{
	buf_add_text(out, "<param");
	xml_attribute(out, "use", of->use);
	xml_attribute(out, "std", of->std);
	buf_add_text(out, ">\n");
	xml_element(out, "name", of->name);
	xml_element(out, "description", of->doc);
	xml_element(out, "unit", of->unit);
	xml_element(out, "ucd", of->ucd);
	xml_element(out, "dataType", of->type);
	buf_add_text(out, "</param>\n");
}

static void
interface(const struct vosi_service *service, struct buf *out)
{
	buf_add_text(out, "<interface xsi:type=\"vs:ParamHTTP\" "
			  "role=\"std\">\n<accessURL use=\"base\">");
	xml_text(out, service->url);
	buf_add_text(out, "?</accessURL>\n<queryType>GET</queryType>\n");
	xml_element(out, "resultType", rows_media_type(ROWS_VOTABLE));
	for (size_t i = 0; i < sizeof(params) / sizeof(params[0]); i++)
		param(out, &params[i]);
	buf_add_text(out, "</interface>\n");
}

static void
cone(const struct vosi_service *service, struct buf *out)
{
	buf_add_text(out, "<capability xsi:type=\"cs:ConeSearch\" "
			  "standardID=\"ivo://ivoa.net/std/ConeSearch\">\n");
	xml_element(out, "description", service->description);
	interface(service, out);
	number(out, "maxSR", 180);
	if (service->max_records > 0)
		number(out, "maxRecords", (double)service->max_records);
	xml_element(out, "verbosity", "true");
	if (service->has_test) {
		buf_add_text(out, "<testQuery>\n");
		number(out, "ra", service->test_ra_deg);
		number(out, "dec", service->test_dec_deg);
		number(out, "sr", service->test_radius_deg);
		buf_add_text(out, "</testQuery>\n");
	}
	buf_add_text(out, "</capability>\n");
}

void
vosi_capabilities(const struct vosi_service *service, struct buf *out)
{
	start(out, "capabilities", "VOSICapabilities/v1.0");
	document(service, "ivo://ivoa.net/std/VOSI#capabilities",
		 "/capabilities", out);
	document(service, "ivo://ivoa.net/std/VOSI#availability",
		 "/availability", out);
	document(service, "ivo://ivoa.net/std/VOSI#tables", "/tables", out);
	cone(service, out);
	finish(out, "capabilities");
}

void
vosi_availability(bool available, const char *note, struct buf *out)
{
	start(out, "availability", "VOSIAvailability/v1.0");
	buf_add_text(out, available ? "<vosi:available>true" :
				      "<vosi:available>false");
	buf_add_text(out, "</vosi:available>\n");
	xml_element(out, "vosi:note", note);
	finish(out, "availability");
}

static void
column(struct buf *out, const struct rows_cell *cell)
{
	buf_add_text(out, "<column>\n");
	xml_element(out, "name", cell->column->name);
	xml_element(out, "description", cell->column->doc);
	xml_element(out, "unit", cell->column->unit);
	xml_element(out, "ucd", cell->ucd);
	buf_add_text(out, "<dataType xsi:type=\"vs:VOTableType\"");
	buf_add_text(out, rows_arraysize(cell));
	buf_add_char(out, '>');
	buf_add_text(out, rows_datatype(cell));
	buf_add_text(out, "</dataType>\n</column>\n");
}

enum lc_rc
vosi_tables(const struct rows_table *table, struct arena *arena,
	    struct buf *out)
{
	struct rows_table all = *table;
	struct rows rows;
	enum lc_rc rc;

	all.verbosity = 3;
	rc = rows_init(&rows, ROWS_VOTABLE, &all, arena, out);
	if (rc != LC_OK)
		return rc;
	start(out, "tableset", "VOSITables/v1.0");
	buf_add_text(out, "<schema>\n");
	xml_element(out, "name", "default");
	buf_add_text(out, "<table>\n");
	xml_element(out, "name", table->catalogue);
	xml_element(out, "title", table->title);
	xml_element(out, "description", table->description);
	for (size_t i = 0; i < rows.count; i++)
		column(out, &rows.cells[i]);
	buf_add_text(out, "</table>\n</schema>\n");
	finish(out, "tableset");
	return LC_OK;
}
