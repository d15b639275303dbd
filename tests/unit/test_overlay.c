/*
 * Edits as readers see them: that what was put is what is read, over which
 * base object it lies, by which names it is found, and that a reader who
 * followed each change sees the same as one who has just come.
 */
#include "sky/overlay.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "edits_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { OWN = COLUMNS__MAX, MODEL_KEYS = 40, MODEL_ROUNDS = 400 };

static char directory[STATE_DIR_MAX];
static struct edits_fixture_base base;
static struct edits_fixture_object plain;
static struct edits *edits;
static struct overlay *overlay;

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	edits_fixture_base(&base, 10, 1000);
	edits_fixture_object(&plain, 10, 20);
	edits = edits_fixture_new(directory);
	overlay = edits_fixture_overlay(directory);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	overlay_free(overlay);
	edits_free(edits);
	state_dir_remove(directory);
	return 0;
}

static void
refresh(void)
{
	edits_fixture_refresh(overlay, &base);
}

static const struct overlay_object *
find(const char *name)
{
	return edits_fixture_find(overlay, name);
}

/* Nothing is there, and a reader makes nothing. */
static void
test_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		refresh();
		assert_true(overlay_is_empty(overlay));
		assert_int_equal(overlay_generation(overlay), 0);
		assert_int_equal(overlay_count(overlay), 0);
		assert_false(overlay_hides(overlay, 1000));
		assert_null(find("BASE 0"));
		assert_null(overlay_by_id(overlay, -1));
		usleep(11000);
	}
	assert_int_equal(state_dir_count(directory), 0);
	overlay_free(NULL);
	edits_free(NULL);
}

static void
check_text(const struct columns_value *value, const char *text)
{
	assert_true(value->present);
	assert_int_equal(value->length, strlen(text));
	assert_string_equal(value->text, text);
}

static void
test_values(void **state)
{
	static const double reals[] = {0.1,  -0.0,    1e300, -DBL_MIN, 5e-324,
				       20.0, DBL_MAX, 1e15,  -360};
	static const int64_t integers[] = {0, -1, INT64_MAX, INT64_MIN};
	const struct columns_value *values;
	struct edits_fixture_object object;

	(void)state;
	for (size_t i = 0; i < COUNT(reals); i++) {
		const int64_t integer = integers[i % COUNT(integers)];

		edits_fixture_object(&object, 1.5, -2.25);
		object.values[COLUMNS_REDSHIFT].present = true;
		object.values[COLUMNS_REDSHIFT].real = reals[i];
		edits_fixture_text(&object, COLUMNS_OBJECT_TYPE, "galaxy");
		edits_fixture_text(&object, OWN, "tab\tline\nα 'q' %");
		object.values[OWN + 1].present = true;
		object.values[OWN + 1].integer = integer;
		object.values[OWN + 2].present = true;
		object.values[OWN + 2].truth = i % 2 == 0;
		object.values[OWN + 3].present = true;
		object.values[OWN + 3].real = (float)0.1;
		edits_fixture_text(&object, OWN + 4, "");
		edits_fixture_put(edits, "New", &object);
		refresh();
		assert_non_null(find("NEW"));
		values = find("NEW")->values;
		check_text(&values[COLUMNS_NAME], "New");
		check_text(&values[COLUMNS_OBJECT_TYPE], "galaxy");
		check_text(&values[OWN], "tab\tline\nα 'q' %");
		check_text(&values[OWN + 4], "");
		assert_true(values[COLUMNS_REDSHIFT].present);
		assert_memory_equal(&values[COLUMNS_REDSHIFT].real, &reals[i],
				    sizeof(double));
		assert_true(values[OWN + 1].integer == integer);
		assert_true(values[OWN + 2].truth == (i % 2 == 0));
		assert_true(values[OWN + 3].real == (double)(float)0.1);
		assert_false(values[COLUMNS_ALIASES].present);
		assert_false(values[COLUMNS_MAGNITUDE_V].present);
		assert_true(find("NEW")->ra_deg == 1.5);
		assert_true(find("NEW")->dec_deg == -2.25);
	}
	assert_int_equal(overlay_count(overlay), 1);
}

