/*
 * The words by which people say what a position is measured against, before
 * or after it, bare or in brackets: "J2000", "(FK5)", "galactic".
 */
#ifndef SKY_FRAMES_H
#define SKY_FRAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "sky/turns.h"

struct frames {
	size_t from, to;        /* the text without the words */
	enum turns_frame frame; /* TURNS_ICRS when none is named */
	bool named;
	size_t named_offset; /* of the first word */
	const char *refused; /* what is wrong with one of them, or NULL */
	size_t refused_offset;
};

/* Finds the words in the text from `from` to `to`. */
void frames_strip(struct frames *frames, const char *text, size_t from,
		  size_t to);

#endif
