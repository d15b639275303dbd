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

/* Asks until this is said, for long; how long that took, in ns. */
int64_t cache_await(struct cache *cache, enum lc_rc rc);

#endif
