/*
 * Memory that runs out.  A program that is linked with the --wrap flags of
 * Makefile.am has every allocation of ours (not those of the libraries) come
 * here first, where it is counted, and may be refused.
 */
#ifndef TESTS_ALLOC_FAIL_H
#define TESTS_ALLOC_FAIL_H

#include <stdbool.h>

#include "base/rc.h"

struct alloc_case {
	const char *name;
	/*
	 * Makes something, uses it and gives all of it back; LC_OK, or
	 * LC_NO_MEMORY when that is what it was told.
	 */
	enum lc_rc (*run)(void);
	bool bears; /* it may do without some of its memory */
};

/*
 * Runs the case with its first allocation refused, then its second, and so
 * on, until none is refused any more.  The test fails when a run says
 * anything else than LC_NO_MEMORY, or keeps memory.
 */
void alloc_fail_each(const struct alloc_case *of);

/* Refuses the calling thread's nth allocation from now on, once. */
void alloc_fail_arm(unsigned nth);

/*
 * Counts one more allocation, which a library is asked for; whether it is to
 * be refused.
 */
bool alloc_fail_now(void);

/* Refuses nothing more; whether something was refused. */
bool alloc_fail_disarm(void);

#endif
