#include "sky/publish.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/number.h"

/* Makes a directory and what is missing above it. */
static bool
publish_make_directory(const char *path)
{
	char part[PATH_MAX];
	size_t length = strlen(path);

	for (size_t i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST &&
		    (i == length || errno != EROFS))
			return false;
	}
	return true;
}

/* Whether the open file is still the one at the path. */
static bool
publish_is_same(int file, const char *path)
{
	struct stat ours, there;

	return fstat(file, &ours) == 0 && stat(path, &there) == 0 &&
	       ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

static enum lc_rc
publish_open(struct publish *publish, char *why, size_t why_bytes)
{
	for (;;) {
		publish->file =
			open(publish->path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
		if (publish->file < 0)
			break;
		if (flock(publish->file, LOCK_EX | LOCK_NB) != 0) {
			if (errno != EWOULDBLOCK)
				break;
			snprintf(why, why_bytes,
				 "another import of %s is "
				 "running",
				 publish->name);
			return LC_QUEUE_FULL;
		}
		/* Its last owner may have given it another name meanwhile. */
		if (publish_is_same(publish->file, publish->path)) {
			if (ftruncate(publish->file, 0) == 0)
				return LC_OK;
			break;
		}
		close(publish->file);
	}
	snprintf(why, why_bytes, "%s cannot be written: %s", publish->path,
		 strerror(errno));
	return LC_UNAVAILABLE;
}

enum lc_rc
publish_init(struct publish *publish, const char *state_dir, const char *name,
	     char *why, size_t why_bytes)
{
	char directory[PATH_MAX];
	enum lc_rc rc;
	int length;

	publish->file = -1;
	snprintf(publish->name, sizeof(publish->name), "%s", name);
	length = snprintf(directory, sizeof(directory), "%s/catalogues",
			  state_dir);
	if (length >= (int)sizeof(directory) - POINTER_FILE_MAX) {
		snprintf(why, why_bytes,
			 "the state directory's path is too "
			 "long");
		return LC_INVALID;
	}
	snprintf(publish->path, sizeof(publish->path), "%.*s/%s.tmp", length,
		 directory, name);
	publish->directory = -1;
	if (publish_make_directory(directory))
		publish->directory =
			open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (publish->directory < 0) {
		snprintf(why, why_bytes, "%s cannot be made: %s", directory,
			 strerror(errno));
		return LC_UNAVAILABLE;
	}
	rc = publish_open(publish, why, why_bytes);
	if (rc == LC_OK)
		return LC_OK;
	if (publish->file >= 0)
		close(publish->file);
	close(publish->directory);
	return rc;
}

void
publish_release(struct publish *publish)
{
	if (publish_is_same(publish->file, publish->path))
		unlink(publish->path);
	close(publish->file);
	close(publish->directory);
}

/* The generation in NAME.GENERATION.sqlite; 0 for any other file. */
static int64_t
publish_generation(const struct publish *publish, const char *file)
{
	static const char ending[] = ".sqlite";
	const size_t name = strlen(publish->name);
	const size_t after = sizeof(ending) - 1;
	size_t length = strlen(file);
	int64_t generation;

	if (length <= name + 1 + after ||
	    memcmp(file, publish->name, name) != 0 || file[name] != '.' ||
	    strcmp(file + length - after, ending) != 0 ||
	    number_parse_int64(file + name + 1, length - name - 1 - after,
			       &generation) != NUMBER_OK)
		return 0;
	return generation > 0 ? generation : 0;
}

/*
 * The highest generation below `below` that has a file; with `remove`, all
 * of them below go.
 */
static int64_t
publish_walk(const struct publish *publish, int64_t below, bool remove)
{
	int copy = openat(publish->directory, ".",
			  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *file;
	int64_t highest = 0;

	if (directory == NULL) {
		if (copy >= 0)
			close(copy);
		return 0;
	}
	while ((file = readdir(directory)) != NULL) {
		int64_t generation = publish_generation(publish, file->d_name);

		if (generation == 0 || generation >= below)
			continue;
		if (generation > highest)
			highest = generation;
		if (remove)
			unlinkat(publish->directory, file->d_name, 0);
	}
	closedir(directory);
	return highest;
}

/* The generation that the pointer names now; 0 if there is none. */
static int64_t
publish_present(const struct publish *publish)
{
	char path[PATH_MAX], why[CATALOGUE_WHY_MAX];
	struct pointer pointer;

	snprintf(path, sizeof(path), "%.*s.current",
		 (int)(strlen(publish->path) - strlen(".tmp")), publish->path);
	if (pointer_read(path, &pointer, why, sizeof(why)) != LC_OK)
		return 0;
	return pointer.generation;
}

static enum lc_rc
publish_put(struct publish *publish, struct pointer *pointer, char *why,
	    size_t why_bytes)
{
	int64_t present = publish_present(publish);
	int64_t highest = publish_walk(publish, INT64_MAX, false);
	char path[PATH_MAX];
	enum lc_rc rc;

	pointer->generation = (present > highest ? present : highest) + 1;
	snprintf(pointer->file, sizeof(pointer->file), "%s.%lld.sqlite",
		 publish->name, (long long)pointer->generation);
	snprintf(path, sizeof(path), "%.*s%s",
		 (int)(strlen(publish->path) - strlen(publish->name) -
		       strlen(".tmp")),
		 publish->path, pointer->file);
	if (rename(publish->path, path) != 0) {
		snprintf(why, why_bytes, "%s cannot be put into its place: %s",
			 pointer->file, strerror(errno));
		return LC_UNAVAILABLE;
	}
	rc = pointer_write(publish->directory, publish->name, pointer, why,
			   why_bytes);
	if (rc != LC_OK) {
		unlink(path);
		return rc;
	}
	publish_walk(publish, publish_walk(publish, pointer->generation, false),
		     true);
	return LC_OK;
}

enum lc_rc
publish_finish(struct publish *publish, struct pointer *pointer, char *why,
	       size_t why_bytes)
{
	const struct timespec seen = {.tv_nsec = 2 * CLOCK_TICK_MAX_NS};
	struct stat status;
	enum lc_rc rc;

	if (fsync(publish->file) != 0 || fstat(publish->file, &status) != 0) {
		snprintf(why, why_bytes, "%s cannot be written: %s",
			 publish->path, strerror(errno));
		return LC_UNAVAILABLE;
	}
	pointer->bytes = (int64_t)status.st_size;
	/* From the new name to the new pointer, no other build publishes. */
	(void)flock(publish->directory, LOCK_EX);
	rc = publish_put(publish, pointer, why, why_bytes);
	(void)flock(publish->directory, LOCK_UN);
	/* When this returns, every process sees the new generation. */
	if (rc == LC_OK)
		nanosleep(&seen, NULL);
	return rc;
}
