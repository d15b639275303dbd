/*
 * A row of delimited text parted into cells, where it stands.  Of interest
 * to the reader of delimited text only.
 *
 * A cell that begins with a quote, spaces before it aside, is quoted as in
 * RFC 4180: it may hold delimiters and ends of lines, and its quotes are
 * doubled.  Any other quote is a character like others.  In text with tabs,
 * where quotes are less usual, a cell that begins with a quote but does not
 * end with one is taken as it is, quote and all.
 *
 * A row that is not UTF-8 is taken as Windows-1252, of which Latin-1 is a
 * part.
 */
#ifndef SKY_TABLE_SPLIT_H
#define SKY_TABLE_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sky/table.h"

enum table_fault {
	TABLE_FAULT_NONE,
	TABLE_FAULT_LONG,  /* more than TABLE_ROW_MAX bytes */
	TABLE_FAULT_OPEN,  /* a quote is not closed */
	TABLE_FAULT_AFTER, /* text follows where a quote was closed */
	TABLE_FAULT_NUL,
	TABLE_FAULT__MAX
};

enum {
	/* A framed row has an empty cell more at both of its ends. */
	TABLE_SPLIT_CELLS = TABLE_COLUMNS_MAX + 2,
	/* A byte becomes three at most, and each cell ends in NUL. */
	TABLE_SPLIT_BYTES = 3 * TABLE_ROW_MAX + TABLE_SPLIT_CELLS
};

struct table_split {
	char delimiter, line_end; /* set by the caller */

	size_t count;      /* of cells; those beyond TABLE_SPLIT_CELLS too */
	char *end;         /* where the next row begins, if there is no fault
			     or it is a NUL */
	int64_t line_ends; /* in the row, its own too */
	bool ascii, nul;
	struct table_cell cells[TABLE_SPLIT_CELLS];
	char converted[TABLE_SPLIT_BYTES];
};

/*
 * Finds the cells of the row that begins there, and changes nothing in it.
 * `end` is that of the bytes there are: a row that does not end before is too
 * long, or the last line's end is there.  TABLE_SOURCE_WORD bytes after `end`
 * are read too.
 */
enum table_fault table_split_row(struct table_split *split, char *row,
				 const char *end);

/*
 * Makes of what was found in the row the cells of a table.  Returns whether the row had
 * to be converted to UTF-8.
 */
bool table_split_finish(struct table_split *split, char *row);

/* What is wrong, as a sentence's end: "is longer than 65536 bytes". */
const char *table_split_why(enum table_fault fault);

#endif
