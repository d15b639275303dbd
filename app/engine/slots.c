#include "engine/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum {
	SLOTS_RETRY_MS = 2,
	SLOTS_AWAITED_BYTE = 1 << 20, /* far behind the last slot */
};

void
slots_open(struct slots *slots, const char *state_dir, int count)
{
	char path[PATH_MAX];

	*slots = (struct slots){.descriptor = -1, .count = count, .held = -1};
	snprintf(path, sizeof(path), "%s/slots.lock", state_dir);
	slots->descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (slots->descriptor < 0)
		log_warning("%s: %s; heavy work is bounded in each process "
			    "alone",
			    path, strerror(errno));
}

void
slots_close(struct slots *slots)
{
	if (slots->descriptor >= 0)
		close(slots->descriptor);
	slots->descriptor = -1;
}

/* Locks or unlocks a byte; 0 when it was done. */
static int
byte_lock(const struct slots *slots, int byte, short type)
{
	struct flock lock = {.l_type = type,
			     .l_whence = SEEK_SET,
			     .l_start = byte,
			     .l_len = 1};

	return fcntl(slots->descriptor, F_OFD_SETLK, &lock);
}

/* Takes the first slot that is free; true also where nothing is bounded. */
static bool
slots_find(struct slots *slots)
{
	if (slots->descriptor < 0)
		return true;
	for (int slot = 0; slot < slots->count; slot++) {
		if (byte_lock(slots, slot, F_WRLCK) == 0) {
			slots->held = slot;
			return true;
		}
		/* Anything but "taken": the file system has no locks. */
		if (errno != EAGAIN && errno != EACCES) {
			log_warning("slots.lock: %s", strerror(errno));
			slots_close(slots);
			return true;
		}
	}
	return false;
}

enum lc_rc
slots_take(struct slots *slots, struct lc_progress *progress)
{
	const struct timespec pause = {.tv_nsec = SLOTS_RETRY_MS *
						  CLOCK_NS_PER_MS};
	bool waited = false;
	enum lc_rc rc;

	while ((rc = progress_stopped(progress)) == LC_OK &&
	       !slots_find(slots)) {
		if (!waited)
			byte_lock(slots, SLOTS_AWAITED_BYTE, F_RDLCK);
		waited = true;
		nanosleep(&pause, NULL);
	}
	if (waited)
		byte_lock(slots, SLOTS_AWAITED_BYTE, F_UNLCK);
	return rc;
}

bool
slots_awaited(const struct slots *slots)
{
	struct flock lock = {.l_type = F_WRLCK,
			     .l_whence = SEEK_SET,
			     .l_start = SLOTS_AWAITED_BYTE,
			     .l_len = 1};

	return slots->descriptor >= 0 &&
	       fcntl(slots->descriptor, F_OFD_GETLK, &lock) == 0 &&
	       lock.l_type != F_UNLCK;
}

bool
slots_try(struct slots *slots)
{
	return !slots_awaited(slots) && slots_find(slots);
}

void
slots_give(struct slots *slots)
{
	if (slots->held >= 0)
		byte_lock(slots, slots->held, F_UNLCK);
	slots->held = -1;
}
