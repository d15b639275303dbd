/*
 * The cone search against looking at every object, with zones of all
 * heights, with ties, and with edits over the file.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "brute.h"
#include "chance.h"
#include "sky/angles.h"
#include "sky/reader.h"
#include "sky/zones.h"
#include "sky_fixture.h"

/* A sanitizer looks at how it is done, which few show as well as many. */
#ifdef __SANITIZE_ADDRESS__
#define TIMES(many) ((many) / 20)
#else
#define TIMES(many) (many)
#endif

enum {
	OBJECTS = 13375,
	EDITS = 400,
	CONES = TIMES(2000),
	CONES_FEWER = TIMES(100)
};

static struct sky_fixture fixture;
static struct catalogue_set *set;
static struct chance chance = {77};

static int
set_up(void **state)
{
	(void)state;
	sky_fixture_init(&fixture);
	set = catalogue_set_new(fixture.state, false);
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

static struct brute *
new_brute(struct catalogue *catalogue, size_t objects)
{
	const char *why;
	struct brute *brute = brute_new(catalogue, &why);

	if (brute == NULL)
		fail_msg("%s", why);
	assert_int_equal(brute_count(brute), objects);
	return brute;
}

static void
demand(const struct brute *brute, bool same)
{
	if (!same)
		fail_msg("%s", brute_why(brute));
}

static void
zones_of_all_heights_agree(void **state)
{
	static const int heights[] = {0, ZONES_PER_DEG_MIN, 4,
				      ZONES_PER_DEG_MAX};
	struct build_counts counts;

	(void)state;
	for (size_t i = 0; i < sizeof(heights) / sizeof(*heights); i++) {
		size_t cones = i == 0 ? CONES : CONES_FEWER;
		struct catalogue *catalogue;
		struct brute *brute;

		sky_fixture_import_zones(&fixture, "openngc", heights[i],
					 &counts);
		catalogue = sky_fixture_acquire(set, "openngc");
		if (heights[i] != 0)
			assert_int_equal(catalogue->per_deg, heights[i]);
		brute = new_brute(catalogue, OBJECTS);
		demand(brute, brute_check_random(brute, cones));
		demand(brute, brute_check_special(brute));
		assert_true(brute_matched(brute) > 10 * brute_cones(brute));
		brute_free(brute);
		catalogue_release(catalogue);
	}
}

/* ---- many at the same separation */

static size_t grid_objects;

static void
add_object(struct build *build, double ra_deg, double dec_deg)
{
	struct columns_value values[COLUMNS__MAX];
	char name[32];

	/* Names that do not rise as positions do. */
	snprintf(name, sizeof(name), "o %zu", grid_objects++ * 7919 % 20011);
	sky_fixture_object(values, name, ra_deg, dec_deg);
	assert_int_equal(build_add(build, values, NULL, 0, 1), LC_OK);
}

static void
import_grid(int per_deg)
{
	static const double crowds[][2] = {
		{0, 90}, {10, -90}, {0, 0}, {359.9999999999, 30}, {45, 45}};
	const struct columns_set columns = {.present = 1u << COLUMNS_NAME |
						       1u << COLUMNS_RA |
						       1u << COLUMNS_DEC};
	const struct build_report silent = {.duplicate = NULL};
	struct build_counts counts;
	struct build *build;
	char why[512];

	grid_objects = 0;
	assert_int_equal(build_new(fixture.state, "grid", NULL, &build, why,
				   sizeof(why)),
			 LC_OK);
	build_set_zones(build, per_deg);
	for (int dec = -90; dec <= 90; dec += 10)
		for (int ra = 0; ra < 360; ra += 2)
			add_object(build, ra, dec);
	for (int i = 0; i < 5; i++)
		for (int n = 0; n < 200; n++)
			add_object(build, crowds[i][0], crowds[i][1]);
	assert_int_equal(build_set_columns(build, &columns), LC_OK);
	assert_int_equal(build_finish(build, &silent, &counts), LC_OK);
	assert_int_equal(counts.objects, grid_objects);
	assert_int_equal(build_publish(build, &counts), LC_OK);
	build_free(build);
}

static void
ties_agree(void **state)
{
	static const double centres[][2] = {{0, 90},  {0, -90}, {0, 0},
					    {45, 45}, {180, 0}, {225, -45}};
	static const double radii[] = {0,  1e-9, 9.9999999999, 10,
				       20, 90,   170,          180};

	(void)state;
	for (int per_deg = 1; per_deg <= 4; per_deg += 3) {
		struct catalogue *catalogue;
		struct brute *brute;

		import_grid(per_deg);
		catalogue = sky_fixture_acquire(set, "grid");
		brute = new_brute(catalogue, grid_objects);
		for (size_t i = 0; i < 6; i++)
			for (size_t j = 0; j < 8; j++)
				demand(brute,
				       brute_check(
					       brute,
					       &(struct cone_query){
						       .ra_deg = centres[i][0],
						       .dec_deg = centres[i][1],
						       .radius_deg =
							       radii[j]}));
		demand(brute, brute_check_random(brute, 50));
		brute_free(brute);
		catalogue_release(catalogue);
	}
}

/* ---- edits */

/* Somewhere; at times where it is hard. */
static void
choose_place(size_t i, double *ra_deg, double *dec_deg)
{
	static const double places[][2] = {
		{0, 90}, {0, -90}, {0, 0}, {359.99999999999994, 10}};

	*ra_deg = 360 * chance_unit(&chance);
	*dec_deg = angles_degrees(asin(2 * chance_unit(&chance) - 1));
	if (i % 10 == 0) {
		*ra_deg = places[i / 10 % 4][0];
		*dec_deg = places[i / 10 % 4][1];
	}
}

static void
put_one(struct edits *edits, struct brute *brute, const char *name, size_t i)
{
	struct columns_value values[COLUMNS__MAX];
	double ra_deg, dec_deg;

	choose_place(i, &ra_deg, &dec_deg);
	sky_fixture_object(values, name, ra_deg, dec_deg);
	if (i % 3 == 0)
		sky_fixture_text(values, COLUMNS_OBJECT_TYPE, "galaxy");
	values[COLUMNS_MAGNITUDE_B].present = i % 2 == 0;
	values[COLUMNS_MAGNITUDE_B].real = 5 + (double)(i % 10);
	sky_fixture_edit(edits, set, "openngc", name, values);
	demand(brute, brute_put(brute, values));
}

static void
edit_many(struct edits *edits, struct brute *brute)
{
	for (size_t i = 0; i < EDITS; i++) {
		char name[64];

		if (i % 4 == 3)
			snprintf(name, sizeof(name), "New One %zu", i % 60);
		else
			snprintf(name, sizeof(name), "%s",
				 brute_name(brute,
					    chance_below(&chance, OBJECTS)));
		if (i % 4 == 1) {
			sky_fixture_edit(edits, set, "openngc", name, NULL);
			demand(brute, brute_delete(brute, name));
			/* And some come back. */
			if (i % 12 == 1)
				put_one(edits, brute, name, i);
		} else {
			put_one(edits, brute, name, i);
		}
	}
}

static void
edited_objects_are_met_once(void **state)
{
	struct edits *edits = edits_new(fixture.state);
	struct catalogue *catalogue;
	struct build_counts counts;
	struct brute *brute;

	(void)state;
	assert_non_null(edits);
	sky_fixture_import_zones(&fixture, "openngc", 0, &counts);
	catalogue = sky_fixture_acquire(set, "openngc");
	brute = new_brute(catalogue, OBJECTS);
	catalogue_release(catalogue);
	edit_many(edits, brute);
	/* Edits lie over the next generation as they do over this one. */
	for (int again = 0; again < 2; again++) {
		catalogue = sky_fixture_acquire(set, "openngc");
		demand(brute, brute_take(brute, catalogue));
		demand(brute, brute_check_random(brute, CONES_FEWER));
		demand(brute, brute_check_special(brute));
		catalogue_release(catalogue);
		sky_fixture_import_zones(&fixture, "openngc", 20, &counts);
	}
	brute_free(brute);
	edits_free(edits);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones_of_all_heights_agree),
		cmocka_unit_test(ties_agree),
		cmocka_unit_test(edited_objects_are_met_once),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
