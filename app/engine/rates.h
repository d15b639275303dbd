/*
 * The limits of the table as they count: option `rates` changes some of them
 * by their names.
 */
#ifndef ENGINE_RATES_H
#define ENGINE_RATES_H

#include "engine/engine.h"
#include "services/limiter.h"

/* A limit as the table has it. */
struct limiter_policy rates_declared(const struct lc_rate *rate);

/*
 * Reads option `rates`; LC_INVALID, with words, when it changes a limit that
 * no endpoint has, or to what cannot be.  What an endpoint's dearest request
 * costs should fit its limits: where it does not there is a warning.
 */
enum lc_rc rates_read(struct engine *engine, struct buf *why) LC_CHECKED;

/* A limit as it counts. */
struct limiter_policy rates_policy(const struct engine *engine,
				   const struct lc_rate *rate);

#endif
