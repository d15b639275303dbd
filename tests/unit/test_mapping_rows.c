/* Rows of tables as values: angles, units, unknowns, types, bad rows. */
#include "sky/mapping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "base/buf.h"
#include "base/shortest.h"
#include "fake_table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { VALUES_MAX = COLUMNS__MAX + FAKE_TABLE_COLUMNS };

struct row_case {
	const char *header, *rows, *map;
	/*
	 * A line for each row: NAME RA DEC, the other fields that are there,
	 * then the own columns, or '!' and why it is bad.
	 */
	const char *says;
};

#define POS "name,ra,dec"

static const struct row_case rows[] = {
	/* Angles. */
	{POS, "a\t10.5\t-41.25\n", NULL, "a 10.5 -41.25\n"},
	{POS, "a\t-10.5\t-0\n", NULL, "a -10.5 0\n"},
	{POS, "a\t00 42 44.4\t+41 16 09\n", NULL, "a 10.685 41.269166667\n"},
	{POS, "a\t00:42:44.4\t-00:16:12\n", NULL, "a 10.685 -0.27\n"},
	{POS, "a\t0h42m44.4s\t41d16m09s\n", NULL, "a 10.685 41.269166667\n"},
	{POS, "a\t10d41m06s\t41°16′09″\n", NULL, "a 10.685 41.269166667\n"},
	{POS, "a\t00 42.74\t-00 16.2\n", NULL, "a 10.685 -0.27\n"},
	{POS, "a\t1.5h\t−41.25\n", NULL, "a 22.5 -41.25\n"},
	{"name,ra|h,dec|rad", "a\t1.5\t0.5\na\t01 30 00\t30 00 00\n", NULL,
	 "a 22.5 28.647889757\na 22.5 30\n"},
	{"name,ra|h:m:s,dec", "a\t1.5\t2\n", NULL, "a 22.5 2\n"},
	{"name,ra|d:m:s,dec", "a\t10 30 00\t2\n", NULL, "a 10.5 2\n"},
	{"name,ra|h||r,dec|arcmin||s", "a\t1.5\t90\n", NULL, "a 22.5 1.5\n"},
	{"name,ra|||i,dec|||i", "a\t10\t-5\n", NULL, "a 10 -5\n"},
	{"name,x,dec", "a\t1.5\t-5\n", "x=ra_hours", "a 22.5 -5\n"},
	{POS, "a\t\t1\nb\tnan\t1\nc\t1\t99.9\nd\t-999\t1\n", NULL,
	 "!it has no position\n!it has no position\n!it has no position\n"
	 "!it has no position\n"},
	{POS, "a\t400\t1\nb\t1\t90.1\nc\t25h\t1\n", NULL,
	 "!ra (ra_deg) is 400 and must be from -360 to 360\n"
	 "!dec (dec_deg) is 90.1 and must be from -90 to 90\n"
	 "!ra (ra_deg) is 25h and must be from -360 to 360\n"},
	{POS, "a\t00 60 00\t1\nb\t1\t5h\nc\t1.5 3\t1\nd\t1,5\t1\ne\tx\t1\n",
	 NULL,
	 "!ra (ra_deg) is \"00 60 00\", which is no angle: minutes and "
	 "seconds must be below 60\n"
	 "!dec (dec_deg) is \"5h\", which is in hours\n"
	 "!ra (ra_deg) is \"1.5 3\", which is no angle: only its last number "
	 "may have a fraction\n"
	 "!ra (ra_deg) is \"1,5\", which is no angle: there is a comma in it\n"
	 "!ra (ra_deg) is \"x\", which is no angle: a number should be "
	 "here\n"},
	{"name,ra|h,dec", "a\t25\t1\n", NULL,
	 "!ra (ra_deg) is 25, that is 375 degrees, and must be from -360 to "
	 "360\n"},
	/* Frames and other ways. */
	{"name,l,b", "a\t121.174322\t-21.573311\nb\t1h\t2\n", NULL,
	 "a 10.6847 41.2687 #4\n!l (l_deg) is \"1h\", which is in hours\n"},
	{"name,glon|||r,glat|||r", "a\t0\t0\n", NULL,
	 "a 266.405 -28.9362 #4\n"},
	{"name,RAB1950,DEB1950", "a\t00 40 00.1\t+40 59 43\n", NULL,
	 "a 10.6847 41.2691 #4\n"},
	{"name,coords",
	 "a\t00 42 44.4 +41 16 09\nb\t10.5 -2\nc\t\nd\tM 31\ne\t1 91\n", NULL,
	 "a 10.685 41.269166667\nb 10.5 -2\n!it has no position\n"
	 "!coords is \"M 31\": that is no position\n"
	 "!coords is \"1 91\": declination is beyond 90 degrees\n"},
	{"name,RAh,RAm,RAs,DE-,DEd,DEm,DEs",
	 "a\t00\t42\t44.4\t+\t41\t16\t09\nb\t00\t42\t44.4\t-\t00\t16\t12\n"
	 "c\t00\t42\t\t\t-00\t16\t\nd\t\t1\t1\t+\t1\t1\t1\n"
	 "e\t1\t60\t0\t+\t1\t1\t1\nf\t24\t1\t0\t+\t1\t1\t1\n"
	 "g\t1\t1\t0\t-\t90\t1\t1\nh\t1\tx\t0\t-\t9\t1\t1\n",
	 NULL,
	 "a 10.685 41.269166667\nb 10.685 -0.27\nc 10.5 -0.266666667\n"
	 "!it has no position\n"
	 "!RAm (ra_m) is 60 and must be from 0 to 60\n"
	 "!its right ascension is beyond 24 hours\n"
	 "!its declination is beyond 90 degrees\n"
	 "!RAm (ra_m) is \"x\", which is no number\n"},
	{"name,RAh|||i,RAm|||i,RAs|||s,DE-|||t,DEd|||i,DEm|||i,DEs|||s",
	 "a\t0\t42\t44.4\t-\t0\t16\t12\n", NULL, "a 10.685 -0.27\n"},
	{"name,RAh,RAm,DEd,DEm", "a\t0\t42.74\t-1\t15\n", NULL,
	 "a 10.685 -1.25\n"},
	/* Names. */
	{"ra,dec", "1\t2\n!broken\n3\t4\n", NULL,
	 "survey 1 1 2\n!broken\nsurvey 3 3 4\n"},
	{POS, "\t1\t2\n-\t1\t2\n", NULL, "!the name is empty\n- 1 2\n"},
	{"HIP,ra,dec", "11767\t1\t2\nHIP 5\t1\t2\n7 A\t1\t2\n", NULL,
	 "HIP 11767 1 2\nHIP 5 1 2\n7 A 1 2\n"},
	{"hip|||i,ra,dec", "11767\t1\t2\n\t1\t2\n", NULL,
	 "HIP 11767 1 2\n!the name is empty\n"},
	{"TYC,ra,dec", "1-13-1\t1\t2\n", NULL, "TYC 1-13-1 1 2\n"},
	{"source_id|||i,ra,dec", "5853498713190525696\t1\t2\n17\t1\t2\n", NULL,
	 "Gaia 5853498713190525696 1 2\n17 1 2\n"},
	{"source_id,ra,dec", "5853498713190525696\t1\t2\n17\t1\t2\n", NULL,
	 "Gaia 5853498713190525696 1 2\n17 1 2\n"},
	{"id,ra,dec", "17\t1\t2\n", NULL, "17 1 2\n"},
	/* Fields of ours. */
	{POS ",vmag",
	 "a\t1\t2\t3.44\na\t1\t2\t-1.46\na\t1\t2\t-0\na\t1\t2\t\n"
	 "a\t1\t2\t99.9\na\t1\t2\t-999.0\na\t1\t2\tNaN\na\t1\t2\tnull\n"
	 "a\t1\t2\t---\na\t1\t2\t60\na\t1\t2\tbright\na\t1\t2\t0x10\n"
	 "a\t1\t2\t3,44\n",
	 NULL,
	 "a 1 2 magnitude_v=3.44\na 1 2 magnitude_v=-1.46\n"
	 "a 1 2 magnitude_v=0\na 1 2\na 1 2\na 1 2\na 1 2\na 1 2\na 1 2\n"
	 "!vmag (magnitude_v) is 60 and must be from -30 to 40\n"
	 "!vmag (magnitude_v) is \"bright\", which is no number\n"
	 "!vmag (magnitude_v) is \"0x10\", which is no number\n"
	 "!vmag (magnitude_v) is \"3,44\", which is no number\n"},
	{POS ",rv,z,magnitude_b", "a\t1\t2\t99999\t999\t41\n", NULL,
	 "!magnitude_b is 41 and must be from -30 to 40\n"},
	{POS ",rv,z", "a\t1\t2\t99999\t999\n", NULL,
	 "a 1 2 radial_velocity_km_s=99999\n"},
	{POS ",vmag|||s,plx|arcsec||r,rv|||i",
	 "a\t1\t2\t3.5\t0.75\t-7\na\t1\t2\t99.9\t-999\t\n"
	 "a\t1\t2\t3.5\t5.5\t-7\n",
	 NULL,
	 "a 1 2 magnitude_v=3.5 radial_velocity_km_s=-7 parallax_mas=750\n"
	 "a 1 2\n"
	 "!plx (parallax_mas) is 5.5, that is 5500 mas, and must be from -500 "
	 "to 800\n"},
	{POS ",maj|arcsec,min|deg,pmra|deg/yr,pmdec|arcsec yr-1,rv|m/s,pa|rad",
	 "a\t1\t2\t6\t0.1\t0.001\t-0.5\t12500\t0.5\n", NULL,
	 "a 1 2 major_axis_arcmin=0.1 minor_axis_arcmin=6 "
	 "position_angle_deg=28.64788976 "
	 "radial_velocity_km_s=12.5 pm_ra_mas_yr=3600 pm_dec_mas_yr=-500\n"},
	{"name,type,ra_deg,dec_deg",
	 "a\tgalaxy\t1\t2\na\tship\t1\t2\na\t\t1\t2\n", NULL,
	 "a 1 2 type=galaxy\n!type is \"ship\", which is none of those known\n"
	 "a 1 2\n"},
	{POS ",const,aliases,identifiers",
	 "a\t1\t2\tAnd\tM 31|x, y\tUGC 1; PGC 2 ;\n"
	 "a\t1\t2\t-\tM 1, Crab ,\t,\n",
	 NULL,
	 "a 1 2 aliases=M 31|x, y constellation=And "
	 "identifiers=UGC 1|PGC 2\na 1 2 aliases=M 1|Crab\n"},
	/* Own columns. */
	{POS ",n,x,t,e",
	 "a\t1\t2\t7\t1.50\tok\t\na\t1\t2\t-8\t2\t5\t---\n"
	 "a\t1\t2\t999\t+3\tn/a\tnan\na\t1\t2\t\t-1e5\t007\tN/A\n",
	 NULL,
	 "a 1 2 n:7 x:1.5r t:ok\na 1 2 n:-8 x:2r t:5\na 1 2 n:999 x:3r\n"
	 "a 1 2 x:-100000r t:007\n"},
	{POS ",n", "a\t1\t2\t7\na\t1\t2\t7.5\na\t1\t2\t8\n", NULL,
	 "a 1 2 n:7\na 1 2 n:7.5r\na 1 2 n:8r\n"},
	{POS ",a,b,c,d,e", "a\t1\t2\t+5\t-0\t0.5\t.5\t9223372036854775807\n",
	 NULL, "a 1 2 a:5r b:0r c:0.5r d:0.5r e:9223372036854775807\n"},
	{POS ",a,b,c,d,e",
	 "a\t1\t2\t007\t9223372036854775808\t1.23456789012345678\t"
	 "1.2345678901234567000\t1e999\n",
	 NULL,
	 "a 1 2 a:007 b:9223372036854775808 c:1.23456789012345678 "
	 "d:1.2345678901234567r e:1e999\n"},
	{POS ",a,b,c,d", "a\t1\t2\t2020-01-01\t1:2\t1.2.3\t-x\n", NULL,
	 "a 1 2 a:2020-01-01 b:1:2 c:1.2.3 d:-x\n"},
	{POS ",i|||i,r|||r,s|||s,b|||b,t|||t",
	 "a\t1\t2\t7\t0.1\t0.5\tT\t7\na\t1\t2\t\t\t\tF\tnull\n", NULL,
	 "a 1 2 i:7 r:0.1r s:0.5s b:T t:7\na 1 2 b:F\n"},
};

