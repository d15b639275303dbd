/*
 * A connection to state.sqlite that is kept: opened when it is wanted and
 * again when another file is in its place, with the statements that its store
 * keeps.
 *
 * One thread at a time.  Failure as in services/state.h.
 */
#ifndef SERVICES_STATE_FILE_H
#define SERVICES_STATE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "services/state.h"

/* All zeros at first. */
struct state_file {
	struct store *store; /* NULL: none is open */
	struct state_mark mark;
	bool quick; /* what is committed need not be on the disk */
};

/*
 * Sees to it that the file which is there now is open; makes none, and gives
 * LC_NOT_FOUND also for one whose schema is older than `least`.
 */
enum lc_rc state_file_read(struct state_file *file, const char *state_dir,
			   int64_t least, char *why, size_t why_bytes)
	LC_CHECKED;

/*
 * The same for writing, and makes it.  What is committed then survives the
 * process (`quick`), or the machine, too.
 */
enum lc_rc state_file_write(struct state_file *file, const char *state_dir,
			    bool quick, char *why, size_t why_bytes) LC_CHECKED;

/* Closes the store. */
void state_file_close(struct state_file *file);

#endif
