/*
 * The directory of catalogues as it is written: generations, what a dropped
 * catalogue leaves, and the list of what there is.
 */
#include "sky/publish.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "base/buf.h"

static char state[] = "/tmp/lc-publish-XXXXXX";
static char folder[sizeof(state) + 16];
static char why[PATH_MAX + 256];
static struct catalogue_set *set;

/* All files of the directory, in their order. */
static const char *
files(void)
{
	static struct buf out;
	struct dirent **list;
	int count = scandir(folder, &list, NULL, alphasort);

	buf_reset(&out);
	for (int i = 0; i < count; i++) {
		if (list[i]->d_name[0] != '.')
			buf_printf(&out, "%s ", list[i]->d_name);
		free(list[i]);
	}
	if (count >= 0)
		free(list);
	buf_add_char(&out, '\0');
	assert_false(out.failed);
	return out.bytes;
}

static void
put(const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	assert_non_null(file);
	fprintf(file, "%s", text);
	assert_int_equal(fclose(file), 0);
}

static int
clear(void **unused)
{
	struct dirent **list;
	int count = scandir(folder, &list, NULL, alphasort);
	char path[PATH_MAX];

	(void)unused;
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, list[i]->d_name);
		unlink(path); /* not "." and ".." */
		free(list[i]);
	}
	if (count >= 0)
		free(list);
	rmdir(folder);
	return 0;
}

/* A generation of some bytes; its number. */
static int64_t
publish(const char *name)
{
	struct pointer pointer;
	struct publish one;

	if (publish_init(&one, state, name, why, sizeof(why)) != LC_OK)
		fail_msg("%s", why);
	assert_int_equal(write(one.file, "bytes", 5), 5);
	if (publish_finish(&one, &pointer, why, sizeof(why)) != LC_OK)
		fail_msg("%s", why);
	publish_release(&one);
	return pointer.generation;
}

static void
drop(const char *name, enum lc_rc rc)
{
	why[0] = '\0';
	assert_int_equal(publish_drop(state, name, why, sizeof(why)), rc);
	if (rc != LC_OK && why[0] == '\0')
		fail_msg("%s has no words", name);
}

static void
test_two_generations_are_kept(void **unused)
{
	(void)unused;
	for (int64_t i = 1; i <= 4; i++)
		assert_int_equal(publish("a"), i);
	assert_int_equal(publish("ab"), 1);
	assert_string_equal(files(), "a.3.sqlite a.4.sqlite a.current "
				     "ab.1.sqlite ab.current ");
}

static void
test_dropped_generations_are_not_used_again(void **unused)
{
	(void)unused;
	assert_int_equal(publish("a"), 1);
	assert_int_equal(publish("a"), 2);
	assert_int_equal(publish("b"), 1);
	drop("a", LC_OK);
	assert_string_equal(files(), "a.dropped b.1.sqlite b.current ");
	drop("a", LC_NOT_FOUND);
	assert_int_equal(publish("a"), 3);
	drop("a", LC_OK);
	assert_int_equal(publish("a"), 4);
	assert_string_equal(files(), "a.4.sqlite a.current b.1.sqlite "
				     "b.current ");
}

static void
test_what_is_not_right_is_dropped_too(void **unused)
{
	(void)unused;
	publish("a");
	put("a.current", "nonsense");
	put("a.tmp", "of a killed build");
	drop("a", LC_OK);
	assert_string_equal(files(), "");
	put("a.7.sqlite", "without a pointer");
	put("a.x.sqlite", "of somebody else");
	drop("a", LC_OK);
	assert_string_equal(files(), "a.x.sqlite ");
	drop("a", LC_NOT_FOUND);
}

static void
test_what_cannot_be_dropped(void **unused)
{
	static const char *const names[] = {"", "nothing", "../a", "A", "a.b"};
	struct publish other;
	char long_name[300];

	(void)unused;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		drop(names[i], LC_NOT_FOUND);
	memset(long_name, 'a', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	drop(long_name, LC_NOT_FOUND);
	assert_int_equal(access(folder, F_OK), -1);

	publish("a");
	assert_int_equal(publish_init(&other, state, "a", why, sizeof(why)),
			 LC_OK);
	drop("a", LC_QUEUE_FULL);
	publish_release(&other);
	assert_string_equal(files(), "a.1.sqlite a.current ");
}

/* ---- the list */

static void
note(void *context, const char *name)
{
	buf_printf(context, "%s ", name);
}

static enum lc_rc
list(struct buf *out)
{
	return catalogue_list(set, note, out, why, sizeof(why));
}

static void
demand_list(enum lc_rc rc, const char *names)
{
	struct buf out;

	buf_init(&out);
	assert_int_equal(list(&out), rc);
	buf_add_char(&out, '\0');
	assert_string_equal(out.bytes, names);
	buf_release(&out);
}

static void
test_the_list(void **unused)
{
	char name[80];

	(void)unused;
	demand_list(LC_OK, "");
	publish("m");
	publish("b");
	put("z.current", "nonsense");
	put("b.current.tmp", "");
	put(".current", "");
	put("A.current", "");
	put("a.b.current", "");
	put("d.dropped", "");
	put("current", "");
	demand_list(LC_OK, "b m z ");
	/* The longest name, and one that is longer. */
	for (int length = 64; length <= 65; length++) {
		snprintf(name, sizeof(name), "%0*d.current", length, 0);
		put(name, "");
	}
	snprintf(name, sizeof(name), "%064d b m z ", 0);
	demand_list(LC_OK, name);
}

static void
test_a_long_list(void **unused)
{
	struct buf names;
	char name[32];

	(void)unused;
	publish("m");
	buf_init(&names);
	for (int i = 299; i >= 0; i--) {
		snprintf(name, sizeof(name), "c%d.current", 1299 - i);
		put(name, "");
		buf_printf(&names, "c%d ", 1299 - i);
	}
	buf_printf(&names, "m ");
	buf_add_char(&names, '\0');
	demand_list(LC_OK, names.bytes);
	buf_release(&names);
}

static void
test_a_list_that_cannot_be_read(void **unused)
{
	FILE *file;

	(void)unused;
	clear(NULL);
	file = fopen(folder, "we");
	assert_non_null(file);
	fclose(file);
	demand_list(LC_UNAVAILABLE, "");
	assert_null(strstr(why, state));
	unlink(folder);
}

static enum lc_rc
run_list(void)
{
	static char bytes[64];
	struct buf out = {.bytes = bytes, .capacity = sizeof(bytes)};

	return list(&out);
}

static void
test_without_memory(void **unused)
{
	static const struct alloc_case of = {"the list", run_list, false};

	(void)unused;
	publish("a");
	alloc_fail_each(&of);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_two_generations_are_kept, clear),
		cmocka_unit_test_teardown(
			test_dropped_generations_are_not_used_again, clear),
		cmocka_unit_test_teardown(test_what_is_not_right_is_dropped_too,
					  clear),
		cmocka_unit_test_teardown(test_what_cannot_be_dropped, clear),
		cmocka_unit_test_teardown(test_the_list, clear),
		cmocka_unit_test_teardown(test_a_long_list, clear),
		cmocka_unit_test_teardown(test_a_list_that_cannot_be_read,
					  clear),
		cmocka_unit_test_teardown(test_without_memory, clear),
	};
	int failed;

	if (mkdtemp(state) == NULL)
		return EXIT_FAILURE;
	snprintf(folder, sizeof(folder), "%s/catalogues", state);
	set = catalogue_set_new(state, false);
	if (set == NULL)
		return EXIT_FAILURE;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	catalogue_set_free(set);
	clear(NULL);
	rmdir(state);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
