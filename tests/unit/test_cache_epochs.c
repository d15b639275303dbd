/*
 * Epochs: a raise is seen by everybody at once, and none comes back, whatever
 * files are lost or cannot be read.
 */
#include "services/cache_epochs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "base/clock.h"
#include "child.h"
#include "older_state.h"
#include "services/state.h"
#include "state_dir.h"

enum { ROUNDS = 20, NAMES = 80 };

static char directory[STATE_DIR_MAX];
static struct cache_epochs *epochs;

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	epochs = cache_epochs_new(directory);
	return epochs == NULL;
}

static int
tear_down(void **state)
{
	(void)state;
	cache_epochs_free(epochs);
	state_dir_remove(directory);
	return 0;
}

static void
raise_well(const char *catalogue)
{
	assert_int_equal(cache_epoch_raise(epochs, catalogue), LC_OK);
}

static uint64_t
of_another(const char *catalogue)
{
	struct cache_epochs *other = cache_epochs_new(directory);
	uint64_t epoch;

	assert_non_null(other);
	epoch = cache_epoch(other, catalogue);
	cache_epochs_free(other);
	return epoch;
}

static void
test_names(void **state)
{
	uint64_t all, a, b;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(cache_epoch(epochs, NULL), 0);
		assert_int_equal(cache_epoch(epochs, "a"), 0);
	}
	raise_well("a");
	a = cache_epoch(epochs, "a");
	assert_true(a >= (uint64_t)clock_unix_ms() - 60000);
	assert_int_equal(cache_epoch(epochs, NULL), 0);
	assert_int_equal(cache_epoch(epochs, "b"), 0);
	raise_well("b");
	b = cache_epoch(epochs, "b");
	assert_true(b > a);
	assert_int_equal(cache_epoch(epochs, "a"), a);
	raise_well(NULL);
	all = cache_epoch(epochs, NULL);
	assert_true(all > b);
	assert_int_equal(cache_epoch(epochs, "a"), all);
	assert_int_equal(cache_epoch(epochs, "c"), all);
	raise_well("a");
	assert_true(cache_epoch(epochs, "a") > all);
	assert_int_equal(cache_epoch(epochs, "b"), all);
	assert_int_equal(of_another("a"), cache_epoch(epochs, "a"));
	assert_int_equal(of_another("b"), all);
	cache_epochs_free(NULL);
}

/* Where there are more than are told apart, no raise is without effect. */
static void
test_many_names(void **state)
{
	char name[16];
	uint64_t last = 0;

	(void)state;
	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		raise_well(name);
		assert_true(cache_epoch(epochs, name) > last);
		last = cache_epoch(epochs, name);
		assert_true(of_another(name) >= last);
	}
}

/* Raises what it is told of by one pipe, and says so by the other. */
static void
raise_for(int from, int to)
{
	struct cache_epochs *mine = cache_epochs_new(directory);
	char c;

	while (mine != NULL && read(from, &c, 1) == 1)
		if (cache_epoch_raise(mine, c == 'a' ? "a" : NULL) != LC_OK ||
		    write(to, "", 1) != 1)
			_exit(EXIT_FAILURE);
	cache_epochs_free(mine);
	_exit(EXIT_SUCCESS);
}

