/*
 * Tasks after the response: small ones, done one after the other by a thread
 * of their own, which starts with the first.
 *
 * A call whose answer has been sent is handed over with its tasks, and is
 * kept until they are done.
 */
#ifndef ENGINE_AFTER_H
#define ENGINE_AFTER_H

#include "engine/call.h"

struct afters;

/* NULL when there is no memory. */
struct afters *afters_new(void);

/* Ends the thread; no call may be left. */
void afters_free(struct afters *afters);

/*
 * Adds a task to a call that is not answered yet; it is done whatever becomes
 * of the answer when `always`, else after a good one.  `arg` is copied.
 */
enum lc_rc after_add(struct lc_call *call, const char *name,
		     enum lc_rc (*task)(void *context, const void *arg),
		     const void *arg, size_t bytes, bool always) LC_CHECKED;

/*
 * Sees to the tasks of a call that has been answered, if it has any: from now
 * on they hold it as well.
 */
void afters_take(struct afters *afters, struct lc_call *call);

/*
 * Waits until all is done that was handed over, and takes no more; false:
 * some is left at `until_ns` (monotonic).
 */
bool afters_stop(struct afters *afters, int64_t until_ns) LC_CHECKED;

/* How many tasks have failed. */
unsigned afters_failed(const struct afters *afters);

#endif
