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
#include "text_table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES(text) text, sizeof(text) - 1

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
	{BYTES("sep=|,b,c\n1,2,3\n"), "CSV sep=|,b,c\n2:1,2,3"},
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
	 "CSV a,b\n2!the row has a quote that is not closed within 65536 "
	 "bytes\n3:3,4\n4:5,6"},
	{BYTES("a,b\n\"x\"y,2\n3,4\n"),
	 "CSV a,b\n2!the row has text after a closing quote\n3:3,4"},
	{BYTES("a,b\n\"x\n\"y,2\n3,4\n"),
	 "CSV a,b\n2!the row has text after a closing quote\n"
	 "3!the row has a quote that is not closed within 65536 bytes\n4:3,4"},
	{BYTES("a,b\n\"x\"\"\",\"\n1,2\n"),
	 "CSV a,b\n2!the row has a quote that is not closed within 65536 "
	 "bytes\n3:1,2"},
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

		table = text_table_open(of->bytes, of->length);
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

/* ---- files */

struct refusal {
	const char *bytes;
	size_t length;
	const char *words;
};

static const struct refusal refusals[] = {
	{BYTES(""), "empty"},
	{BYTES("PK\3\4\24\0\0\0x.csv"), "zip"},
	{BYTES("\x1f\x8b\x08\0"), "gzip"},
	{BYTES("\xfd"
	       "7zXZ\0"),
	 "xz"},
	{BYTES("BZh91AY"), "bzip2"},
	{BYTES("\x28\xb5\x2f\xfd"), "zstd"},
	{BYTES("SIMPLE  =                    T"), "FITS"},
	{BYTES("SQLite format 3\0"), "SQLite"},
	{BYTES("%PDF-1.7\n"), "PDF"},
	{BYTES("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "Excel"},
	{BYTES("\xff\xfe"
	       "a\0,\0b\0"),
	 "UTF-16"},
	{BYTES("\xfe\xff\0a\0,\0b"), "UTF-16"},
	{BYTES("a\0,\0b\0\n\0"), "UTF-16"},
	{BYTES("\x7f"
	       "ELF\2\1\1\0\0\0\0\0"),
	 "binary"},
	{BYTES("{\"a\": 1, \"b\": 2}"), "JSON"},
	{BYTES("\xef\xbb\xbf [\n{\"a\": 1, \"b\": 2}]"), "JSON"},
	{BYTES("[1, 2]"), "JSON"},
	{BYTES("\n<!DOCTYPE HTML>\n<p>a, b</p>"), "HTML"},
	{BYTES("<html lang=\"en\">"), "HTML"},
	{BYTES("\n\n# x, y\n"), "no header line"},
	{BYTES("\xef\xbb\xbf"), "no header line"},
	{BYTES("name\nM31\n"), "one column"},
	{BYTES("|name|\n|M31|\n"), "one column"},
	{BYTES("name ra  dec\nM31 10.5 41.2\n"), "spaces are between"},
	{BYTES("# name ra  dec\nM31 10.5 41.2\n"), "spaces are between"},
	{BYTES("\\catalog=x\n|ra|dec|\n 1 2\n"), "IPAC"},
	{BYTES("10.5,41.2\n1,2\n"), "must name the columns"},
	{BYTES("1,2\n3,4\n"), "must name the columns"},
	{BYTES("M31,10.5,41.2\nM33,1,2\n"), "must name the columns"},
	{BYTES("# a,b\nM31,10.5,41.2\nM33,1,2\n"), "must name the columns"},
	{BYTES("M31;00:42:44;+41:16:09\n"), "must name the columns"},
	{BYTES(",,\n1,2,3\n"), "must name the columns"},
	{BYTES("name,ra,a long description\0,dec\n"), "the header holds a NUL"},
	{BYTES("a,\"b\nc,d\n"),
	 "the header has a quote that is not closed within 65536 bytes"},
};

static const struct refusal not_refused[] = {
	{BYTES("[Fe/H],b\n1,2\n"), "[Fe/H]"}, {BYTES("{a},b\n1,2\n"), "{a}"},
	{BYTES("PAR1,PAR2\n1,2\n"), "PAR1"},  {BYTES("PK,b\n1,2\n"), "PK"},
	{BYTES("2MASS,b\n1,2\n"), "2MASS"},
};

static void
others_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++) {
		const struct refusal *of = &refusals[i];
		struct table *table = NULL;
		char why[TABLE_WHY_MAX] = "";
		enum lc_rc rc =
			table_open(text_table_file(of->bytes, of->length),
				   &table, why, sizeof(why));

		if (rc != LC_INVALID || table != NULL ||
		    strstr(why, of->words) == NULL)
			fail_msg("%.60s: %s, %s", of->bytes, rc_label(rc), why);
	}
	for (size_t i = 0; i < COUNT(not_refused); i++) {
		struct table *table = text_table_open(not_refused[i].bytes,
						      not_refused[i].length);

		assert_string_equal(table_column(table, 0)->name,
				    not_refused[i].words);
		assert_int_equal(table_next(table), TABLE_ROW);
		table_close(table);
	}
}

static void
long_headers_are_refused(void **state)
{
	struct table *table;
	char why[TABLE_WHY_MAX];
	struct buf file;

	(void)state;
	buf_init(&file);
	for (int i = 0; i < TABLE_ROW_MAX; i++)
		buf_add_char(&file, i == 1 ? ',' : 'x');
	table = text_table_open(file.bytes, file.length);
	table_close(table);
	buf_add_char(&file, 'x');
	assert_int_equal(table_open(text_table_file(file.bytes, file.length),
				    &table, why, sizeof(why)),
			 LC_INVALID);
	assert_string_equal(why, "the header is longer than 65536 bytes");
	buf_release(&file);
}

