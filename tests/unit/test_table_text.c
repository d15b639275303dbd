/*
 * Delimited text as a table: what each file's bytes become, row by row, and
 * which files are refused.
 */
#include "sky/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "base/buf.h"
#include "sky/table_kinds.h"
#include "state_dir.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text) text, sizeof(text) - 1

static char directory[STATE_DIR_MAX];

static const char *
file_with(const void *bytes, size_t length)
{
	state_dir_write(directory, "table", bytes, length);
	return state_dir_file(directory, "table");
}

static struct table *
table_of(const void *bytes, size_t length)
{
	struct table *table;
	char why[TABLE_WHY_MAX];

	if (table_open(file_with(bytes, length), &table, why, sizeof(why)) !=
	    LC_OK)
		fail_msg("%.60s: %s", (const char *)bytes, why);
	return table;
}

/* "CSV a,b [deg]": the kind and the columns. */
static void
header_show(const struct table *table, struct buf *out)
{
	buf_printf(out, "%s ", table_kind(table));
	for (size_t i = 0; i < table_count(table); i++) {
		const struct table_column *column = table_column(table, i);

		buf_printf(out, "%s%s", i > 0 ? "," : "", column->name);
		if (column->unit[0] != '\0')
			buf_printf(out, " [%s]", column->unit);
		assert_int_equal(column->type, TABLE_UNTYPED);
		assert_string_equal(column->ucd, "");
		assert_string_equal(column->doc, "");
	}
}

/* " 2:x,y" for each row, " 3!why" for a bad one; an absent cell is "-". */
static void
rows_show(struct table *table, struct buf *out)
{
	enum table_result result;

	while ((result = table_next(table)) != TABLE_END) {
		const struct table_cell *cells = table_cells(table);

		assert_true(result == TABLE_ROW || result == TABLE_BAD);
		buf_printf(out, "\n%d%c", (int)table_line(table),
			   result == TABLE_BAD ? '!' : ':');
		if (result == TABLE_BAD)
			buf_add_text(out, table_why(table));
		for (size_t i = 0;
		     result == TABLE_ROW && i < table_count(table); i++) {
			assert_int_equal(cells[i].text[cells[i].length], '\0');
			assert_int_equal(cells[i].present, cells[i].length > 0);
			buf_printf(out, "%s%s", i > 0 ? "," : "",
				   cells[i].present ? cells[i].text : "-");
		}
	}
	assert_int_equal(table_next(table), TABLE_END);
	assert_int_equal(table_bytes_read(table), table_bytes_total(table));
}

/* ---- rows */

struct text_case {
	const char *bytes;
	size_t length;
	const char *shown;
};

