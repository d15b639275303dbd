/*
 * An object as one blob, so that a search reads a row with one column
 * instead of twenty: SQLite's decoding of columns is what a small search
 * would spend most of its time on.
 *
 * A blob begins with its direction and its number among the rows of its
 * table (struct pack_head), then come those of columns_table: a mask of the
 * ones that are present, the lowest bit the first, and their values, a real
 * as its eight bytes, a text as its length in two bytes, its bytes and a
 * NUL.  The catalogue's own columns follow, each as a byte that tells what
 * it is, and its value.  Numbers are in the machine's order of bytes;
 * LAYOUT_APPLICATION_HERE keeps a file of the other order from being read.
 */
#ifndef SKY_PACK_H
#define SKY_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "sky/angles.h"
#include "sky/columns.h"

struct pack_head {
	struct angles_vector place;
	int64_t number; /* from 1 */
};

/*
 * Appends the blob of COLUMNS__MAX + own_count values of these types, of
 * which no text may be longer than 65,535 bytes: the buffer has failed then.
 */
void pack_write(struct buf *out, const struct pack_head *head,
		const struct columns_value *values,
		const enum columns_type *own_types, size_t own_count);

/* Whether no text is too long. */
bool pack_fits(const struct columns_value *values,
	       const enum columns_type *own_types, size_t own_count);

/* The head of a blob; false when the blob is too short to have one. */
static inline bool
pack_read_head(const char *bytes, size_t length, struct pack_head *head)
{
	if (length < sizeof(*head))
		return false;
	memcpy(head, bytes, sizeof(*head));
	return true;
}

/*
 * Reads a blob into COLUMNS__MAX + set->own_count values of the columns'
 * types; texts point into it.  False when it is damaged.
 */
bool pack_read(const char *bytes, size_t length, const struct columns_set *set,
	       struct columns_value *values);

/* Reads the position. */
bool pack_read_place(const char *bytes, size_t length, double *ra_deg,
		     double *dec_deg);

/* Reads one column of columns_table; false when the blob is damaged. */
bool pack_read_column(const char *bytes, size_t length, int column,
		      struct columns_value *value);

#endif
