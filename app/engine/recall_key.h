/*
 * The key under which a call's answer is kept: a digest (BLAKE2b, so strangers
 * cannot find two requests of one key) of all that the answer depends on:
 * program, mount, endpoint, format, version, epoch, what was bound of the
 * parameters that are not `aside`, and a body that is no JSON.
 */
#ifndef ENGINE_RECALL_KEY_H
#define ENGINE_RECALL_KEY_H

#include "engine/call.h"
#include "services/cache_entry.h"

/*
 * False: something was bound that has no bytes of its own (LC_ANY as a bool),
 * so the answer cannot be kept.
 */
bool recall_key(const struct lc_call *call, uint64_t epoch,
		struct cache_key *key) LC_CHECKED;

#endif
