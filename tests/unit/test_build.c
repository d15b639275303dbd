/* Builds: which objects they take, and what of them they keep. */
#include "sky/build.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "build_fixture.h"
#include "sky/reader.h"
#include "sky/zones.h"
#include "sky_fixture.h"

static struct sky_fixture fixture;
static struct catalogue_set *set;
static struct arena arena;

static int
set_up(void **state)
{
	(void)state;
	sky_fixture_init(&fixture);
	set = catalogue_set_new(fixture.state, true);
	arena_init(&arena, NULL, 0);
	return set == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	arena_release(&arena);
	catalogue_set_free(set);
	sky_fixture_release(&fixture);
	return 0;
}

static const struct build_report silent = {.duplicate = NULL};

static void
objects_at_one_place_are_all_found(void **state)
{
	char text[65536] = SKY_FIXTURE_SMALL;
	size_t length = strlen(text);
	struct catalogue *catalogue;

	(void)state;
	for (int i = 0; i < 500; i++)
		length += (size_t)snprintf(
			text + length, sizeof(text) - length,
			"x %d\t359.9999999999\t-90\t\ny %d\t-1e-13\t0\t\n", i,
			i);
	sky_fixture_import_small(&fixture, "crowd", text);
	catalogue = sky_fixture_acquire(set, "crowd");
	assert_int_equal(sky_fixture_count_around(catalogue, 0, -90, 0), 500);
	assert_int_equal(sky_fixture_count_around(catalogue, 0, 0, 1e-9), 500);
	assert_int_equal(
		sky_fixture_count_around(catalogue, 359.9999999999, 0, 1e-6),
		500);
	assert_int_equal(sky_fixture_count_around(catalogue, 0, 0, 180), 1000);
	catalogue_release(catalogue);
}

/* As many as have keys, at the end of a zone too; one more is refused. */
static void
crowds_have_a_limit(void **state)
{
	static const double places[][2] = {
		{45.5, 10.5}, {359.99999999999994, -33.3}, {77, 90}};
	char name[32];

	(void)state;
	for (size_t p = 0; p < 3; p++) {
		struct build *build =
			build_fixture_start(&fixture, "limit", NULL);
		struct catalogue *catalogue;
		struct build_counts counts;

		for (int i = 0; i <= ZONES_SHIFT_MAX; i++) {
			snprintf(name, sizeof(name), "o %d", i);
			build_fixture_add(build, name, places[p][0],
					  places[p][1], i);
		}
		build_fixture_publish(build, &counts);
		assert_int_equal(counts.objects, ZONES_SHIFT_MAX + 1);
		catalogue = sky_fixture_acquire(set, "limit");
		assert_int_equal(sky_fixture_count_around(catalogue,
							  places[p][0],
							  places[p][1], 0),
				 ZONES_SHIFT_MAX + 1);
		for (int i = 0; i <= ZONES_SHIFT_MAX; i += 512) {
			snprintf(name, sizeof(name), "O%d", i);
			assert_int_equal(build_fixture_find(catalogue, name),
					 (int)places[p][0]);
		}
		catalogue_release(catalogue);

		build = build_fixture_start(&fixture, "limit", NULL);
		for (int i = 0; i <= ZONES_SHIFT_MAX + 1; i++) {
			snprintf(name, sizeof(name), "o %d", i);
			build_fixture_add(build, name, places[p][0],
					  places[p][1], i);
		}
		assert_int_equal(build_finish(build, &silent, &counts),
				 LC_INVALID);
		assert_non_null(strstr(build_why(build), "at one position"));
		build_free(build);
	}
}

struct invalid_case {
	const char *name;
	double ra_deg, dec_deg;
	const char *type; /* NULL: none */
	const char *words;
};

static const struct invalid_case invalid[] = {
	{"", 1, 1, NULL, "name is empty"},
	{" '_ ", 1, 1, NULL, "name is empty"},
	{"a", 360.0000001, 1, NULL, "out of range"},
	{"a", -361, 1, NULL, "out of range"},
	{"a", 1, 90.0000001, NULL, "out of range"},
	{"a", 1, -91, NULL, "out of range"},
	{"a", (double)NAN, 1, NULL, "out of range"},
	{"a", 1, (double)NAN, NULL, "out of range"},
	{"a", (double)INFINITY, 1, NULL, "out of range"},
	{"a", 1, 1, "cheese", "type"},
};