static void
test_over_the_base(void **state)
{
	const struct overlay_object *object;
	struct angles_vector place = angles_vector(10, 20);
	int64_t seq;

	(void)state;
	edits_fixture_put(edits, "Base 3", &plain);
	edits_fixture_put(edits, "Base 4", NULL);
	seq = edits_fixture_put(edits, "New", &plain);
	edits_fixture_put(edits, "Gone", NULL);
	refresh();
	assert_false(overlay_is_empty(overlay));
	assert_int_equal(overlay_count(overlay), 2);
	for (int i = 0; i < 10; i++)
		assert_true(overlay_hides(overlay, 1000 + i) ==
			    (i == 3 || i == 4));
	assert_int_equal(find("BASE 3")->base_id, 1003);
	assert_false(find("BASE 3")->deleted);
	assert_int_equal(find("BASE 4")->base_id, 1004);
	assert_true(find("BASE 4")->deleted);
	assert_null(overlay_by_id(overlay, find("BASE 4")->id));
	assert_int_equal(find("NEW")->base_id, -1);
	assert_int_equal(find("NEW")->id, -seq);
	assert_int_equal(find("NEW")->seq, seq);
	assert_ptr_equal(overlay_by_id(overlay, -seq), find("NEW"));
	assert_true(find("GONE")->deleted);
	assert_int_equal(edits_fixture_visible(overlay, &base), 10);
	assert_int_equal(overlay_surplus(overlay), 0);
	for (size_t i = 0; i < overlay_count(overlay); i++) {
		object = overlay_at(overlay, i);
		assert_int_equal(object->at, i);
		assert_memory_equal(&overlay_places(overlay)[i], &place,
				    sizeof(place));
	}
	/* And back again. */
	edits_fixture_put(edits, "Base 4", &plain);
	edits_fixture_put(edits, "New", NULL);
	refresh();
	assert_int_equal(overlay_count(overlay), 2);
	assert_null(overlay_by_id(overlay, -seq));
	assert_true(overlay_hides(overlay, 1004));
	assert_int_equal(edits_fixture_visible(overlay, &base), 10);
	edits_fixture_put(edits, "Base 3", NULL);
	refresh();
	assert_int_equal(edits_fixture_visible(overlay, &base), 9);
	assert_int_equal(overlay_surplus(overlay), -1);
}

/* Who is found by a name that several have. */
/* A column is there as long as some object has it. */
static void
test_columns(void **state)
{
	const uint32_t places = UINT32_C(1) << COLUMNS_NAME |
				UINT32_C(1) << COLUMNS_RA |
				UINT32_C(1) << COLUMNS_DEC;
	const uint32_t typed = places | UINT32_C(1) << COLUMNS_OBJECT_TYPE;
	struct edits_fixture_object object = plain;

	(void)state;
	refresh();
	assert_int_equal(overlay_columns(overlay), 0);
	edits_fixture_put(edits, "A", &plain);
	refresh();
	assert_int_equal(overlay_columns(overlay), places);
	edits_fixture_text(&object, COLUMNS_OBJECT_TYPE, "galaxy");
	edits_fixture_put(edits, "A", &object);
	edits_fixture_put(edits, "BASE 1", &object);
	refresh();
	assert_int_equal(overlay_columns(overlay), typed);
	edits_fixture_put(edits, "A", &plain);
	refresh();
	assert_int_equal(overlay_columns(overlay), typed);
	edits_fixture_put(edits, "BASE 1", NULL);
	refresh();
	assert_int_equal(overlay_columns(overlay), places);
}

static void
test_names(void **state)
{
	static const struct {
		const char *name, *whose; /* NULL: nobody's */
	} names[] = {
		{"ngc 1", "NGC 1"},  {"NGC0001", "NGC 1"}, {"twin", "NGC 1"},
		{"Both", "NGC 2"},   {"NGC 3", "NGC 1"},   {"UGC 7", "NGC 2"},
		{"UGC 8", "NGC 1"},  {"pgc 007", "NGC 2"}, {"Third", NULL},
		{"Twin|Both", NULL}, {"NGC 4", "NGC 4"},
	};
	struct edits_fixture_object object;

	(void)state;
	/* An alias before a deleted name and an identifier. */
	edits_fixture_put(edits, "NGC 3", NULL);
	edits_fixture_object(&object, 0, 0);
	edits_fixture_text(&object, COLUMNS_ALIASES, "Third");
	edits_fixture_put(edits, "NGC 1", &object);
	edits_fixture_text(&object, COLUMNS_ALIASES, "Twin|Both||NGC 3|UGC 8");
	edits_fixture_text(&object, COLUMNS_IDENTIFIERS, "UGC 7");
	edits_fixture_put(edits, "NGC 1", &object);
	edits_fixture_text(&object, COLUMNS_ALIASES, "Both|NGC 4");
	edits_fixture_text(&object, COLUMNS_IDENTIFIERS, "UGC 7|PGC 7|UGC 8");
	edits_fixture_put(edits, "NGC 2", &object);
	edits_fixture_put(edits, "NGC 4", &plain);
	refresh();
	for (size_t i = 0; i < COUNT(names); i++) {
		const struct overlay_object *object_found = find(names[i].name);

		if ((object_found == NULL) != (names[i].whose == NULL))
			fail_msg("%s", names[i].name);
		if (object_found == NULL)
			continue;
		assert_string_equal(object_found->names[0].shown,
				    names[i].whose);
		assert_false(object_found->deleted);
	}
	assert_int_equal(find("NGC 1")->name_count, 6);
	assert_string_equal(find("NGC 1")->names[5].shown, "UGC 7");
	assert_int_equal(find("NGC 1")->names[5].rank, OVERLAY_IDENTIFIER);
	assert_int_equal(find("NGC 1")->names[4].rank, OVERLAY_ALIAS);
}

