/*
 * Catalogues as they are opened: names, generations, threads.
 */
#include "sky/catalogue.h"

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
#include "sky/cone.h"
#include "sky/table.h"
#include "sky_fixture.h"

enum { THREADS = 4, OBJECTS = 13375 };

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

static int64_t
generation_of(const struct catalogue *catalogue)
{
	return catalogue_version(catalogue).generation;
}

/* The present row's cell; an empty one is "". */
static struct table_cell
cell_of(const struct table *table, size_t i)
{
	struct table_cell cell = table_cells(table)[i];

	if (!cell.present)
		cell = (struct table_cell){.text = ""};
	return cell;
}

static struct table *
open_table(const char *source)
{
	char path[PATH_MAX], why[TABLE_WHY_MAX];
	struct table *table;

	if (table_open(sky_fixture_source(source, path), &table, why,
		       sizeof(why)) != LC_OK)
		fail_msg("%s", why);
	return table;
}

static void
check_fact(struct catalogue *catalogue, const struct table *facts)
{
	struct table_cell asked = cell_of(facts, 0), name = cell_of(facts, 1);
	struct table_cell field = cell_of(facts, 4), value = cell_of(facts, 5);
	int column = columns_find(field.text, field.length);
	const struct columns_value *values;
	struct catalogue_place place;
	struct arena arena;
	double numbers[3] = {0, 0, 0};

	for (size_t i = 0; i < 3; i++) {
		struct table_cell cell = cell_of(facts, i == 2 ? 5 : i + 2);

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
	struct catalogue *catalogue = sky_fixture_acquire(set, "openngc");
	struct table *facts = open_table("tests/data/openngc-facts.tsv");
	size_t rows = 0;

	(void)state;
	for (; table_next(facts) == TABLE_ROW; rows++)
		check_fact(catalogue, facts);
	assert_true(rows > 40);
	table_close(facts);
	catalogue_release(catalogue);
	catalogue_set_free(set);
}

static void
every_name_finds_its_object(void **state)
{
	struct catalogue_set *set = catalogue_set_new(fixture.state, false);
	struct catalogue *catalogue = sky_fixture_acquire(set, "openngc");
	struct table *table = open_table("conf/catalogue/openngc.tsv");
	struct catalogue_place place;
	int64_t objects;

	(void)state;
	while (table_next(table) == TABLE_ROW) {
		struct table_cell name = cell_of(table, 0);
		struct table_cell ra = cell_of(table, 2);
		double ra_deg;

		assert_int_equal(
			number_parse_double(ra.text, ra.length, &ra_deg),
			NUMBER_OK);
		if (catalogue_find_name(catalogue, name.text, name.length,
					&place) != LC_OK ||
		    place.ra_deg != ra_deg)
			fail_msg("%s", name.text);
	}
	table_close(table);
	assert_int_equal(catalogue_find_name(catalogue, "M111", 4, &place),
			 LC_NOT_FOUND);
	assert_int_equal(catalogue_find_name(catalogue, "", 0, &place),
			 LC_NOT_FOUND);
	assert_int_equal(catalogue_count(catalogue, &objects), LC_OK);
	assert_int_equal(objects, OBJECTS);
	assert_int_equal(generation_of(catalogue), 1);
	assert_string_equal(catalogue_name(catalogue), "openngc");
	catalogue_release(catalogue);
	catalogue_set_free(set);
}

static void
near_names_are_offered(void **state)
{
	static const char *const cases[][2] = {
		{"Andromida", "Andromeda"},
		{"Horsehaed", "Horsehead"},
		{"Pleiads", "Pleiades"},
		{"Whirlp", "Whirlpool"},
		{"M111", "M 11"},
		{"NGC 22A", "NGC 22"},
		{"2MASX J00424433+4116075", "2MASX J00424433+4116074"}};
	struct catalogue_set *set = catalogue_set_new(fixture.state, false);
	struct catalogue *catalogue = sky_fixture_acquire(set, "openngc");
	struct catalogue_near near[5];
	size_t count;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t at = 0;

		assert_int_equal(catalogue_nearest_names(catalogue, cases[i][0],
							 strlen(cases[i][0]),
							 near, 5, &count),
				 LC_OK);
		while (at < count && strcmp(near[at].name, cases[i][1]) != 0)
			at++;
		if (at == count)
			fail_msg("%s: %zu names, but not %s", cases[i][0],
				 count, cases[i][1]);
	}
	/* Names of the same kind come first. */
	assert_int_equal(
		catalogue_nearest_names(catalogue, "H 22", 4, near, 5, &count),
		LC_OK);
	assert_true(count > 2);
	assert_string_equal(near[0].name, "H 20");
	assert_string_equal(near[1].name, "H 21");
	assert_int_equal(catalogue_nearest_names(catalogue, "qqqqqqqqqqqqqq",
						 14, near, 5, &count),
			 LC_OK);
	assert_int_equal(count, 0);
	catalogue_release(catalogue);
	catalogue_set_free(set);
}

