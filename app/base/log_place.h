/*
 * Where lines of the log go: standard error, syslog, or a file.
 *
 * A file is opened for appending, made with mode 0640 where there is none,
 * and opened anew when its name has become another file's, or nobody's,
 * which is looked at each second.  What cannot be opened is tried again as
 * often, and standard error has its lines meanwhile.
 *
 * Nobody waits longer than asked for: a reader of a pipe, or a syslogd, that
 * takes nothing costs lines and no time.  (A file's disk is waited for, as by
 * all.)  What cannot be written is lost and counted; of a file that cannot
 * grow the last line is cut off again, so that there are whole ones only.
 *
 * Any thread may call all of it.  What there is to complain of is kept for
 * log_place_complains(), as this does not know what a line looks like.
 */
#ifndef BASE_LOG_PLACE_H
#define BASE_LOG_PLACE_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/lock.h"

enum { LOG_PLACE_LOOK_MS = 1000, LOG_PLACE_COMPLAIN_S = 10 };

enum log_place_kind { LOG_AT_STDERR, LOG_AT_SYSLOG, LOG_AT_FILE };

struct log_place {
	struct lock lock; /* held while it is written to */
	enum log_place_kind kind;
	char path[PATH_MAX]; /* of the file, or of syslogd's socket */
	int descriptor;      /* below 0: standard error is written to */
	bool is_regular;     /* it takes everything at once */
	bool is_stream;      /* syslogd's socket */
	dev_t device;
	ino_t inode;
	int64_t looked_ns;
	bool stuck; /* somebody has waited in vain: nobody does any more */
	atomic_bool is_quick; /* what was last written to was a regular file */
	/* To be complained of: why it cannot be opened, and what was lost. */
	int open_error, said_error;
	atomic_size_t lost, lost_unsaid;
	atomic_int lost_error;
	int64_t said_ns;
};

/* One that is standard error. */
#define LOG_PLACE_STDERR                                                    \
	{                                                                   \
		.lock = {PTHREAD_MUTEX_INITIALIZER}, .kind = LOG_AT_STDERR, \
		.descriptor = -1                                            \
	}

/* Whole lines, and what syslog wants to know of them. */
struct log_lines {
	const char *bytes;
	size_t length;
	int priority;  /* LOG_INFO of <syslog.h> */
	size_t prefix; /* bytes of the first that syslog itself writes */
};

/* Lets it be "stderr", "syslog" or a path, and opens that. */
void log_place_set(struct log_place *place, const char *setting);

/* Opens it anew. */
void log_place_reopen(struct log_place *place);

/*
 * Writes lines, and waits for their reader for so long.  Returns how many
 * bytes are dealt with, written or lost; the rest was not taken in time, and
 * may be offered again.
 */
size_t log_place_write(struct log_place *place, const struct log_lines *lines,
		       int wait_ms);

/* Counts lines that there was no time or room for. */
void log_place_lose(struct log_place *place, const char *bytes, size_t length);

/* How many lines have been lost since this was last asked. */
size_t log_place_lost(struct log_place *place);

/*
 * Whether there is something to be said of it on standard error: that it
 * cannot be opened, once; that lines are lost, every LOG_PLACE_COMPLAIN_S at
 * most.
 */
bool log_place_complains(struct log_place *place, char *words, size_t bytes);

#endif
