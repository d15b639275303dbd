#include "services/digest.h"

#include <assert.h>

#include <sodium.h>
/* All of it is in the header. */
#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t
digest_quick(const void *bytes, size_t length)
{
	return XXH3_64bits(bytes, length);
}

_Static_assert(sizeof(struct digest_strong) >=
		       sizeof(crypto_generichash_state) + 63,
	       "there is room for it wherever the struct lies");

/* Where in the room it is aligned. */
static crypto_generichash_state *
strong_state(struct digest_strong *digest)
{
	const uintptr_t at = ((uintptr_t)digest->room + 63) & ~(uintptr_t)63;

	return (crypto_generichash_state *)(void *)(digest->room +
						    (at -
						     (uintptr_t)digest->room));
}

/* It fails for other lengths only. */
void
digest_strong_begin(struct digest_strong *digest)
{
	crypto_generichash_init(strong_state(digest), NULL, 0,
				DIGEST_STRONG_BYTES);
}

void
digest_strong_add(struct digest_strong *digest, const void *bytes,
		  size_t length)
{
	crypto_generichash_update(strong_state(digest), bytes, length);
}

void
digest_strong_end(struct digest_strong *digest,
		  unsigned char out[DIGEST_STRONG_BYTES])
{
	crypto_generichash_final(strong_state(digest), out,
				 DIGEST_STRONG_BYTES);
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
