/* Builds: whose names are whose, and what is told of those of nobody. */
#include "sky/build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "build_fixture.h"
#include "sky_fixture.h"

static struct sky_fixture fixture;
static struct catalogue_set *set;

static int
set_up(void **state)
{
	(void)state;
	sky_fixture_init(&fixture);
	set = catalogue_set_new(fixture.state, true);
	return set == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	catalogue_set_free(set);
	sky_fixture_release(&fixture);
	return 0;
}

/* An object with names; "" for none. */
static void
add_named(struct build *build, const char *name, const char *aliases,
	  const char *identifiers, double ra_deg)
{
	struct columns_value values[COLUMNS__MAX];

	sky_fixture_object(values, name, ra_deg, 0);
	if (aliases[0] != '\0')
		sky_fixture_text(values, COLUMNS_ALIASES, aliases);
	if (identifiers[0] != '\0')
		sky_fixture_text(values, COLUMNS_IDENTIFIERS, identifiers);
	assert_int_equal(build_add(build, values, NULL, 0, 1), LC_OK);
}

static void
add_alias(struct build *build, const char *alias, const char *name,
	  int64_t line)
{
	assert_int_equal(build_add_alias(build, alias, strlen(alias), name,
					 strlen(name), line),
			 LC_OK);
}

static void
duplicates_and_strays_are_told(void **state)
{
	struct build_fixture_told told = {.stop = NULL};
	const struct build_report report = build_fixture_report(&told);
	struct build *build = build_fixture_start(&fixture, "told", NULL);
	struct catalogue *catalogue;
	struct build_counts counts;

	(void)state;
	buf_init(&told.text);
	build_fixture_add(build, "NGC 1", 1, 0, 2);
	build_fixture_add(build, "NGC 2", 2, 0, 3);
	build_fixture_add(build, "ngc 0001", 3, 0, 4);
	build_fixture_add(build, "NGC-2", 4, 0, 5);
	add_alias(build, "Old One", "ngc 001", 2);
	add_alias(build, "Nobody", "NGC 99", 3);
	add_alias(build, "Nothing", "A", 4);
	add_alias(build, "Zero", "NGC 1", 5);
	build_fixture_add(build, "NGC1", 5, 0, 6);
	assert_int_equal(build_finish(build, &report, &counts), LC_OK);
	buf_add_char(&told.text, '\0');
	assert_string_equal(
		told.text.bytes,
		"stray 4 \"Nothing\" is another name of no object that is "
		"here\n"
		"4 its name is that of the object in line 2\n"
		"6 its name is that of the object in line 2\n"
		"5 its name is that of the object in line 3\n"
		"stray 3 \"Nobody\" is another name of no object that is "
		"here\n");
	assert_int_equal(counts.objects, 2);
	assert_int_equal(counts.duplicates, 3);
	assert_int_equal(counts.strays, 2);
	assert_int_equal(counts.names, 4);
	assert_int_equal(build_publish(build, &counts), LC_OK);
	build_free(build);
	buf_release(&told.text);
	catalogue = sky_fixture_acquire(set, "told");
	assert_int_equal(build_fixture_find(catalogue, "NGC 1"), 1);
	assert_int_equal(build_fixture_find(catalogue, "old one"), 1);
	assert_int_equal(build_fixture_find(catalogue, "zero"), 1);
	assert_int_equal(build_fixture_find(catalogue, "NGC 2"), 2);
	assert_int_equal(build_fixture_find(catalogue, "Nobody"), -1);
	assert_int_equal(sky_fixture_count_around(catalogue, 3, 0, 180), 2);
	catalogue_release(catalogue);
}

/* By name, and who has it: the number is the right ascension. */
static const struct {
	const char *name;
	int ra_deg;
} names[] = {
	{"A", 1},  /* a main name, and identifiers and aliases of others */
	{"B", 2},  /* an alias of 2, an identifier of 1 */
	{"C", 1},  /* an alias of 1 and, later, of 3 */
	{"D", 1},  /* an identifier of 1 and, later, of 2 */
	{"E", 5},  /* a main name that comes last of all */
	{"F", 2},  /* an alias from a list; an alias of 1 */
	{"G", 3},  /* in one object's list twice */
	{"H", -1}, /* of a duplicate only */
	{"two", 2}, {"three", 3},
};

static void
names_have_levels(void **state)
{
	struct build *build = build_fixture_start(&fixture, "levels", NULL);
	struct catalogue *catalogue;
	struct build_counts counts;

	(void)state;
	add_named(build, "A", "C|F", "B|D", 1);
	add_named(build, "two", "B", "A|D", 2);
	add_named(build, "three", "C|A|E|G|g", "G", 3);
	add_named(build, "a", "H", "H", 4);
	add_alias(build, "F", "two", 1);
	add_named(build, "E", "", "", 5);
	build_fixture_publish(build, &counts);
	assert_int_equal(counts.objects, 4);
	catalogue = sky_fixture_acquire(set, "levels");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (build_fixture_find(catalogue, names[i].name) !=
		    names[i].ra_deg)
			fail_msg("%s is of %d", names[i].name,
				 build_fixture_find(catalogue, names[i].name));
	assert_int_equal(counts.names, 9);
	catalogue_release(catalogue);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(duplicates_and_strays_are_told),
		cmocka_unit_test(names_have_levels),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
