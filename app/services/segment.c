#include "services/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { SEGMENT_VERSION = 1, SEGMENT_LOCK_TRIES = 1000 };

static const char segment_magic[8] = {'L', 'C', 'S', 'E', 'G', '\r', '\n', 26};

struct segment_header {
	char magic[8];
	uint32_t version;
	uint32_t header_bytes;
	uint64_t layout;
	uint64_t bytes;
	unsigned char salt[SEGMENT_SALT_BYTES];
	unsigned char rest[SEGMENT_ALIGNMENT - 48];
};

_Static_assert(sizeof(struct segment_header) == SEGMENT_ALIGNMENT,
	       "the user's bytes follow the header");

struct segment {
	struct segment_header *header;
	size_t mapped;
};

/* What is being opened, and by which names. */
struct segment_place {
	int directory;
	int lock;
	const char *name;
	struct segment_header wanted; /* all but the salt */
	size_t mapped;
};

enum segment_state {
	SEGMENT_GOOD,
	SEGMENT_MISSING,
	SEGMENT_BAD,
	SEGMENT_FAILED /* errno says why */
};

/* FNV-1a: it tells layouts apart, and defends against nobody. */
static uint64_t
segment_hash(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash;
}

static int
segment_openat(const struct segment_place *place, const char *ending, int flags)
{
	char path[SEGMENT_NAME_MAX + 8];

	snprintf(path, sizeof(path), "%s%s", place->name, ending);
	return openat(place->directory, path, flags | O_NOFOLLOW | O_CLOEXEC,
		      0600);
}

static bool
segment_rename(const struct segment_place *place, const char *from,
	       const char *to)
{
	char old[SEGMENT_NAME_MAX + 8], new[SEGMENT_NAME_MAX + 8];

	snprintf(old, sizeof(old), "%s%s", place->name, from);
	snprintf(new, sizeof(new), "%s%s", place->name, to);
	return renameat(place->directory, old, place->directory, new) == 0;
}

static void
segment_remove_new(const struct segment_place *place)
{
	char path[SEGMENT_NAME_MAX + 8];

	snprintf(path, sizeof(path), "%s.tmp", place->name);
	unlinkat(place->directory, path, 0);
}

static enum segment_state
segment_examine(const struct segment_place *place, int file)
{
	struct segment_header found;
	struct stat status;
	ssize_t length;

	if (fstat(file, &status) != 0)
		return SEGMENT_FAILED;
	if (!S_ISREG(status.st_mode) || status.st_size != (off_t)place->mapped)
		return SEGMENT_BAD;
	length = pread(file, &found, sizeof(found), 0);
	if (length < 0)
		return SEGMENT_FAILED;
	memcpy(found.salt, place->wanted.salt, sizeof(found.salt));
	if (length != sizeof(found) ||
	    memcmp(&found, &place->wanted, sizeof(found)) != 0)
		return SEGMENT_BAD;
	return SEGMENT_GOOD;
}

static enum segment_state
segment_not_opened(int error)
{
	switch (error) {
	case ENOENT:
		return SEGMENT_MISSING;
	case ELOOP: /* a symbolic link */
	case EISDIR:
	case ENXIO: /* a socket */
		return SEGMENT_BAD;
	default:
		return SEGMENT_FAILED;
	}
}

/* Maps the file if it is as wanted. */
static enum segment_state
segment_map(const struct segment_place *place, struct segment *segment)
{
	/* Not to wait for the other end of what may be a pipe. */
	int file = segment_openat(place, "", O_RDWR | O_NONBLOCK);
	enum segment_state state;
	void *map;

	if (file < 0)
		return segment_not_opened(errno);
	state = segment_examine(place, file);
	if (state == SEGMENT_GOOD) {
		map = mmap(NULL, place->mapped, PROT_READ | PROT_WRITE,
			   MAP_SHARED, file, 0);
		if (map == MAP_FAILED)
			state = SEGMENT_FAILED;
		else
			*segment = (struct segment){.header = map,
						    .mapped = place->mapped};
	}
	close(file);
	return state;
}

static bool
segment_fill(const struct segment_place *place, int file)
{
	struct segment_header header = place->wanted;
	int error;

	if (getrandom(header.salt, sizeof(header.salt), 0) !=
	    sizeof(header.salt))
		return false;
	do
		error = posix_fallocate(file, 0, (off_t)place->mapped);
	while (error == EINTR);
	if (error != 0) {
		errno = error;
		return false;
	}
	return pwrite(file, &header, sizeof(header), 0) == sizeof(header);
}

