/*
 * The cells of a VOTable: from the text of a TD, or from the bytes of
 * BINARY and BINARY2, to a value of the column's type.
 *
 * Null is what VOTable has as null: nothing, NaN, the field's own value for
 * it, '?'; infinities, which a column cannot hold, are null too.  Pure
 * functions of their arguments; any thread may call.
 */
#ifndef SKY_VOTABLE_CELL_H
#define SKY_VOTABLE_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sky/table.h"
#include "sky/votable_field.h"

/*
 * Makes a cell from the text of a TD.  The text may be changed, is followed
 * by a byte that is free for a NUL, and must outlive the cell.  False, and
 * the words for it in `why`, when no value of the datatype is written so.
 */
bool votable_cell_text(const struct votable_field *field, char *text,
		       size_t length, struct table_cell *cell, char *why,
		       size_t why_bytes);

/* Whether the cell holds what stands for null in its column. */
bool votable_cell_is_null(const struct votable_field *field,
			  const struct table_cell *cell);

/*
 * Makes a cell of a text, which loses the spaces around it, and which is
 * followed by a byte that is free for a NUL.
 */
void votable_cell_set_text(const struct votable_field *field, char *text,
			   size_t length, struct table_cell *cell);

#define VOTABLE_ROW_TOO_LARGE "the row is larger than 64 KiB"
_Static_assert(TABLE_ROW_MAX == 1 << 16, "that is what the words say");

/*
 * Where the texts of a row are put: from `at` to before `end`.  Bytes beyond
 * it are written to before it is known whether a text fits.
 */
enum { VOTABLE_ROOM_BEYOND = 2 * TABLE_ROW_MAX };

struct votable_room {
	char *at;
	char *end;
};

/*
 * Makes a cell from so many elements, in network order, which have at most
 * TABLE_ROW_MAX bytes.  False, and the
 * words for it in `why`, when they are no characters, or no room is left.
 */
bool votable_cell_bytes(const struct votable_field *field,
			const unsigned char *bytes, uint32_t elements,
			struct votable_room *room, struct table_cell *cell,
			char *why, size_t why_bytes);

#endif
