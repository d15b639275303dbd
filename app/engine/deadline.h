/*
 * Deadlines: one clock thread owns those of all calls that are not answered
 * at once, and watches for their clients' leaving.
 *
 * When a call's time is up the clock claims it (504), stops its work and
 * leaves the sending to the gate, so that no slow reader delays another
 * deadline.  The thread starts with the first call that needs it.
 */
#ifndef ENGINE_DEADLINE_H
#define ENGINE_DEADLINE_H

#include "engine/call.h"

struct deadlines;

/* NULL when there is no memory or no descriptor. */
struct deadlines *deadlines_new(void);

/* Ends the thread.  No call may be listed any more. */
void deadlines_free(struct deadlines *deadlines);

/*
 * Lists an open call until it is removed: its deadline is that of its
 * progress.  LC_NO_MEMORY; LC_STOPPING after deadlines_stop().
 */
enum lc_rc deadlines_add(struct deadlines *deadlines, struct lc_call *call)
	LC_CHECKED;

/* Harmless for a call that is not listed. */
void deadlines_remove(struct deadlines *deadlines, struct lc_call *call);

/* Ends a call now, if it is listed, for this reason; its work is stopped. */
void deadlines_end(struct deadlines *deadlines, struct lc_call *call,
		   enum lc_rc why);

/* Ends every listed call with 503, now, and admits no more. */
void deadlines_stop(struct deadlines *deadlines);

#endif
