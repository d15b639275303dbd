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

enum { SLOTS_RETRY_MS = 2 };

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

/* Locks or unlocks a slot's byte; 0 when it was done. */
static int
slot_lock(const struct slots *slots, int slot, short type)
{
	struct flock lock = {.l_type = type,
			     .l_whence = SEEK_SET,
			     .l_start = slot,
			     .l_len = 1};

	return fcntl(slots->descriptor, F_OFD_SETLK, &lock);
}

enum lc_rc
slots_take(struct slots *slots, struct lc_progress *progress)
{
	const struct timespec pause = {.tv_nsec = SLOTS_RETRY_MS *
						  CLOCK_NS_PER_MS};
	enum lc_rc rc;

	while ((rc = progress_stopped(progress)) == LC_OK) {
		if (slots->descriptor < 0)
			return LC_OK;
		for (int slot = 0; slot < slots->count; slot++) {
			if (slot_lock(slots, slot, F_WRLCK) == 0) {
				slots->held = slot;
				return LC_OK;
			}
			/* Anything but "taken": the file system has no locks. */
			if (errno != EAGAIN && errno != EACCES) {
				log_warning("slots.lock: %s", strerror(errno));
				slots_close(slots);
				break;
			}
		}
		if (slots->descriptor >= 0)
			nanosleep(&pause, NULL);
	}
	return rc;
}

void
slots_give(struct slots *slots)
{
	if (slots->held >= 0)
		slot_lock(slots, slots->held, F_UNLCK);
	slots->held = -1;
}
