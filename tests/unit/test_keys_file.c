/*
 * API keys when the file changes, is damaged or may not be written, when many
 * ask at once, when a process is killed, and when memory runs out.
 */
#include "services/keys.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "base/clock.h"
#include "keys_fixture.h"
#include "services/state.h"
#include "state_dir.h"
#include "threads.h"

enum { CHECKERS = 8, TURNS = 60 };

static void
test_no_secret_in_the_files(void **state)
{
	char text[KEYS_TEXT_BYTES], why[KEYS_WHY_MAX];
	struct store *store;

	(void)state;
	/* With one more who has it open, the log keeps what is written. */
	assert_int_equal(
		state_open(keys_fixture.directory, &store, why, sizeof(why)),
		LC_OK);
	keys_fixture_add("one", KEYS_BIT(KEYS_READ), text);
	assert_int_equal(keys_fixture_check(keys_fixture.keys, text), LC_OK);
	for (int open = 1; open >= 0; open--) {
		assert_true(
			state_dir_holds(keys_fixture.directory, text + 3, 8));
		/* Not even a part of it. */
		for (int at = 12; at + 12 < KEYS_TEXT_BYTES; at++)
			assert_false(state_dir_holds(keys_fixture.directory,
						     text + at, 12));
		if (open)
			store_close(store);
	}
	assert_int_equal(state_dir_mode(keys_fixture.directory, "state.sqlite"),
			 0600);
}

static void
test_file_comes_and_goes(void **state)
{
	char other_directory[STATE_DIR_MAX], from[STATE_DIR_MAX + 16];
	char one[KEYS_TEXT_BYTES], two[KEYS_TEXT_BYTES], why[KEYS_WHY_MAX];
	struct keys *other;
	char garbage[8192];

	(void)state;
	keys_fixture_add("one", KEYS_BIT(KEYS_READ), one);
	assert_int_equal(keys_fixture_check(keys_fixture.keys, one), LC_OK);

	state_dir_make(other_directory);
	other = keys_new(other_directory);
	assert_int_equal(keys_add(other, "two", KEYS_BIT(KEYS_READ), two, why,
				  sizeof(why)),
			 LC_OK);
	keys_free(other);
	snprintf(from, sizeof(from), "%s/state.sqlite", other_directory);
	assert_int_equal(rename(from, state_dir_file(keys_fixture.directory,
						     "state.sqlite")),
			 0);
	assert_int_equal(keys_fixture_check(keys_fixture.keys, one),
			 LC_NOT_FOUND);
	assert_int_equal(keys_fixture_check(keys_fixture.keys, two), LC_OK);

	memset(garbage, 'x', sizeof(garbage));
	state_dir_write(other_directory, "state.sqlite", garbage,
			sizeof(garbage));
	assert_int_equal(rename(from, state_dir_file(keys_fixture.directory,
						     "state.sqlite")),
			 0);
	assert_int_equal(keys_fixture_check(keys_fixture.keys, two),
			 LC_UNAVAILABLE);
	assert_int_equal(keys_fixture_check(keys_fixture.keys, two),
			 LC_UNAVAILABLE);
	assert_int_equal(keys_add(keys_fixture.keys, "three",
				  KEYS_BIT(KEYS_READ), two, why, sizeof(why)),
			 LC_UNAVAILABLE);
	assert_int_equal(keys_list(keys_fixture.keys, keys_fixture_gather, NULL,
				   why, sizeof(why)),
			 LC_UNAVAILABLE);

	assert_int_equal(
		unlink(state_dir_file(keys_fixture.directory, "state.sqlite")),
		0);
	assert_int_equal(keys_fixture_check(keys_fixture.keys, one),
			 LC_NOT_FOUND);
	keys_fixture_add("one", KEYS_BIT(KEYS_READ), one);
	assert_int_equal(keys_fixture_check(keys_fixture.keys, one), LC_OK);
	state_dir_remove(other_directory);
}

/* Overwritten where it lies, while it is open: the cache may still know. */
static void
test_overwritten(void **state)
{
	char one[KEYS_TEXT_BYTES], garbage[1 << 16];
	struct keys *later = keys_new(keys_fixture.directory);
	enum lc_rc rc;

	(void)state;
	keys_fixture_add("one", KEYS_BIT(KEYS_READ), one);
	assert_int_equal(keys_fixture_check(keys_fixture.keys, one), LC_OK);
	memset(garbage, 'x', sizeof(garbage));
	state_dir_write(keys_fixture.directory, "state.sqlite", garbage,
			sizeof(garbage));
	rc = keys_fixture_check(keys_fixture.keys, one);
	assert_true(rc == LC_OK || rc == LC_UNAVAILABLE);
	assert_int_equal(keys_fixture_check(later, one), LC_UNAVAILABLE);
	state_dir_write(keys_fixture.directory, "state.sqlite", garbage, 100);
	assert_int_not_equal(keys_fixture_check(keys_fixture.keys, one),
			     LC_NOT_FOUND);
	assert_int_equal(keys_fixture_check(later, one), LC_UNAVAILABLE);
	keys_free(later);
}

