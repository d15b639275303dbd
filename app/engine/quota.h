/*
 * Counts calls against the limits of their endpoints.
 *
 * It is done twice.  When a call arrives it costs 1 of all limits by address:
 * so whoever asks too much is stopped before anything is read of what was
 * asked, and pays also for what is wrong.  Before its work begins it is known
 * what that costs and whose key came with it: the rest is paid then, and the
 * limits by key.  Each time either all limits let the call through, or it is
 * counted against none.
 *
 * LC_RATE: some do not; the call has words that say which, whose and for how
 * long.  What the limiter has said of each is kept for the answer's fields.
 */
#ifndef ENGINE_QUOTA_H
#define ENGINE_QUOTA_H

#include "engine/call.h"

enum lc_rc quota_count_arrival(struct lc_call *call) LC_CHECKED;

/*
 * `cheap`: nothing will be computed for it.  `late`: the clock may answer
 * meanwhile, and reads what the call's answer would have told of limits.
 */
enum lc_rc quota_count_work(struct lc_call *call, bool cheap, bool late)
	LC_CHECKED;

#endif
