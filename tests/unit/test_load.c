/* Rows of tables: what is taken, what is absent, what is refused. */
#include "sky/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sky_fixture.h"

struct value_case {
	int column;
	const char *cell;
	bool ok, present;
	double real;
};

static const struct value_case values[] = {
	{COLUMNS_MAGNITUDE_V, "3.44", true, true, 3.44},
	{COLUMNS_MAGNITUDE_V, "-1.46", true, true, -1.46},
	{COLUMNS_MAGNITUDE_V, "0", true, true, 0},
	{COLUMNS_MAGNITUDE_V, "", true, false, 0},
	{COLUMNS_MAGNITUDE_V, "99.9", true, false, 0},
	{COLUMNS_MAGNITUDE_V, "99", true, false, 0},
	{COLUMNS_MAGNITUDE_V, "999", true, false, 0},
	{COLUMNS_MAGNITUDE_V, "-999.0", true, false, 0},
	{COLUMNS_MAGNITUDE_V, "NaN", true, false, 0},
	{COLUMNS_MAGNITUDE_V, "null", true, false, 0},
	{COLUMNS_MAGNITUDE_V, "-", true, false, 0},
	{COLUMNS_MAGNITUDE_V, "60", false, false, 0},
	{COLUMNS_MAGNITUDE_V, "bright", false, false, 0},
	{COLUMNS_MAGNITUDE_V, "0x10", false, false, 0},
	{COLUMNS_MAGNITUDE_V, "3,44", false, false, 0},
	{COLUMNS_RADIAL_VELOCITY, "99999", true, true, 99999},
	{COLUMNS_REDSHIFT, "999", true, false, 0},
	{COLUMNS_RA, "-10", true, true, -10},
	{COLUMNS_RA, "361", false, false, 0},
	{COLUMNS_DEC, "-90", true, true, -90},
	{COLUMNS_DEC, "90.1", false, false, 0},
	{COLUMNS_DEC, "99.9", true, false, 0},
	{COLUMNS_OBJECT_TYPE, "galaxy", true, true, 0},
	{COLUMNS_OBJECT_TYPE, "spaceship", false, false, 0},
	{COLUMNS_NAME, "NGC 1", true, true, 0},
};

static void
cells_become_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		const struct value_case *v = &values[i];
		struct tsv_cell cell = {v->cell, strlen(v->cell)};
		struct columns_value out;
		char why[LOAD_WHY_MAX] = "";
		enum lc_rc rc =
			load_value(v->column, cell, &out, why, sizeof(why));
		bool real = columns_table[v->column].type == COLUMNS_REAL;

		if ((rc == LC_OK) != v->ok || out.present != v->present ||
		    (v->present && real && out.real != v->real) ||
		    (!v->ok &&
		     strstr(why, columns_table[v->column].name) == NULL))
			fail_msg("%s \"%s\": %d %d %s",
				 columns_table[v->column].name, v->cell, rc,
				 out.present, why);
	}
}

struct table_case {
	const char *text;
	int64_t rows, skipped;
	const char *reason; /* of the first bad row */
};

#define HEADER "name\tra_deg\tdec_deg\tmagnitude_v\n"

static const struct table_case tables[] = {
	{HEADER "a\t1\t2\t3\n", 1, 0, ""},
	{HEADER "a\t1\t2\t3", 1, 0, ""},
	{"\xef\xbb\xbf" HEADER "a\t1\t2\t3\n", 1, 0, ""},
	{"name\tra_deg\tdec_deg\r\na\t1\t2\r\nb\t1\t2\r\n", 2, 0, ""},
	{"# about\n\n" HEADER "\n# more\na\t1\t2\t3\n", 1, 0, ""},
	{HEADER " a \t 1 \t 2 \t 3 \n", 1, 0, ""},
	{HEADER "a\t1\t2\n", 0, 1, "2: the row has 3 cells, the header 4"},
	{HEADER "a\t1\t2\t3\t4\n", 0, 1, "2: the row has 5 cells"},
	{HEADER "a\t1\t2\t3\nNGC 1\t5\t6\t\nngc 001\t7\t8\t\n", 2, 1,
	 "4: its name is that of an earlier object"},
	{HEADER "\t1\t2\t3\nb\t1\t2\t3\n", 1, 1, "2: the name is empty"},
	{HEADER "a\t\t2\t3\n", 0, 1, "2: it has no position"},
	{HEADER "a\t1\t99.9\t3\n", 0, 1, "2: it has no position"},
	{HEADER "a\t400\t2\t3\n", 0, 1, "2: ra_deg is 400 and must be from"},
	{HEADER "a\t1\t2\tx\nb\t1\t2\t3\n", 1, 1,
	 "2: magnitude_v is \"x\", which is no number"},
	{HEADER "caf\xe9\t1\t2\t3\nb\t1\t2\t3\n", 1, 1,
	 "2: byte 4 of the line is not UTF-8"},
	{HEADER, 0, 0, ""},
};

