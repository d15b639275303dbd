/*
 * What a client sends: frames (RFC 6455, section 5), put together to
 * messages as their bytes come.
 *
 * Memory is taken while a message comes, and no more than a message may
 * have.  One thread at a time.
 */
#ifndef HUB_INCOMING_H
#define HUB_INCOMING_H

#include <stdint.h>

#include "hub/frame.h"

enum {
	INCOMING_HEAD_MAX = 14,
	/* What a packed message may have more than an unpacked one. */
	INCOMING_PACKED_MORE = 1024,
};

/* What there is of a client's frames; zeros at first. */
struct incoming {
	bool may_pack; /* agreed on; set by the owner */
	size_t most;   /* bytes of a message; set by the owner */

	unsigned char head[INCOMING_HEAD_MAX];
	unsigned head_length;
	bool in_payload; /* the head is whole */
	uint64_t left;   /* bytes of the payload that are to come */
	unsigned masked; /* bytes of it that have come, modulo 4 */
	bool begun;      /* a message, whose last frame is to come */

	bool packed; /* the message */
	struct buf message;
	unsigned control_length;
	char control[FRAME_SHORT];
	/* What is wrong: close it with this. */
	int status;
	const char *words;
};

enum incoming_what {
	INCOMING_NOTHING, /* all bytes are taken, and more are wanted */
	INCOMING_MESSAGE, /* a text, in `message`: incoming_next() is due */
	INCOMING_PING,    /* in `control`, as are the following */
	INCOMING_PONG,
	INCOMING_CLOSE,
	INCOMING_FAULT,
};

/* Takes bytes until there is something; *taken of them. */
enum incoming_what incoming_take(struct incoming *incoming, const char *bytes,
				 size_t length, size_t *taken);

/* Lets go of the message, and of its memory. */
void incoming_next(struct incoming *incoming);

/*
 * What the close frame that has come asks to be answered with: its own
 * status, 0 if it has none; or, with words, what is wrong with it.
 */
int incoming_close_status(const struct incoming *incoming, const char **words);

#endif
