#include "services/digest.h"

#include <assert.h>

#include <sodium.h>

uint64_t
digest_quick(const void *bytes, size_t length)
{
	static const unsigned char key[crypto_shorthash_KEYBYTES] =
		"lightcone digest";
	unsigned char digest[crypto_shorthash_BYTES];
	uint64_t value = 0;

	crypto_shorthash(digest, bytes, length, key);
	for (size_t i = sizeof(digest); i-- > 0;)
		value = value << 8 | digest[i];
	return value;
}

void
digest_random(void *out, size_t bytes)
{
	/* Without it two first callers would meet; only its lock can fail. */
	const int ready = sodium_init();

	assert(ready >= 0);
	(void)ready;
	randombytes_buf(out, bytes);
}