static void
what_cannot_be_read(void **state)
{
	const char *path = text_table_file("a,b\n1,2\n", 8);
	struct table *table;
	char why[TABLE_WHY_MAX], pipe[512];
	FILE *unreadable;

	(void)state;
	assert_int_equal(table_open("/", &table, why, sizeof(why)),
			 LC_UNAVAILABLE);
	assert_non_null(strstr(why, "directory"));
	assert_int_equal(
		table_open("/nowhere/at/all", &table, why, sizeof(why)),
		LC_UNAVAILABLE);
	assert_int_equal(table_open("/dev/null", &table, why, sizeof(why)),
			 LC_INVALID);
	/* A descriptor that can only be written. */
	unreadable = fopen(path, "ae");
	assert_non_null(unreadable);
	assert_int_equal(table_text_open(unreadable, &table, why, sizeof(why)),
			 LC_UNAVAILABLE);
	snprintf(pipe, sizeof(pipe), "%s.pipe", path);
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_int_equal(table_open(pipe, &table, why, sizeof(why)),
			 LC_INVALID);
	unlink(pipe);
	table_close(NULL);
}

/* The file's descriptor goes bad under the reader. */
static void
reading_fails_midway(void **state)
{
	enum { ROWS = 200000 };
	struct table *table = NULL;
	char why[TABLE_WHY_MAX];
	enum table_result result;
	struct buf text;
	FILE *file, *other;
	int rows = 0;

	(void)state;
	buf_init(&text);
	buf_add_text(&text, "a,b\n");
	for (int i = 0; i < ROWS; i++)
		buf_add_text(&text, "1,2\n");
	file = fopen(text_table_file(text.bytes, text.length), "re");
	other = fopen("/dev/null", "ae");
	assert_non_null(file);
	assert_non_null(other);
	assert_int_equal(table_text_open(file, &table, why, sizeof(why)),
			 LC_OK);
	assert_int_equal(table_next(table), TABLE_ROW);
	assert_true(dup2(fileno(other), fileno(file)) >= 0);
	while ((result = table_next(table)) == TABLE_ROW)
		rows++;
	assert_int_equal(result, TABLE_FAILED);
	assert_string_equal(table_why(table), "Bad file descriptor");
	assert_int_equal(table_next(table), TABLE_FAILED);
	assert_in_range(rows, 1, ROWS / 2);
	table_close(table);
	fclose(other);
	buf_release(&text);
}

static void
columns_are_found(void **state)
{
	static const char text[] = "Name,RA_deg,\n1,2,3\n4,5,\xe9\n";
	struct table *table;

	(void)state;
	table = text_table_open(text, sizeof(text) - 1);
	assert_int_equal(table_find(table, "name", 4), 0);
	assert_int_equal(table_find(table, "ra_DEGREES", 6), 1);
	assert_int_equal(table_find(table, "COLUMN_3", 8), 2);
	assert_int_equal(table_find(table, "nam", 3), -1);
	assert_int_equal(table_find(table, "name\0", 5), -1);
	assert_int_equal(table_find(table, "", 0), -1);
	for (int i = 0; i < TABLE_FACT__MAX; i++)
		assert_string_equal(table_fact(table, (enum table_fact)i), "");
	assert_int_equal(table_bytes_total(table), sizeof(text) - 1);
	assert_int_equal(table_bytes_read(table), 13);
	assert_int_equal(table_next(table), TABLE_ROW);
	assert_int_equal(table_bytes_read(table), 19);
	assert_int_equal(table_converted(table), 0);
	assert_int_equal(table_next(table), TABLE_ROW);
	assert_int_equal(table_converted(table), 1);
	assert_int_equal(table_next(table), TABLE_END);
	assert_int_equal(table_rewind(table), LC_OK);
	assert_int_equal(table_converted(table), 0);
	assert_int_equal(table_bytes_read(table), 13);
	table_close(table);
}

static enum lc_rc
memory_case(void)
{
	static const char text[] = "a\tb\tB\ndeg\tdeg\t\n--\t--\t--\n1\t2\t3\n";
	const char *path = text_table_file(text, sizeof(text) - 1);
	struct table *table = NULL;
	char why[TABLE_WHY_MAX];
	enum lc_rc rc = table_open(path, &table, why, sizeof(why));

	if (rc == LC_OK) {
		assert_int_equal(table_next(table), TABLE_ROW);
		assert_string_equal(table_column(table, 1)->unit, "deg");
	} else {
		assert_null(table);
		assert_string_equal(why, "out of memory");
	}
	table_close(table);
	return rc;
}

/* As many names as do not fit into one of the arena's chunks. */
static enum lc_rc
memory_many_case(void)
{
	char text[4 * TABLE_COLUMNS_MAX + 1];
	struct table *table = NULL;
	char why[TABLE_WHY_MAX];
	enum lc_rc rc;

	for (int i = 0; i < TABLE_COLUMNS_MAX; i++)
		memcpy(text + 4L * i, "abc,", 4);
	rc = table_open(text_table_file(text, sizeof(text) - 2), &table, why,
			sizeof(why));
	table_close(table);
	return rc;
}

static void
memory_runs_out(void **state)
{
	static const struct alloc_case cases[] = {
		{"a table of text", memory_case, false},
		{"a table of many columns", memory_many_case, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		alloc_fail_each(&cases[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_become_rows),
		cmocka_unit_test(others_are_refused),
		cmocka_unit_test(long_headers_are_refused),
		cmocka_unit_test(what_cannot_be_read),
		cmocka_unit_test(reading_fails_midway),
		cmocka_unit_test(columns_are_found),
		cmocka_unit_test(memory_runs_out),
	};

	return cmocka_run_group_tests(tests, text_table_set_up,
				      text_table_tear_down);
}
