/* Texts of every kind in tables, read back as clients would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "rows_fixture.h"
#include "xml_flat.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ODD TEXT_REPLACEMENT

static const struct {
	const char *text, *xml, *csv, *tsv, *json;
} texts[] = {
	{"", "", NULL, NULL, ""},
	{"NGC 224", NULL, NULL, NULL, NULL},
	{"a\"b", NULL, NULL, NULL, NULL},
	{"a,b", NULL, NULL, NULL, NULL},
	{"<&>'\"]]>", NULL, NULL, NULL, NULL},
	{"\\", NULL, NULL, NULL, NULL},
	{"#1", NULL, NULL, NULL, NULL},
	{"one\r\ntwo\n", NULL, NULL, "one  two ", NULL},
	{"tab\there", NULL, NULL, "tab here", NULL},
	{"\x01\x08\x1f\x7f", ODD ODD ODD "\x7f", NULL, NULL, NULL},
	{"\xce\xb1 Centauri", NULL, NULL, NULL, NULL},
	{"\xf0\x9f\x8c\x8c\xef\xbf\xbe", "\xf0\x9f\x8c\x8c" ODD, NULL, NULL,
	 NULL},
	{"\xef\xbf\xbf\xef\xbf\xbd", ODD ODD, NULL, NULL, NULL},
	{"\xff\xc3", ODD ODD, ODD ODD, ODD ODD, ODD ODD},
	{"\xed\xa0\x80", ODD ODD ODD, ODD ODD ODD, ODD ODD ODD, ODD ODD ODD},
};

/* The first cell of the line, its quotes undone. */
static void
csv_cell(const char *line, struct buf *cell)
{
	bool quoted = *line == '"';

	buf_reset(cell);
	for (line += quoted; *line != '\0'; line++) {
		if (quoted && line[0] == '"' && line[1] == '"')
			line++;
		else if (quoted ?
				 *line == '"' :
				 *line == ',' || *line == '\r' || *line == '\n')
			break;
		buf_add_char(cell, *line);
	}
	buf_add(cell, "", 1);
	assert_true(line[quoted] == ',');
}

static const char *
expected(const char *pad, const char *what, const char *otherwise)
{
	static char joined[256];

	snprintf(joined, sizeof(joined), "%s%s", pad,
		 what != NULL ? what : otherwise);
	return joined;
}

static void
name_check(const char *pad, size_t i, struct buf *out, struct buf *cell)
{
	struct rows_table table = {
		"", "", "", "", "", "", "", &rows_fixture_bare, 1, 0, 0};
	struct columns_value values[1][ROWS_FIXTURE_VALUES];
	struct json_object *object, *row;
	char name[256], part[512];

	snprintf(name, sizeof(name), "%s%s", pad, texts[i].text);
	rows_fixture_row_empty(values[0], name);
	rows_fixture_table_make(ROWS_VOTABLE, &table, values, 1, false, NULL,
				out);
	buf_reset(cell);
	xml_flat(out, cell);
	snprintf(part, sizeof(part), "<TR><TD>%s</TD><TD>0</TD>",
		 expected(pad, texts[i].xml, texts[i].text));
	assert_non_null(strstr(cell->bytes, part));

	rows_fixture_table_make(ROWS_CSV, &table, values, 1, false, NULL, out);
	buf_add(out, "", 1);
	csv_cell(strchr(out->bytes, '\n') + 1, cell);
	assert_string_equal(cell->bytes,
			    expected(pad, texts[i].csv, texts[i].text));

	rows_fixture_table_make(ROWS_TSV, &table, values, 1, false, NULL, out);
	buf_add(out, "", 1);
	snprintf(part, sizeof(part), "\n%s\t0\t90\r\n",
		 expected(pad, texts[i].tsv, texts[i].text));
	assert_string_equal(strchr(out->bytes, '\n'), part);

	rows_fixture_table_make(ROWS_JSON, &table, values, 1, false, NULL, out);
	object = rows_fixture_json_take(out);
	row = json_object_array_get_idx(
		rows_fixture_json_member(object, "rows"), 0);
	assert_string_equal(
		json_object_get_string(rows_fixture_json_member(row, "name")),
		expected(pad, texts[i].json, texts[i].text));
	json_object_put(object);
}

/* Each at every place in a word of the machine's. */
static void
test_texts(void **state)
{
	static const char padding[] = "abcdefghijklmnopqrs";
	struct buf out, cell;

	(void)state;
	buf_init(&out);
	buf_init(&cell);
	for (size_t i = 0; i < COUNT(texts); i++)
		for (size_t pad = 0; pad < sizeof(padding); pad++)
			name_check(padding + pad, i, &out, &cell);
	buf_release(&cell);
	buf_release(&out);
}

/* Texts of which most is made, as a text and as a list. */
static void
test_long(void **state)
{
	enum { LENGTH = 70000 };
	static const char *const pieces[] = {"\"", "\x01", "|a", "\xff", "x"};
	static const size_t places[] = {COLUMNS_NAME, COLUMNS_ALIASES};
	static char name[LENGTH + 1];
	struct columns_value values[1][ROWS_FIXTURE_VALUES];
	struct buf out;

	(void)state;
	for (size_t i = 0; i < COUNT(pieces) * COUNT(places); i++) {
		const char *piece = pieces[i / COUNT(places)];
		struct columns_value *value =
			&values[0][places[i % COUNT(places)]];

		for (size_t at = 0; at < LENGTH; at++)
			name[at] = piece[at % strlen(piece)];
		rows_fixture_row_full(values[0]);
		value->text = name;
		value->length = LENGTH;
		for (int format = 0; format < ROWS_FORMAT__MAX; format++) {
			buf_init(&out);
			rows_fixture_table_make((enum rows_format)format,
						&rows_fixture_whole, values, 1,
						false, NULL, &out);
			assert_true(out.length > LENGTH);
			assert_true(out.length <= out.capacity);
			buf_release(&out);
		}
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("rows_text", tests, NULL, NULL);
}
