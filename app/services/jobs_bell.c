#include "services/jobs_bell.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "services/jobs.h"
#include "services/jobs_turn.h"

enum { JOBS_BELL_DEAF_MS = 1000 };

_Static_assert(sizeof(_Atomic uint32_t) == 4 && ATOMIC_INT_LOCK_FREE == 2,
	       "the word is a futex");

const struct segment_followed jobs_bell_first = {
	.name = "jobs.seg",
	.layout = "jobs 1: a futex of 32 bits",
	.bytes = sizeof(uint32_t)};

/* The word of the file that is there now; NULL where none can be had. */
static _Atomic uint32_t *
jobs_bell_of(struct jobs *jobs)
{
	_Atomic uint32_t *word;

	lock_take(&jobs->lock);
	word = segment_followed_find(&jobs->bell, jobs->state_dir);
	lock_give(&jobs->lock);
	return word;
}

uint32_t
jobs_heard(struct jobs *jobs)
{
	_Atomic uint32_t *word = jobs_bell_of(jobs);

	return word == NULL ? 0 : atomic_load(word);
}

void
jobs_wait(struct jobs *jobs, uint32_t heard, int64_t ms)
{
	_Atomic uint32_t *word = jobs_bell_of(jobs);
	struct timespec span;

	if (ms <= 0)
		return;
	if (word == NULL && ms > JOBS_BELL_DEAF_MS)
		ms = JOBS_BELL_DEAF_MS;
	span.tv_sec = (time_t)(ms / 1000);
	span.tv_nsec = (long)(ms % 1000 * CLOCK_NS_PER_MS);
	if (word == NULL)
		nanosleep(&span, NULL);
	else
		syscall(SYS_futex, word, FUTEX_WAIT, heard, &span, NULL, 0);
}

void
jobs_ring(struct jobs *jobs)
{
	_Atomic uint32_t *word = jobs_bell_of(jobs);

	if (word == NULL)
		return;
	atomic_fetch_add(word, 1);
	syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
