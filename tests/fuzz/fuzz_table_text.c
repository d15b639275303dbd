/*
 * A file that is said to be a table of delimited text: its rows are what a
 * table promises, the same each time, and can be written and read again.
 */
#include "fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "sky/table.h"

const char fuzz_corpus[] = "table_text";

/* The bytes as a file's; NULL if they are no table of text. */
static struct table *
table_of(const void *bytes, size_t length)
{
	int file = memfd_create("table", MFD_CLOEXEC);
	char path[64], why[TABLE_WHY_MAX] = "";
	struct table *table = NULL;
	enum lc_rc rc;

	MUST(file >= 0 && write(file, bytes, length) == (ssize_t)length);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	rc = table_open(path, &table, why, sizeof(why));
	close(file);
	MUST(rc == LC_OK || rc == LC_INVALID);
	MUST((rc == LC_OK) == (table != NULL));
	MUST((rc == LC_OK) == (why[0] == '\0'));
	if (table == NULL || strcmp(table_kind(table), "VOTable") != 0)
		return table;
	table_close(table);
	return NULL;
}

static void
text_check(const char *text, size_t length)
{
	MUST(text[length] == '\0' && text_is_utf8(text, length));
	MUST(memchr(text, '\0', length) == NULL);
	MUST(length == 0 || !text_is_space(text[0]));
	MUST(length == 0 || !text_is_space(text[length - 1]));
}

static void
columns_check(const struct table *table)
{
	MUST(table_count(table) >= 2);
	MUST(table_count(table) <= TABLE_COLUMNS_MAX);
	for (size_t i = 0; i < table_count(table); i++) {
		const struct table_column *column = table_column(table, i);

		MUST(column->name[0] != '\0');
		text_check(column->name, strlen(column->name));
		text_check(column->unit, strlen(column->unit));
		MUST(table_find(table, column->name, strlen(column->name)) ==
		     (int)i);
	}
}

/* Writes all rows down, each cell with quotes, and looks at them. */
static void
rows_write(struct table *table, struct buf *out)
{
	int64_t line = 0, bytes = 0;
	enum table_result result;

	while ((result = table_next(table)) != TABLE_END) {
		const struct table_cell *cells = table_cells(table);

		MUST(table_line(table) > line);
		MUST(table_bytes_read(table) > bytes);
		line = table_line(table);
		bytes = table_bytes_read(table);
		MUST(bytes <= table_bytes_total(table));
		MUST(result == TABLE_ROW || result == TABLE_BAD);
		MUST(result == TABLE_ROW || table_why(table)[0] != '\0');
		for (size_t i = 0;
		     result == TABLE_ROW && i < table_count(table); i++) {
			text_check(cells[i].text, cells[i].length);
			MUST(cells[i].present == (cells[i].length > 0));
			buf_add_text(out, i > 0 ? ",\"" : "\"");
			for (const char *at = cells[i].text; *at; at++) {
				if (*at == '"')
					buf_add_char(out, '"');
				buf_add_char(out, *at);
			}
			buf_add_char(out, '"');
		}
		if (result == TABLE_ROW)
			buf_add_char(out, '\n');
	}
	MUST(table_bytes_read(table) == table_bytes_total(table));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct table *table = table_of(bytes, length);
	struct buf first, second;
	size_t header;

	if (table == NULL)
		return 0;
	columns_check(table);
	buf_init(&first);
	buf_init(&second);
	for (size_t i = 0; i < table_count(table); i++)
		buf_printf(&first, "%s\"c%zu\"", i > 0 ? "," : "", i);
	buf_add_char(&first, '\n');
	buf_add(&second, first.bytes, first.length);
	header = first.length;
	rows_write(table, &first);
	MUST(table_rewind(table) == LC_OK);
	rows_write(table, &second);
	MUST(first.length == second.length && !second.failed);
	MUST(memcmp(first.bytes, second.bytes, first.length) == 0);
	table_close(table);
	/* With its quotes a row may have become too long. */
	if (first.length <= TABLE_ROW_MAX) {
		table = table_of(first.bytes, first.length);
		MUST(table != NULL);
		second.length = header;
		rows_write(table, &second);
		MUST(table_converted(table) == 0);
		MUST(first.length == second.length && !second.failed);
		MUST(memcmp(first.bytes, second.bytes, first.length) == 0);
		table_close(table);
	}
	buf_release(&first);
	buf_release(&second);
	return 0;
}
