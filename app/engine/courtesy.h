/*
 * Heavy work that was made to wait for a core waits once more, asleep.
 *
 * SCHED_IDLE alone does not give it only what is left.  The scheduler picks
 * an idle thread where the others have just had their turn, and a core that
 * runs one takes nothing from another core's queue, which it would do with
 * nothing to run.  Asleep, the thread does neither; and on an idle machine,
 * where it never waits, it never sleeps.
 */
#ifndef ENGINE_COURTESY_H
#define ENGINE_COURTESY_H

#include <stdint.h>

#include "base/progress.h"

/* Since any moment, for how long the calling thread did not run. */
int64_t courtesy_waited_ns(void);

/*
 * Sleeps half as long again as the thread has not run since
 * courtesy_waited_ns() was `before_ns`, COURTESY_MOST_MS at most; ends early
 * when the work is stopped.
 */
void courtesy_wait(int64_t before_ns, struct lc_progress *progress);

enum { COURTESY_LEAST_MS = 1, COURTESY_MOST_MS = 150 };

#endif