static void
refuse(struct build *build, struct columns_value *values, const char *words)
{
	const enum columns_type type = COLUMNS_TEXT;

	if (build_add(build, values, &type, 1, 1) != LC_INVALID)
		fail_msg("%s is taken", words);
	if (strstr(build_why(build), words) == NULL)
		fail_msg("\"%s\" has no \"%s\"", build_why(build), words);
}

static void
what_cannot_be_is_refused(void **state)
{
	struct columns_value values[COLUMNS__MAX + 1];
	struct columns_value *own = &values[COLUMNS__MAX];
	struct build *build = build_fixture_start(&fixture, "refusing", NULL);
	struct build_counts counts;
	char *text = malloc(70001);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 70000);
	text[70000] = '\0';
	*own = (struct columns_value){.present = false};
	for (size_t i = 0; i < sizeof(invalid) / sizeof(*invalid); i++) {
		const struct invalid_case *c = &invalid[i];

		sky_fixture_object(values, c->name, c->ra_deg, c->dec_deg);
		if (c->type != NULL)
			sky_fixture_text(values, COLUMNS_OBJECT_TYPE, c->type);
		refuse(build, values, c->words);
	}
	sky_fixture_object(values, text, 1, 1);
	refuse(build, values, "too long");
	sky_fixture_object(values, "a", 1, 1);
	values[COLUMNS_DEC].present = false;
	refuse(build, values, "no position");
	sky_fixture_object(values, "a", 1, 1);
	*own = (struct columns_value){
		.present = true, .text = text, .length = 70000};
	refuse(build, values, "longer than 65535");
	assert_int_equal(build_add_alias(build, "''", 2, "a", 1, 1),
			 LC_INVALID);
	assert_int_equal(build_add_alias(build, "b", 1, "", 0, 1), LC_INVALID);
	assert_int_equal(build_add_alias(build, text, 200, "a", 1, 1),
			 LC_INVALID);
	/* And all goes on as if it had not been there. */
	build_fixture_add(build, "a", -360, 90, 9);
	build_fixture_add(build, "b", 360, -90, 10);
	build_fixture_publish(build, &counts);
	assert_int_equal(counts.objects, 2);
	free(text);
}

/* ---- columns and facts */

static const struct columns_column own[] = {
	{"note", COLUMNS_TEXT, "", "meta.note", "A note.", 0, 0},
	{"surveys", COLUMNS_LIST, "", "", "", 0, 0},
	{"flux", COLUMNS_REAL, "mJy", "phot.flux", "Its flux.", 0, 0},
	{"colour", COLUMNS_SINGLE, "mag", "", "", 0, 0},
	{"count", COLUMNS_INTEGER, "", "", "", 0, 0},
	{"variable", COLUMNS_BOOL, "", "", "", 0, 0},
	{"late", COLUMNS_REAL, "", "", "Integers, and then not.", 0, 0},
};
enum { OWN = sizeof(own) / sizeof(*own), LATE = OWN - 1 };

static void
fill(struct columns_value values[COLUMNS__MAX + OWN], int64_t number)
{
	struct columns_value *at = values + COLUMNS__MAX;
	static char name[32];

	snprintf(name, sizeof(name), "o %lld", (long long)number);
	sky_fixture_object(values, name, (double)number, 1);
	memset(at, 0, OWN * sizeof(*at));
	for (int i = 0; i < OWN; i++)
		at[i].present = true;
	at[0].text = "na\xc3\xafve \"note\"";
	at[0].length = (uint32_t)strlen(at[0].text);
	at[1].text = "one|two";
	at[1].length = 7;
	at[2].real = -1.25e300 / (double)number;
	at[3].real = 0.1;
	at[4].integer = INT64_MAX - number;
	at[5].truth = number == 2;
	at[LATE].integer = number;
}

