/*
 * What others need of xxHash and libsodium without knowing them: a quick
 * digest, and bytes that nobody can guess.  Any thread may call, at any time.
 */
#ifndef SERVICES_DIGEST_H
#define SERVICES_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/*
 * XXH3 of the bytes, 64 bits: the same in every process and on every machine,
 * for ETags and the like; 2 KB take 0.1 µs.  It is no secret and proves
 * nothing: who wants two texts of one digest can find them.
 */
uint64_t digest_quick(const void *bytes, size_t length);

/*
 * BLAKE2b of what is added piece by piece, DIGEST_STRONG_BYTES: nobody can find
 * two rows of pieces of one digest.  About 1 µs for 1 KB.
 */
enum { DIGEST_STRONG_BYTES = 32 };

struct digest_strong {
	unsigned char room[384 + 63]; /* libsodium's state, at 64 bytes */
};

void digest_strong_begin(struct digest_strong *digest);
void digest_strong_add(struct digest_strong *digest, const void *bytes,
		       size_t length);
void digest_strong_end(struct digest_strong *digest,
		       unsigned char out[DIGEST_STRONG_BYTES]);

/* Fills `out` with random bytes that are good enough for secrets. */
void digest_random(void *out, size_t bytes);

#endif
