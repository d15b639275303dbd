/*
 * A position out of the numbers that sky/fields.h has read: which of them
 * are right ascension or longitude, which declination or latitude, and what
 * angles they make.  Whatever is in doubt is refused, never guessed.
 */
#ifndef SKY_PAIRS_H
#define SKY_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "sky/fields.h"
#include "sky/turns.h"

enum { PAIRS_MESSAGE_MAX = 192 };

struct pairs {
	double lon_deg;   /* 0 to below 360 */
	double lat_deg;   /* -90 to 90 */
	bool sexagesimal; /* or else two plain numbers of degrees */
	size_t offset;    /* the byte of the text that `message` is about */
	char message[PAIRS_MESSAGE_MAX]; /* one sentence, no full stop */
};

/*
 * Right ascension may be in hours, a longitude is in degrees always.  False,
 * with `offset` and `message` set, for what is no position.
 */
bool pairs_read(struct pairs *pairs, const struct fields *fields,
		enum turns_frame frame);

#endif
