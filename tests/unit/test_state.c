/*
 * state.sqlite as a file: how it comes to be, what is refused, what others
 * see of it.  And the digest, which has nobody else.
 */
#include "services/state.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "services/digest.h"
#include "state_dir.h"
#include "threads.h"

enum { OPENERS = 8 };

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

static struct store *
open_state(void)
{
	char why[STATE_WHY_MAX] = "";
	struct store *store;

	if (state_open(directory, &store, why, sizeof(why)) != LC_OK)
		fail_msg("%s", why);
	return store;
}

static int64_t
number(struct store *store, const char *sql)
{
	struct store_query *query;
	int64_t value;
	bool row;

	assert_int_equal(store_prepare(store, sql, &query), LC_OK);
	assert_int_equal(store_step(query, &row), LC_OK);
	assert_true(row);
	value = store_int64(query, 0);
	store_finish(query);
	return value;
}

static void
test_made_as_it_should_be(void **state)
{
	static const struct {
		const char *sql;
		int64_t value;
	} settings[] = {
		{"PRAGMA user_version", 7},
		{"PRAGMA synchronous", 2},
		{"PRAGMA foreign_keys", 1},
		{"PRAGMA mmap_size", 0},
		{"SELECT journal_mode = 'wal' FROM pragma_journal_mode", 1},
		{"SELECT count(*) FROM keys", 0},
		{"SELECT count(*) FROM edits, edit_values, history", 0},
		{"SELECT count(*) FROM jobs, job_keys, periodic", 0},
		{"SELECT count(*) FROM job_counts", 3},
		{"SELECT count(*) FROM webhooks_gone", 0},
		{"SELECT count(*) FROM cache_epochs", 0},
		{"SELECT count(*) FROM events", 0},
		{"SELECT count(*) FROM stream WHERE length(epoch) = 16", 1},
	};
	mode_t mask = umask(0);
	struct store *store = open_state();

	(void)state;
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (number(store, settings[i].sql) != settings[i].value)
			fail_msg("%s is %lld", settings[i].sql,
				 (long long)number(store, settings[i].sql));
	assert_int_equal(state_dir_mode(directory, "state.sqlite"), 0600);
	assert_int_equal(state_dir_mode(directory, "state.sqlite-wal"), 0600);
	assert_int_equal(state_dir_mode(directory, "state.sqlite-shm"), 0600);
	store_close(store);
	umask(mask);
	/* They stay, for readers who may not make them. */
	assert_int_equal(state_dir_count(directory), 3);
	store_close(open_state());
}

/* The directory is made, but not what is above it. */
static void
test_directory_is_made(void **state)
{
	char one[STATE_DIR_MAX + 8], two[STATE_DIR_MAX + 16];
	char why[STATE_WHY_MAX];
	struct store *store;

	(void)state;
	snprintf(one, sizeof(one), "%s/one", directory);
	snprintf(two, sizeof(two), "%s/two", one);
	assert_int_equal(state_open(two, &store, why, sizeof(why)),
			 LC_UNAVAILABLE);
	assert_null(store);
	assert_string_equal(why, "state.sqlite cannot be made: "
				 "No such file or directory");
	assert_int_equal(state_open(one, &store, why, sizeof(why)), LC_OK);
	assert_int_equal(state_dir_mode(directory, "one"), 0700);
	store_close(store);
}

static void *
opener_thread(void *opened)
{
	char why[STATE_WHY_MAX];
	struct store *store;

	if (state_open(directory, &store, why, sizeof(why)) == LC_OK)
		atomic_fetch_add((atomic_int *)opened, 1);
	else
		print_error("%s\n", why);
	store_close(store);
	return NULL;
}

/* All of them make the same new file at once. */
static void
test_opened_by_many_at_once(void **state)
{
	pthread_t threads[OPENERS];

	(void)state;
	for (int round = 0; round < 10; round++) {
		atomic_int opened = 0;
		int ends[2], status;
		char go;

		assert_int_equal(pipe(ends), 0);
		for (int i = 0; i < OPENERS; i++)
			if (fork() == 0) {
				close(ends[1]);
				(void)!read(ends[0], &go, 1);
				opener_thread(&opened);
				_exit(opened == 1 ? EXIT_SUCCESS :
						    EXIT_FAILURE);
			}
		close(ends[0]);
		close(ends[1]);
		while (wait(&status) > 0)
			assert_int_equal(status, 0);
		tear_down(NULL);
		set_up(NULL);
		threads_run(threads, OPENERS, opener_thread, &opened);
		threads_join(threads, OPENERS);
		assert_int_equal(opened, OPENERS);
		tear_down(NULL);
		set_up(NULL);
	}
}

