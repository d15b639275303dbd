/*
 * In place of cache_memcached.c, for a program without libmemcached: there
 * never is one, so that nothing but the first of these is ever called.
 */
#include "services/cache_memcached.h"

enum lc_rc
cache_memcached_new(const struct cache_setting *setting,
		    struct cache_memcached **out, char *why, size_t why_bytes)
{
	(void)setting;
	(void)why;
	(void)why_bytes;
	*out = NULL;
	return LC_OK;
}

void
cache_memcached_free(struct cache_memcached *memcached)
{
	(void)memcached;
}

enum lc_rc
cache_memcached_get(struct cache_memcached *memcached,
		    const struct cache_key *key, struct buf *out)
{
	(void)memcached;
	(void)key;
	(void)out;
	return LC_UNAVAILABLE;
}

enum lc_rc
cache_memcached_put(struct cache_memcached *memcached,
		    const struct cache_key *key, const char *bytes,
		    size_t length, int64_t kept_s)
{
	(void)memcached;
	(void)key;
	(void)bytes;
	(void)length;
	(void)kept_s;
	return LC_UNAVAILABLE;
}

enum cache_lease
cache_memcached_lease(struct cache_memcached *memcached,
		      const struct cache_key *key)
{
	(void)memcached;
	(void)key;
	return CACHE_LEASE_NONE;
}

void
cache_memcached_unlease(struct cache_memcached *memcached,
			const struct cache_key *key)
{
	(void)memcached;
	(void)key;
}

void
cache_memcached_look(struct cache_memcached *memcached, struct cache_view *view)
{
	(void)memcached;
	(void)view;
}
