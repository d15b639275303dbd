/*
 * Numbers as users write them: one parser for each type.
 *
 * The text is given by its address and length, need not end in NUL, and must
 * be a number from its first byte to its last: no spaces, no hexadecimal, no
 * "inf" or "nan", no separators of thousands. The decimal point is '.' in
 * every locale. Nothing is allocated and nothing is kept of the text; any
 * thread may call at any time. When a parser refuses, *out is left as it was.
 *
 * Doubles are correctly rounded, ties to even. Short ones are made by the
 * exact operations of W. D. Clinger, "How to Read Floating Point Numbers
 * Accurately", PLDI 1990; those of up to 19 digits as in D. Lemire, "Number
 * Parsing at a Gigabyte per Second", Software: Practice and Experience 51,
 * 2021; the others by the C library in its "C" locale.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

/* A double's text may have this many bytes; a longer one is NUMBER_SYNTAX. */
#define NUMBER_TEXT_MAX 1024

enum number_fault {
	NUMBER_OK,
	NUMBER_EMPTY,  /* no text at all */
	NUMBER_SYNTAX, /* not a number of this type */
	NUMBER_RANGE   /* a number, but too large for the type */
};

/*
 * Reads an optional sign and decimal digits, of any length: leading zeros are
 * allowed. A malformed text is NUMBER_SYNTAX even if its digits are too many.
 */
enum number_fault number_parse_int64(const char *text, size_t length,
				     int64_t *out) LC_CHECKED;

/*
 * Reads an optional sign, digits with an optional point (".5" and "5." are
 * both numbers, "." is not), and an optional exponent of ten after 'e' or 'E'.
 * A value beyond the largest double is NUMBER_RANGE; one too small becomes
 * the nearest denormal or zero, with its sign.
 */
enum number_fault number_parse_double(const char *text, size_t length,
				      double *out) LC_CHECKED;

/*
 * Reads the longest unsigned number without exponent that the text begins
 * with, and returns how many bytes it has: 2 for "12h30m", 5 for "42.25:1", 3
 * for "10.", 1 for "5e3". Returns 0 if the text does not begin with a number,
 * or if that is too long or too large for number_parse_double().
 */
size_t number_parse_prefix_double(const char *text, size_t length, double *out)
	LC_CHECKED;

/* 1 to 16 hexadecimal digits, and nothing else. */
enum number_fault number_parse_hex(const char *text, size_t length,
				   uint64_t *out);

#endif
