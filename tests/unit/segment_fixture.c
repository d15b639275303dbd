#include "segment_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

const char layout[] = "test 1";

char directory[STATE_DIR_MAX];

int
set_up(void **state)
{
	(void)state;
	state_dir_make(directory);
	return 0;
}

int
tear_down(void **state)
{
	(void)state;
	state_dir_remove(directory);
	return 0;
}

const char *
path_of(const char *name)
{
	static char path[STATE_DIR_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

bool
is_there(const char *name)
{
	struct stat status;

	return lstat(path_of(name), &status) == 0;
}

struct segment *
open_well(void)
{
	struct segment *segment;
	char why[SEGMENT_WHY_MAX] = "";
	enum lc_rc rc = segment_open(directory, "a.seg", layout, BYTES,
				     &segment, why, sizeof(why));

	if (rc != LC_OK)
		fail_msg("%s: %s", rc_label(rc), why);
	return segment;
}

void
open_badly(const char *where, const char *name, size_t bytes, enum lc_rc rc,
	   const char *words)
{
	struct segment *segment = (void *)directory;
	char why[SEGMENT_WHY_MAX] = "";

	assert_int_equal(segment_open(where, name, layout, bytes, &segment, why,
				      sizeof(why)),
			 rc);
	assert_null(segment);
	if (strstr(why, words) == NULL || strstr(why, directory) != NULL)
		fail_msg("\"%s\" does not say \"%s\"", why, words);
}

void
overwrite(off_t at)
{
	int file = open(path_of("a.seg"), O_WRONLY | O_CLOEXEC);

	assert_true(file >= 0);
	assert_int_equal(pwrite(file, "?", 1, at), 1);
	close(file);
}
