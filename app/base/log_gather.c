#include "base/log_gather.h"

#include <signal.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"

/* ---- writing */

/* Makes the halves change places when one has been written. */
static void
halves_change(struct log_gather *gather)
{
	lock_take(&gather->lock);
	gather->from = 0;
	gather->to = gather->length;
	gather->length = 0;
	gather->filled ^= 1;
	lock_give(&gather->lock);
}

static bool
half_write(struct log_gather *gather, int wait_ms)
{
	const struct log_lines lines = {
		.bytes = gather->halves[gather->filled ^ 1] + gather->from,
		.length = gather->to - gather->from,
		.priority = LOG_INFO,
	};

	if (lines.length > 0)
		gather->from += log_place_write(gather->place, &lines, wait_ms);
	return gather->from == gather->to;
}

/* The thread must not sleep on what is left. */
static void
left_tell(struct log_gather *gather, bool is_left)
{
	lock_take(&gather->lock);
	gather->is_left = is_left;
	if (is_left && gather->sleeps)
		pthread_cond_signal(&gather->some);
	lock_give(&gather->lock);
}

static bool
gather_write(struct log_gather *gather, int wait_ms)
{
	bool was_left = gather->from < gather->to;
	bool whole = half_write(gather, wait_ms);

	if (whole) {
		halves_change(gather);
		whole = half_write(gather, wait_ms);
	}
	if (was_left || !whole)
		left_tell(gather, !whole);
	if (whole)
		atomic_store(&gather->stuck, false);
	return whole;
}

bool
log_gather_write(struct log_gather *gather, int wait_ms)
{
	bool whole;

	lock_take(&gather->writing);
	whole = gather_write(gather, wait_ms);
	lock_give(&gather->writing);
	gather->wrote(gather->place);
	return whole;
}

static void
half_drop(struct log_gather *gather)
{
	log_place_lose(gather->place,
		       gather->halves[gather->filled ^ 1] + gather->from,
		       gather->to - gather->from);
	gather->from = gather->to;
}

void
log_gather_drop(struct log_gather *gather)
{
	lock_take(&gather->writing);
	half_drop(gather);
	halves_change(gather);
	half_drop(gather);
	lock_give(&gather->writing);
	left_tell(gather, false);
	gather->wrote(gather->place);
}

/* For who must not wait: somebody else may be writing already. */
static bool
gather_try(struct log_gather *gather)
{
	if (pthread_mutex_trylock(&gather->writing.mutex) != 0)
		return false;
	gather_write(gather, 0);
	lock_give(&gather->writing);
	gather->wrote(gather->place);
	return true;
}

/* The same of who finds no room: a writer may just have lost its processor. */
static bool
gather_insist(struct log_gather *gather)
{
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};

	if (!atomic_load(&gather->place->is_quick))
		return false;
	for (int ms = 0; !atomic_load(&gather->stuck); ms++) {
		if (gather_try(gather))
			return true;
		if (ms == LOG_GATHER_MS)
			atomic_store(&gather->stuck, true);
		nanosleep(&pause, NULL);
	}
	return false;
}

/* ---- the thread */

static void
some_await(struct log_gather *gather)
{
	lock_take(&gather->lock);
	gather->sleeps = true;
	while (gather->length == 0 && !gather->is_left)
		pthread_cond_wait(&gather->some, &gather->lock.mutex);
	gather->sleeps = false;
	lock_give(&gather->lock);
}

static void *
gather_run(void *arg)
{
	const struct timespec pause = {.tv_nsec =
					       LOG_GATHER_MS * CLOCK_NS_PER_MS};
	struct log_gather *gather = arg;

	for (;;) {
		some_await(gather);
		nanosleep(&pause, NULL);
		log_gather_write(gather, LOG_GATHER_MS);
	}
	return NULL;
}

/* It is there as long as the process; signals are others' affair. */
static bool
thread_start(struct log_gather *gather)
{
	sigset_t all, before;
	pthread_t thread;
	bool started;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&thread, NULL, gather_run, gather) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started && pthread_detach(thread) == 0;
}

/* ---- adding */

/* Adds it, and says whether it is time to write; under the lock. */
static bool
half_add(struct log_gather *gather, const char *line, size_t length, bool *fits)
{
	*fits = length <= LOG_GATHER_BYTES - gather->length;
	if (*fits) {
		memcpy(gather->halves[gather->filled] + gather->length, line,
		       length);
		gather->length += length;
	}
	if (gather->stage != LOG_GATHER_THREAD) {
		/* Without a thread each is written at once. */
		if (gather->stage == LOG_GATHER_FIRST && thread_start(gather))
			gather->stage = LOG_GATHER_THREAD;
		if (gather->stage == LOG_GATHER_NEW)
			gather->stage = LOG_GATHER_FIRST;
		return gather->stage != LOG_GATHER_THREAD;
	}
	if (gather->sleeps)
		pthread_cond_signal(&gather->some);
	return gather->length >= LOG_GATHER_ENOUGH;
}

void
log_gather_add(struct log_gather *gather, const char *line, size_t length)
{
	bool fits, enough;

	do {
		lock_take(&gather->lock);
		enough = half_add(gather, line, length, &fits);
		lock_give(&gather->lock);
	} while (!fits && gather_insist(gather));
	if (!fits)
		log_place_lose(gather->place, line, length);
	if (enough || !fits)
		gather_try(gather);
}
