/*
 * Where an observer goes on who says what it has had last: after that, if it
 * is known; and what it has missed for good, which it is told.
 */
#ifndef SERVICES_EVENTS_RESUME_H
#define SERVICES_EVENTS_RESUME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "services/events.h"

/* X(constant, word, what has become of the events in between) */
#define EVENTS_GAP_TABLE(X)                                              \
	X(EVENTS_NO_GAP, "", "")                                         \
	X(EVENTS_GAP_GONE, "gone", "They are kept no longer.")           \
	X(EVENTS_GAP_MANY, "many", "They are more than are sent again.") \
	X(EVENTS_GAP_EPOCH, "epoch",                                     \
	  "The numbers were of another log, which is there no more.")    \
	X(EVENTS_GAP_FUTURE, "future",                                   \
	  "No event has had the number yet: the log is an older one.")

enum events_gap {
#define EVENTS_GAP_ENUM(constant, word, doc) constant,
	EVENTS_GAP_TABLE(EVENTS_GAP_ENUM)
#undef EVENTS_GAP_ENUM
		EVENTS_GAP__MAX
};

/* What an observer says. */
struct events_had {
	bool says;     /* else it begins with what comes next */
	int64_t after; /* the number of the last event that it has had */
	char epoch[EVENTS_EPOCH_BYTES]; /* ""; that of now */
};

struct events_resume {
	int64_t after; /* goes on after this one */
	enum events_gap gap;
};

/* At most so many events are sent again. */
struct events_resume events_resume(const struct events_position *position,
				   const struct events_had *had, int64_t most);

/*
 * Reads "EPOCH-SEQ", as events_id_write() has written it, or a number alone;
 * false: it is neither.
 */
bool events_id_read(const char *text, size_t length, struct events_had *out);
void events_id_write(const char *epoch, int64_t seq, struct buf *out);

/* {"type":"gap","epoch":…,"after":…,"next":…,"reason":…} */
void events_gap_write(const struct events_position *position,
		      const struct events_had *had,
		      const struct events_resume *resume, struct buf *out);

#endif
