/*
 * Catalogues as they are opened: names, generations, damage and recovery,
 * builds that meet, threads.
 */
#include "sky/catalogue.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/number.h"
#include "services/store.h"
#include "sky/cone.h"
#include "sky/tsv.h"
#include "sky_fixture.h"

enum { THREADS = 4, OBJECTS = 13375 };

#define SMALL "name\tra_deg\tdec_deg\taliases\n"

static struct sky_fixture fixture; /* with the real catalogue */
static struct sky_fixture other;   /* for what is broken on purpose */
static struct build_counts real_counts;

static int
set_up(void **state)
{
	(void)state;
	sky_fixture_init(&fixture);
	sky_fixture_import(&fixture, "openngc", &real_counts);
	sky_fixture_init(&other);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	sky_fixture_release(&fixture);
	sky_fixture_release(&other);
	return 0;
}

static struct catalogue *
acquire(struct catalogue_set *set, const char *name)
{
	struct catalogue *catalogue;
	char why[CATALOGUE_WHY_MAX] = "";

	if (catalogue_acquire(set, name, &catalogue, why, sizeof(why)) != LC_OK)
		fail_msg("%s", why);
	return catalogue;
}

/* Whether the catalogue cannot be had, for a reason with these words. */
static void
assert_unavailable(struct catalogue_set *set, const char *name,
		   const char *words)
{
	struct catalogue *catalogue;
	char why[CATALOGUE_WHY_MAX] = "";
	enum lc_rc rc = catalogue_acquire(set, name, &catalogue, why,
					  sizeof(why));

	assert_true(rc == LC_UNAVAILABLE || rc == LC_NOT_FOUND);
	assert_null(catalogue);
	if (strstr(why, words) == NULL || strstr(why, other.state) != NULL)
		fail_msg("%s", why);
}

static int64_t
count_around(struct catalogue *catalogue, double ra_deg, double dec_deg,
	     double radius_deg)
{
	const struct cone_query query = {
		.ra_deg = ra_deg, .dec_deg = dec_deg,
		.radius_deg = radius_deg, .limit = 5};
	struct cone_result result;
	struct arena arena;
	enum lc_rc rc;

	arena_init(&arena, NULL, 0);
	rc = cone_search(catalogue, &query, NULL, &arena, &result);
	arena_release(&arena);
	return rc == LC_OK ? result.matched : -1;
}

static void
import_small(const char *name, const char *text)
{
	struct load_counts counts;
	char reason[512];

	sky_fixture_import_text(&other, name, text, &counts, reason,
				sizeof(reason));
	assert_string_equal(reason, "");
}

static void
check_fact(struct catalogue *catalogue, const struct tsv *facts)
{
	struct tsv_cell asked = tsv_cell(facts, 0), name = tsv_cell(facts, 1);
	struct tsv_cell field = tsv_cell(facts, 4), value = tsv_cell(facts, 5);
	int column = columns_find(field.text, field.length);
	struct columns_value *values;
	struct catalogue_place place;
	struct arena arena;
	double numbers[3] = {0, 0, 0};

	for (size_t i = 0; i < 3; i++) {
		struct tsv_cell cell = tsv_cell(facts, i == 2 ? 5 : i + 2);

		if (cell.length > 0 &&
		    number_parse_double(cell.text, cell.length, &numbers[i]) !=
		    NUMBER_OK)
			assert_int_equal(i, 2);
	}
	arena_init(&arena, NULL, 0);
	if (catalogue_find_name(catalogue, asked.text, asked.length, &place) !=
	    LC_OK)
		fail_msg("%s is not there", asked.text);
	assert_true(place.ra_deg == numbers[0] && place.dec_deg == numbers[1]);
	assert_int_equal(catalogue_object(catalogue, place.id, &arena, &values),
			 LC_OK);
	assert_string_equal(values[COLUMNS_NAME].text, name.text);
	assert_true(column >= 0);
	assert_int_equal(values[column].present, value.length > 0);
	if (!values[column].present)
		assert_int_equal(value.length, 0);
	else if (columns_table[column].type == COLUMNS_REAL)
		assert_true(values[column].real == numbers[2]);
	else
		assert_string_equal(values[column].text, value.text);
	arena_release(&arena);
}

