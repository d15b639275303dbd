/*
 * Positions as people write them.
 *
 *   10.6847 41.2691      10.6847,+41.2691      10.6847-41.2691    degrees
 *   00 42 44.35 +41 16 08.6    00:42:44.35+41:16:08.6    hours and degrees
 *   0h42m44.35s +41°16′08.6″   275d11m15.7s+17d59m59.9s     with units
 *   galactic 121.1743 -21.5733    l=121.1743 b=-21.5733     other frames
 *   SDSS J123049.42+122328.0      G121.1743-21.5733         designations
 *
 * What the numbers are measured against is said by a word before or after
 * them, bare or in brackets (sky/frames.h), or by labels (sky/labels.h); ICRS
 * otherwise.  A text is tried in this order: trimmed, without the frame's
 * word; with explicit units; two numbers are degrees; four or six, or colons,
 * are hours and degrees; a designation (sky/designations.h); a name.
 * U+2212 is a minus.  Right ascension and longitudes from -360 to 360 degrees
 * wrap.  Whatever is in doubt is refused, never guessed, and the locale has no
 * say.  Nothing is allocated; any thread may call.
 */
#ifndef SKY_COORDINATES_H
#define SKY_COORDINATES_H

#include <stddef.h>

enum { COORDINATES_MAX_BYTES = 256, COORDINATES_MESSAGE_MAX = 192 };

enum coordinates_kind {
	/* ra_deg, dec_deg, form and frame are set. */
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
	double ra_deg;     /* in ICRS, 0 to below 360 */
	double dec_deg;    /* in ICRS, -90 to 90 */
	const char *form;  /* "degrees", "sexagesimal" or "designation" */
	const char *frame; /* in which it was given: turns_name() */
	size_t offset;     /* the byte of the text that `message` is about */
	char message[COORDINATES_MESSAGE_MAX]; /* one sentence, no full stop */
};

/* Reads `length` bytes, which need not end in NUL; returns result->kind. */
enum coordinates_kind coordinates_read(const char *text, size_t length,
				       struct coordinates *result);

#endif