/* A page that is not the first one. */
static void
test_damaged_inside(void **state)
{
	char one[KEYS_TEXT_BYTES], why[KEYS_WHY_MAX], garbage[4096];
	struct store *store;
	FILE *file;

	(void)state;
	keys_fixture_add("one", KEYS_BIT(KEYS_READ), one);
	assert_int_equal(
		state_open(keys_fixture.directory, &store, why, sizeof(why)),
		LC_OK);
	store_close(store);
	memset(garbage, 'x', sizeof(garbage));
	file = fopen(state_dir_file(keys_fixture.directory, "state.sqlite"),
		     "r+");
	assert_non_null(file);
	assert_int_equal(fseek(file, 4096, SEEK_SET), 0);
	assert_int_equal(fwrite(garbage, 1, sizeof(garbage), file),
			 sizeof(garbage));
	fclose(file);
	assert_int_equal(keys_fixture_check(keys_fixture.keys, one),
			 LC_UNAVAILABLE);
}

static char unwritable_text[KEYS_TEXT_BYTES];

/* In a child who may not write. */
static int
check_unwritable(const char *path)
{
	char why[KEYS_WHY_MAX] = "", text[KEYS_TEXT_BYTES];
	struct keys *reader = keys_new(path);
	struct keys_key key;
	enum lc_rc rc = keys_check(reader, unwritable_text, KEYS_TEXT_BYTES - 1,
				   &key, why, sizeof(why));

	if (rc == LC_OK && keys_add(reader, "two", KEYS_BIT(KEYS_READ), text,
				    why, sizeof(why)) != LC_UNAVAILABLE)
		return LC_RC__MAX;
	if (rc == LC_OK &&
	    keys_check(reader, unwritable_text, KEYS_TEXT_BYTES - 1, &key, why,
		       sizeof(why)) != LC_OK)
		return LC_RC__MAX;
	keys_free(reader);
	return (int)rc;
}

static void
test_unwritable_directory(void **state)
{
	char why[KEYS_WHY_MAX];
	struct store *store;

	(void)state;
	/* Nothing there: no keys. */
	assert_int_equal(
		state_dir_unwritable(keys_fixture.directory, check_unwritable),
		LC_NOT_FOUND);
	keys_fixture_add("one", KEYS_BIT(KEYS_READ), unwritable_text);
	assert_int_equal(
		state_dir_unwritable(keys_fixture.directory, check_unwritable),
		LC_OK);
	/* With a log that has not been put into the file yet. */
	keys_fixture_tear_down(NULL);
	keys_fixture_set_up(NULL);
	assert_int_equal(
		state_open(keys_fixture.directory, &store, why, sizeof(why)),
		LC_OK);
	keys_fixture_add("one", KEYS_BIT(KEYS_READ), unwritable_text);
	assert_int_equal(
		state_dir_unwritable(keys_fixture.directory, check_unwritable),
		LC_OK);
	store_close(store);
	/* Where its companions are missing SQLite cannot, and that is said. */
	assert_int_equal(unlink(state_dir_file(keys_fixture.directory,
					       "state.sqlite-shm")),
			 0);
	assert_int_equal(unlink(state_dir_file(keys_fixture.directory,
					       "state.sqlite-wal")),
			 0);
	assert_int_equal(
		state_dir_unwritable(keys_fixture.directory, check_unwritable),
		LC_UNAVAILABLE);
}

/* ---- several at once, and their end */

static char standing[KEYS_TEXT_BYTES];
static atomic_bool done;
static atomic_int surprises;

static void *
checker(void *right)
{
	char why[KEYS_WHY_MAX], text[KEYS_TEXT_BYTES];
	struct keys_key key;

	/* The same key with another secret. */
	memcpy(text, right, sizeof(text));
	text[20] = text[20] == 'a' ? 'b' : 'a';
	while (!atomic_load(&done)) {
		if (keys_check(keys_fixture.keys, standing, KEYS_TEXT_BYTES - 1,
			       &key, why, sizeof(why)) != LC_OK ||
		    strcmp(key.name, "standing") != 0)
			atomic_fetch_add(&surprises, 1);
		if (keys_check(keys_fixture.keys, text, KEYS_TEXT_BYTES - 1,
			       &key, why, sizeof(why)) != LC_NOT_FOUND)
			atomic_fetch_add(&surprises, 1);
	}
	return NULL;
}

