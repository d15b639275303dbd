/*
 * The temporal wormhole: answers that were computed before, kept where all
 * processes can have them.
 *
 * Option `cache` (base/cache_setting.h) says where: in Memcached
 * (services/cache_memcached.h), all nodes' together; in a ring in the state
 * directory that the processes of one machine share (services/cache_ring.h);
 * or nowhere.  A program without libmemcached has a ring of
 * CACHE_SECOND_BYTES in Memcached's place.
 *
 * A cache forgets, and it may lie or hang: what it gives is whole and the
 * key's (cache_entry.h), or nothing; and it costs at most CACHE_TIMEOUT_MS
 * once, after which it is not asked until it answers again.  No function here
 * fails in a way that a client should see.
 *
 * Any thread may call, but those of the CPU pool should not: they would hold
 * connections while others run.
 */
#ifndef SERVICES_CACHE_H
#define SERVICES_CACHE_H

#include "services/breaker.h"
#include "services/cache_entry.h"

struct cache;

enum {
	CACHE_WHY_MAX = 160,
	CACHE_TIMEOUT_MS = 50,
	CACHE_LEASE_MS = 3000,
	CACHE_KEPT_MOST_S = 30 * 86400 - 1, /* more is a date to Memcached */
	CACHE_SECOND_BYTES = 64 << 20
};

/*
 * Reads the setting; nothing is connected yet.  LC_INVALID with `why` when it
 * is none of the forms; LC_OK with NULL for "off".  A ring that cannot be had
 * is no error: *out is NULL, and `why`, which else is "", says so.
 */
enum lc_rc cache_new(const char *setting, const char *state_dir,
		     struct cache **out, char *why, size_t why_bytes)
	LC_CHECKED;
void cache_free(struct cache *cache);

/*
 * What is kept for the key; the entry lives in `bytes`, which the caller has
 * initialized and releases.  LC_NOT_FOUND: nothing that can be used;
 * LC_UNAVAILABLE: the cache does not answer; LC_NO_MEMORY.
 */
enum lc_rc cache_get(struct cache *cache, const struct cache_key *key,
		     struct buf *bytes, struct cache_entry *entry) LC_CHECKED;

/*
 * Keeps an entry for so many seconds, or less.  LC_TOO_LARGE: there is never
 * room for it; LC_UNAVAILABLE, LC_NO_MEMORY.
 */
enum lc_rc cache_put(struct cache *cache, const struct cache_key *key,
		     const struct cache_entry *entry, int64_t kept_s)
	LC_CHECKED;

/*
 * A lease on making what is kept for the key: one process of all has it, for
 * CACHE_LEASE_MS, and asks again in time to prolong it.
 */
enum cache_lease {
	CACHE_LEASE_OURS,
	CACHE_LEASE_OTHERS,
	CACHE_LEASE_NONE /* the cache does not answer: make it */
};

enum cache_lease cache_lease(struct cache *cache, const struct cache_key *key);
void cache_unlease(struct cache *cache, const struct cache_key *key);

/*
 * How long a question to it takes, in ns, by what was seen lately; where
 * nothing was, by what is usual for its kind.
 */
int64_t cache_fetch_ns(const struct cache *cache);

/* What /health says of it. */
struct cache_view {
	const char *kind;         /* "memcached", "local" */
	enum breaker_state state; /* the worst of its servers' */
	int64_t since_ns;         /* monotonic; 0: it has always been so */
	int64_t seen_ns;          /* when that was seen last */
	unsigned servers, away;   /* those that do not answer */
	char why[CACHE_WHY_MAX];  /* of one of them; "" */
};

void cache_look(struct cache *cache, struct cache_view *view);

#endif
