/*
 * From the columns of somebody's table to those of ours: which column is the
 * right ascension, which the name, what each is measured in, and what a row
 * then says.
 *
 * What `column=field` asks for comes first, then exactly our names, then
 * UCDs (IVOA's "UCD1+ controlled vocabulary" and its predecessor), then what
 * headers usually say; letters' case never matters.  A column that is none
 * of ours is kept as the catalogue's own.  Fields of ours are converted to
 * our units; a position in another frame, as sexagesimal text, or spread over
 * several columns becomes degrees in ICRS.
 *
 * A cell that is empty, or holds what catalogues write for "unknown" ("nan",
 * "null", "-", and for our fields 99.9, 999, … where that cannot be), is an
 * absent value.  A row with a value of our fields that cannot be is bad as a
 * whole.
 *
 * The own columns of a table without types get theirs as rows are read: whole
 * numbers until there is another number, numbers until there is a text.  A
 * text after numbers makes mapping_must_restart() true: the texts of these
 * numbers are lost, and the rows must be read once more.
 *
 * The table must outlive the mapping.  One thread; mapping_row() allocates
 * nothing.
 */
#ifndef SKY_MAPPING_H
#define SKY_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/rc.h"
#include "sky/columns.h"
#include "sky/table.h"

enum { MAPPING_WHY_MAX = 512 };

struct mapping;

/* What the one who imports has to say; all of it may be left out. */
struct mapping_wishes {
	/*
	 * "column=field" each.  A field is a name of columns_table, or one of
	 * ra_hours, coordinates (both angles in one text), l_deg, b_deg,
	 * sgl_deg, sgb_deg, ra_b1950_deg, dec_b1950_deg, ra_h, ra_m, ra_s,
	 * dec_sign, dec_d, dec_m, dec_s; "own" keeps the column as it is, and
	 * "-" leaves it out.
	 */
	const char *const *map;
	size_t map_count;
	const char *frame;     /* of ra_deg and dec_deg; NULL: the table's */
	const char *catalogue; /* its name, from which names are made */
	/*
	 * Only positions are wanted: whatever else there is, also names, is
	 * not looked at, and nothing in it can make a row bad.
	 */
	bool positions_only;
};

/*
 * LC_INVALID, with words for the user in `why`, when a wish cannot be
 * fulfilled or no position is found.
 */
enum lc_rc mapping_new(const struct table *table,
		       const struct mapping_wishes *wishes,
		       struct mapping **out, char *why, size_t why_bytes)
	LC_CHECKED;

/* NULL is harmless. */
void mapping_free(struct mapping *mapping);

/* How many values of own columns follow the COLUMNS__MAX of ours. */
size_t mapping_own_count(const struct mapping *mapping);

/* The table's column of names; -1: names are made, "CATALOGUE 17". */
int mapping_name_column(const struct mapping *mapping);

/*
 * Reads the table's present row into COLUMNS__MAX + mapping_own_count()
 * values, which live until the next row.  LC_INVALID when the row is bad:
 * `why` names column and value.
 */
enum lc_rc mapping_row(struct mapping *mapping, const struct table *table,
		       struct columns_value *values, char *why,
		       size_t why_bytes) LC_CHECKED;

/* Counts a row that could not be read, so that made names keep in step. */
void mapping_skip_row(struct mapping *mapping);

/* The types of the present row's own values, mapping_own_count() of them. */
const enum columns_type *mapping_own_types(const struct mapping *mapping);

/*
 * After the rows: which fields of ours some row had, and the own columns with
 * the types they have come to.  An integer that was read before its column
 * became COLUMNS_REAL was given out as an integer.
 */
const struct columns_set *mapping_columns(struct mapping *mapping);

/*
 * Whether a column turned out to be text after numbers of it were given out.
 * The rest of the rows still tells about types; then mapping_restart() is
 * called, and all rows are read again with the types that are known now.
 */
bool mapping_must_restart(const struct mapping *mapping);
void mapping_restart(struct mapping *mapping);

/* For people: a line for each column, saying what became of it. */
void mapping_describe(const struct mapping *mapping, struct buf *out);

#endif
