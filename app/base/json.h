/*
 * Writing JSON (RFC 8259), piece by piece, into a buffer.
 *
 * Members take a name; elements of an array take NULL for it.  Numbers are
 * printed as the shortest text that reads back the same; a number that is
 * not finite becomes null.  Bytes that are not UTF-8 become U+FFFD.  Failure
 * (memory) is remembered by the buffer.  Nesting deeper than JSON_DEPTH_MAX
 * is a programmer's error.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum { JSON_DEPTH_MAX = 64 };

/* Of one byte at most so many are made; so many more must have room. */
enum { JSON_QUOTE_MOST = 6, JSON_QUOTE_SLACK = 16 };

struct json {
	struct buf *out;
	uint64_t filled; /* a bit for each level that has a member already */
	unsigned depth;
};

/*
 * Writes the text in quotes, escaped, where there is room for it; returns its
 * end.  For writers that have no time for more.
 */
char *json_quote(char *at, const char *text, size_t length);

/* Writes into `out`, which the caller keeps. */
void json_init(struct json *json, struct buf *out);

void json_object_begin(struct json *json, const char *name);
void json_object_end(struct json *json);
void json_array_begin(struct json *json, const char *name);
void json_array_end(struct json *json);

void json_text(struct json *json, const char *name, const char *text);
void json_bytes(struct json *json, const char *name, const char *text,
		size_t length);
void json_number(struct json *json, const char *name, double value);
void json_int(struct json *json, const char *name, int64_t value);
void json_bool(struct json *json, const char *name, bool value);
void json_null(struct json *json, const char *name);

/* A value that is JSON already. */
void json_raw(struct json *json, const char *name, const char *text,
	      size_t length);

#endif
