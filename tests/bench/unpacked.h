/*
 * Texts that came packed (RFC 7692), each of which stands alone: the same
 * bytes are the same text, whoever is sent them, and are unpacked once.
 */
#ifndef BENCH_UNPACKED_H
#define BENCH_UNPACKED_H

#include <stddef.h>

struct unpacked;

/* Ends the program without memory. */
struct unpacked *unpacked_new(void);
void unpacked_free(struct unpacked *unpacked);

/* The text, until the next call; NULL: that cannot be unpacked. */
const char *unpacked_text(struct unpacked *unpacked, const unsigned char *bytes,
			  size_t length, size_t *text_length);

#endif
