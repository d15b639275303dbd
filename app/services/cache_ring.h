/*
 * The cache without Memcached: a ring of bytes in STATE/cache.seg, which all
 * processes of a machine share.
 *
 * Whoever keeps something moves the ring's head on by what it takes, writes
 * there, and then lets a cell of the index point to it; what lay there
 * longest is overwritten.  What is asked for again when it has come near its
 * end is written anew, so what is used stays.  No lock is taken, and a process
 * may be killed or stopped at any moment: a reader sees by the head whether
 * what it has read was still there, and by the entry's checksum
 * (cache_entry.h) whether it is whole.
 *
 * A lease is one 64-bit word, and ends by itself after CACHE_RING_LEASE_MS, by
 * a clock that nobody sets.
 */
#ifndef SERVICES_CACHE_RING_H
#define SERVICES_CACHE_RING_H

#include "services/cache_entry.h"

struct cache_ring;

enum { CACHE_RING_LEASE_MS = 3000, CACHE_RING_OWNERS = (1 << 24) - 1 };

/*
 * Maps the ring of so many bytes (base/cache_setting.h has the bounds), and
 * makes it when it is missing, bad or of another size.  As segment_open().
 */
enum lc_rc cache_ring_open(const char *state_dir, int64_t bytes,
			   struct cache_ring **out, char *why, size_t why_bytes)
	LC_CHECKED;
void cache_ring_close(struct cache_ring *ring);

/* No longer entry is kept. */
size_t cache_ring_most(const struct cache_ring *ring);

/* Adds what is kept for the key to `out`; LC_NOT_FOUND, LC_NO_MEMORY. */
enum lc_rc cache_ring_get(struct cache_ring *ring, const struct cache_key *key,
			  struct buf *out) LC_CHECKED;

/*
 * Keeps bytes of cache_entry_write() until a time of day, in ms since 1970;
 * LC_TOO_LARGE.
 */
enum lc_rc cache_ring_put(struct cache_ring *ring, const struct cache_key *key,
			  const void *bytes, size_t length, int64_t until_ms)
	LC_CHECKED;

/*
 * Takes the key's lease for `owner`, from 1 to CACHE_RING_OWNERS, or prolongs
 * it: true when it is the owner's now, or when there is no room to tell this
 * key's from another's.
 */
bool cache_ring_lease(struct cache_ring *ring, const struct cache_key *key,
		      uint32_t owner);
void cache_ring_unlease(struct cache_ring *ring, const struct cache_key *key,
			uint32_t owner);

#endif
