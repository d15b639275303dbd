/*
 * One cell of a table as a value: of a field of ours, which must be possible,
 * or of a column of the catalogue's own, which may be anything.
 */
#ifndef SKY_MAPPING_VALUE_H
#define SKY_MAPPING_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "sky/columns.h"
#include "sky/mapping_angle.h"
#include "sky/table.h"

/* How a column of the table becomes a field of ours. */
struct mapping_step {
	int column;
	int field; /* of columns_table; beyond it, an angle of a position */
	enum table_type from;
	double times, over; /* value * times / over is in our unit */
	double min, max;    /* in our unit */
	const char *name;   /* of the table's column, for messages */
	const char *word;   /* of the field */
	const char *unit;   /* of the field */
	bool is_ra;         /* it may be in hours, */
	bool hours;         /* and is when several numbers are without units */
	bool sexagesimal;   /* some row had hours or degrees with minutes */
};

/* A column that is the catalogue's own. */
struct mapping_own {
	int column;
	bool settles;           /* the table does not say its type */
	bool settled;           /* some row had a value */
	enum columns_type type; /* what it has come to */
};

/*
 * The cell as the step's field, in our unit.  LC_INVALID, with `why` naming
 * column and value, if it cannot be.
 */
enum lc_rc mapping_value_read(const struct mapping_step *step,
			      const struct table_cell *cell,
			      struct columns_value *out, char *why,
			      size_t why_bytes) LC_CHECKED;

/* The same of an angle, which may be sexagesimal text. */
enum lc_rc mapping_value_angle(struct mapping_step *step,
			       const struct table_cell *cell,
			       struct columns_value *out, char *why,
			       size_t why_bytes) LC_CHECKED;

/*
 * Makes a list with '|' of one with ',' or ';', in `room`, which has
 * TABLE_ROW_MAX bytes for all lists of a row; `used` of them are taken.
 */
void mapping_value_list(struct columns_value *list, char *room, size_t *used);

/*
 * The cell as it is.  A column that settles may change its type by it; false
 * when that makes a text of it after numbers.
 */
bool mapping_value_own(struct mapping_own *own, const struct table_cell *cell,
		       struct columns_value *out, enum columns_type *type);

/* Whether a text is what catalogues write where they have no value. */
bool mapping_value_is_unknown(const char *text, size_t length);

#endif
