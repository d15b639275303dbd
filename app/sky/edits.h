/*
 * Changes of objects: what sky/overlay.h reads is written here, into
 * state.sqlite.
 *
 * A change has a number, which is at once the edit's, the catalogue's new
 * generation and the line's in the history of changes; all are written in
 * one transaction.  It is made in steps, so that the old object can be
 * looked at while nobody else may change it:
 *
 *	rc = edits_begin(edits, why, sizeof(why));
 *	if (rc != LC_OK)
 *		return rc;
 *	... refresh a reader's overlay, find the object, judge ...
 *	if (rc == LC_OK)
 *		rc = edits_put(edits, &edit, &seq, why, sizeof(why));
 *	rc = edits_end(edits, rc, why, sizeof(why));
 *
 * After an edits_end() that gives LC_OK the change is on the disk, and every
 * reader of every process that asks from then on sees it (sky/changes.h says
 * why), and so does whoever learns of it from state.sqlite itself, however
 * early.  A process's first change, or one for which files were taken away,
 * may take CLOCK_TICK_MAX_NS for that.
 *
 * One struct edits belongs to the process, and any thread may call; its lock
 * is held from edits_begin() to edits_end(), and so over writing and
 * syncing: writers queue.  Another process is waited for at most 2 s.
 *
 * Failure: LC_UNAVAILABLE when state.sqlite cannot be written (a full disk,
 * a read-only directory, a damaged file, another writer that does not end),
 * LC_NO_MEMORY, or LC_INVALID for an edit that cannot be; `why` then has
 * words that a client may see.
 */
#ifndef SKY_EDITS_H
#define SKY_EDITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "sky/columns.h"

struct edits;

enum { EDITS_WHY_MAX = 256 };

struct edit {
	const char *catalogue;
	const char *key;  /* names_fold() of the object's main name */
	const char *name; /* as it is shown */
	const char *who;  /* who makes the change, for the history */
	/*
	 * What `values` and `before` mean: COLUMNS__MAX values, and then
	 * those of its own columns.
	 */
	const struct columns_set *columns;
	const struct columns_value *values; /* of the object as it is put */
	const struct columns_value *before; /* as it was, or NULL */
};

/* NULL when memory is exhausted.  Nothing is opened yet. */
struct edits *edits_new(const char *state_dir);

/* NULL is harmless. */
void edits_free(struct edits *edits);

/*
 * Begins a change.  After LC_OK edits_end() must follow, on the same thread;
 * after anything else it must not.
 */
enum lc_rc edits_begin(struct edits *edits, char *why, size_t why_bytes)
	LC_CHECKED;

/*
 * Puts an object: it stands for the one that has the key, if any.  It must
 * have a position; its name is edit->name.  *seq is the change's number.
 */
enum lc_rc edits_put(struct edits *edits, const struct edit *edit, int64_t *seq,
		     char *why, size_t why_bytes) LC_CHECKED;

/*
 * Deletes the object that has the key.  What remains hides an object of this
 * name that the base may have, or come to have.  `values` is not looked at.
 */
enum lc_rc edits_delete(struct edits *edits, const struct edit *edit,
			int64_t *seq, char *why, size_t why_bytes) LC_CHECKED;

struct store;

/*
 * The transaction on state.sqlite that edits_begin() has begun, for what must
 * last if and only if the change does.
 */
struct store *edits_store(const struct edits *edits);

/*
 * Ends a change: makes it last if `rc`, the result of what was done since
 * edits_begin(), is LC_OK, else undoes it.  Returns `rc`, whose words are
 * the caller's, or why it could not be made to last.
 */
enum lc_rc edits_end(struct edits *edits, enum lc_rc rc, char *why,
		     size_t why_bytes) LC_CHECKED;

/* What else is written when so many edits are dropped, and lasts with that. */
struct edits_also {
	enum lc_rc (*write)(void *arg, struct store *store, int64_t dropped,
			    char *why, size_t why_bytes);
	void *arg;
};

/*
 * Drops all edits of a catalogue, so that its base is what it was imported
 * as; a change by itself, which must not stand between edits_begin() and
 * edits_end().  *dropped says how many there were; for none nothing is made
 * or changed.  `also` may be NULL.
 */
enum lc_rc edits_drop(struct edits *edits, const char *catalogue,
		      const char *who, const struct edits_also *also,
		      int64_t *dropped, char *why, size_t why_bytes) LC_CHECKED;

/* How many objects of a catalogue are put or deleted. */
enum lc_rc edits_count(const char *state_dir, const char *catalogue,
		       int64_t *count, char *why, size_t why_bytes) LC_CHECKED;

/* A line of the history; all texts end in NUL. */
struct edits_change {
	int64_t seq;
	const char *catalogue;
	const char *key; /* "" and so is the name: of the whole catalogue */
	const char *name;
	const char *action; /* "put", "delete", "drop" */
	const char *time;   /* RFC 3339, UTC */
	const char *who;
	/* The object, by sky/edits_json.h; "" when there was none. */
	const char *before;
	const char *after;
};

/*
 * Calls `each` for the latest `most` changes, the last one first: of all
 * catalogues, or of one, or of one object in that, and then also the drops.
 * `key` may be NULL, and then also `catalogue`.
 */
enum lc_rc edits_history(const char *state_dir, const char *catalogue,
			 const char *key, int64_t most,
			 void (*each)(void *context,
				      const struct edits_change *change),
			 void *context, char *why, size_t why_bytes) LC_CHECKED;

#endif
