/* Which tables of deflections are kept, and for how long. */
#include "relativity/wormhole_tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fail.h"

static struct wormhole_tables_share *
acquire(struct wormhole_tables *tables, double length)
{
	struct wormhole shape = wormhole_dneg(length, 0.05);
	struct wormhole_tables_share *share;

	assert_int_equal(wormhole_tables_acquire(tables, &shape, NULL, &share),
			 LC_OK);
	assert_non_null(wormhole_tables_of(share));
	return share;
}

/* The table for a length, given back at once. */
static const struct wormhole_table *
look(struct wormhole_tables *tables, double length)
{
	struct wormhole_tables_share *share = acquire(tables, length);
	const struct wormhole_table *table = wormhole_tables_of(share);

	wormhole_tables_release(share);
	return table;
}

static void
test_the_same_shape_has_one_table(void **state)
{
	struct wormhole_tables *tables = wormhole_tables_new();
	struct wormhole_tables_share *first, *again, *other;

	(void)state;
	first = acquire(tables, 0.01);
	again = acquire(tables, 0.01);
	other = acquire(tables, 0.02);
	assert_ptr_equal(first, again);
	assert_ptr_not_equal(wormhole_tables_of(first),
			     wormhole_tables_of(other));
	wormhole_tables_release(first);
	wormhole_tables_release(again);
	assert_ptr_equal(look(tables, 0.01), wormhole_tables_of(again));
	wormhole_tables_release(other);
	wormhole_tables_free(tables);
}

static void
test_what_was_asked_for_last_is_kept(void **state)
{
	struct wormhole_tables *tables = wormhole_tables_new();
	struct wormhole_tables_share *held = acquire(tables, 0);
	const struct wormhole_table *favourite = look(tables, 1);

	(void)state;
	for (int i = 0; i < WORMHOLE_TABLES_KEPT; i++) {
		look(tables, 10 + i);
		assert_ptr_equal(look(tables, 1), favourite);
	}
	/* It is kept no more, but whoever holds it has it. */
	assert_ptr_not_equal(look(tables, 0), wormhole_tables_of(held));
	wormhole_tables_release(held);
	wormhole_tables_free(tables);
}

static void
test_work_that_is_stopped(void **state)
{
	struct wormhole shape = wormhole_ellis();
	struct wormhole_tables *tables = wormhole_tables_new();
	struct wormhole_tables_share *share;
	struct lc_progress progress;

	(void)state;
	progress_init(&progress, 0);
	progress_stop(&progress, LC_DEADLINE);
	assert_int_equal(
		wormhole_tables_acquire(tables, &shape, &progress, &share),
		LC_DEADLINE);
	progress_init(&progress, 0);
	assert_int_equal(
		wormhole_tables_acquire(tables, &shape, &progress, &share),
		LC_OK);
	wormhole_tables_release(share);
	wormhole_tables_free(tables);
}

static enum lc_rc
use(void)
{
	struct wormhole shape = wormhole_ellis();
	struct wormhole_tables *tables = wormhole_tables_new();
	struct wormhole_tables_share *share = NULL;
	enum lc_rc rc = LC_NO_MEMORY;

	if (tables != NULL)
		rc = wormhole_tables_acquire(tables, &shape, NULL, &share);
	if (rc == LC_OK)
		wormhole_tables_release(share);
	wormhole_tables_free(tables);
	return rc;
}

static void
test_without_memory(void **state)
{
	static const struct alloc_case of = {.name = "tables", .run = use};

	(void)state;
	alloc_fail_each(&of);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_same_shape_has_one_table),
		cmocka_unit_test(test_what_was_asked_for_last_is_kept),
		cmocka_unit_test(test_work_that_is_stopped),
		cmocka_unit_test(test_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
