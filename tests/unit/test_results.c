/* Results: whole or not there. */
#include "services/results.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "full_disk.h"
#include "state_dir.h"

enum { BIG = 300000 };

static const char id[] = "AbCdEfGhIjKlMnOpQrSt-_";
static char directory[STATE_DIR_MAX], results[STATE_DIR_MAX + 16];
static char why[RESULTS_WHY_MAX];

static int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	snprintf(results, sizeof(results), "%s/results", directory);
	why[0] = '\0';
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	state_dir_remove(directory);
	return 0;
}

static enum lc_rc
put(const char *name, const void *bytes, size_t length)
{
	return results_put(directory, name, bytes, length, why, sizeof(why));
}

/* How long it is; -1: it is not there. */
static int64_t
look(const char *name)
{
	int64_t bytes;
	int descriptor;
	enum lc_rc rc = results_open(directory, name, &descriptor, &bytes, why,
				     sizeof(why));

	if (rc == LC_NOT_FOUND) {
		assert_int_equal(descriptor, -1);
		assert_string_equal(why, "");
		return -1;
	}
	assert_int_equal(rc, LC_OK);
	close(descriptor);
	return bytes;
}

static void
test_put_and_open(void **state)
{
	static const size_t lengths[] = {0, 1, BIG, 7};
	char *bytes = malloc(BIG), *read_back = malloc(BIG);
	int64_t length;
	int descriptor;

	(void)state;
	for (size_t i = 0; i < BIG; i++)
		bytes[i] = (char)(i * 31 + i / 256);
	assert_int_equal(look(id), -1);
	assert_int_equal(state_dir_count(directory), 0);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		assert_int_equal(put(id, bytes, lengths[i]), LC_OK);
		assert_int_equal(results_open(directory, id, &descriptor,
					      &length, why, sizeof(why)),
				 LC_OK);
		assert_int_equal(length, lengths[i]);
		assert_int_equal(read(descriptor, read_back, BIG), length);
		assert_memory_equal(read_back, bytes, lengths[i]);
		close(descriptor);
	}
	assert_int_equal(state_dir_count(results), 1);
	assert_int_equal(state_dir_mode(results, id), 0600);
	assert_int_equal(state_dir_mode(directory, "results"), 0700);
	results_remove(directory, id);
	results_remove(directory, id);
	assert_int_equal(look(id), -1);
	free(bytes);
	free(read_back);
}

/* None of these gets near a file. */
static void
test_names(void **state)
{
	static const char *const names[] = {
		"",    ".",   "..",       "a/b",  "../x",      "a.new",
		"a b", "a\n", "\xc3\xa4", "a%2f", "/etc/hosts"};
	char longest[80];

	(void)state;
	assert_int_equal(put("x", "y", 1), LC_OK);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_int_equal(put(names[i], "y", 1), LC_UNAVAILABLE);
		assert_null(strstr(why, directory));
		why[0] = '\0';
		assert_int_equal(look(names[i]), -1);
		results_remove(directory, names[i]);
	}
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(put(longest, "y", 1), LC_UNAVAILABLE);
	assert_int_equal(state_dir_count(results), 1);
}

/* What was there before stays, and nothing is left lying about. */
static void
test_full_disk(void **state)
{
	char *bytes = calloc(1, BIG);

	(void)state;
	assert_int_equal(put(id, "before", 6), LC_OK);
	full_disk_from(BIG / 2);
	assert_int_equal(put(id, bytes, BIG), LC_UNAVAILABLE);
	full_disk_no_more();
	assert_string_equal(why, "the result cannot be kept: File too large");
	assert_int_equal(state_dir_count(results), 1);
	assert_int_equal(look(id), 6);
	assert_int_equal(put(id, bytes, BIG), LC_OK);
	free(bytes);
}

static int
put_unwritable(const char *path)
{
	(void)path;
	return put(id, "y", 1) == LC_UNAVAILABLE &&
			       strcmp(why, "the result cannot be kept: "
					   "Permission denied") == 0 ?
		       EXIT_SUCCESS :
		       EXIT_FAILURE;
}

static void
test_unwritable(void **state)
{
	(void)state;
	assert_int_equal(state_dir_unwritable(directory, put_unwritable),
			 EXIT_SUCCESS);
}

/* What is no file is said to be none. */
static void
test_in_its_place(void **state)
{
	int64_t bytes;
	int descriptor;

	(void)state;
	assert_int_equal(mkdir(results, 0700), 0);
	assert_int_equal(mkdir(state_dir_file(results, id), 0700), 0);
	assert_int_equal(results_open(directory, id, &descriptor, &bytes, why,
				      sizeof(why)),
			 LC_UNAVAILABLE);
	assert_int_equal(descriptor, -1);
	assert_null(strstr(why, directory));
}

/* ---- tidying */

static bool
keep_a(void *arg, const char *name)
{
	++*(int *)arg;
	return name[0] == 'a';
}

/* Files, how old they are, and whether they stay. */
static const struct {
	const char *name;
	time_t age_s;
	bool stays;
} left[] = {
	{"ab", 1000000, true},       {"b", 0, false},
	{"c.0123.new", 3500, true},  {"d.4567.new", 3700, false},
	{"a.89ab.new", 3700, false}, {".new", 3700, true},
	{"else.txt", 3700, true},
};

static void
test_tidy(void **state)
{
	int asked = 0;

	(void)state;
	results_tidy(directory, keep_a, &asked);
	assert_int_equal(asked, 0);
	assert_int_equal(put("x", "y", 1), LC_OK);
	for (size_t i = 0; i < sizeof(left) / sizeof(*left); i++) {
		struct timespec times[2] = {
			{.tv_sec = time(NULL) - left[i].age_s}};

		times[1] = times[0];
		state_dir_write(results, left[i].name, "", 0);
		assert_int_equal(
			utimensat(AT_FDCWD,
				  state_dir_file(results, left[i].name), times,
				  0),
			0);
	}
	results_tidy(directory, keep_a, &asked);
	assert_int_equal(asked, 3);
	assert_int_equal(look("x"), -1);
	for (size_t i = 0; i < sizeof(left) / sizeof(*left); i++)
		if ((state_dir_mode(results, left[i].name) >= 0) !=
		    left[i].stays)
			fail_msg("%s", left[i].name);
}

int
main(void)
{
#define IN_ITS_OWN(test) \
	cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		IN_ITS_OWN(test_put_and_open), IN_ITS_OWN(test_names),
		IN_ITS_OWN(test_full_disk),    IN_ITS_OWN(test_unwritable),
		IN_ITS_OWN(test_in_its_place), IN_ITS_OWN(test_tidy),
	};

	return cmocka_run_group_tests_name("results", tests, NULL, NULL);
}