static void
check_own(struct catalogue *catalogue, int64_t number, double late)
{
	struct columns_value wrote[COLUMNS__MAX + OWN];
	const struct columns_value *expected = wrote + COLUMNS__MAX, *at;
	const struct columns_value *values;
	struct catalogue_place place;

	fill(wrote, number);
	assert_int_equal(
		catalogue_find_name(catalogue, wrote[COLUMNS_NAME].text,
				    wrote[COLUMNS_NAME].length, &place),
		LC_OK);
	assert_int_equal(catalogue_object(catalogue, place.id, &arena, &values),
			 LC_OK);
	at = values + COLUMNS__MAX;
	for (int i = 0; i < OWN; i++)
		assert_true(at[i].present);
	assert_string_equal(at[0].text, expected[0].text);
	assert_string_equal(at[1].text, expected[1].text);
	assert_true(at[2].real == expected[2].real);
	assert_true(at[3].real == expected[3].real);
	assert_true(at[4].integer == expected[4].integer);
	assert_int_equal(at[5].truth, expected[5].truth);
	assert_true(at[LATE].real == late);
	assert_false(values[COLUMNS_MAGNITUDE_V].present);
}

static void
check_columns(struct catalogue *catalogue, uint32_t present)
{
	const struct columns_set *columns;

	assert_int_equal(catalogue_columns(catalogue, &columns), LC_OK);
	assert_int_equal(columns->present, present);
	assert_int_equal(columns->own_count, OWN);
	for (int i = 0; i < OWN; i++) {
		assert_string_equal(columns->own[i].name, own[i].name);
		assert_int_equal(columns->own[i].type, own[i].type);
		assert_string_equal(columns->own[i].unit, own[i].unit);
		assert_string_equal(columns->own[i].ucd, own[i].ucd);
		assert_string_equal(columns->own[i].doc, own[i].doc);
	}
}

static void
own_columns_of_all_types_are_kept(void **state)
{
	const struct columns_set columns = {.present = 1u << COLUMNS_NAME |
						       1u << COLUMNS_RA |
						       1u << COLUMNS_DEC,
					    .own_count = OWN,
					    .own = own};
	const struct columns_set wrong = {
		.present = 1u << COLUMNS_REDSHIFT, .own_count = 1, .own = own};
	enum columns_type types[OWN];
	struct columns_value values[COLUMNS__MAX + OWN];
	struct build *build = build_fixture_start(&fixture, "own", NULL);
	struct catalogue *catalogue;
	struct build_counts counts;

	(void)state;
	for (int i = 0; i < OWN; i++)
		types[i] = own[i].type;
	types[LATE] = COLUMNS_INTEGER;
	for (int i = 1; i <= 2; i++) {
		fill(values, i);
		assert_int_equal(build_add(build, values, types, OWN, i),
				 LC_OK);
	}
	types[LATE] = COLUMNS_REAL;
	fill(values, 3);
	values[COLUMNS__MAX + LATE].real = 3.5;
	assert_int_equal(build_add(build, values, types, OWN, 3), LC_OK);
	/* What was said last of the columns is true. */
	assert_int_equal(build_set_columns(build, &wrong), LC_OK);
	assert_int_equal(build_set_columns(build, &columns), LC_OK);
	build_fixture_publish(build, &counts);
	catalogue = sky_fixture_acquire(set, "own");
	check_columns(catalogue, columns.present);
	check_own(catalogue, 1, 1);
	check_own(catalogue, 2, 2);
	check_own(catalogue, 3, 3.5);
	catalogue_release(catalogue);
}

static void
facts_are_kept(void **state)
{
	struct build *build = build_fixture_start(&fixture, "facts", NULL);
	struct catalogue *catalogue;
	struct build_counts counts;
	const char *text;

	(void)state;
	build_fixture_add(build, "a", 1, 1, 1);
	for (int i = 0; i < FACTS__MAX - 1; i++) {
		assert_int_equal(build_set_fact(build, (enum facts_fact)i,
						"not this", 8),
				 LC_OK);
		assert_int_equal(build_set_fact(build, (enum facts_fact)i,
						facts_words[i],
						strlen(facts_words[i])),
				 LC_OK);
	}
	build_fixture_publish(build, &counts);
	catalogue = sky_fixture_acquire(set, "facts");
	for (int i = 0; i < FACTS__MAX; i++) {
		assert_int_equal(catalogue_fact(catalogue, (enum facts_fact)i,
						&arena, &text),
				 LC_OK);
		assert_string_equal(text,
				    i < FACTS__MAX - 1 ? facts_words[i] : "");
	}
	catalogue_release(catalogue);
}

