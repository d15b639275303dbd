/*
 * The rows of a VOTable's BINARY or BINARY2: base64 comes in piece by piece,
 * rows come out.
 *
 * What is kept is one row and what has come in and is not yet decoded.
 * Lines are counted, so that a row can be said to begin on one.  One thread.
 */
#ifndef SKY_VOTABLE_BINARY_H
#define SKY_VOTABLE_BINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base64.h"
#include "base/buf.h"
#include "sky/table.h"
#include "sky/votable_cell.h"

struct votable_binary {
	const struct votable_field *fields;
	size_t count;
	bool nulls; /* BINARY2: bits before each row say which are null */

	struct base64 decoder;
	struct buf text; /* base64 */
	size_t text_at;
	int64_t text_line;
	struct buf bytes; /* decoded; the row begins at `row` */
	size_t row, at;
	int64_t line; /* of what was decoded last */
	int64_t row_line, row_number;

	/* What of the row has come in: fields before `field`, and of it... */
	size_t field;
	bool counted;  /* ...how many elements it has */
	uint64_t left; /* ...and all of its bytes but these */
	bool begun, oversize;
	uint32_t starts[TABLE_COLUMNS_MAX]; /* from `row` */
	uint32_t elements[TABLE_COLUMNS_MAX];
};

enum votable_binary_result {
	VOTABLE_BINARY_ROW,
	VOTABLE_BINARY_BAD,    /* `why` says what is wrong with this row */
	VOTABLE_BINARY_MORE,   /* first more text must come in */
	VOTABLE_BINARY_FAILED, /* `why` says why nothing more can be read */
	VOTABLE_BINARY_NO_MEMORY
};

/* The fields are borrowed. */
void votable_binary_init(struct votable_binary *binary,
			 const struct votable_field *fields, size_t count,
			 bool nulls);
void votable_binary_release(struct votable_binary *binary);

/* Forgets what has come in, to start over. */
void votable_binary_reset(struct votable_binary *binary);

/*
 * Adds base64, which begins on that line.  A failure for lack of memory is
 * told by votable_binary_next().
 */
void votable_binary_add(struct votable_binary *binary, const char *text,
			size_t length, int64_t line);

/* The next row's cells, whose texts are put into the room. */
enum votable_binary_result votable_binary_next(struct votable_binary *binary,
					       struct votable_room room,
					       struct table_cell *cells,
					       char *why, size_t why_bytes);

/*
 * Whether the data may end here; otherwise `why` says what is missing.  Asked
 * when votable_binary_next() wants more and there is no more.
 */
bool votable_binary_complete(const struct votable_binary *binary, char *why,
			     size_t why_bytes);

#endif
