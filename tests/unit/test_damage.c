/* Catalogues that are missing, cut, overwritten or damaged, and mended. */
#include "sky/catalogue.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "services/store.h"
#include "sky/layout.h"
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

/* A change to the catalogue's file or pointer, and what is said then. */
struct damage_case {
	const char *what;
	const char *words;
	bool vetted_only;
};

static const struct damage_case damages[] = {
	{"truncated", "cannot be used: it has", false},
	{"grown", "cannot be used: it has", false},
	{"garbage", "cannot be used", false},
	{"empty", "cannot be used: it has 0 bytes", false},
	{"removed", "it is missing", false},
	{"pointer removed", "damage.current does not exist", false},
	{"pointer empty", "damage.current is damaged", false},
	{"pointer garbage", "damage.current is damaged", false},
	{"pointer half-written", "damage.current is damaged", false},
	{"pointer outside", "damage.current is damaged", false},
	{"layout", "its layout is version", false},
	{"other database", "it is not a catalogue", false},
	{"middle", "it is damaged", true},
};

static void
fill(const char *path, off_t from, off_t bytes, char c)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);

	assert_true(file >= 0);
	for (off_t i = 0; i < bytes; i++)
		assert_int_equal(pwrite(file, &c, 1, from + i), 1);
	close(file);
}

static void
change_pragma(const char *path, const char *sql)
{
	struct store *store;
	char why[256];

	assert_int_equal(
		store_open(path, STORE_BUILD, &store, why, sizeof(why)), LC_OK);
	assert_int_equal(store_exec(store, sql), LC_OK);
	store_close(store);
}

static void
do_damage(const char *what, const char *path, const char *pointer, off_t bytes)
{
	static const char outside[] = "lightcone-catalogue 1\ngeneration 1\n"
				      "file ../../../etc/passwd\nbytes 100\n";

	if (strcmp(what, "truncated") == 0)
		assert_int_equal(truncate(path, bytes / 2), 0);
	else if (strcmp(what, "grown") == 0)
		fill(path, bytes, LAYOUT_PAGE_BYTES, 0);
	else if (strcmp(what, "garbage") == 0)
		fill(path, 0, bytes, 'x');
	else if (strcmp(what, "empty") == 0)
		assert_int_equal(truncate(path, 0), 0);
	else if (strcmp(what, "removed") == 0)
		assert_int_equal(unlink(path), 0);
	else if (strcmp(what, "pointer removed") == 0)
		assert_int_equal(unlink(pointer), 0);
	else if (strcmp(what, "pointer empty") == 0)
		assert_int_equal(truncate(pointer, 0), 0);
	else if (strcmp(what, "pointer garbage") == 0)
		fill(pointer, 0, 60, '\0');
	else if (strcmp(what, "pointer half-written") == 0)
		assert_int_equal(truncate(pointer, 50), 0);
	else if (strcmp(what, "pointer outside") == 0)
		sky_fixture_write(&fixture, "damage.current", outside,
				  sizeof(outside) - 1);
	else if (strcmp(what, "layout") == 0)
		change_pragma(path, "PRAGMA user_version = 99");
	else if (strcmp(what, "other database") == 0)
		change_pragma(path, "PRAGMA application_id = 7");
	else
		fill(path, LAYOUT_PAGE_BYTES, bytes - LAYOUT_PAGE_BYTES, 'x');
}

/* The file that the catalogue has after its import number `generation`. */
static off_t
find_file(const char *name, int64_t generation, char path[PATH_MAX])
{
	char file[64];
	struct stat status;

	snprintf(file, sizeof(file), "%s.%lld.sqlite", name,
		 (long long)generation);
	sky_fixture_path(&fixture, file, path);
	assert_int_equal(stat(path, &status), 0);
	return status.st_size;
}

