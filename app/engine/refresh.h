/*
 * A call that makes an answer anew for the cache, while the old one is given
 * still: the same request again, without what its client said of itself.
 */
#ifndef ENGINE_REFRESH_H
#define ENGINE_REFRESH_H

#include "engine/call.h"

/*
 * To be dispatched, or released with call_release(); its answer goes nowhere.
 * NULL without memory.
 */
struct lc_call *refresh_new(const struct lc_call *like);

#endif
