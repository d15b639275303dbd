/*
 * Segments: shared by all who open them, made once, and never trusted when
 * they are not what was asked for.
 */
#include "services/segment.h"

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

#include "alloc_fail.h"
#include "child.h"
#include "state_dir.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	BYTES = 8192,
	HEADER = 128,
	VERSION_AT = 8,
	OPENERS = 8,
	NOBODY = 65534
};

static const char layout[] = "test 1";

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

static const char *
path_of(const char *name)
{
	static char path[STATE_DIR_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static bool
is_there(const char *name)
{
	struct stat status;

	return lstat(path_of(name), &status) == 0;
}

static struct segment *
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

static void
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

static int
descriptors(void)
{
	int count = 0;

	for (int i = 0; i < 256; i++)
		count += fcntl(i, F_GETFD) >= 0;
	return count;
}

static void
test_shared(void **state)
{
	int before = descriptors();
	struct segment *one = open_well(), *other;
	unsigned char *bytes = segment_bytes(one);
	unsigned char zeros[SEGMENT_SALT_BYTES] = {0};
	struct stat status;

	(void)state;
	assert_int_equal((uintptr_t)bytes % SEGMENT_ALIGNMENT, 0);
	for (size_t i = 0; i < BYTES; i++)
		assert_int_equal(bytes[i], 0);
	memset(bytes, 0xa5, BYTES);
	other = open_well();
	assert_ptr_not_equal(segment_bytes(other), bytes);
	assert_memory_equal(segment_bytes(other), bytes, BYTES);
	bytes[BYTES - 1] = 1;
	assert_memory_equal(segment_bytes(other), bytes, BYTES);
	assert_memory_equal(segment_salt(one), segment_salt(other),
			    SEGMENT_SALT_BYTES);
	assert_memory_not_equal(segment_salt(one), zeros, SEGMENT_SALT_BYTES);
	segment_close(one);
	assert_int_equal(((unsigned char *)segment_bytes(other))[BYTES - 1], 1);
	segment_close(other);
	segment_close(NULL);
	/* It outlives its users, for the owner alone, with all its blocks. */
	assert_int_equal(stat(path_of("a.seg"), &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	assert_true(status.st_blocks * 512 >= BYTES);
	assert_int_equal(descriptors(), before);
	assert_false(is_there("a.seg.tmp"));
	assert_false(is_there("a.seg.bad"));
}

/* Changes the byte at `at`. */
static void
damage_byte(off_t at)
{
	int file = open(path_of("a.seg"), O_WRONLY | O_CLOEXEC);

	assert_true(file >= 0);
	assert_int_equal(pwrite(file, "?", 1, at), 1);
	close(file);
}

static void
damage_size(off_t bytes)
{
	assert_int_equal(truncate(path_of("a.seg"), bytes), 0);
}

static void
damage_all(off_t bytes)
{
	damage_size(0);
	for (off_t at = 0; at < bytes; at++)
		damage_byte(at);
}

static void
damage_other_layout(off_t unused)
{
	struct segment *segment;
	char why[SEGMENT_WHY_MAX];

	(void)unused;
	assert_int_equal(segment_open(directory, "a.seg", "test 2", BYTES,
				      &segment, why, sizeof(why)),
			 LC_OK);
	segment_close(segment);
	assert_int_equal(unlink(path_of("a.seg.bad")), 0);
}

/* A link to a good one is no more trusted than any other. */
static void
damage_link(off_t unused)
{
	char good[STATE_DIR_MAX + 64];

	(void)unused;
	snprintf(good, sizeof(good), "%s", path_of("good"));
	assert_int_equal(rename(path_of("a.seg"), good), 0);
	assert_int_equal(symlink(good, path_of("a.seg")), 0);
}

static void
damage_directory(off_t unused)
{
	(void)unused;
	assert_int_equal(unlink(path_of("a.seg")), 0);
	assert_int_equal(mkdir(path_of("a.seg"), 0700), 0);
}

static void
damage_pipe(off_t unused)
{
	(void)unused;
	assert_int_equal(unlink(path_of("a.seg")), 0);
	assert_int_equal(mkfifo(path_of("a.seg"), 0600), 0);
}

struct damage_case {
	const char *what;
	void (*damage)(off_t argument);
	off_t argument;
};

static const struct damage_case damages[] = {
	{"magic", damage_byte, 0},
	{"version", damage_byte, VERSION_AT},
	{"header's size", damage_byte, 12},
	{"layout", damage_byte, 16},
	{"size", damage_byte, 24},
	{"rest of the header", damage_byte, HEADER - 1},
	{"empty", damage_size, 0},
	{"cut in the header", damage_size, HEADER - 28},
	{"cut", damage_size, HEADER + BYTES - 1},
	{"grown", damage_size, HEADER + BYTES + 1},
	{"garbage", damage_all, HEADER + BYTES},
	{"other layout", damage_other_layout, 0},
	{"link", damage_link, 0},
	{"directory", damage_directory, 0},
	{"pipe", damage_pipe, 0},
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
		damages[i].damage(damages[i].argument);
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

struct refusal_case {
	const char *name;
	size_t bytes;
};

static const struct refusal_case refusals[] = {
	{"", BYTES},
	{".", BYTES},
	{"..", BYTES},
	{"a/b", BYTES},
	{"../a", BYTES},
	{".a.seg", BYTES},
	{"a.seg", 0},
	{"a.seg", SIZE_MAX},
	{"a.seg", (size_t)1 << 31},
	{"0123456789012345678901234567890123456789"
	 "012345678901234567890123",
	 BYTES},
};

static void
test_refused(void **state)
{
	struct segment *segment;

	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++)
		open_badly(directory, refusals[i].name, refusals[i].bytes,
			   LC_INVALID, "not a segment's name or size");
	open_badly("/nonexistent", "a.seg", BYTES, LC_UNAVAILABLE,
		   "the state directory: No such file");
	segment = open_well();
	segment_close(segment);
	open_badly(path_of("a.seg"), "a.seg", BYTES, LC_UNAVAILABLE,
		   "the state directory: Not a directory");
}

/* Runs it in a process of its own, which must end well. */
static void
in_child(void (*run)(void))
{
	pid_t child = child_fork();
	int status;

	if (child == 0) {
		run();
		_exit(EXIT_SUCCESS);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void
read_only_run(void)
{
	struct segment *segment;

	if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
		_exit(2);
	open_badly(directory, "b.seg", BYTES, LC_UNAVAILABLE,
		   "b.seg: Permission denied");
	if (is_there("b.seg"))
		_exit(3);
	/* What is there already can be shared all the same. */
	segment = open_well();
	segment_close(segment);
}

static void
test_read_only(void **state)
{
	struct segment *segment = open_well();

	(void)state;
	segment_close(segment);
	assert_int_equal(chmod(directory, 0555), 0);
	assert_int_equal(chmod(path_of("a.seg"), 0666), 0);
	in_child(read_only_run);
	assert_int_equal(chmod(directory, 0700), 0);
}

static void
full_run(void)
{
	const struct rlimit most = {BYTES / 2, BYTES / 2};

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &most) != 0)
		_exit(2);
	open_badly(directory, "a.seg", BYTES, LC_UNAVAILABLE,
		   "a.seg: File too large");
	if (is_there("a.seg") || is_there("a.seg.tmp"))
		_exit(3);
}

static void
test_full(void **state)
{
	(void)state;
	in_child(full_run);
}

/* All who come at once get the same segment, whatever was there before. */
static void
race(int files)
{
	struct segment *segment;
	pid_t children[OPENERS];
	int gate[2], status;
	char c;

	assert_int_equal(pipe(gate), 0);
	for (int i = 0; i < OPENERS; i++) {
		children[i] = child_fork();
		if (children[i] > 0)
			continue;
		close(gate[1]);
		if (read(gate[0], &c, 1) != 0)
			_exit(2);
		segment = open_well();
		atomic_fetch_add((_Atomic uint64_t *)segment_bytes(segment), 1);
		_exit(EXIT_SUCCESS);
	}
	close(gate[0]);
	close(gate[1]);
	for (int i = 0; i < OPENERS; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	segment = open_well();
	assert_int_equal(*(uint64_t *)segment_bytes(segment), OPENERS);
	segment_close(segment);
	assert_int_equal(is_there("a.seg.bad"), files);
}

static void
test_race(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		race(0);
		damage_byte(VERSION_AT);
		race(1);
		assert_int_equal(unlink(path_of("a.seg")), 0);
		assert_int_equal(unlink(path_of("a.seg.bad")), 0);
	}
}

/* A maker that is killed at any moment leaves nothing in the way. */
static void
test_killed(void **state)
{
	pid_t child;

	(void)state;
	for (int i = 0; i < 60; i++) {
		const struct timespec life = {.tv_nsec = 100000 + i * 7001};

		child = child_fork();
		while (child == 0) {
			segment_close(open_well());
			unlink(path_of("a.seg"));
		}
		nanosleep(&life, NULL);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, NULL, 0), child);
		segment_close(open_well());
		assert_false(is_there("a.seg.tmp"));
		assert_false(is_there("a.seg.bad"));
	}
}

/* One that is stopped is not waited for without end, nor at all if needless. */
static void
test_stopped(void **state)
{
	int lock =
		open(path_of("a.seg.lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	(void)state;
	assert_true(lock >= 0);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	open_badly(directory, "a.seg", BYTES, LC_UNAVAILABLE,
		   "a.seg: Connection timed out");
	assert_int_equal(flock(lock, LOCK_UN), 0);
	segment_close(open_well());
	assert_int_equal(flock(lock, LOCK_EX), 0);
	segment_close(open_well());
	close(lock);
}

static enum lc_rc
segment_case(void)
{
	struct segment *segment;
	char why[SEGMENT_WHY_MAX];
	enum lc_rc rc = segment_open(directory, "a.seg", layout, BYTES,
				     &segment, why, sizeof(why));

	segment_close(segment);
	return rc;
}

static void
test_no_memory(void **state)
{
	const struct alloc_case of = {"segment", segment_case, false};

	(void)state;
	alloc_fail_each(&of);
}

#define IN_STATE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_STATE(test_shared),    IN_STATE(test_damaged),
		IN_STATE(test_refused),   IN_STATE(test_read_only),
		IN_STATE(test_full),      IN_STATE(test_race),
		IN_STATE(test_killed),    IN_STATE(test_stopped),
		IN_STATE(test_no_memory),
	};

	return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}