static void
say_number(struct buf *out, double value, int digits)
{
	char text[64];
	int length = snprintf(text, sizeof(text), "%.*f", digits, value);

	while (strchr(text, '.') != NULL && text[length - 1] == '0')
		text[--length] = '\0';
	if (text[length - 1] == '.')
		text[--length] = '\0';
	buf_printf(out, " %s", strcmp(text, "-0") == 0 ? "0" : text);
}

static void
say_value(struct buf *out, const char *name, enum columns_type type,
	  const struct columns_value *value)
{
	char number[SHORTEST_MAX];

	buf_printf(out, " %s", name);
	if (type == COLUMNS_TEXT || type == COLUMNS_LIST) {
		assert_int_equal(strlen(value->text), value->length);
		buf_add_text(out, value->text);
	} else if (type == COLUMNS_INTEGER) {
		shortest_format_int64(value->integer, number);
		buf_add_text(out, number);
	} else if (type == COLUMNS_BOOL) {
		buf_add_char(out, value->truth ? 'T' : 'F');
	} else if (name[strlen(name) - 1] == '=') {
		char text[64];

		snprintf(text, sizeof(text), "%.10g", value->real);
		buf_add_text(out, text);
	} else {
		shortest_format(value->real, number);
		buf_add_text(out, number);
		buf_add_char(out, type == COLUMNS_SINGLE ? 's' : 'r');
	}
}

