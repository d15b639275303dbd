#include "services/jobs_bell.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "services/jobs.h"
#include "services/jobs_turn.h"

enum { JOBS_BELL_DEAF_MS = 1000 };

static const char jobs_bell_name[] = "jobs.seg";
static const char jobs_bell_layout[] = "jobs 1: a futex of 32 bits";

_Static_assert(sizeof(_Atomic uint32_t) == 4 && ATOMIC_INT_LOCK_FREE == 2,
	       "the word is a futex");

struct jobs_bell_old {
	struct jobs_bell_old *older;
	struct segment *segment;
};

static bool
jobs_bell_mark(const char *state_dir, struct state_mark *out)
{
	char path[PATH_MAX];
	struct stat status;
	int length = snprintf(path, sizeof(path), "%s/%s", state_dir,
			      jobs_bell_name);

	if (length < 0 || length >= (int)sizeof(path) ||
	    lstat(path, &status) != 0)
		return false;
	out->device = (uint64_t)status.st_dev;
	out->inode = (uint64_t)status.st_ino;
	return true;
}

static bool
jobs_bell_put_by(struct jobs_bell *bell)
{
	struct jobs_bell_old *old;

	if (bell->segment == NULL)
		return true;
	old = malloc(sizeof(*old));
	if (old == NULL)
		return false;
	*old = (struct jobs_bell_old){bell->old, bell->segment};
	bell->old = old;
	bell->segment = NULL;
	return true;
}

_Atomic uint32_t *
jobs_bell_find(struct jobs_bell *bell, const char *state_dir)
{
	struct state_mark mark;
	bool there = jobs_bell_mark(state_dir, &mark);
	char why[SEGMENT_WHY_MAX];

	if (there && bell->segment != NULL &&
	    mark.device == bell->mark.device && mark.inode == bell->mark.inode)
		return segment_bytes(bell->segment);
	/* One that comes between the two is seen the next time. */
	if (!jobs_bell_put_by(bell) ||
	    segment_open(state_dir, jobs_bell_name, jobs_bell_layout,
			 sizeof(uint32_t), &bell->segment, why,
			 sizeof(why)) != LC_OK)
		return NULL;
	if (there || jobs_bell_mark(state_dir, &mark))
		bell->mark = mark;
	return segment_bytes(bell->segment);
}

void
jobs_bell_release(struct jobs_bell *bell)
{
	segment_close(bell->segment);
	while (bell->old != NULL) {
		struct jobs_bell_old *older = bell->old->older;

		segment_close(bell->old->segment);
		free(bell->old);
		bell->old = older;
	}
	bell->segment = NULL;
}

static _Atomic uint32_t *
jobs_bell_of(struct jobs *jobs)
{
	_Atomic uint32_t *word;

	lock_take(&jobs->lock);
	word = jobs_bell_find(&jobs->bell, jobs->state_dir);
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
