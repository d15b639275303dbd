/*
 * Names that give a position:
 *
 *   J123049.42+122328.0    2MASX J00424433+4116074    right ascension in hours,
 *                          minutes, seconds and declination, for J2000
 *   B122817.6+124002       the same for B1950
 *   G121.1743-21.5733      galactic longitude and latitude
 *
 * Any word may stand before J and B, for the catalogue; a "+" may have become
 * a space.  A designation that is cut at minutes (J1230+1223) names a box on
 * the sky and gives no position.  What lacks the digits of one is none:
 * G 29-38 is a star's name.
 */
#ifndef SKY_DESIGNATIONS_H
#define SKY_DESIGNATIONS_H

#include <stddef.h>

#include "sky/fields.h"
#include "sky/turns.h"

enum designations_kind {
	DESIGNATIONS_NONE,
	DESIGNATIONS_POSITION, /* fields and frame are set */
	DESIGNATIONS_BOX       /* offset and why are set */
};

struct designations {
	enum designations_kind kind;
	struct fields fields; /* not yet checked for their ranges */
	enum turns_frame frame;
	size_t offset; /* where J, B or G stands */
	const char *why;
};

/* Reads the text from `from` to `to`, which no white space ends. */
enum designations_kind designations_read(struct designations *designation,
					 const char *text, size_t from,
					 size_t to);

#endif
