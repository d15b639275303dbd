/* A catalogue with edits over its file: both are seen as one. */
#include "sky/catalogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "build_fixture.h"
#include "sky_fixture.h"

static struct sky_fixture fixture;
static struct catalogue_set *set;
static struct edits *edits;

/* Numbers in the names are right ascensions. */
static const char table[] = "name\tra_deg\tdec_deg\taliases\tidentifiers\n"
			    "Base 1\t1\t0\tOne|Uno\tID 1\n"
			    "Base 2\t2\t0\tTwo\tID 2|Shared\n"
			    "Base 3\t3\t0\tThree\tID 3\n"
			    "Horsehead\t4\t0\t\t\n";

static int
set_up(void **state)
{
	(void)state;
	sky_fixture_init(&fixture);
	set = catalogue_set_new(fixture.state, true);
	edits = edits_new(fixture.state);
	return set == NULL || edits == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	edits_free(edits);
	catalogue_set_free(set);
	sky_fixture_release(&fixture);
	return 0;
}

/* ---- short ways */

/* Imports the table, and begins without edits. */
static void
begin(const char *name)
{
	char why[EDITS_WHY_MAX];
	int64_t dropped;

	sky_fixture_import_small(&fixture, name, table);
	assert_int_equal(
		edits_drop(edits, name, "me", NULL, &dropped, why, sizeof(why)),
		LC_OK);
}

/* "" stands for no aliases, or no identifiers. */
static void
put(const char *catalogue, const char *name, double ra_deg, const char *aliases,
    const char *identifiers)
{
	struct columns_value values[COLUMNS__MAX];

	sky_fixture_object(values, name, ra_deg, 0);
	if (aliases[0] != '\0')
		sky_fixture_text(values, COLUMNS_ALIASES, aliases);
	if (identifiers[0] != '\0')
		sky_fixture_text(values, COLUMNS_IDENTIFIERS, identifiers);
	sky_fixture_edit(edits, set, catalogue, name, values);
}

static void
remove_object(const char *catalogue, const char *name)
{
	sky_fixture_edit(edits, set, catalogue, name, NULL);
}

struct expected {
	const char *name;
	int ra_deg; /* -1: nobody has it */
};

static void
check_names(const char *name, const struct expected *expected, size_t count)
{
	struct catalogue *catalogue = sky_fixture_acquire(set, name);

	for (size_t i = 0; i < count; i++) {
		int found = build_fixture_find(catalogue, expected[i].name);

		if (found != expected[i].ra_deg)
			fail_msg("%s is of %d, not %d", expected[i].name, found,
				 expected[i].ra_deg);
	}
	catalogue_release(catalogue);
}

#define CHECK_NAMES(catalogue, ...)                                    \
	check_names(catalogue, (const struct expected[]){__VA_ARGS__}, \
		    sizeof((const struct expected[]){__VA_ARGS__}) /   \
			    sizeof(struct expected))

static void
check_count(const char *name, int64_t expected)
{
	struct catalogue *catalogue = sky_fixture_acquire(set, name);
	int64_t objects;

	assert_int_equal(catalogue_count(catalogue, &objects), LC_OK);
	assert_int_equal(objects, expected);
	assert_int_equal(sky_fixture_count_around(catalogue, 0, 0, 180),
			 expected);
	catalogue_release(catalogue);
}

static struct catalogue_version
version_of(const char *name)
{
	struct catalogue *catalogue = sky_fixture_acquire(set, name);
	struct catalogue_version version = catalogue_version(catalogue);

	catalogue_release(catalogue);
	return version;
}

/* The version of the object with this name. */
static uint64_t
object_version(const char *name, const char *object)
{
	struct catalogue *catalogue = sky_fixture_acquire(set, name);
	struct catalogue_place place;
	uint64_t version;

	assert_int_equal(
		catalogue_find_name(catalogue, object, strlen(object), &place),
		LC_OK);
	version = catalogue_object_version(catalogue, place.id);
	catalogue_release(catalogue);
	return version;
}

/* ---- looking up */

static void
edited_objects_are_found(void **state)
{
	(void)state;
	begin("edited");
	put("edited", "base 2", 20, "Zwei", "ID 22");
	put("edited", "New 5", 50, "Five", "");
	check_count("edited", 5);
	CHECK_NAMES("edited", {"Base 2", 20}, {"BASE2", 20}, {"Zwei", 20},
		    {"ID 22", 20}, {"New 5", 50}, {"five", 50}, {"Base 1", 1},
		    {"Uno", 1}, {"Two", -1}, {"ID 2", -1}, {"Shared", -1});
	put("edited", "New 5", 51, "", "");
	CHECK_NAMES("edited", {"New 5", 51}, {"five", -1});
	check_count("edited", 5);
}

static void
deleted_objects_are_not(void **state)
{
	(void)state;
	begin("deleted");
	remove_object("deleted", "Base 1");
	put("deleted", "New 5", 50, "Five", "");
	check_count("deleted", 4);
	remove_object("deleted", "New 5");
	check_count("deleted", 3);
	CHECK_NAMES("deleted", {"Base 1", -1}, {"One", -1}, {"ID 1", -1},
		    {"New 5", -1}, {"Five", -1}, {"Base 2", 2});
	/* What nobody has can be had. */
	put("deleted", "Base 4", 40, "Base 1|One", "");
	CHECK_NAMES("deleted", {"Base 1", 40}, {"One", 40});
	put("deleted", "Base 1", 10, "", "");
	CHECK_NAMES("deleted", {"Base 1", 10}, {"One", 40});
	check_count("deleted", 5);
}

