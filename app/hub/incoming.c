#include "hub/incoming.h"

#include <string.h>

#include "base/text.h"

/* Statuses of RFC 6455, section 7.4.1, and what is registered since. */
enum {
	STATUS_PROTOCOL = 1002,
	STATUS_KIND = 1003,
	STATUS_TEXT = 1007,
	STATUS_TOO_LARGE = 1009,
	STATUS_OURS = 1011,
	STATUS_LAST_KNOWN = 1014,
	STATUS_FIRST_FREE = 3000,
	STATUS_LAST_FREE = 4999,
	MASK_BYTES = 4,
};

static enum incoming_what
fault(struct incoming *incoming, int status, const char *words)
{
	incoming->status = status;
	incoming->words = words;
	return INCOMING_FAULT;
}

/* ---- the head of a frame */

static size_t
head_size(const unsigned char *head)
{
	unsigned length = head[1] & 0x7f;

	return 2 + (length < 126 ? 0 : length == 126 ? 2 : 8) + MASK_BYTES;
}

/* What can be seen from its first two bytes. */
static enum incoming_what
head_check(struct incoming *incoming)
{
	unsigned kind = incoming->head[0] & 0x0f;
	bool final = (incoming->head[0] & FRAME_FINAL) != 0;
	unsigned reserved = incoming->head[0] & 0x70;
	bool begins = kind == FRAME_TEXT || kind == FRAME_BINARY;

	if ((incoming->head[1] & 0x80) == 0)
		return fault(incoming, STATUS_PROTOCOL,
			     "a client's frames are masked");
	if (reserved != 0 &&
	    !(reserved == FRAME_PACKED && begins && incoming->may_pack))
		return fault(incoming, STATUS_PROTOCOL,
			     "a reserved bit is set");
	if (kind >= FRAME_CLOSE) {
		if (kind > FRAME_PONG)
			return fault(incoming, STATUS_PROTOCOL,
				     "there is no such kind of frame");
		if (!final || (incoming->head[1] & 0x7f) > FRAME_SHORT)
			return fault(incoming, STATUS_PROTOCOL,
				     "frames of control are short and whole");
		return INCOMING_NOTHING;
	}
	if (kind > FRAME_BINARY)
		return fault(incoming, STATUS_PROTOCOL,
			     "there is no such kind of frame");
	if (begins == incoming->begun)
		return fault(incoming, STATUS_PROTOCOL,
			     begins ? "the message before has no end" :
				      "there is nothing to continue");
	if (kind == FRAME_BINARY)
		return fault(incoming, STATUS_KIND,
			     "a message is JSON, as text");
	return INCOMING_NOTHING;
}

/* The head is whole: what comes now? */
static enum incoming_what
head_take(struct incoming *incoming)
{
	unsigned kind = incoming->head[0] & 0x0f;
	unsigned length = incoming->head[1] & 0x7f;
	size_t most = incoming->most, more;

	incoming->left = length < 126 ? length : 0;
	more = length < 126 ? 0 : length == 126 ? 2 : 8;
	for (size_t i = 0; i < more; i++)
		incoming->left = incoming->left << 8 | incoming->head[2 + i];
	incoming->in_payload = true;
	incoming->masked = 0;
	if (kind >= FRAME_CLOSE) {
		incoming->control_length = 0;
		return INCOMING_NOTHING;
	}
	if (kind == FRAME_TEXT)
		incoming->packed = (incoming->head[0] & FRAME_PACKED) != 0;
	incoming->begun = true;
	if (incoming->packed)
		most += INCOMING_PACKED_MORE;
	if (incoming->left > most - incoming->message.length)
		return fault(incoming, STATUS_TOO_LARGE,
			     "a message has at most 65536 bytes");
	return INCOMING_NOTHING;
}

/* Takes one byte of a head. */
static enum incoming_what
head_add(struct incoming *incoming, char byte)
{
	enum incoming_what what = INCOMING_NOTHING;

	incoming->head[incoming->head_length++] = (unsigned char)byte;
	if (incoming->head_length < 2)
		return what;
	if (incoming->head_length == 2)
		what = head_check(incoming);
	else if (incoming->head_length == head_size(incoming->head))
		what = head_take(incoming);
	return what;
}

/* ---- its payload */

static void
unmask(struct incoming *incoming, char *to, const char *from, size_t length)
{
	const unsigned char *mask =
		incoming->head + incoming->head_length - MASK_BYTES;

	for (size_t i = 0; i < length; i++)
		to[i] = (char)(from[i] ^ mask[(incoming->masked + i) & 3]);
	incoming->masked = (unsigned)(incoming->masked + length) & 3;
	incoming->left -= length;
}

static enum incoming_what
payload_take(struct incoming *incoming, const char *bytes, size_t length)
{
	char *room;

	if ((incoming->head[0] & 0x0f) >= FRAME_CLOSE) {
		room = incoming->control + incoming->control_length;
		incoming->control_length += (unsigned)length;
	} else {
		room = buf_room(&incoming->message, length);
		if (room == NULL)
			return fault(incoming, STATUS_OURS, "out of memory");
		incoming->message.length += length;
	}
	unmask(incoming, room, bytes, length);
	return INCOMING_NOTHING;
}

/* The frame is whole. */
static enum incoming_what
frame_end(struct incoming *incoming)
{
	unsigned kind = incoming->head[0] & 0x0f;

	incoming->head_length = 0;
	incoming->in_payload = false;
	if (kind == FRAME_PING)
		return INCOMING_PING;
	if (kind == FRAME_PONG)
		return INCOMING_PONG;
	if (kind == FRAME_CLOSE)
		return INCOMING_CLOSE;
	if ((incoming->head[0] & FRAME_FINAL) == 0)
		return INCOMING_NOTHING;
	incoming->begun = false;
	return INCOMING_MESSAGE;
}

enum incoming_what
incoming_take(struct incoming *incoming, const char *bytes, size_t length,
	      size_t *taken)
{
	enum incoming_what what = INCOMING_NOTHING;
	size_t at = 0;

	while (at < length && what == INCOMING_NOTHING) {
		if (!incoming->in_payload) {
			what = head_add(incoming, bytes[at++]);
		} else {
			size_t some = length - at;

			if (some > incoming->left)
				some = (size_t)incoming->left;
			what = payload_take(incoming, bytes + at, some);
			at += some;
		}
		if (what == INCOMING_NOTHING && incoming->in_payload &&
		    incoming->left == 0)
			what = frame_end(incoming);
	}
	*taken = at;
	return what;
}

void
incoming_next(struct incoming *incoming)
{
	buf_release(&incoming->message);
	buf_init(&incoming->message);
}

/* ---- closing */

static bool
status_may_be(int status)
{
	/* 1004 to 1006 are no more than names of what is not said. */
	return (status >= 1000 && status <= STATUS_LAST_KNOWN &&
		!(status >= 1004 && status <= 1006)) ||
	       (status >= STATUS_FIRST_FREE && status <= STATUS_LAST_FREE);
}

int
incoming_close_status(const struct incoming *incoming, const char **words)
{
	const unsigned char *text = (const unsigned char *)incoming->control;
	size_t length = incoming->control_length;
	int status = length < 2 ? 0 : text[0] << 8 | text[1];

	*words = NULL;
	if (length == 0)
		return 0;
	if (!status_may_be(status)) {
		*words = "this is no status to close with";
		return STATUS_PROTOCOL;
	}
	if (!text_is_utf8(incoming->control + 2, length - 2)) {
		*words = "the reason is not UTF-8";
		return STATUS_TEXT;
	}
	return status;
}
