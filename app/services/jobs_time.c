#include "services/jobs_time.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "services/digest.h"

/* Where it cannot be read there is only one boot: -1. */
static int64_t
jobs_time_boot(void)
{
	int file =
		open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	char text[64];
	ssize_t length = -1;
	int64_t boot;

	if (file >= 0) {
		length = read(file, text, sizeof(text));
		close(file);
	}
	if (length <= 0)
		return -1;
	boot = (int64_t)(digest_quick(text, (size_t)length) >> 1);
	return boot == 0 ? 1 : boot;
}

static int64_t
jobs_time_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / CLOCK_NS_PER_MS;
}

void
jobs_time_now(struct jobs_time *now)
{
	if (now->boot == 0)
		now->boot = jobs_time_boot();
	now->calendar_ms = jobs_time_ms(CLOCK_REALTIME);
	now->machine_ms = jobs_time_ms(CLOCK_BOOTTIME);
}
