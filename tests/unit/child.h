/*
 * A process of a test's own; to be included after cmocka.h.
 */
#ifndef UNIT_CHILD_H
#define UNIT_CHILD_H

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/*
 * fork(), and no failure.  The child does not outlive the test, and aborts
 * where the test would fail: it must not go on with the parent's tests.
 */
static inline pid_t
child_fork(void)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0 && (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
			   setenv("CMOCKA_TEST_ABORT", "1", 1) != 0))
		_exit(EXIT_FAILURE);
	return child;
}

#endif
