/*
 * The words of JSON (RFC 8259, sections 2, 3, 6 and 7): white space, strings,
 * numbers, literal names.  For json_parse() only, which puts them together.
 *
 * A scan goes over a text that it does not own and stops at the first fault,
 * which it remembers.  Each function begins where the last one ended, and
 * expects that json_scan_peek() showed the first byte of what it reads.
 */
#ifndef HTTP_JSON_SCAN_H
#define HTTP_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct json_scan {
	const char *text;
	size_t length;
	size_t at;
	size_t fault_at;
	const char *message;
};

enum json_scan_word {
	JSON_SCAN_NULL,
	JSON_SCAN_FALSE,
	JSON_SCAN_TRUE,
	JSON_SCAN_WORD__MAX
};

/* Remembers what is wrong at an offset, and is LC_INVALID. */
enum lc_rc json_scan_fault(struct json_scan *scan, size_t at,
			   const char *message) LC_CHECKED;

/* The byte that comes next, 0 to 255, or -1 where the text ends. */
static inline int
json_scan_peek(const struct json_scan *scan)
{
	return scan->at < scan->length ? (unsigned char)scan->text[scan->at] :
					 -1;
}

/* Skips white space, if there is any. */
void json_scan_space(struct json_scan *scan);

/*
 * Reads a string from its opening quote to its closing one, and adds its
 * characters to `out`, a NUL after them.  LC_OK, LC_INVALID or LC_NO_MEMORY;
 * in a name, NUL is a fault.
 */
enum lc_rc json_scan_string(struct json_scan *scan, bool is_name,
			    struct buf *out) LC_CHECKED;

/*
 * Goes over a number from '-' or its first digit on.  LC_OK or LC_INVALID;
 * whole: it has neither a fraction nor an exponent.
 */
enum lc_rc json_scan_number(struct json_scan *scan, bool *whole) LC_CHECKED;

/* Reads a literal name, from its first letter on.  LC_OK or LC_INVALID. */
enum lc_rc json_scan_word(struct json_scan *scan, enum json_scan_word *out)
	LC_CHECKED;

#endif
