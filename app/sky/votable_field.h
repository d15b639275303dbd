/*
 * A FIELD of a VOTable: its datatype and arraysize, what type of column they
 * make, and which value stands for null.
 *
 * A field's texts are borrowed from whoever read them.  Pure functions; any
 * thread may call.  (IVOA Recommendation VOTable 1.4, sections 2 and 6.)
 */
#ifndef SKY_VOTABLE_FIELD_H
#define SKY_VOTABLE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sky/table.h"

enum votable_datatype {
	VOTABLE_BOOLEAN,
	VOTABLE_BIT,
	VOTABLE_BYTE,
	VOTABLE_SHORT,
	VOTABLE_INT,
	VOTABLE_LONG,
	VOTABLE_CHAR,
	VOTABLE_UNICODE,
	VOTABLE_FLOAT,
	VOTABLE_DOUBLE,
	VOTABLE_FLOAT_COMPLEX,
	VOTABLE_DOUBLE_COMPLEX,
	VOTABLE_DATATYPE__MAX
};

struct votable_field {
	const char *name; /* of the column, unique */
	enum votable_datatype datatype;
	enum table_type type; /* of the column */
	bool variable;        /* each value says how many elements it has */
	uint32_t elements;    /* otherwise all have so many */
	bool grid;            /* of texts of one length, one after the other */
	const char *null;     /* as VALUES gives it, or NULL */
	struct table_cell null_cell; /* not present: no value is null */
};

/*
 * Reads the attributes, either of which may be NULL, into `field`; false, and
 * the words for it in `why`, when they say nothing that VOTable knows.
 */
bool votable_field_shape(struct votable_field *field, const char *datatype,
			 const char *arraysize, char *why, size_t why_bytes);

/* The datatype as it is written: "unsignedByte". */
const char *votable_field_datatype(const struct votable_field *field);

/* The bytes of one element, in BINARY; 0 for bits, of which 8 make one. */
uint32_t votable_field_element_bytes(const struct votable_field *field);

/* The bytes of so many elements. */
uint64_t votable_field_bytes(const struct votable_field *field,
			     uint64_t elements);

/* Whether the column has texts because the field is a row of characters. */
static inline bool
votable_field_is_text(const struct votable_field *field)
{
	return field->datatype == VOTABLE_CHAR ||
	       field->datatype == VOTABLE_UNICODE;
}

/* What an integer of the field's datatype can be at least and at most. */
void votable_field_range(const struct votable_field *field, int64_t *least,
			 int64_t *most);

#endif
