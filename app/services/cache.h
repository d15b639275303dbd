/*
 * The cache's companion: Memcached, behind libmemcached.
 *
 * The setting is option `cache`: "off", "memcached://HOST:PORT" or
 * "memcached:///PATH.sock".  A program without libmemcached (lightcone.cgi)
 * has the same functions from cache_none.c, which say so.
 */
#ifndef SERVICES_CACHE_H
#define SERVICES_CACHE_H

#include <stddef.h>

#include "base/rc.h"

struct cache;

enum { CACHE_WHY_MAX = 160 };

/*
 * Reads the setting; no connection is made.  LC_INVALID with `why` when it
 * is none of the forms; LC_OK with NULL for "off".
 */
enum lc_rc cache_new(const char *setting, struct cache **out, char *why,
		     size_t why_bytes) LC_CHECKED;
void cache_free(struct cache *cache);

/*
 * Asks whether Memcached answers, for at most 50 ms: LC_OK, or
 * LC_UNAVAILABLE with `why`.  Any thread may call.
 */
enum lc_rc cache_probe(struct cache *cache, char *why, size_t why_bytes)
	LC_CHECKED;

#endif
