/*
 * A Memcached of a test's own, on a socket in a directory of its own.
 */
#ifndef TESTS_MEMCACHED_FIXTURE_H
#define TESTS_MEMCACHED_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "state_dir.h"

struct memcached_process {
	pid_t pid; /* 0: it does not run */
	char socket[STATE_DIR_MAX + 32];
};

/* Starts one, with 64 MB or so many; the test is skipped when there is none. */
void memcached_start(struct memcached_process *process, const char *directory,
		     const char *name, const char *megabytes);

/* Kills it, if it runs, and waits for its end. */
void memcached_kill(struct memcached_process *process);

/* Stops it where it is, and has returned when it has stopped; lets it go on. */
void memcached_freeze(const struct memcached_process *process);
void memcached_thaw(const struct memcached_process *process);

/*
 * Sends bytes of the text protocol, and reads the answer until it ends with
 * this; returns its length.
 */
size_t memcached_say(const struct memcached_process *process, const void *bytes,
		     size_t length, const char *end, char *answer,
		     size_t answer_bytes);

#endif
