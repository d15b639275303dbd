/*
 * Base64 (RFC 4648, section 4), decoded piece by piece.
 *
 * Space between the characters is skipped, as in XML and MIME; everything
 * else must be as the RFC has it, padding at the end included.  One thread
 * at a time may use a decoder; nothing is allocated.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct base64 {
	uint32_t bits;  /* of the group that is begun */
	unsigned count; /* its characters, padding too */
	unsigned padding;
	bool ended;  /* a padded group is the last one */
	bool failed; /* nothing more is decoded */
};

/* Room for what `length` characters can decode to. */
#define BASE64_ROOM(length) ((length) / 4 * 3 + 6)

void base64_init(struct base64 *decoder);

/*
 * Decodes the next characters into `out`, which has BASE64_ROOM(length)
 * bytes, and returns how many bytes there are.  What cannot be read sets
 * `failed`, and *bad to the place of the character at fault.
 */
size_t base64_decode(struct base64 *decoder, const char *text, size_t length,
		     unsigned char *out, size_t *bad);

/* Whether the text may end here: not within a group. */
bool base64_complete(const struct base64 *decoder);

#endif
