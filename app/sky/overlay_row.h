/*
 * One edit, out of its rows in state.sqlite.  Of interest to sky/overlay.c
 * only.
 */
#ifndef SKY_OVERLAY_ROW_H
#define SKY_OVERLAY_ROW_H

#include "base/buf.h"
#include "services/store.h"
#include "sky/overlay.h"

/* Of a catalogue ?1 what is later than ?2; the values of an edit ?1. */
#define OVERLAY_ROW_EDITS                           \
	"SELECT seq, key, name, deleted FROM edits" \
	" WHERE seq > ?2 AND +catalogue = ?1 ORDER BY seq"
#define OVERLAY_ROW_VALUES                                    \
	"SELECT field, typeof(value), value FROM edit_values" \
	" WHERE seq = ?1 ORDER BY place"

/* Where an edit's pieces are put until it is known how long they are. */
struct overlay_row {
	struct buf texts;
	struct columns_value *values;
	size_t value_count;
};

/* All zeros is an empty one. */
void overlay_row_release(struct overlay_row *row);

/* The hash of a name's key. */
uint64_t overlay_row_hash(const char *key, size_t length);

/*
 * Makes an object of the present row of `edits`, in one piece of memory that
 * the caller frees, with the values that the query `values` gives.  A value
 * that has no column any more, or cannot be one of its type, is left out.
 * LC_INVALID when what must be there is not.
 */
enum lc_rc overlay_row_read(struct overlay_row *row, struct store_query *edits,
			    struct store_query *values,
			    const struct columns_set *columns,
			    struct overlay_object **out) LC_CHECKED;

#endif
