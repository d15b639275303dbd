/*
 * What a client sends: JSON, which becomes a message's data as it is.
 */
#ifndef HUB_MESSAGE_H
#define HUB_MESSAGE_H

#include "services/events.h"
#include "services/trace.h"

struct message {
	struct message *next; /* both are its owner's */
	uint64_t client;
	struct event event;
	/* The span of its coming here, which began then. */
	struct trace_context span;
	int64_t came_ns;
	char trace[TRACE_PARENT_BYTES]; /* what the event says of it */
	char text[];
};

/*
 * Reads a text.  LC_INVALID, and `why` says what is wrong with it and where;
 * LC_NO_MEMORY.  The message is the caller's to free().
 */
enum lc_rc message_read(const char *text, size_t length, struct message **out,
			char *why, size_t why_bytes) LC_CHECKED;

#endif
