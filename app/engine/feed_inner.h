/*
 * What the files of engine/feed.h share: feed.c has the thread and its
 * readers, feed_write.c what is written to those that stream, and feed_poll.c
 * what others are answered.
 */
#ifndef ENGINE_FEED_INNER_H
#define ENGINE_FEED_INNER_H

#include "engine/call.h"
#include "engine/feed.h"
#include "lightcone_events.h"
#include "services/events_log.h"

/* A parked call that waits for events; in the call's arena. */
struct reader {
	struct reader *next;
	struct lc_call *call;
	struct lc_events wanted; /* its `had` goes along with the reader */
	bool streams;
	bool begun;        /* its `had` is of the log's present turn */
	unsigned turn;     /* that one */
	bool catches_up;   /* it has not come to what is new yet */
	int64_t until_ns;  /* one that polls is answered then */
	int64_t spoken_ns; /* when something was last written */
};

enum reader_state {
	READER_WAITS,   /* it has had all that there is */
	READER_BLOCKED, /* its client does not read at the moment */
	READER_ENDS,
};

/*
 * Writes what there is to a reader that streams, as far as it goes without
 * waiting.
 */
enum reader_state reader_write(struct reader *reader,
			       const struct events_log *log, int64_t now_ns);

/* Whether there is something for a reader that polls. */
bool reader_has_some(struct reader *reader, const struct events_log *log);

/* The answer of a reader that polls, in a thread of the gate. */
enum lc_rc reader_answer(struct lc_call *call, void *reader);

/* Parks the call; from then on it is the feed's.  LC_PARKED, or why not. */
enum lc_rc feed_park(struct reader *reader) LC_CHECKED;

#endif
