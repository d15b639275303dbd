/*
 * Delimited text: CSV, TSV and their kin, with commas, tabs, semicolons or
 * bars between cells, as an implementation of sky/table.h.
 *
 * The first line that is neither blank nor a comment (one that begins with
 * '#') names the columns; which delimiter parts it into most columns is that
 * of the file, of several the first of tab, comma, semicolon, bar.  Where
 * that line holds values, the last comment before it is the header if it has
 * as many cells and none that looks like a value: "#name,ra,dec".  Two lines
 * more are known: "sep=;" at the start, and after the header a rule of
 * dashes, perhaps with the columns' units before it, as VizieR writes it.
 * Where the header begins and ends with a bar, so must the rows.
 *
 * Columns without a name are named after their place, "column_3"; one whose
 * name another had before gets a number: "mag", "mag_2".
 *
 * sky/table_split.h says what a cell is.  A row that cannot be read is bad,
 * and reading goes on with the next line; after a quote that is not closed
 * properly, or a row that is too long, that is the line after the row's
 * first.
 */
#ifndef SKY_TABLE_TEXT_H
#define SKY_TABLE_TEXT_H

#include <stdio.h>

#include "base/arena.h"
#include "sky/table_kinds.h"
#include "sky/table_source.h"
#include "sky/table_split.h"

struct table_place {
	int64_t offset, line; /* line 0: there is no such place */
};

struct table_text {
	struct table table;
	FILE *file;
	struct arena arena; /* the columns' texts */
	bool framed;
	struct table_place first_row;
	struct table_source source;
	struct table_split split;
	struct table_column columns[TABLE_COLUMNS_MAX];
};

/*
 * Reads what comes before the rows: fills the columns in, and sets
 * split.delimiter and `framed`.  The source stands at the first row after it.
 * On failure table.why says what is wrong.
 */
enum lc_rc table_header_read(struct table_text *text) LC_CHECKED;

#endif
