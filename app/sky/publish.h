/*
 * Where a build writes, and how it gets into its place: the directory of
 * catalogues, the temporary file NAME.tmp and its lock, the generations.
 *
 * The lock is the kernel's on the temporary file itself: it ends with the
 * process, however that ends, and leaves no file of its own behind.
 */
#ifndef SKY_PUBLISH_H
#define SKY_PUBLISH_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "sky/catalogue.h"
#include "sky/pointer.h"

struct publish {
	int directory; /* STATE/catalogues */
	int file;      /* the temporary one, locked */
	char name[CATALOGUE_NAME_MAX + 1];
	char path[PATH_MAX]; /* of the temporary file */
};

/*
 * Makes the directories that are missing, and an empty temporary file; one
 * that a killed build has left is emptied.  LC_QUEUE_FULL when another
 * build has it, LC_UNAVAILABLE when it cannot be written; then `publish`
 * needs no release.
 */
enum lc_rc publish_init(struct publish *publish, const char *state_dir,
			const char *name, char *why, size_t why_bytes)
	LC_CHECKED;

/* Removes the temporary file, if it is still there, and the lock. */
void publish_release(struct publish *publish);

/*
 * Syncs the finished file, gives it the next generation's name, changes the
 * pointer, and removes all generations but the newest two.
 */
enum lc_rc publish_finish(struct publish *publish, struct pointer *pointer,
			  char *why, size_t why_bytes) LC_CHECKED;

/*
 * Takes a catalogue away: its pointer first, then its files.  Who has one of
 * them open goes on with it.  What is kept is its last pointer, as
 * NAME.dropped, so that a later catalogue of this name goes on with its
 * generations.  LC_NOT_FOUND when there is nothing of it, LC_QUEUE_FULL while
 * it is being built, LC_UNAVAILABLE when it cannot be removed.
 */
enum lc_rc publish_drop(const char *state_dir, const char *name, char *why,
			size_t why_bytes) LC_CHECKED;

#endif
