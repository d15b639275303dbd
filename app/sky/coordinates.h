/*
 * Positions as people write them.
 *
 * Read are pairs of right ascension and declination in ICRS, J2000 or FK5
 * (which is taken as ICRS; the two differ by less than 0.03"):
 *
 *   10.6847 41.2691      10.6847,+41.2691      10.6847-41.2691    degrees
 *   00 42 44.35 +41 16 08.6    00:42:44.35+41:16:08.6    hours and degrees
 *   0h42m44.35s +41°16′08.6″   275d11m15.7s+17d59m59.9s     with units
 *
 * with the frame's word before or after, bare or in brackets.  U+2212 is a
 * minus.  Right ascension from -360 to 360 degrees wraps.  Whatever is in
 * doubt is refused, never guessed.  Nothing is allocated; any thread may
 * call.
 */
#ifndef SKY_COORDINATES_H
#define SKY_COORDINATES_H

#include <stddef.h>

enum { COORDINATES_MAX_BYTES = 256, COORDINATES_MESSAGE_MAX = 192 };

enum coordinates_kind {
	/* ra_deg, dec_deg and form are set. */
	COORDINATES_POSITION,
	/*
	 * No position, but perhaps the name of something: the caller looks it
	 * up.  When nothing has that name, `message`, if it is not empty, says
	 * why it is no position either.
	 */
	COORDINATES_NAME,
	/* Wrong, and no name: `message` and `offset` say what and where. */
	COORDINATES_ERROR
};

struct coordinates {
	enum coordinates_kind kind;
	double ra_deg;    /* 0 to below 360 */
	double dec_deg;   /* -90 to 90 */
	const char *form; /* "degrees" or "sexagesimal" */
	size_t offset;    /* the byte of the text that `message` is about */
	char message[COORDINATES_MESSAGE_MAX]; /* one sentence, no full stop */
};

/* Reads `length` bytes, which need not end in NUL; returns result->kind. */
enum coordinates_kind coordinates_read(const char *text, size_t length,
				       struct coordinates *result);

#endif
