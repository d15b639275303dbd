/*
 * How companions stand: what one look after the other makes of their words,
 * and that all processes say the same.
 */
#include "services/standing.h"

#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "base/clock.h"
#include "child.h"
#include "state_dir.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { HEADER = 128, CELLS = 16, LOOKERS = 3, ROUNDS = 5000 };

static char directory[STATE_DIR_MAX];

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	state_dir_remove(directory);
	return 0;
}

static struct standing_view
tell(struct standing *standing, const char *name, struct standing_seen seen)
{
	struct standing_view view;

	standing_tell(standing, name, &seen, &view);
	return view;
}

/* ---- one look after the other */

/* A time in ms before the test's; what is not is NOW, or NEVER. */
enum { NOW = -1, NEVER = -2, FUTURE = -3600000 };

struct look {
	bool answers;
	int at, began;
	bool known;
	/* What is said then. */
	bool says;
	int since;
};

struct looks_case {
	const char *what;
	struct look looks[4]; /* the first without a time to be said ends it */
};

static const struct looks_case looks_cases[] = {
	{"the first is believed", {{true, NOW, NEVER, false, true, NOW}}},
	{"so is one that is old", {{true, 900, NEVER, false, true, 900}}},
	{"and who knows when it began",
	 {{false, NOW, 5000, false, false, 5000}}},
	{"what goes on began as before",
	 {{true, 9000, NEVER, false, true, 9000},
	  {true, NOW, NEVER, false, true, 9000},
	  {true, NOW, 4000, false, true, 9000}}},
	{"what changes begins anew",
	 {{true, 9000, NEVER, false, true, 9000},
	  {false, 4000, NEVER, false, false, 4000},
	  {true, 2000, NEVER, false, true, 2000},
	  {false, NOW, NEVER, false, false, NOW}}},
	{"or when it did",
	 {{true, 9000, NEVER, false, true, 9000},
	  {false, NOW, 4000, false, false, 4000}}},
	{"but not before what it follows",
	 {{true, 9000, NEVER, false, true, 9000},
	  {false, 4000, 10000, false, false, 4000},
	  {true, NOW, 6000, false, true, NOW}}},
	{"a look that is older changes nothing",
	 {{false, 3000, NEVER, false, false, 3000},
	  {true, 4000, NEVER, false, false, 3000},
	  {true, 3001, 9000, false, false, 3000},
	  {true, 2999, NEVER, false, true, 2999}}},
	{"the companion itself knows better",
	 {{true, 3000, NEVER, false, true, 3000},
	  {true, NOW, 7000, true, true, 7000},
	  {true, NOW, 2000, true, true, 2000}}},
	{"also after it was away",
	 {{false, 3000, NEVER, false, false, 3000},
	  {true, NOW, 7000, true, true, 7000}}},
	{"unless it says nothing",
	 {{false, 3000, NEVER, false, false, 3000},
	  {true, NOW, NEVER, true, true, NOW}}},
	{"or what cannot be",
	 {{false, 3000, NEVER, false, false, 3000},
	  {true, NOW, FUTURE, true, true, NOW}}},
	{"nobody has seen the future",
	 {{true, 3000, NEVER, false, true, 3000},
	  {false, FUTURE, FUTURE, false, false, NOW}}},
};

static int64_t
time_of(int before, int64_t test_ms)
{
	if (before == NOW || before == NEVER)
		return 0;
	return test_ms - before;
}

static void
look_check(struct standing *standing, const char *what, size_t i,
	   const struct look *look, int64_t test_ms)
{
	const int64_t before_ms = clock_unix_ms();
	const struct standing_view view =
		tell(standing, what,
		     (struct standing_seen){
			     .answers = look->answers,
			     .at_ms = time_of(look->at, test_ms),
			     .began_ms = time_of(look->began, test_ms),
			     .began_is_known = look->known});
	const int64_t after_ms = clock_unix_ms();
	const bool timely = look->since == NOW ?
				    view.since_ms >= before_ms &&
					    view.since_ms <= after_ms :
				    view.since_ms == test_ms - look->since;

	if (view.answers != look->says || !timely)
		fail_msg("%s: look %zu gives %d since %lld ms before", what, i,
			 view.answers, (long long)(test_ms - view.since_ms));
}

static void
test_looks(void **state)
{
	struct standing *standing;
	int64_t test_ms = clock_unix_ms();

	(void)state;
	for (size_t i = 0; i < COUNT(looks_cases); i++) {
		const struct looks_case *c = &looks_cases[i];

		standing = standing_new(directory);
		assert_non_null(standing);
		for (size_t j = 0; j < COUNT(c->looks); j++)
			if (c->looks[j].since != 0)
				look_check(standing, c->what, j, &c->looks[j],
					   test_ms);
		standing_free(standing);
	}
}

/* ---- among processes */

static const struct standing_seen here = {.answers = true};
static const struct standing_seen gone = {.answers = false};

/* What the processes share: they begin each round together. */
struct rounds {
	atomic_int arrived;
	int64_t since_ms[ROUNDS][LOOKERS];
};

/* It turns in each round, and each of them has seen it at another time. */
static void
look_often(struct rounds *rounds, int looker, int64_t begun_ms)
{
	struct standing *standing = standing_new(directory);

	if (standing == NULL)
		_exit(2);
	for (int i = 0; i < ROUNDS; i++) {
		struct standing_seen seen = {
			.answers = i % 2 == 0,
			.at_ms = begun_ms + (int64_t)i * LOOKERS + looker};

		atomic_fetch_add(&rounds->arrived, 1);
		while (atomic_load(&rounds->arrived) < (i + 1) * LOOKERS)
			sched_yield();
		rounds->since_ms[i][looker] =
			tell(standing, "a", seen).since_ms;
	}
	standing_free(standing);
	_exit(EXIT_SUCCESS);
}

