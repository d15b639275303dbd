#include "alloc_fail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ALLOC_FAIL_MOST = 10000 };

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
void *__real_aligned_alloc(size_t alignment, size_t bytes);
char *__real_strdup(const char *text);
void __real_free(void *old);

void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes);
char *__wrap_strdup(const char *text);
void __wrap_free(void *old);

static _Thread_local unsigned until_refusal; /* 0: none is due */
static _Thread_local bool refused;
static atomic_long held; /* pieces, by all threads */

bool
alloc_fail_now(void)
{
	if (until_refusal == 0 || --until_refusal > 0)
		return false;
	refused = true;
	return true;
}

static void *
count(void *piece)
{
	if (piece != NULL)
		atomic_fetch_add(&held, 1);
	return piece;
}

void *
__wrap_malloc(size_t bytes)
{
	return alloc_fail_now() ? NULL : count(__real_malloc(bytes));
}

void *
__wrap_calloc(size_t number, size_t bytes)
{
	return alloc_fail_now() ? NULL : count(__real_calloc(number, bytes));
}

void *
__wrap_realloc(void *old, size_t bytes)
{
	void *piece;

	if (alloc_fail_now())
		return NULL;
	piece = __real_realloc(old, bytes);
	return old == NULL ? count(piece) : piece;
}

void *
__wrap_aligned_alloc(size_t alignment, size_t bytes)
{
	return alloc_fail_now() ? NULL :
				  count(__real_aligned_alloc(alignment, bytes));
}

char *
__wrap_strdup(const char *text)
{
	return alloc_fail_now() ? NULL : count(__real_strdup(text));
}

void
__wrap_free(void *old)
{
	if (old != NULL)
		atomic_fetch_sub(&held, 1);
	__real_free(old);
}

void
alloc_fail_arm(unsigned nth)
{
	until_refusal = nth;
	refused = false;
}

bool
alloc_fail_disarm(void)
{
	until_refusal = 0;
	return refused;
}

void
alloc_fail_each(const struct alloc_case *of)
{
	for (unsigned nth = 1;; nth++) {
		long before = atomic_load(&held);
		enum lc_rc rc;
		bool hit;

		alloc_fail_arm(nth);
		rc = of->run();
		hit = alloc_fail_disarm();
		if (atomic_load(&held) != before)
			fail_msg("%s keeps memory when its allocation %u is "
				 "refused",
				 of->name, nth);
		if (!hit && rc == LC_OK && nth > 1)
			return;
		if (!hit || (rc != LC_NO_MEMORY && !of->bears) ||
		    nth == ALLOC_FAIL_MOST)
			fail_msg("%s says %s when its allocation %u is %s",
				 of->name, rc_label(rc), nth,
				 hit ? "refused" : "not refused");
	}
}