/* Puts a new segment in its place; the lock is held. */
static bool
segment_make(const struct segment_place *place)
{
	bool made;
	int file, error;

	segment_remove_new(place);
	file = segment_openat(place, ".tmp", O_RDWR | O_CREAT | O_EXCL);
	if (file < 0)
		return false;
	made = segment_fill(place, file) && segment_rename(place, ".tmp", "");
	error = errno;
	close(file);
	if (!made)
		segment_remove_new(place);
	errno = error;
	return made;
}

/* Waits, but not for ever: the holder may have been stopped, not killed. */
static bool
segment_lock(struct segment_place *place)
{
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};

	place->lock = segment_openat(place, ".lock", O_RDWR | O_CREAT);
	if (place->lock < 0)
		return false;
	for (int i = 0; i < SEGMENT_LOCK_TRIES; i++) {
		if (flock(place->lock, LOCK_EX | LOCK_NB) == 0)
			return true;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return false;
		nanosleep(&pause, NULL);
	}
	errno = ETIMEDOUT;
	return false;
}

static void
segment_unlock(struct segment_place *place)
{
	if (place->lock < 0)
		return;
	/* Not by closing alone: a process forked meanwhile has it too. */
	flock(place->lock, LOCK_UN);
	close(place->lock);
}

/* Maps what is there, or else a new one; false with errno. */
static bool
segment_obtain(struct segment_place *place, struct segment *segment)
{
	enum segment_state state = segment_map(place, segment);
	int error;

	if (state == SEGMENT_GOOD)
		return true;
	if (state == SEGMENT_FAILED)
		return false;
	if (segment_lock(place)) {
		/* Another process may have made it meanwhile. */
		state = segment_map(place, segment);
		if (state == SEGMENT_BAD && segment_rename(place, "", ".bad")) {
			log_warning("%s is damaged or of another version; it "
				    "is now %s.bad",
				    place->name, place->name);
			state = SEGMENT_MISSING;
		}
		if (state == SEGMENT_MISSING && segment_make(place))
			state = segment_map(place, segment);
	}
	error = errno;
	segment_unlock(place);
	errno = error;
	return state == SEGMENT_GOOD;
}

static bool
segment_is_sane(const char *name, size_t bytes)
{
	const size_t length = strlen(name);

	return length > 0 && length < SEGMENT_NAME_MAX && name[0] != '.' &&
	       strchr(name, '/') == NULL && bytes > 0 &&
	       bytes <= INT32_MAX - SEGMENT_ALIGNMENT;
}

enum lc_rc
segment_open(const char *state_dir, const char *name, const char *layout,
	     size_t bytes, struct segment **out, char *why, size_t why_bytes)
{
	struct segment_place place = {
		.directory = -1,
		.lock = -1,
		.name = name,
		.wanted = {.version = SEGMENT_VERSION,
			   .header_bytes = sizeof(struct segment_header),
			   .layout = segment_hash(layout),
			   .bytes = bytes},
		.mapped = sizeof(struct segment_header) + bytes};
	struct segment *segment = NULL;
	enum lc_rc rc = LC_UNAVAILABLE;

	*out = NULL;
	memcpy(place.wanted.magic, segment_magic, sizeof(segment_magic));
	if (!segment_is_sane(name, bytes)) {
		snprintf(why, why_bytes, "not a segment's name or size");
		return LC_INVALID;
	}
	segment = calloc(1, sizeof(*segment));
	if (segment == NULL) {
		snprintf(why, why_bytes, "out of memory");
		return LC_NO_MEMORY;
	}
	place.directory = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place.directory < 0) {
		snprintf(why, why_bytes, "the state directory: %s",
			 strerror(errno));
		goto out;
	}
	if (!segment_obtain(&place, segment)) {
		snprintf(why, why_bytes, "%s: %s", name, strerror(errno));
		goto out;
	}
	*out = segment;
	segment = NULL;
	rc = LC_OK;
out:
	if (place.directory >= 0)
		close(place.directory);
	free(segment);
	return rc;
}

void *
segment_bytes(const struct segment *segment)
{
	return segment->header + 1;
}

const unsigned char *
segment_salt(const struct segment *segment)
{
	return segment->header->salt;
}

void
segment_close(struct segment *segment)
{
	if (segment == NULL)
		return;
	munmap(segment->header, segment->mapped);
	free(segment);
}
