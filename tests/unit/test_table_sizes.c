/*
 * Delimited text of every size: rows across the reader's buffer, rows that
 * are too long, many columns, and that what is written can be read.
 */
#include "sky/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "text_table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Rows of 61 bytes lie across the buffer's end in every way. */
static void
rows_lie_across_buffers(void **state)
{
	enum { ROWS = 10000, ROW_BYTES = 61 };
	static const char header[] = "a,b\n";
	char row[ROW_BYTES + 1];

	(void)state;
	for (int shift = 0; shift <= ROW_BYTES; shift++) {
		enum table_result result;
		struct table *table;
		struct buf file;
		int rows = 0;

		buf_init(&file);
		buf_printf(&file, "#%*s\n%s", shift, "", header);
		for (int i = 0; i < ROWS; i++)
			buf_printf(&file, "%05d,%*d\n", i, ROW_BYTES - 7, -i);
		table = text_table_open(file.bytes, file.length);
		while ((result = table_next(table)) != TABLE_END) {
			const struct table_cell *cells = table_cells(table);

			assert_int_equal(result, TABLE_ROW);
			snprintf(row, sizeof(row), "%05d", rows);
			assert_string_equal(cells[0].text, row);
			snprintf(row, sizeof(row), "%d", -rows);
			assert_string_equal(cells[1].text, row);
			assert_int_equal(table_line(table), rows + 3);
			rows++;
		}
		assert_int_equal(rows, ROWS);
		assert_int_equal(table_bytes_read(table), file.length);
		table_close(table);
		buf_release(&file);
	}
}

/* A row of so many bytes between two others; how the middle one is read. */
static enum table_result
long_row(const char *start, size_t length, const char *end, struct buf *why)
{
	enum table_result result;
	struct table *table;
	struct buf file;

	buf_init(&file);
	buf_add_text(&file, "a,b\n1,2\n");
	buf_add_text(&file, start);
	for (size_t i = strlen(start) + strlen(end); i < length; i++)
		buf_add_char(&file, 'x');
	buf_add_text(&file, end);
	buf_add_text(&file, "\n3,4\n");
	table = text_table_open(file.bytes, file.length);
	assert_int_equal(table_next(table), TABLE_ROW);
	result = table_next(table);
	buf_reset(why);
	buf_add_text(why, result == TABLE_BAD ? table_why(table) : "");
	buf_add_char(why, '\0');
	assert_int_equal(table_line(table), 3);
	assert_int_equal(table_next(table), TABLE_ROW);
	assert_int_equal(table_line(table), 4);
	assert_string_equal(table_cells(table)[1].text, "4");
	assert_int_equal(table_next(table), TABLE_END);
	table_close(table);
	buf_release(&file);
	return result;
}

static void
long_rows_are_bad(void **state)
{
	static const char too_long[] = "the row is longer than 65536 bytes";
	static const char open[] =
		"the row has a quote that is not closed within 65536 bytes";
	static const struct {
		const char *start, *end;
		size_t length;
		const char *why;
	} cases[] = {
		{"1,", "", TABLE_ROW_MAX, ""},
		{"1,", "", TABLE_ROW_MAX + 1, too_long},
		{"1,", "\r", TABLE_ROW_MAX, ""},
		{"1,", "", 1 << 20, too_long},
		{"", ",2", 1 << 20, too_long},
		{"1,\"", "\"", TABLE_ROW_MAX, ""},
		{"1,\"", "\"", TABLE_ROW_MAX + 1, too_long},
		{"1,\"", "\"", TABLE_ROW_MAX + 2, open},
		{"1,\"", "", 1 << 20, open},
	};
	struct buf why;

	(void)state;
	buf_init(&why);
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum table_result result = long_row(
			cases[i].start, cases[i].length, cases[i].end, &why);

		if ((result == TABLE_ROW) != (cases[i].why[0] == '\0') ||
		    strcmp(why.bytes, cases[i].why) != 0)
			fail_msg("case %zu: %d, \"%s\"", i, result, why.bytes);
	}
	buf_release(&why);
}

/* A quoted cell may go over many lines; an open one spoils its first only. */
static void
long_quotes(void **state)
{
	enum { LINES = 100000 };
	enum table_result result;
	struct table *table;
	struct buf file;
	int rows = 0, bad = 0;

	(void)state;
	buf_init(&file);
	buf_add_text(&file, "a,b\n1,\"");
	for (int i = 0; i < 1000; i++)
		buf_add_text(&file, "x\n,\n");
	buf_add_text(&file, "\"\n1,\"2\n");
	for (int i = 0; i < LINES; i++)
		buf_add_text(&file, "3,4\n");
	table = text_table_open(file.bytes, file.length);
	assert_int_equal(table_next(table), TABLE_ROW);
	assert_int_equal(table_cells(table)[1].length, 3999);
	while ((result = table_next(table)) != TABLE_END) {
		rows += result == TABLE_ROW;
		bad += result == TABLE_BAD;
		assert_int_equal(table_line(table), 2002 + rows + bad);
	}
	assert_int_equal(rows, LINES);
	assert_int_equal(bad, 1);
	table_close(table);
	buf_release(&file);
}