static void
tables_are_loaded(void **state)
{
	struct sky_fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		const struct table_case *t = &tables[i];
		struct load_counts counts;
		char reason[512];

		sky_fixture_import_text(fixture, "text", t->text, &counts,
					reason, sizeof(reason));
		if (counts.rows != t->rows || counts.skipped != t->skipped ||
		    strncmp(reason, t->reason, strlen(t->reason)) != 0)
			fail_msg("table %zu: %lld rows, %lld skipped, %s", i,
				 (long long)counts.rows,
				 (long long)counts.skipped, reason);
	}
}

static void
headers_are_checked(void **state)
{
	static const char *const headers[] = {"name\tra_deg\n",
					      "ra_deg\tdec_deg\n", "a,b,c\n"};
	const struct load_report silent = {NULL, NULL, NULL};
	struct sky_fixture *fixture = *state;
	char path[PATH_MAX], why[512];
	struct load_counts counts;
	struct build *build;
	struct tsv *table;

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		assert_int_equal(build_new(fixture->state, "bad", NULL, &build,
					   why, sizeof(why)),
				 LC_OK);
		sky_fixture_write(fixture, "t.tsv", headers[i],
				  strlen(headers[i]));
		table = tsv_open(sky_fixture_path(fixture, "t.tsv", path), why,
				 sizeof(why));
		assert_non_null(table);
		assert_int_equal(load_objects(build, table, &silent, &counts,
					      why, sizeof(why)),
				 LC_INVALID);
		assert_non_null(strstr(why, "has no column"));
		tsv_close(table);
		build_free(build);
	}
	sky_fixture_write(fixture, "t.tsv", "\n# no\n", 6);
	assert_null(tsv_open(path, why, sizeof(why)));
	assert_non_null(strstr(why, "no header"));
	assert_null(tsv_open(fixture->state, why, sizeof(why)));
	assert_null(tsv_open("/nowhere/at/all", why, sizeof(why)));
	unlink(path);
}

static void
long_lines_are_skipped(void **state)
{
	struct sky_fixture *fixture = *state;
	const size_t many = 3 * TSV_LINE_MAX;
	char path[PATH_MAX], why[512];
	char *text = malloc(many);
	struct tsv *table;

	assert_non_null(text);
	memset(text, 'x', many);
	memcpy(text, "a\tb\n", 4);
	memcpy(text + many - 5, "\n1\t2\n", 5);
	sky_fixture_write(fixture, "t.tsv", text, many);
	free(text);
	table = tsv_open(sky_fixture_path(fixture, "t.tsv", path), why,
			 sizeof(why));
	assert_non_null(table);
	assert_int_equal(tsv_next(table), TSV_BAD);
	assert_non_null(strstr(tsv_why(table), "longer than"));
	assert_int_equal(tsv_next(table), TSV_ROW);
	assert_string_equal(tsv_cell(table, 1).text, "2");
	assert_int_equal(tsv_line(table), 3);
	assert_int_equal(tsv_bytes_read(table), tsv_bytes_total(table));
	assert_int_equal(tsv_next(table), TSV_END);
	tsv_close(table);
	unlink(path);
}

static int
set_up(void **state)
{
	static struct sky_fixture fixture;

	sky_fixture_init(&fixture);
	*state = &fixture;
	return 0;
}

static int
tear_down(void **state)
{
	sky_fixture_release(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_become_values),
		cmocka_unit_test(tables_are_loaded),
		cmocka_unit_test(headers_are_checked),
		cmocka_unit_test(long_lines_are_skipped),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
