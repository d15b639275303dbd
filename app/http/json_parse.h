/*
 * Reading JSON (RFC 8259), strictly, into json-c's tree (http/json_c.h).
 *
 * The text is UTF-8 without a byte order mark, one value with white space
 * around it, nested JSON_PARSE_DEPTH_MAX deep at most, with at most
 * JSON_PARSE_NESTS_MAX arrays and objects, so that its tree stays below 16 MB.  Beyond the grammar,
 * what I-JSON (RFC 7493) asks of a sender is asked here: escaped surrogates
 * come in pairs, and no object has a name twice.  A name with a NUL is
 * refused, because json-c's names end there; a string value may hold one.
 *
 * A whole number that fits becomes json_type_int.  Every other number becomes
 * a double that keeps the text it came from: json_object_to_json_string()
 * gives that again, and 18446744073709551616 can still be told from a number
 * that was written 1.8446744073709552e19.  A number beyond the largest double
 * is refused, as is one of more than NUMBER_TEXT_MAX bytes.
 *
 * The time taken is linear in the text.  Nothing is kept of the text; any
 * thread may call at any time.
 */
#ifndef HTTP_JSON_PARSE_H
#define HTTP_JSON_PARSE_H

#include <stddef.h>

#include "base/rc.h"

struct json_object;

enum { JSON_PARSE_DEPTH_MAX = 64, JSON_PARSE_NESTS_MAX = 16384 };

/*
 * The first thing that is wrong with a text, and where: the byte that should
 * not be there, the beginning of what does not end or may not be as it is, or
 * the end of a text that should go on.  The message is a constant.
 */
struct json_fault {
	size_t offset;       /* in bytes, at most the text's length */
	size_t line, column; /* from 1; the column in characters */
	const char *message;
};

/*
 * LC_OK and the tree, which is the caller's to json_object_put(); it is NULL
 * for the text "null".  LC_INVALID and *fault, or LC_NO_MEMORY: the tree is
 * NULL then, too.  The text need not end in NUL.
 */
enum lc_rc json_parse(const char *text, size_t length, struct json_object **out,
		      struct json_fault *fault) LC_CHECKED;

/* The same of our own text, which has as many arrays and objects as it has. */
enum lc_rc json_parse_own(const char *text, size_t length,
			  struct json_object **out, struct json_fault *fault)
	LC_CHECKED;

#endif
