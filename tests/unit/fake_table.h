/*
 * A table in memory, for tests of those who read tables.
 *
 * The header has a ',' between columns; each is NAME|UNIT|UCD|TYPE|DOC, of
 * which all but the name may be missing; the type is one of the letters u
 * (untyped, as without one), t, r, s, i and b.  A row ends in a line's end
 * and has tabs between its cells; an empty cell is absent.  A row that begins
 * with '!' is bad, with "!!" nothing can be read from there.
 */
#ifndef TESTS_FAKE_TABLE_H
#define TESTS_FAKE_TABLE_H

#include "sky/table_kinds.h"

enum { FAKE_TABLE_COLUMNS = 40, FAKE_TABLE_BYTES = 4096 };

struct fake_table {
	struct table table;
	struct table_column columns[FAKE_TABLE_COLUMNS];
	struct table_cell cells[FAKE_TABLE_COLUMNS];
	char header[FAKE_TABLE_BYTES];
	char row[FAKE_TABLE_BYTES];
	const char *rows, *at;
	bool no_rewind; /* table_rewind() fails */
};

/* `rows` must live as long; nothing is to be released. */
struct table *fake_table_init(struct fake_table *fake, const char *header,
			      const char *rows);

#endif