/* What may stand in the file's place, and what is said to writer and reader. */
static const struct {
	const char *what;
	const char *words;
	enum lc_rc reader;
} others[] = {
	{"nothing", NULL, LC_NOT_FOUND},
	{"empty", NULL, LC_NOT_FOUND},
	{"garbage", "state.sqlite cannot be", LC_UNAVAILABLE},
	{"short", "state.sqlite cannot be", LC_UNAVAILABLE},
	{"directory", "state.sqlite is not a file", LC_UNAVAILABLE},
	{"pipe", "state.sqlite is not a file", LC_UNAVAILABLE},
	{"newer", "schema has version 1000, and this one", LC_UNAVAILABLE},
	{"negative", "schema has version -1, and this one", LC_UNAVAILABLE},
	{"other", "is a database of another program", LC_UNAVAILABLE},
	{"other, named", "is a database of another program", LC_UNAVAILABLE},
};

static void
change(const char *sql)
{
	struct store *store = open_state();

	assert_int_equal(store_exec(store, sql), LC_OK);
	store_close(store);
}

static void
put(const char *what)
{
	char garbage[8192];

	memset(garbage, 'x', sizeof(garbage));
	if (strcmp(what, "empty") == 0)
		state_dir_write(directory, "state.sqlite", "", 0);
	else if (strcmp(what, "garbage") == 0)
		state_dir_write(directory, "state.sqlite", garbage,
				sizeof(garbage));
	else if (strcmp(what, "short") == 0)
		state_dir_write(directory, "state.sqlite", garbage, 7);
	else if (strcmp(what, "directory") == 0)
		mkdir(state_dir_file(directory, "state.sqlite"), 0700);
	else if (strcmp(what, "pipe") == 0)
		mkfifo(state_dir_file(directory, "state.sqlite"), 0600);
	else if (strcmp(what, "newer") == 0)
		change("PRAGMA user_version = 1000");
	else if (strcmp(what, "negative") == 0)
		change("PRAGMA user_version = -1");
	else if (strcmp(what, "other") == 0)
		change("PRAGMA application_id = 0");
	else if (strcmp(what, "other, named") == 0)
		change("PRAGMA application_id = 7; PRAGMA user_version = 0");
}

static void
test_other_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		char why[STATE_WHY_MAX] = "";
		struct store *store;
		enum lc_rc rc;
		int files;

		put(others[i].what);
		files = state_dir_count(directory);
		rc = state_open_read(directory, &store, why, sizeof(why));
		if (rc != others[i].reader || store != NULL)
			fail_msg("%s is %s to a reader: %s", others[i].what,
				 rc_label(rc), why);
		assert_string_equal(why, rc == LC_NOT_FOUND ? "" : why);
		if (strcmp(others[i].what, "nothing") == 0)
			assert_int_equal(state_dir_count(directory), files);
		rc = state_open(directory, &store, why, sizeof(why));
		store_close(store);
		if (others[i].words == NULL ?
			    rc != LC_OK :
			    rc != LC_UNAVAILABLE ||
				    strstr(why, others[i].words) == NULL ||
				    strstr(why, directory) != NULL)
			fail_msg("%s is %s to a writer: %s", others[i].what,
				 rc_label(rc), why);
		tear_down(NULL);
		set_up(NULL);
	}
}

static void
test_too_long_a_path(void **state)
{
	char why[STATE_WHY_MAX], path[5000];
	struct state_mark mark;
	struct store *store;

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(state_open(path, &store, why, sizeof(why)),
			 LC_UNAVAILABLE);
	assert_int_equal(state_open_read(path, &store, why, sizeof(why)),
			 LC_UNAVAILABLE);
	assert_int_equal(state_find(path, &mark, why, sizeof(why)),
			 LC_UNAVAILABLE);
	assert_string_equal(why, "state.sqlite has too long a path");
}

#define INSERT "INSERT INTO keys VALUES (1, 'a', 'b', '', x'', '', NULL)"

