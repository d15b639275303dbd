/*
 * Which messages have been written often enough: the same one, whatever its
 * values, LOG_REPEAT_MOST times in LOG_REPEAT_S seconds.  Those after that
 * are counted, and their number is to be said when the time is over.
 *
 * Two messages are the same when their format is; where that has no words of
 * its own ("%s: %s"), when their words are.  Nothing is allocated: there is
 * room for as many as there are places in the source that write some, and
 * beyond that the oldest make room.  Any thread may call.
 */
#ifndef BASE_LOG_REPEAT_H
#define BASE_LOG_REPEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lock.h"
#include "base/log.h"

enum { LOG_REPEAT_PLACES = 64, LOG_REPEAT_WORDS = 256 };

/* Messages that were left out: how many, and the last of them. */
struct log_left_out {
	uint64_t count;
	enum log_level level;
	char words[LOG_REPEAT_WORDS];
};

struct log_repeat_place {
	uint64_t key; /* 0: it is free */
	int64_t begun_ns;
	unsigned written;
	struct log_left_out left_out;
};

struct log_repeats {
	struct lock lock;
	uint64_t left_out; /* in all places */
	struct log_repeat_place places[LOG_REPEAT_PLACES];
};

/* Whether it may be written; if not it is counted. */
bool log_repeat_may(struct log_repeats *repeats, const char *format,
		    const char *words, enum log_level level, int64_t now_ns);

/*
 * Takes out one whose time is over, or any where `all` is asked for; false:
 * there is none.  To be called before log_repeat_may(), until it is false.
 */
bool log_repeat_take(struct log_repeats *repeats, int64_t now_ns, bool all,
		     struct log_left_out *left_out);

#endif
