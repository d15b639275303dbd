/* Reading catalogues while memory runs out, and after it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "sky/catalogue.h"
#include "sky/cone.h"
#include "sky_fixture.h"

enum { OBJECTS = 300 };

static struct sky_fixture fixture;

static int
set_up(void **state)
{
	static char table[65536];
	struct columns_value values[COLUMNS__MAX];
	struct catalogue_set *set;
	struct edits *edits;
	size_t length;

	(void)state;
	sky_fixture_init(&fixture);
	length = (size_t)snprintf(table, sizeof(table),
				  "name\tra_deg\tdec_deg\taliases\tnote\n");
	for (int i = 0; i < OBJECTS; i++)
		length +=
			(size_t)snprintf(table + length, sizeof(table) - length,
					 "o %d\t%d\t%d\tother %d\tnote %d\n", i,
					 i % 360, i % 180 - 90, i, i);
	sky_fixture_import_small(&fixture, "memory", table);
	set = catalogue_set_new(fixture.state, false);
	edits = edits_new(fixture.state);
	sky_fixture_object(values, "o 7", 1, 1);
	sky_fixture_edit(edits, set, "memory", "o 7", values);
	sky_fixture_edit(edits, set, "memory", "o 8", NULL);
	edits_free(edits);
	catalogue_set_free(set);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	sky_fixture_release(&fixture);
	return 0;
}

static enum lc_rc
look_up(struct catalogue *catalogue, struct arena *arena)
{
	static const char *const names[] = {"o 7", "Other 99"};
	const struct columns_value *values;
	struct catalogue_place place;
	struct catalogue_near near[3];
	enum lc_rc rc = LC_OK;
	size_t count;

	for (int i = 0; i < 2 && rc == LC_OK; i++) {
		rc = catalogue_find_name(catalogue, names[i], strlen(names[i]),
					 &place);
		if (rc == LC_OK)
			rc = catalogue_object(catalogue, place.id, arena,
					      &values);
	}
	if (rc == LC_OK)
		rc = catalogue_nearest_names(catalogue, "othr 99", 7, near, 3,
					     &count);
	return rc;
}

static enum lc_rc
meet(void *context, const struct columns_value *values, double separation_deg)
{
	int *met = context;

	(void)separation_deg;
	assert_true(values[COLUMNS_NAME].present);
	++*met;
	return LC_OK;
}

static enum lc_rc
search(struct catalogue *catalogue, struct arena *arena)
{
	const struct cone_query query = {
		.ra_deg = 10, .dec_deg = 20, .radius_deg = 180, .limit = 290};
	const struct columns_value *values;
	struct cone_result result;
	int met = 0;
	enum lc_rc rc = cone_search(catalogue, &query, NULL, arena, &result);

	for (size_t i = 0; rc == LC_OK && i < result.count; i += 50)
		rc = cone_values(catalogue, &result, i, &values);
	if (rc == LC_OK)
		rc = cone_each(catalogue, &query, NULL, arena, meet, &met);
	if (rc == LC_OK)
		assert_int_equal(met, OBJECTS - 1);
	return rc;
}

static enum lc_rc
catalogue_case(void)
{
	struct catalogue_set *set = catalogue_set_new(fixture.state, true);
	char why[CATALOGUE_WHY_MAX] = "";
	struct catalogue *catalogue;
	struct arena arena;
	enum lc_rc rc;

	if (set == NULL)
		return LC_NO_MEMORY;
	rc = catalogue_acquire(set, "memory", &catalogue, why, sizeof(why));
	if (rc == LC_OK) {
		arena_init(&arena, NULL, 0);
		rc = look_up(catalogue, &arena);
		if (rc == LC_OK)
			rc = search(catalogue, &arena);
		arena_release(&arena);
		catalogue_release(catalogue);
	} else if (strstr(why, "memory") == NULL) {
		fail_msg("%s: \"%s\"", rc_label(rc), why);
	}
	catalogue_set_free(set);
	assert_true(rc == LC_OK || rc == LC_NO_MEMORY);
	return rc;
}

static void
memory_may_run_out(void **state)
{
	(void)state;
	/* It does without the segment that says when nothing has changed. */
	alloc_fail_each(
		&(struct alloc_case){"a catalogue", catalogue_case, true});
}

/* What one request lacked the next one has, of the same reader. */
static void
the_next_request_is_well(void **state)
{
	struct catalogue_set *set = catalogue_set_new(fixture.state, false);
	char why[CATALOGUE_WHY_MAX];
	bool refused = true;

	(void)state;
	assert_non_null(set);
	for (unsigned nth = 1; refused; nth++) {
		struct catalogue *catalogue;
		struct arena arena;
		enum lc_rc rc;

		arena_init(&arena, NULL, 0);
		alloc_fail_arm(nth);
		rc = catalogue_acquire(set, "memory", &catalogue, why,
				       sizeof(why));
		if (rc == LC_OK)
			rc = search(catalogue, &arena);
		refused = alloc_fail_disarm();
		assert_int_equal(rc, refused ? LC_NO_MEMORY : LC_OK);
		if (catalogue != NULL) {
			assert_int_equal(look_up(catalogue, &arena), LC_OK);
			assert_int_equal(search(catalogue, &arena), LC_OK);
		}
		catalogue_release(catalogue);
		arena_release(&arena);
	}
	catalogue_set_free(set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_may_run_out),
		cmocka_unit_test(the_next_request_is_well),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
