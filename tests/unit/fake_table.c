#include "fake_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"

/* Ends the text at the mark; what follows it, or NULL. */
static char *
cut(char *text, char mark)
{
	char *at = strchr(text, mark);

	if (at == NULL)
		return NULL;
	*at = '\0';
	return at + 1;
}

static void
read_column(struct table_column *column, char *text)
{
	static const char letters[] = "utrsib";
	char *parts[5] = {text, NULL, NULL, NULL, NULL};

	for (int i = 0; i < 4 && parts[i] != NULL; i++)
		parts[i + 1] = cut(parts[i], '|');
	*column = (struct table_column){
		.name = parts[0],
		.unit = parts[1] == NULL ? "" : parts[1],
		.ucd = parts[2] == NULL ? "" : parts[2],
		.doc = parts[4] == NULL ? "" : parts[4],
	};
	if (parts[3] != NULL && *parts[3] != '\0')
		column->type =
			(enum table_type)(strchr(letters, *parts[3]) - letters);
}

static void
read_cell(struct table_cell *cell, enum table_type type, const char *text)
{
	const size_t length = strlen(text);
	double real = 0;

	*cell = (struct table_cell){.present = length > 0};
	if (length == 0)
		return;
	if (type == TABLE_UNTYPED || type == TABLE_TEXT) {
		cell->text = text;
		cell->length = (uint32_t)length;
	} else if (type == TABLE_BOOL) {
		cell->truth = *text == 'T';
	} else if (type == TABLE_INTEGER) {
		assert_int_equal(
			number_parse_int64(text, length, &cell->integer),
			NUMBER_OK);
	} else {
		assert_int_equal(number_parse_double(text, length, &real),
				 NUMBER_OK);
		cell->real = real;
	}
}

static enum table_result
fake_next(struct table *table)
{
	struct fake_table *fake = (struct fake_table *)table;
	size_t length = strcspn(fake->at, "\n");
	char *at = fake->row, *next;

	if (*fake->at == '\0')
		return TABLE_END;
	table->line++;
	assert_true(length < sizeof(fake->row));
	memcpy(fake->row, fake->at, length);
	fake->row[length] = '\0';
	fake->at += length + 1;
	table->bytes_read = fake->at - fake->rows;
	if (*at == '!') {
		snprintf(table->why, sizeof(table->why), "%s",
			 at + strspn(at, "!"));
		return at[1] == '!' ? TABLE_FAILED : TABLE_BAD;
	}
	for (size_t i = 0; i < table->count; i++) {
		assert_non_null(at);
		next = cut(at, '\t');
		read_cell(&fake->cells[i], fake->columns[i].type, at);
		at = next;
	}
	assert_null(at);
	return TABLE_ROW;
}

static enum lc_rc
fake_rewind(struct table *table)
{
	struct fake_table *fake = (struct fake_table *)table;

	if (fake->no_rewind)
		return LC_UNAVAILABLE;
	fake->at = fake->rows;
	table->line = 1;
	return LC_OK;
}

static void
fake_close(struct table *table)
{
	(void)table;
}

struct table *
fake_table_init(struct fake_table *fake, const char *header, const char *rows)
{
	static const struct table_methods methods = {"fake", fake_next,
						     fake_rewind, fake_close};
	char *at = fake->header;

	*fake = (struct fake_table){
		.table = {.methods = &methods,
			  .columns = fake->columns,
			  .cells = fake->cells,
			  .line = 1,
			  .bytes_total = (int64_t)strlen(rows)},
		.rows = rows,
		.at = rows,
	};
	for (size_t i = 0; i < TABLE_FACT__MAX; i++)
		fake->table.facts[i] = "";
	assert_true(strlen(header) < sizeof(fake->header));
	memcpy(fake->header, header, strlen(header) + 1);
	while (at != NULL) {
		char *next = cut(at, ',');

		assert_true(fake->table.count < FAKE_TABLE_COLUMNS);
		read_column(&fake->columns[fake->table.count++], at);
		at = next;
	}
	return &fake->table;
}
