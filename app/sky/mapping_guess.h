/*
 * Which column of a table is which field: the wishes, and for the rest what
 * the headers, UCDs and units say.  sky/mapping.h says in which order.
 */
#ifndef SKY_MAPPING_GUESS_H
#define SKY_MAPPING_GUESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"
#include "sky/mapping.h"
#include "sky/mapping_units.h"
#include "sky/mapping_words.h"
#include "sky/turns.h"

enum { MAPPING_UNIT_MAX = 32 };

/* What becomes of a column of the table. */
struct mapping_link {
	int field;                   /* MAPPING_NONE: it is kept as own */
	double times, over;          /* value * times / over is in our unit */
	char unit[MAPPING_UNIT_MAX]; /* what it is in; "" when it is ours */
	char key[MAPPING_KEY_MAX];
	enum mapping_dimension dimension; /* of the unit */
	bool asked;                       /* for this field, by --map */
};

/* The ways in which columns can make a position, the best first. */
enum mapping_way {
	MAPPING_BY_PAIR, /* COLUMNS_RA and COLUMNS_DEC */
	MAPPING_BY_PARTS,
	MAPPING_BY_TEXT, /* MAPPING_COORDINATES */
	MAPPING_BY_B1950,
	MAPPING_BY_GALACTIC,
	MAPPING_BY_SUPERGALACTIC,
	MAPPING_BY__MAX
};

struct mapping_guess {
	struct mapping_link *links; /* of each column of the table */
	size_t count;
	int column_of[MAPPING_FIELD__MAX]; /* -1: none */
	enum mapping_way way;
	enum turns_frame frame; /* of the position */
};

/* LC_INVALID, with words for the user, when there is no such mapping. */
enum lc_rc mapping_guess_init(struct mapping_guess *guess,
			      const struct table *table,
			      const struct mapping_wishes *wishes, char *why,
			      size_t why_bytes) LC_CHECKED;

/* Also after a failure. */
void mapping_guess_release(struct mapping_guess *guess);

/*
 * Sets the field of each column that is asked for (its unit, too, when the
 * field's word says one).
 */
enum lc_rc mapping_guess_ask(struct mapping_guess *guess,
			     const struct table *table,
			     const struct mapping_wishes *wishes, char *why,
			     size_t why_bytes) LC_CHECKED;

/* Finds how the position is made, and frees the columns that are not of it. */
enum lc_rc mapping_guess_position(struct mapping_guess *guess,
				  const struct table *table,
				  const struct mapping_wishes *wishes,
				  char *why, size_t why_bytes) LC_CHECKED;

#endif
