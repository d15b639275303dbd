/*
 * The rows of a change in state.sqlite.  Of interest to sky/edits.c only,
 * which opens the store and begins and ends the transaction; what fails is
 * the store's, and puts itself into words there.
 */
#ifndef SKY_EDITS_WRITE_H
#define SKY_EDITS_WRITE_H

#include <stdbool.h>

#include "base/buf.h"
#include "services/store.h"
#include "sky/edits.h"

enum edits_write_query {
	EDITS_WRITE_NUMBER,
	EDITS_WRITE_REMOVE,
	EDITS_WRITE_INSERT,
	EDITS_WRITE_VALUE,
	EDITS_WRITE_RAISE,
	EDITS_WRITE_DROP,
	EDITS_WRITE_HISTORY,
	EDITS_WRITE__MAX
};

/* All zeros is one without a store. */
struct edits_write {
	struct store *store;
	struct store_query *queries[EDITS_WRITE__MAX];
	struct buf before, after;
};

/* Closes the store with its queries, and gives the memory back. */
void edits_write_release(struct edits_write *write);

/* Puts or deletes an object; *seq is the change's number. */
enum lc_rc edits_write_change(struct edits_write *write,
			      const struct edit *edit, bool deleted,
			      int64_t *seq) LC_CHECKED;

/* Drops the edits of a catalogue; nothing is changed if there are none. */
enum lc_rc edits_write_drop(struct edits_write *write, const char *catalogue,
			    const char *who, int64_t *dropped) LC_CHECKED;

#endif
