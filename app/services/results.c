#include "services/results.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "services/digest.h"
#include "services/jobs_steps.h"

enum { RESULTS_ID_MAX = 64, RESULTS_NEW_MAX = RESULTS_ID_MAX + 24 };
enum { RESULTS_BEGUN_S = 3600 };

static const char results_ending[] = ".new";

/* Those of jobs are; nothing else gets near a path. */
static bool
results_is_id(const char *id)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_";
	const size_t length = strlen(id);

	return length > 0 && length <= RESULTS_ID_MAX &&
	       strspn(id, letters) == length;
}

/* results/; -1 with errno. */
static int
results_directory(const char *state_dir)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/results", state_dir);

	if (length < 0 || length >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int
results_make_directory(const char *state_dir)
{
	int directory = results_directory(state_dir), state;

	if (directory >= 0 || errno != ENOENT)
		return directory;
	state = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state < 0)
		return -1;
	if (mkdirat(state, "results", 0700) == 0 || errno == EEXIST)
		directory =
			fsync(state) == 0 ? results_directory(state_dir) : -1;
	close(state);
	return directory;
}

static enum lc_rc
results_failed(char *why, size_t why_bytes)
{
	snprintf(why, why_bytes, "the result cannot be kept: %s",
		 strerror(errno));
	return LC_UNAVAILABLE;
}

/* ---- putting */

static bool
results_write(int file, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(file, bytes, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		bytes += written;
		length -= (size_t)written;
	}
	return fsync(file) == 0;
}

/* Another attempt at the same job may be writing, too. */
static bool
results_put_in(int directory, const char *id, const void *bytes, size_t length)
{
	char name[RESULTS_NEW_MAX];
	uint64_t chance;
	bool written;
	int file, error;

	digest_random(&chance, sizeof(chance));
	snprintf(name, sizeof(name), "%s.%016llx%s", id,
		 (unsigned long long)chance, results_ending);
	file = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		      0600);
	if (file < 0)
		return false;
	written = results_write(file, bytes, length);
	error = errno;
	if (close(file) != 0 && written) {
		written = false;
		error = errno;
	}
	if (written) {
		jobs_step(JOBS_STEP_RESULT);
		written = renameat(directory, name, directory, id) == 0;
		error = errno;
	}
	if (!written)
		unlinkat(directory, name, 0);
	errno = error;
	return written && fsync(directory) == 0;
}

enum lc_rc
results_put(const char *state_dir, const char *id, const void *bytes,
	    size_t length, char *why, size_t why_bytes)
{
	int directory = -1;
	enum lc_rc rc = LC_OK;

	errno = EINVAL;
	if (results_is_id(id))
		directory = results_make_directory(state_dir);
	if (directory < 0)
		return results_failed(why, why_bytes);
	if (results_put_in(directory, id, bytes, length))
		jobs_step(JOBS_STEP_PLACED);
	else
		rc = results_failed(why, why_bytes);
	close(directory);
	return rc;
}

/* ---- having */

enum lc_rc
results_open(const char *state_dir, const char *id, int *descriptor,
	     int64_t *bytes, char *why, size_t why_bytes)
{
	struct stat status;
	int directory;

	*descriptor = -1;
	*bytes = 0;
	if (!results_is_id(id))
		return LC_NOT_FOUND;
	directory = results_directory(state_dir);
	if (directory >= 0) {
		*descriptor = openat(directory, id,
				     O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		close(directory);
	}
	if (*descriptor >= 0 && fstat(*descriptor, &status) == 0 &&
	    S_ISREG(status.st_mode)) {
		*bytes = (int64_t)status.st_size;
		return LC_OK;
	}
	if (*descriptor < 0 && errno == ENOENT)
		return LC_NOT_FOUND;
	snprintf(why, why_bytes, "the result cannot be read: %s",
		 *descriptor < 0 ? strerror(errno) : "it is not a file");
	if (*descriptor >= 0)
		close(*descriptor);
	*descriptor = -1;
	return LC_UNAVAILABLE;
}

/* ---- removing */

void
results_remove(const char *state_dir, const char *id)
{
	int directory;

	if (!results_is_id(id))
		return;
	directory = results_directory(state_dir);
	if (directory < 0)
		return;
	unlinkat(directory, id, 0);
	close(directory);
}

/* Whether it was begun, and not just now. */
static bool
results_is_left(int directory, const char *name)
{
	const size_t length = strlen(name), ending = strlen(results_ending);
	struct stat status;

	return length > ending &&
	       strcmp(name + length - ending, results_ending) == 0 &&
	       fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	       time(NULL) - status.st_mtime >= RESULTS_BEGUN_S;
}

void
results_tidy(const char *state_dir, bool (*keep)(void *arg, const char *id),
	     void *arg)
{
	int directory = results_directory(state_dir);
	DIR *list = directory < 0 ? NULL : fdopendir(directory);
	struct dirent *entry;

	if (list == NULL) {
		if (directory >= 0)
			close(directory);
		return;
	}
	while ((entry = readdir(list)) != NULL)
		if (results_is_id(entry->d_name) ?
			    !keep(arg, entry->d_name) :
			    results_is_left(directory, entry->d_name))
			unlinkat(directory, entry->d_name, 0);
	closedir(list);
}