static void
test_many_threads(void **state)
{
	char text[KEYS_TEXT_BYTES], why[KEYS_WHY_MAX], id[KEYS_ID_BYTES];
	pthread_t threads[CHECKERS];

	(void)state;
	keys_fixture_add("standing", KEYS_BIT(KEYS_READ), standing);
	threads_run(threads, CHECKERS, checker, standing);
	for (int i = 0; i < TURNS; i++) {
		keys_fixture_add("passing", KEYS_BIT(KEYS_WRITE), text);
		assert_int_equal(keys_fixture_check(keys_fixture.keys, text),
				 LC_OK);
		assert_int_equal(keys_revoke(keys_fixture.keys, "passing", id,
					     why, sizeof(why)),
				 LC_OK);
		assert_int_equal(keys_fixture_check(keys_fixture.keys, text),
				 LC_NOT_FOUND);
	}
	atomic_store(&done, true);
	threads_join(threads, CHECKERS);
	assert_int_equal(atomic_load(&surprises), 0);
}

/* Adds keys until it is killed, and tells each one when it has it. */
static void
child_add(int told, int round)
{
	char text[KEYS_TEXT_BYTES], why[KEYS_WHY_MAX], name[32];

	for (int i = 0;; i++) {
		snprintf(name, sizeof(name), "%d %d", round, i);
		if (keys_add(keys_fixture.keys, name, KEYS_BIT(KEYS_READ), text,
			     why, sizeof(why)) != LC_OK ||
		    write(told, text, sizeof(text)) != sizeof(text))
			_exit(EXIT_FAILURE);
	}
}

static void
test_killed_while_adding(void **state)
{
	char text[KEYS_TEXT_BYTES], why[KEYS_WHY_MAX];
	struct store *store;

	(void)state;
	for (int round = 0; round < 20; round++) {
		const struct timespec moment = {.tv_nsec = (5 + round) *
							   CLOCK_NS_PER_MS};
		int ends[2];
		pid_t child;

		assert_int_equal(pipe(ends), 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			child_add(ends[1], round);
		close(ends[1]);
		assert_int_equal(read(ends[0], text, sizeof(text)),
				 sizeof(text));
		nanosleep(&moment, NULL);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, NULL, 0), child);
		/* All that was told is there. */
		do
			assert_int_equal(
				keys_fixture_check(keys_fixture.keys, text),
				LC_OK);
		while (read(ends[0], text, sizeof(text)) == sizeof(text));
		close(ends[0]);
		assert_int_equal(state_open(keys_fixture.directory, &store, why,
					    sizeof(why)),
				 LC_OK);
		assert_int_equal(store_check(store), LC_OK);
		store_close(store);
	}
}

/* ---- memory that runs out */

static enum lc_rc
life_case(void)
{
	char text[KEYS_TEXT_BYTES], why[KEYS_WHY_MAX], id[KEYS_ID_BYTES];
	struct keys *own = keys_new(keys_fixture.directory);
	struct keys_key key;
	char out[256] = "";
	enum lc_rc rc;

	if (own == NULL)
		return LC_NO_MEMORY;
	/* What an earlier turn may have left. */
	rc = keys_revoke(own, "life", id, why, sizeof(why));
	if (rc == LC_OK || rc == LC_NOT_FOUND)
		rc = keys_add(own, "life", KEYS_BIT(KEYS_READ), text, why,
			      sizeof(why));
	if (rc == LC_OK) {
		rc = keys_check(own, text, strlen(text), &key, why,
				sizeof(why));
		/* A failure is not for good. */
		if (rc != LC_OK && keys_check(own, text, strlen(text), &key,
					      why, sizeof(why)) != LC_OK)
			rc = LC_INTERNAL;
	}
	if (rc == LC_OK)
		rc = keys_list(own, keys_fixture_gather, out, why, sizeof(why));
	if (rc == LC_OK)
		rc = keys_revoke(own, "life", id, why, sizeof(why));
	keys_free(own);
	return rc;
}

static void
test_no_memory(void **state)
{
	static const struct alloc_case life = {"a key", life_case, false};

	(void)state;
	alloc_fail_each(&life);
	keys_free(NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_ITS_OWN(test_no_secret_in_the_files),
		IN_ITS_OWN(test_file_comes_and_goes),
		IN_ITS_OWN(test_overwritten),
		IN_ITS_OWN(test_damaged_inside),
		IN_ITS_OWN(test_unwritable_directory),
		IN_ITS_OWN(test_many_threads),
		IN_ITS_OWN(test_killed_while_adding),
		IN_ITS_OWN(test_no_memory),
	};

	return cmocka_run_group_tests_name("keys and their file", tests, NULL,
					   NULL);
}
