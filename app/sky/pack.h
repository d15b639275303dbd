/*
 * An object as bytes, and several of them one after the other as one blob, so
 * that a search reads a row of one column and has many objects: SQLite's
 * going from row to row, and decoding columns, is what a search would spend
 * most of its time on.
 *
 * An object begins with its head, then come the values of columns_table that
 * are present: a real as its eight bytes, a text as its length in two bytes,
 * its bytes and a NUL.  The catalogue's own columns follow, each as a byte that tells what
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
	int64_t number;   /* among the rows of its table, from 1 */
	int64_t key;      /* in the zone index */
	uint32_t bytes;   /* of the object, with its head */
	uint32_t present; /* of columns_table; the lowest bit is the first */
};

/*
 * Appends an object of COLUMNS__MAX + own_count values of these types, of
 * which no text may be longer than 65,535 bytes: the buffer has failed then.
 * Of the head its place, number and key are used.
 */
void pack_write(struct buf *out, const struct pack_head *head,
		const struct columns_value *values,
		const enum columns_type *own_types, size_t own_count);

/* Whether no text is too long. */
bool pack_fits(const struct columns_value *values,
	       const enum columns_type *own_types, size_t own_count);

/* Changes the key of an object. */
void pack_set_key(char *object, int64_t key);

/*
 * The head of the first object in a blob, or the rest of one; false when it
 * is damaged.
 */
static inline bool
pack_read_head(const char *bytes, size_t length, struct pack_head *head)
{
	if (length < sizeof(*head))
		return false;
	memcpy(head, bytes, sizeof(*head));
	return head->bytes >= sizeof(*head) && head->bytes <= length;
}

/*
 * Reads an object into COLUMNS__MAX + set->own_count values of the columns'
 * types; texts point into it.  False when it is damaged.
 */
bool pack_read(const char *bytes, size_t length, const struct columns_set *set,
	       struct columns_value *values);

/* Reads the position. */
bool pack_read_place(const char *bytes, size_t length, double *ra_deg,
		     double *dec_deg);

/* Reads one column of columns_table; false when the object is damaged. */
bool pack_read_column(const char *bytes, size_t length, int column,
		      struct columns_value *value);

#endif