static void
many_columns(void **state)
{
	struct table *table;
	char why[TABLE_WHY_MAX];
	struct buf file;

	(void)state;
	buf_init(&file);
	for (int i = 0; i < TABLE_COLUMNS_MAX; i++)
		buf_add_text(&file, i > 0 ? ",a" : "a");
	buf_add_char(&file, '\n');
	for (int i = 0; i < TABLE_COLUMNS_MAX; i++)
		buf_printf(&file, "%s%d", i > 0 ? "," : "", i);
	buf_add_char(&file, '\n');
	for (int i = 0; i < 3 * TABLE_COLUMNS_MAX; i++)
		buf_add_char(&file, ',');
	table = text_table_open(file.bytes, file.length);
	assert_int_equal(table_count(table), TABLE_COLUMNS_MAX);
	assert_string_equal(table_column(table, 1023)->name, "a_1024");
	assert_int_equal(table_find(table, "A_1024", 6), 1023);
	assert_int_equal(table_next(table), TABLE_ROW);
	assert_string_equal(table_cells(table)[1023].text, "1023");
	assert_int_equal(table_next(table), TABLE_BAD);
	assert_string_equal(table_why(table),
			    "the row has 3073 cells, the header 1024");
	assert_int_equal(table_next(table), TABLE_END);
	table_close(table);
	file.bytes[0] = ',';
	assert_int_equal(table_open(text_table_file(file.bytes, file.length),
				    &table, why, sizeof(why)),
			 LC_INVALID);
	assert_string_equal(why, "the header has more than 1024 columns");
	buf_release(&file);
}

/* ---- what is written can be read */

struct random {
	uint64_t state;
};

/* Xorshift: G. Marsaglia, "Xorshift RNGs", 2003. */
static uint64_t
random_below(struct random *random, uint64_t end)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return (random->state >> 11) % end;
}

/* A cell without spaces around it, of all that makes trouble. */
static void
cell_invent(struct random *random, struct buf *out)
{
	static const char *const pieces[] = {"\"",
					     ",",
					     "\t",
					     ";",
					     "|",
					     "\n",
					     "\r\n",
					     " ",
					     "#",
					     "\xc3\xa9",
					     "abc",
					     "1",
					     "\xf0\x9f\x8c\x8c"};
	uint64_t shape = random_below(random, 50);
	uint64_t count = shape == 0 ? 300 : shape % 8;
	size_t start = out->length;

	for (uint64_t i = 0; i < count; i++)
		buf_add_text(out, pieces[random_below(random, COUNT(pieces))]);
	while (out->length > start &&
	       strchr(" \t\r\n", out->bytes[out->length - 1]) != NULL)
		out->length--;
	while (out->length > start &&
	       strchr(" \t\r\n", out->bytes[start]) != NULL) {
		out->length--;
		memmove(out->bytes + start, out->bytes + start + 1,
			out->length - start);
	}
	buf_add_char(out, '\0');
}

static void
cell_write(struct random *random, const char *cell, char delimiter,
	   struct buf *out)
{
	const char special[] = {delimiter, '"', '\n', '\r', '#', '\0'};

	if (strpbrk(cell, special) == NULL && random_below(random, 4) > 0) {
		buf_add_text(out, cell);
		return;
	}
	buf_add_char(out, '"');
	for (; *cell != '\0'; cell++) {
		if (*cell == '"')
			buf_add_char(out, '"');
		buf_add_char(out, *cell);
	}
	buf_add_char(out, '"');
}

static void
written_is_read(void **state)
{
	enum { ROWS = 20000, COLUMNS = 4 };
	static const char delimiters[] = ",\t;|";
	struct random random = {7};

	(void)state;
	for (int i = 0; i < 8; i++) {
		const char delimiter = delimiters[i % 4];
		const char *line_end = i < 4 ? "\n" : "\r\n";
		struct buf file, cells;
		struct table *table;
		const char *cell;

		buf_init(&file);
		buf_init(&cells);
		buf_printf(&file, "a%cb%cc%cd%s", delimiter, delimiter,
			   delimiter, line_end);
		for (int j = 0; j < ROWS * COLUMNS; j++) {
			size_t start = cells.length;

			cell_invent(&random, &cells);
			cell_write(&random, cells.bytes + start, delimiter,
				   &file);
			if (j % COLUMNS < COLUMNS - 1)
				buf_add_char(&file, delimiter);
			else if (j + 1 < ROWS * COLUMNS)
				buf_add_text(&file, line_end);
		}
		table = text_table_open(file.bytes, file.length);
		cell = cells.bytes;
		for (int j = 0; j < ROWS * COLUMNS; j++) {
			if (j % COLUMNS == 0 && table_next(table) != TABLE_ROW)
				fail_msg("%s", table_why(table));
			assert_string_equal(
				table_cells(table)[j % COLUMNS].text, cell);
			cell += strlen(cell) + 1;
		}
		assert_int_equal(table_next(table), TABLE_END);
		assert_int_equal(table_converted(table), 0);
		table_close(table);
		buf_release(&file);
		buf_release(&cells);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_lie_across_buffers),
		cmocka_unit_test(long_rows_are_bad),
		cmocka_unit_test(long_quotes),
		cmocka_unit_test(many_columns),
		cmocka_unit_test(written_is_read),
	};

	return cmocka_run_group_tests(tests, text_table_set_up,
				      text_table_tear_down);
}
