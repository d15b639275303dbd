/* Builds: what they keep, and what they leave when they do not end well. */
#include "sky/build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sky/catalogue.h"
#include "sky_fixture.h"

static struct sky_fixture fixture;

static int
set_up(void **state)
{
	(void)state;
	sky_fixture_init(&fixture);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	sky_fixture_release(&fixture);
	return 0;
}

static void
objects_at_one_place_are_all_found(void **state)
{
	struct catalogue_set *set = catalogue_set_new(fixture.state, true);
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
	catalogue_set_free(set);
}

static void
builds_do_not_meet(void **state)
{
	struct build *first, *second;
	char why[512], path[PATH_MAX];
	size_t files = sky_fixture_count(&fixture);
	struct stat status;

	(void)state;
	/* What a killed build has left is in nobody's way. */
	sky_fixture_write(&fixture, "meet.tmp", "rubbish", 7);
	assert_int_equal(build_new(fixture.state, "meet", NULL, &first, why,
				   sizeof(why)),
			 LC_OK);
	assert_int_equal(build_new(fixture.state, "meet", NULL, &second, why,
				   sizeof(why)),
			 LC_QUEUE_FULL);
	assert_non_null(strstr(why, "another import of meet"));
	build_free(first);
	assert_int_not_equal(
		stat(sky_fixture_path(&fixture, "meet.tmp", path), &status), 0);
	assert_int_equal(build_new(fixture.state, "meet", NULL, &second, why,
				   sizeof(why)),
			 LC_OK);
	build_free(second);
	assert_int_equal(sky_fixture_count(&fixture), files);
	assert_int_equal(build_new(fixture.state, "../meet", NULL, &second, why,
				   sizeof(why)),
			 LC_INVALID);
}

static void
a_stopped_build_leaves_nothing(void **state)
{
	const struct columns_value values[COLUMNS__MAX] = {
		[COLUMNS_NAME] = {.present = true, .length = 1, .text = "a"},
		[COLUMNS_RA] = {.present = true, .real = 1},
		[COLUMNS_DEC] = {.present = true, .real = 1},
	};
	size_t files = sky_fixture_count(&fixture);
	struct lc_progress progress;
	struct build_counts counts;
	struct build *build;
	char why[512];

	(void)state;
	progress_init(&progress, 0);
	assert_int_equal(build_new(fixture.state, "stop", &progress, &build,
				   why, sizeof(why)),
			 LC_OK);
	assert_int_equal(build_add(build, values), LC_OK);
	assert_int_equal(build_add(build, values), LC_INVALID);
	progress_stop(&progress, LC_CANCELLED);
	assert_int_equal(build_add(build, values), LC_CANCELLED);
	assert_int_equal(build_publish(build, &counts), LC_CANCELLED);
	build_free(build);
	assert_int_equal(sky_fixture_count(&fixture), files);
}

static void
aliases_and_licence_are_kept(void **state)
{
	static const char licence[] = "Free for all.\n";
	const struct columns_value values[COLUMNS__MAX] = {
		[COLUMNS_NAME] = {.present = true,
				  .length = 5,
				  .text = "NGC 1"},
		[COLUMNS_RA] = {.present = true, .real = -1},
		[COLUMNS_DEC] = {.present = true, .real = 1},
	};
	struct catalogue_set *set = catalogue_set_new(fixture.state, true);
	struct catalogue *catalogue;
	struct catalogue_place place;
	struct build_counts counts;
	struct build *build;
	struct arena arena;
	const char *text;
	char why[512];

	(void)state;
	assert_int_equal(build_new(fixture.state, "kept", NULL, &build, why,
				   sizeof(why)),
			 LC_OK);
	assert_int_equal(build_add(build, values), LC_OK);
	assert_int_equal(build_add_alias(build, "Old One", 7, "ngc 001", 7),
			 LC_OK);
	assert_int_equal(build_add_alias(build, "x", 1, "NGC 2", 5),
			 LC_NOT_FOUND);
	assert_int_equal(build_set_licence(build, licence, strlen(licence)),
			 LC_OK);
	assert_int_equal(build_publish(build, &counts), LC_OK);
	build_free(build);
	assert_int_equal(counts.names, 2);
	catalogue = sky_fixture_acquire(set, "kept");
	assert_int_equal(
		catalogue_find_name(catalogue, "the old-one", 11, &place),
		LC_OK);
	assert_true(place.ra_deg == 359);
	arena_init(&arena, NULL, 0);
	assert_int_equal(catalogue_licence(catalogue, &arena, &text), LC_OK);
	assert_string_equal(text, licence);
	arena_release(&arena);
	catalogue_release(catalogue);
	catalogue_set_free(set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(objects_at_one_place_are_all_found),
		cmocka_unit_test(builds_do_not_meet),
		cmocka_unit_test(a_stopped_build_leaves_nothing),
		cmocka_unit_test(aliases_and_licence_are_kept),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
