/* The keeper does all, in order, and looks when it is time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "engine/keeper.h"

enum { MANY = 200, PATIENCE_S = 10 };

struct work {
	struct keeper_item item; /* the first */
	int number;
	struct notes *notes;
};

struct notes {
	atomic_int done[MANY];
	atomic_int count, looks, wants_ms;
	atomic_bool held;
};

static void
nap(void)
{
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};

	nanosleep(&pause, NULL);
}

static void
work_act(struct keeper_item *item)
{
	struct work *work = (struct work *)(void *)item;

	while (atomic_load(&work->notes->held))
		nap();
	work->notes->done[atomic_fetch_add(&work->notes->count, 1)] =
		work->number;
	free(work);
}

static int
note_look(void *arg)
{
	struct notes *notes = arg;

	atomic_fetch_add(&notes->looks, 1);
	return atomic_load(&notes->wants_ms);
}

static bool
work_add(struct keeper *keeper, struct notes *notes, int number, size_t bytes)
{
	struct work *work = calloc(1, sizeof(*work));

	assert_non_null(work);
	*work = (struct work){.item = {.act = work_act, .bytes = bytes},
			      .number = number,
			      .notes = notes};
	if (keeper_add(keeper, &work->item))
		return true;
	free(work);
	return false;
}

static int64_t
soon(void)
{
	return clock_mono_ns() + PATIENCE_S * CLOCK_NS_PER_S;
}

static void
test_all_in_order(void **state)
{
	struct notes notes = {.count = 0};
	struct keeper *keeper = keeper_new(note_look, &notes);

	(void)state;
	for (int i = 0; i < MANY; i++)
		assert_true(work_add(keeper, &notes, i, 1));
	assert_true(keeper_stop(keeper, soon()));
	for (int i = 0; i < MANY; i++)
		assert_int_equal(notes.done[i], i);
	assert_int_equal(notes.looks, 0);
	keeper_free(keeper);
}

static void
test_bounds(void **state)
{
	struct notes notes = {.held = true};
	struct keeper *keeper = keeper_new(note_look, &notes);

	(void)state;
	assert_true(work_add(keeper, &notes, 0, KEEPER_BYTES_MOST - 1));
	assert_false(work_add(keeper, &notes, 1, 2));
	assert_true(work_add(keeper, &notes, 2, 1));
	assert_false(keeper_stop(keeper, clock_mono_ns() + CLOCK_NS_PER_MS));
	atomic_store(&notes.held, false);
	assert_true(keeper_stop(keeper, soon()));
	assert_true(work_add(keeper, &notes, 3, KEEPER_BYTES_MOST));
	assert_true(keeper_stop(keeper, soon()));
	assert_int_equal(notes.count, 3);
	keeper_free(keeper);
}

/* Again and again while it wants to; at once when told; between items. */
static void
test_looks(void **state)
{
	struct notes notes = {.wants_ms = 1};
	struct keeper *keeper = keeper_new(note_look, &notes);
	int64_t until_ns = soon();
	int looks;

	(void)state;
	keeper_look(keeper);
	while (atomic_load(&notes.looks) < 5 && clock_mono_ns() < until_ns)
		nap();
	assert_true(atomic_load(&notes.looks) >= 5);
	atomic_store(&notes.wants_ms, 0);
	assert_true(work_add(keeper, &notes, 1, 1));
	assert_true(keeper_stop(keeper, soon()));
	looks = atomic_load(&notes.looks);
	keeper_look(keeper);
	while (atomic_load(&notes.looks) == looks && clock_mono_ns() < until_ns)
		nap();
	assert_true(atomic_load(&notes.looks) > looks);
	keeper_free(keeper);
}

static void
test_nothing_to_do(void **state)
{
	struct notes notes = {.count = 0};
	struct keeper *keeper = keeper_new(note_look, &notes);

	(void)state;
	assert_true(keeper_stop(keeper, soon()));
	keeper_free(keeper);
	keeper_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_in_order),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_looks),
		cmocka_unit_test(test_nothing_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
