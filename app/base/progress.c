#include "base/progress.h"

#include <stddef.h>

#include "base/clock.h"

enum { PROGRESS_CLOCK_EVERY = 64 };

void
progress_init(struct lc_progress *progress, int64_t deadline_ns)
{
	atomic_init(&progress->stop, LC_OK);
	atomic_init(&progress->done_ppm, 0);
	progress->deadline_ns = deadline_ns;
	progress->asked = 0;
}

void
progress_stop(struct lc_progress *progress, enum lc_rc why)
{
	int going_on = LC_OK;

	/* The first reason stands. */
	atomic_compare_exchange_strong(&progress->stop, &going_on, (int)why);
}

enum lc_rc
progress_stopped(struct lc_progress *progress)
{
	if (progress == NULL)
		return LC_OK;
	if (progress->deadline_ns != 0 &&
	    ++progress->asked % PROGRESS_CLOCK_EVERY == 0 &&
	    clock_mono_ns() >= progress->deadline_ns)
		progress_stop(progress, LC_DEADLINE);
	return (enum lc_rc)atomic_load_explicit(&progress->stop,
						memory_order_relaxed);
}

void
progress_report(struct lc_progress *progress, double done)
{
	if (progress == NULL)
		return;
	if (!(done > 0)) /* not a number neither */
		done = 0;
	if (done > 1)
		done = 1;
	atomic_store_explicit(&progress->done_ppm, (unsigned)(done * 1e6),
			      memory_order_relaxed);
}

double
progress_done(const struct lc_progress *progress)
{
	return atomic_load_explicit(&progress->done_ppm, memory_order_relaxed) /
	       1e6;
}
