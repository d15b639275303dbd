/*
 * STATE/state.sqlite: what all processes share and change.
 *
 * One file with one schema, which has a number.  Who opens the file for
 * writing makes it if it is not there (mode 0600) and brings an older schema
 * up to date, both as a whole or not at all; a file of a newer Lightcone is
 * refused.  Who only reads makes nothing.  What comes out is a store
 * (services/store.h), with its rules for threads and failure: short
 * transactions, and each statement reset when it is done, so that the next
 * one sees what other processes have committed.
 *
 * The file may be replaced while programs run (by a rename, and while nobody
 * writes); who keeps it open compares its mark from time to time.
 *
 * Failure is LC_UNAVAILABLE or LC_NO_MEMORY, and `why` has words that begin
 * with "state.sqlite" and hold no path.
 */
#ifndef SERVICES_STATE_H
#define SERVICES_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "services/store.h"

enum { STATE_WHY_MAX = 256 };

/* Which file it is, as the file system counts them. */
struct state_mark {
	uint64_t device, inode;
};

/* Opens the file for reading and writing. */
enum lc_rc state_open(const char *state_dir, struct store **out, char *why,
		      size_t why_bytes) LC_CHECKED;

/*
 * Opens the file for reading; LC_NOT_FOUND, without words, when it is not
 * there or empty.  Its schema may be an older one.
 */
enum lc_rc state_open_read(const char *state_dir, struct store **out, char *why,
			   size_t why_bytes) LC_CHECKED;

/* Looks which file is there now; LC_NOT_FOUND, without words: none. */
enum lc_rc state_find(const char *state_dir, struct state_mark *out, char *why,
		      size_t why_bytes) LC_CHECKED;

/*
 * Puts the store's last error into words and returns what to say: `rc`, or
 * LC_UNAVAILABLE for what only a damaged file can cause.
 */
enum lc_rc state_failed(const struct store *store, enum lc_rc rc, char *why,
			size_t why_bytes) LC_CHECKED;

/* Begins a transaction that writes; nobody else writes until its end. */
enum lc_rc state_begin(struct store *store, char *why, size_t why_bytes)
	LC_CHECKED;

/*
 * Ends the transaction: commits it when `rc`, the result of what was done in
 * it, is LC_OK, else undoes it.  Returns `rc`, whose words are the caller's;
 * or why it could not be committed, with words, and it is undone.
 */
enum lc_rc state_end(struct store *store, enum lc_rc rc, char *why,
		     size_t why_bytes) LC_CHECKED;

#endif