static void
known_facts_are_found(void **state)
{
	struct catalogue_set *set = catalogue_set_new(fixture.state, true);
	struct catalogue *catalogue = acquire(set, "openngc");
	char path[PATH_MAX], why[256];
	struct tsv *facts = tsv_open(sky_fixture_source(
		"tests/data/openngc-facts.tsv", path), why, sizeof(why));
	size_t rows = 0;

	(void)state;
	assert_non_null(facts);
	for (; tsv_next(facts) == TSV_ROW; rows++)
		check_fact(catalogue, facts);
	assert_true(rows > 40);
	tsv_close(facts);
	catalogue_release(catalogue);
	catalogue_set_free(set);
}

static void
every_name_finds_its_object(void **state)
{
	struct catalogue_set *set = catalogue_set_new(fixture.state, false);
	struct catalogue *catalogue = acquire(set, "openngc");
	char path[PATH_MAX], why[256];
	struct tsv *table = tsv_open(sky_fixture_source(
		"conf/catalogue/openngc.tsv", path), why, sizeof(why));
	struct catalogue_place place;
	int64_t objects;

	(void)state;
	assert_non_null(table);
	while (tsv_next(table) == TSV_ROW) {
		struct tsv_cell name = tsv_cell(table, 0);
		struct tsv_cell ra = tsv_cell(table, 2);
		double ra_deg;

		assert_int_equal(number_parse_double(ra.text, ra.length,
						     &ra_deg), NUMBER_OK);
		if (catalogue_find_name(catalogue, name.text, name.length,
					&place) != LC_OK ||
		    place.ra_deg != ra_deg)
			fail_msg("%s", name.text);
	}
	tsv_close(table);
	assert_int_equal(catalogue_find_name(catalogue, "M111", 4, &place),
			 LC_NOT_FOUND);
	assert_int_equal(catalogue_find_name(catalogue, "", 0, &place),
			 LC_NOT_FOUND);
	assert_int_equal(catalogue_count(catalogue, &objects), LC_OK);
	assert_int_equal(objects, OBJECTS);
	assert_int_equal(catalogue_generation(catalogue), 1);
	assert_string_equal(catalogue_name(catalogue), "openngc");
	catalogue_release(catalogue);
	catalogue_set_free(set);
}

static void
near_names_are_offered(void **state)
{
	static const char *const cases[][2] = {
		{"Andromida", "Andromeda"}, {"Horsehaed", "Horsehead"},
		{"Pleiads", "Pleiades"}, {"Whirlp", "Whirlpool"},
		{"M111", "M 11"}, {"NGC 22A", "NGC 22"},
		{"2MASX J00424433+4116075", "2MASX J00424433+4116074"}};
	struct catalogue_set *set = catalogue_set_new(fixture.state, false);
	struct catalogue *catalogue = acquire(set, "openngc");
	struct catalogue_near near[5];
	size_t count;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t at = 0;

		assert_int_equal(catalogue_nearest_names(
			catalogue, cases[i][0], strlen(cases[i][0]), near, 5,
			&count), LC_OK);
		while (at < count && strcmp(near[at].name, cases[i][1]) != 0)
			at++;
		if (at == count)
			fail_msg("%s: %zu names, but not %s", cases[i][0],
				 count, cases[i][1]);
	}
	assert_int_equal(catalogue_nearest_names(catalogue, "qqqqqqqqqqqqqq",
						 14, near, 5, &count), LC_OK);
	assert_int_equal(count, 0);
	catalogue_release(catalogue);
	catalogue_set_free(set);
}

static void
reading_writes_nothing(void **state)
{
	struct catalogue_set *set = catalogue_set_new(fixture.state, true);
	struct catalogue *catalogue = acquire(set, "openngc");

	(void)state;
	assert_true(count_around(catalogue, 10.68, 41.27, 1) >= 3);
	assert_int_equal(sky_fixture_count(&fixture), 2);
	catalogue_release(catalogue);
	catalogue_set_free(set);
}

