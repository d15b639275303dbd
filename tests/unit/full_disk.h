/* A disk that is full: files may not grow beyond so many bytes. */
#ifndef TESTS_FULL_DISK_H
#define TESTS_FULL_DISK_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

static inline void
full_disk_from(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static inline void
full_disk_no_more(void)
{
	full_disk_from(RLIM_INFINITY);
}

#endif
