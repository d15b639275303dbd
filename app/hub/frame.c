#include "hub/frame.h"

#include <stdint.h>
#include <string.h>

enum {
	FRAME_HEAD_MAX = 10,
	/* A smaller one is not worth the other side's work. */
	FRAME_PACK_LEAST = 128,
};

static void
frame_write(struct buf *out, unsigned first, const void *bytes, size_t length)
{
	size_t more = length <= FRAME_SHORT ? 0 : length <= UINT16_MAX ? 2 : 8;
	unsigned char head[FRAME_HEAD_MAX];

	head[0] = (unsigned char)first;
	head[1] = (unsigned char)(more == 0 ? length : more == 2 ? 126 : 127);
	for (size_t i = 0; i < more; i++)
		head[2 + i] = (unsigned char)(length >> 8 * (more - 1 - i));
	buf_add(out, head, 2 + more);
	buf_add(out, bytes, length);
}

void
frame_add(struct buf *out, enum frame_kind kind, const void *bytes,
	  size_t length)
{
	frame_write(out, FRAME_FINAL | kind, bytes, length);
}

void
frame_close(struct buf *out, int status, const char *words)
{
	unsigned char text[FRAME_SHORT] = {(unsigned char)(status >> 8),
					   (unsigned char)(status & 0xff)};
	size_t length = strnlen(words, sizeof(text) - 2);

	memcpy(text + 2, words, length);
	frame_add(out, FRAME_CLOSE, text, 2 + length);
}

/* NULL: as it is, it is as good. */
static const struct packed *
event_packed(struct packer *packer, struct tail_event *event, bool bare,
	     const char *text, size_t length)
{
	struct packed *packed = event->packed[bare];

	if (packed == NULL)
		packed = event->packed[bare] =
			packer_pack(packer, text, length);
	return packed != NULL && packed->length > 0 ? packed : NULL;
}

void
frame_event(struct buf *out, struct packer *packer, struct tail_event *event,
	    bool bare, size_t window)
{
	const char *text = bare ? event->text + event->data_at : event->text;
	size_t length = bare ? event->data_length : event->length;
	const struct packed *packed = NULL;

	/* It refers back to its own beginning at most. */
	if (length >= FRAME_PACK_LEAST &&
	    (length <= window || window == FRAME_PACK_WINDOW))
		packed = event_packed(packer, event, bare, text, length);
	if (packed != NULL)
		frame_write(out, FRAME_FINAL | FRAME_TEXT | FRAME_PACKED,
			    packed->bytes, packed->length);
	else
		frame_write(out, FRAME_FINAL | FRAME_TEXT, text, length);
}
