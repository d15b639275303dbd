#include "hub/frame.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
	FRAME_TEXT = 0x81,   /* the message's last frame */
	FRAME_PACKED = 0x40, /* RSV1 */
	FRAME_SHORT = 125,
	FRAME_HEAD_MAX = 10,
	/* A smaller one is not worth the other side's work. */
	PACK_LEAST = 128,
	PACK_LEVEL = 4,
	PACK_MEMORY = 5,
	PACK_END = 4, /* 00 00 ff ff, which is left out */
};

/* What is packed of an event. */
struct packed {
	size_t length; /* 0: it does not become smaller */
	unsigned char bytes[];
};

static size_t
head_write(unsigned char head[FRAME_HEAD_MAX], unsigned first, size_t length)
{
	size_t more = length <= FRAME_SHORT ? 0 : length <= UINT16_MAX ? 2 : 8;

	head[0] = (unsigned char)first;
	head[1] = (unsigned char)(more == 0 ? length : more == 2 ? 126 : 127);
	for (size_t i = 0; i < more; i++)
		head[2 + i] = (unsigned char)(length >> 8 * (more - 1 - i));
	return 2 + more;
}

static void
frame_add(struct buf *out, unsigned first, const void *bytes, size_t length)
{
	unsigned char head[FRAME_HEAD_MAX];

	buf_add(out, head, head_write(head, first, length));
	buf_add(out, bytes, length);
}

void
frame_text(struct buf *out, const char *text, size_t length)
{
	frame_add(out, FRAME_TEXT, text, length);
}

/* Each by itself, so that it can be sent to whoever has had whatever. */
static bool
pack(const char *text, size_t length, struct packed *packed)
{
	z_stream stream = {.next_in = (unsigned char *)(uintptr_t)text,
			   .avail_in = (unsigned)length,
			   .next_out = packed->bytes,
			   .avail_out = (unsigned)length};
	bool well;

	if (deflateInit2(&stream, PACK_LEVEL, Z_DEFLATED, -MAX_WBITS,
			 PACK_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	well = deflate(&stream, Z_SYNC_FLUSH) == Z_OK && stream.avail_in == 0 &&
	       stream.avail_out > 0;
	packed->length = well ? stream.total_out - PACK_END : 0;
	deflateEnd(&stream);
	return true;
}

static const struct packed *
event_packed(struct tail_event *event, bool bare, const char *text,
	     size_t length)
{
	struct packed *made = event->packed[bare];

	if (made != NULL || length < PACK_LEAST)
		return made;
	made = malloc(sizeof(*made) + length);
	if (made != NULL && !pack(text, length, made)) {
		free(made);
		made = NULL;
	}
	event->packed[bare] = made;
	return made;
}

void
frame_event(struct buf *out, struct tail_event *event, bool bare, bool packed)
{
	const char *text = bare ? event->text + event->data_at : event->text;
	size_t length = bare ? event->data_length : event->length;
	const struct packed *made =
		packed ? event_packed(event, bare, text, length) : NULL;

	if (made != NULL && made->length > 0)
		frame_add(out, FRAME_TEXT | FRAME_PACKED, made->bytes,
			  made->length);
	else
		frame_text(out, text, length);
}