static void
test_transactions(void **state)
{
	char why[STATE_WHY_MAX] = "";
	struct store *writer = open_state();
	struct store *reader;

	(void)state;
	assert_int_equal(state_open_read(directory, &reader, why, sizeof(why)),
			 LC_OK);
	assert_int_equal(state_begin(writer, why, sizeof(why)), LC_OK);
	assert_int_equal(store_exec(writer, INSERT), LC_OK);
	assert_int_equal(number(reader, "SELECT count(*) FROM keys"), 0);
	assert_int_equal(state_end(writer, LC_INVALID, why, sizeof(why)),
			 LC_INVALID);
	assert_int_equal(number(writer, "SELECT count(*) FROM keys"), 0);

	assert_int_equal(state_begin(writer, why, sizeof(why)), LC_OK);
	assert_int_equal(store_exec(writer, INSERT), LC_OK);
	assert_int_equal(state_end(writer, LC_OK, why, sizeof(why)), LC_OK);
	assert_int_equal(number(reader, "SELECT count(*) FROM keys"), 1);
	assert_string_equal(why, "");

	/* Nothing is begun, so nothing can be committed. */
	assert_int_equal(state_end(writer, LC_OK, why, sizeof(why)),
			 LC_UNAVAILABLE);
	assert_non_null(strstr(why, "no transaction"));
	assert_int_equal(state_end(writer, LC_DEADLINE, why, sizeof(why)),
			 LC_DEADLINE);
	assert_int_equal(store_exec(reader, "DELETE FROM keys"),
			 LC_UNAVAILABLE);
	store_close(reader);
	store_close(writer);
}

/* While one writes the other one waits, but not for ever. */
static void
test_writers_wait(void **state)
{
	char why[STATE_WHY_MAX] = "";
	struct store *one = open_state(), *other = open_state();
	int64_t began_ns;

	(void)state;
	assert_int_equal(state_begin(one, why, sizeof(why)), LC_OK);
	began_ns = clock_mono_ns();
	assert_int_equal(state_begin(other, why, sizeof(why)), LC_UNAVAILABLE);
	assert_true(clock_mono_ns() - began_ns >= 2 * CLOCK_NS_PER_S);
	assert_string_equal(why,
			    "state.sqlite cannot be used: database is locked");
	assert_int_equal(state_end(one, LC_OK, why, sizeof(why)), LC_OK);
	assert_int_equal(state_begin(other, why, sizeof(why)), LC_OK);
	assert_int_equal(state_end(other, LC_OK, why, sizeof(why)), LC_OK);
	store_close(one);
	store_close(other);
}

static void
test_mark_tells_files_apart(void **state)
{
	char why[STATE_WHY_MAX], old[STATE_DIR_MAX + 8];
	struct state_mark one, two;

	(void)state;
	assert_int_equal(state_find(directory, &one, why, sizeof(why)),
			 LC_NOT_FOUND);
	store_close(open_state());
	assert_int_equal(state_find(directory, &one, why, sizeof(why)), LC_OK);
	store_close(open_state());
	assert_int_equal(state_find(directory, &two, why, sizeof(why)), LC_OK);
	assert_true(one.device == two.device && one.inode == two.inode);
	snprintf(old, sizeof(old), "%s/old", directory);
	assert_int_equal(rename(state_dir_file(directory, "state.sqlite"), old),
			 0);
	store_close(open_state());
	assert_int_equal(state_find(directory, &two, why, sizeof(why)), LC_OK);
	assert_true(one.inode != two.inode);
}

static void
test_digest(void **state)
{
	static const char text[] = "The quick brown fox";
	unsigned char random[2][16] = {{0}};
	uint64_t whole = digest_quick(text, sizeof(text));

	(void)state;
	/* Published test values of XXH3: a value must mean the same tomorrow. */
	assert_true(digest_quick("", 0) == UINT64_C(0x2d06800538d394c2));
	assert_true(digest_quick("abc", 3) == UINT64_C(0x78af5f94892f3950));
	assert_true(digest_quick(text, sizeof(text)) == whole);
	for (size_t length = 0; length < sizeof(text); length++)
		assert_true(digest_quick(text, length) != whole);
	digest_random(random[0], sizeof(random[0]));
	digest_random(random[1], sizeof(random[1]));
	assert_memory_not_equal(random[0], random[1], sizeof(random[0]));
}

int
main(void)
{
#define IN_ITS_OWN(test) \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		IN_ITS_OWN(test_made_as_it_should_be),
		IN_ITS_OWN(test_directory_is_made),
		IN_ITS_OWN(test_opened_by_many_at_once),
		IN_ITS_OWN(test_other_files),
		IN_ITS_OWN(test_too_long_a_path),
		IN_ITS_OWN(test_transactions),
		IN_ITS_OWN(test_writers_wait),
		IN_ITS_OWN(test_mark_tells_files_apart),
		cmocka_unit_test(test_digest),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
