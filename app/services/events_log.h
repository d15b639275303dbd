/*
 * The log of events as who serves many readers sees it: its last events in
 * memory, and where it has come to.  It is looked at when the bell has rung.
 *
 * A log belongs to one thread at a time.
 */
#ifndef SERVICES_EVENTS_LOG_H
#define SERVICES_EVENTS_LOG_H

#include "services/events_tail.h"

struct events_log {
	struct events *events;
	struct events_tail *tail; /* what has come since it was first looked at,
	                             and some of what was there then */
	struct events_position position;
	bool looked;   /* it was looked at, and not forgotten */
	unsigned turn; /* so often it was begun, or another log, or an older
	                  one, has taken its place */
};

/* `bytes` of events are kept in memory; false: there is none. */
bool events_log_init(struct events_log *log, struct events *events,
		     size_t bytes);
void events_log_release(struct events_log *log);

/*
 * Looks what is new.  Beforehand there are so many of the last events in
 * memory, the first time and in another log.  False: it cannot be read,
 * which the program's log says now and then.
 */
bool events_log_look(struct events_log *log, int64_t beforehand);

/* The next look is as if it were the first: nobody needs what was missed. */
void events_log_forget(struct events_log *log);

#endif
