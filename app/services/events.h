/*
 * Events: what has happened, in one order that all observers see.  They lie
 * in state.sqlite, one row each, and are never changed.
 *
 * Each has a number, seq, of one sequence over all processes: an event that
 * was committed later has a higher one, and none comes again.  What is to
 * be known if and only if a change lasts is added in that change's
 * transaction (events_add_in()), so whoever has read of a change in an event
 * finds it made.  The numbers mean something within the log's epoch only,
 * which is drawn at random when a state.sqlite is made.
 *
 * The log is bounded by the age of its events and by their bytes: the oldest
 * go.  A reader keeps the number of the last event that it has had, and
 * reads what comes after; what is gone already it finds by
 * events_position().
 *
 * After what it has added is committed a process rings the bell, which all
 * that wait for events hear (services/bell.h).
 *
 * Any thread may call.  What was added is on the disk when that is said.
 *
 * Failure: LC_UNAVAILABLE when state.sqlite cannot be used (a full disk, too:
 * nothing was added then), LC_NO_MEMORY.  `why` (EVENTS_WHY_MAX bytes) has
 * words then, which a client may see.
 */
#ifndef SERVICES_EVENTS_H
#define SERVICES_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

struct events;
struct options;
struct store;

enum {
	EVENTS_EPOCH_BYTES = 17,   /* 16 hexadecimal digits, and a NUL */
	EVENTS_DATA_MAX = 1 << 16, /* bytes of one event's data */
	EVENTS_TYPE_MAX = 32,
	EVENTS_TRACE_BYTES = 56, /* of a traceparent, and NUL */
	EVENTS_WHY_MAX = 256
};

/* X(constant, name, what it is about) */
#define EVENTS_TYPE_TABLE(X)                                             \
	X(EVENTS_MESSAGE, "message", "What somebody has published.")     \
	X(EVENTS_OBJECT, "object", "An object was changed, or deleted.") \
	X(EVENTS_CATALOGUE, "catalogue",                                 \
	  "A catalogue was imported, or dropped, or lost its edits.")    \
	X(EVENTS_JOB, "job", "A job has ended.")

enum events_type {
#define EVENTS_TYPE_ENUM(constant, name, doc) constant,
	EVENTS_TYPE_TABLE(EVENTS_TYPE_ENUM)
#undef EVENTS_TYPE_ENUM
	/* Of another Lightcone, which knows more of them. */
	EVENTS_TYPE__MAX
};

/* The type that has the name, EVENTS_TYPE__MAX: none. */
enum events_type events_type_find(const char *name, size_t length);
const char *events_type_name(enum events_type type);

struct event {
	int64_t seq;     /* 1 and up; events_add() draws it */
	int64_t time_ms; /* since 1970; events_add() tells it */
	enum events_type type;
	const char *name; /* its type's, from events_read() */
	const char *data; /* JSON without line breaks; need not end in NUL */
	size_t length;
	/* Of what has caused it, a traceparent; NULL: nobody is to know. */
	const char *trace;
	bool placed; /* it is somewhere in the sky */
	double ra_deg, dec_deg;
};

struct events_limits {
	int64_t keep_s;
	int64_t keep_bytes; /* of data, and some for each event */
};

/* NULL without memory.  `state_dir` must live as long. */
struct events *events_new(const char *state_dir,
			  const struct events_limits *limits);

/* The same as options say, which must live as long. */
struct events *events_new_of(const struct options *options);

/* NULL is harmless. */
void events_free(struct events *events);

/* ---- adding */

/*
 * Adds them one after the other, all or none, and rings.  What several
 * threads add while one commits is committed at once.  Each event's seq and
 * time_ms are set.
 */
enum lc_rc events_add(struct events *events, struct event *list, size_t count,
		      char *why, size_t why_bytes) LC_CHECKED;

/*
 * Adds one in a transaction that writes to state.sqlite, which is the
 * caller's; events_ring() is due after its end.
 */
enum lc_rc events_add_in(struct events *events, struct store *store,
			 struct event *event, char *why, size_t why_bytes)
	LC_CHECKED;

/* Lets go of what is older, or more, than is kept. */
enum lc_rc events_tidy(struct events *events, char *why, size_t why_bytes)
	LC_CHECKED;

/* ---- reading */

/* All that is kept: first to last; first is last + 1 where there is none. */
struct events_position {
	char epoch[EVENTS_EPOCH_BYTES];
	int64_t first, last;
};

/* Makes state.sqlite if there is none, as an epoch must not change. */
enum lc_rc events_position(struct events *events, struct events_position *out,
			   char *why, size_t why_bytes) LC_CHECKED;

/* The same, but makes nothing: LC_NOT_FOUND where there are none yet. */
enum lc_rc events_peek(struct events *events, struct events_position *out,
		       char *why, size_t why_bytes) LC_CHECKED;

/*
 * Calls `each` for up to `most` events after a number, in their order, until
 * it gives something else than LC_OK, which is then returned.  An event's
 * texts live until `each` returns.  `each` must not call the struct events.
 */
enum lc_rc events_read(struct events *events, int64_t after, size_t most,
		       enum lc_rc (*each)(void *arg, const struct event *event),
		       void *arg, char *why, size_t why_bytes) LC_CHECKED;

/* ---- waking */

/* How often it was rung, bell_heard(). */
uint32_t events_heard(struct events *events);

/* Waits as bell_wait() does. */
void events_wait(struct events *events, uint32_t heard, int64_t ms);

void events_ring(struct events *events);

#endif
