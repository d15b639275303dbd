/*
 * A text that somebody publishes: JSON of any kind.  An object that has
 * numbers ra_deg and dec_deg is somewhere in the sky.
 */
#ifndef HTTP_PUBLISHED_H
#define HTTP_PUBLISHED_H

#include <stdbool.h>

#include "http/json_parse.h"

struct published {
	bool placed;
	double ra_deg, dec_deg; /* 0 to 360, -90 to 90 */
};

/* Reads it; LC_INVALID and what is wrong, or LC_NO_MEMORY. */
enum lc_rc published_read(const char *text, size_t length,
			  struct published *out, struct json_fault *fault)
	LC_CHECKED;

/* Copies it to one line: its line breaks, which say nothing, become spaces. */
void published_copy(char *to, const char *text, size_t length);

#endif
