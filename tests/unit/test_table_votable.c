/* VOTables: which table is read, its columns, and what it says of itself. */
#include "sky/table_kinds.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "votable_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct document_case {
	const char *document, *read;
};

#define AB "<FIELD name='a' datatype='int'/><FIELD name='b' datatype='int'/>"
#define ROWS(rows) "<DATA><TABLEDATA>" rows "</TABLEDATA></DATA>"
#define ROW "<TR><TD>1</TD><TD>2</TD></TR>"
#define TABLE(rows) "<TABLE>" AB ROWS(rows) "</TABLE>"
#define LONE(inner) VOTABLE_HEAD AB inner VOTABLE_TAIL

static const struct document_case documents[] = {
	{LONE(ROWS(ROW ROW)), "1|2\n1|2\n"},
	{LONE(ROWS("")), ""},
	{LONE("<DATA><TABLEDATA/></DATA>"), ""},
	{LONE(ROWS("\n" ROW "\n<TR>\n <TD>1</TD></TR>" ROW)),
	 "1|2\n!3 the row has 1 cells, the table 2 columns\n1|2\n"},
	{LONE(ROWS("<TR/>" ROW)),
	 "!1 the row has 0 cells, the table 2 columns\n1|2\n"},
	{LONE(ROWS("<TR><TD/><TD/><TD>3</TD><TD>4</TD></TR>" ROW)),
	 "!1 the row has 4 cells, the table 2 columns\n1|2\n"},
	{LONE(ROWS("<TR><TD/><TD/></TR>")), "-|-\n"},
	{LONE(ROWS("<TR><TD>1</TD>x<TD>2</TD>y</TR>")), "1|2\n"},
	{LONE(ROWS("<TR><TD encoding='base64'>MQ==</TD><TD/></TR>" ROW)),
	 "!1 a cell of the row has an encoding\n1|2\n"},
	{LONE(ROWS("<TR><TD>one</TD><TD>2</TD></TR>" ROW)),
	 "!1 a is \"one\", which is no int\n1|2\n"},
	/* Which table. */
	{"<VOTABLE><RESOURCE>" TABLE(ROW)
		 TABLE(ROW ROW) "</RESOURCE>"
				"<RESOURCE>" TABLE(ROW) "</RESOURCE></VOTABLE>",
	 "1|2\n"},
	{"<VOTABLE><RESOURCE><TABLE><FIELD name='z' "
	 "datatype='int'/></TABLE>" TABLE(ROW) "</RESOURCE></VOTABLE>",
	 "1|2\n"},
	{"<VOTABLE><RESOURCE type='meta'>" TABLE(
		 ROW ROW) "</RESOURCE>"
			  "<RESOURCE type='results'>" TABLE(
				  ROW) "</RESOURCE></VOTABLE>",
	 "1|2\n"},
	{"<VOTABLE><RESOURCE type='meta'>" TABLE(ROW ROW) "</RESOURCE>"
							  "</VOTABLE>",
	 "1|2\n1|2\n"},
	{"<VOTABLE><RESOURCE type='meta'><RESOURCE>" TABLE(
		 ROW) "</RESOURCE></RESOURCE></VOTABLE>",
	 "1|2\n"},
	/* Any namespace. */
	{"<v:VOTABLE xmlns:v='urn:x'><v:RESOURCE><v:TABLE><v:FIELD name='a' "
	 "datatype='int'/><v:DATA><v:TABLEDATA><v:TR><v:TD>5</v:TD></v:TR>"
	 "</v:TABLEDATA></v:DATA></v:TABLE></v:RESOURCE></v:VOTABLE>",
	 "5\n"},
	{"<?xml version='1.0' encoding='ISO-8859-1'?><VOTABLE><RESOURCE><TABLE>"
	 "<FIELD name='a' datatype='char' arraysize='*'/>" ROWS(
		 "<TR><TD>\xe9</TD></TR>") VOTABLE_TAIL,
	 "\xc3\xa9\n"},
	{"<!DOCTYPE VOTABLE SYSTEM 'http://us-vo.org/xml/VOTable.dtd'>" LONE(
		 ROWS(ROW)),
	 "1|2\n"},
	{"<VOTABLE><INFO name='QUERY_STATUS' value='OK'/><RESOURCE>" TABLE(
		 ROW) "<INFO name='QUERY_STATUS' "
		      "value='OVERFLOW'>more</INFO></RESOURCE>"
		      "</VOTABLE>",
	 "1|2\n"},
	{"<VOTABLE><RESOURCE>" TABLE(
		 ROW) "<INFO name='QUERY_STATUS' value='ERROR'>disk "
		      "full</INFO></RESOURCE>"
		      "</VOTABLE>",
	 "1|2\nFAILED the service that wrote it reports an error: disk full"},
	{"<VOTABLE><RESOURCE type='results'><INFO name='QUERY_STATUS' "
	 "value='ERROR'>RA is\n  missing</INFO></RESOURCE></VOTABLE>",
	 "NOT OPENED the service that wrote it reports an error: RA is "
	 "missing"},
	{"<VOTABLE><INFO ID='Error' name='Error' value='no RA'/>"
	 "<INFO name='QUERY_STATUS' value='ERROR'/></VOTABLE>",
	 "NOT OPENED the service that wrote it reports an error: no RA"},
	{"<VOTABLE><INFO ID='Error' name='Error' value='no DEC'/></VOTABLE>",
	 "NOT OPENED the service that wrote it reports an error: no DEC"},
	{LONE(""), "NOT OPENED it is a VOTable, but no table in it has data"},
	{VOTABLE_HEAD ROWS("<TR/>") VOTABLE_TAIL,
	 "NOT OPENED the table has no columns"},
	{"<html><body/></html>",
	 "NOT OPENED it is XML, but its root is html and not VOTABLE"},
	{LONE("<DATA><FITS><STREAM href='a.fits'/></FITS></DATA>"),
	 "NOT OPENED its data are in a form that is not read: write them as "
	 "TABLEDATA, BINARY or BINARY2"},
	{LONE("<DATA><BINARY><STREAM href='file:///etc/passwd'/></BINARY>"
	      "</DATA>"),
	 "NOT OPENED its data are in another file, which is not fetched: write "
	 "them inline"},
	{LONE("<DATA><BINARY2><STREAM encoding='gzip'>AA==</STREAM></BINARY2>"
	      "</DATA>"),
	 "NOT OPENED its data have the encoding \"gzip\", and base64 alone is "
	 "read"},
	{LONE("<DATA><BINARY2></BINARY2></DATA>"),
	 "NOT OPENED its data have no STREAM"},
	{LONE("<DATA><BINARY><STREAM/></BINARY></DATA>"), ""},
	{VOTABLE_HEAD "<FIELD name='a' datatype='boolean'/><DATA><BINARY>\n"
		      "<STREAM>VFRG\r\nWVRU\nWQ==</STREAM></BINARY>"
		      "</DATA>" VOTABLE_TAIL,
	 "true\ntrue\nfalse\n"
	 "!3 a has the byte 0x59, which is no boolean\ntrue\ntrue\n"
	 "!4 a has the byte 0x59, which is no boolean\n"},
	{VOTABLE_HEAD
	 "<FIELD name='a' datatype='char' arraysize='0'/><DATA>"
	 "<BINARY><STREAM>AAAA</STREAM></BINARY></DATA>" VOTABLE_TAIL,
	 "NOT OPENED the table has no columns"},
	{VOTABLE_HEAD "<FIELD name='a' datatype='string'/>" VOTABLE_TAIL,
	 "NOT OPENED field 1, \"a\", has the datatype \"string\", which "
	 "VOTable "
	 "does not have"},
	{VOTABLE_HEAD
	 "<FIELD name='a' datatype='char' arraysize='*x2'/>" VOTABLE_TAIL,
	 "NOT OPENED field 1, \"a\", has the arraysize \"*x2\", which is none"},
	{VOTABLE_HEAD "<FIELD name='a' datatype='int' "
		      "arraysize='99999x99999'/>" VOTABLE_TAIL,
	 "NOT OPENED field 1, \"a\", has the arraysize \"99999x99999\", which "
	 "is none"},
};

