#include "state_dir.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { STATE_DIR_NOBODY = 65534, STATE_DIR_FILE_MAX = 1 << 20 };

void
state_dir_make(char path[STATE_DIR_MAX])
{
	const char *base = getenv("TMPDIR");

	snprintf(path, STATE_DIR_MAX, "%s/state-XXXXXX",
		 base == NULL ? "/tmp" : base);
	assert_non_null(mkdtemp(path));
}

static int
remove_one(const char *path, const struct stat *status, int type,
	   struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(path);
}

void
state_dir_remove(const char *path)
{
	assert_int_equal(chmod(path, 0700), 0);
	assert_int_equal(nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Calls `each` for every file, until one call says true. */
static bool
any_file(const char *path, bool (*each)(const char *file, void *arg), void *arg)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	bool found = false;

	assert_non_null(directory);
	while (!found && (entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.')
			found = each(state_dir_file(path, entry->d_name), arg);
	closedir(directory);
	return found;
}

static bool
count_one(const char *file, void *arg)
{
	int *count = arg;

	(void)file;
	++*count;
	return false;
}

int
state_dir_count(const char *path)
{
	int count = 0;

	any_file(path, count_one, &count);
	return count;
}

const char *
state_dir_file(const char *path, const char *file)
{
	static char full[STATE_DIR_MAX + 256];

	snprintf(full, sizeof(full), "%s/%s", path, file);
	return full;
}

void
state_dir_write(const char *path, const char *file, const void *bytes,
		size_t length)
{
	int out = open(state_dir_file(path, file),
		       O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(out >= 0);
	assert_int_equal(write(out, bytes, length), (ssize_t)length);
	close(out);
}

struct wanted {
	const char *bytes;
	size_t length;
};

static bool
file_holds(const char *file, void *arg)
{
	const struct wanted *wanted = arg;
	char *bytes = malloc(STATE_DIR_FILE_MAX);
	int in = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t length;
	bool found;

	assert_true(bytes != NULL && in >= 0);
	length = read(in, bytes, STATE_DIR_FILE_MAX);
	assert_in_range(length, 0, STATE_DIR_FILE_MAX - 1);
	found = memmem(bytes, (size_t)length, wanted->bytes, wanted->length) !=
		NULL;
	close(in);
	free(bytes);
	return found;
}

bool
state_dir_holds(const char *path, const char *bytes, size_t length)
{
	struct wanted wanted = {bytes, length};

	return any_file(path, file_holds, &wanted);
}

int
state_dir_mode(const char *path, const char *file)
{
	struct stat status;

	if (stat(state_dir_file(path, file), &status) != 0)
		return -1;
	return (int)(status.st_mode & 0777);
}

static bool
seal_one(const char *file, void *arg)
{
	(void)arg;
	assert_int_equal(chmod(file, 0444), 0);
	return false;
}

int
state_dir_unwritable(const char *path, int (*run)(const char *path))
{
	int status;
	pid_t child;

	any_file(path, seal_one, NULL);
	assert_int_equal(chmod(path, 0555), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (geteuid() == 0 && (setgid(STATE_DIR_NOBODY) != 0 ||
				       setuid(STATE_DIR_NOBODY) != 0))
			_exit(EXIT_FAILURE);
		_exit(run(path));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(chmod(path, 0700), 0);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}
