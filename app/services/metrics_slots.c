#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "services/metrics_inner.h"

enum { ADDING_BYTE = METRICS_SLOTS, ADDING_TRIES = 50 };

/* Locks or unlocks a byte, or asks who has it; as fcntl(). */
static int
byte_lock(const struct metrics *metrics, int command, struct flock *lock,
	  int byte, short type)
{
	*lock = (struct flock){.l_type = type,
			       .l_whence = SEEK_SET,
			       .l_start = byte,
			       .l_len = 1};
	return fcntl(metrics->locks, command, lock);
}

static bool
byte_set(const struct metrics *metrics, int byte, short type)
{
	struct flock lock;

	return byte_lock(metrics, F_OFD_SETLK, &lock, byte, type) == 0;
}

static bool
byte_is_taken(void)
{
	return errno == EAGAIN || errno == EACCES;
}

/* The first that is free, or the shared one; -1: there are no locks. */
static int
slots_claim(const struct metrics *metrics)
{
	for (int slot = 0; slot < METRICS_SLOTS; slot++) {
		if (byte_set(metrics, slot, F_WRLCK))
			return slot;
		if (!byte_is_taken())
			return -1;
	}
	return METRICS_SHARED_SLOT;
}

/* Whoever reads looks so far. */
static void
slots_raise(struct metrics_area *area, uint32_t count)
{
	uint32_t seen = atomic_load(&area->slots);

	while (seen < count &&
	       !atomic_compare_exchange_weak(&area->slots, &seen, count))
		continue;
}

/* A level is of the process that set it; counters go on. */
static void
slots_clear_levels(struct metrics *metrics)
{
	const uint32_t count = metrics_series_count(metrics);

	for (uint32_t i = 0; i < count; i++) {
		const struct metrics_entry *entry =
			metrics_entry_at(metrics, i);

		if (entry != NULL && entry->key.type == METRICS_GAUGE)
			metrics_store(&metrics->mine->cells[entry->first], 0);
	}
}

bool
metrics_slots_open(struct metrics *metrics, const char *state_dir)
{
	char path[PATH_MAX];
	const int length =
		snprintf(path, sizeof(path), "%s/metrics.lock", state_dir);
	int error;

	if (length < 0 || length >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	metrics->locks = open(
		path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		S_IRUSR | S_IWUSR);
	if (metrics->locks < 0)
		return false;
	metrics->number = slots_claim(metrics);
	if (metrics->number < 0) {
		error = errno;
		close(metrics->locks);
		metrics->locks = -1;
		metrics->number = 0;
		errno = error;
		return false;
	}
	metrics->mine = &metrics->area->slot[metrics->number];
	if (metrics->number == METRICS_SHARED_SLOT)
		return true;
	/* What is left in it is not to be taken for ours. */
	atomic_store(&metrics->mine->pid, 0);
	slots_clear_levels(metrics);
	slots_raise(metrics->area, (uint32_t)metrics->number + 1);
	return true;
}

void
metrics_slots_close(struct metrics *metrics)
{
	if (metrics->locks < 0)
		return;
	/* Not by closing alone: a process forked meanwhile has it too. */
	if (metrics->number != METRICS_SHARED_SLOT)
		byte_set(metrics, metrics->number, F_UNLCK);
	close(metrics->locks);
	metrics->locks = -1;
}

bool
metrics_slot_held(const struct metrics *metrics, int number)
{
	struct flock lock;

	if (number == METRICS_SHARED_SLOT)
		return false;
	/* Asked only whether it could be had: nobody is kept out by that. */
	return number == metrics->number ||
	       (metrics->locks >= 0 &&
		byte_lock(metrics, F_OFD_GETLK, &lock, number, F_WRLCK) == 0 &&
		lock.l_type != F_UNLCK);
}

/*
 * Waits, but not for long: this is on the way of a request, and the holder
 * may have been stopped, not killed.
 */
bool
metrics_adding_begin(struct metrics *metrics)
{
	const struct timespec pause = {.tv_nsec = CLOCK_NS_PER_MS};

	lock_take(&metrics->adding);
	if (metrics->locks < 0)
		return true;
	for (int i = 0; i < ADDING_TRIES; i++) {
		if (byte_set(metrics, ADDING_BYTE, F_WRLCK))
			return true;
		if (!byte_is_taken() && errno != EINTR)
			break;
		nanosleep(&pause, NULL);
	}
	lock_give(&metrics->adding);
	return false;
}

void
metrics_adding_end(struct metrics *metrics)
{
	if (metrics->locks >= 0)
		byte_set(metrics, ADDING_BYTE, F_UNLCK);
	lock_give(&metrics->adding);
}