static void
say_row(struct buf *out, struct mapping *mapping,
	const struct columns_value *values, int digits)
{
	char name[128];

	buf_add_text(out, values[COLUMNS_NAME].text);
	say_number(out, values[COLUMNS_RA].real, digits);
	say_number(out, values[COLUMNS_DEC].real, digits);
	for (int i = 0; i < COLUMNS__MAX; i++) {
		if (i == COLUMNS_NAME || i == COLUMNS_RA || i == COLUMNS_DEC ||
		    !values[i].present)
			continue;
		snprintf(name, sizeof(name), "%s=", columns_table[i].name);
		say_value(out, name, columns_table[i].type, &values[i]);
	}
	for (size_t i = 0; i < mapping_own_count(mapping); i++) {
		if (!values[COLUMNS__MAX + i].present)
			continue;
		snprintf(name, sizeof(name),
			 "%s:", mapping_columns(mapping)->own[i].name);
		say_value(out, name, mapping_own_types(mapping)[i],
			  &values[COLUMNS__MAX + i]);
	}
	if (digits < 9)
		buf_printf(out, " #%d", digits);
	buf_add_char(out, '\n');
}

static void
say_rows(struct buf *out, struct mapping *mapping, struct table *table,
	 int digits)
{
	struct columns_value values[VALUES_MAX];
	char why[MAPPING_WHY_MAX];
	enum table_result result;

	while ((result = table_next(table)) != TABLE_END) {
		if (result == TABLE_BAD) {
			mapping_skip_row(mapping);
			buf_printf(out, "!%s\n", table_why(table));
		} else if (mapping_row(mapping, table, values, why,
				       sizeof(why)) == LC_OK) {
			say_row(out, mapping, values, digits);
		} else {
			buf_printf(out, "!%s\n", why);
		}
	}
}

