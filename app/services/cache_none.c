#include "services/cache.h"

#include <stdio.h>
#include <string.h>

/* One object stands for every setting but "off". */
struct cache {
	char unused;
};

static struct cache cache_absent;

enum lc_rc
cache_new(const char *setting, struct cache **out, char *why, size_t why_bytes)
{
	(void)why;
	(void)why_bytes;
	*out = strcmp(setting, "off") == 0 ? NULL : &cache_absent;
	return LC_OK;
}

void
cache_free(struct cache *cache)
{
	(void)cache;
}

enum lc_rc
cache_probe(struct cache *cache, char *why, size_t why_bytes)
{
	(void)cache;
	snprintf(why, why_bytes,
		 "this program was built without "
		 "libmemcached");
	return LC_UNAVAILABLE;
}