static void
documents_are_read(void **state)
{
	struct buf read;

	(void)state;
	buf_init(&read);
	for (size_t i = 0; i < COUNT(documents); i++) {
		const struct document_case *d = &documents[i];

		votable_fixture_read(d->document, strlen(d->document), &read);
		if (strcmp(read.bytes, d->read) != 0)
			fail_msg("%s:\n%s\nand not\n%s", d->document,
				 read.bytes, d->read);
	}
	buf_release(&read);
}

struct fact_case {
	const char *document, *title, *description, *frame;
};

#define WITH(before, attributes, inside, ref)              \
	"<VOTABLE>" before "<TABLE " attributes ">" inside \
	"<FIELD name='a' datatype='int' " ref              \
	"/>" ROWS("<TR><TD>1</TD></TR>") "</TABLE></RESOURCE></VOTABLE>"
#define SYSTEM(attributes) "<COOSYS ID='s' " attributes "/><RESOURCE>"

static const struct fact_case facts[] = {
	{WITH("<RESOURCE>", "", "", ""), "", "", ""},
	{WITH("<RESOURCE name='r'>", "name='t &amp; u'",
	      "<DESCRIPTION>\n  Of\n the <b>table</b> </DESCRIPTION>", ""),
	 "t & u", "Of the table", ""},
	{WITH("<DESCRIPTION>all</DESCRIPTION><RESOURCE name='r'>"
	      "<DESCRIPTION>this</DESCRIPTION>",
	      "", "", ""),
	 "r", "this", ""},
	{WITH("<DESCRIPTION>all</DESCRIPTION><RESOURCE name='q'><RESOURCE "
	      "name='o'/></RESOURCE><RESOURCE>",
	      "", "", ""),
	 "", "all", ""},
	{WITH(SYSTEM("system='ICRS'"), "", "", "ref='s'"), "", "", "ICRS"},
	{WITH(SYSTEM("system='ICRS'"), "", "", ""), "", "", "ICRS"},
	{WITH(SYSTEM("system='eq_FK5' equinox='J2000.0'"), "", "", "ref='s'"),
	 "", "", "FK5"},
	{WITH(SYSTEM("system='eq_FK5' equinox='1975'"), "", "", "ref='s'"), "",
	 "", "FK5, equinox 1975"},
	{WITH(SYSTEM("system='eq_FK4' equinox='B1950'"), "", "", "ref='s'"), "",
	 "", "FK4"},
	{WITH("<COOSYS ID='g' system='galactic'/>" SYSTEM("system='FK5'"), "",
	      "<FIELD name='l' datatype='int' ref='g' ucd='pos.galactic.lon'/>",
	      "ref='s' ucd='pos.eq.ra;meta.main'") "",
	 "", "", "FK5"},
	{WITH("<COOSYS ID='g' system='GALACTIC'/>" SYSTEM("system='FK5'"), "",
	      "", "ref='g'"),
	 "", "", "galactic"},
	{WITH("<COOSYS ID='g' system='galactic'/>" SYSTEM("system='FK5'"), "",
	      "", ""),
	 "", "", ""},
	{WITH(SYSTEM("system='ecl_FK5'"), "", "", "ref='s'"), "", "",
	 "ecl_FK5"},
	{WITH(SYSTEM("refframe='ICRS'"), "", "", "ref='s'"), "", "", "ICRS"},
};