/* The digits to which positions are compared: after '#', or nine. */
static int
digits_of(const char *says)
{
	const char *mark = strchr(says, '#');

	return mark == NULL ? 9 : mark[1] - '0';
}

static void
rows_become_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row_case *c = &rows[i];
		const struct mapping_wishes wishes = {.map = &c->map,
						      .map_count =
							      c->map != NULL,
						      .catalogue = "survey"};
		struct fake_table fake;
		struct table *table =
			fake_table_init(&fake, c->header, c->rows);
		char why[MAPPING_WHY_MAX] = "";
		struct mapping *mapping;
		struct buf out;

		buf_init(&out);
		if (mapping_new(table, &wishes, &mapping, why, sizeof(why)) !=
		    LC_OK)
			fail_msg("%s: %s", c->header, why);
		say_rows(&out, mapping, table, digits_of(c->says));
		buf_add_char(&out, '\0');
		if (out.failed || strcmp(out.bytes, c->says) != 0)
			fail_msg("rows %zu (%s):\n%s", i, c->header, out.bytes);
		assert_false(mapping_must_restart(mapping));
		mapping_free(mapping);
		buf_release(&out);
	}
}

/* A text after numbers, and all rows once more. */
static void
texts_after_numbers_start_over(void **state)
{
	const struct mapping_wishes wishes = {.catalogue = "survey"};
	struct fake_table fake;
	struct table *table =
		fake_table_init(&fake, "ra,dec,n,x,t,e,vmag",
				"1\t2\t7\t1\t007\t\t\n3\t4\t8\tnan\t8\t-\t5\n"
				"5\t6\t9\t1.5\t\t\t\n7\t8\tx\t2\t9\t\t\n");
	struct columns_value values[VALUES_MAX];
	const struct columns_set *set;
	struct mapping *mapping;
	char why[MAPPING_WHY_MAX];
	struct buf out;

	(void)state;
	buf_init(&out);
	assert_int_equal(
		mapping_new(table, &wishes, &mapping, why, sizeof(why)), LC_OK);
	for (int i = 0; i < 4; i++) {
		assert_false(mapping_must_restart(mapping));
		assert_int_equal(table_next(table), TABLE_ROW);
		assert_int_equal(
			mapping_row(mapping, table, values, why, sizeof(why)),
			LC_OK);
	}
	assert_true(mapping_must_restart(mapping));
	mapping_restart(mapping);
	assert_false(mapping_must_restart(mapping));
	assert_int_equal(mapping_columns(mapping)->present, 0);
	assert_int_equal(table_rewind(table), LC_OK);
	say_rows(&out, mapping, table, 9);
	buf_add_char(&out, '\0');
	assert_string_equal(out.bytes, "survey 1 1 2 n:7 x:1r t:007\n"
				       "survey 2 3 4 magnitude_v=5 n:8 t:8\n"
				       "survey 3 5 6 n:9 x:1.5r\n"
				       "survey 4 7 8 n:x x:2r t:9\n");
	assert_false(mapping_must_restart(mapping));
	set = mapping_columns(mapping);
	assert_int_equal(set->present, 1U << COLUMNS_NAME | 1U << COLUMNS_RA |
					       1U << COLUMNS_DEC |
					       1U << COLUMNS_MAGNITUDE_V);
	assert_int_equal(set->own_count, 4);
	assert_int_equal(set->own[0].type, COLUMNS_TEXT);
	assert_int_equal(set->own[1].type, COLUMNS_REAL);
	assert_int_equal(set->own[2].type, COLUMNS_TEXT);
	assert_int_equal(set->own[3].type, COLUMNS_TEXT);
	mapping_free(mapping);
	buf_release(&out);
}

