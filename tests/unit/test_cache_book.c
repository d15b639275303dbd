/*
 * The cache's book: counts that lose nothing among processes, and times that
 * follow what happens but not what happens once.
 */
#include "services/cache_book.h"

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
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "child.h"
#include "services/segment.h"
#include "state_dir.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { WRITERS = 4, COUNTED = 50000, CELLS = 4096, PROBES = 8 };

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

static struct cache_book *
book_open(const char *words)
{
	char why[SEGMENT_WHY_MAX] = "?";
	struct cache_book *book = cache_book_new(directory, why, sizeof(why));

	assert_non_null(book);
	if (words[0] == '\0' ? why[0] != '\0' : strstr(why, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", why, words);
	return book;
}

/* All count everything, and tell what they took, at the same time. */
static void
write_much(int gate)
{
	struct cache_book *book = book_open("");
	char c;

	if (read(gate, &c, 1) != 0)
		_exit(2);
	for (int i = 0; i < COUNTED; i++) {
		cache_book_count(book, (enum cache_count)(i % 3));
		cache_book_took(book, (uint64_t)(1 + i % 100), 1000);
	}
	cache_book_free(book);
	_exit(EXIT_SUCCESS);
}

static void
test_shared(void **state)
{
	struct cache_book *book = book_open("");
	pid_t children[WRITERS];
	int gate[2], status;
	int64_t total = 0;

	(void)state;
	assert_int_equal(pipe(gate), 0);
	for (int i = 0; i < WRITERS; i++) {
		children[i] = child_fork();
		if (children[i] > 0)
			continue;
		close(gate[1]);
		write_much(gate[0]);
	}
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < WRITERS; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	for (int i = 0; i < 3; i++)
		total += cache_book_total(book, (enum cache_count)i);
	assert_int_equal(total, WRITERS * COUNTED);
	assert_int_equal(cache_book_total(book, CACHE_HIT),
			 WRITERS * ((COUNTED + 2) / 3));
	assert_int_equal(cache_book_total(book, CACHE_LOST), 0);
	/* All claimed the same cells, and the same was told to all of them. */
	for (uint64_t what = 1; what <= 100; what++)
		assert_int_equal(cache_book_time(book, what), 1000);
	assert_int_equal(cache_book_time(book, 101), 0);
	cache_book_free(book);
}

struct times_case {
	const char *what;
	int64_t took[6]; /* ends in 0 */
	int64_t average;
};

static const struct times_case times_cases[] = {
	{"the first", {800}, 800},
	{"one longer", {800, 1600}, 900},
	{"one shorter", {800, 400}, 750},
	{"four times", {800, 3200}, 1100},
	{"more than four times", {800, 3201}, 1100},
	{"very long", {800, INT64_MAX}, 1100},
	{"the first very long", {INT64_MAX}, INT64_MAX / 4},
	{"always very long", {INT64_MAX, INT64_MAX, INT64_MAX}, INT64_MAX / 4},
	{"none at all counts as the least", {-5, -5}, 1},
	{"the least grows", {1, 1000, 1000}, 3},
	{"a little longer", {800, 801}, 801},
	{"a little shorter", {800, 799}, 799},
	{"the same", {800, 800, 800, 800}, 800},
};

static void
test_times(void **state)
{
	struct cache_book *book = book_open("");

	(void)state;
	for (size_t i = 0; i < COUNT(times_cases); i++) {
		const struct times_case *c = &times_cases[i];
		const uint64_t what = (i + 1) * 100;

		for (int j = 0; c->took[j] != 0; j++)
			cache_book_took(book, what, c->took[j]);
		if (cache_book_time(book, what) != c->average)
			fail_msg("%s: %lld", c->what,
				 (long long)cache_book_time(book, what));
	}
	cache_book_free(book);
}

/* Those that are looked for at one place: so many find another near it. */
static void
test_one_place(void **state)
{
	struct cache_book *book = book_open("");

	(void)state;
	for (uint64_t i = 1; i <= PROBES + 1; i++)
		cache_book_took(book, i * CELLS, (int64_t)i);
	for (uint64_t i = 1; i <= PROBES; i++)
		assert_int_equal(cache_book_time(book, i * CELLS), i);
	assert_int_equal(cache_book_time(book, (PROBES + 1) * CELLS), 0);
	cache_book_free(book);
}

static void
test_full(void **state)
{
	struct cache_book *book = book_open("");

	(void)state;
	for (uint64_t what = 1; what <= CELLS; what++)
		cache_book_took(book, what, (int64_t)what);
	for (uint64_t what = CELLS + 1; what < 2 * CELLS; what++)
		cache_book_took(book, what, 1);
	cache_book_took(book, UINT64_MAX, 1);
	for (uint64_t what = 1; what <= CELLS; what++)
		assert_int_equal(cache_book_time(book, what), what);
	for (uint64_t what = CELLS + 1; what < 2 * CELLS; what++)
		assert_int_equal(cache_book_time(book, what), 0);
	assert_int_equal(cache_book_time(book, UINT64_MAX), 0);
	/* What is known is still brought up to date. */
	cache_book_took(book, 800, 1600);
	assert_int_equal(cache_book_time(book, 800), 900);
	cache_book_free(book);
}

static int
unwritable_run(const char *path)
{
	struct cache_book *book = book_open("cache-book.seg: Permission");
	bool good;

	(void)path;
	cache_book_count(book, CACHE_MISS);
	cache_book_took(book, 7, 70);
	good = cache_book_total(book, CACHE_MISS) == 1 &&
	       cache_book_time(book, 7) == 70;
	cache_book_free(book);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void
test_unwritable(void **state)
{
	(void)state;
	assert_int_equal(state_dir_unwritable(directory, unwritable_run), 0);
	assert_int_equal(state_dir_count(directory), 0);
}

/* Overwrites all that the segment's header does not cover. */
static void
spoil(void)
{
	const char *path = state_dir_file(directory, "cache-book.seg");
	struct stat status;
	FILE *file = fopen(path, "r+");

	assert_non_null(file);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(fseek(file, SEGMENT_ALIGNMENT, SEEK_SET), 0);
	for (off_t at = SEGMENT_ALIGNMENT; at < status.st_size; at++)
		assert_int_equal(fputc(0xff, file), 0xff);
	assert_int_equal(fclose(file), 0);
}

/* What we cannot have written is nothing that is known. */
static void
test_spoilt(void **state)
{
	struct cache_book *book = book_open("");

	(void)state;
	cache_book_took(book, 1, 100);
	spoil();
	assert_int_equal(cache_book_time(book, 1), 0);
	assert_int_equal(cache_book_time(book, UINT64_MAX), 0);
	cache_book_took(book, UINT64_MAX, 100);
	assert_int_equal(cache_book_time(book, UINT64_MAX), 100);
	cache_book_free(book);
}

static void
test_words(void **state)
{
	(void)state;
	for (enum cache_count i = 0; i < CACHE_COUNT__MAX; i++)
		for (enum cache_count j = 0; j < i; j++)
			assert_string_not_equal(cache_count_word(i),
						cache_count_word(j));
	cache_book_free(NULL);
}

static enum lc_rc
book_case(void)
{
	char why[SEGMENT_WHY_MAX];
	struct cache_book *book = cache_book_new(directory, why, sizeof(why));

	cache_book_free(book);
	return book != NULL ? LC_OK : LC_NO_MEMORY;
}

/* Where only the segment cannot be had for want of memory, its own will do. */
static void
test_no_memory(void **state)
{
	const struct alloc_case of = {"book", book_case, true};

	(void)state;
	alloc_fail_each(&of);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_shared),        IN_STATE(test_times),
		IN_STATE(test_one_place),     IN_STATE(test_full),
		IN_STATE(test_unwritable),    IN_STATE(test_spoilt),
		cmocka_unit_test(test_words), IN_STATE(test_no_memory),
	};

	return cmocka_run_group_tests_name("cache book", tests, NULL, NULL);
}
