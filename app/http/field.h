/*
 * What the fields of HTTP are made of (RFC 9110 section 5.6): tokens, quoted
 * strings, parameters, lists.
 *
 * A field is a text that ends in NUL, as a web server hands it over.  Nothing
 * is allocated or changed, any thread may call, and a list is walked in time
 * that is linear in its length, whatever it holds.
 */
#ifndef HTTP_FIELD_H
#define HTTP_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of a field; it does not end in NUL. */
struct field_text {
	const char *text;
	size_t length;
};

/* "name", "name=value" or "name="value""; no value is an empty one. */
struct field_parameter {
	struct field_text name;
	struct field_text value; /* without its quotes, escapes as they came */
};

/* What follows the spaces and tabs. */
const char *field_spaces(const char *at);

/* The length of the token that the text begins with; 0 for none. */
size_t field_token(const char *at);

/* What follows the parameter; NULL if it is malformed. */
const char *field_parameter_read(struct field_parameter *parameter,
				 const char *at);

/*
 * The next element of a list: what follows the next comma that is not within
 * quotes, or the end.  A quote that is not closed reaches to the end.
 */
const char *field_next(const char *at);

/* Whether a piece is this word, which is in lower case, in any case. */
bool field_is(const struct field_text *piece, const char *word);

/*
 * A whole number of nothing but digits; one too large for the type becomes
 * INT64_MAX.
 */
bool field_whole(const char *text, size_t length, int64_t *out);

#endif
