#include "services/bell.h"

#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { BELL_DEAF_MS = 1000 };

_Static_assert(sizeof(_Atomic uint32_t) == 4 && ATOMIC_INT_LOCK_FREE == 2,
	       "the word is a futex");

void
bell_init(struct bell *bell, const char *state_dir, const char *name)
{
	*bell = (struct bell){
		.state_dir = state_dir,
		.segment = {.name = name,
			    .layout = "bell 1: a futex of 32 bits",
			    .bytes = sizeof(uint32_t)}};
	lock_init(&bell->lock);
}

void
bell_release(struct bell *bell)
{
	segment_followed_release(&bell->segment);
	lock_release(&bell->lock);
}

/* The word of the file that is there now; NULL where none can be had. */
static _Atomic uint32_t *
bell_word(struct bell *bell)
{
	_Atomic uint32_t *word;

	lock_take(&bell->lock);
	word = segment_followed_find(&bell->segment, bell->state_dir);
	lock_give(&bell->lock);
	return word;
}

uint32_t
bell_heard(struct bell *bell)
{
	_Atomic uint32_t *word = bell_word(bell);

	return word == NULL ? 0 : atomic_load(word);
}

void
bell_wait(struct bell *bell, uint32_t heard, int64_t ms)
{
	_Atomic uint32_t *word = bell_word(bell);
	struct timespec span;

	if (ms <= 0)
		return;
	if (word == NULL && ms > BELL_DEAF_MS)
		ms = BELL_DEAF_MS;
	span.tv_sec = (time_t)(ms / 1000);
	span.tv_nsec = (long)(ms % 1000 * CLOCK_NS_PER_MS);
	if (word == NULL)
		nanosleep(&span, NULL);
	else
		syscall(SYS_futex, word, FUTEX_WAIT, heard, &span, NULL, 0);
}

void
bell_ring(struct bell *bell)
{
	_Atomic uint32_t *word = bell_word(bell);

	if (word == NULL)
		return;
	atomic_fetch_add(word, 1);
	syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}