static void
what_was_cleared_is_gone(void **state)
{
	struct build *build = build_fixture_start(&fixture, "clear", NULL);
	struct catalogue *catalogue;
	struct build_counts counts;
	char name[32];

	(void)state;
	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "o %d", i % 2000);
		build_fixture_add(build, name, 100 + i % 200, 0, i);
	}
	assert_int_equal(build_add_alias(build, "first", 5, "o 1", 3, 1),
			 LC_OK);
	assert_int_equal(build_clear(build), LC_OK);
	build_fixture_add(build, "o 1", 1, 0, 1);
	build_fixture_add(build, "o 2", 2, 0, 2);
	build_fixture_publish(build, &counts);
	assert_int_equal(counts.objects, 2);
	assert_int_equal(counts.names, 2);
	assert_int_equal(counts.duplicates, 0);
	assert_int_equal(counts.strays, 0);
	assert_int_equal(counts.zones_per_deg, ZONES_PER_DEG_MIN);
	catalogue = sky_fixture_acquire(set, "clear");
	assert_int_equal(build_fixture_find(catalogue, "o 1"), 1);
	assert_int_equal(build_fixture_find(catalogue, "o 3"), -1);
	assert_int_equal(build_fixture_find(catalogue, "first"), -1);
	catalogue_release(catalogue);
}

static void
nothing_is_a_catalogue_too(void **state)
{
	struct build *build = build_fixture_start(&fixture, "none", NULL);
	struct catalogue *catalogue;
	struct build_counts counts;
	int64_t objects;

	(void)state;
	build_fixture_publish(build, &counts);
	catalogue = sky_fixture_acquire(set, "none");
	assert_int_equal(catalogue_count(catalogue, &objects), LC_OK);
	assert_int_equal(objects, 0);
	assert_int_equal(build_fixture_find(catalogue, "a"), -1);
	assert_int_equal(sky_fixture_count_around(catalogue, 0, 0, 180), 0);
	catalogue_release(catalogue);
}

/* ---- the height of zones */

/* So many objects, evenly over a field of so many degrees on the equator. */
static void
check_zones(int per_side, double side_deg, int expected)
{
	struct build *build = build_fixture_start(&fixture, "field", NULL);
	struct catalogue *catalogue;
	struct build_counts counts;
	char name[32];

	for (int y = 0; y < per_side; y++)
		for (int x = 0; x < per_side; x++) {
			snprintf(name, sizeof(name), "%d.%d", x, y);
			build_fixture_add(build, name,
					  200 + x * side_deg / per_side,
					  y * side_deg / per_side, 1);
		}
	build_fixture_publish(build, &counts);
	assert_int_equal(counts.zones_per_deg, expected);
	catalogue = sky_fixture_acquire(set, "field");
	assert_int_equal(catalogue->per_deg, expected);
	assert_int_equal(sky_fixture_count_around(catalogue, 200, 0, 90),
			 per_side * per_side);
	catalogue_release(catalogue);
}

static void
zones_suit_the_field(void **state)
{
	(void)state;
	check_zones(100, 2, zones_for_density(2500)); /* dense, and small */
	check_zones(40, 10, zones_for_density(16));
	check_zones(40, 80, ZONES_PER_DEG_MIN); /* as many, far apart */
	check_zones(100, 0.1, zones_for_density(10000));
}

static void
zones_can_be_forced(void **state)
{
	struct build *build = build_fixture_start(&fixture, "forced", NULL);
	struct build_counts counts;

	(void)state;
	build_set_zones(build, 7);
	build_fixture_add(build, "a", 1, 1, 1);
	assert_int_equal(build_clear(build), LC_OK);
	build_fixture_add(build, "b", 1, 1, 1);
	build_fixture_publish(build, &counts);
	assert_int_equal(counts.zones_per_deg, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_at_one_place_are_all_found),
		cmocka_unit_test(crowds_have_a_limit),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(own_columns_of_all_types_are_kept),
		cmocka_unit_test(facts_are_kept),
		cmocka_unit_test(what_was_cleared_is_gone),
		cmocka_unit_test(nothing_is_a_catalogue_too),
		cmocka_unit_test(zones_suit_the_field),
		cmocka_unit_test(zones_can_be_forced),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