static void
damage_is_told_and_mended(void **state)
{
	struct catalogue_set *vetting = catalogue_set_new(fixture.state, true);
	struct catalogue_set *trusting =
		catalogue_set_new(fixture.state, false);
	char path[PATH_MAX], pointer[PATH_MAX];
	struct catalogue *catalogue;

	(void)state;
	sky_fixture_path(&fixture, "damage.current", pointer);
	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		const struct damage_case *d = &damages[i];
		int64_t generation;
		off_t bytes;

		sky_fixture_import_small(&fixture, "damage",
					 SKY_FIXTURE_SMALL
					 "a\t1\t1\tx\nb\t2\t2\t\n");
		catalogue = sky_fixture_acquire(vetting, "damage");
		generation = catalogue_version(catalogue).generation;
		assert_int_equal(sky_fixture_count_around(catalogue, 1, 1, 0),
				 1);
		catalogue_release(catalogue);
		catalogue_release(sky_fixture_acquire(trusting, "damage"));

		bytes = find_file("damage", generation, path);
		do_damage(d->what, path, pointer, bytes);
		for (int again = 0; again < 2; again++) {
			sky_fixture_unavailable(&fixture, vetting, "damage",
						d->words);
			if (!d->vetted_only)
				sky_fixture_unavailable(&fixture, trusting,
							"damage", d->words);
		}
	}
	sky_fixture_import_small(&fixture, "damage",
				 SKY_FIXTURE_SMALL "a\t1\t1\tx\nb\t2\t2\t\n");
	catalogue = sky_fixture_acquire(vetting, "damage");
	assert_int_equal(sky_fixture_count_around(catalogue, 1, 1, 0), 1);
	catalogue_release(catalogue);
	catalogue_set_free(vetting);
	catalogue_set_free(trusting);
}

/* Damage that nobody looked for is found by the query that meets it. */
static void
damage_met_by_a_query_is_told(void **state)
{
	struct catalogue_set *set = catalogue_set_new(fixture.state, false);
	struct catalogue *catalogue;
	struct catalogue_place place;
	char path[PATH_MAX];

	(void)state;
	sky_fixture_import_small(&fixture, "hidden",
				 SKY_FIXTURE_SMALL "a\t1\t1\tx\nb\t2\t2\t\n");
	find_file("hidden", 1, path);
	/* The page of the objects: what opening reads is behind it. */
	fill(path, LAYOUT_PAGE_BYTES, LAYOUT_PAGE_BYTES, 'x');
	catalogue = sky_fixture_acquire(set, "hidden");
	assert_int_equal(sky_fixture_count_around(catalogue, 1, 1, 0), -1);
	assert_int_equal(catalogue_find_name(catalogue, "a", 1, &place),
			 LC_UNAVAILABLE);
	assert_non_null(strstr(catalogue_why(catalogue), "hidden.1.sqlite"));
	assert_null(strstr(catalogue_why(catalogue), fixture.state));
	catalogue_release(catalogue);
	catalogue_set_free(set);
}

/* A place of which no key can follow is no place. */
static void
a_name_without_a_place_is_told(void **state)
{
	struct catalogue_set *set = catalogue_set_new(fixture.state, true);
	struct catalogue *catalogue;
	struct catalogue_place place;
	char path[PATH_MAX];

	(void)state;
	sky_fixture_import_small(&fixture, "lost",
				 SKY_FIXTURE_SMALL "a\t1\t1\tx\nb\t2\t2\t\n");
	find_file("lost", 1, path);
	change_pragma(path, "UPDATE name SET k = 9223372036854775807");
	catalogue = sky_fixture_acquire(set, "lost");
	assert_int_equal(catalogue_find_name(catalogue, "a", 1, &place),
			 LC_UNAVAILABLE);
	catalogue_release(catalogue);
	catalogue_set_free(set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damage_is_told_and_mended),
		cmocka_unit_test(damage_met_by_a_query_is_told),
		cmocka_unit_test(a_name_without_a_place_is_told),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
