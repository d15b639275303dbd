/*
 * The columns of an object: one const table of those that Lightcone knows,
 * which import, the catalogue's file and the writers of replies all walk,
 * and for each catalogue those of its own.  A column's name is the word in a
 * table's header and the field in JSON.
 *
 * A row's values stand in one array: COLUMNS__MAX of columns_table, and then
 * those of the catalogue's own columns.
 */
#ifndef SKY_COLUMNS_H
#define SKY_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum columns_type {
	COLUMNS_TEXT,
	COLUMNS_LIST, /* texts with a '|' between them */
	COLUMNS_REAL,
	COLUMNS_SINGLE, /* a real that was stored in 32 bits */
	COLUMNS_INTEGER,
	COLUMNS_BOOL,
	COLUMNS_TYPE__MAX
};

/* Texts that are not there are "". */
struct columns_column {
	const char *name;
	enum columns_type type;
	const char *unit;
	const char *ucd; /* UCD1+: what kind of quantity it is */
	const char *doc;
	double min, max; /* of columns_table's reals: what is possible at all */
};

/* The columns that a catalogue has. */
struct columns_set {
	uint32_t
		present; /* a bit for each of columns_table: some object has it */
	size_t own_count;
	const struct columns_column *own;
};

/* In the order in which they are shown. */
enum {
	COLUMNS_NAME,
	COLUMNS_ALIASES,
	COLUMNS_OBJECT_TYPE,
	COLUMNS_RA,
	COLUMNS_DEC,
	COLUMNS_CONSTELLATION,
	COLUMNS_MAGNITUDE_V,
	COLUMNS_MAGNITUDE_B,
	COLUMNS_MAGNITUDE_J,
	COLUMNS_MAGNITUDE_H,
	COLUMNS_MAGNITUDE_K,
	COLUMNS_SURFACE_BRIGHTNESS,
	COLUMNS_MAJOR_AXIS,
	COLUMNS_MINOR_AXIS,
	COLUMNS_POSITION_ANGLE,
	COLUMNS_REDSHIFT,
	COLUMNS_RADIAL_VELOCITY,
	COLUMNS_PARALLAX,
	COLUMNS_PM_RA,
	COLUMNS_PM_DEC,
	COLUMNS_HUBBLE_TYPE,
	COLUMNS_IDENTIFIERS,
	COLUMNS__MAX,
	/* Identifiers are for finding: lists of objects are without them. */
	COLUMNS_LISTED = COLUMNS_IDENTIFIERS
};

extern const struct columns_column columns_table[COLUMNS__MAX];

/* One object's value of a column, of the column's type. */
struct columns_value {
	bool present;
	uint32_t length; /* of the text */
	union {
		const char *text; /* ends in NUL */
		double real;      /* finite; of singles too */
		int64_t integer;
		bool truth;
	};
};

/* The words that say what an object is; ends in NULL. */
extern const char *const columns_types[];

/* The column's place in the table, or -1. */
int columns_find(const char *name, size_t length);

/* The word's place in columns_types, or -1. */
int columns_find_type(const char *word, size_t length);

#endif
