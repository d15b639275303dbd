/*
 * How long work is told to stop, and how it says how far it has come.
 *
 * Whoever computes asks progress_stopped() at least every 10 ms and returns
 * when it is not LC_OK; it costs a load, and every 64th time a look at the
 * clock.  Any thread may stop the work or read how far it is.  NULL is a
 * progress that never stops.
 *
 * Only one thread may ask a progress.  Where several work together each asks
 * a child of its own, which also stops when its parent does.
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/rc.h"

struct lc_progress {
	atomic_int stop;      /* an enum lc_rc; LC_OK: go on */
	atomic_uint done_ppm; /* millionths of the work that are done */
	int64_t deadline_ns;  /* on the monotonic clock; 0: none */
	unsigned asked;       /* by the working thread only */
	const struct lc_progress *parent; /* or NULL */
};

void progress_init(struct lc_progress *progress, int64_t deadline_ns);

/*
 * Begins the progress of one among several that work together, with the
 * parent's deadline.  The parent must outlive it.
 */
void progress_child(struct lc_progress *progress,
		    const struct lc_progress *parent);

/* Tells the work to stop, with the reason (LC_CANCELLED, LC_DEADLINE, …). */
void progress_stop(struct lc_progress *progress, enum lc_rc why);

/* LC_OK to go on, or the reason to stop. */
enum lc_rc progress_stopped(struct lc_progress *progress);

/* Says how far the work has come, 0 to 1. */
void progress_report(struct lc_progress *progress, double done);

/* The same from any thread; what says less than was said has no effect. */
void progress_raise(struct lc_progress *progress, double done);

/* How far the work has come, 0 to 1. */
double progress_done(const struct lc_progress *progress);

#endif
