/*
 * The tables of a catalogue's file while it is built.
 *
 * Objects and names are gathered in temporary tables, which SQLite puts on
 * disk when they grow, and are then written to those of sky/layout.h in the
 * order in which they are read.  One transaction spans it all.
 */
#ifndef SKY_TABLES_H
#define SKY_TABLES_H

#include <stdint.h>

#include "base/rc.h"
#include "services/store.h"

/*
 * What is gathered: `staged` holds the objects, with these parameters and
 * then the columns of columns_table; `taken` (key, line) the objects' own
 * names; `named` (key, level, line, shown) all names, of which the lowest
 * level wins and then the lowest line.
 */
enum {
	TABLES_STAGED_LINE = 1,
	TABLES_STAGED_K,
	TABLES_STAGED_ORDERING,
	TABLES_STAGED_X,
	TABLES_STAGED_Y,
	TABLES_STAGED_Z,
	TABLES_STAGED_KIND,
	TABLES_STAGED_BRIGHTNESS,
	TABLES_STAGED_PACKED,
	TABLES_STAGED_COLUMNS
};

/* Makes all tables, empty, and begins. */
enum lc_rc tables_make(struct store *store) LC_CHECKED;

/*
 * Fills the file's tables from the temporary ones, counts, and commits.
 * LC_INVALID when more objects have one position than there are keys.
 */
enum lc_rc tables_fill(struct store *store, int64_t *objects, int64_t *names)
	LC_CHECKED;

#endif