static void
tables_say_what_they_are(void **state)
{
	char why[TABLE_WHY_MAX];
	struct table *table;

	(void)state;
	for (size_t i = 0; i < COUNT(facts); i++) {
		const struct fact_case *f = &facts[i];

		assert_int_equal(votable_fixture_open(f->document,
						      strlen(f->document),
						      &table, why, sizeof(why)),
				 LC_OK);
		assert_string_equal(table->facts[TABLE_TITLE], f->title);
		assert_string_equal(table->facts[TABLE_DESCRIPTION],
				    f->description);
		assert_string_equal(table->facts[TABLE_FRAME], f->frame);
		assert_string_equal(table->methods->kind, "VOTable");
		table->methods->close(table);
	}
}

static const char naming[] = VOTABLE_HEAD
	"<PARAM name='p' datatype='int' value='1'><DESCRIPTION>not "
	"this</DESCRIPTION><VALUES null='1'/></PARAM>"
	"<FIELD name=' ra ' ID='col1' datatype='double' unit='deg' "
	"ucd='pos.eq.ra'><DESCRIPTION>East\n of</DESCRIPTION></FIELD>"
	"<FIELD ID='mag' datatype='float'/>"
	"<FIELD datatype='char'/>"
	"<FIELD name='MAG' datatype='int'/>"
	"<FIELD name='mag_2' datatype='boolean'/>"
	"<FIELD name='mag' datatype='int' arraysize='2'/>"
	"<DATA><TABLEDATA/></DATA>" VOTABLE_TAIL;