/* The first one's word is everybody's. */
static void
test_shared(void **state)
{
	const int64_t begun_ms = clock_unix_ms() - ROUNDS * LOOKERS;
	struct rounds *rounds =
		mmap(NULL, sizeof(*rounds), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct standing *standing;
	int status;

	(void)state;
	assert_ptr_not_equal(rounds, MAP_FAILED);
	for (int i = 0; i < LOOKERS; i++)
		if (child_fork() == 0)
			look_often(rounds, i, begun_ms);
	for (int i = 0; i < LOOKERS; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	for (int i = 0; i < ROUNDS; i++)
		for (int j = 1; j < LOOKERS; j++)
			if (rounds->since_ms[i][j] != rounds->since_ms[i][0])
				fail_msg("round %d: looker %d says %lld ms", i,
					 j,
					 (long long)(rounds->since_ms[i][j] -
						     rounds->since_ms[i][0]));
	/* They have gone, and what they saw has not. */
	standing = standing_new(directory);
	assert_int_equal(
		tell(standing, "a",
		     (struct standing_seen){.answers = ROUNDS % 2 == 1})
			.since_ms,
		rounds->since_ms[ROUNDS - 1][0]);
	standing_free(standing);
	munmap(rounds, sizeof(*rounds));
}

/* ---- files that are not what they should be */

/* Overwrites a part of the segment, from so many bytes after its header. */
static void
spoil(long at, const void *bytes, size_t length)
{
	int file = open(state_dir_file(directory, "health.seg"), O_WRONLY);

	assert_true(file >= 0);
	assert_int_equal(pwrite(file, bytes, length, HEADER + at), length);
	close(file);
}

static void
test_words_that_cannot_be(void **state)
{
	const int64_t hour_ms = 3600000, before_ms = clock_unix_ms();
	const uint64_t words[] = {UINT64_MAX, 1,
				  (uint64_t)(before_ms + hour_ms) << 1};
	struct standing *standing = standing_new(directory);
	struct standing_view view;

	(void)state;
	tell(standing, "a", here);
	for (size_t i = 0; i < COUNT(words); i++) {
		spoil(8, &words[i], sizeof(words[i]));
		view = tell(standing, "a", here);
		assert_true(view.answers && view.since_ms >= before_ms &&
			    view.since_ms <= clock_unix_ms());
	}
	standing_free(standing);
}

/* Where there is no room in it, a process keeps what it sees to itself. */
static void
test_no_cell(void **state)
{
	unsigned char all[CELLS * 16];
	struct standing *standing = standing_new(directory);
	int64_t since_ms;

	(void)state;
	tell(standing, "a", here);
	memset(all, 0xff, sizeof(all));
	spoil(0, all, sizeof(all));
	since_ms = tell(standing, "a",
			(struct standing_seen){.at_ms = clock_unix_ms() - 50})
			   .since_ms;
	assert_int_equal(tell(standing, "a", gone).since_ms, since_ms);
	for (int i = 0; i < 2 * CELLS; i++) {
		char name[] = {(char)('A' + i), '\0'};

		assert_true(tell(standing, name, here).answers);
		assert_false(tell(standing, name, gone).answers);
	}
	standing_free(standing);
}

/* A file that was put in its place is set aside, and all go on with a new one. */
static void
test_replaced(void **state)
{
	struct standing *one = standing_new(directory);
	struct standing *other = standing_new(directory);
	char path[STATE_DIR_MAX + 16];
	int64_t since_ms;

	(void)state;
	tell(one, "a", here);
	strncpy(path, state_dir_file(directory, "health.seg"),
		sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(unlink(path), 0);
	state_dir_write(directory, "health.seg", "rubbish", 7);
	since_ms = tell(one, "a",
			(struct standing_seen){.at_ms = clock_unix_ms() - 50})
			   .since_ms;
	assert_int_equal(tell(other, "a", gone).since_ms, since_ms);
	assert_true(state_dir_mode(directory, "health.seg.bad") >= 0);
	standing_free(one);
	standing_free(other);
}

static int
unwritable_run(const char *path)
{
	struct standing *standing = standing_new(path);
	const struct standing_seen seen = {.at_ms = clock_unix_ms() - 50};
	const int64_t since_ms = tell(standing, "a", seen).since_ms;
	const bool good = since_ms == seen.at_ms &&
			  tell(standing, "a", gone).since_ms == since_ms &&
			  tell(standing, "a", here).answers;

	standing_free(standing);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void
test_unwritable(void **state)
{
	(void)state;
	assert_int_equal(state_dir_unwritable(directory, unwritable_run), 0);
	assert_int_equal(state_dir_count(directory), 0);
}

static enum lc_rc
standing_case(void)
{
	struct standing *standing = standing_new(directory);

	if (standing == NULL)
		return LC_NO_MEMORY;
	/* Without memory for the segment the words are its own. */
	assert_true(tell(standing, "a", here).answers);
	assert_false(tell(standing, "a", gone).answers);
	standing_free(standing);
	return LC_OK;
}

static void
test_no_memory(void **state)
{
	const struct alloc_case of = {"standing", standing_case, true};

	(void)state;
	alloc_fail_each(&of);
	standing_free(NULL);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_looks),
		IN_STATE(test_shared),
		IN_STATE(test_words_that_cannot_be),
		IN_STATE(test_no_cell),
		IN_STATE(test_replaced),
		IN_STATE(test_unwritable),
		IN_STATE(test_no_memory),
	};

	return cmocka_run_group_tests_name("standing", tests, NULL, NULL);
}
