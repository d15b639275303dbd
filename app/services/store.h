/*
 * The store: a thin layer over SQLite, and the only place that knows it.
 *
 * A store is one connection to one file and belongs to one thread at a time
 * (SQLite's "no mutex" mode).  Its queries are prepared by whoever owns the
 * store, kept as long as wanted, and finished before the store is closed; or
 * the store keeps them, for who only comes by.
 *
 * Failure: a file that is not a database, is damaged, cannot be read or is
 * full gives LC_UNAVAILABLE, exhausted memory LC_NO_MEMORY, a watched store
 * whose work was told to stop that reason, anything else LC_INTERNAL.
 * store_why() has the words.  No path of the server is ever among them.
 */
#ifndef SERVICES_STORE_H
#define SERVICES_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/progress.h"
#include "base/rc.h"

struct store;
struct store_query;

enum store_mode {
	/* A finished file that nobody changes: cached, without locks. */
	STORE_IMMUTABLE,
	/*
	 * A new file that nobody else sees yet: no journal, no syncing, no
	 * locks; a crash while it is written leaves rubbish.  The file may
	 * exist when it is empty.
	 */
	STORE_BUILD,
	/*
	 * An existing file that several processes read and change: what was
	 * committed is on the disk, readers and a writer do not wait for each
	 * other, writers wait at most 2 s for one another.  Its "-wal" and
	 * "-shm" stay when it is closed, so that it can also be read where
	 * nobody may make them.
	 */
	STORE_STATE,
	/* The same for who only reads; what it needs of others takes 0.2 s. */
	STORE_STATE_READ,
	STORE_MODE__MAX
};

/* Opens the file; on failure *out is NULL and `why` says what is wrong. */
enum lc_rc store_open(const char *path, enum store_mode mode,
		      struct store **out, char *why, size_t why_bytes)
	LC_CHECKED;

/* Closes the store; its queries, but for those that it keeps, must be
   finished.  NULL is harmless. */
void store_close(struct store *store);

/* What went wrong last, in words; valid until the next call. */
const char *store_why(const struct store *store);

/* Lets long statements be stopped by `progress` (NULL: no more). */
void store_watch(struct store *store, struct lc_progress *progress);

/* Runs statements that give no rows. */
enum lc_rc store_exec(struct store *store, const char *sql) LC_CHECKED;

/* Undoes the transaction that is open, if one is. */
void store_undo(struct store *store);

/* Prepares one statement that will be run many times. */
enum lc_rc store_prepare(struct store *store, const char *sql,
			 struct store_query **out) LC_CHECKED;

/*
 * The statement, prepared the first time and kept by the store;
 * statements are told apart by where their text lies, not by what it says.
 */
enum lc_rc store_keep(struct store *store, const char *sql,
		      struct store_query **out) LC_CHECKED;

/* Finishes a query that store_prepare() gave; NULL is harmless. */
void store_finish(struct store_query *query);

/*
 * Give the query's parameters their values; the first is 1.  A text must
 * live until store_reset().
 */
void store_bind_int64(struct store_query *query, int at, int64_t value);
void store_bind_real(struct store_query *query, int at, double value);
void store_bind_text(struct store_query *query, int at, const char *text,
		     size_t length);
void store_bind_blob(struct store_query *query, int at, const void *bytes,
		     size_t length);
void store_bind_null(struct store_query *query, int at);

/*
 * Goes to the next row; *row is false when there is none, and after failure.
 * A bind that failed is reported here.
 */
enum lc_rc store_step(struct store_query *query, bool *row) LC_CHECKED;

/* Readies the query for other values; the present row is gone. */
void store_reset(struct store_query *query);

/* Runs a query that gives no rows, and resets it. */
enum lc_rc store_run(struct store_query *query) LC_CHECKED;

/*
 * The present row's columns; the first is 0.  Text and blobs live until the
 * next step or reset, and need not end in NUL.  A null reads as 0, or as NULL
 * with a length of 0.
 */
bool store_is_null(struct store_query *query, int column);
int64_t store_int64(struct store_query *query, int column);
double store_real(struct store_query *query, int column);
const char *store_text(struct store_query *query, int column, size_t *length);
const void *store_blob(struct store_query *query, int column, size_t *length);

/* Rows that the last insert, update or delete changed. */
int64_t store_changes(const struct store *store);

/* Looks through the whole file for damage; LC_UNAVAILABLE when it has some. */
enum lc_rc store_check(struct store *store) LC_CHECKED;

/* The whole number that a statement gives, 0 if it gives none. */
enum lc_rc store_pragma(struct store *store, const char *sql, int64_t *out)
	LC_CHECKED;

#endif
