/*
 * Letters that say which coordinate a number is: "l=121.17 b=-21.57",
 * "glon 121.17, glat -21.57", "sgl: 10 sgb: 20", "RA 10.68 Dec 41.27".
 */
#ifndef SKY_LABELS_H
#define SKY_LABELS_H

#include <stdbool.h>
#include <stddef.h>

#include "sky/turns.h"

struct labels {
	bool found;
	/* ICRS for right ascension, which may be any equatorial frame's. */
	enum turns_frame frame;
	size_t from;              /* where the first number begins */
	size_t second, second_to; /* the second label's bytes */
	const char *fault;        /* when it begins as a pair and is none */
};

/* Looks for a pair of labels; what may be a name is none. */
void labels_find(struct labels *labels, const char *text, size_t from,
		 size_t to);

#endif
