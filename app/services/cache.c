#include "services/cache.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cache_setting.h"
#include "base/clock.h"
#include "services/cache_memcached.h"
#include "services/cache_ring.h"
#include "services/digest.h"

_Static_assert((int)CACHE_LEASE_MS == (int)CACHE_RING_LEASE_MS,
	       "both are the same");

enum {
	FETCH_LOCAL_NS = 2000, /* what is usual */
	FETCH_MEMCACHED_NS = 40000,
	FETCH_WEIGHT = 16,
	FETCH_JUMP = 4, /* so many times the average counts at most */
	FETCH_KNOWN_MS = 500
};

/* One of the two is there. */
struct cache {
	struct cache_ring *ring;
	struct cache_memcached *memcached;
	uint32_t owner; /* of this process's leases in the ring */
	int64_t since_ns;
	int64_t usual_ns;
	_Atomic int64_t fetch_ns;
	_Atomic int64_t fetched_ns; /* when, monotonic */
};

/* ---- opening */

static void
ring_make(struct cache *cache, const char *state_dir, int64_t bytes, char *why,
	  size_t why_bytes)
{
	if (cache_ring_open(state_dir, bytes, &cache->ring, why, why_bytes) ==
	    LC_NO_MEMORY)
		snprintf(why, why_bytes, "out of memory");
	digest_random(&cache->owner, sizeof(cache->owner));
	cache->owner = 1 + cache->owner % CACHE_RING_OWNERS;
	cache->usual_ns = FETCH_LOCAL_NS;
}

static enum lc_rc
cache_make(struct cache *cache, const struct cache_setting *setting,
	   const char *state_dir, char *why, size_t why_bytes)
{
	enum lc_rc rc = LC_OK;

	cache->since_ns = clock_mono_ns();
	if (setting->kind == CACHE_MEMCACHED)
		rc = cache_memcached_new(setting, &cache->memcached, why,
					 why_bytes);
	cache->usual_ns = FETCH_MEMCACHED_NS;
	if (rc == LC_OK && cache->memcached == NULL)
		ring_make(cache, state_dir,
			  setting->kind == CACHE_LOCAL ? setting->bytes :
							 CACHE_SECOND_BYTES,
			  why, why_bytes);
	atomic_init(&cache->fetch_ns, cache->usual_ns);
	return rc;
}

enum lc_rc
cache_new(const char *setting, const char *state_dir, struct cache **out,
	  char *why, size_t why_bytes)
{
	struct cache_setting read;
	struct cache *cache;
	enum lc_rc rc;

	*out = NULL;
	snprintf(why, why_bytes, "%s", "");
	if (!cache_setting_read(setting, &read)) {
		snprintf(why, why_bytes, "no setting of a cache: \"%.80s\"",
			 setting);
		return LC_INVALID;
	}
	if (read.kind == CACHE_OFF)
		return LC_OK;
	cache = calloc(1, sizeof(*cache));
	if (cache == NULL) {
		snprintf(why, why_bytes, "out of memory");
		return LC_NO_MEMORY;
	}
	rc = cache_make(cache, &read, state_dir, why, why_bytes);
	if (cache->ring == NULL && cache->memcached == NULL)
		free(cache);
	else
		*out = cache;
	return rc;
}

void
cache_free(struct cache *cache)
{
	if (cache == NULL)
		return;
	cache_ring_close(cache->ring);
	cache_memcached_free(cache->memcached);
	free(cache);
}

/* ---- what is kept */

/*
 * What was seen a while ago is forgotten: a cache that was slow then is asked
 * no more for what costs less, and nobody would see that it is not now.
 */
static int64_t
fetch_average(const struct cache *cache, int64_t now_ns)
{
	int64_t then_ns =
		atomic_load_explicit(&cache->fetched_ns, memory_order_relaxed);

	if (now_ns - then_ns > FETCH_KNOWN_MS * CLOCK_NS_PER_MS)
		return cache->usual_ns;
	return atomic_load_explicit(&cache->fetch_ns, memory_order_relaxed);
}

/* Takes one more time into the average; of two at once one may be lost. */
static void
fetch_took(struct cache *cache, int64_t began_ns)
{
	int64_t now_ns = clock_mono_ns(), ns = now_ns - began_ns;
	int64_t average = fetch_average(cache, now_ns);

	if (ns > FETCH_JUMP * average)
		ns = FETCH_JUMP * average;
	/* Rounded up, so that it can neither stick nor become 0. */
	average += (ns - average) / FETCH_WEIGHT + (ns > average);
	atomic_store_explicit(&cache->fetch_ns, average, memory_order_relaxed);
	atomic_store_explicit(&cache->fetched_ns, now_ns, memory_order_relaxed);
}

enum lc_rc
cache_get(struct cache *cache, const struct cache_key *key, struct buf *bytes,
	  struct cache_entry *entry)
{
	int64_t began_ns = clock_mono_ns();
	enum lc_rc rc;

	buf_reset(bytes);
	rc = cache->ring != NULL ?
		     cache_ring_get(cache->ring, key, bytes) :
		     cache_memcached_get(cache->memcached, key, bytes);
	if (rc == LC_OK)
		rc = cache_entry_read(key, bytes, entry);
	if (rc == LC_INVALID)
		rc = LC_NOT_FOUND;
	if (rc == LC_OK || rc == LC_NOT_FOUND)
		fetch_took(cache, began_ns);
	return rc;
}

enum lc_rc
cache_put(struct cache *cache, const struct cache_key *key,
	  const struct cache_entry *entry, int64_t kept_s)
{
	struct buf bytes;
	enum lc_rc rc;

	if (kept_s <= 0)
		return LC_OK;
	if (kept_s > CACHE_KEPT_MOST_S)
		kept_s = CACHE_KEPT_MOST_S;
	buf_init(&bytes);
	rc = cache_entry_write(key, entry, &bytes);
	if (rc == LC_OK && cache->ring != NULL)
		rc = cache_ring_put(cache->ring, key, bytes.bytes, bytes.length,
				    clock_unix_ms() + kept_s * 1000);
	else if (rc == LC_OK)
		rc = cache_memcached_put(cache->memcached, key, bytes.bytes,
					 bytes.length, kept_s);
	buf_release(&bytes);
	return rc;
}

/* ---- leases */

enum cache_lease
cache_lease(struct cache *cache, const struct cache_key *key)
{
	if (cache->memcached != NULL)
		return cache_memcached_lease(cache->memcached, key);
	return cache_ring_lease(cache->ring, key, cache->owner) ?
		       CACHE_LEASE_OURS :
		       CACHE_LEASE_OTHERS;
}

void
cache_unlease(struct cache *cache, const struct cache_key *key)
{
	if (cache->memcached != NULL)
		cache_memcached_unlease(cache->memcached, key);
	else
		cache_ring_unlease(cache->ring, key, cache->owner);
}

/* ---- looks */

int64_t
cache_fetch_ns(const struct cache *cache)
{
	return fetch_average(cache, clock_mono_ns());
}

void
cache_look(struct cache *cache, struct cache_view *view)
{
	*view = (struct cache_view){.kind = "local",
				    .state = BREAKER_CLOSED,
				    .since_ns = cache->since_ns,
				    .seen_ns = clock_mono_ns(),
				    .servers = 1};
	if (cache->memcached == NULL)
		return;
	view->kind = "memcached";
	cache_memcached_look(cache->memcached, view);
}
