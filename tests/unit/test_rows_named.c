/*
 * Formats and columns by their names, and where a VOTable says what became of
 * it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rows_fixture.h"
#include "sky/rows.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
test_named(void **state)
{
	static const struct {
		const char *word;
		enum rows_format format;
		const char *media_type;
	} cases[] = {
		{"votable", ROWS_VOTABLE, "application/x-votable+xml"},
		{"VOTable", ROWS_VOTABLE, "application/x-votable+xml"},
		{"application/x-votable+xml", ROWS_VOTABLE,
		 "application/x-votable+xml"},
		{"application/x-votable xml", ROWS_VOTABLE,
		 "application/x-votable+xml"},
		{"Application/X-VOTable+XML ; Serialization=TableData",
		 ROWS_VOTABLE,
		 "application/x-votable+xml;serialization=TABLEDATA"},
		{"text/xml", ROWS_VOTABLE, "text/xml"},
		{" text/xml ", ROWS_VOTABLE, "text/xml"},
		{"text/xml;content=x-votable", ROWS_VOTABLE,
		 "text/xml;content=x-votable"},
		{"csv", ROWS_CSV, "text/csv; charset=utf-8; header=present"},
		{"text/csv; header=present", ROWS_CSV,
		 "text/csv; charset=utf-8; header=present"},
		{"tsv", ROWS_TSV, "text/tab-separated-values; charset=utf-8"},
		{"text/tab-separated-values", ROWS_TSV,
		 "text/tab-separated-values; charset=utf-8"},
		{"json", ROWS_JSON, "application/json"},
		{"APPLICATION/JSON", ROWS_JSON, "application/json"},
	};
	static const char *const none[] = {
		"",
		" ",
		"fits",
		"votabl",
		"votable;",
		"text/xml;",
		"text/ xml",
		"application/x-votable+xml;serialization=binary2",
		"text/csv;header=absent",
		"csv csv",
		"text/xml  text/xml",
		/* One byte too long for any. */
		"text/csv;charset=utf-8;header=present;"
		"xxxxxxxxxxxxxxxxxxxxxxxxxx",
	};
	enum rows_format format;
	const char *media_type;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_true(rows_named(cases[i].word, &format, &media_type));
		assert_int_equal(format, cases[i].format);
		assert_string_equal(media_type, cases[i].media_type);
	}
	for (size_t i = 0; i < COUNT(none); i++)
		if (rows_named(none[i], &format, &media_type))
			fail_msg("'%s' stands for something", none[i]);
}

/* Before the rows as long as that is possible, else after them. */
static void
test_where_an_overflow_is_said(void **state)
{
	static const char status[] = "value=\"OVERFLOW\"";
	static const char ok[] = "value=\"OK\"";
	struct arena arena;
	struct buf out;
	struct rows rows;

	(void)state;
	arena_init(&arena, NULL, 0);
	buf_init(&out);
	for (int sent = 0; sent < 2; sent++) {
		const char *at;

		buf_reset(&out);
		assert_int_equal(rows_init(&rows, ROWS_VOTABLE,
					   &rows_fixture_whole, &arena, &out),
				 LC_OK);
		rows_begin(&rows);
		assert_non_null(memmem(out.bytes, out.length, ok, 10));
		if (sent) {
			buf_reset(&out);
			for (int i = 0; i < 1000; i++)
				buf_add_text(&out, "<TR></TR>");
		}
		rows_end(&rows, true, NULL);
		buf_add_char(&out, '\0');
		assert_false(out.failed);
		at = strstr(out.bytes, status);
		assert_non_null(at);
		assert_null(strstr(at + 1, "QUERY_STATUS"));
		assert_null(strstr(out.bytes, ok));
		assert_int_equal(strstr(at, "</TABLE>") != NULL, !sent);
	}
	buf_release(&out);
	arena_release(&arena);
}

/* A catalogue's own columns that are called as ours are, and nearly so. */
static void
test_columns_of_our_names(void **state)
{
	static const struct columns_column own[] = {
		{"separation_deg", COLUMNS_REAL, "", "", "", 0, 0},
		{"separation_deg_2", COLUMNS_REAL, "", "", "", 0, 0},
		{"ra_deg", COLUMNS_TEXT, "", "", "", 0, 0},
		{"type", COLUMNS_TEXT, "", "", "", 0, 0},
	};
	static const struct columns_set columns = {.own_count = COUNT(own),
						   .own = own};
	static const char header[] =
		"name,ra_deg,dec_deg,separation_deg,separation_deg_3,"
		"separation_deg_2,ra_deg_2,type\r\n";
	struct rows_table table = rows_fixture_whole;
	struct buf out;

	(void)state;
	table.columns = &columns;
	buf_init(&out);
	rows_fixture_table_make(ROWS_CSV, &table, NULL, 0, false, NULL, &out);
	assert_int_equal(out.length, sizeof(header) - 1);
	assert_memory_equal(out.bytes, header, sizeof(header) - 1);
	buf_release(&out);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_where_an_overflow_is_said),
		cmocka_unit_test(test_columns_of_our_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
