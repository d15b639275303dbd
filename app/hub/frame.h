/*
 * WebSocket frames (RFC 6455, section 5.2), from a server: not masked, whole
 * messages, text.
 */
#ifndef HUB_FRAME_H
#define HUB_FRAME_H

#include <stdbool.h>

#include "base/buf.h"
#include "services/events_tail.h"

/* Adds a text. */
void frame_text(struct buf *out, const char *text, size_t length);

/*
 * Adds an event, or its data alone; packed (RFC 7692) where that makes it
 * smaller.  What was packed stays with the event.
 */
void frame_event(struct buf *out, struct tail_event *event, bool bare,
		 bool packed);

#endif
