/*
 * What headers and UCDs usually say, as tables: which field a column of such
 * a name or of such a kind may be, and how surely.
 */
#ifndef SKY_MAPPING_WORDS_H
#define SKY_MAPPING_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "sky/columns.h"

/* The fields of columns_table, and those that a position is made of. */
enum mapping_field {
	MAPPING_OUT = -3, /* left out, as was asked for */
	MAPPING_OWN = -2, /* kept as it is, as was asked for */
	MAPPING_NONE = -1,
	MAPPING_COORDINATES = COLUMNS__MAX, /* both angles in one text */
	MAPPING_RA_H,
	MAPPING_RA_M,
	MAPPING_RA_S,
	MAPPING_DEC_SIGN,
	MAPPING_DEC_D,
	MAPPING_DEC_M,
	MAPPING_DEC_S,
	MAPPING_RA_B1950,
	MAPPING_DEC_B1950,
	MAPPING_GALACTIC_L,
	MAPPING_GALACTIC_B,
	MAPPING_SUPERGALACTIC_L,
	MAPPING_SUPERGALACTIC_B,
	MAPPING_FIELD__MAX
};

enum { MAPPING_KEY_MAX = 48 };

/*
 * A name in a header.  It is compared by its letters and digits alone, in
 * lower case: "_RAJ2000" and "RA (J2000)" are both "raj2000".
 */
struct mapping_word {
	const char *key;
	int field;
	int weight;
	const char *unit;    /* when nothing else says one; NULL: ours */
	const char *with;    /* only beside a column of this key */
	const char *without; /* only without these, with a space between */
	bool unit_needed;    /* only when something says the unit */
};

/* A kind of quantity: UCD1+ words with ';' between them, or one UCD1 word. */
struct mapping_ucd {
	const char *ucd; /* in lower case */
	int field;
	int weight;
};

/* A word for --map. */
struct mapping_asked {
	const char *word;
	int field;
	const char *unit; /* NULL: ours, or what the table says */
};

/* Each ends with a NULL. */
extern const struct mapping_word mapping_words[];
extern const struct mapping_ucd mapping_ucds[];
extern const struct mapping_asked mapping_words_asked[];

/* Writes a header's key; a longer one is cut. */
void mapping_words_key(const char *name, size_t length,
		       char key[MAPPING_KEY_MAX]);

/*
 * The weight, 0 for none, with which a column of this UCD is of the entry's
 * kind.  What only says that it is the main one, a mean, or of the source as
 * a whole changes nothing else.
 */
int mapping_words_weigh_ucd(const struct mapping_ucd *entry, const char *ucd);

/* The acronym before the numbers in a column of this key, or NULL. */
const char *mapping_words_acronym(const char *key);

/* What the field is called in messages. */
const char *mapping_words_field(int field);

/* What the field is measured in; NULL for texts. */
const char *mapping_words_unit(int field);

#endif
