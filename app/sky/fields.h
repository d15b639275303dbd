/*
 * The numbers of a position as they are written: each with its sign, its
 * unit, and where it stands.  The step before sky/coordinates.h makes angles
 * of them.
 */
#ifndef SKY_FIELDS_H
#define SKY_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

enum { FIELDS_MAX = 6 };

enum fields_unit {
	FIELDS_BARE,
	FIELDS_HOURS,
	FIELDS_DEGREES,
	FIELDS_MINUTES, /* of time or of arc */
	FIELDS_SECONDS
};

struct fields_field {
	double value; /* without its sign */
	size_t offset;
	int digits;    /* before the point */
	bool fraction; /* has a point or an exponent */
	char sign;     /* '+', '-', or 0 */
	bool colon;    /* follows */
	enum fields_unit unit;
};

struct fields {
	struct fields_field field[FIELDS_MAX];
	size_t count;
	/* The field before which a comma or label stands; 0: none. */
	size_t comma;
	/* When something is not as it should be: where, and what. */
	const char *fault;
	size_t fault_offset;
	bool no_name; /* after this fault the text can be no name either */
};

/* Bytes that part the two coordinates as a comma does. */
struct fields_gap {
	size_t from, to;
};

/*
 * Reads text from `at` to `length`; false after a fault, the fields before it
 * being there.  `gap` may be NULL; no number or unit reaches into it.
 */
bool fields_read(struct fields *fields, const char *text, size_t at,
		 size_t length, const struct fields_gap *gap);

/* The bytes of the white space at the beginning of a text; 0 for none. */
size_t fields_space(const char *text, size_t length);

/* Where the white space at the end of a text begins. */
size_t fields_trim(const char *text, size_t length);

/* The bytes of a sign there, and which it is; 0 for none. */
size_t fields_sign(const char *text, size_t length, char *sign);

#endif