static const struct table_column named[] = {
	{"ra", "deg", "pos.eq.ra", "East of", TABLE_REAL},
	{"mag", "", "", "", TABLE_SINGLE},
	{"column_3", "", "", "", TABLE_TEXT},
	{"MAG_2", "", "", "", TABLE_INTEGER},
	{"mag_2_2", "", "", "", TABLE_BOOL},
	{"mag_3", "", "", "", TABLE_TEXT},
};

static void
columns_have_names_of_their_own(void **state)
{
	char why[TABLE_WHY_MAX];
	struct table *table;

	(void)state;
	assert_int_equal(votable_fixture_open(naming, strlen(naming), &table,
					      why, sizeof(why)),
			 LC_OK);
	assert_int_equal(table->count, COUNT(named));
	for (size_t i = 0; i < COUNT(named); i++) {
		assert_string_equal(table->columns[i].name, named[i].name);
		assert_string_equal(table->columns[i].unit, named[i].unit);
		assert_string_equal(table->columns[i].ucd, named[i].ucd);
		assert_string_equal(table->columns[i].doc, named[i].doc);
		assert_int_equal(table->columns[i].type, named[i].type);
	}
	table->methods->close(table);
}

#define STILTS(small, large)                                                 \
	"Vega|true|279.2347|38.78369903564453|279.2347|1|1|1|1000000000000|" \
	"279.2347 38.78369903564453|1 2\n"                                   \
	"-|false|0.1|-1.0000000116860974e-7|0.1|-2|-2|-2|-2000000000000|"    \
	"0.1 " small "|-2 -1\n"                                              \
	"Etoile & <co>|-|-|-|-|3|3|3|3000000000000|NaN NaN|3 4\n"            \
	"b, c|true|1e30|-90|1e30|-|-|-|-|" large "|-\n"
#define ASTROPY(bit)                                                       \
	"\xc3\x89toile \xf0\x9d\x9b\xbc|abc|true|true|1010101010|255|1 2|" \
	"1 2 3 4\n"                                                        \
	"x|abcdef|false|false|0000000000|0|-0 -1.5|-1 2 3 4\n"             \
	"-|-|-|" bit "|1111111111|7|0 0|0 0 0 0\n"

/* tests/data/votable/make.sh and make-astropy.py made them. */
static const struct {
	const char *file, *rows;
} files[] = {
	{"stilts-tabledata.vot",
	 STILTS("-1.0000000116860974E-7", "1.0E30 -90.0")},
	{"stilts-binary.vot", STILTS("-1.0000000116860974e-7", "1e30 -90")},
	{"stilts-binary2.vot", STILTS("-1.0000000116860974e-7", "1e30 -90")},
	{"astropy-tabledata.vot", ASTROPY("-")},
	{"astropy-binary.vot", ASTROPY("false")},
	{"astropy-binary2.vot", ASTROPY("-")},
};

static void
other_programs_tables_are_read(void **state)
{
	const char *source = getenv("srcdir");
	char path[PATH_MAX], why[TABLE_WHY_MAX];
	struct table *table;
	struct buf read;
	FILE *file;

	(void)state;
	buf_init(&read);
	for (size_t i = 0; i < COUNT(files); i++) {
		snprintf(path, sizeof(path), "%s/tests/data/votable/%s",
			 source == NULL ? "." : source, files[i].file);
		file = fopen(path, "re");
		assert_non_null(file);
		assert_int_equal(
			table_votable_open(file, &table, why, sizeof(why)),
			LC_OK);
		assert_true(table->bytes_total > 0);
		buf_reset(&read);
		votable_fixture_rows(table, &read);
		assert_string_equal(read.bytes, files[i].rows);
		assert_int_equal(table->bytes_read, table->bytes_total);
		table->methods->close(table);
	}
	buf_release(&read);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_are_read),
		cmocka_unit_test(tables_say_what_they_are),
		cmocka_unit_test(columns_have_names_of_their_own),
		cmocka_unit_test(other_programs_tables_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
