/*
 * An answer that several calls can give: read from the cache, or made by one
 * call and shared with those that asked for the same meanwhile.
 *
 * It never changes once it is made, and goes with its last holder.
 */
#ifndef ENGINE_KEPT_H
#define ENGINE_KEPT_H

#include <stdatomic.h>

#include "base/buf.h"
#include "services/cache_entry.h"

struct cache;
struct response;

struct kept {
	struct cache_entry entry;
	struct buf bytes; /* where the entry lives, but perhaps the body */
	struct buf body;
	atomic_uint holders;
};

/* Holds it once; NULL without memory. */
struct kept *kept_new(void);
struct kept *kept_hold(struct kept *kept);

/* NULL is harmless. */
void kept_drop(struct kept *kept);

/*
 * Fills what is new from an answer to which the engine's own fields were not
 * added yet, all but its body.  False: there was no memory.
 */
bool kept_fill(struct kept *kept, const struct response *response,
	       const char *tag) LC_CHECKED;

/* Takes the body; nothing may be added to it afterwards. */
void kept_take_body(struct kept *kept, struct buf *body);

/*
 * What the cache has for the key, in *out, held once.  As cache_get(): *out
 * is NULL when it is not LC_OK.
 */
enum lc_rc kept_get(struct cache *cache, const struct cache_key *key,
		    struct kept **out) LC_CHECKED;

#endif