static void
reading_writes_nothing(void **state)
{
	struct catalogue_set *set = catalogue_set_new(fixture.state, true);
	struct catalogue *catalogue = sky_fixture_acquire(set, "openngc");

	(void)state;
	assert_true(sky_fixture_count_around(catalogue, 10.68, 41.27, 1) >= 3);
	assert_int_equal(sky_fixture_count(&fixture), 2);
	catalogue_release(catalogue);
	catalogue_set_free(set);
}

static void
names_of_catalogues_are_checked(void **state)
{
	static const char *const wrong[] = {"",  "..",  "../x", "a/b",
					    "A", "a.b", "a b"};
	struct catalogue_set *set = catalogue_set_new(other.state, true);
	struct catalogue *catalogue;
	char why[CATALOGUE_WHY_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(catalogue_acquire(set, wrong[i], &catalogue,
						   why, sizeof(why)),
				 LC_NOT_FOUND);
	sky_fixture_unavailable(&other, set, "nothing",
				"nothing.current does not exist");
	catalogue_set_free(set);
}

static void
new_generations_are_taken_at_once(void **state)
{
	struct catalogue_set *set = catalogue_set_new(other.state, true);
	struct catalogue *old, *new;

	(void)state;
	sky_fixture_import_small(&other, "gen",
				 SKY_FIXTURE_SMALL "a\t1\t1\tx\n");
	old = sky_fixture_acquire(set, "gen");
	assert_int_equal(sky_fixture_count_around(old, 1, 1, 1), 1);
	sky_fixture_import_small(&other, "gen",
				 SKY_FIXTURE_SMALL "a\t1\t1\tx\nb\t1\t1\ty\n");
	sky_fixture_import_small(&other, "gen",
				 SKY_FIXTURE_SMALL
				 "a\t1\t1\tx\nb\t1\t1\ty\nc\t1\t1\tz\n");
	new = sky_fixture_acquire(set, "gen");
	assert_int_equal(generation_of(new), 3);
	assert_int_equal(sky_fixture_count_around(new, 1, 1, 1), 3);
	/* The old file is gone, and still there for who had opened it. */
	assert_int_equal(sky_fixture_count_around(old, 1, 1, 1), 1);
	assert_int_equal(sky_fixture_count(&other), 3);
	catalogue_release(old);
	catalogue_release(new);
	new = sky_fixture_acquire(set, "gen");
	assert_int_equal(generation_of(new), 3);
	catalogue_release(new);
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
		if (generation_of(catalogue) < newest ||
		    sky_fixture_count_around(catalogue, 5, 5, 10) !=
			    generation_of(catalogue))
			atomic_fetch_add(&shared->failures, 1);
		newest = generation_of(catalogue);
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
	char text[4096] = SKY_FIXTURE_SMALL;

	(void)state;
	atomic_init(&shared.failures, 0);
	atomic_init(&shared.searches, 0);
	atomic_init(&shared.done, false);
	for (int i = 0; i < 20; i++) {
		size_t length = strlen(text);

		snprintf(text + length, sizeof(text) - length,
			 "o %d\t%d\t5\t\n", i, i % 10);
		sky_fixture_import_small(&other, "threads", text);
		if (i == 0)
			for (int t = 0; t < THREADS; t++)
				assert_int_equal(
					pthread_create(&threads[t], NULL,
						       search_again_and_again,
						       &shared),
					0);
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
		cmocka_unit_test(threads_see_whole_generations),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
