/*
 * What a client would prefer (RFC 7240): the preferences that Lightcone
 * knows.
 *
 * Names and words are read in any case, values may be quoted, parameters
 * after ';' and unknown preferences are ignored.  Of a preference that is
 * repeated only the first counts, whatever its value (section 2); a malformed
 * element is skipped, as if it were not there.
 */
#ifndef HTTP_PREFER_H
#define HTTP_PREFER_H

#include <stdbool.h>
#include <stdint.h>

enum { PREFER_WAIT_MOST_S = 86400 };

struct prefer {
	bool respond_async;
	bool strict;    /* handling=strict */
	int64_t wait_s; /* at most PREFER_WAIT_MOST_S; -1: not given */
};

/* Reads the field Prefer, or NULL. */
void prefer_read(struct prefer *prefer, const char *field);

#endif
