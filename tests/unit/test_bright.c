/*
 * The brightest objects of a catalogue.
 */
#include "sky/bright.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sky_fixture.h"

static const struct bright_list *
list_of(struct bright *bright, struct catalogue_set *set, const char *name)
{
	struct catalogue *catalogue = sky_fixture_acquire(set, name);
	const struct bright_list *list;

	assert_int_equal(bright_acquire(bright, catalogue, NULL, &list), LC_OK);
	catalogue_release(catalogue);
	return list;
}

static void
openngc(void **state)
{
	struct sky_fixture fixture;
	struct build_counts counts;
	struct catalogue_set *set;
	struct bright *bright = bright_new();
	const struct bright_list *list, *again;
	float brightest = INFINITY;

	(void)state;
	sky_fixture_init(&fixture);
	sky_fixture_import(&fixture, "openngc", &counts);
	set = catalogue_set_new(fixture.state, true);
	list = list_of(bright, set, "openngc");
	assert_in_range(list->count, 9000, 14000);
	for (size_t i = 0; i < list->count; i++) {
		assert_true(isfinite(list->objects[i].magnitude));
		brightest = fminf(brightest, list->objects[i].magnitude);
	}
	/* The Large Magellanic Cloud; or the Pleiades, were it not there. */
	assert_true(brightest < 1.7F);
	again = list_of(bright, set, "openngc");
	assert_ptr_equal(list, again);
	bright_release(again);
	bright_release(list);
	bright_free(bright);
	catalogue_set_free(set);
	sky_fixture_release(&fixture);
}

/* More objects than are wanted: the faint ones are left out. */
static void
many(void **state)
{
	enum { MANY = BRIGHT_MOST + 5000 };
	struct sky_fixture fixture;
	struct load_counts counts;
	struct catalogue_set *set;
	struct bright *bright = bright_new();
	const struct bright_list *list;
	char reason[200];
	struct buf text;

	(void)state;
	sky_fixture_init(&fixture);
	buf_init(&text);
	buf_add_text(&text,
		     "name\tra_deg\tdec_deg\tmagnitude_v\tmagnitude_b\n");
	for (int i = 0; i < MANY; i++) {
		int at = (int)((int64_t)i * 7919 % MANY);

		buf_printf(&text, "S %d\t%.6f\t%.6f\t%.4f\t", i,
			   i * 360.0 / MANY, i * 170.0 / MANY - 85,
			   at * 0.0005);
		if (i % 2 == 0)
			buf_printf(&text, "%.4f", at * 0.0005 + 0.5);
		buf_add_char(&text, '\n');
	}
	buf_add_char(&text, '\0');
	assert_false(text.failed);
	sky_fixture_import_text(&fixture, "many", text.bytes, &counts, reason,
				sizeof(reason));
	set = catalogue_set_new(fixture.state, true);
	list = list_of(bright, set, "many");
	assert_int_equal(list->count, BRIGHT_MOST);
	for (size_t i = 0; i < list->count; i++) {
		float b_minus_v = list->objects[i].b_minus_v;

		assert_true(list->objects[i].magnitude <
			    (float)BRIGHT_MOST * 0.0005F);
		assert_true(isnan(b_minus_v) ||
			    fabsf(b_minus_v - 0.5F) < 0.001F);
	}
	bright_release(list);
	bright_free(bright);
	catalogue_set_free(set);
	buf_release(&text);
	sky_fixture_release(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openngc),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
