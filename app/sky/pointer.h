/*
 * The pointer file: which generation of a catalogue is the present one.
 *
 * STATE/catalogues/NAME.current is a few lines of text that name the file
 * NAME.GENERATION.sqlite beside it and its size; it is replaced as a whole,
 * so a reader sees the old or the new one and nothing between.  Whether a
 * file is still the one that was opened is told by its stamp.
 */
#ifndef SKY_POINTER_H
#define SKY_POINTER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

enum { POINTER_FILE_MAX = 128 };

struct pointer {
	int64_t generation;
	int64_t bytes;               /* of the catalogue's file */
	char file[POINTER_FILE_MAX]; /* its name, without a directory */
};

/* What changes when a file is replaced or written to. */
struct pointer_stamp {
	uint64_t device, inode;
	int64_t bytes, modified_ns, changed_ns;
};

/* Takes a file's stamp; false, with errno set, when there is no such file. */
bool pointer_stamp(const char *path, struct pointer_stamp *out);

/* Takes the stamp of an open file, which its removal changes too. */
bool pointer_stamp_open(int file, struct pointer_stamp *out);

bool pointer_stamp_equal(const struct pointer_stamp *a,
			 const struct pointer_stamp *b);

/* Reads a pointer file; LC_UNAVAILABLE, with `why`, if that is no pointer. */
enum lc_rc pointer_read(const char *path, struct pointer *out, char *why,
			size_t why_bytes) LC_CHECKED;

/*
 * Replaces NAME.current in a directory, durably: the new text and the
 * directory are synced, the pointer is renamed into place, and the directory
 * synced again.  On failure the old pointer
 * stands, and `why` says what is wrong.
 */
enum lc_rc pointer_write(int directory, const char *name,
			 const struct pointer *pointer, char *why,
			 size_t why_bytes) LC_CHECKED;

#endif