/* A new import: other IDs, objects that come and go, other columns. */
static void
test_new_base(void **state)
{
	static const struct columns_column others[] = {
		{.name = "colour", .type = COLUMNS_TEXT},
		{.name = "planets", .type = COLUMNS_REAL},
		{.name = "unheard_of", .type = COLUMNS_REAL},
		{.name = "note", .type = COLUMNS_INTEGER},
	};
	static const struct columns_set other = {.own_count = COUNT(others),
						 .own = others};
	struct edits_fixture_object object = plain;
	const struct columns_value *values;

	(void)state;
	object.values[OWN + 1].present = object.values[OWN + 3].present = true;
	object.values[OWN + 1].integer = 7;
	object.values[OWN + 3].real = 0.30000000000000004;
	edits_fixture_text(&object, OWN, "not a number");
	edits_fixture_put(edits, "BASE 3", &object);
	edits_fixture_put(edits, "BASE 12", &object);
	refresh();
	assert_true(overlay_hides(overlay, 1003));
	assert_int_equal(find("BASE 12")->base_id, -1);

	edits_fixture_base(&base, 20, 5000);
	base.base.columns = &other;
	refresh();
	assert_false(overlay_hides(overlay, 1003));
	assert_true(overlay_hides(overlay, 5003));
	assert_true(overlay_hides(overlay, 5012));
	assert_int_equal(edits_fixture_visible(overlay, &base), 20);
	values = find("BASE 3")->values;
	check_text(&values[OWN], "0.30000000000000004");
	assert_true(values[OWN + 1].present && values[OWN + 1].real == 7);
	assert_false(values[OWN + 2].present);
	assert_false(values[OWN + 3].present);

	edits_fixture_base(&base, 2, 7000);
	refresh();
	assert_int_equal(find("BASE 3")->base_id, -1);
	values = find("BASE 3")->values;
	check_text(&values[OWN], "not a number");
	assert_true(values[OWN + 3].real == 0.30000000000000004);
	assert_int_equal(edits_fixture_visible(overlay, &base), 4);
}

static bool
same_value(const struct columns_value *a, const struct columns_value *b)
{
	return a->present == b->present &&
	       (!a->present || (a->length == b->length &&
				memcmp(a->text, b->text, a->length) == 0));
}

static void
check_same(const struct overlay *one, const struct overlay *two)
{
	char name[32];

	assert_int_equal(overlay_count(one), overlay_count(two));
	assert_int_equal(overlay_generation(one), overlay_generation(two));
	for (int i = 0; i < MODEL_KEYS * 2; i++) {
		const struct overlay_object *a, *b;

		snprintf(name, sizeof(name), "%s %d",
			 i % 2 == 0 ? "BASE" : "ALIAS", i / 2);
		a = edits_fixture_find(one, name);
		b = edits_fixture_find(two, name);
		assert_true((a == NULL) == (b == NULL));
		if (a == NULL)
			continue;
		if (a->seq != b->seq || a->base_id != b->base_id ||
		    a->deleted != b->deleted || a->ra_deg != b->ra_deg)
			fail_msg("%s is not the same", name);
		if (!a->deleted)
			assert_true(same_value(&a->values[COLUMNS_ALIASES],
					       &b->values[COLUMNS_ALIASES]));
	}
}

/* Changes at random: who followed them sees what a newcomer sees. */
static void
test_follower_and_newcomer(void **state)
{
	struct edits_fixture_object object;
	unsigned random = 12345;
	char why[EDITS_WHY_MAX], name[32], alias[32];
	int64_t seq;

	(void)state;
	for (int round = 0; round < MODEL_ROUNDS; round++) {
		assert_int_equal(edits_begin(edits, why, sizeof(why)), LC_OK);
		for (int i = 0; i < 3; i++) {
			random = random * 1103515245 + 12345;
			snprintf(name, sizeof(name), "base %u",
				 (random >> 16) % MODEL_KEYS);
			snprintf(alias, sizeof(alias), "Alias %u",
				 (random >> 8) % MODEL_KEYS);
			edits_fixture_object(&object, round % 360, i);
			edits_fixture_text(&object, COLUMNS_ALIASES, alias);
			assert_int_equal(edits_fixture_change(
						 edits, "a", name,
						 (random >> 24) % 4 == 0 ?
							 NULL :
							 &object,
						 NULL, &seq, why, sizeof(why)),
					 LC_OK);
		}
		assert_int_equal(edits_end(edits, LC_OK, why, sizeof(why)),
				 LC_OK);
		refresh();
		assert_int_equal(overlay_generation(overlay), seq);
		if (round % 10 == 0) {
			struct overlay *fresh =
				edits_fixture_overlay(directory);

			edits_fixture_refresh(fresh, &base);
			check_same(overlay, fresh);
			overlay_free(fresh);
		}
	}
}

int
main(void)
{
#define IN_ITS_OWN(test) \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		IN_ITS_OWN(test_nothing),
		IN_ITS_OWN(test_values),
		IN_ITS_OWN(test_over_the_base),
		IN_ITS_OWN(test_columns),
		IN_ITS_OWN(test_names),
		IN_ITS_OWN(test_new_base),
		IN_ITS_OWN(test_follower_and_newcomer),
	};

	return cmocka_run_group_tests_name("overlay", tests, NULL, NULL);
}
