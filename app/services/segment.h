/*
 * A segment: a file in the state directory that processes map, so that they
 * share counters and cells.  What lies in it is its user's: 64-bit atomics,
 * because any process may be killed between any two writes.
 *
 * A new segment is all zeros but for its header.  It is made under a lock
 * (NAME.lock, which the kernel gives back when its holder is killed) beside
 * its place (NAME.tmp) and then renamed, so nobody ever maps half of one;
 * who finds it good maps it without a lock.  Its blocks are allocated then:
 * a full disk is an error of segment_open() and no SIGBUS later.
 *
 * A file whose header has another magic, version, layout or size, and
 * anything that is no plain file, is never trusted: it is renamed to
 * NAME.bad, in place of an earlier one, and a new segment is made.  Whoever
 * still maps the old one goes on alone; two versions of a program that
 * disagree on a layout must not run side by side for long.
 *
 * The state directory is ours alone (mode 0700).  Somebody who cuts a file
 * in it while it is mapped ends the processes that touch it with SIGBUS;
 * that is accepted.
 *
 * Any thread may call; a segment may be used by all threads at once.
 */
#ifndef SERVICES_SEGMENT_H
#define SERVICES_SEGMENT_H

#include <stddef.h>

#include "base/rc.h"

struct segment;

enum {
	SEGMENT_ALIGNMENT = 128,
	SEGMENT_NAME_MAX = 64,
	SEGMENT_SALT_BYTES = 16,
	SEGMENT_WHY_MAX = 160
};

/*
 * Maps STATE/NAME, and makes it when it is missing or bad.  `layout` is a
 * text that says what the bytes mean and must change when that does; `bytes`
 * is the room for the user.  On failure *out is NULL, and `why` says what is
 * wrong without naming the directory: LC_INVALID for a size or a name that
 * cannot be, LC_NO_MEMORY, or LC_UNAVAILABLE for all that the file system
 * refuses, and for a lock that another process has kept for a second.
 */
enum lc_rc segment_open(const char *state_dir, const char *name,
			const char *layout, size_t bytes, struct segment **out,
			char *why, size_t why_bytes) LC_CHECKED;

/* The user's bytes, aligned to SEGMENT_ALIGNMENT; as long as it is open. */
void *segment_bytes(const struct segment *segment);

/*
 * SEGMENT_SALT_BYTES random bytes that were drawn when the segment was made:
 * a secret of the processes that share it.
 */
const unsigned char *segment_salt(const struct segment *segment);

/* Lets go of the segment; its file stays.  NULL is harmless. */
void segment_close(struct segment *segment);

#endif
