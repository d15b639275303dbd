/*
 * The cache on Memcached, by libmemcached: cache.h says what it is for.
 *
 * Keys are 43 characters of base64, whatever they stand for; several servers
 * share them by ketama, so that one that leaves takes only its own with it.
 * Each has a breaker: the first question that takes CACHE_TIMEOUT_MS opens
 * it, and from then on a thread of this file tries the server, so that no
 * request waits for it again.
 *
 * What is longer than Memcached's items are is kept in parts, each under a key
 * of its own that the first names; one that is missing or of another time
 * is a miss.
 */
#ifndef SERVICES_CACHE_MEMCACHED_H
#define SERVICES_CACHE_MEMCACHED_H

#include "base/cache_setting.h"
#include "services/cache.h"

struct cache_memcached;

/*
 * As cache_new().  A program that is linked with cache_memcached_none.c has
 * NULL with LC_OK.
 */
enum lc_rc cache_memcached_new(const struct cache_setting *setting,
			       struct cache_memcached **out, char *why,
			       size_t why_bytes) LC_CHECKED;
void cache_memcached_free(struct cache_memcached *memcached);

/* Adds the bytes that are kept; as cache_get(). */
enum lc_rc cache_memcached_get(struct cache_memcached *memcached,
			       const struct cache_key *key, struct buf *out)
	LC_CHECKED;
enum lc_rc cache_memcached_put(struct cache_memcached *memcached,
			       const struct cache_key *key, const char *bytes,
			       size_t length, int64_t kept_s) LC_CHECKED;

enum cache_lease cache_memcached_lease(struct cache_memcached *memcached,
				       const struct cache_key *key);
void cache_memcached_unlease(struct cache_memcached *memcached,
			     const struct cache_key *key);

void cache_memcached_look(struct cache_memcached *memcached,
			  struct cache_view *view);

#endif
