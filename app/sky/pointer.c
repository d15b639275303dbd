#include "sky/pointer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/number.h"

enum { POINTER_TEXT_MAX = 512 };

static const char first_line[] = "lightcone-catalogue 1";

static int64_t
pointer_ns(struct timespec time)
{
	return (int64_t)time.tv_sec * CLOCK_NS_PER_S + time.tv_nsec;
}

static void
pointer_stamp_set(struct pointer_stamp *out, const struct stat *status)
{
	out->device = (uint64_t)status->st_dev;
	out->inode = (uint64_t)status->st_ino;
	out->bytes = (int64_t)status->st_size;
	out->modified_ns = pointer_ns(status->st_mtim);
	out->changed_ns = pointer_ns(status->st_ctim);
}

bool
pointer_stamp(const char *path, struct pointer_stamp *out)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return false;
	pointer_stamp_set(out, &status);
	return true;
}

bool
pointer_stamp_open(int file, struct pointer_stamp *out)
{
	struct stat status;

	if (fstat(file, &status) != 0)
		return false;
	pointer_stamp_set(out, &status);
	return true;
}

bool
pointer_stamp_equal(const struct pointer_stamp *a,
		    const struct pointer_stamp *b)
{
	return a->device == b->device && a->inode == b->inode &&
	       a->bytes == b->bytes && a->modified_ns == b->modified_ns &&
	       a->changed_ns == b->changed_ns;
}

/* The rest of the line that begins with `word`; NULL if it does not. */
static const char *
pointer_line(const char **text, const char *word, size_t *length)
{
	const size_t skip = strlen(word);
	const char *end = strchr(*text, '\n');
	const char *value = *text + skip;

	if (end == NULL || end < value || memcmp(*text, word, skip) != 0)
		return NULL;
	*length = (size_t)(end - value);
	*text = end + 1;
	return value;
}

static bool
pointer_number(const char **text, const char *word, int64_t *out)
{
	size_t length;
	const char *value = pointer_line(text, word, &length);

	return value != NULL &&
	       number_parse_int64(value, length, out) == NUMBER_OK && *out > 0;
}

static bool
pointer_parse(const char *text, struct pointer *out)
{
	size_t length;
	const char *value = pointer_line(&text, first_line, &length);

	if (value == NULL || length != 0)
		return false;
	if (!pointer_number(&text, "generation ", &out->generation))
		return false;
	value = pointer_line(&text, "file ", &length);
	if (value == NULL || length == 0 || length >= sizeof(out->file) ||
	    memchr(value, '/', length) != NULL)
		return false;
	memcpy(out->file, value, length);
	out->file[length] = '\0';
	return pointer_number(&text, "bytes ", &out->bytes) && *text == '\0';
}

/* Reads a whole small file; -1 with errno, else its length. */
static ssize_t
pointer_read_text(const char *path, char text[POINTER_TEXT_MAX])
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (file < 0)
		return -1;
	length = read(file, text, POINTER_TEXT_MAX - 1);
	if (length >= 0)
		text[length] = '\0';
	close(file);
	return length;
}

enum lc_rc
pointer_read(const char *path, struct pointer *out, char *why, size_t why_bytes)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	char text[POINTER_TEXT_MAX];
	ssize_t length = pointer_read_text(path, text);

	if (length < 0 && errno == ENOENT)
		snprintf(why, why_bytes,
			 "%s does not exist; run "
			 "'lightcone import'",
			 name);
	else if (length < 0)
		snprintf(why, why_bytes, "%s: %s", name, strerror(errno));
	else if (strlen(text) != (size_t)length || !pointer_parse(text, out))
		snprintf(why, why_bytes,
			 "%s is damaged; run 'lightcone "
			 "import' again",
			 name);
	else
		return LC_OK;
	return LC_UNAVAILABLE;
}

/*
 * The kernel's own times are as coarse as its tick, and a file's number is
 * soon used again: two pointers in one tick could have the same stamp.
 */
static bool
pointer_set_time(int file)
{
	struct timespec times[2];

	clock_gettime(CLOCK_REALTIME, &times[0]);
	times[1] = times[0];
	return futimens(file, times) == 0;
}

static bool
pointer_write_text(int file, const struct pointer *pointer)
{
	char text[POINTER_TEXT_MAX];
	int length = snprintf(text, sizeof(text),
			      "%s\ngeneration %lld\nfile %s\nbytes %lld\n",
			      first_line, (long long)pointer->generation,
			      pointer->file, (long long)pointer->bytes);

	return write(file, text, (size_t)length) == length &&
	       pointer_set_time(file) && fsync(file) == 0;
}

enum lc_rc
pointer_write(int directory, const char *name, const struct pointer *pointer,
	      char *why, size_t why_bytes)
{
	char fresh[POINTER_FILE_MAX], path[POINTER_FILE_MAX];
	bool ok;
	int file;

	snprintf(path, sizeof(path), "%s.current", name);
	snprintf(fresh, sizeof(fresh), "%s.current.tmp", name);
	file = openat(directory, fresh,
		      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (file < 0)
		goto failed;
	ok = pointer_write_text(file, pointer);
	ok = close(file) == 0 && ok;
	/* The file that it names must not be lost when the pointer is not. */
	ok = ok && fsync(directory) == 0;
	if (ok && renameat(directory, fresh, directory, path) == 0) {
		/* It stands already; a failure here only shortens its life. */
		(void)fsync(directory);
		return LC_OK;
	}
	unlinkat(directory, fresh, 0);
failed:
	snprintf(why, why_bytes, "%s cannot be written: %s", path,
		 strerror(errno));
	return LC_UNAVAILABLE;
}
