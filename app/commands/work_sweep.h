/*
 * What a worker does for all jobs every second or so: jobs_sweep(), and
 * whatever follows from what that finds.
 */
#ifndef COMMANDS_WORK_SWEEP_H
#define COMMANDS_WORK_SWEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "commands/work.h"

/* All zeros at first. */
struct work_sweep {
	int64_t swept_ns; /* when the last one ended */
	int64_t tidy_ns;  /* when it is due */
	bool troubled;    /* the state cannot be used, which was said */
};

void work_sweep(struct work *work, struct work_sweep *sweep);

#endif