/* A bad row tells nothing about types. */
static void
bad_rows_settle_nothing(void **state)
{
	const struct mapping_wishes wishes = {.catalogue = "survey"};
	struct fake_table fake;
	struct table *table = fake_table_init(&fake, "name,ra,dec,n",
					      "a\t1\t2\t7\na\t1\t\tx\n");
	struct columns_value values[VALUES_MAX];
	struct mapping *mapping;
	char why[MAPPING_WHY_MAX];

	(void)state;
	assert_int_equal(
		mapping_new(table, &wishes, &mapping, why, sizeof(why)), LC_OK);
	assert_int_equal(table_next(table), TABLE_ROW);
	assert_int_equal(mapping_row(mapping, table, values, why, sizeof(why)),
			 LC_OK);
	assert_int_equal(table_next(table), TABLE_ROW);
	assert_int_equal(mapping_row(mapping, table, values, why, sizeof(why)),
			 LC_INVALID);
	assert_false(mapping_must_restart(mapping));
	assert_int_equal(mapping_columns(mapping)->own[0].type,
			 COLUMNS_INTEGER);
	mapping_free(mapping);
}

/* What is sexagesimal is known, and said, after the rows. */
static void
forms_are_described(void **state)
{
	const struct mapping_wishes wishes = {.catalogue = "survey"};
	struct fake_table fake;
	struct table *table = fake_table_init(&fake, "name,RAJ2000,DEJ2000",
					      "a\t00 42 44\t+41 16 09\n");
	struct columns_value values[VALUES_MAX];
	struct mapping *mapping;
	char why[MAPPING_WHY_MAX];
	struct buf out;

	(void)state;
	buf_init(&out);
	assert_int_equal(
		mapping_new(table, &wishes, &mapping, why, sizeof(why)), LC_OK);
	assert_int_equal(table_next(table), TABLE_ROW);
	assert_int_equal(mapping_row(mapping, table, values, why, sizeof(why)),
			 LC_OK);
	mapping_describe(mapping, &out);
	buf_add_char(&out, '\0');
	assert_string_equal(
		out.bytes,
		"name -> name\n"
		"RAJ2000 -> ra_deg (from hours, minutes, seconds)\n"
		"DEJ2000 -> dec_deg (from degrees, minutes, seconds)\n");
	mapping_free(mapping);
	buf_release(&out);
}

