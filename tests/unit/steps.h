/*
 * A process that is led, by a debugger's single steps, to each moment at which
 * some shared memory has just been changed; to be killed there, or to go on.
 */
#ifndef TESTS_STEPS_H
#define TESTS_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { STEPS_MOMENTS_MAX = 400, STEPS_YES = 0, STEPS_NO = 1 };

/* What is done step by step, and says yes or no in the end. */
typedef int steps_act(void *of);

struct steps {
	steps_act *act;
	/* After how many steps it was changed; 0 is the first of them. */
	long moments[STEPS_MOMENTS_MAX];
	int count;
};

/*
 * Does it once and finds the moments; of too many, some in the middle are left
 * out.  False: it cannot be done here, or takes too many steps.
 */
bool steps_find(struct steps *steps, steps_act *act, void *of,
		const void *memory, size_t bytes);

/* A process that was led to one of the moments, and waits. */
pid_t steps_lead(const struct steps *steps, void *of, int moment);

void steps_kill(pid_t child);

/* Lets it go on to its end; what it says. */
bool steps_end(pid_t child);

#endif
