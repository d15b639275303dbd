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

/* The generation that a pointer names; 0 if there is none. */
static int64_t
publish_named(const struct publish *publish, const char *ending)
{
	char path[PATH_MAX], why[CATALOGUE_WHY_MAX];
	struct pointer pointer;

	snprintf(path, sizeof(path), "%.*s%s",
		 (int)(strlen(publish->path) - strlen(".tmp")), publish->path,
		 ending);
	if (pointer_read(path, &pointer, why, sizeof(why)) != LC_OK)
		return 0;
	return pointer.generation;
}

/* The highest generation that this name ever had, as far as is known. */
static int64_t
publish_highest(const struct publish *publish)
{
	const int64_t all[] = {publish_named(publish, ".current"),
			       publish_named(publish, ".dropped"),
			       publish_walk(publish, INT64_MAX, false)};
	int64_t highest = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		highest = all[i] > highest ? all[i] : highest;
	return highest;
}

static enum lc_rc
publish_put(struct publish *publish, struct pointer *pointer, char *why,
	    size_t why_bytes)
{
	char path[PATH_MAX];
	enum lc_rc rc;

	pointer->generation = publish_highest(publish) + 1;
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
	snprintf(path, sizeof(path), "%s.dropped", publish->name);
	unlinkat(publish->directory, path, 0);
	return LC_OK;
}

/* After this every process sees what has changed. */
static void
publish_settle(void)
{
	const struct timespec tick = {.tv_nsec = 2 * CLOCK_TICK_MAX_NS};

	nanosleep(&tick, NULL);
}

enum lc_rc
publish_finish(struct publish *publish, struct pointer *pointer, char *why,
	       size_t why_bytes)
{
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
	if (rc == LC_OK)
		publish_settle();
	return rc;
}

/* ---- taking away */

/* The pointer becomes the note of what there was; a damaged one goes. */
static enum lc_rc
publish_drop_pointer(const struct publish *publish, char *why, size_t why_bytes)
{
	char current[POINTER_FILE_MAX], dropped[POINTER_FILE_MAX];
	const bool good = publish_named(publish, ".current") > 0;
	int failed;

	snprintf(current, sizeof(current), "%s.current", publish->name);
	snprintf(dropped, sizeof(dropped), "%s.dropped", publish->name);
	failed = good ? renameat(publish->directory, current,
				 publish->directory, dropped) :
			unlinkat(publish->directory, current, 0);
	if (failed == 0 || errno == ENOENT) {
		(void)fsync(publish->directory);
		return LC_OK;
	}
	snprintf(why, why_bytes, "%s cannot be removed: %s", current,
		 strerror(errno));
	return LC_UNAVAILABLE;
}

/* Whether there is anything to take away. */
static bool
publish_is_there(const char *state_dir, const char *name)
{
	struct publish look = {.file = -1};
	char path[PATH_MAX];
	struct stat status;
	bool there = false;
	int length = snprintf(path, sizeof(path), "%s/catalogues/%s.current",
			      state_dir, name);

	if (length >= (int)sizeof(path))
		return false;
	if (lstat(path, &status) == 0)
		return true;
	snprintf(look.name, sizeof(look.name), "%s", name);
	*strrchr(path, '/') = '\0';
	look.directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (look.directory < 0)
		return false;
	there = publish_walk(&look, INT64_MAX, false) > 0;
	close(look.directory);
	return there;
}

enum lc_rc
publish_drop(const char *state_dir, const char *name, char *why,
	     size_t why_bytes)
{
	struct publish publish;
	enum lc_rc rc = LC_NOT_FOUND;

	if (!catalogue_name_ok(name) || !publish_is_there(state_dir, name)) {
		snprintf(why, why_bytes, "there is no catalogue \"%s\"", name);
		return LC_NOT_FOUND;
	}
	rc = publish_init(&publish, state_dir, name, why, why_bytes);
	if (rc != LC_OK)
		return rc;
	rc = publish_drop_pointer(&publish, why, why_bytes);
	if (rc == LC_OK) {
		publish_walk(&publish, INT64_MAX, true);
		publish_settle();
	}
	publish_release(&publish);
	return rc;
}
