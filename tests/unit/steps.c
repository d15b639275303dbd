#include "steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "child.h"

enum {
	STEPS_MOST = 40000, /* a sanitizer may need more than we have time */
	STEPS_OF_ALL = 15000
};

static bool
is_stopped(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSTOPPED(status);
}

/* A process that has stopped before it acts; 0: nobody may be stepped here. */
static pid_t
steps_start(const struct steps *steps, void *of)
{
	pid_t child = child_fork();

	if (child > 0)
		return is_stopped(child) ? child : 0;
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(STEPS_NO);
	raise(SIGSTOP);
	_exit(steps->act(of));
}

/* False: it has ended. */
static bool
step(pid_t child)
{
	assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
	return is_stopped(child);
}

/* Those in the middle are one like the other. */
static void
steps_thin(struct steps *steps, long of_one)
{
	const int every = (int)(steps->count * of_one / STEPS_OF_ALL) + 1;
	int kept = 0;

	for (int i = 0; i < steps->count; i++)
		if (i < 3 || i + 3 >= steps->count || i % every == 0)
			steps->moments[kept++] = steps->moments[i];
	steps->count = kept;
}

/* Steps to the end; how many there were, or 0 if they were too many. */
static long
steps_watch(struct steps *steps, pid_t child, const void *memory, size_t bytes,
	    void *before)
{
	long done = 1;

	for (; step(child); done++) {
		if (done == STEPS_MOST) {
			steps_kill(child);
			return 0;
		}
		if (memcmp(before, memory, bytes) == 0)
			continue;
		memcpy(before, memory, bytes);
		assert_true(steps->count < STEPS_MOMENTS_MAX);
		steps->moments[steps->count++] = done;
	}
	return done;
}

bool
steps_find(struct steps *steps, steps_act *act, void *of, const void *memory,
	   size_t bytes)
{
	void *before = malloc(bytes);
	long done = 0;
	pid_t child;

	*steps = (struct steps){.act = act, .count = 1};
	assert_non_null(before);
	memcpy(before, memory, bytes);
	child = steps_start(steps, of);
	if (child > 0)
		done = steps_watch(steps, child, memory, bytes, before);
	free(before);
	if (done > 0)
		steps_thin(steps, done);
	return done > 0;
}

pid_t
steps_lead(const struct steps *steps, void *of, int moment)
{
	pid_t child = steps_start(steps, of);

	assert_true(child > 0);
	for (long i = 0; i < steps->moments[moment]; i++)
		assert_true(step(child));
	return child;
}

void
steps_kill(pid_t child)
{
	int status;

	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

bool
steps_end(pid_t child)
{
	int status;

	assert_int_equal(ptrace(PTRACE_CONT, child, NULL, NULL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= STEPS_NO);
	return WEXITSTATUS(status) == STEPS_YES;
}
