/*
 * Tables written as VOTables.  The rows go out before it is known whether all
 * of them do, so the status before them is OK, and what is to be said against
 * that comes after them (DALI 1.1, section 4.4.1); as long as nothing was sent
 * it is put in front, where more clients see it.  An error is told twice: in
 * the resource, where DALI wants it, and in the document itself, where Simple
 * Cone Search 1.03 prefers it.
 */
#include "base/xml.h"
#include "sky/rows_kinds.h"

_Static_assert((int)XML_ESCAPE_MOST <= (int)ROWS_ESCAPE_MOST &&
		       (int)XML_ESCAPE_SLACK <= (int)ROWS_LEAD,
	       "escaped text has room in a row");

static const char status_ok[] =
	"<INFO name=\"QUERY_STATUS\" value=\"OK\"></INFO>\n";
static const char status_overflow[] =
	"<INFO name=\"QUERY_STATUS\" value=\"OVERFLOW\">"
	"There are more objects than the limit lets through.</INFO>\n";

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

/*
 * The description is the document's: there, and not in the resource, is where
 * clients look for what a service says of itself.
 */
static void
start(struct buf *out, const char *description, const char *error)
{
	buf_add_text(
		out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<VOTABLE version=\"1.4\"\n"
		" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\"\n"
		" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"\n"
		" xsi:schemaLocation=\"http://www.ivoa.net/xml/VOTable/v1.3"
		" http://www.ivoa.net/xml/VOTable/v1.3\">\n");
	xml_element(out, "DESCRIPTION", description);
	if (error != NULL)
		info(out, "Error", error, "");
	buf_add_text(out, "<RESOURCE type=\"results\">\n");
}

/* One that says something about the table, if there is something to say. */
static void
fact(struct buf *out, const char *name, const char *value)
{
	if (*value != '\0')
		info(out, name, value, "");
}

/* What users are to cite, marked as DALI wants it. */
static void
citation(struct buf *out, const char *text)
{
	if (*text == '\0')
		return;
	buf_add_text(out, "<INFO name=\"citation\" ucd=\"meta.bib\"");
	xml_attribute(out, "value", text);
	buf_add_text(out, "></INFO>\n");
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

	start(out, table->description, NULL);
	rows->status_at = out->length;
	buf_add_text(out, status_ok);
	fact(out, "service_protocol", table->protocol);
	fact(out, "request", table->request);
	citation(out, table->citation);
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

/*
 * Changes the status before the rows; false if that was sent.  Where it stood
 * there is something else then: no text holds its '<'.
 */
static bool
status_put_in_front(const struct rows *rows)
{
	const size_t before = sizeof(status_ok) - 1;
	const size_t now = sizeof(status_overflow) - 1;
	struct buf *out = rows->out;
	char *at;

	if (out->length < rows->status_at + before ||
	    memcmp(out->bytes + rows->status_at, status_ok, before) != 0)
		return false;
	if (buf_room(out, now - before) == NULL)
		return true;
	at = out->bytes + rows->status_at;
	memmove(at + now, at + before, out->length - rows->status_at - before);
	memcpy(at, status_overflow, now);
	out->length += now - before;
	return true;
}

static void
votable_end(struct rows *rows, bool overflow, const char *error)
{
	struct buf *out = rows->out;
	bool told = error == NULL && overflow && status_put_in_front(rows);

	buf_add_text(out, "</TABLEDATA>\n</DATA>\n</TABLE>\n");
	if (error != NULL)
		info(out, "QUERY_STATUS", "ERROR", error);
	else if (overflow && !told)
		buf_add_text(out, status_overflow);
	buf_add_text(out, "</RESOURCE>\n");
	if (error != NULL)
		info(out, "Error", error, "");
	buf_add_text(out, "</VOTABLE>\n");
}

static void
votable_error(const char *message, struct buf *out)
{
	start(out, "", message);
	info(out, "QUERY_STATUS", "ERROR", message);
	buf_add_text(out, "</RESOURCE>\n</VOTABLE>\n");
}

const struct rows_method rows_votable = {
	.media_type = "application/x-votable+xml",
	.lead = votable_lead,
	.begin = votable_begin,
	.row = votable_row,
	.end = votable_end,
	.error = votable_error,
};
