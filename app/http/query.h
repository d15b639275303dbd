/*
 * Query strings (application/x-www-form-urlencoded, WHATWG URL standard):
 * pairs in the order they came, decoded, '+' as a space.  A '%' that two
 * hexadecimal digits do not follow stands for itself.  Values may hold any
 * byte, NUL too; they are followed by one.
 */
#ifndef HTTP_QUERY_H
#define HTTP_QUERY_H

#include <stdbool.h>

#include "base/arena.h"

struct query_pair {
	const char *name;
	size_t name_length;
	const char *value;
	size_t value_length;
};

struct query {
	struct query_pair *pairs;
	size_t count;
};

/* LC_OK or LC_NO_MEMORY; the pairs live in the arena. */
enum lc_rc query_parse(struct query *query, const char *text, size_t length,
		       struct arena *arena) LC_CHECKED;

/*
 * Decodes `length` bytes into `out`, which has room for as many and a NUL;
 * returns the decoded length.
 */
size_t query_decode(char *out, const char *text, size_t length,
		    bool plus_is_space);

#endif
