/*
 * What the tests of the cache on Memcached share: one entry, kept and asked for.
 */
#ifndef TESTS_CACHE_FIXTURE_H
#define TESTS_CACHE_FIXTURE_H

#include "services/cache.h"

extern const struct cache_key some_key;
extern const struct cache_entry some_entry;

/* The cache on Memcached at these hosts; the test fails when there is none. */
struct cache *cache_at(const char *hosts);

/* The entry must be right if it is got at all. */
enum lc_rc cache_get_some(struct cache *cache);
enum lc_rc cache_put_some(struct cache *cache);

/*
 * Of a server that does answer, if only the machine lets it: they ask again
 * where the cache says that it does not.
 */
enum lc_rc cache_get_surely(struct cache *cache, const struct cache_key *key,
			    struct buf *bytes, struct cache_entry *entry);
enum lc_rc cache_put_surely(struct cache *cache, const struct cache_key *key,
			    const struct cache_entry *entry, int64_t kept_s);
enum cache_lease cache_lease_surely(struct cache *cache,
				    const struct cache_key *key);

/* Asks until this is said, for long; how long that took, in ns. */
int64_t cache_await(struct cache *cache, enum lc_rc rc);

#endif
