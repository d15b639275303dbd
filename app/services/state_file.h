/*
 * A connection to state.sqlite that is kept: opened when it is wanted and
 * again when another file is in its place, with the statements that were
 * prepared.
 *
 * One thread at a time.  Failure as in services/state.h.
 */
#ifndef SERVICES_STATE_FILE_H
#define SERVICES_STATE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"
#include "services/state.h"

enum { STATE_FILE_QUERIES = 48 };

/* All zeros at first. */
struct state_file {
	struct store *store; /* NULL: none is open */
	struct state_mark mark;
	bool quick; /* what is committed need not be on the disk */
	size_t count;
	struct {
		const char *sql;
		struct store_query *query;
	} queries[STATE_FILE_QUERIES];
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

/* Finishes the statements and closes the store. */
void state_file_close(struct state_file *file);

/* Only finishes the statements: the store is another's. */
void state_file_finish(struct state_file *file);

/*
 * The statement, prepared the first time; statements are told apart by where
 * their text lies, not by what it says.
 */
enum lc_rc state_file_query(struct state_file *file, const char *sql,
			    struct store_query **out) LC_CHECKED;

#endif