/* `lose`: takes something away before each raise; or NULL. */
static void
raises_are_seen(void (*lose)(void), int rounds)
{
	int there[2], back[2], status;
	uint64_t a, b;
	pid_t child;
	char c;

	assert_int_equal(pipe(there) | pipe(back), 0);
	child = child_fork();
	if (child == 0) {
		close(there[1]);
		close(back[0]);
		raise_for(there[0], back[1]);
	}
	close(there[0]);
	close(back[1]);
	for (int i = 0; i < rounds; i++) {
		a = cache_epoch(epochs, "a");
		b = cache_epoch(epochs, "b");
		if (lose != NULL)
			lose();
		assert_int_equal(write(there[1], i % 2 ? "*" : "a", 1), 1);
		assert_int_equal(read(back[0], &c, 1), 1);
		assert_true(cache_epoch(epochs, "a") > a);
		assert_int_equal(cache_epoch(epochs, "b") > b, i % 2);
	}
	close(there[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(back[0]);
}

static void
test_processes(void **state)
{
	(void)state;
	raises_are_seen(NULL, ROUNDS);
}

static void
lose_segment(void)
{
	unlink(state_dir_file(directory, "cache-epochs.seg"));
}

static void
test_lost_segment(void **state)
{
	(void)state;
	raises_are_seen(lose_segment, ROUNDS);
	lose_segment();
	assert_int_equal(of_another("a"), cache_epoch(epochs, "a"));
}

/* Another file in its place; that of others is not touched. */
static void
damage_segment(void)
{
	lose_segment();
	state_dir_write(directory, "cache-epochs.seg", "?", 1);
}

static void
test_damaged_segment(void **state)
{
	(void)state;
	raises_are_seen(damage_segment, 4);
}

static void
lose_file(void)
{
	unlink(state_dir_file(directory, "state.sqlite"));
	unlink(state_dir_file(directory, "state.sqlite-wal"));
	unlink(state_dir_file(directory, "state.sqlite-shm"));
}

/* What the word remembers and the table does not counts for everything. */
static void
test_lost_file(void **state)
{
	uint64_t a, b;

	(void)state;
	raise_well("a");
	raise_well("b");
	a = cache_epoch(epochs, "a");
	b = cache_epoch(epochs, "b");
	lose_file();
	assert_int_equal(of_another("a"), b);
	assert_int_equal(of_another(NULL), b);
	raise_well("a");
	assert_true(cache_epoch(epochs, "a") > b);
	assert_int_equal(of_another("a"), cache_epoch(epochs, "a"));
	assert_true(cache_epoch(epochs, "b") >= b);
	assert_true(a < b);
}

static const char garbage[] = "this has never been a database, nor will it be";

static void
test_unreadable_file(void **state)
{
	uint64_t a;

	(void)state;
	state_dir_write(directory, "state.sqlite", garbage, sizeof(garbage));
	for (int i = 0; i < 100; i++)
		assert_int_equal(cache_epoch(epochs, i % 2 ? "a" : NULL), 0);
	assert_int_equal(cache_epoch_raise(epochs, "a"), LC_UNAVAILABLE);
	lose_file();
	raise_well("a");
	a = cache_epoch(epochs, "a");
	assert_true(a > 0);
	lose_file();
	state_dir_write(directory, "state.sqlite", garbage, sizeof(garbage));
	assert_int_equal(cache_epoch(epochs, "a"), a);
	assert_int_equal(of_another("a"), a);
	assert_int_equal(of_another("b"), a);
	/* With the segment gone as well, who knew it still does. */
	lose_segment();
	assert_int_equal(cache_epoch(epochs, "a"), a);
	assert_int_equal(of_another("a"), 0);
}

static void
test_older_file(void **state)
{
	char why[STATE_WHY_MAX];
	struct store *store;

	(void)state;
	assert_int_equal(state_open(directory, &store, why, sizeof(why)),
			 LC_OK);
	assert_int_equal(store_exec(store, OLDER_STATE_4), LC_OK);
	store_close(store);
	assert_int_equal(cache_epoch(epochs, "a"), 0);
	raise_well("a");
	assert_true(cache_epoch(epochs, "a") > 0);
}

/* Others who write keep nobody from asking; who raises waits for them. */
static void
test_busy(void **state)
{
	const struct timespec while_ = {.tv_nsec = 100 * CLOCK_NS_PER_MS};
	char why[STATE_WHY_MAX], c;
	struct store *store;
	int gate[2], status;
	uint64_t a;
	pid_t child;

	(void)state;
	raise_well("a");
	a = of_another("a");
	assert_int_equal(pipe(gate), 0);
	child = child_fork();
	if (child == 0) {
		if (state_open(directory, &store, why, sizeof(why)) != LC_OK ||
		    state_begin(store, why, sizeof(why)) != LC_OK ||
		    write(gate[1], "", 1) != 1)
			_exit(EXIT_FAILURE);
		nanosleep(&while_, NULL);
		store_undo(store);
		_exit(EXIT_SUCCESS);
	}
	close(gate[1]);
	assert_int_equal(read(gate[0], &c, 1), 1);
	close(gate[0]);
	assert_int_equal(of_another("a"), a);
	raise_well("a");
	assert_true(cache_epoch(epochs, "a") > a);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static uint64_t known;

static int
unwritable_run(const char *path)
{
	struct cache_epochs *mine = cache_epochs_new(path);
	bool good = cache_epoch(mine, "a") == known &&
		    cache_epoch_raise(mine, "a") == LC_UNAVAILABLE &&
		    cache_epoch(mine, "a") == known;

	cache_epochs_free(mine);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void
test_unwritable(void **state)
{
	(void)state;
	raise_well("a");
	known = cache_epoch(epochs, "a");
	assert_int_equal(state_dir_unwritable(directory, unwritable_run), 0);
}

static enum lc_rc
epochs_case(void)
{
	struct cache_epochs *mine = cache_epochs_new(directory);
	enum lc_rc rc;

	if (mine == NULL)
		return LC_NO_MEMORY;
	rc = cache_epoch_raise(mine, "a");
	if (rc == LC_OK && cache_epoch(mine, "a") == 0)
		rc = LC_INTERNAL;
	cache_epochs_free(mine);
	return rc == LC_UNAVAILABLE ? LC_NO_MEMORY : rc;
}

static void
test_no_memory(void **state)
{
	const struct alloc_case of = {"epochs", epochs_case, true};

	(void)state;
	alloc_fail_each(&of);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_names),
		IN_STATE(test_many_names),
		IN_STATE(test_processes),
		IN_STATE(test_lost_segment),
		IN_STATE(test_damaged_segment),
		IN_STATE(test_lost_file),
		IN_STATE(test_unreadable_file),
		IN_STATE(test_older_file),
		IN_STATE(test_busy),
		IN_STATE(test_unwritable),
		IN_STATE(test_no_memory),
	};

	return cmocka_run_group_tests_name("cache epochs", tests, NULL, NULL);
}
