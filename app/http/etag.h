/*
 * Entity tags in If-None-Match and If-Match (RFC 9110 sections 8.8.3, 13.1.1
 * and 13.1.2): "a", W/"a", lists of them, or "*" alone.
 *
 * A backslash in a tag stands for itself, a comma too.  What is malformed is
 * skipped up to the next comma outside of quotes; so a client that writes
 * nonsense gets the whole reply, or is refused its change.
 */
#ifndef HTTP_ETAG_H
#define HTTP_ETAG_H

#include <stdbool.h>

enum etag_comparison {
	ETAG_WEAK,  /* If-None-Match: W/"a" and "a" are the same */
	ETAG_STRONG /* If-Match: they are not, nor are W/"a" and W/"a" */
};

/*
 * Whether the field lists the tag, which is written as in the field ETag,
 * with its quotes.  "*" lists every tag; nothing lists NULL, the tag of what
 * does not exist.  A field that is NULL lists nothing.
 */
bool etag_listed(const char *field, const char *etag,
		 enum etag_comparison comparison);

/* Whether the field is "*". */
bool etag_is_any(const char *field);

#endif
