/*
 * A file that is said to be a VOTable: whatever it is, it is read to its end
 * or refused in words, twice with the same outcome, and every cell is what
 * sky/table.h promises.
 */
#include "fuzz.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sky/table_kinds.h"

const char fuzz_corpus[] = "votable";

static void
text_check(const char *text)
{
	MUST(text != NULL);
	MUST(text_is_utf8(text, strlen(text)));
}

static void
cell_check(enum table_type type, const struct table_cell *cell)
{
	if (!cell->present)
		return;
	if (type == TABLE_REAL || type == TABLE_SINGLE)
		MUST(isfinite(cell->real));
	if (type != TABLE_TEXT)
		return;
	MUST(cell->length > 0 && strlen(cell->text) == cell->length);
	MUST(!text_is_space(cell->text[0]));
	MUST(!text_is_space(cell->text[cell->length - 1]));
	text_check(cell->text);
}

static void
columns_check(const struct table *table)
{
	MUST(table->count > 0 && table->count <= TABLE_COLUMNS_MAX);
	for (size_t i = 0; i < table->count; i++) {
		const struct table_column *column = &table->columns[i];

		text_check(column->name);
		text_check(column->unit);
		text_check(column->ucd);
		text_check(column->doc);
		MUST(column->name[0] != '\0');
		for (size_t j = 0; j < i; j++)
			MUST(!text_equal_nocase(column->name,
						table->columns[j].name));
	}
	for (size_t i = 0; i < TABLE_FACT__MAX; i++)
		text_check(table->facts[i]);
}

/* How many rows there are, good and bad; odd: it failed after them. */
static size_t
rows_check(struct table *table)
{
	size_t rows = 0;

	for (;;) {
		size_t bytes = 0;

		switch (table->methods->next(table)) {
		case TABLE_ROW:
			for (size_t i = 0; i < table->count; i++) {
				cell_check(table->columns[i].type,
					   &table->cells[i]);
				if (table->columns[i].type == TABLE_TEXT &&
				    table->cells[i].present)
					bytes += table->cells[i].length;
			}
			MUST(bytes <= TABLE_ROW_MAX + TABLE_COLUMNS_MAX);
			break;
		case TABLE_BAD:
			text_check(table->why);
			MUST(table->why[0] != '\0');
			break;
		case TABLE_END:
			return 2 * rows;
		case TABLE_FAILED:
			MUST(table->why[0] != '\0');
			return 2 * rows + 1;
		}
		rows++;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char why[TABLE_WHY_MAX] = "";
	struct table *table = NULL;
	enum lc_rc rc;
	size_t rows;
	FILE *file;

	if (length == 0)
		return 0;
	file = fmemopen((void *)(uintptr_t)bytes, length, "re");
	MUST(file != NULL);
	rc = table_votable_open(file, &table, why, sizeof(why));
	MUST(rc == LC_OK || rc == LC_INVALID);
	if (rc == LC_INVALID) {
		MUST(why[0] != '\0');
		return 0;
	}
	columns_check(table);
	rows = rows_check(table);
	MUST(table->methods->rewind(table) == LC_OK);
	MUST(rows_check(table) == rows);
	table->methods->close(table);
	return 0;
}