static void
names_of_catalogues_are_checked(void **state)
{
	static const char *const wrong[] = {"", "..", "../x", "a/b", "A", "a.b",
					    "a b"};
	struct catalogue_set *set = catalogue_set_new(other.state, true);
	struct catalogue *catalogue;
	char why[CATALOGUE_WHY_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(catalogue_acquire(set, wrong[i], &catalogue,
						   why, sizeof(why)),
				 LC_NOT_FOUND);
	assert_unavailable(set, "nothing", "nothing.current does not exist");
	catalogue_set_free(set);
}

static void
new_generations_are_taken_at_once(void **state)
{
	struct catalogue_set *set = catalogue_set_new(other.state, true);
	struct catalogue *old, *new;

	(void)state;
	import_small("gen", SMALL "a\t1\t1\tx\n");
	old = acquire(set, "gen");
	assert_int_equal(count_around(old, 1, 1, 1), 1);
	import_small("gen", SMALL "a\t1\t1\tx\nb\t1\t1\ty\n");
	import_small("gen", SMALL "a\t1\t1\tx\nb\t1\t1\ty\nc\t1\t1\tz\n");
	new = acquire(set, "gen");
	assert_int_equal(catalogue_generation(new), 3);
	assert_int_equal(count_around(new, 1, 1, 1), 3);
	/* The old file is gone, and still there for who had opened it. */
	assert_int_equal(count_around(old, 1, 1, 1), 1);
	assert_int_equal(sky_fixture_count(&other), 3);
	catalogue_release(old);
	catalogue_release(new);
	new = acquire(set, "gen");
	assert_int_equal(catalogue_generation(new), 3);
	catalogue_release(new);
	catalogue_set_free(set);
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

	assert_int_equal(store_open(path, STORE_BUILD, &store, why,
				    sizeof(why)), LC_OK);
	assert_int_equal(store_exec(store, sql), LC_OK);
	store_close(store);
}

static void
do_damage(const char *what, const char *path, const char *pointer, off_t bytes)
{
	static const char outside[] =
		"lightcone-catalogue 1\ngeneration 1\n"
		"file ../../../etc/passwd\nbytes 100\n";

	if (strcmp(what, "truncated") == 0)
		assert_int_equal(truncate(path, bytes / 2), 0);
	else if (strcmp(what, "grown") == 0)
		fill(path, bytes, 4096, 0);
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
		sky_fixture_write(&other, "damage.current", outside,
				  sizeof(outside) - 1);
	else if (strcmp(what, "layout") == 0)
		change_pragma(path, "PRAGMA user_version = 99");
	else if (strcmp(what, "other database") == 0)
		change_pragma(path, "PRAGMA application_id = 7");
	else
		fill(path, 4096, bytes - 4096, 'x');
}

/* The file that the catalogue has after its import number `generation`. */
static off_t
find_file(const char *name, int64_t generation, char path[PATH_MAX])
{
	char file[64];
	struct stat status;

	snprintf(file, sizeof(file), "%s.%lld.sqlite", name,
		 (long long)generation);
	sky_fixture_path(&other, file, path);
	assert_int_equal(stat(path, &status), 0);
	return status.st_size;
}

static void
damage_is_told_and_mended(void **state)
{
	struct catalogue_set *vetting = catalogue_set_new(other.state, true);
	struct catalogue_set *trusting = catalogue_set_new(other.state, false);
	char path[PATH_MAX], pointer[PATH_MAX];
	struct catalogue *catalogue;

	(void)state;
	sky_fixture_path(&other, "damage.current", pointer);
	for (size_t i = 0; i < sizeof(damages) / sizeof(*damages); i++) {
		const struct damage_case *d = &damages[i];
		int64_t generation;
		off_t bytes;

		import_small("damage", SMALL "a\t1\t1\tx\nb\t2\t2\t\n");
		catalogue = acquire(vetting, "damage");
		generation = catalogue_generation(catalogue);
		assert_int_equal(count_around(catalogue, 1, 1, 0), 1);
		catalogue_release(catalogue);
		catalogue_release(acquire(trusting, "damage"));

		bytes = find_file("damage", generation, path);
		do_damage(d->what, path, pointer, bytes);
		for (int again = 0; again < 2; again++) {
			assert_unavailable(vetting, "damage", d->words);
			if (!d->vetted_only)
				assert_unavailable(trusting, "damage",
						   d->words);
		}
	}
	import_small("damage", SMALL "a\t1\t1\tx\nb\t2\t2\t\n");
	catalogue = acquire(vetting, "damage");
	assert_int_equal(count_around(catalogue, 1, 1, 0), 1);
	catalogue_release(catalogue);
	catalogue_set_free(vetting);
	catalogue_set_free(trusting);
}

/* Damage that nobody looked for is found by the query that meets it. */
static void
damage_met_by_a_query_is_told(void **state)
{
	struct catalogue_set *set = catalogue_set_new(other.state, false);
	struct catalogue *catalogue;
	struct catalogue_place place;
	char path[PATH_MAX];
	off_t bytes;

	(void)state;
	import_small("hidden", SMALL "a\t1\t1\tx\nb\t2\t2\t\n");
	bytes = find_file("hidden", 1, path);
	fill(path, 4096, bytes - 4096, 'x');
	catalogue = acquire(set, "hidden");
	assert_int_equal(count_around(catalogue, 1, 1, 0), -1);
	assert_int_equal(catalogue_find_name(catalogue, "a", 1, &place),
			 LC_UNAVAILABLE);
	assert_non_null(strstr(catalogue_why(catalogue), "hidden.1.sqlite"));
	assert_null(strstr(catalogue_why(catalogue), other.state));
	catalogue_release(catalogue);
	catalogue_set_free(set);
}

static void
objects_at_one_place_are_all_found(void **state)
{
	struct catalogue_set *set = catalogue_set_new(other.state, true);
	char text[65536] = SMALL;
	size_t length = strlen(text);
	struct catalogue *catalogue;

	(void)state;
	for (int i = 0; i < 500; i++)
		length += (size_t)snprintf(
			text + length, sizeof(text) - length,
			"x %d\t359.9999999999\t-90\t\ny %d\t-1e-13\t0\t\n", i,
			i);
	import_small("crowd", text);
	catalogue = acquire(set, "crowd");
	assert_int_equal(count_around(catalogue, 0, -90, 0), 500);
	assert_int_equal(count_around(catalogue, 0, 0, 1e-9), 500);
	assert_int_equal(count_around(catalogue, 359.9999999999, 0, 1e-6),
			 500);
	assert_int_equal(count_around(catalogue, 0, 0, 180), 1000);
	catalogue_release(catalogue);
	catalogue_set_free(set);
}

static void
builds_do_not_meet(void **state)
{
	struct build *first, *second;
	char why[512], path[PATH_MAX];
	size_t files = sky_fixture_count(&other);
	struct stat status;

	(void)state;
	/* What a killed build has left is in nobody's way. */
	sky_fixture_write(&other, "meet.tmp", "rubbish", 7);
	assert_int_equal(build_new(other.state, "meet", NULL, &first, why,
				   sizeof(why)), LC_OK);
	assert_int_equal(build_new(other.state, "meet", NULL, &second, why,
				   sizeof(why)), LC_QUEUE_FULL);
	assert_non_null(strstr(why, "another import of meet"));
	build_free(first);
	assert_int_not_equal(stat(sky_fixture_path(&other, "meet.tmp", path),
				  &status), 0);
	assert_int_equal(build_new(other.state, "meet", NULL, &second, why,
				   sizeof(why)), LC_OK);
	build_free(second);
	assert_int_equal(sky_fixture_count(&other), files);
	assert_int_equal(build_new(other.state, "../meet", NULL, &second, why,
				   sizeof(why)), LC_INVALID);
}

static void
a_stopped_build_leaves_nothing(void **state)
{
	const struct columns_value values[COLUMNS__MAX] = {
		[COLUMNS_NAME] = {.present = true, .length = 1, .text = "a"},
		[COLUMNS_RA] = {.present = true, .real = 1},
		[COLUMNS_DEC] = {.present = true, .real = 1},
	};
	size_t files = sky_fixture_count(&other);
	struct lc_progress progress;
	struct build_counts counts;
	struct build *build;
	char why[512];

	(void)state;
	progress_init(&progress, 0);
	assert_int_equal(build_new(other.state, "stop", &progress, &build, why,
				   sizeof(why)), LC_OK);
	assert_int_equal(build_add(build, values), LC_OK);
	assert_int_equal(build_add(build, values), LC_INVALID);
	progress_stop(&progress, LC_CANCELLED);
	assert_int_equal(build_add(build, values), LC_CANCELLED);
	assert_int_equal(build_publish(build, &counts), LC_CANCELLED);
	build_free(build);
	assert_int_equal(sky_fixture_count(&other), files);
}

static void
aliases_and_licence_are_kept(void **state)
{
	static const char licence[] = "Free for all.\n";
	const struct columns_value values[COLUMNS__MAX] = {
		[COLUMNS_NAME] = {.present = true, .length = 5, .text = "NGC 1"},
		[COLUMNS_RA] = {.present = true, .real = -1},
		[COLUMNS_DEC] = {.present = true, .real = 1},
	};
	struct catalogue_set *set = catalogue_set_new(other.state, true);
	struct catalogue *catalogue;
	struct catalogue_place place;
	struct build_counts counts;
	struct build *build;
	struct arena arena;
	const char *text;
	char why[512];

	(void)state;
	assert_int_equal(build_new(other.state, "kept", NULL, &build, why,
				   sizeof(why)), LC_OK);
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
	catalogue = acquire(set, "kept");
	assert_int_equal(catalogue_find_name(catalogue, "the old-one", 11,
					     &place), LC_OK);
	assert_true(place.ra_deg == 359);
	arena_init(&arena, NULL, 0);
	assert_int_equal(catalogue_licence(catalogue, &arena, &text), LC_OK);
	assert_string_equal(text, licence);
	arena_release(&arena);
	catalogue_release(catalogue);
	catalogue_set_free(set);
}

struct thread_case {
	struct catalogue_set *set;
	atomic_int failures;
	atomic_int searches;
	atomic_bool done;
};

static void *
search_again_and_again(void *argument)
{
	struct thread_case *shared = argument;
	int64_t newest = 0;

	while (!atomic_load(&shared->done)) {
		struct catalogue *catalogue;
		char why[CATALOGUE_WHY_MAX];

		if (catalogue_acquire(shared->set, "threads", &catalogue, why,
				      sizeof(why)) != LC_OK) {
			atomic_fetch_add(&shared->failures, 1);
			continue;
		}
		/* Generation n has n objects, and generations only rise. */
		if (catalogue_generation(catalogue) < newest ||
		    count_around(catalogue, 5, 5, 10) !=
		    catalogue_generation(catalogue))
			atomic_fetch_add(&shared->failures, 1);
		newest = catalogue_generation(catalogue);
		catalogue_release(catalogue);
		atomic_fetch_add(&shared->searches, 1);
	}
	return NULL;
}

static void
threads_see_whole_generations(void **state)
{
	struct thread_case shared = {
		.set = catalogue_set_new(other.state, true)};
	pthread_t threads[THREADS];
	char text[4096] = SMALL;

	(void)state;
	atomic_init(&shared.failures, 0);
	atomic_init(&shared.searches, 0);
	atomic_init(&shared.done, false);
	for (int i = 0; i < 20; i++) {
		size_t length = strlen(text);

		snprintf(text + length, sizeof(text) - length,
			 "o %d\t%d\t5\t\n", i, i % 10);
		import_small("threads", text);
		if (i == 0)
			for (int t = 0; t < THREADS; t++)
				assert_int_equal(pthread_create(
					&threads[t], NULL,
					search_again_and_again, &shared), 0);
	}
	atomic_store(&shared.done, true);
	for (int t = 0; t < THREADS; t++)
		pthread_join(threads[t], NULL);
	assert_int_equal(atomic_load(&shared.failures), 0);
	assert_true(atomic_load(&shared.searches) > 0);
	catalogue_set_free(shared.set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_facts_are_found),
		cmocka_unit_test(every_name_finds_its_object),
		cmocka_unit_test(near_names_are_offered),
		cmocka_unit_test(reading_writes_nothing),
		cmocka_unit_test(names_of_catalogues_are_checked),
		cmocka_unit_test(new_generations_are_taken_at_once),
		cmocka_unit_test(damage_is_told_and_mended),
		cmocka_unit_test(damage_met_by_a_query_is_told),
		cmocka_unit_test(objects_at_one_place_are_all_found),
		cmocka_unit_test(builds_do_not_meet),
		cmocka_unit_test(a_stopped_build_leaves_nothing),
		cmocka_unit_test(aliases_and_licence_are_kept),
		cmocka_unit_test(threads_see_whole_generations),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
