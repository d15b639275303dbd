#include "votable_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/shortest.h"

enum lc_rc
votable_fixture_open(const char *document, size_t length, struct table **out,
		     char *why, size_t why_bytes)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	assert_int_equal(fwrite(document, 1, length, file), length);
	rewind(file);
	return table_votable_open(file, out, why, why_bytes);
}

static void
cell_add(struct buf *out, enum table_type type, const struct table_cell *cell)
{
	char number[SHORTEST_MAX];

	if (!cell->present) {
		buf_add_char(out, '-');
		return;
	}
	switch (type) {
	case TABLE_REAL:
	case TABLE_SINGLE:
		buf_add(out, number, shortest_format(cell->real, number));
		break;
	case TABLE_INTEGER:
		buf_add(out, number,
			shortest_format_int64(cell->integer, number));
		break;
	case TABLE_BOOL:
		buf_add_text(out, cell->truth ? "true" : "false");
		break;
	default:
		assert_int_equal(strlen(cell->text), cell->length);
		buf_add(out, cell->text, cell->length);
	}
}

void
votable_fixture_rows(struct table *table, struct buf *out)
{
	enum table_result result;

	while ((result = table->methods->next(table)) == TABLE_ROW ||
	       result == TABLE_BAD) {
		if (result == TABLE_BAD)
			buf_printf(out, "!%lld %s", (long long)table->line,
				   table->why);
		for (size_t i = 0; result == TABLE_ROW && i < table->count;
		     i++) {
			if (i > 0)
				buf_add_char(out, '|');
			cell_add(out, table->columns[i].type, &table->cells[i]);
		}
		buf_add_char(out, '\n');
	}
	if (result == TABLE_FAILED) {
		assert_true(table->why[0] != '\0');
		buf_printf(out, "FAILED %s", table->why);
	}
	/* There it stays. */
	assert_int_equal(table->methods->next(table), result);
	buf_add_char(out, '\0');
	assert_false(out->failed);
}

void
votable_fixture_read(const char *document, size_t length, struct buf *out)
{
	char why[TABLE_WHY_MAX] = "";
	struct table *table;
	struct buf again;
	enum lc_rc rc = votable_fixture_open(document, length, &table, why,
					     sizeof(why));

	buf_reset(out);
	if (rc != LC_OK) {
		assert_int_equal(rc, LC_INVALID);
		assert_true(why[0] != '\0');
		buf_printf(out, "NOT OPENED %s", why);
		buf_add_char(out, '\0');
		return;
	}
	votable_fixture_rows(table, out);
	buf_init(&again);
	assert_int_equal(table->methods->rewind(table), LC_OK);
	votable_fixture_rows(table, &again);
	assert_string_equal(out->bytes, again.bytes);
	buf_release(&again);
	table->methods->close(table);
}

void
votable_fixture_base64(struct buf *out, const void *bytes, size_t length)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	const unsigned char *at = bytes;

	for (size_t i = 0; i < length; i += 3) {
		uint32_t bits = (uint32_t)at[i] << 16;

		if (i + 1 < length)
			bits |= (uint32_t)at[i + 1] << 8;
		if (i + 2 < length)
			bits |= at[i + 2];
		buf_add_char(out, alphabet[bits >> 18]);
		buf_add_char(out, alphabet[bits >> 12 & 63]);
		buf_add_char(out,
			     i + 1 < length ? alphabet[bits >> 6 & 63] : '=');
		buf_add_char(out, i + 2 < length ? alphabet[bits & 63] : '=');
	}
}
