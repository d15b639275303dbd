#include "engine/courtesy.h"

#include <time.h>

#include "base/clock.h"

enum { COURTESY_LOOK_MS = 5 };

int64_t
courtesy_waited_ns(void)
{
	struct timespec cpu;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
	return clock_mono_ns() - (int64_t)cpu.tv_sec * CLOCK_NS_PER_S -
	       cpu.tv_nsec;
}

void
courtesy_wait(int64_t before_ns, struct lc_progress *progress)
{
	int64_t left_ns = courtesy_waited_ns() - before_ns, until_ns;
	struct timespec pause = {0};

	if (left_ns < COURTESY_LEAST_MS * CLOCK_NS_PER_MS)
		return;
	left_ns += left_ns / 2;
	if (left_ns > COURTESY_MOST_MS * CLOCK_NS_PER_MS)
		left_ns = COURTESY_MOST_MS * CLOCK_NS_PER_MS;
	until_ns = clock_mono_ns() + left_ns;
	while (left_ns > 0 && progress_stopped(progress) == LC_OK) {
		pause.tv_nsec = left_ns < COURTESY_LOOK_MS * CLOCK_NS_PER_MS ?
					(long)left_ns :
					COURTESY_LOOK_MS * CLOCK_NS_PER_MS;
		nanosleep(&pause, NULL);
		left_ns = until_ns - clock_mono_ns();
	}
}
