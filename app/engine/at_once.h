/*
 * So much heavy work of one client at once (option heavy_at_once), over all
 * processes: a place is taken when a call is about to be handed to the pool,
 * and given back when it is answered, or when the pool has let go of it where
 * it was answered before that.
 *
 * What is answered without the pool needs none: what is kept, and what is being
 * made for another call already.
 */
#ifndef ENGINE_AT_ONCE_H
#define ENGINE_AT_ONCE_H

#include "engine/call.h"

/* LC_RATE, with words: the client has too much at work already. */
enum lc_rc at_once_take(struct lc_call *call) LC_CHECKED;

/* Harmless for a call that has none. */
void at_once_give(struct lc_call *call);

#endif
