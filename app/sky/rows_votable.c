/*
 * Tables written as VOTables.  The rows go out before it is known whether all
 * of them do, so the status before them is OK, and what is to be said against
 * that comes after them (DALI 1.1, section 4.4.1).
 */
#include "base/xml.h"
#include "sky/rows_kinds.h"

_Static_assert((int)XML_ESCAPE_MOST <= (int)ROWS_ESCAPE_MOST &&
		       (int)XML_ESCAPE_SLACK <= (int)ROWS_LEAD,
	       "escaped text has room in a row");

static const struct rows_style style = {
	.text = xml_escape,
	.list = xml_escape,
	.truth = {"F", "T"},
};

static size_t
votable_lead(char *room, const struct rows_cell *cell, bool first)
{
	const char *lead = first ? "<TR><TD>" : "</TD><TD>";

	(void)cell;
	memcpy(room, lead, strlen(lead));
	return strlen(lead);
}

static void
start(struct buf *out)
{
	buf_add_text(
		out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<VOTABLE version=\"1.4\"\n"
		" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\"\n"
		" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"\n"
		" xsi:schemaLocation=\"http://www.ivoa.net/xml/VOTable/v1.3"
		" http://www.ivoa.net/xml/VOTable/v1.3\">\n"
		"<RESOURCE type=\"results\">\n");
}

static void
finish(struct buf *out)
{
	buf_add_text(out, "</RESOURCE>\n</VOTABLE>\n");
}

/* An INFO element; the words are its content, and may be "". */
static void
info(struct buf *out, const char *name, const char *value, const char *words)
{
	buf_add_text(out, "<INFO");
	xml_attribute(out, "name", name);
	xml_attribute(out, "value", value);
	buf_add_char(out, '>');
	xml_text(out, words);
	buf_add_text(out, "</INFO>\n");
}

/* One that says something about the table, if there is something to say. */
static void
fact(struct buf *out, const char *name, const char *value)
{
	if (*value != '\0')
		info(out, name, value, "");
}

const char *
rows_datatype(const struct rows_cell *cell)
{
	static const char *const words[COLUMNS_TYPE__MAX] = {
		[COLUMNS_TEXT] = "char",    [COLUMNS_LIST] = "char",
		[COLUMNS_REAL] = "double",  [COLUMNS_SINGLE] = "float",
		[COLUMNS_INTEGER] = "long", [COLUMNS_BOOL] = "boolean",
	};

	return words[cell->column->type];
}

const char *
rows_arraysize(const struct rows_cell *cell)
{
	return cell->kind == ROWS_TEXT || cell->kind == ROWS_LIST ?
		       " arraysize=\"*\"" :
		       "";
}

static void
field(struct buf *out, const struct rows_cell *cell)
{
	const struct columns_column *column = cell->column;

	buf_add_text(out, "<FIELD");
	xml_attribute(out, "ID", cell->id);
	xml_attribute(out, "name", column->name);
	xml_attribute(out, "datatype", rows_datatype(cell));
	buf_add_text(out, rows_arraysize(cell));
	if (*column->unit != '\0')
		xml_attribute(out, "unit", column->unit);
	if (*cell->ucd != '\0')
		xml_attribute(out, "ucd", cell->ucd);
	if (cell->position)
		xml_attribute(out, "ref", ROWS_ID_FRAME);
	buf_add_text(out, ">\n");
	xml_element(out, "DESCRIPTION", column->doc);
	buf_add_text(out, "</FIELD>\n");
}

static void
votable_begin(struct rows *rows)
{
	const struct rows_table *table = rows->table;
	struct buf *out = rows->out;

	start(out);
	xml_element(out, "DESCRIPTION", table->description);
	info(out, "QUERY_STATUS", "OK", "");
	fact(out, "service_protocol", table->protocol);
	fact(out, "request", table->request);
	fact(out, "citation", table->citation);
	fact(out, "rights", table->licence);
	buf_add_text(out, "<COOSYS ID=\"" ROWS_ID_FRAME "\" system=\"ICRS\"/>\n"
			  "<TABLE ID=\"" ROWS_ID_TABLE "\"");
	xml_attribute(out, "name", table->catalogue);
	buf_add_text(out, ">\n");
	xml_element(out, "DESCRIPTION", table->title);
	for (size_t i = 0; i < rows->count; i++)
		field(out, &rows->cells[i]);
	buf_add_text(out, "<DATA>\n<TABLEDATA>\n");
}

static char *
votable_row(struct rows *rows, char *at, const struct columns_value *values,
	    double separation_deg)
{
	static const char tail[] = "</TD></TR>\n";

	for (size_t i = 0; i < rows->count; i++) {
		const struct rows_cell *cell = &rows->cells[i];

		at = rows_lead(at, cell, 0);
		if (rows_present(cell, values))
			at = rows_value(at, cell, values, separation_deg,
					&style);
	}
	memcpy(at, tail, sizeof(tail) - 1);
	return at + sizeof(tail) - 1;
}

static void
votable_end(struct rows *rows, bool overflow, const char *error)
{
	struct buf *out = rows->out;

	buf_add_text(out, "</TABLEDATA>\n</DATA>\n</TABLE>\n");
	if (error != NULL)
		info(out, "QUERY_STATUS", "ERROR", error);
	else if (overflow)
		info(out, "QUERY_STATUS", "OVERFLOW",
		     "There are more objects than the limit lets through.");
	finish(out);
}

/* What Simple Cone Search 1.03 looks for, and what DALI does. */
static void
votable_error(const char *message, struct buf *out)
{
	start(out);
	info(out, "QUERY_STATUS", "ERROR", message);
	info(out, "Error", message, message);
	finish(out);
}

const struct rows_method rows_votable = {
	.media_type = "application/x-votable+xml",
	.lead = votable_lead,
	.begin = votable_begin,
	.row = votable_row,
	.end = votable_end,
	.error = votable_error,
};
