/* Rows of objects of all sizes: each object is met once, and found. */
#include "sky/spots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chance.h"
#include "sky/layout.h"
#include "sky_fixture.h"

enum { OBJECTS = 3000, TEXT_MOST = 60000 };

static struct sky_fixture fixture;
static struct catalogue_set *set;
static struct catalogue *catalogue;
static int64_t keys[OBJECTS];   /* as they are met */
static size_t lengths[OBJECTS]; /* of the texts, in the order of adding */

/* Most are small; some fill a row, or many pages. */
static size_t
any_length(struct chance *chance)
{
	switch (chance_below(chance, 40)) {
	case 0:
		return LAYOUT_SPOT_BYTES - 200 + chance_below(chance, 400);
	case 1:
		return chance_below(chance, TEXT_MOST);
	default:
		return chance_below(chance, 200);
	}
}

static void
add_objects(struct build *build)
{
	static const enum columns_type type = COLUMNS_TEXT;
	static char text[TEXT_MOST + 1];
	struct chance chance = {5};

	memset(text, 'x', TEXT_MOST);
	for (int i = 0; i < OBJECTS; i++) {
		struct columns_value values[COLUMNS__MAX + 1] = {
			{.present = false}};
		char name[32];
		int length = snprintf(name, sizeof(name), "object %d", i + 1);

		lengths[i] = any_length(&chance);
		values[COLUMNS_NAME] = (struct columns_value){
			true, (uint32_t)length, {.text = name}};
		/* Some have one place. */
		values[COLUMNS_RA].present = values[COLUMNS_DEC].present = true;
		values[COLUMNS_RA].real =
			i % 5 < 2 ? 7 : 360 * chance_unit(&chance);
		values[COLUMNS_DEC].real =
			i % 5 < 2 ? 7 : 180 * chance_unit(&chance) - 90;
		text[lengths[i]] = '\0';
		values[COLUMNS__MAX] = (struct columns_value){
			true, (uint32_t)lengths[i], {.text = text}};
		assert_int_equal(build_add(build, values, &type, 1, i), LC_OK);
		text[lengths[i]] = 'x';
	}
}

static int
prepare(void **state)
{
	static const struct columns_column own = {
		"words", COLUMNS_TEXT, "", "", "", 0, 0};
	const struct columns_set columns = {
		1 << COLUMNS_NAME | 1 << COLUMNS_RA | 1 << COLUMNS_DEC, 1,
		&own};
	const struct build_report silent = {.duplicate = NULL};
	struct build_counts counts;
	struct build *build;
	char why[512];

	(void)state;
	sky_fixture_init(&fixture);
	assert_int_equal(build_new(fixture.state, "rows", NULL, &build, why,
				   sizeof(why)),
			 LC_OK);
	add_objects(build);
	assert_int_equal(build_set_columns(build, &columns), LC_OK);
	assert_int_equal(build_finish(build, &silent, &counts), LC_OK);
	assert_int_equal(build_publish(build, &counts), LC_OK);
	assert_int_equal(counts.objects, OBJECTS);
	build_free(build);
	set = catalogue_set_new(fixture.state, true);
	catalogue = sky_fixture_acquire(set, "rows");
	return 0;
}

static int
release(void **state)
{
	(void)state;
	catalogue_release(catalogue);
	catalogue_set_free(set);
	sky_fixture_release(&fixture);
	return 0;
}

/* Demands that the present object is whole, and the one it says it is. */
static void
check_object(const struct spots *spots)
{
	struct columns_value values[COLUMNS__MAX + 1];
	const struct columns_set *columns;
	char name[32];

	assert_int_equal(catalogue_columns(catalogue, &columns), LC_OK);
	assert_true(
		pack_read(spots->packed, spots->head.bytes, columns, values));
	snprintf(name, sizeof(name), "object %d", (int)spots->head.number);
	assert_string_equal(values[COLUMNS_NAME].text, name);
	assert_int_equal(values[COLUMNS__MAX].length,
			 lengths[spots->head.number - 1]);
}

static void
all_are_met_once(void **state)
{
	static bool met[OBJECTS];
	struct spots spots;
	bool there;
	int64_t last = -1;
	int count = 0;

	(void)state;
	assert_int_equal(spots_start(&spots, catalogue, READER_SCAN, 0), LC_OK);
	while (spots_next(&spots, &there) == LC_OK && there) {
		assert_true(spots.head.key > last);
		last = spots.head.key;
		check_object(&spots);
		assert_false(met[spots.head.number - 1]);
		met[spots.head.number - 1] = true;
		keys[count++] = last;
	}
	assert_false(there);
	spots_end(&spots);
	assert_int_equal(count, OBJECTS);
}

/* From a key, and from one that is no object's, too. */
static void
it_starts_anywhere(void **state)
{
	struct spots spots;
	bool there;

	(void)state;
	for (int i = 0; i < OBJECTS; i++)
		for (int early = 0; early < 2; early++) {
			int64_t first = keys[i] - early;
			int expected = i;

			if (i > 0 && keys[i - 1] == first)
				expected--;
			assert_int_equal(spots_start(&spots, catalogue,
						     READER_SCAN, first),
					 LC_OK);
			assert_int_equal(spots_next(&spots, &there), LC_OK);
			assert_true(there);
			assert_true(spots.head.key == keys[expected]);
			check_object(&spots);
			spots_end(&spots);
		}
	assert_int_equal(spots_start(&spots, catalogue, READER_SCAN,
				     keys[OBJECTS - 1] + 1),
			 LC_OK);
	assert_int_equal(spots_next(&spots, &there), LC_OK);
	assert_false(there);
	spots_end(&spots);
}

static void
each_is_found(void **state)
{
	struct spots spots;

	(void)state;
	for (int i = 0; i < OBJECTS; i++) {
		assert_int_equal(spots_find(&spots, catalogue, keys[i]), LC_OK);
		assert_true(spots.head.key == keys[i]);
		check_object(&spots);
		spots_end(&spots);
		if (i + 1 < OBJECTS && keys[i + 1] == keys[i] + 1)
			continue;
		assert_int_equal(spots_find(&spots, catalogue, keys[i] + 1),
				 LC_NOT_FOUND);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_met_once),
		cmocka_unit_test(it_starts_anywhere),
		cmocka_unit_test(each_is_found),
	};

	return cmocka_run_group_tests(tests, prepare, release);
}
