/*
 * Lines that are written some at a time, as a system call for each costs more
 * than making it.
 *
 * A regular file is written to by whoever adds the line that makes it enough;
 * a thread of our own sees to what has waited for LOG_GATHER_MS, and sleeps
 * when there is nothing.  The thread starts with the second line: the first
 * is written at once, so that a process of one request needs none.
 *
 * When there is no room for a line it is lost and counted.  That is so where
 * a reader does not read; whoever writes to a file just now is waited for,
 * but not longer than LOG_GATHER_MS, and not again if that was in vain.
 *
 * Any thread may call.  A process that has written lines and forks without
 * exec must not write more in the child.
 */
#ifndef BASE_LOG_GATHER_H
#define BASE_LOG_GATHER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/lock.h"
#include "base/log_place.h"

enum { LOG_GATHER_BYTES = 1 << 16, LOG_GATHER_ENOUGH = 1 << 14 };

struct log_gather {
	struct log_place *place;
	/* Called after each writing, for what there is to be said of it. */
	void (*wrote)(struct log_place *place);
	struct lock lock; /* of what follows */
	pthread_cond_t some;
	unsigned filled; /* which half takes what is added */
	size_t length;   /* of that in it */
	bool is_left;    /* the other one has not all been written */
	bool sleeps;     /* the thread, until there is some */
	enum { LOG_GATHER_NEW, LOG_GATHER_FIRST, LOG_GATHER_THREAD } stage;
	atomic_bool stuck;   /* somebody has waited for the writer in vain */
	struct lock writing; /* of what follows; is taken before the other */
	size_t from, to;     /* what the other half has yet to be written */
	char halves[2][LOG_GATHER_BYTES];
};

#define LOG_GATHER_TO(where, told)                             \
	{                                                      \
		.place = (where), .wrote = (told),             \
		.lock = {PTHREAD_MUTEX_INITIALIZER},           \
		.some = PTHREAD_COND_INITIALIZER, .writing = { \
			PTHREAD_MUTEX_INITIALIZER              \
		}                                              \
	}

void log_gather_add(struct log_gather *gather, const char *line, size_t length);

/*
 * Writes what there is, and waits for its reader for so long; false: some of
 * it is there yet.
 */
bool log_gather_write(struct log_gather *gather, int wait_ms);

/* Gives up what could not be written. */
void log_gather_drop(struct log_gather *gather);

#endif
