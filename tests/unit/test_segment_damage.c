/*
 * Segments that are not what was asked for: set aside, and made anew.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "segment_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
damage_magic(void)
{
	overwrite(0);
}

static void
damage_version(void)
{
	overwrite(8);
}

static void
damage_header_bytes(void)
{
	overwrite(12);
}

static void
damage_layout(void)
{
	overwrite(16);
}

static void
damage_bytes(void)
{
	overwrite(24);
}

static void
damage_rest(void)
{
	overwrite(127);
}

static void
cut(off_t bytes)
{
	assert_int_equal(truncate(path_of("a.seg"), bytes), 0);
}

static void
damage_empty(void)
{
	cut(0);
}

static void
damage_cut_header(void)
{
	cut(100);
}

static void
damage_cut(void)
{
	cut(BYTES + 127);
}

static void
damage_grown(void)
{
	cut(BYTES + 129);
}

static void
damage_garbage(void)
{
	char garbage[BYTES + 128];
	FILE *file = fopen(path_of("a.seg"), "w");

	memset(garbage, '!', sizeof(garbage));
	assert_non_null(file);
	assert_int_equal(fwrite(garbage, sizeof(garbage), 1, file), 1);
	fclose(file);
}

static void
damage_other_layout(void)
{
	struct segment *segment;
	char why[SEGMENT_WHY_MAX];

	assert_int_equal(segment_open(directory, "a.seg", "test 2", BYTES,
				      &segment, why, sizeof(why)),
			 LC_OK);
	segment_close(segment);
	assert_int_equal(unlink(path_of("a.seg.bad")), 0);
}

/* A link to a good one is no more trusted than any other. */
static void
damage_link(void)
{
	char good[STATE_DIR_MAX + 64];

	snprintf(good, sizeof(good), "%s", path_of("good"));
	assert_int_equal(rename(path_of("a.seg"), good), 0);
	assert_int_equal(symlink(good, path_of("a.seg")), 0);
}

static void
damage_directory(void)
{
	assert_int_equal(unlink(path_of("a.seg")), 0);
	assert_int_equal(mkdir(path_of("a.seg"), 0700), 0);
}

static void
damage_pipe(void)
{
	assert_int_equal(unlink(path_of("a.seg")), 0);
	assert_int_equal(mkfifo(path_of("a.seg"), 0600), 0);
}

struct damage_case {
	const char *what;
	void (*damage)(void);
};

static const struct damage_case damages[] = {
	{"magic", damage_magic},
	{"version", damage_version},
	{"header's size", damage_header_bytes},
	{"layout", damage_layout},
	{"size", damage_bytes},
	{"rest of the header", damage_rest},
	{"empty", damage_empty},
	{"cut in the header", damage_cut_header},
	{"cut", damage_cut},
	{"grown", damage_grown},
	{"garbage", damage_garbage},
	{"other layout", damage_other_layout},
	{"link", damage_link},
	{"directory", damage_directory},
	{"pipe", damage_pipe},
};

static void
test_damaged(void **state)
{
	struct segment *segment;
	struct stat bad, left;

	(void)state;
	for (size_t i = 0; i < COUNT(damages); i++) {
		segment = open_well();
		memset(segment_bytes(segment), 0xa5, BYTES);
		segment_close(segment);
		damages[i].damage();
		assert_int_equal(lstat(path_of("a.seg"), &left), 0);
		segment = open_well();
		if (*(unsigned char *)segment_bytes(segment) != 0 ||
		    lstat(path_of("a.seg.bad"), &bad) != 0 ||
		    bad.st_ino != left.st_ino)
			fail_msg("%s: not set aside", damages[i].what);
		segment_close(segment);
		remove(path_of("a.seg.bad"));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_damaged),
	};

	return cmocka_run_group_tests_name("segment, damaged", tests, NULL,
					   NULL);
}
