/*
 * Events: adding them, and requests that wait for them.  See
 * services/events.h for what an event is.
 */
#ifndef LIGHTCONE_EVENTS_H
#define LIGHTCONE_EVENTS_H

#include "base/rc.h"
#include "services/events.h"
#include "services/events_filter.h"
#include "services/events_resume.h"

struct lc_call;

/* What a request wants of the events. */
struct lc_events {
	struct events_had had;
	struct events_filter filter;
	bool bare;       /* an event's data alone */
	int64_t replay;  /* at most so many are sent again */
	int64_t most;    /* in one answer that is no stream */
	int64_t wait_ms; /* how long that waits for the first; 0: not at all */
};

/* The process's own; never NULL. */
struct events *lc_events_of(const struct lc_call *call);

/*
 * What events that this call adds are to say of their trace: lc_traceparent()
 * where that is recorded, or its client has begun it; else NULL, as it would
 * lead nowhere.
 */
const char *lc_events_trace(struct lc_call *call);

/* The event that this call has added and that lasts: its span names it. */
void lc_events_note(struct lc_call *call, enum events_type type, int64_t seq);

/*
 * Answers with the events after what the client has had, as the members
 * `events`, `epoch`, `after` (what to say the next time) and, where some are
 * missing, `gap`.  Where there is none yet the call is parked until there
 * is one, or the time is up.  Returns what the function returns then.
 */
enum lc_rc lc_events_poll(struct lc_call *call, const struct lc_events *wanted)
	LC_CHECKED;

/*
 * Answers with events as they come (text/event-stream), until the call's
 * deadline; the client then asks anew, after the last it has had.  No thread
 * waits, neither for events nor for a client that does not read: that one
 * is let go of when it is a mebibyte behind.
 */
enum lc_rc lc_events_stream(struct lc_call *call,
			    const struct lc_events *wanted) LC_CHECKED;

#endif