/* A main name is its object's, whoever else has it among others. */
static void
main_names_win(void **state)
{
	(void)state;
	begin("main");
	put("main", "New 5", 50, "Base 1|Two", "Base 2|Shared");
	CHECK_NAMES("main", {"Base 1", 1}, {"Base 2", 2}, {"New 5", 50},
		    /* Of other names the edited object's come first. */
		    {"Two", 50});
	/* Also where that one is edited, or gone. */
	put("main", "Base 1", 10, "", "");
	CHECK_NAMES("main", {"Base 1", 10});
	remove_object("main", "Base 1");
	CHECK_NAMES("main", {"Base 1", 50});
	remove_object("main", "Base 2");
	CHECK_NAMES("main", {"Base 2", 50}, {"Shared", 50});
	/* And an edited object's main name is its own. */
	put("main", "Two", 22, "", "");
	CHECK_NAMES("main", {"Two", 22});
}

/* ---- versions and generations */

static void
versions_tell_states_apart(void **state)
{
	struct catalogue_version first, second, third;
	uint64_t one, two;

	(void)state;
	begin("version");
	first = version_of("version");
	one = object_version("version", "Base 1");
	two = object_version("version", "Base 2");
	assert_true(one != two);
	put("version", "Base 1", 1, "", "");
	second = version_of("version");
	assert_int_equal(second.generation, first.generation);
	assert_true(second.edits > first.edits);
	assert_true(object_version("version", "Base 1") != one);
	assert_true(object_version("version", "Base 2") == two);
	one = object_version("version", "Base 1");
	put("version", "Base 1", 1, "", "");
	assert_true(object_version("version", "Base 1") != one);
	sky_fixture_import_small(&fixture, "version", table);
	third = version_of("version");
	assert_int_equal(third.generation, first.generation + 1);
	assert_true(third.edits > second.edits);
	assert_true(object_version("version", "Base 2") != two);
}

/* Edits outlive an import, and lie over what it brings. */
static void
edits_lie_over_the_next_file(void **state)
{
	(void)state;
	begin("next");
	put("next", "Base 1", 10, "", "");
	put("next", "New 5", 50, "", "");
	remove_object("next", "Base 3");
	check_count("next", 4);
	sky_fixture_import_small(&fixture, "next",
				 SKY_FIXTURE_SMALL
				 "New 5\t5\t0\tFive\nBase 3\t33\t0\tThree\n"
				 "Other\t7\t0\t\n");
	/* Base 1 is new now, New 5 hides one, and Base 3 stays deleted. */
	check_count("next", 3);
	CHECK_NAMES("next", {"Base 1", 10}, {"New 5", 50}, {"Five", -1},
		    {"Base 3", -1}, {"Three", -1}, {"Other", 7},
		    {"Base 2", -1});
}

/* Who has a reader sees one state; who acquires one, all that was before. */
static void
readers_keep_what_they_saw(void **state)
{
	struct catalogue *old, *new;

	(void)state;
	begin("kept");
	old = sky_fixture_acquire(set, "kept");
	put("kept", "Base 1", 10, "", "");
	new = sky_fixture_acquire(set, "kept");
	assert_int_equal(build_fixture_find(old, "Base 1"), 1);
	assert_int_equal(build_fixture_find(new, "Base 1"), 10);
	assert_int_equal(catalogue_refresh(old), LC_OK);
	assert_int_equal(build_fixture_find(old, "Base 1"), 10);
	catalogue_release(old);
	catalogue_release(new);
}

/* ---- near names */

static bool
is_near(struct catalogue *catalogue, const char *slip, const char *name)
{
	struct catalogue_near near[8];
	size_t count;

	assert_int_equal(catalogue_nearest_names(catalogue, slip, strlen(slip),
						 near, 8, &count),
			 LC_OK);
	for (size_t i = 0; i < count; i++)
		if (strcmp(near[i].name, name) == 0)
			return true;
	return false;
}

static void
near_names_are_of_both(void **state)
{
	struct catalogue *catalogue;

	(void)state;
	begin("near");
	put("near", "Whirlpool", 50, "Question Mark", "");
	put("near", "Base 1", 10, "Uno", "");
	remove_object("near", "Horsehead");
	catalogue = sky_fixture_acquire(set, "near");
	assert_true(is_near(catalogue, "Whirlpol", "Whirlpool"));
	assert_true(is_near(catalogue, "Queston Mark", "Question Mark"));
	assert_true(is_near(catalogue, "Thre", "Three"));
	assert_true(is_near(catalogue, "Bas 2", "Base 2"));
	/* Once, as it was put last. */
	assert_true(is_near(catalogue, "Bass 1", "Base 1"));
	assert_false(is_near(catalogue, "Horsehaed", "Horsehead"));
	assert_false(is_near(catalogue, "Onee", "One"));
	catalogue_release(catalogue);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edited_objects_are_found),
		cmocka_unit_test(deleted_objects_are_not),
		cmocka_unit_test(main_names_win),
		cmocka_unit_test(versions_tell_states_apart),
		cmocka_unit_test(edits_lie_over_the_next_file),
		cmocka_unit_test(readers_keep_what_they_saw),
		cmocka_unit_test(near_names_are_of_both),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
