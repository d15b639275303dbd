/*
 * An object's values as one blob, so that a search reads a row with one
 * column instead of twenty: SQLite's decoding of columns is what a small
 * search would spend most of its time on.
 *
 * A blob is a mask of the columns that are present (the lowest bit the
 * first of columns_table), and then their values: a real as its eight bytes,
 * a text as its length in two bytes, its bytes and a NUL.  Numbers are in
 * the machine's order of bytes; LAYOUT_APPLICATION_HERE keeps a file of the
 * other order from being read.
 */
#ifndef SKY_PACK_H
#define SKY_PACK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "sky/columns.h"

/* Appends the blob of COLUMNS_LISTED values. */
void pack_write(struct buf *out, const struct columns_value *values);

/*
 * Reads a blob into COLUMNS_LISTED values, whose texts point into it; false
 * when it is damaged.
 */
bool pack_read(const char *bytes, size_t length, struct columns_value *values);

#endif