/* Where only positions are wanted, nothing else can make a row bad. */
static void
positions_only_are_read(void **state)
{
	const struct mapping_wishes wishes = {.positions_only = true};
	struct fake_table fake;
	struct table *table = fake_table_init(
		&fake, "name,ra,dec,magnitude_v,x",
		"\t10\t20\tbright\t1\na\t10\t95\t3\t1\nb\t30\t-40\t\tz\n");
	struct columns_value values[COLUMNS__MAX];
	static const enum lc_rc expected[] = {LC_OK, LC_INVALID, LC_OK};
	struct mapping *mapping;
	char why[MAPPING_WHY_MAX];

	(void)state;
	assert_int_equal(
		mapping_new(table, &wishes, &mapping, why, sizeof(why)), LC_OK);
	for (size_t i = 0; i < COUNT(expected); i++) {
		assert_int_equal(table_next(table), TABLE_ROW);
		assert_int_equal(
			mapping_row(mapping, table, values, why, sizeof(why)),
			expected[i]);
		for (int field = 0; field < COLUMNS__MAX; field++)
			assert_true(expected[i] != LC_OK ||
				    values[field].present ==
					    (field == COLUMNS_RA ||
					     field == COLUMNS_DEC));
	}
	assert_float_equal(values[COLUMNS_DEC].real, -40, 0);
	assert_false(mapping_must_restart(mapping));
	mapping_free(mapping);
}

static enum lc_rc
mapping_case(void)
{
	static struct fake_table fake;
	const struct mapping_wishes wishes = {.catalogue = "survey"};
	char why[MAPPING_WHY_MAX];
	struct mapping *mapping;
	enum lc_rc rc = mapping_new(
		fake_table_init(&fake, "name,ra,dec,aliases,x,y", ""), &wishes,
		&mapping, why, sizeof(why));

	mapping_free(mapping);
	return rc;
}

static void
memory_runs_out(void **state)
{
	const struct alloc_case of = {"mapping", mapping_case, false};

	(void)state;
	alloc_fail_each(&of);
	mapping_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_become_values),
		cmocka_unit_test(texts_after_numbers_start_over),
		cmocka_unit_test(bad_rows_settle_nothing),
		cmocka_unit_test(forms_are_described),
		cmocka_unit_test(positions_only_are_read),
		cmocka_unit_test(memory_runs_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
