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
	progress->parent = NULL;
}

void
progress_child(struct lc_progress *progress, const struct lc_progress *parent)
{
	progress_init(progress, parent->deadline_ns);
	progress->parent = parent;
}

void
progress_stop(struct lc_progress *progress, enum lc_rc why)
{
	int going_on = LC_OK;

	/* The first reason stands. */
	atomic_compare_exchange_strong(&progress->stop, &going_on, (int)why);
}

static enum lc_rc
progress_reason(const struct lc_progress *progress)
{
	return (enum lc_rc)atomic_load_explicit(&progress->stop,
						memory_order_relaxed);
}

enum lc_rc
progress_stopped(struct lc_progress *progress)
{
	const struct lc_progress *each = progress;
	enum lc_rc rc = LC_OK;

	if (progress == NULL)
		return LC_OK;
	if (progress->deadline_ns != 0 &&
	    ++progress->asked % PROGRESS_CLOCK_EVERY == 0 &&
	    clock_mono_ns() >= progress->deadline_ns)
		progress_stop(progress, LC_DEADLINE);
	for (; rc == LC_OK && each != NULL; each = each->parent)
		rc = progress_reason(each);
	return rc;
}

static unsigned
done_ppm(double done)
{
	if (!(done > 0)) /* not a number neither */
		done = 0;
	if (done > 1)
		done = 1;
	return (unsigned)(done * 1e6);
}

void
progress_report(struct lc_progress *progress, double done)
{
	if (progress == NULL)
		return;
	atomic_store_explicit(&progress->done_ppm, done_ppm(done),
			      memory_order_relaxed);
}

void
progress_raise(struct lc_progress *progress, double done)
{
	unsigned now = done_ppm(done), said;

	said = atomic_load_explicit(&progress->done_ppm, memory_order_relaxed);
	while (now > said &&
	       !atomic_compare_exchange_weak(&progress->done_ppm, &said, now))
		;
}

double
progress_done(const struct lc_progress *progress)
{
	return atomic_load_explicit(&progress->done_ppm, memory_order_relaxed) /
	       1e6;
}
