/*
 * What the files of engine/feed.h share: feed.c has the threads,
 * feed_readers.c what is to be done for each reader, feed_write.c what is
 * written to those that stream, feed_poll.c when others are answered, and
 * feed_answer.c with what.
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
	bool begun;              /* its `had` is of the log's present turn */
	unsigned turn;           /* that one */

	/* one that polls */
	int64_t until_ns; /* it is answered then */
	bool in_hand;     /* with what follows: */
	struct buf list;  /* the events, with commas between them */
	int64_t count;

	/* one that streams */
	bool streams;
	bool catches_up;   /* it has not come to what is new yet */
	int64_t said;      /* the last number that it was told */
	int64_t sent;      /* bytes, in all */
	int64_t taken;     /* events that are in the piece to be written */
	int64_t spoken_ns; /* when something was last written */
};

/* ---- feed.c */

enum feed_way { FEED_STREAMS, FEED_POLLS, FEED_WAY__MAX };

/* A call waits, +1, or does not any more. */
void feed_seen_clients(const struct feed *feed, enum feed_way way, int n);

/* A client was sent so much, and so many events in it. */
void feed_seen_sent(const struct feed *feed, enum feed_way way, size_t bytes,
		    int64_t events);

/* Parks the call; from then on it is the feed's.  LC_PARKED, or why not. */
enum lc_rc feed_park(struct reader *reader) LC_CHECKED;

/* ---- feed_readers.c: the thread's */

struct readers {
	struct reader *first;
	int count;
	struct events_log log;
	bool readable; /* the log could be read when last looked at */
	struct buf piece;
};

/* One that has arrived; true: the log must be looked at again for it. */
bool readers_add(struct readers *readers, struct reader *reader);

/* Looks what is new. */
void readers_look(struct readers *readers);

/*
 * Gives each what there is for it and lets those go that have ended; how
 * long there is nothing to do then, as a rule, in ms.
 */
int64_t readers_serve(struct readers *readers);

/* ---- feed_write.c */

enum reader_state {
	READER_WAITS,   /* it has had all that there is */
	READER_BLOCKED, /* its client does not read at the moment */
	READER_MORE,    /* others come first */
	READER_FULL,    /* it has had what one answer has */
	READER_GONE,
};

/*
 * Writes what there is to a reader that streams, as far as it goes without
 * waiting; `piece` is room for it.  Nothing is read where `readable` is not
 * true: it is only told that we are there.
 */
enum reader_state reader_write(struct reader *reader,
			       const struct events_log *log, bool readable,
			       struct buf *piece, int64_t now_ns);

/* The last words to a client that shall ask anew, soon if so desired. */
void reader_farewell(struct reader *reader, bool soon);

/* ---- feed_poll.c */

/* Whether there is something for a reader that polls. */
bool reader_has_some(struct reader *reader, const struct events_log *log);

/*
 * Answers it, if nobody else has: with what there is in memory, or else by
 * reading the file in the thread of the gate that sends it.
 */
void reader_answer(struct reader *reader, const struct events_log *log,
		   bool readable);

/* ---- feed_answer.c */

/* Whether an answer that has so much takes another event. */
bool answer_takes_more(const struct buf *list, int64_t count,
		       const struct lc_events *wanted);

/*
 * All that there is; a question of our own, for the documentation, makes no
 * file.  Not LC_OK: the call has words.
 */
enum lc_rc answer_position(struct lc_call *call, struct events_position *out)
	LC_CHECKED;

/*
 * Answers from the file, if there is something or it shall be answered
 * anyhow; else `wanted` says where to go on.
 */
enum lc_rc answer_read(struct lc_call *call, struct lc_events *wanted,
		       bool anyhow, bool *answered) LC_CHECKED;

/* Answers with what the reader has in hand. */
enum lc_rc answer_give(struct reader *reader) LC_CHECKED;

#endif