static const struct text_case texts[] = {
	{BYTES("a,b\n1,2\n"), "CSV a,b\n2:1,2"},
	{BYTES("a,b\n1,2"), "CSV a,b\n2:1,2"},
	{BYTES("a,b"), "CSV a,b"},
	{BYTES("a,b\n"), "CSV a,b"},
	{BYTES("a\tb c\td\n1\t2 3\t\n"), "TSV a,b c,d\n2:1,2 3,-"},
	{BYTES("a;b\n1,5;2\n"), "CSV with semicolons a,b\n2:1,5,2"},
	{BYTES("a|b\n1|2\n"), "text with bars a,b\n2:1,2"},
	/* Which delimiter it is. */
	{BYTES("a;b,c;d\n1;2;3\n"), "CSV with semicolons a,b,c,d\n2:1,2,3"},
	{BYTES("a\tb,c\n1\t2\n"), "TSV a,b,c\n2:1,2"},
	{BYTES("a|b;c\n1;2\n"), "CSV with semicolons a|b,c\n2:1,2"},
	{BYTES("\"a;b;c\",d\n1,2\n"), "CSV a;b;c,d\n2:1,2"},
	{BYTES("sep=;\na,b,c;d\n1;2\n"), "CSV with semicolons a,b,c,d\n3:1,2"},
	{BYTES("sep=|\r\na,b|c\r\n"), "text with bars a,b,c"},
	/* Frames and rules. */
	{BYTES("| a | b |\n|---|---|\n| 1 | 2 |\n| | |\n"),
	 "text with bars a,b\n3:1,2\n4:-,-"},
	{BYTES("+---+---+\n| a | b |\n+---+---+\n| 1 | 2 |\n+---+---+\n"),
	 "text with bars a,b\n4:1,2"},
	{BYTES(" a | b \n---+---\n 1 | 2\n"), "text with bars a,b\n3:1,2"},
	{BYTES("|a|b|\n1|2|\n|1|2\nx|1|2|\n|1|2|3\n"),
	 "text with bars a,b\n2!the row has 1 cells, the header 2\n"
	 "3!the row has 1 cells, the header 2\n"
	 "4!the row does not begin and end with '|'\n"
	 "5!the row does not begin and end with '|'"},
	{BYTES("a\tb\ndeg\t \n------\t-\n1\t2\n"), "TSV a [deg],b\n4:1,2"},
	{BYTES("a\tb\n-----\t--\n1\t2\n"), "TSV a,b\n3:1,2"},
	{BYTES("a\tb\n-\t-\n1\t2\n"), "TSV a,b\n2:-,-\n3:1,2"},
	{BYTES("a,b\n1\n-----,---\n"),
	 "CSV a,b\n2!the row has 1 cells, the header 2\n3:-----,---"},
	/* Quotes. */
	{BYTES("a,b\n\"x,y\",\"\"\"z\"\"\"\n"), "CSV a,b\n2:x,y,\"z\""},
	{BYTES("a,b\n\"x\ny\r\nz\",2\n3,4\n"), "CSV a,b\n2:x\ny\r\nz,2\n5:3,4"},
	{BYTES("a,b\n \" x \" , \"y\"\t\r\n"), "CSV a,b\n2:x,y"},
	{BYTES("a,b\n\"\",\" \"\n"), "CSV a,b\n2:-,-"},
	{BYTES("a,b\n5\" tube,x\"y\"z\n"), "CSV a,b\n2:5\" tube,x\"y\"z"},
	{BYTES("a,b\n1,\"2\""), "CSV a,b\n2:1,2"},
	{BYTES("a,b\n\"#1\",2\n"), "CSV a,b\n2:#1,2"},
	{BYTES("a,b\n1,\"2\n3,4\n5,6\n"),
	 "CSV a,b\n2!the row has a quote that is not closed\n3:3,4\n4:5,6"},
	{BYTES("a,b\n\"x\"y,2\n3,4\n"),
	 "CSV a,b\n2!the row has text after a closing quote\n3:3,4"},
	{BYTES("a,b\n\"x\n\"y,2\n3,4\n"),
	 "CSV a,b\n2!the row has text after a closing quote\n"
	 "3!the row has a quote that is not closed\n4:3,4"},
	{BYTES("a,b\n\"x\"\"\",\"\n1,2\n"),
	 "CSV a,b\n2!the row has a quote that is not closed\n3:1,2"},
	{BYTES("a\tb\n\"x\ty\"\t\"z\nz\"\n1\t2\n"),
	 "TSV a,b\n2:x\ty,z\nz\n4:1,2"},
	{BYTES("a\tb\n\"x\t5\"6\n\"1\" 2\t3\n"),
	 "TSV a,b\n2:\"x,5\"6\n3:\"1\" 2,3"},
	{BYTES("\"a\nb\",\"c\"\"\"\n1,2\n"), "CSV a\nb,c\"\n3:1,2"},
	/* Ends of lines, blank lines, comments. */
	{BYTES("\xef\xbb\xbf"
	       "a,b\r\n1,2\r\n\r\n3,4\r\n"),
	 "CSV a,b\n2:1,2\n4:3,4"},
	{BYTES("\xef\xbb\xbf\"a\",b\n1,2\n"), "CSV a,b\n2:1,2"},
	{BYTES("a,b\r1,2\r\r3,4"), "CSV a,b\n2:1,2\n4:3,4"},
	{BYTES("a,b\r1,\"2\r3\"\r4,5\r"), "CSV a,b\n2:1,2\r3\n4:4,5"},
	{BYTES("a,b\r\n1,2\r3\r\n"), "CSV a,b\n2:1,2\r3"},
	{BYTES("\n  \n# x,y,z\na,b\n\n \t \n#1,2\n3,4\n#"), "CSV a,b\n8:3,4"},
	{BYTES("a\tb\n\t\n \n"), "TSV a,b\n2:-,-"},
	/* A header in a comment. */
	{BYTES("#name,ra,dec\nM31,10.5,41.2\n"),
	 "CSV name,ra,dec\n2:M31,10.5,41.2"},
	{BYTES("# by A, B\n# name;ra;dec\n#\nM31;10,5;41,2\n# x\nM33;1;2\n"),
	 "CSV with semicolons name,ra,dec\n4:M31,10,5,41,2\n6:M33,1,2"},
	{BYTES("# by A, B\n# name ; ra\nM31;10:11:12\nM33;-01 02 03\n"),
	 "CSV with semicolons name,ra\n3:M31,10:11:12\n4:M33,-01 02 03"},
	{BYTES("# x,y\nname,70,160\na,1,2\n"), "CSV name,70,160\n3:a,1,2"},
	{BYTES("# x,y\nname,type\na,b\n"), "CSV name,type\n3:a,b"},
	/* Names of columns. */
	{BYTES(",mag,MAG,mag_2,,mag\n1,2,3,4,5,6\n"),
	 "CSV column_1,mag,MAG_2,mag_2_2,column_5,mag_3\n2:1,2,3,4,5,6"},
	{BYTES("a,column_3,\n1,2,3\n"), "CSV a,column_3,column_3_2\n2:1,2,3"},
	{BYTES("a,b,\n1,2,\n"), "CSV a,b,column_3\n2:1,2,-"},
	/* Rows that do not fit. */
	{BYTES("a,b\n1\n1,2,3\n,\n1,2\n"),
	 "CSV a,b\n2!the row has 1 cells, the header 2\n"
	 "3!the row has 3 cells, the header 2\n4:-,-\n5:1,2"},
	{BYTES("a,b\n1,2\0\n3,\"4\0\"\n5,6\n"),
	 "CSV a,b\n2!the row holds a NUL\n3!the row holds a NUL\n4:5,6"},
	/* Other encodings. */
	{BYTES("n\xc3\xa9,b\n\xc3\xa9,\xe2\x82\xac\n"),
	 "CSV n\xc3\xa9,b\n2:\xc3\xa9,\xe2\x82\xac"},
	{BYTES("n\xe9,b\n\xe9,\x80\n\xc3\xa9,2\n"),
	 "CSV n\xc3\xa9,b\n2:\xc3\xa9,\xe2\x82\xac\n3:\xc3\xa9,2"},
	{BYTES("a,b\n\"\xff\"\"\",\xc3\xa9\n"),
	 "CSV a,b\n2:\xc3\xbf\",\xc3\x83\xc2\xa9"},
	{BYTES("a,b\n1,2345678\xb0\n1,\xa0\n"),
	 "CSV a,b\n2:1,2345678\xc2\xb0\n3:1,\xc2\xa0"},
};

static void
texts_become_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		const struct text_case *of = &texts[i];
		struct table *table;
		struct buf shown;
		size_t header;

		table = table_of(of->bytes, of->length);
		buf_init(&shown);
		header_show(table, &shown);
		header = shown.length;
		rows_show(table, &shown);
		buf_add_char(&shown, '\0');
		if (strcmp(shown.bytes, of->shown) != 0)
			fail_msg("\n%s\nbecame\n%s\nand not\n%s", of->bytes,
				 shown.bytes, of->shown);
		/* Once more, from its first row. */
		shown.length = header;
		assert_int_equal(table_rewind(table), LC_OK);
		rows_show(table, &shown);
		buf_add_char(&shown, '\0');
		assert_string_equal(shown.bytes, of->shown);
		table_close(table);
		buf_release(&shown);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_become_rows),
	};

	state_dir_make(directory);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
