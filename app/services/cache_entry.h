/*
 * An answer as it is kept: what a cache holds for a key, as bytes that can be
 * trusted or not at all.
 *
 * The bytes begin with a magic number that names their layout, the whole key
 * and a checksum (XXH3, 128 bits) of all that follows it: what was cut off,
 * written by another version, or belongs to another key is told from what is
 * whole.  It proves nothing against somebody who may write into the cache.
 * Numbers are little-endian, so nodes of different kinds can share a cache.
 *
 * A body of CACHE_ENTRY_PACK_BYTES or more that LZ4 makes smaller by a
 * quarter is kept packed; a picture, which it does not, is not.
 *
 * Pure: no clock, no I/O.  Any thread may call.
 */
#ifndef SERVICES_CACHE_ENTRY_H
#define SERVICES_CACHE_ENTRY_H

#include <stdint.h>

#include "base/buf.h"

enum {
	CACHE_KEY_BYTES = 32,
	CACHE_ENTRY_PACK_BYTES = 4096,
	CACHE_ENTRY_MOST = 64 << 20 /* bytes of a body */
};

/* BLAKE2b of what the answer depends on. */
struct cache_key {
	unsigned char bytes[CACHE_KEY_BYTES];
};

struct cache_entry {
	int64_t made_ms; /* when it was computed, in ms since 1970 */
	int64_t cost_us; /* how long that took */
	int status;
	const char *media_type; /* with its parameters */
	const char *tag;        /* the ETag with its quotes; "": none */
	const char *fields;     /* header fields of its own, with CR LF */
	const char *body;
	size_t body_length;
};

/*
 * Adds the entry's bytes to `out`.  LC_TOO_LARGE: the body is; LC_NO_MEMORY.
 */
enum lc_rc cache_entry_write(const struct cache_key *key,
			     const struct cache_entry *entry, struct buf *out)
	LC_CHECKED;

/*
 * Reads what was kept.  The entry then lives in `bytes`, which may be
 * exchanged for unpacked ones.  LC_INVALID: it is damaged, of another layout,
 * or of another key; LC_NO_MEMORY.
 */
enum lc_rc cache_entry_read(const struct cache_key *key, struct buf *bytes,
			    struct cache_entry *entry) LC_CHECKED;

#endif
