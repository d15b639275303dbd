/*
 * A connection to state.sqlite for jobs, opened when it is wanted and again
 * when another file is in its place, with the statements that were prepared.
 *
 * One thread at a time.  Failure as in services/state.h.
 */
#ifndef SERVICES_JOBS_FILE_H
#define SERVICES_JOBS_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"
#include "services/state.h"

enum { JOBS_FILE_QUERIES = 48 };

/* All zeros at first. */
struct jobs_file {
	struct store *store; /* NULL: none is open */
	struct state_mark mark;
	bool quick; /* what is committed need not be on the disk */
	size_t count;
	struct {
		const char *sql;
		struct store_query *query;
	} queries[JOBS_FILE_QUERIES];
};

/* Sees to it that the file which is there now is open; makes none. */
enum lc_rc jobs_file_read(struct jobs_file *file, const char *state_dir,
			  char *why, size_t why_bytes) LC_CHECKED;

/*
 * The same for writing, and makes it.  What is committed then survives the
 * process (`quick`), or the machine, too.
 */
enum lc_rc jobs_file_write(struct jobs_file *file, const char *state_dir,
			   bool quick, char *why, size_t why_bytes) LC_CHECKED;

/* Finishes the statements and closes the store. */
void jobs_file_close(struct jobs_file *file);

/* Only finishes the statements: the store is another's. */
void jobs_file_finish(struct jobs_file *file);

/*
 * The statement, prepared the first time; statements are told apart by where
 * their text lies, not by what it says.
 */
enum lc_rc jobs_file_query(struct jobs_file *file, const char *sql,
			   struct store_query **out) LC_CHECKED;

#endif
