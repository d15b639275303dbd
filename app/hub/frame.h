/*
 * WebSocket frames (RFC 6455, section 5.2), from a server: not masked, whole
 * messages.
 */
#ifndef HUB_FRAME_H
#define HUB_FRAME_H

#include <stdbool.h>

#include "base/buf.h"
#include "hub/pack.h"
#include "services/events_tail.h"

enum frame_kind {
	FRAME_MORE = 0,
	FRAME_TEXT = 1,
	FRAME_BINARY = 2,
	FRAME_CLOSE = 8,
	FRAME_PING = 9,
	FRAME_PONG = 10,
};

enum {
	FRAME_FINAL = 0x80,
	FRAME_PACKED = 0x40, /* RSV1 */
	FRAME_SHORT = 125,   /* bytes that a frame of control has at most */
	FRAME_PACK_WINDOW = 1 << 15,
};

void frame_add(struct buf *out, enum frame_kind kind, const void *bytes,
	       size_t length);

/* To be closed with a status and words for it, 123 bytes of them at most. */
void frame_close(struct buf *out, int status, const char *words);

/*
 * Adds an event, or its data alone; packed where that makes it smaller, and
 * the other side's window has at least so many bytes, 0 to
 * FRAME_PACK_WINDOW.  What was packed stays with the event.
 */
void frame_event(struct buf *out, struct packer *packer,
		 struct tail_event *event, bool bare, size_t window);

#endif
